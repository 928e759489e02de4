"""A backup a day, by itself: made, kept, deleted, and told when it fails."""

from __future__ import annotations

import datetime as dt
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from contacts.models import Firm
from desk.backup import daily
from desk.tasks import keep_house
from tests.factories import FirmFactory
from tests.pages import html

# A backup asks over a connection of its own, which sees only what was committed.
pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A data folder of this test's own."""
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = settings.DATA_DIR / "files"
    settings.MEDIA_ROOT.mkdir(parents=True)
    settings.BACKUP_DAYS = 14
    return settings.DATA_DIR / "backups"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise daily.BackupError("No space left on device.")

    monkeypatch.setattr(daily, "back_up", fail)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def put_copy(folder: Path, day: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"wordkeeper-{day}.zip"
    path.touch()
    return path


def test_it_is_made_once_a_day(user: User, folder: Path) -> None:
    assert daily.make_todays(NOW) is not None
    assert daily.make_todays(NOW + dt.timedelta(minutes=5)) is None
    assert names(folder) == ["wordkeeper-2026-11-22.zip"]
    assert daily.make_todays(NOW + dt.timedelta(hours=1)) is not None
    assert names(folder) == ["wordkeeper-2026-11-22.zip", "wordkeeper-2026-11-23.zip"]


def test_a_clock_that_was_ahead_keeps_none_from_being_made(user: User, folder: Path) -> None:
    put_copy(folder, "2030-01-01")
    assert daily.make_todays(NOW) is not None


def test_nobody_else_may_read_it(user: User, folder: Path) -> None:
    daily.make_todays(NOW)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert next(folder.iterdir()).stat().st_mode & 0o777 == 0o600


def test_a_restore_of_it_brings_everything_back(user: User, folder: Path) -> None:
    FirmFactory(owner=user, name="Hartwell Search")
    made = daily.make_todays()
    assert made is not None
    Firm.across_owners.all().delete()
    call_command("restore", str(made.path), force=True)
    assert Firm.across_owners.get().name == "Hartwell Search"


def test_there_is_none_before_there_is_an_account(db: None, folder: Path) -> None:
    assert daily.make_todays(NOW) is None
    assert not folder.exists()


def test_none_is_made_where_none_is_wanted(user: User, folder: Path, settings: Any) -> None:
    settings.BACKUP_DAYS = 0
    assert daily.make_todays(NOW) is None
    assert not folder.exists()


def test_what_is_older_than_its_days_goes_once_there_is_a_new_one(
    user: User, folder: Path
) -> None:
    for day in ("2026-11-07", "2026-11-08", "2026-11-09"):
        put_copy(folder, day)
    daily.make_todays(NOW)
    assert names(folder) == ["wordkeeper-2026-11-09.zip", "wordkeeper-2026-11-22.zip"]


def test_no_old_one_goes_when_the_new_one_failed(
    user: User, folder: Path, full_disk: None
) -> None:
    put_copy(folder, "2026-10-01")
    daily.make_todays(NOW)
    assert names(folder) == ["failed.json", "wordkeeper-2026-10-01.zip"]


def test_a_file_of_another_name_is_nobodys_to_delete(user: User, folder: Path) -> None:
    (put_copy(folder, "2026-10-01")).rename(folder / "mine.zip")
    daily.make_todays(NOW)
    assert "mine.zip" in names(folder)


def test_what_a_killed_one_left_behind_goes_after_a_day(user: User, folder: Path) -> None:
    left = put_copy(folder, "2026-11-20").rename(folder / ".wordkeeper-2026-11-20.zip.ab.draft")
    fresh = put_copy(folder, "2026-11-22").rename(folder / ".wordkeeper-2026-11-22.zip.cd.draft")
    old = (NOW - 2 * DAY).timestamp()
    os.utime(left, (old, old))
    os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))
    daily.make_todays(NOW)
    assert left.name not in names(folder)
    assert fresh.name in names(folder)


def test_a_failure_is_noted_and_tried_again_after_an_hour(
    user: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(*args: Any, **kwargs: Any) -> None:
        tries.append(args)
        raise daily.BackupError("No space left on device.")

    with monkeypatch.context() as patched:
        patched.setattr(daily, "back_up", fail)
        daily.make_todays(NOW)
        daily.make_todays(NOW + dt.timedelta(minutes=5))
    assert len(tries) == 1
    found = daily.failure()
    assert found is not None
    assert (found.at, found.reason) == (NOW, "No space left on device.")
    assert daily.make_todays(NOW + dt.timedelta(hours=1)) is not None
    assert daily.failure() is None


def test_a_failure_stands_on_today_for_the_founder(
    client: Client, user: User, full_disk: None
) -> None:
    daily.make_todays()
    assert "No space left on device." in html(client.get(reverse("desk:today")))
    assert "No space left on device." in html(client.get(reverse("desk:backups")))
    User.objects.filter(pk=user.pk).update(is_founder=False)
    assert "No space left" not in html(client.get(reverse("desk:today")))


def test_settings_tell_when_the_last_was_made(client: Client, user: User) -> None:
    assert "None has been made yet." in html(client.get(reverse("accounts:settings")))
    daily.make_todays()
    assert "The last was made on" in html(client.get(reverse("accounts:settings")))


def test_its_page_tells_each_and_the_day_it_goes(client: Client, user: User) -> None:
    assert "The first comes by itself" in html(client.get(reverse("desk:backups")))
    made = daily.make_todays()
    assert made is not None
    page = html(client.get(reverse("desk:backups")))
    assert made.path.name in page
    assert "deleted on" in page


def test_of_ten_workers_one_makes_it(user: User, folder: Path) -> None:
    made: list[Any] = []
    ready = threading.Barrier(10)

    def work() -> None:
        ready.wait()
        try:
            made.append(daily.make_todays(NOW))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in made if one is not None]) == 1
    assert names(folder) == ["wordkeeper-2026-11-22.zip"]


def test_the_worker_comes_by_for_it(user: User, folder: Path) -> None:
    keep_house()
    assert len(names(folder)) == 1
