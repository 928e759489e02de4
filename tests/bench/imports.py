"""A long CSV from the file to the last row, timed: docs/import.md has the figures.

    python -m tests.bench.imports [--rows N] [--only sqlite|postgresql]

For each engine, in a process of its own: seconds of the preview, of bringing in, of the moment in
which nobody else can write, and of taking it all back; and the most memory it held meanwhile.
Nothing is judged here: these are times of a machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.__main__ import ENGINES

FIRMS = 2_000
TITLES = ("Executive Search Consultant", "Talent Partner", "Chief Financial Officer", "Engineer")


def write(path: Path, rows: int) -> None:
    """An address book of `rows` people of their own, with numbers and addresses."""
    with path.open("w") as file:
        file.write("First Name,Last Name,Company,Position,Phone,E-mail,Notes\n")
        for n in range(rows):
            file.write(
                f"Anna{n % 997},Berg{n},Firm {n % FIRMS} Search,{TITLES[n % len(TITLES)]},"
                f"+4420{n:08},anna{n}@f{n % FIRMS}.example,Fair {1990 + n % 30}\n"
            )


def memory() -> float:
    """The most that this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(rows: int) -> dict[str, float]:
    """Every figure on the engine that the environment names; its database must be empty."""
    import django

    django.setup()
    from django.core.files.base import File
    from django.core.management import call_command

    from accounts.models import User
    from contacts.models import Person, Recruiter
    from desk.importing import applying, intake, showing, undoing, work
    from desk.importing.run import ImportRun

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    owner = User.objects.create_user(email="bench@example.org", password="correct horse battery")
    longest: dict[str, float] = {}

    def timed(module: Any, name: str, what: str) -> None:
        inner = getattr(module, name)

        def outer(*args: Any) -> Any:
            begun = time.perf_counter()
            try:
                return inner(*args)
            finally:
                longest[what] = max(longest.get(what, 0), time.perf_counter() - begun)

        setattr(module, name, outer)

    timed(showing, "show", "the moment it is shown")
    timed(undoing, "_hide", "the moment it is hidden")
    timed(applying._Writer, "_write_contacts", "the longest part")
    before, state = memory(), ImportRun.State
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.csv"
        write(path, rows)
        found: dict[str, float] = {"file, MB": path.stat().st_size / 2**20}
        begun, worked = time.perf_counter(), time.process_time()
        with path.open("rb") as file:
            run = intake.take_in(owner, File(file, name="x"))
        work.work(run)
    run.refresh_from_db()
    assert run.state == state.READY, (run.state, run.why)
    found["preview"] = time.perf_counter() - begun
    begun = time.perf_counter()
    work.move(run, (state.READY,), state.BRINGING_IN)
    work.work(run)
    run.refresh_from_db()
    assert run.state == state.DONE, (run.state, run.why)
    found["bringing in"] = time.perf_counter() - begun
    found["together"] = found["preview"] + found["bringing in"]
    # Beside other work on the machine this says more than the clock.
    found["of the processor"] = time.process_time() - worked
    found["rows"] = Recruiter.objects.of(owner).count() + Person.objects.of(owner).count()
    begun = time.perf_counter()
    work.move(run, (state.DONE,), state.UNDOING, done=0, of=0)
    work.work(run)
    run.refresh_from_db()
    assert run.state == state.UNDONE, (run.state, run.why)
    found["taking back"] = time.perf_counter() - begun
    return found | longest | {"memory before, MB": before, "most memory, MB": memory()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--only", choices=list(ENGINES))
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
        print(json.dumps(measure(options.rows)))
        return
    for name in [options.only] if options.only else list(ENGINES):
        with ENGINES[name]() as url, tempfile.TemporaryDirectory() as data:
            settings = {"DATABASE_URL": url} if url else {}
            environment = os.environ | {"WORDKEEPER_DATA": data, **settings}
            command = [sys.executable, "-m", "tests.bench.imports", "--here"]
            command += ["--rows", str(options.rows)]
            done = subprocess.run(
                command, env=environment, stdout=subprocess.PIPE, text=True, check=True
            )
        print(f"\n{name}, {options.rows:,} rows")
        for what, value in json.loads(done.stdout.splitlines()[-1]).items():
            print(f"  {what:<24} {value:10.2f}")


if __name__ == "__main__":
    main()
