"""Rows that are written before they are shown (docs/decisions/0023-hidden-until-whole.md).

They stand as if they were in the trash, under the run's own group, of which the trash has no entry:
no page, search, picker or count finds them, and no undo of the trash brings them back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min, Q, QuerySet

from accounts import inserting
from accounts.belonging import in_parts
from calls.models import Call
from contacts.models import Email, Firm, Person, Phone, Recruiter
from desk.importing.run import ImportRun
from search import ahead
from search.models import SearchDocument

# In an order in which each may refer to those before it.
MODELS: tuple[Any, ...] = (Firm, Recruiter, Person, Phone, Email, Call)
# Rows deleted at once.
PART = 500
# Of fewer rows a plan that is made for none does no harm.
MANY = 1000
# Ranges of ids named in one statement.
MOST_RANGES = 100

# By model (`app.model`): the first and the last of ids that follow on each other.
type Ranges = dict[str, list[list[int]]]


def label_of(model: Any) -> str:
    return model._meta.label_lower


def model_of(label: str) -> Any:
    return next(model for model in MODELS if label_of(model) == label)


def untold(model: Any) -> QuerySet:
    """Rows of which no change is told: the index has its own way here (search/ahead.py)."""
    return QuerySet(model)


def hidden(run: ImportRun, model: Any) -> QuerySet:
    """The hidden rows of this run."""
    rows = untold(model).filter(
        owner=run.owner_id, trash_group=run.group, trashed_at__isnull=False
    )
    ranges = [*run.made.get(label_of(model), []), *run.added.get(label_of(model), [])]
    if not ranges:
        return rows.none()
    # Not all of the owner's: nothing has an index by group alone.
    return rows.filter(pk__gte=min(a for a, _b in ranges), pk__lte=max(b for _a, b in ranges))


def insert(run: ImportRun, rows: list[Any], ranges: Ranges, *, at: dt.datetime) -> None:
    """Write `rows`, all of one model, hidden since `at` (UTC); their ids are put into `ranges`.

    The objects stay as they are going to be, for their documents to be made of.
    """
    if not rows:
        return
    for row in rows:
        row.trashed_at, row.trash_group = at, run.group
    inserting.insert(rows)
    for row in rows:
        row.trashed_at = row.trash_group = None
    remember(ranges, label_of(type(rows[0])), (row.pk for row in rows))


def remember(ranges: Ranges, label: str, pks: Iterable[int]) -> None:
    kept = ranges.setdefault(label, [])
    for pk in sorted(pks):
        if kept and kept[-1][1] + 1 == pk:
            kept[-1][1] = pk
        else:
            kept.append([pk, pk])


def within(ranges: list[list[int]]) -> Iterator[Q]:
    """Conditions that together name all these ids, and no others."""
    for start in range(0, len(ranges), MOST_RANGES):
        some = Q()
        for first, last in ranges[start : start + MOST_RANGES]:
            some |= Q(pk__gte=first, pk__lte=last)
        yield some


def tell_planner(run: ImportRun) -> None:
    """Let PostgreSQL count anew the tables into which many rows have come or been hidden.

    It does so by itself within minutes. Until then it takes them for empty, and looks at every row
    for each of them.
    """
    if connection.vendor != "postgresql":
        return
    ranges = [one for made in (run.made, run.added) for some in made.values() for one in some]
    if sum(last - first + 1 for first, last in ranges) < MANY:
        return
    tables = {model_of(label)._meta.db_table for label in (*run.made, *run.added)}
    with connection.cursor() as cursor:
        for table in sorted(tables | {SearchDocument._meta.db_table}):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


def sweep(run: ImportRun, goes_on: Callable[[int], None] = lambda done: None) -> int:
    """Delete the hidden rows for good, part by part; how many. `goes_on` hears of each part."""
    done = 0
    for model in reversed(MODELS):
        rows = hidden(run, model)
        ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
        if ends["first"] is None:
            continue
        pks = rows.order_by("pk").values_list("pk", flat=True)
        for part in in_parts(list(pks), PART):
            with transaction.atomic():
                goes_on(done)
                some = untold(model).filter(pk__in=part)
                ahead.delete(some)
                some._raw_delete(connection.alias)
            done += len(part)
    ahead.show(run.group)  # of which nothing is left
    return done
