"""The short form of `make chaos` (tests/chaos): a few kills of each, on the suite's own engine.

Figures are printed (`-rP`). What is asserted is what must never be: a reminder lost, early, after a
cancel or twice without its mark; never how long it took.
"""

import random
from pathlib import Path

import pytest

from tests.chaos.__main__ import SHORT, broker, child, crowd, points, processes
from tests.engines.conftest import note

# What says only that this machine was slow: `make chaos` judges it, the suite prints it.
HOW_LONG = (" ticks", " kills in its time")
PARTS = {
    "a delivering child killed at random": child,
    "each named point of the state machine": points,
    "whole processes killed at random": processes,
    "a broker flushed, stopped and never there": broker,
    "many dispatchers and three beats at once": crowd,
}


@pytest.mark.parametrize("name", PARTS)
def test_nothing_is_lost_early_unwanted_or_twice_unmarked(
    name: str, engine: dict[str, str], data: Path, static: Path, request: pytest.FixtureRequest
) -> None:
    pytest.importorskip("psutil")
    seed = random.randrange(10**6)
    kind = "postgresql" if "DATABASE_URL" in engine else "sqlite"
    print(f"seed {seed}")
    folders = {"WORDKEEPER_DATA": str(data), "STATIC_ROOT": str(static)}
    part = PARTS[name](kind, seed, SHORT, **folders, **engine)
    if "REDIS_URL" in engine:
        note(request, "broker")
    for figure, value in part.figures.items():
        print(f"{figure}: {value}")
    never = [said for said in part.violations if not said.endswith(HOW_LONG)]
    assert never == [], f"with seed {seed}"
