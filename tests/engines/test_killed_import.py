"""A process killed with SIGKILL in the middle of an import: nothing of it is seen, and then all.

The process is a real one, and kills itself exactly where the test says. That its lease runs out is
brought about by moving it into the past.
"""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from tests.engines.installations import Installation

ROWS = 200
HANDED_IN = f"""
from django.core.files.base import ContentFile
from accounts.models import User
from desk.importing import intake, work
user = User.objects.create_user("ann@example.org", "a long enough secret")
lines = ["Name,Company,Title,Phone,E-mail"]
lines += [f"Anna{{n}} Berg{{n}},Firm {{n % 7}},Recruiter,+4420794{{n:05}},a{{n}}@n.example"
    for n in range({ROWS})]
run = intake.take_in(user, ContentFile("\\n".join(lines).encode(), name="x"))
work.work(run)
work.move(run, ("ready",), "bringing_in")
"""
# Each with what it does just before it dies.
KILLED = """
import os, signal
from desk.importing import applying, hidden, showing, work
from desk.importing.run import ImportRun
applying.PART, applying.BY_ENGINE = 50, dict()
goes_on, calls = ImportRun.goes_on, []
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
def counted(self, **values):
    calls.append(1)
    goes_on(self, **values)
    if len(calls) == {at}:
        die()
{patch}
work.go_on()
"""
POINTS = {
    "in the middle of a part": (4, "ImportRun.goes_on = counted"),
    "when half of it is written": (7, "ImportRun.goes_on = counted"),
    "while it is shown": (0, "showing._write_changes = die"),
    "once it is shown": (0, "applying.clear = die"),
}
TAKEN_UP = """
from django.utils import timezone
from desk.importing import work
from desk.importing.run import ImportRun
ImportRun.across_owners.exclude(lease_until=None).update(lease_until=timezone.now())
work.go_on()
work.tidy()
"""
STANDS = """
import json
import signal
from contacts.models import Email, Firm, Phone, Recruiter
from desk.importing.run import ImportRow, ImportRun
from search import index
from search.models import HiddenGroup, SearchDocument
models = (Firm, Recruiter, Phone, Email)
groups = HiddenGroup.across_owners.values("group")
documents = SearchDocument.across_owners
print(json.dumps({
    "state": ImportRun.across_owners.get().state,
    "seen": [model.across_owners.filter(trashed_at=None).count() for model in models]
        + [documents.exclude(trash_group__in=groups).count()],
    "hidden": [model.across_owners.exclude(trashed_at=None).count() for model in models]
        + [documents.filter(trash_group__in=groups).count()],
    "staged": ImportRow.across_owners.count(),
}))
"""
ALL = [7, ROWS, ROWS, ROWS, ROWS + 7]
NONE = [0] * 5


def shell(installation: Installation, code: str) -> str:
    return installation.manage("shell", "--verbosity", "0", "--command", code)


def stands(installation: Installation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shell(installation, STANDS))
    return found


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_it_is_all_or_nothing(installation: Installation, point: str) -> None:
    shell(installation, HANDED_IN)
    at, patch = POINTS[point]
    code = KILLED.format(at=at, patch=patch)
    killed = installation.start("manage.py", "shell", "--command", code)
    assert killed.wait() == -signal.SIGKILL
    before = stands(installation)
    is_shown = point == "once it is shown"
    assert before["seen"] == (ALL if is_shown else NONE)
    assert before["state"] == ("done" if is_shown else "bringing_in")
    shell(installation, TAKEN_UP)
    after = stands(installation)
    assert after == {"state": "done", "seen": ALL, "hidden": NONE, "staged": 0}
