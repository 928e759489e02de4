"""The short form of the long run, and that it sees what it is there to see."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from desk.importing import reading
from tests.fuzz.child import examined
from tests.fuzz.mutating import ENDINGS, mutated, seeds
from tests.fuzz.run import child, run


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_few_hundred_broken_files_are_read_or_refused(kind: str, tmp_path: Path) -> None:
    outcome = run(kind, seed=1, inputs=300, findings=tmp_path)
    assert outcome.findings == []
    assert outcome.inputs == 300


@pytest.mark.parametrize("kind", ENDINGS)
def test_the_files_themselves_are_well(kind: str) -> None:
    assert [examined(octets) for octets in seeds(kind)] == [""] * len(seeds(kind))


def test_the_same_seed_makes_the_same_file() -> None:
    one, same, other = (
        mutated("csv", random.Random(seed), seeds("csv")) for seed in ("a", "a", "b")
    )
    assert one == same != other


def test_whatever_a_reader_raises_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_given: object, **_named: object) -> None:
        raise IndexError("out of it")

    monkeypatch.setattr(reading, "recognise", fall)
    assert "IndexError: out of it" in examined(b"Name,Firm\n")


@pytest.mark.parametrize(
    ("does", "why", "limits"),
    [
        ("while True: pass", "it takes longer than 1 s of the processor", {"patience": 1.0}),
        ("import time; time.sleep(600)", "it waits for longer than 1 s", {"longest": 1.0}),
        ("import os; os.abort()", "the process ended with -6", {}),
    ],
)
def test_a_reader_that_hangs_or_falls_is_a_finding(
    does: str, why: str, limits: dict[str, Any], tmp_path: Path
) -> None:
    outcome = run(
        *("csv",), seed=1, inputs=1, findings=tmp_path, command=(sys.executable, "-c", does),
        **limits,
    )  # fmt: skip
    assert outcome.findings == [f"{tmp_path / 'csv-1-0'}: {why}"]
    assert (tmp_path / "csv-1-0").read_bytes() == mutated(
        "csv", random.Random("1 csv 0"), seeds("csv")
    )


def test_the_next_file_is_read_by_a_new_process() -> None:
    with child() as reader:
        assert reader.answer(b"Name,Firm\nAnn,Acme\n") == ""
        assert reader.process is not None
        reader.process.kill()
        assert "the process ended" in reader.answer(b"Name,Firm\n")
        assert reader.answer(b"Name,Firm\nAnn,Acme\n") == ""
