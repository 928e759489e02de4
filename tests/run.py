"""The whole suite, on everything it is meant for: `make test`.

    python -m tests.run [--only sqlite|postgresql|browser] [--strict] [-- arguments for pytest]

1. On SQLite with the broker in a folder: everything but the browser.
2. The same on PostgreSQL with a Redis-protocol broker, but for what says the same on any database
   (marked `once`). Both are started here and stopped again, or taken from DATABASE_URL and
   REDIS_URL: an empty Redis, and a role that may create databases.
3. The pages in Chromium.

Ends with a table, what could not be run and how to get it, and `N passed, N failed, N skipped`.
The exit code is 1 if anything failed, with `--strict` also if anything was left out: a part, a
server, or a test that was skipped in one part and ran in no other. A test whose reason to be
skipped begins with "Optional:" wants a program that not every system has (another mail server, a
calendar program): what of them did not run is told, and is no failure.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.engines import servers

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = "pip install --require-hashes -r requirements-dev.lock"
OPTIONAL = "Optional:"
# Noted by the fixtures of tests/engines/conftest.py.
USED = {"broker": "a Redis-protocol broker", "smtp": "an SMTP server", "postgresql": "PostgreSQL"}


@dataclass
class Part:
    """One run of pytest and what came of it."""

    name: str
    title: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)  # test: reason
    used: Counter[str] = field(default_factory=Counter)  # tests that passed with a real server
    seconds: float = 0.0
    trouble: str = ""  # why it did not run, or not to its end
    broken: bool = False  # that trouble is a failure, not something that is missing

    def run(self, extra: list[str], folder: Path) -> None:
        print(f"\n{self.title}\n{'=' * len(self.title)}", flush=True)
        report = folder / f"{self.name}.xml"
        began = time.monotonic()
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "pytest", "-q", f"--junitxml={report}"),
                # The newer family has no place for what a test notes of itself.
                *("-o", "junit_family=xunit1"),
                *("-p", "tests.engines.isolation", *self.arguments, *extra),
            ],
            cwd=servers.PROJECT,
            env=servers.clean_environment(**self.environment),
        )
        try:
            code = child.wait()
        except BaseException as error:
            # Ctrl-C has reached pytest too, an order to end has not; it tidies up after either.
            if not isinstance(error, KeyboardInterrupt):
                child.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(30)
            child.kill()
            self.trouble, self.broken = "was interrupted", True
            raise
        finally:
            self.seconds = time.monotonic() - began
            if report.exists():
                self.read(report)
        if code == 5 or (code == 0 and not self.passed):
            self.trouble = "found no test"
        elif code not in (0, 1):
            self.trouble, self.broken = f"did not come to its end (pytest's code {code})", True

    def read(self, report: Path) -> None:
        for case in ElementTree.parse(report).iter("testcase"):
            test = f"{case.get('classname')}.{case.get('name')}"
            if case.find("failure") is not None or case.find("error") is not None:
                self.failed.add(test)
                self.passed.discard(test)
            elif (skip := case.find("skipped")) is not None:
                self.skipped[test] = skip.get("message", "")
            elif test not in self.failed:
                self.passed.add(test)
                self.used.update({p.get("value", "") for p in case.iter("property")})


def chromium() -> str | None:
    given = os.environ.get("CHROMIUM")
    names = [given] if given else BROWSERS
    return next((found for name in names if (found := shutil.which(name))), None)


def run_sqlite(part: Part, go: Callable[[Part], None]) -> None:
    go(part)


def run_postgresql(part: Part, go: Callable[[Part], None]) -> None:
    with contextlib.ExitStack() as stack:
        for variable, kind in (("DATABASE_URL", servers.PostgreSQL), ("REDIS_URL", servers.Redis)):
            if given := os.environ.get(variable):
                part.environment[variable] = given
                continue
            try:
                server = stack.enter_context(kind())
            except servers.NotInstalled as missing:
                part.trouble = f"needs the package {missing} ({PACKAGES}) or {variable}"
                return
            part.environment[variable] = server.url
        go(part)


def run_browser(part: Part, go: Callable[[Part], None]) -> None:
    browser = chromium()
    if browser is None:
        part.trouble = "needs Chromium: apt-get install chromium, or set CHROMIUM to its path"
        return
    part.environment["CHROMIUM"] = browser
    go(part)


PARTS = {"sqlite": run_sqlite, "postgresql": run_postgresql, "browser": run_browser}


def make_parts() -> list[Part]:
    # Those that start servers wait much, so there is work for one more than the usual two cores; and
    # they stand together: who has nothing left to do takes some.
    most = ["-n", "3", "--dist", "worksteal", "--ignore=tests/browser", "tests"]
    return [
        Part("sqlite", "SQLite, broker in a folder", most),
        Part("postgresql", "PostgreSQL, Redis protocol", ["-m", "not once", *most]),
        Part("browser", "Chromium", ["-n", "2", "--dist", "worksteal", "tests/browser"]),
    ]


def skipped_everywhere(parts: list[Part]) -> Counter[str]:
    """Why tests were skipped that ran in no part, and how many for each reason."""
    ran_somewhere = set().union(*(part.passed | part.failed for part in parts))
    return Counter(
        reason
        for part in parts
        for test, reason in part.skipped.items()
        if test not in ran_somewhere
    )


def lacking(parts: list[Part]) -> list[str]:
    """What was not run and should have been, each with the way to get it."""
    lines = [f"{part.title}: {part.trouble}." for part in parts if part.trouble]
    lines += [
        f"Skipped everywhere ({count}): {reason}"
        for reason, count in skipped_everywhere(parts).items()
        if not reason.startswith(OPTIONAL)
    ]
    if {part.name for part in parts} >= {"sqlite", "postgresql"}:
        used = sum((part.used for part in parts), Counter[str]())
        lines += [f"No test used {what}." for name, what in USED.items() if not used[name]]
    return lines


def report(parts: list[Part], *, strict: bool) -> int:
    """Print what came of it; the exit code."""
    print(f"\n{'':28}{'passed':>8}{'failed':>8}{'skipped':>8}{'seconds':>9}")
    for part in parts:
        counts = (len(part.passed), len(part.failed), len(part.skipped))
        print(f"{part.title:28}" + "".join(f"{n:8}" for n in counts) + f"{part.seconds:9.0f}")
    used = sum((part.used for part in parts), Counter[str]())
    print("With " + ", ".join(f"{what}: {used[name]}" for name, what in USED.items()) + ".")
    missing = lacking(parts)
    if missing:
        print("\nNot run:", *missing, sep="\n  ")
    for reason, count in skipped_everywhere(parts).items():
        if reason.startswith(OPTIONAL):
            print(f"\nNot run ({count}). {reason}")
    passed = sum(len(part.passed) for part in parts)
    failed = sum(len(part.failed) + part.broken for part in parts)
    skipped = sum(len(part.skipped) for part in parts)
    if strict and missing and not failed:
        print("\nEverything was asked for (--strict), so this is a failure.")
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or not passed or (strict and missing) else 0


def main() -> int:
    ours, theirs = sys.argv[1:], []
    if "--" in ours:
        at = ours.index("--")
        ours, theirs = ours[:at], ours[at + 1 :]
    parser = argparse.ArgumentParser(prog="python -m tests.run", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--only", action="append", choices=[*PARTS], help="may be repeated")
    parser.add_argument("--strict", action="store_true", help="leaving anything out is a failure")
    options = parser.parse_args(ours)

    # An order to end must stop the servers, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parts = [part for part in make_parts() if part.name in (options.only or PARTS)]
    with tempfile.TemporaryDirectory(prefix="wordkeeper-reports-") as folder:
        try:
            for part in parts:
                PARTS[part.name](part, lambda part: part.run(theirs, Path(folder)))
        except KeyboardInterrupt:
            report(parts, strict=options.strict)
            return 130
    return report(parts, strict=options.strict)


if __name__ == "__main__":
    sys.exit(main())
