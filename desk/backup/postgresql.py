"""PostgreSQL's part of a backup: every table as of one moment, by `COPY`, and the way back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from desk.backup import schema
from desk.backup.archive import TABLES, Archive, BackupError, Manifest, Writer

# Any number that nothing else of ours locks.
LOCK = 0x576F72646B656570
# How a value is written does not hang on the server's settings.
SAME_EVERYWHERE = "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'"
COLUMNS = """
    SELECT attname, attidentity <> '' FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
"""


@contextlib.contextmanager
def advisory_lock(*, shared: bool) -> Iterator[bool]:
    """Whether the lock could be had at once; given back at the end, or with its connection."""
    kind = "_shared" if shared else ""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(f"SELECT pg_try_advisory_lock{kind}(%s)", [LOCK])
            (ours,) = cursor.fetchone()
        yield ours
    finally:
        other.close()


def quote(name: str) -> str:
    return connection.ops.quote_name(name)


def add_tables(writer: Writer, manifest: Manifest) -> None:
    """Add every table as it was at one moment, a row at a time, while others write.

    One transaction that only reads: under REPEATABLE READ it sees what was committed when it began.
    """
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(SAME_EVERYWHERE)
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
            manifest.migrations = [(app, name) for app, name in cursor.fetchall()]
            names = schema.tables(manifest.migrations, what="The database is of")
            for table in names:
                cursor.execute(COLUMNS, [quote(table)])
                columns = cursor.fetchall()
                manifest.columns[table] = [name for name, _is_identity in columns]
                manifest.sequences[table] = {
                    name: _last_number(cursor, table, name)
                    for name, is_identity in columns
                    if is_identity
                }
                rows = _Rows(cursor, table, manifest.columns[table])
                writer.add(f"{TABLES}{table}.copy", rows)
                manifest.rows[table] = rows.count
            cursor.execute("ROLLBACK")
    finally:
        other.close()


def _last_number(cursor: Any, table: str, column: str) -> int:
    """The last that was given out, which a row that was deleted since may have had; 0 if none."""
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [quote(table), column])
    (sequence,) = cursor.fetchone()
    # PostgreSQL has quoted the name itself.
    cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608
    (last,) = cursor.fetchone()
    return int(last)


def _copy(table: str, columns: Iterable[str], way: str) -> str:
    return f"COPY {quote(table)} ({', '.join(map(quote, columns))}) {way}"


class _Rows:
    """A table's rows as `COPY` writes them, each ended by the only line feed in it."""

    def __init__(self, cursor: Any, table: str, columns: list[str]) -> None:
        self.cursor, self.table, self.columns, self.count = cursor, table, columns, 0

    def __iter__(self) -> Iterator[bytes]:
        with self.cursor.copy(_copy(self.table, self.columns, "TO STDOUT")) as copy:
            for block in copy:
                row = bytes(block)
                self.count += row.count(b"\n")
                yield row


# The way back; all of it within the caller's one transaction ------------------------------------


def replace_tables(archive: Archive, *, gap: int) -> None:
    """Put the copy's tables in the place of what is there, as of the copy's own migrations.

    1. The old tables go. Whoever uses them is waited for, and waits until the caller commits.
    2. The copy's own migrations make the tables, empty.
    3. The rows come in, constraints being looked at when all are there, and are counted.
    4. Numbers go on beyond those that were given out, and `gap` further: what was given out after
       the copy was made is not given out again.

    Raises `BackupError`, or a `DatabaseError` when rows break a constraint.
    """
    manifest = archive.manifest
    with connection.cursor() as cursor:
        _drop_tables(cursor)
        # A change of a table is refused while a check of its rows is still to come.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _migrate_to(manifest.migrations)
        names = schema.tables(manifest.migrations, what="The copy is of")
        if set(names) != set(manifest.columns) or set(names) != set(manifest.rows):
            raise BackupError("The tables in this backup are not those of its migrations.")
        cursor.execute(SAME_EVERYWHERE)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in names:
            _fill(cursor, archive, table)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in names:
            for column, last in manifest.sequences[table].items():
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    [quote(table), column, last + gap],
                )


def _drop_tables(cursor: Any) -> None:
    """All that is Wordkeeper's and nothing else, in whatever state it was left."""
    known = schema.applied()
    names = set(connection.introspection.django_table_names(only_existing=True))
    if known:
        names.update(schema.tables(known, what="The database here is of"))
    names |= {schema.MIGRATIONS_TABLE} | schema.passing_tables()
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(map(quote, sorted(names)))} CASCADE")


def _migrate_to(migrations: schema.Migrations) -> None:
    executor = MigrationExecutor(connection)
    executor.recorder.ensure_schema()
    leaves = executor.loader.graph.leaf_nodes()
    full = executor.migration_plan(leaves, clean_start=True)
    wanted = set(migrations)
    plan = [(one, back) for one, back in full if (one.app_label, one.name) in wanted]
    executor.migrate(leaves, plan=plan)


def _fill(cursor: Any, archive: Archive, table: str) -> None:
    columns = archive.manifest.columns[table]
    cursor.execute(COLUMNS, [quote(table)])
    if {name for name, _is_identity in cursor.fetchall()} != set(columns):
        raise BackupError(f"The columns of {table} in this backup are not those it should have.")
    with cursor.copy(_copy(table, columns, "FROM STDIN")) as copy:
        for block in archive.read(f"{TABLES}{table}.copy"):
            copy.write(block)
    cursor.execute(f"SELECT count(*) FROM {quote(table)}")  # noqa: S608
    (count,) = cursor.fetchone()
    if count != archive.manifest.rows[table]:
        raise BackupError(
            f"Of {table} {count} rows came back, not {archive.manifest.rows[table]}."
        )
