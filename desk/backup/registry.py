"""Which backups were made here, and who was anonymised: what no backup may bring out of mind.

Two files beside the database, in no backup themselves, mode 600, a line for each: so that two at
once lose nothing of each other. They hold paths, ids and moments, and no names.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)


DAILY = re.compile(r"wordkeeper-(\d{4}-\d\d-\d\d)\.zip")


def daily_folder() -> Path:
    """Where the backup of each day is put (desk/backup/daily.py)."""
    return Path(settings.DATA_DIR, "backups")


def goes_on(path: Path) -> dt.date | None:
    """The UTC day on which the daily backup at `path` is deleted; None for any other file."""
    named = DAILY.fullmatch(path.name) if path.parent == daily_folder() else None
    if named is None or not settings.BACKUP_DAYS:
        return None
    try:
        return dt.date.fromisoformat(named[1]) + dt.timedelta(days=settings.BACKUP_DAYS)
    except ValueError:
        return None


@dataclass(frozen=True)
class Kept:
    """A backup that was made here and lies where it was put."""

    path: Path
    made_at: dt.datetime  # UTC

    @property
    def goes_on(self) -> dt.date | None:
        """The UTC day on which it is deleted by itself, if it ever is."""
        return goes_on(self.path)


@dataclass(frozen=True)
class Wish:
    """Somebody was anonymised: whose person (by ids), and when (UTC)."""

    owner: int
    person: int
    at: dt.datetime


def _backups() -> Path:
    return Path(settings.DATA_DIR, "backups.jsonl")


def _wishes() -> Path:
    return Path(settings.DATA_DIR, "anonymised.jsonl")


def _add(file: Path, line: dict[str, Any]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # One write: lines of two processes do not mix.
        os.write(descriptor, json.dumps(line).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        text = file.read_text(errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # a crash or a full disk cut it short
            logger.warning("a line of %s cannot be read", file.name)


def note_backup(path: Path, made_at: dt.datetime) -> None:
    """A backup stands at `path` as of `made_at` (UTC). It is good even if that cannot be noted."""
    try:
        _add(_backups(), {"path": str(path), "made_at": made_at.isoformat()})
    except OSError as error:
        logger.warning("a backup was made and could not be noted: %s", error.strerror)


def note_wish(owner: int, person: int, at: dt.datetime) -> None:
    """This person was anonymised at `at` (UTC). It is done even if that cannot be noted."""
    try:
        _add(_wishes(), {"owner": owner, "person": person, "at": at.isoformat()})
    except OSError as error:
        logger.warning("somebody was anonymised, which could not be noted: %s", error.strerror)


def kept_from_before(moment: dt.datetime) -> list[Kept]:
    """Backups made here before `moment` (UTC) that still lie where they were put, oldest first.

    One that was moved, or copied elsewhere, is not known.
    """
    newest: dict[str, dt.datetime] = {}
    for line in _lines(_backups()):
        newest[line["path"]] = dt.datetime.fromisoformat(line["made_at"])
    found = [Kept(Path(path), made_at) for path, made_at in newest.items() if made_at < moment]
    return sorted((one for one in found if _is_there(one.path)), key=lambda one: one.made_at)


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no way to its folder: it may be there
        return True


def wishes(*, since: dt.datetime | None = None) -> list[Wish]:
    """Who was anonymised here, of late or (`since`, UTC) after a copy was made."""
    found = [
        Wish(line["owner"], line["person"], dt.datetime.fromisoformat(line["at"]))
        for line in _lines(_wishes())
    ]
    return [one for one in found if since is None or one.at >= since]
