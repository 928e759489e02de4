"""Many new rows at once, at a third of what `bulk_create` takes.

`bulk_create` asks every field of every row for how it is written, in half a dozen calls each; with
tens of thousands of rows that is most of the time. Here plain values are handed on as they are,
to PostgreSQL by COPY: a statement of 30,000 parameters is first made by the driver, and then taken
apart by the server again.
No signal is sent and nobody is told (accounts/changes.py): for whoever sees to that otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import batched
from typing import Any, cast

from django.db import connection, models

# Kinds of which a value of Python's own is one of the database's.
PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)
# Parameters in one statement, below what any SQLite takes since 3.32.
MOST = 30_000

type Field = models.Field[Any, Any]
# Of each column the attribute, and what makes of its value what the driver takes.
type Prepared = list[tuple[str, Callable[[Any], Any] | None]]


@lru_cache(maxsize=64)
def _columns(model: type[models.Model], vendor: str) -> list[tuple[str, str, Field | None]]:
    """Of each field its attribute, its column, and itself where its values need a hand."""
    return [
        (
            field.attname,
            connection.ops.quote_name(field.column or ""),
            None if _is_plain(field) else field,
        )
        for field in model._meta.concrete_fields
        if not field.primary_key
    ]


def _is_plain(field: Any) -> bool:
    if isinstance(field, models.ForeignKey):
        return True
    # A kind of its own that is made of one of these may write otherwise.
    own = type(field).get_db_prep_value is not models.Field.get_db_prep_value
    return isinstance(field, PLAIN) and not (
        own and not type(field).__module__.startswith("django")
    )


def insert(rows: Sequence[Any]) -> None:
    """Write `rows`, all of one model and new; each gets its id."""
    if rows:
        insert_as_made(type(rows[0]), rows, len(rows))


def insert_as_made(model: type[models.Model], rows: Iterable[Any], most: int) -> None:
    """As `insert`, for `most` rows or fewer that are still to be made.

    PostgreSQL writes the first of them, with all that its indexes have to do for that, while the
    next are being made here.
    """
    columns: list[Any] = _columns(cast(Hashable, model), connection.vendor)
    if connection.vendor == "postgresql":
        _copy(model, columns, rows, most)
        return
    for part in batched(rows, max(1, MOST // len(columns))):
        _insert(model, columns, part)


def let_be_begun_anew() -> None:
    """Let PostgreSQL call this transaction done before the disk has it; SQLite's are as they were.

    For rows that whoever comes after a crash of the machine deletes and makes anew. They are lost
    by that at most together with all that was committed after them, and what is committed in the
    usual way after them takes them to the disk with it. Not outside of a transaction.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")


def _insert(
    model: type[models.Model], columns: list[tuple[str, str, Field | None]], rows: Sequence[Any]
) -> None:
    meta: Any = model._meta
    prepared = _prepared(columns)
    values = [value for row in rows for value in _values(prepared, row)]
    quote = connection.ops.quote_name
    one = f"({', '.join(['%s'] * len(columns))})"
    sql = (
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(column for _n, column, _f in columns)}) "  # noqa: S608 (names of our own models)
        f"VALUES {', '.join([one] * len(rows))} RETURNING {quote(meta.pk.column)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        ids = cursor.fetchall()
    _are_written(rows, (pk for (pk,) in ids))


def _copy(
    model: type[models.Model],
    columns: list[tuple[str, str, Field | None]],
    rows: Iterable[Any],
    most: int,
) -> None:
    """PostgreSQL's own way. It gives no ids back, so they are taken from their sequence before."""
    meta: Any = model._meta
    quote = connection.ops.quote_name
    table, pk = quote(meta.db_table), quote(meta.pk.column)
    into = ", ".join([pk, *(column for _name, column, _field in columns)])
    prepared = _prepared(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, meta.pk.column, most],
        )
        ids = [number for (number,) in cursor.fetchall()]
        with (
            connection.wrap_database_errors,
            cursor.cursor.copy(f"COPY {table} ({into}) FROM STDIN") as copy,
        ):
            written = []
            for row, number in zip(rows, ids, strict=False):
                copy.write_row((number, *_values(prepared, row)))
                written.append(row)
    _are_written(written, ids)


def _prepared(columns: list[tuple[str, str, Field | None]]) -> Prepared:
    return [(name, _prepare_by(field) if field else None) for name, _column, field in columns]


def _prepare_by(field: Field) -> Callable[[Any], Any]:
    """What the driver takes for a value of `field`. Many rows have one moment and one group."""
    last: Any = None
    found = field.get_db_prep_save(None, connection)

    def prepare(value: Any) -> Any:
        nonlocal last, found
        if value is not last:
            last, found = value, field.get_db_prep_save(value, connection)
        return found

    return prepare


def _values(prepared: Prepared, row: Any) -> list[Any]:
    """Of `row` what the driver takes."""
    return [
        prepare(getattr(row, name)) if prepare else getattr(row, name)
        for name, prepare in prepared
    ]


def _are_written(rows: Iterable[Any], ids: Iterable[int]) -> None:
    for row, pk in zip(rows, ids, strict=False):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias
