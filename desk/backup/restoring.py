"""Restoring a backup: all of it takes the place of what is there, or nothing does."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import User
from desk.backup import archive, copying, postgresql, schema, sqlite
from desk.backup.archive import DATABASE, FILES, KEY, Archive, BackupError, Damaged
from followups.models import CalendarFeed, Heartbeat
from followups.restored import hold_after_restore

# Whoever beat so lately is taken to be running still.
RUNNING_WITHIN = dt.timedelta(seconds=30)
# Numbers left out after a restore. A link in a mail, an address or an entry in a calendar that
# was made after the copy must not lead to whatever is made after the restore.
GAP = 100_000
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Restored:
    """What came back."""

    made_at: dt.datetime  # when the copy was made, UTC
    rows: int
    files: int
    held: int  # mails that wait for their owner's word
    kept: Path | None  # where that is which was here before, if it held accounts
    same_key: bool  # whether links and the mail password of the copy can still be read


def restore(path: Path, *, force: bool = False, now: dt.datetime | None = None) -> Restored:
    """Put the backup at `path` in the place of everything that is here.

    1. Nothing else of the kind runs; the file is whole, ours, and fits this engine and version.
    2. There is no account here, and no worker runs; or `force`.
    3. What was here is kept as a backup in the data folder, if it held accounts.
    4. The copy is made ready where nobody sees it: brought forward to this version's tables, its
       sessions gone, and held what it has unsent (`hold_after_restore`).
    5. Files, key and database take their places; if the last cannot, the first go back.

    Raises `BackupError`, and then everything is as it was.
    """
    with copying.in_order(path), copying.alone(), Archive(path.absolute()) as copy:
        _refuse_unfit(copy)
        accounts = _accounts()
        if not force:
            _refuse_occupied(accounts, now or timezone.now())
        copy.verify()
        _sweep()
        same_key = _will_have_its_key(copy)
        stamp = f"before-restore-{timezone.now():%Y%m%d-%H%M%S}"
        kept = _keep(stamp) if accounts is None or accounts else None
        with _unpacked(copy) as staged, contextlib.ExitStack() as in_place:
            if connection.vendor == "sqlite":
                held = _into_sqlite(copy, staged, in_place, kept, now)
            else:
                held = _into_postgresql(copy, staged, in_place, now)
        connection.close()
        return Restored(
            made_at=copy.manifest.made_at,
            rows=sum(copy.manifest.rows.values()),
            files=len(copy.files),
            held=held,
            kept=kept,
            same_key=same_key,
        )


# Whether it may ----------------------------------------------------------------------------------


def _refuse_unfit(copy: Archive) -> None:
    manifest = copy.manifest
    if manifest.engine != connection.vendor:
        raise BackupError(
            f"This backup was made on {NAMES.get(manifest.engine, 'another database')}, and here "
            f"is {NAMES[connection.vendor]}; it goes back to where it came from only."
        )
    schema.refuse_newer(manifest.migrations, what="This backup is of")
    tables = {f"{archive.TABLES}{table}.copy" for table in manifest.columns}
    wanted = {DATABASE} if manifest.engine == "sqlite" else tables
    rest = {name for name in manifest.parts if name != KEY and not name.startswith(FILES)}
    if wanted != rest:
        raise BackupError("What is in this backup is not what its manifest says.")
    if copy.total > shutil.disk_usage(settings.DATA_DIR).free:
        raise BackupError(
            f"There is no room: {copy.total >> 20} MB are needed in the data folder."
        )


def _accounts() -> int | None:
    """How many accounts there are here; None if that cannot be read."""
    try:
        if User._meta.db_table not in connection.introspection.table_names():
            return 0
        return User.objects.count()
    except OperationalError:
        raise
    except DatabaseError:
        if connection.vendor != "sqlite":
            raise
        return None


def _refuse_occupied(accounts: int | None, now: dt.datetime) -> None:
    if accounts is None:
        raise BackupError(
            "The database here is damaged. --force sets it aside and restores the backup."
        )
    if accounts:
        raise BackupError(
            "There are accounts here. --force restores the backup in their place, and keeps what "
            "is here beside it."
        )
    if Heartbeat._meta.db_table in connection.introspection.table_names():
        beat = Heartbeat.last(Heartbeat.ENGINE)
        if beat is not None and abs(now - beat) < RUNNING_WITHIN:
            raise BackupError(
                "Wordkeeper is running here, or was half a minute ago: stop it first (or --force)."
            )


def _will_have_its_key(copy: Archive) -> bool:
    """Whether the next start has the key that the copy was made under; asked beforehand."""
    brings_it = KEY in copy.manifest.parts and copying.is_key_kept()
    return brings_it or copying.key_digest(settings.SECRET_KEY) == copy.manifest.key_digest


def _sweep() -> None:
    """Remove what a restore that was killed has left; nothing else writes there meanwhile."""
    for pattern in (".restoring-*", ".*.restored*", ".before-restore-*"):
        for left in Path(settings.DATA_DIR).glob(pattern):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()


# What was here -----------------------------------------------------------------------------------


def _keep(stamp: str) -> Path:
    """Where what is here is kept: as a backup, or an unreadable SQLite file under another name."""
    path = Path(settings.DATA_DIR, f"{stamp}.zip")
    try:
        copying.make(path, force=False, now=timezone.now())
    except (OperationalError, sqlite3.OperationalError):
        raise  # no room, for one: the database itself may be well
    except (Damaged, DatabaseError, sqlite3.DatabaseError):
        if connection.vendor != "sqlite":
            raise
        live = sqlite.live_file()
        return live.with_name(f"{live.name}.{stamp}")
    return path


# What comes --------------------------------------------------------------------------------------


@contextlib.contextmanager
def _unpacked(copy: Archive) -> Iterator[Path]:
    """A folder beside the files' own with what is no database: `files/` and `secret_key`."""
    folder = Path(settings.MEDIA_ROOT).with_name(f".restoring-{secrets.token_hex(4)}")
    folder.mkdir(mode=0o700)
    try:
        (folder / "files").mkdir(mode=0o700)
        for name in copy.files:
            target = folder / "files" / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copy.extract(f"{FILES}{name}", target)
        if KEY in copy.manifest.parts:
            copy.extract(KEY, folder / KEY)
            key = (folder / KEY).read_bytes().decode(errors="replace").strip()
            if len(key) < 50 or copying.key_digest(key) != copy.manifest.key_digest:
                raise BackupError("The key in this backup is not the one it was made under.")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _swapped(staged: Path, target: Path, folder: Path) -> Iterator[None]:
    """`staged` stands at `target`, and what stood there is gone; if that fails, as it was."""
    aside = folder / f"{target.name}.before"
    had = target.exists()
    if had:
        target.rename(aside)
    try:
        staged.rename(target)
        try:
            yield
        except BaseException:
            target.rename(staged)
            raise
    except BaseException:
        if had:
            aside.rename(target)
        raise
    archive.sync_folder(target.parent)


