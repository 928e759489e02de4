"""An account's archive goes from SQLite into PostgreSQL and back, through real processes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.engines import servers
from tests.engines.installations import Installation
from tests.engines.test_backup_while_running import refused
from tests.engines.test_reminder_end_to_end import shell

# A demo of every kind, with what a demo has not: files, moves, a nudge, a draft, the trash.
FILL = """
import datetime as dt
from django.core.files.base import ContentFile
from django.utils import timezone
from accounts.models import Compensation, Resume, User
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Recruiter
from desk.models import Draft
from followups.models import Mail, Promise
ann = User.objects.get(email="ann@example.org")
ann.time_zone = "Asia/Tokyo"
ann.save()
# None may fall due while the archive is under way: that would be held, and so be another row.
for promise in Promise.objects.of(ann).open():
    promise.release()
Resume.objects.create(owner=ann, label="Zürich", made_on="2026-01-01", file_name="cv.pdf",
    file=ContentFile(b"%PDF-1.7 a life %%EOF", "cv.pdf"))
Compensation.objects.create(owner=ann, as_of="2026-01-01", base="=1+1")
first, second = Employer.objects.of(ann).order_by("pk")[:2]
first.parent = second
first.save()
Firm.objects.create(owner=ann, name="Gone").trash()
Draft.objects.create(owner=ann, data={"who": ["b", "a"], "a": ["\\u2028 é"], "Z": [""]})
theirs = Promise(owner=ann, owed_by="them", kind="other", time_zone="Europe/London",
    recruiter=Recruiter.objects.of(ann).first(),
    due_on=timezone.localdate() + dt.timedelta(days=5), due_time=dt.time(9, 30))
theirs.save()
nudge = Promise(owner=ann, kind="call_back", time_zone="Europe/London", follows=theirs,
    recruiter=theirs.recruiter, due_on=timezone.localdate() + dt.timedelta(days=6))
nudge.save()
nudge.snooze(due_on=nudge.due_on, due_time=dt.time(1, 2, 3, 4), time_zone="America/New_York")
Mail.objects.create(owner=ann, kind="test", state="sent", due_utc=timezone.now(),
    not_before=timezone.now(), sent_at=timezone.now(), answer="250 é")
"""
# Every row, with what it points to in place of ids: by where that stands among its own kind. What
# went to the trash together is numbered, too: an archive gives each group a new name.
ROWS = """
import json
import zipfile
from accounts.models import User
from desk.archive import kinds
ann = User.objects.get(email="ann@example.org")
places, found, groups = {}, {}, {}
for model in kinds.kept_models():
    rows = list(model.across_owners.filter(owner=ann).order_by("pk"))
    places[model] = {row.pk: place for place, row in enumerate(rows)}
    said = []
    for row in rows:
        values = {}
        for one in model._meta.concrete_fields:
            value = getattr(row, one.attname)
            if one.name in {"id", "owner"}:
                continue
            if one.related_model and value is not None:
                value = places[one.related_model][value]
            elif value and one.get_internal_type() == "FileField":
                with value.open("rb") as file:
                    value = file.read().decode()
            elif one.name == "trash_group" and value is not None:
                value = groups.setdefault(value, len(groups))
            values[one.name] = value
        said.append(json.dumps(values, default=str, sort_keys=True))
    found[model._meta.label] = said
found["zone"] = [ann.time_zone, ann.phone_region, ann.locale]
print(json.dumps(found))
"""
ACCOUNT = """
from accounts.models import User
User.objects.create_user("ann@example.org", "a long enough secret")
"""


def rows(installation: Installation) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(shell(installation, ROWS))
    return found


@pytest.fixture
def full(fresh: Installation) -> Installation:
    """On SQLite, with a year of calls and a row of every other kind."""
    fresh.manage("migrate", "--verbosity", "0")
    fresh.manage("demo", "--calls", "120", "--email", "ann@example.org")
    # What was late of the demo is kept here; then nothing is unsent and due, which would be held.
    fresh.manage("deliver")
    shell(fresh, FILL)
    return fresh


def empty(folder: Path, static: Path, **environment: str) -> Installation:
    folder.mkdir()
    one = Installation(folder, static=static, **environment)
    one.manage("migrate", "--verbosity", "0")
    shell(one, ACCOUNT)
    return one


def test_from_sqlite_into_postgresql_and_back_every_row_is_the_same(
    full: Installation, static: Path, migrated_url: str, tmp_path: Path
) -> None:
    before = rows(full)
    kinds = {label for label, found in before.items() if found}
    assert len(kinds) >= len(before) - 2, set(before) - kinds
    there = empty(tmp_path / "there", static, DATABASE_URL=migrated_url)
    back = empty(tmp_path / "back", static)
    first, second, third = (tmp_path / f"{name}.zip" for name in ("first", "second", "third"))
    full.manage("export", str(first), "--email", "ann@example.org")
    there.manage("import", str(first), "--email", "ann@example.org")
    assert rows(there) == before
    there.manage("export", str(second), "--email", "ann@example.org")
    back.manage("import", str(second), "--email", "ann@example.org")
    assert rows(back) == before
    back.manage("export", str(third), "--email", "ann@example.org")
    assert parts(first) == parts(second) == parts(third)
    # Both go on from there.
    for one in (there, back):
        one.manage("deliver")
        assert "an empty one" in refused(one, "import", str(first), "--email", "ann@example.org")
        assert "exists already" in refused(one, "export", str(first), "--email", "ann@example.org")


def parts(path: Path) -> dict[str, str]:

    with zipfile.ZipFile(path) as archive:
        found = json.loads(archive.read("manifest.json"))["parts"]
    return {name: part["sha256"] for name, part in found.items()}


def test_an_import_that_is_killed_leaves_nothing(
    full: Installation, static: Path, tmp_path: Path
) -> None:
    path = tmp_path / "one.zip"
    full.manage("export", str(path), "--email", "ann@example.org")
    other = empty(tmp_path / "other", static)
    nothing = rows(other)
    process = other.start("manage.py", "import", str(path), "--email", "ann@example.org")
    # Its first files stand there in the midst of the transaction, or it is over already.
    folder = other.data / "files"
    servers.until(
        lambda: (folder.exists() and any(folder.rglob("*"))) or process.process.poll() is not None,
        "it never began",
    )
    process.kill()
    assert rows(other) in (nothing, rows(full))
