"""The figures of DESIGN section 8 that can be measured in one process, as a table: `make bench`.

    python -m tests.bench [--calls N] [--seed S] [--only sqlite|postgresql] [--quick]

One user with N calls, and ten others with a tenth of that between them, on SQLite and on
PostgreSQL, both as durable as the product runs them. Nothing is judged here: the time of a
request says as much about the machine as about the program, so each figure stands beside that of
an empty view behind the same middleware, asked in turn with it in the same run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engines import servers

# What DESIGN section 8 asks for: milliseconds (median, p95), times the empty view, queries.
REACH = {
    "search": (15, 30, None, 12),
    "sheet": (8, None, 4, 12),
    "page": (12, 25, 4, 12),
    "save": (None, None, None, None),  # 12 ms and the machine's fsync
}
SAVE_MEDIAN = 12
# Mails a second, on a rollback journal and elsewhere, and as a share of a bare `smtplib` loop.
DELIVERY = {"delete": 100, "": 200}
DELIVERY_SHARE = 0.5


class Durable(servers.PostgreSQL):
    """With its own defaults: a commit is on the disk."""

    options = ()


@contextmanager
def sqlite() -> Iterator[str]:
    yield ""


@contextmanager
def postgresql() -> Iterator[str]:
    if given := os.environ.get("DATABASE_URL"):
        with servers.new_database(given) as url:
            yield url
        return
    with Durable() as server:
        yield server.url


ENGINES = {"sqlite": sqlite, "postgresql": postgresql}


@dataclass
class Line:
    name: str
    group: str
    median: float
    p95: float
    queries: int
    ratio: float

    @classmethod
    def of(cls, figure: dict[str, Any]) -> Line:
        times = sorted(figure["times"])
        median = statistics.median(times)
        return cls(
            name=figure["name"],
            group=figure["group"],
            median=median,
            p95=times[min(len(times) - 1, int(len(times) * 0.95))],
            queries=figure["queries"],
            ratio=median / statistics.median(figure["empty"]),
        )

    def misses(self, fsync: float) -> bool:
        reach: tuple[float | None, ...] = REACH[self.group]
        if self.group == "save":
            reach = (SAVE_MEDIAN + fsync, None, None, None)
        found = (self.median, self.p95, self.ratio, self.queries)
        return any(most and value > most for value, most in zip(found, reach, strict=True))


def run(engine: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure on one engine, in a process and a data folder of its own."""
    with ENGINES[engine]() as url, tempfile.TemporaryDirectory(prefix="wordkeeper-bench-") as data:
        numbers = {
            "calls": options.calls,
            "others": options.calls // 10,
            "rounds": options.rounds,
            "seed": options.seed,
        }
        settings = {"WORDKEEPER_DATA": data} | ({"DATABASE_URL": url} if url else {})
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.bench.measure"),
                *(text for name, value in numbers.items() for text in (f"--{name}", str(value))),
            ],
            cwd=servers.PROJECT,
            env=servers.clean_environment(**settings),
            stdout=subprocess.PIPE,
            text=True,
        )
    if done.returncode:
        raise SystemExit(f"{engine}: the measuring ended with {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def deliver(engine: str, options: argparse.Namespace) -> dict[str, Any]:
    """How fast reminders go out on one engine, in a process and a data folder of its own."""
    with ENGINES[engine]() as url, tempfile.TemporaryDirectory(prefix="wordkeeper-bench-") as data:
        settings = {"WORDKEEPER_DATA": data} | ({"DATABASE_URL": url} if url else {})
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.bench.delivery"),
                *("--reminders", str(options.reminders)),
            ],
            cwd=servers.PROJECT,
            env=servers.clean_environment(**settings),
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise SystemExit(f"{engine}: the delivery ended with {done.returncode}\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def report_delivery(found: dict[str, Any]) -> None:
    share = found["rate"] / found["bare"]
    reach = DELIVERY.get(found["journal"], DELIVERY[""])
    missed = found["rate"] < reach or share < DELIVERY_SHARE
    print(
        f"\nDelivery: {found['count']:,} reminders, {found['rate']:.0f} a second (reach {reach}); "
        f"a bare smtplib loop {found['bare']:.0f}; ratio {share:.2f} (reach {DELIVERY_SHARE})."
        f"{' misses' if missed else ''}",
        flush=True,
    )


def machine() -> str:
    """What it ran on: the processor, how many cores, Python."""
    model = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        names = [line for line in about.read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def report(engine: str, found: dict[str, Any]) -> None:
    fsync = statistics.median(found["fsync"])
    empty = statistics.median(t for figure in found["figures"] for t in figure["empty"])
    print(f"\n### {engine}\n")
    print(f"Rows made in {found['made']:.0f} s. One fsync of 4 KB: {fsync:.2f} ms (median).")
    print(f"An empty view behind the same middleware: {empty:.1f} ms (median).\n")
    print("| request | median ms | p95 ms | queries | × empty | |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for figure in found["figures"]:
        line = Line.of(figure)
        missed = "misses" if line.misses(fsync) else ""
        print(
            f"| {line.name} | {line.median:.1f} | {line.p95:.1f} | {line.queries} "
            f"| {line.ratio:.1f} | {missed} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--calls", type=int, help="of the one user (100,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[*ENGINES], help="one engine alone")
    parser.add_argument("--quick", action="store_true", help="300 calls: that it works, no more")
    options = parser.parse_args()
    options.rounds = 5 if options.quick else 40
    options.calls = options.calls or (300 if options.quick else 100_000)
    options.reminders = 200 if options.quick else 10_000

    began = time.monotonic()
    print(f"{dt.date.today().isoformat()}, {machine()}; load {os.getloadavg()[0]:.1f}")
    print(f"{options.calls:,} calls of one user, seed {options.seed}")
    for engine in [options.only] if options.only else ENGINES:
        try:
            found = run(engine, options)
        except servers.NotInstalled as missing:
            print(f"\n### {engine}\n\nNot run: needs the package {missing} or DATABASE_URL.")
            continue
        report(engine, found)
        report_delivery(deliver(engine, options))
    print(f"\nMeasured in {time.monotonic() - began:.0f} s.")


if __name__ == "__main__":
    main()