def _swap_files(staged: Path, in_place: contextlib.ExitStack) -> None:
    """Files and key take their places, until the end of `in_place` decides whether for good.

    A key given from outside stays in force, and is not written down.
    """
    media = Path(settings.MEDIA_ROOT)
    in_place.enter_context(_swapped(staged / "files", media, staged))
    if (staged / KEY).exists() and copying.is_key_kept():
        in_place.enter_context(_swapped(staged / KEY, copying.key_file(), staged))


def _make_ready(made_at: dt.datetime, now: dt.datetime | None) -> int:
    """Bring the copy's rows to this version, sign everybody out, hold what is unsent.

    Addresses of calendars end, too.
    """
    call_command("migrate", interactive=False, verbosity=0)
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in sorted(schema.passing_tables() & existing):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608
    # One that was revoked since the copy, because it had leaked, must not open anything again.
    CalendarFeed.across_owners.all().delete()
    return hold_after_restore(now or timezone.now(), copied_at=made_at)


def _into_sqlite(
    copy: Archive,
    staged: Path,
    in_place: contextlib.ExitStack,
    kept: Path | None,
    now: dt.datetime | None,
) -> int:
    live = sqlite.live_file()
    with archive.beside(live, "restored") as draft:
        copy.extract(DATABASE, draft)
        migrations, rows = sqlite.inspect(draft)
        if (migrations, rows) != (copy.manifest.migrations, copy.manifest.rows):
            raise BackupError("The database in this backup is not what its manifest says.")
        sqlite.skip_numbers(draft, GAP)
        with sqlite.standing_on(draft):
            held = _make_ready(copy.manifest.made_at, now)
        _swap_files(staged, in_place)
        if kept is not None and kept.suffix != ".zip":
            sqlite.set_aside(kept)
            draft.replace(live)
            archive.sync_folder(live.parent)
        else:
            sqlite.put_in_place(draft)
        in_place.close()
    return held


def _into_postgresql(
    copy: Archive, staged: Path, in_place: contextlib.ExitStack, now: dt.datetime | None
) -> int:
    with transaction.atomic():
        postgresql.replace_tables(copy, gap=GAP)
        held = _make_ready(copy.manifest.made_at, now)
        _swap_files(staged, in_place)
    return held
