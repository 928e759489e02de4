"""Documents made before their rows are shown, so that many rows can be shown within a moment.

Whoever brings in thousands of rows writes them hidden (docs/decisions/0023-hidden-until-whole.md),
and has their documents made here, hidden likewise: a search passes over them. `show` is then one
statement, where to make them anew would keep everybody else from writing for half a minute.

What changes meanwhile takes such a document away, as of any row in the trash (search/index.py): so
`is_whole` is asked before, and `make` again for what is missing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts import inserting
from search import index
from search.kinds import Kind, all_kinds
from search.models import SearchDocument


def kind_of(model: type) -> Kind | None:
    """The kind by which rows of `model` are found, if they are."""
    return next((kind for kind in all_kinds() if kind.model is model), None)


def make(rows: Iterable[Any], *, hidden_at: dt.datetime, group: uuid.UUID) -> None:
    """Make the hidden documents of these rows, all of one model.

    Nothing is read: `rows` must hold all that their documents are made of, as it is going to be.
    """
    rows = list(rows)
    kind = kind_of(type(rows[0])) if rows else None
    if kind is None:
        return
    made = [one for one in map(index._document_of(kind), rows) if one is not None]
    for one in made:
        one.trashed_at, one.trash_group = hidden_at, group
    inserting.insert(made)


def missing(rows: QuerySet) -> QuerySet:
    """Those of `rows` of which there is no document."""
    kind = kind_of(rows.model)
    if kind is None:
        return rows.none()
    theirs = SearchDocument.across_owners.filter(kind=kind.name, object_id=OuterRef("pk"))
    return rows.filter(~Exists(theirs))


def show(rows: QuerySet) -> None:
    """From now on the documents of `rows` are found."""
    _write(rows, trashed_at=None, trash_group=None)


def hide(rows: QuerySet, *, hidden_at: dt.datetime, group: uuid.UUID) -> None:
    """They are found no more, and stay to be deleted with their rows."""
    _write(rows, trashed_at=hidden_at, trash_group=group)


def delete(rows: QuerySet) -> None:
    """For good, hidden or not."""
    if kind := kind_of(rows.model):
        pks = list(rows.order_by().values_list("pk", flat=True))
        SearchDocument.across_owners.filter(kind=kind.name, object_id__in=pks).delete()


def _write(rows: QuerySet, **values: Any) -> None:
    if kind := kind_of(rows.model):
        documents = SearchDocument.across_owners.filter(
            kind=kind.name, object_id__in=rows.order_by().values("pk")
        )
        documents.update(**values)
