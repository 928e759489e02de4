"""Making a backup, while everything goes on."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hmac
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

import crm
from desk.backup import archive, postgresql, registry, sqlite
from desk.backup.archive import FILES, KEY, Archive, BackupError, Manifest, Writer


@dataclass(frozen=True)
class Made:
    """A backup that was made and read again."""

    path: Path
    rows: int
    files: int
    size: int  # bytes
    has_key: bool


def back_up(path: Path, *, force: bool = False, now: dt.datetime | None = None) -> Made:
    """Write a consistent copy of everything to `path`, mode 600, under its name once it is whole.

    The database may be written to all the while. Raises `BackupError`: when `path` exists (unless
    `force`), when there is no room, when a restore is under way, when the copy fails its checks.
    """
    with in_order(path), alone(shared=True):
        return make(path, force=force, now=now or timezone.now())


def make(path: Path, *, force: bool, now: dt.datetime) -> Made:
    """As `back_up`, for a caller that knows already that no restore is under way.

    1. The database as of one moment, in a draft beside `path`.
    2. Then the files: one that a row of that moment names was there before the row.
    3. The draft is read again, every part against its checksum, and gets its name.
    """
    path = path.absolute()
    if path.exists() and not force:
        raise _exists(path)
    if not path.parent.is_dir():
        raise BackupError(f"There is no folder {path.parent}.")
    with archive.beside(path, "draft") as draft:
        with archive.new_file(draft) as file, Writer(file) as writer:
            manifest = Manifest(
                engine=connection.vendor,
                made_at=now,
                version=crm.__version__,
                key_digest=key_digest(settings.SECRET_KEY),
                migrations=[],
                rows={},
            )
            if connection.vendor == "sqlite":
                sqlite.add_database(writer, manifest, near=path)
            else:
                postgresql.add_tables(writer, manifest)
            add_files(writer, settings.MEDIA_ROOT)
            if is_key_kept():
                writer.add(KEY, [settings.SECRET_KEY.encode()])
            writer.finish(manifest)
            file.flush()
            os.fsync(file.fileno())
        with Archive(draft) as written:
            written.verify()
            made = Made(
                path=path,
                rows=sum(manifest.rows.values()),
                files=len(written.files),
                size=written.size,
                has_key=KEY in written.manifest.parts,
            )
        try:
            archive.put_in_place(draft, path, replace=force)
        except FileExistsError:
            raise _exists(path) from None
        registry.note_backup(path, now)
    return made


def _exists(path: Path) -> BackupError:
    return BackupError(f"{path} exists already; --force writes over it.")


def add_files(writer: Writer, folder: Path) -> None:
    """What users have uploaded. A link is not followed: it could lead anywhere."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(root, name)
            if file.is_symlink() or not file.is_file():
                continue
            try:
                content = file.open("rb")
            except FileNotFoundError:
                continue  # deleted since the folder was read
            with content:
                # Documents and pictures are packed already.
                name = FILES + file.relative_to(folder).as_posix()
                writer.add(name, archive.blocks_of(content), pack=False)


def key_file() -> Path:
    return Path(settings.DATA_DIR, "secret_key")


def is_key_kept() -> bool:
    """Whether the key in force is the one kept in the data folder, and not one given outside."""
    try:
        return key_file().read_text().strip() == settings.SECRET_KEY
    except FileNotFoundError:
        return False


def key_digest(key: str) -> str:
    return hmac.digest(key.encode(), b"wordkeeper backup: which key", "sha256").hex()


@contextlib.contextmanager
def in_order(path: Path) -> Iterator[None]:
    """What the disk or the database will not do becomes a `BackupError` in one line."""
    try:
        yield
    except OSError as error:
        raise BackupError(f"{error.filename or path}: {archive.in_words(error)}.") from error
    except (DatabaseError, sqlite3.Error) as error:
        reason = " ".join(str(error).split("\n")[0].split())
        raise BackupError(f"The database says: {reason}.") from error


@contextlib.contextmanager
def alone(*, shared: bool = False) -> Iterator[None]:
    """Any number of backups at once; one restore, and nothing beside it.

    The lock is the data folder's own, and goes with its process however that ends. Two data
    folders may stand on one PostgreSQL database, which has a lock of its own for them.
    """
    descriptor = os.open(settings.DATA_DIR, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(
                "A restore is under way here." if shared else "A backup or a restore is under way."
            ) from None
        if connection.vendor != "postgresql":
            yield
            return
        with postgresql.advisory_lock(shared=shared) as ours:
            if not ours:
                raise BackupError("A restore of this database is under way.")
            yield
    finally:
        os.close(descriptor)
