"""The feed in programs that people use: khal, and vdirsyncer from a server that runs."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Preferences, User
from followups import calendar
from followups.models import CalendarFeed, Promise
from tests.factories import FirmFactory, PromiseFactory, RecruiterFactory

KHAL, VDIRSYNCER = shutil.which("khal"), shutil.which("vdirsyncer")
needs_khal = pytest.mark.skipif(KHAL is None, reason="Optional: khal is not installed")
needs_vdirsyncer = pytest.mark.skipif(
    VDIRSYNCER is None, reason="Optional: vdirsyncer is not installed"
)

# Where khal shows them: on its own clock, whatever zone they are in.
AROUND_CHANGES = [
    # zone, local there, in London
    ("Europe/London", "2027-03-27 18:00", "2027-03-27 18:00"),
    ("Europe/London", "2027-03-28 03:00", "2027-03-28 03:00"),
    ("Europe/London", "2027-10-31 01:30", "2027-10-31 01:30"),
    ("Europe/London", "2027-10-31 09:00", "2027-10-31 09:00"),
    ("America/New_York", "2027-03-14 09:00", "2027-03-14 13:00"),
    ("America/New_York", "2027-11-08 09:00", "2027-11-08 14:00"),
    ("Asia/Kolkata", "2027-07-01 18:00", "2027-07-01 13:30"),
    ("Australia/Sydney", "2027-10-04 09:00", "2027-10-03 23:00"),
]


def run(folder: Path, *command: str) -> str:
    """What the program printed; whatever it warns of fails the test."""
    # A home of its own, so that neither finds the configuration or the calendars of who runs this.
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "Europe/London",
            "NO_PROXY": "*",
            **home,
        },
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    for bad in ("warning", "error", "critical", "traceback", "could not", "failed", "invalid"):
        assert bad not in said.lower(), said
    return done.stdout


@pytest.fixture
def khal(tmp_path: Path) -> list[str]:
    """khal with an empty calendar."""
    (tmp_path / "events").mkdir()
    config = tmp_path / "khal.conf"
    config.write_text(
        f"[calendars]\n[[ours]]\npath = {tmp_path}/events\n"
        "[locale]\nlocal_timezone = Europe/London\ndefault_timezone = Europe/London\n"
        "timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        f"[sqlite]\npath = {tmp_path}/khal.db\n[default]\ndefault_calendar = ours\n"
    )
    return [KHAL or "khal", "-c", str(config)]


def listed(khal: list[str], folder: Path, *days: str) -> list[str]:
    """“2027-07-01 13:30 Call”, a line an event, of these days."""
    shown = run(
        folder,
        *(*khal, "list", "--notstarted", "--format", "{start-long} {title}", "--day-format", ""),
        *days,
    )
    return [line for line in shown.splitlines() if line.strip()]


def promised(user: User, zone: str, local: str, **values: Any) -> Promise:
    at = dt.datetime.fromisoformat(local)
    return PromiseFactory(
        owner=user, due_on=at.date(), due_time=at.time(), time_zone=zone, **values
    )


@needs_khal
def test_khal_shows_each_at_its_instant(user: User, khal: list[str], tmp_path: Path) -> None:
    Preferences.objects.of(user).update(discreet_mail=False)
    firm = FirmFactory(owner=user, name="Søkegruppen; “Nord”, A/S")
    recruiter = RecruiterFactory(owner=user, name="Zoë Łukasiewicz-Brandt 名前 " * 3)
    expected = set()
    for number, (zone, local, shown) in enumerate(AROUND_CHANGES):
        what = f"No {number}"
        promised(user, zone, local, what=what, recruiter=recruiter, firm=firm)
        expected.add(f"{shown} {what}")
    PromiseFactory(owner=user, what="A day", due_on=dt.date(2027, 5, 5), recruiter=recruiter)
    entries = calendar.entries_of(calendar.standing(user, dt.datetime.now(dt.UTC)), user)
    (tmp_path / "feed.ics").write_bytes(calendar.write(entries))
    run(tmp_path, *khal, "import", "--batch", str(tmp_path / "feed.ics"))
    lines = listed(khal, tmp_path, "2027-01-01", "2028-01-01")
    assert {line.split(":", 2)[0] + ":" + line.split(":", 2)[1] for line in lines} >= expected
    assert any(line.startswith("2027-05-05 A day") for line in lines)
    assert len(lines) == len(AROUND_CHANGES) + 1
    assert all("Zoë Łukasiewicz-Brandt 名前" in line for line in lines)


@needs_khal
def test_khal_takes_one_promise(client: Any, user: User, khal: list[str], tmp_path: Path) -> None:
    promise = promised(user, "Asia/Tokyo", "2027-07-01 18:00")
    text = client.get(reverse("followups:promise_calendar", args=[promise.pk])).content
    (tmp_path / "one.ics").write_bytes(text)
    run(tmp_path, *khal, "import", "--batch", str(tmp_path / "one.ics"))
    assert listed(khal, tmp_path, "2027-07-01", "2027-07-02") == ["2027-07-01 10:00 Call"]


@needs_khal
@needs_vdirsyncer
@pytest.mark.django_db(transaction=True)
def test_vdirsyncer_follows_what_moves_and_ends(
    live_server: Any, user: User, khal: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "events"
    moved = promised(user, "America/New_York", "2027-07-01 09:00")
    ended = promised(user, "Europe/London", "2027-07-02 09:00", kind="send_names")
    address = live_server.url + reverse("followups:calendar", args=[CalendarFeed.renew(user)])
    config = tmp_path / "vdirsyncer.conf"
    config.write_text(
        f'[general]\nstatus_path = "{tmp_path}/status/"\n'
        '[pair ours]\na = "here"\nb = "there"\ncollections = null\nconflict_resolution = "b wins"\n'
        f'[storage here]\ntype = "filesystem"\npath = "{folder}"\nfileext = ".ics"\n'
        f'[storage there]\ntype = "http"\nurl = "{address}"\n'
    )
    vdirsyncer = [VDIRSYNCER or "vdirsyncer", "-c", str(config)]
    run(tmp_path, *vdirsyncer, "discover")

    def synced() -> list[str]:
        run(tmp_path, *vdirsyncer, "sync")
        return listed(khal, tmp_path, "2027-07-01", "2027-07-10")

    assert synced() == ["2027-07-01 14:00 Call", "2027-07-02 09:00 Deadline"]
    files = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(files) == 2
    run(tmp_path, *vdirsyncer, "sync")
    # Nothing has changed, so nothing is written.
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == files
    moved.snooze(due_on=dt.date(2027, 7, 5), due_time=dt.time(10), time_zone="America/New_York")
    ended.keep()
    lines = synced()
    assert "2027-07-05 15:00 Call" in lines
    assert not any(line.startswith("2027-07-01") for line in lines)
    # Still two: one elsewhere, the other cancelled. (This storage names each by what stands in
    # it, whatever its UID.)
    texts = [path.read_text() for path in folder.iterdir()]
    assert len(texts) == 2
    assert sum("STATUS:CANCELLED" in text for text in texts) == 1
    # After its 90 days, or when it is purged, it is gone there too.
    Promise.across_owners.filter(pk=ended.pk).update(
        ended_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=91)
    )
    assert synced() == ["2027-07-05 15:00 Call"]
    assert len(list(folder.iterdir())) == 1
