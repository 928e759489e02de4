"""A nudge leaves whatever process gives it, and reaches the broker that the settings name."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_it_reaches_the_broker_from_a_process_that_is_no_worker(tmp_path: Path) -> None:
    environment = {**os.environ, "WORDKEEPER_DATA": str(tmp_path), "REDIS_URL": ""}
    code = "from followups.tasks import deliver_due; deliver_due.apply_async(retry=False)"
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", code],
        cwd=PROJECT,
        env=environment,
        check=True,
        timeout=60,
    )
    assert len(list((tmp_path / "broker" / "queue").glob("*.msg"))) == 1
