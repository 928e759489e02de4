"""SQLite's part of a backup: a copy of the file by SQLite itself, and the way back into it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import DatabaseError, connection

from desk.backup import archive, schema
from desk.backup.archive import DATABASE, BackupError, Damaged, Manifest, Writer

# Seconds to wait for whoever writes.
PATIENCE = 60
# Nothing of a draft has to survive a power cut, and nobody waits for the disk meanwhile.
A_DRAFT = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"


def add_database(writer: Writer, manifest: Manifest, *, near: Path) -> None:
    """Add the database as of one moment, without sessions, cache and what was deleted.

    1. SQLite copies its own file in one go: in pieces it would begin anew with every write, and
       never end on a busy installation. Who writes meanwhile waits for its turn.
    2. In that copy, sessions and cache are emptied, and the rest is written out once more: a
       deleted row lives on in a file's free pages.
    3. The result has to pass SQLite's own checks.
    """
    with archive.beside(near, "copy") as copy, archive.beside(near, "database") as packed:
        for draft in (copy, packed):
            archive.new_file(draft).close()
        snapshot(copy)
        with opened(copy) as database:
            database.executescript(A_DRAFT)
            for table in sorted(schema.passing_tables() & set(tables_of(database))):
                database.execute(f"DELETE FROM {quote(table)}")  # noqa: S608
            database.execute("VACUUM INTO ?", [str(packed)])
        manifest.migrations, manifest.rows = inspect(packed)
        with packed.open("rb") as file:
            writer.add(DATABASE, archive.blocks_of(file))


def live_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def snapshot(target: Path) -> None:
    """Copy the database that Django's connection is of into `target`, by SQLite's backup API."""
    with opened(live_file()) as source, opened(target) as copy:
        copy.executescript(A_DRAFT)
        source.backup(copy, progress=patience("written to without a pause"))


def patience(what: str) -> Callable[[int, int, int], None]:
    """For `progress`: SQLite's module would try again for ever while others hold the lock."""
    deadline = time.monotonic() + PATIENCE

    def look(status: int, remaining: int, total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            raise BackupError(f"The database is {what}; try again.")

    return look


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database at `path`, outside any transaction, as Django opens it; closed at the end.

    Constraints of ours call functions that Django gives to SQLite.
    """
    other = connection.copy()
    other.settings_dict["NAME"] = str(path)
    try:
        other.ensure_connection()
        yield other.connection
    finally:
        other.close()


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def tables_of(database: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
    return [name for (name,) in database.execute(query + "ESCAPE '\\' ORDER BY name")]


def inspect(path: Path) -> tuple[schema.Migrations, dict[str, int]]:
    """The migrations and how many rows each table has; raises `Damaged` if it is not sound."""
    try:
        with opened(path) as database:
            (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                raise Damaged(f"SQLite finds the database damaged: {found.splitlines()[0]}.")
            if database.execute("PRAGMA foreign_key_check").fetchone():
                raise Damaged("Rows in the database point to others that are not there.")
            names = tables_of(database)
            counts = ((name, f"SELECT count(*) FROM {quote(name)}") for name in names)  # noqa: S608
            rows = {name: database.execute(query).fetchone()[0] for name, query in counts}
            if schema.MIGRATIONS_TABLE not in names:
                raise Damaged("There is no Wordkeeper in this database.")
            migrations = database.execute("SELECT app, name FROM django_migrations ORDER BY id")
            return [(app, name) for app, name in migrations], rows
    except (sqlite3.DatabaseError, DatabaseError) as error:
        raise Damaged(f"SQLite cannot read the database: {error}.") from error


# The way back ------------------------------------------------------------------------------------


@contextlib.contextmanager
def standing_on(path: Path) -> Iterator[None]:
    """Django's own connection stands on the database at `path` meanwhile.

    Not by a second alias: migrations that fill a table ask the default one.
    """
    usual = connection.settings_dict
    connection.close()
    connection.settings_dict = {**usual, "NAME": str(path)}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = usual


def skip_numbers(path: Path, gap: int) -> None:
    """Numbers that were given out after the copy was made are not given out again."""
    counted = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    with opened(path) as database:
        names = [name for (name,) in database.execute(counted)]
        if not names:
            return
        database.execute("UPDATE sqlite_sequence SET seq = seq + ?", [gap])
        started = {name for (name,) in database.execute("SELECT name FROM sqlite_sequence")}
        database.executemany(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
            [(name, gap) for name in names if name not in started],
        )


def put_in_place(draft: Path) -> None:
    """Write the finished draft into the live database: all of it or, after a crash, nothing.

    Through SQLite rather than by renaming: whoever has the old file open would go on writing to
    it, into nowhere, and the new one would meet the old one's journal.
    """
    connection.close()
    with opened(draft) as source, opened(live_file()) as target:
        target.execute("PRAGMA synchronous=EXTRA")
        source.backup(target, progress=patience("in use by another process"))


def set_aside(kept: Path) -> None:
    """Rename a live database that nobody can read, with its journals."""
    connection.close()
    live = live_file()
    for suffix in ("-journal", "-wal", "-shm", ""):
        part = live.with_name(live.name + suffix)
        if part.exists():
            os.rename(part, kept.with_name(kept.name + suffix))
