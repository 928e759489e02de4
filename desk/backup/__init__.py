"""A copy of all that an installation keeps, made while it runs, and its way back: docs/backup.md."""

from desk.backup.archive import BackupError
from desk.backup.copying import back_up
from desk.backup.restoring import restore

__all__ = ["BackupError", "back_up", "restore"]
