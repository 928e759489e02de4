"""A backup a day, kept for `settings.BACKUP_DAYS` days, without anybody having to think of it.

What there is to know of it stands in its folder: the copies, and why the last try failed. A
database that cannot be copied could not be asked either.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from desk.backup.archive import BackupError
from desk.backup.copying import Made, back_up
from desk.backup.registry import DAILY, daily_folder, goes_on

logger = logging.getLogger(__name__)

# A try that failed is not made again at every look: a full disk is no emptier five minutes later.
TRY_AGAIN_AFTER = dt.timedelta(hours=1)
# What a backup that was killed has left behind; one under way is younger.
DRAFTS_LAST = dt.timedelta(days=1)


@dataclass(frozen=True)
class Copy:
    """A daily backup that is there. `day` is the UTC day it was made on; `size` in bytes."""

    path: Path
    day: dt.date
    made_at: dt.datetime  # UTC
    size: int

    @property
    def goes_on(self) -> dt.date | None:
        """The UTC day on which it is deleted, if another is made by then."""
        return goes_on(self.path)


@dataclass(frozen=True)
class Failure:
    """The last try came to nothing; `reason` is one line."""

    at: dt.datetime  # UTC
    reason: str


def copies() -> list[Copy]:
    """The daily backups that are there, the newest first."""
    found = []
    for path in _entries():
        if (match := DAILY.fullmatch(path.name)) is None or not path.is_file():
            continue
        with contextlib.suppress(ValueError, FileNotFoundError):
            day, status = dt.date.fromisoformat(match[1]), path.stat()
            made_at = dt.datetime.fromtimestamp(status.st_mtime, dt.UTC)
            found.append(Copy(path, day, made_at, status.st_size))
    return sorted(found, key=lambda one: one.day, reverse=True)


def last_made() -> dt.datetime | None:
    """When the newest was made (UTC)."""
    found = copies()
    return found[0].made_at if found else None


def failure() -> Failure | None:
    """Why there is none of today; None when the last try was well."""
    try:
        noted = json.loads(_failed().read_text())
        return Failure(dt.datetime.fromisoformat(noted["at"]), noted["reason"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def make_todays(now: dt.datetime | None = None) -> Made | None:
    """Make the backup of today (UTC) if there is none, and delete those whose days are over.

    Any number may ask at once: one makes it. None when there was nothing to do. A failure is
    logged and noted, and tried again after an hour.
    """
    now = now or timezone.now()
    if not settings.BACKUP_DAYS or not User.objects.exists():
        return None
    # Who comes while one is made finds it, or makes it next time.
    with _alone() as ours:
        return _make(now) if ours and _is_wanted(now) else None


def _is_wanted(now: dt.datetime) -> bool:
    if any(one.day == now.date() for one in copies()):
        return False
    failed = failure()
    # A clock that was ahead for a while must not keep it from being made, or tried.
    return failed is None or abs(now - failed.at) >= TRY_AGAIN_AFTER


def _make(now: dt.datetime) -> Made | None:
    try:
        made = back_up(daily_folder() / f"wordkeeper-{now.date()}.zip", now=now)
    except BackupError as error:
        logger.error("the daily backup failed: %s", error)
        note = json.dumps({"at": now.isoformat(), "reason": str(error)})
        with contextlib.suppress(OSError):  # then the log has it
            _failed().write_text(note)
        return None
    _failed().unlink(missing_ok=True)
    _delete_old(now)
    return made


def _delete_old(now: dt.datetime) -> None:
    """Only once there is a new one: after a month switched off the old ones are all there is."""
    for one in copies():
        if one.goes_on is not None and one.goes_on <= now.date():
            one.path.unlink(missing_ok=True)
    for path in _entries():
        with contextlib.suppress(FileNotFoundError):
            age = now.timestamp() - path.stat().st_mtime
            if path.name.endswith(".draft") and age > DRAFTS_LAST.total_seconds():
                path.unlink()


def _failed() -> Path:
    return daily_folder() / "failed.json"


def _entries() -> list[Path]:
    return list(daily_folder().iterdir()) if daily_folder().is_dir() else []


@contextlib.contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is at it. The lock is the folder's, and goes with its process."""
    daily_folder().mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(daily_folder(), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
