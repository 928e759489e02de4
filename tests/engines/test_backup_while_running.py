"""A backup made while everything goes on, restored elsewhere; and what it must not send again.

Real processes, on SQLite and, where the suite runs on it, on PostgreSQL.
"""

from __future__ import annotations

import json
import random
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import servers
from tests.engines.busy_house import WRITERS
from tests.engines.installations import Installation
from tests.engines.mail_server import MailServer
from tests.engines.servers import DidNotHappen
from tests.engines.test_reminder_end_to_end import due_already, promised, shell

# Every row of every table, but for those that do not come back or tell of the process alone.
ROWS = """
import hashlib, json
from django.db import connection
left_out = {"cache", "django_session", "django_migrations", "followups_heartbeat"}
found = {}
with connection.cursor() as cursor:
    for table in sorted(set(connection.introspection.table_names(cursor)) - left_out):
        cursor.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        order = sorted(range(len(names)), key=names.__getitem__)
        rows = sorted(repr([row[place] for place in order]) for row in cursor.fetchall())
        digest = hashlib.sha256("\\n".join(rows).encode()).hexdigest()
        found[table] = [len(rows), digest, sorted(names)]
print(json.dumps(found))
"""
# What must hold at any moment, whoever writes.
ONE_MOMENT = """
import json
from django.db import connection
from django.db.models import Count
from django.utils import timezone
from accounts.models import Preferences
from calls.models import Call
from contacts.models import Recruiter
from followups.models import Mail, Promise, Reminder
from followups.reminders import plan
connection.check_constraints()
for jane in Recruiter.across_owners.all():
    calls = Call.across_owners.filter(recruiter=jane)
    numbers = sorted(int(notes.split()[0]) for notes in calls.values_list("notes", flat=True))
    assert numbers == list(range(1, int(jane.notes) + 1)), (jane.notes, numbers[-3:])
    assert not calls.annotate(n=Count("promises")).exclude(n=2).exists()
now = timezone.now()
for promise in Promise.across_owners.select_related("owner"):
    live = Reminder.across_owners.live().filter(promise=promise)
    waiting = {(row.occasion, row.due_utc) for row in live}
    if not promise.is_open:
        assert not waiting
        continue
    wanted = plan(promise, Preferences.objects.of(promise.owner).get())
    coming = {(row.occasion, row.due_utc) for row in wanted if row.due_utc > promise.created_at}
    assert waiting == coming, (promise.pk, waiting ^ coming)
left = Mail.across_owners.filter(state__in=["scheduled", "claimed", "sending"], due_utc__lte=now)
assert not left.exists()
print(json.dumps([Call.across_owners.count(), Mail.across_owners.filter(state="held").count()]))
"""


@pytest.fixture
def ready(installation: Installation, mail_server: MailServer) -> Installation:
    installation.environment["EMAIL_URL"] = mail_server.url
    return installation


