"""Questions that are put into SQL once, and then asked again and again with other values.

Django takes two to six milliseconds to turn a question with a few joins into SQL; the database
answers it in a fraction of one. A page that asks ten such questions spends most of its time on
writing them down. What is prepared here is written down at its first use:

    @prepared
    def last_talks(owner, firm):
        return Call.objects.of(owner).filter(firm=firm).for_list()[:3]

    last_talks(owner=user.pk, firm=firm.pk)  # a list of calls

Several that do not wait for each other's answers are best put together:

    talks, checks = together(
        last_talks.given(owner=user.pk, firm=firm.pk), all_checks.given(firm=firm.pk)
    )

PostgreSQL is told to prepare them, too (docs/decisions/0025-prepared-in-postgresql-too.md): to
plan such a question takes it longer than to answer it. What is put together goes there and comes
back in one go.

Only the SQL is kept, never a row: each time the database is asked. What is not given must
be the same for everybody at any time, so the function takes the day, the moment and the user as
values and looks at no clock, no active zone and no language.
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    QuerySet,
    Value,
)

from accounts.owned import OwnedQuerySet

FIELDS: dict[type, Callable[[], Field]] = {
    bool: BooleanField,
    int: BigIntegerField,
    str: CharField,
    dt.date: DateField,
    dt.datetime: DateTimeField,
}


class Given(Value):
    """Stands in a question for a value that is known only when it is asked."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (Slot(self.value, self.output_field),)


class Fixed(str):
    """A word on which the question itself depends: of a few, each has a question of its own."""

    __slots__ = ()


class Slot:
    """Where, among the parameters of the SQL, a given value goes."""

    def __init__(self, name: str, field: Field) -> None:
        self.name, self.field = name, field

    def filled(self, given: dict[str, Any], connection: Any) -> Any:
        return self.field.get_db_prep_value(given[self.name], connection=connection)


class prepared:  # noqa: N801 (a decorator)
    """A function that makes a `QuerySet` of values that stand for others; called, it gives rows.

    Called with fewer or other values it is another question, prepared for itself.
    """

    def __init__(self, make: Callable[..., QuerySet]) -> None:
        self.make = make
        self.questions: dict[tuple, Question] = {}
        functools.update_wrapper(self, make)

    def __call__(self, **given: Any) -> list[Any]:
        """The rows, for these values (int, str, bool, date or datetime; None is refused)."""
        (rows,) = together(self.given(**given))
        return rows

    def given(self, **given: Any) -> Asked:
        """The question with these values, not asked yet: for `together`."""
        shape = tuple(
            (name, value if isinstance(value, Fixed) else type(value))
            for name, value in given.items()
        )
        question = self.questions.get(shape)
        if question is None:
            # Two threads at once would both write it down; the one that is kept says the same.
            question = self.questions[shape] = Question(self.make(**_stand_ins(shape)))
        return Asked(question, given)

    def first(self, **given: Any) -> Any:
        """The first row, or None."""
        return next(iter(self(**given)), None)


def _stand_ins(shape: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    return {
        name: kind if isinstance(kind, Fixed) else Given(name, FIELDS[kind]())
        for name, kind in shape
    }


class Question:
    """One such question in the words of the database."""

    def __init__(self, rows: Any) -> None:
        if isinstance(rows, OwnedQuerySet):
            rows._require_owner("prepared")
        if rows._prefetch_related_lookups:
            raise ValueError("A prepared question is one question: it prefetches nothing.")
        self.rows = rows
        self.compiler = rows.query.get_compiler(using=rows.db)
        # Makes the compiler know, too, which column is which field.
        self.sql, self.params = self.compiler.as_sql()
        columns = [column[0] for column in self.compiler.select]
        self.converters = self.compiler.get_converters(columns)

    def send(self, given: dict[str, Any]) -> Any:
        """Put it to the database; returns the cursor that its answer will come by."""
        connection = connections[self.rows.db]
        params = tuple(
            one.filled(given, connection) if isinstance(one, Slot) else one for one in self.params
        )
        cursor = _cursor(connection)
        cursor.execute(self.sql, params)
        return cursor

    def read(self, cursor: Any) -> list[Any]:
        """What Django makes of the answer, as it would have of its own."""
        # A compiler of this thread's own connection, which need not find any more what to ask,
        # nor how to read what comes.
        compiler = copy.copy(self.compiler)
        compiler.connection = connections[self.rows.db]
        answer = cursor.fetchall()
        compiler.execute_sql = lambda *_args, **_kwargs: [answer]
        compiler.get_converters = lambda _columns: self.converters
        return list(self.rows._iterable_class(_Rows(self.rows, compiler)))


@dataclass(frozen=True)
class Asked:
    """A question and the values that it is to be asked with."""

    question: Question
    values: dict[str, Any]


def together(*asked: Asked) -> list[list[Any]]:
    """The rows of each; all of them are put to the database before the first answer is read."""
    connection = connections[asked[0].question.rows.db]
    with contextlib.ExitStack() as stack:
        if len(asked) > 1 and connection.vendor == "postgresql":
            connection.ensure_connection()
            stack.enter_context(connection.connection.pipeline())
        cursors = [stack.enter_context(one.question.send(one.values)) for one in asked]
        return [one.question.read(cursor) for one, cursor in zip(asked, cursors, strict=True)]


def _cursor(connection: Any) -> Any:
    """One by which PostgreSQL plans a question once; any other database's is its own."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    # Only where there is PostgreSQL is there what its driver needs.
    from django.db.backends.postgresql import base

    kind: Any = base.ServerBindingCursor
    connection.ensure_connection()
    return connection._prepare_cursor(kind(connection.connection))


class _Rows:
    """What Django's own iterables want of a queryset to make models of rows."""

    def __init__(self, rows: QuerySet, compiler: Any) -> None:
        self._rows, self.query = rows, _Query(rows.query, compiler)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, name)


class _Query:
    def __init__(self, query: Any, compiler: Any) -> None:
        self._query, self._compiler = query, compiler

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> Any:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)
