"""`make bench` works; what it measures is for people to read, and no test of time."""

from __future__ import annotations

import subprocess
import sys

from tests.engines import servers


def test_it_prints_a_table_of_every_figure() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--only", "sqlite", "--seed", "7"],
        cwd=servers.PROJECT,
        env=servers.clean_environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "300 calls of one user, seed 7" in done.stdout
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    names = {row.split("|")[1].strip() for row in rows}
    assert {"caller search: 1 letter", "call sheet", "Today", "calls"} <= names
    assert "saving a call, two promises" in names
    assert "One fsync of 4 KB" in done.stdout
    assert "Delivery: 200 reminders" in done.stdout