@pytest.fixture
def elsewhere(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Another installation with another data folder and an empty database, on the same engine."""
    (tmp_path / "elsewhere").mkdir()
    environment = {
        name: value
        for name, value in installation.environment.items()
        if name in {"DATABASE_URL", "REDIS_URL"}
    }
    other = Installation(tmp_path / "elsewhere", static=installation.static, **environment)
    if url := environment.get("DATABASE_URL"):
        with servers.new_database(url) as own:
            other.environment["DATABASE_URL"] = own
            yield other
            other.stop()
    else:
        yield other
        other.stop()


def refused(installation: Installation, *arguments: str) -> str:
    """The one line with which a command refuses."""
    with pytest.raises(DidNotHappen) as error:
        installation.manage(*arguments)
    said = str(error.value).partition("\n")[2].strip()
    assert said.startswith("CommandError: "), said
    assert "\n" not in said
    return said


def rows(installation: Installation) -> dict[str, list[object]]:
    found: dict[str, list[object]] = json.loads(shell(installation, ROWS))
    return found


def test_a_copy_made_while_everything_writes_is_of_one_moment_and_whole(
    ready: Installation, elsewhere: Installation, mail_server: MailServer, tmp_path: Path
) -> None:
    house = ready.start("-m", "tests.engines.busy_house")
    for number in range(WRITERS):
        house.wait_for(f"writer {number} begins")
    loop = ready.deliver()
    mail_server.wait_for_mails(3)
    copies = []
    for number in range(3):
        time.sleep(0.5)
        copies.append(tmp_path / f"copy-{number}.zip")
        ready.manage("backup", str(copies[-1]))
    # It went on meanwhile, and nobody was turned away.
    seen = len(mail_server.given)
    mail_server.wait_for_mails(seen + 3)
    house.process.terminate()
    assert house.wait() == 0, house.output
    assert loop.stop() == 0
    counts = []
    for copy in (copies[0], copies[-1]):
        elsewhere.manage("restore", str(copy), "--force")
        calls, held = json.loads(shell(elsewhere, ONE_MOMENT))
        counts.append(calls)
        print(f"{copy.name}: {calls} calls, {held} mails held")
    assert 0 < counts[0] < counts[1] <= json.loads(shell(ready, ROWS))["calls_call"][0]


def test_every_row_of_every_table_every_file_and_the_key_come_back(
    ready: Installation, elsewhere: Installation, mail_server: MailServer, tmp_path: Path
) -> None:
    ready.manage("demo", "--calls", "60", "--email", "ann@example.org")
    promised(ready, in_seconds=600, how_many=2)
    # What was late of the demo goes; then nothing is unsent and due, which would be held.
    ready.manage("deliver")
    (ready.data / "files" / "ab").mkdir(parents=True)
    (ready.data / "files" / "ab" / "cv é.pdf").write_bytes(b"%PDF-1.7")
    copy = tmp_path / "copy.zip"
    ready.manage("backup", str(copy))
    key = ready.data / "secret_key"

    assert "Restored as of" in elsewhere.manage("restore", str(copy))
    assert rows(elsewhere) == rows(ready)
    assert (elsewhere.data / "files" / "ab" / "cv é.pdf").read_bytes() == b"%PDF-1.7"
    restored_key = elsewhere.data / "secret_key"
    assert restored_key.read_text() == key.read_text()
    assert restored_key.stat().st_mode & 0o777 == 0o600

    # It is used from there on: numbers go on, beyond any that were given out after the copy.
    before = shell(
        ready, "from calls.models import Call\nprint(Call.across_owners.latest('pk').pk)"
    )
    promised(elsewhere, in_seconds=600)
    last = "from contacts.models import Recruiter\nprint(Recruiter.across_owners.latest('pk').pk)"
    assert int(shell(elsewhere, last)) > int(before) + 10_000

    # A second time only when told to, and what was there is kept and comes back the same way.
    changed = rows(elsewhere)
    assert changed != rows(ready)
    assert "There are accounts here" in refused(elsewhere, "restore", str(copy))
    assert rows(elsewhere) == changed
    (elsewhere.data / "files" / "new.pdf").write_bytes(b"new")
    elsewhere.manage("restore", str(copy), "--force")
    assert rows(elsewhere) == rows(ready)
    assert not (elsewhere.data / "files" / "new.pdf").exists()
    (kept,) = elsewhere.data.glob("before-restore-*.zip")
    assert kept.stat().st_mode & 0o777 == 0o600
    elsewhere.manage("restore", str(kept), "--force")
    assert rows(elsewhere) == changed
    assert (elsewhere.data / "files" / "new.pdf").exists()
    left = {path.name for path in elsewhere.data.iterdir() if path.name.startswith(".")}
    assert left == set()


NEW_FEED = """
from accounts.models import User
from followups.models import CalendarFeed
CalendarFeed.objects.create(owner=User.objects.first(), digest="x" * 64)
"""


def test_an_address_of_the_calendar_does_not_come_back(
    ready: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    """It may have leaked, and been revoked since the copy."""
    promised(ready, in_seconds=600)
    shell(ready, NEW_FEED)
    ready.manage("backup", str(tmp_path / "copy.zip"))
    elsewhere.manage("restore", str(tmp_path / "copy.zip"))
    count = "from followups.models import CalendarFeed\nprint(CalendarFeed.across_owners.count())"
    assert [int(shell(one, count)) for one in (ready, elsewhere)] == [1, 0]


TICKS = """
import datetime as dt
from django.utils import timezone
from followups.delivery import dispatch_due
for minutes in (0, 1, 2, 5, 10, 20):
    dispatch_due(timezone.now() + dt.timedelta(minutes=minutes))
"""
HELD = """
import json
from followups.models import Mail
found = Mail.across_owners.filter(state__in=["held", "failed"]).order_by("pk")
print(json.dumps(list(found.values("pk", "state", "message_id", "answer", "ambiguous"))))
"""


def test_nothing_that_a_restored_copy_had_unsent_goes_again_without_being_asked(
    ready: Installation, mail_server: MailServer, tmp_path: Path
) -> None:
    """Issue by issue: one was tried already when the copy was made, one had not come to be due."""
    due_already(ready)
    mail_server.answer("MAIL", "451 4.3.0 later", times=1)
    ready.manage("deliver")
    coming = promised(ready, in_seconds=5)
    copy = tmp_path / "copy.zip"
    ready.manage("backup", str(copy))
    # After the copy both go.
    time.sleep(max(0, max(coming.values()) - time.time()))
    shell(ready, TICKS)
    gone = {received.message["Message-ID"] for received in mail_server.wait_for_mails(2)}
    assert len(gone) == len(mail_server.given) == 2

    later = promised(ready, in_seconds=600)  # is not in the copy
    said = ready.manage("restore", str(copy), "--force")
    assert "Held mails: 2." in said
    for _ in range(3):
        shell(ready, TICKS)
    assert len(mail_server.given) == 2
    held = json.loads(shell(ready, HELD))
    assert [mail["state"] for mail in held] == ["held", "held"]
    assert all(mail["answer"].startswith("Restored from a copy of ") for mail in held)
    # The first had its Message-ID when the copy was made, and keeps it.
    (same,) = [mail for mail in held if mail["message_id"] in gone]

    # Its owner asks for it, and it goes.
    shell(
        ready,
        "from followups.models import Mail\n"
        f"assert Mail.across_owners.get(pk={same['pk']}).retry()\n{TICKS}",
    )
    (third,) = mail_server.wait_for_mails(3)[2:]
    assert third.message["Message-ID"] == same["message_id"]
    # What falls due after the restore goes as usual.
    assert later
    due_already(ready)
    shell(ready, TICKS)
    assert len(mail_server.wait_for_mails(4)) == 4


def test_an_installation_that_runs_is_not_restored_into_by_mistake(
    ready: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.zip"
    ready.manage("backup", str(copy))
    elsewhere.manage("migrate", "--verbosity", "0")
    elsewhere.manage("deliver")
    assert "is running here" in refused(elsewhere, "restore", str(copy))
    elsewhere.manage("restore", str(copy), "--force")
    # The copy's own heartbeat does not stand in its way.
    elsewhere.manage("restore", str(copy))


def test_of_two_restores_at_once_one_is_refused_and_the_other_whole(
    ready: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    ready.manage("demo", "--calls", "60")
    copy = tmp_path / "copy.zip"
    ready.manage("backup", str(copy))
    both = [elsewhere.start("manage.py", "restore", str(copy)) for _ in range(2)]
    codes = sorted(process.wait() for process in both)
    assert codes == [0, 1], [process.output for process in both]
    assert rows(elsewhere)["calls_call"] == rows(ready)["calls_call"]


def test_a_restore_that_is_killed_leaves_the_old_or_the_new_and_can_be_done_again(
    ready: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    ready.manage("demo", "--calls", "60", "--email", "new@example.org")
    new = tmp_path / "new.zip"
    ready.manage("backup", str(new))
    elsewhere.manage("migrate", "--verbosity", "0")
    elsewhere.manage("demo", "--calls", "40", "--email", "old@example.org")
    took = time.monotonic()
    elsewhere.manage("restore", str(new), "--force")
    took = time.monotonic() - took
    old = next(elsewhere.data.glob("before-restore-*.zip"))
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    known = [rows(ready)["calls_call"]]
    elsewhere.manage("restore", str(old), "--force")
    known.append(rows(elsewhere)["calls_call"])
    for _ in range(4):
        process = elsewhere.start("manage.py", "restore", str(new), "--force")
        time.sleep(took * chance.uniform(0.5, 1))
        process.kill()
        assert rows(elsewhere)["calls_call"] in known, f"seed {seed}"
    elsewhere.manage("restore", str(new), "--force")
    assert rows(elsewhere)["calls_call"] == known[0]
    assert not list(elsewhere.data.glob(".*"))


def test_the_workers_own_backup_of_the_day_is_whole_and_restores(
    ready: Installation, elsewhere: Installation
) -> None:
    ready.manage("demo", "--calls", "20")
    ready.environment["BACKUP_DAYS"] = "14"
    ready.celery("worker", "--pool", "threads", "--loglevel", "info").wait_for("ready.")
    shell(ready, "from desk.tasks import keep_house; keep_house.delay()")
    folder = ready.data / "backups"
    (copy,) = servers.until(lambda: list(folder.glob("*.zip")), "no backup was made")
    elsewhere.manage("restore", str(copy))
    assert rows(elsewhere)["calls_call"] == rows(ready)["calls_call"]


def test_an_older_copy_is_brought_forward_and_a_newer_one_refused(
    ready: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    ready.manage("demo", "--calls", "20")
    for app in ("desk", "followups", "accounts"):
        ready.manage("migrate", app, "0001", "--verbosity", "0")
    copy = tmp_path / "copy.zip"
    ready.manage("backup", str(copy))
    elsewhere.manage("restore", str(copy))
    elsewhere.manage("migrate", "--check")
    assert rows(elsewhere)["calls_call"] == rows(ready)["calls_call"]
    elsewhere.manage("demo", "--calls", "5", "--email", "more@example.org")

    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(copy) as source, zipfile.ZipFile(newer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                manifest["migrations"].append(["followups", "0999_from_the_future"])
                content = json.dumps(manifest).encode()
            target.writestr(name, content)
    before = rows(elsewhere)
    said = refused(elsewhere, "restore", str(newer), "--force")
    assert "newer Wordkeeper" in said
    assert said.endswith("Nothing was changed.")
    assert rows(elsewhere) == before


def test_a_database_that_cannot_be_read_is_set_aside(
    ready: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    if "DATABASE_URL" in ready.environment:
        pytest.skip("of SQLite")
    ready.manage("demo", "--calls", "20")
    copy = tmp_path / "copy.zip"
    ready.manage("backup", str(copy))
    elsewhere.manage("migrate", "--verbosity", "0")
    elsewhere.manage("demo", "--calls", "20")
    live = elsewhere.data / "wordkeeper.sqlite3"
    live.write_bytes(b"torn" * 4096)
    assert "is damaged" in refused(elsewhere, "restore", str(copy))
    elsewhere.manage("restore", str(copy), "--force")
    assert rows(elsewhere) == rows(ready)
    (kept,) = elsewhere.data.glob("wordkeeper.sqlite3.before-restore-*")
    assert kept.read_bytes() == b"torn" * 4096


def test_a_hostile_file_touches_nothing(
    ready: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    ready.manage("demo", "--calls", "20")
    copy = tmp_path / "copy.zip"
    ready.manage("backup", str(copy))
    elsewhere.manage("migrate", "--verbosity", "0")
    before = rows(elsewhere)
    key = (elsewhere.data / "secret_key").read_text()
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(copy) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    first = next(name for name in parts if name.startswith(("database", "tables/calls_call")))
    for change in (
        {first: parts[first][:-1] + bytes([parts[first][-1] ^ 1])},
        {"files/../../secret_key": b"x" * 60},
        {"manifest.json": b"{}"},
    ):
        with zipfile.ZipFile(bad, "w") as target:
            for name, content in {**parts, **change}.items():
                target.writestr(name, content)
        assert refused(elsewhere, "restore", str(bad)).endswith("Nothing was changed.")
    shutil.copy(copy, bad)
    with bad.open("r+b") as file:
        file.truncate(bad.stat().st_size // 2)
    refused(elsewhere, "restore", str(bad))
    assert rows(elsewhere) == before
    assert (elsewhere.data / "secret_key").read_text() == key
    assert not list(elsewhere.data.glob(".restoring*"))
