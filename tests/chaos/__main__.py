"""Kill everything while reminders fall due, and say what became of them: `make chaos`.

    python -m tests.chaos [--seed N] [--engine sqlite|postgresql] [--line 1|2|3|4] [--short]

1. SIGKILL at random points of web, worker, beat, broker and mail server while 5,000 reminders fall
   due: 100 of each whole process; 2,000 of a delivering child; 100 at each named point.
2. The broker flushed, stopped, or never there.
3. Eight dispatchers and three beats on 5,000 reminders that are all due.
4. A year in minutes, and the properties of the plan.

Both engines at once, on processes of their own. The seed is printed first; with it the same kills
are made at the same moments of the machine's pace, and what they hit is the machine's to say. Ends
with a table of figures; the exit code is 1 if anything was violated. `--share 0.1` makes a tenth of
the kills and of the reminders. docs/reliability.md says what is proven.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tests.chaos.run import ENGINES, KillableMailServer, Part, installed, run_program
from tests.engines import servers

# Seconds until a part is given up, and for all of them together: either is a violation.
# `--patience 3` gives three times as long, for a machine that others use too.
BUDGETS = {
    "processes": 1200,
    "child": 900,
    "points": 400,
    "broker": 400,
    "crowd": 300,
    "year": 450,
}
IN_ALL = 40 * 60


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    process_kills: int = 100
    child_kills: int = 2000
    point_kills: int = 100
    reminders: int = 5000
    broker_reminders: int = 60
    crowd: int = 5000
    dispatchers: int = 8
    patience: float = 1

    def share(self, part: float) -> Size:
        return replace(
            self,
            process_kills=max(1, round(self.process_kills * part)),
            child_kills=max(10, round(self.child_kills * part)),
            point_kills=max(1, round(self.point_kills * part)),
            reminders=max(25, round(self.reminders * part)),
            broker_reminders=max(8, round(self.broker_reminders * part)),
            crowd=max(100, round(self.crowd * part)),
        )


SHORT = Size(
    process_kills=2,
    child_kills=25,
    point_kills=1,
    reminders=50,
    broker_reminders=8,
    crowd=80,
    dispatchers=5,
    patience=3,
)


def processes(engine: str, seed: int, size: Size, **environment: str) -> Part:
    with installed(engine, **environment) as one:
        folder = one.folder / "site"
        folder.mkdir()
        return run_program(
            *("whole processes", one, "processes", seed, size.process_kills, size.reminders),
            folder,
            budget=BUDGETS["processes"] * size.patience,
        )


def child(engine: str, seed: int, size: Size, **environment: str) -> Part:
    with installed(engine, **environment) as one:
        server = KillableMailServer(one, 0.002)
        server.start()
        return run_program(
            *("delivering child", one, "children", seed, size.child_kills, size.reminders),
            *(server.log, one.folder / "changes.jsonl"),
            budget=BUDGETS["child"] * size.patience,
        )


def points(engine: str, seed: int, size: Size, **environment: str) -> Part:
    with installed(engine, **environment) as one:
        server = KillableMailServer(one, 0)
        server.start()
        return run_program(
            *("named points", one, "points", seed, size.point_kills, server.log),
            budget=BUDGETS["points"] * size.patience,
        )


def broker(engine: str, seed: int, size: Size, **environment: str) -> Part:
    with installed(engine, **environment) as one:
        folder = one.folder / "site"
        folder.mkdir()
        return run_program(
            *("without a broker", one, "broker", seed, size.broker_reminders, folder),
            budget=BUDGETS["broker"] * size.patience,
        )


def crowd(engine: str, seed: int, size: Size, **environment: str) -> Part:
    with installed(engine, **environment) as one:
        folder = one.folder / "site"
        folder.mkdir()
        return run_program(
            *("a crowd", one, "crowd", seed, size.crowd, folder, size.dispatchers),
            budget=BUDGETS["crowd"] * size.patience,
        )


LINES: dict[int, list[Callable[..., Part]]] = {
    1: [points, child, processes],
    2: [broker],
    3: [crowd],
}


def on_engine(engine: str, lines: list[int], seed: int, size: Size) -> list[Part]:
    found = []
    for line in lines:
        for work in LINES.get(line, []):
            try:
                part = work(engine, seed, size)
            except (servers.DidNotHappen, servers.NotInstalled) as error:
                part = Part(work.__name__, engine, violations=[f"did not run: {error}"])
            said = "nothing violated" if not part.violations else "VIOLATED"
            print(f"{engine}, {part.name}: {part.seconds:.0f} s, {said}", flush=True)
            # At once: a run that is stopped must not take what it found with it.
            for violation in part.violations[:10]:
                print(f"    VIOLATED {violation}", flush=True)
            found.append(part)
    return found


def year(seed: int, size: Size) -> list[Part]:
    """Line 4: programs of their own, which say by their exit code what came of it."""
    short = size.child_kills < Size.child_kills
    less = ["--days", "30", "--calls", "40"] if short else []
    programs = {
        "a simulated year": ["-m", "tests.chaos.year", "--seed", str(seed), *less],
        "properties of the plan": [
            "-m",
            "pytest",
            "-q",
            "tests/followups/test_plan_properties.py",
        ],
    }
    examples = {"PLAN_EXAMPLES": "20" if short else "1000"}
    began = time.monotonic()
    running = {
        name: subprocess.Popen(
            [sys.executable, *command],
            cwd=servers.PROJECT,
            env=servers.clean_environment(**examples),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, command in programs.items()
    }
    found = []
    for name, process in running.items():
        part = Part(name, "SQLite" if "year" in name else "no database")
        try:
            said, _ = process.communicate(timeout=BUDGETS["year"] * size.patience)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            part.violations.append("not done in its time")
        part.seconds = time.monotonic() - began
        print(f"{name}:\n{said}", flush=True)
        if process.returncode:
            part.violations.append(f"ended with {process.returncode}")
        found.append(part)
    return found


def print_table(parts: list[Part], seed: int, took: float) -> None:
    print()
    for part in parts:
        print(f"{part.name}, {part.engine} ({part.seconds:.0f} s)")
        for name, figure in part.figures.items():
            print(f"    {name:55} {figure:>14}")
        for violation in part.violations[:40]:
            print(f"    VIOLATED {violation}")
        if len(part.violations) > 40:
            print(f"    … and {len(part.violations) - 40} more")
    wrong = sum(len(part.violations) for part in parts)
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; seed {seed}; {took / 60:.1f} minutes."
    )
    print(f"{wrong} violations." if wrong else "Nothing was violated.", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--engine", action="append", choices=ENGINES, help="may be repeated")
    parser.add_argument("--line", action="append", type=int, choices=[1, 2, 3, 4])
    parser.add_argument("--short", action="store_true", help="a few kills of each")
    parser.add_argument("--share", type=float, help="this part of the kills and reminders")
    parser.add_argument("--patience", type=float, help="this many times the time of each part")
    options = parser.parse_args()
    lines = options.line or [1, 2, 3, 4]
    engines = options.engine or list(ENGINES)
    print(
        f'Seed {options.seed}: make chaos ARGS="--seed {options.seed}" makes it again.', flush=True
    )
    # An order to end must stop the servers, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    size = SHORT if options.short else Size()
    if options.share:
        size = Size().share(options.share)
    if options.patience:
        size = replace(size, patience=options.patience)
    began = time.monotonic()
    with ThreadPoolExecutor(len(engines)) as pool:
        runs = [pool.submit(on_engine, engine, lines, options.seed, size) for engine in engines]
        parts = [part for run in runs for part in run.result()]
    if 4 in lines:
        parts += year(options.seed, size)
    took = time.monotonic() - began
    if took > IN_ALL * size.patience:
        late = f"took {took:.0f} s, more than {IN_ALL * size.patience:.0f}"
        parts.append(Part("all of it", "both", violations=[late]))
    print_table(parts, options.seed, took)
    return 1 if any(part.violations for part in parts) else 0


if __name__ == "__main__":
    sys.exit(main())
