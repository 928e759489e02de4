"""Documents made before their rows are shown, so that many rows can be shown within a moment.

Whoever brings in thousands of rows writes them hidden (docs/decisions/0023-hidden-until-whole.md),
and has their documents made here. They bear a group, and while that group is hidden a search passes
over them; to show them all is to forget the group. To write each of them once more would take as
long as to make it, on PostgreSQL, with its words in an index.

What changes meanwhile takes such a document away, as of any row in the trash (search/index.py): so
it is asked before whether one is `missing`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import inserting
from search import index
from search.kinds import Kind, all_kinds
from search.models import HiddenGroup, SearchDocument


def kind_of(model: type) -> Kind | None:
    """The kind by which rows of `model` are found, if they are."""
    return next((kind for kind in all_kinds() if kind.model is model), None)


def begin(owner_id: int, group: uuid.UUID) -> None:
    """What is made with this group is not found until `show`."""
    HiddenGroup.objects.of(owner_id).get_or_create(group=group)


def make(rows: Iterable[Any], *, group: uuid.UUID) -> None:
    """Make the documents of these rows, all of one model, for a group that is hidden.

    Nothing is read: `rows` must hold all that their documents are made of, as it is going to be.
    """
    rows = list(rows)
    kind = kind_of(type(rows[0])) if rows else None
    if kind is None:
        return
    inserting.insert_as_made(SearchDocument, _documents(kind, rows, group), len(rows))


def _documents(kind: Kind, rows: Iterable[Any], group: uuid.UUID) -> Iterator[SearchDocument]:
    for one in map(index._document_of(kind), rows):
        if one is not None:
            one.trash_group = group
            yield one


def show(group: uuid.UUID) -> None:
    """From now on they are found."""
    HiddenGroup.across_owners.filter(group=group).delete()


def hide(owner_id: int, group: uuid.UUID, *, stay: QuerySet, go: QuerySet) -> None:
    """Documents of `go` are found no more; those of `stay`, of the same model, go on to be.

    Most documents of `go` bear the group still, and none of `stay` needs to: few are written.
    """
    if kind := kind_of(go.model):
        documents = SearchDocument.across_owners.filter(owner=owner_id, kind=kind.name)
        gone = documents.filter(object_id__in=go.order_by().values("pk"))
        gone.filter(Q(trash_group=None) | ~Q(trash_group=group)).update(trash_group=group)
        left = documents.filter(object_id__in=stay.order_by().values("pk"), trash_group=group)
        left.update(trash_group=None)


def missing(rows: QuerySet) -> QuerySet:
    """Those of `rows` of which there is no document."""
    kind = kind_of(rows.model)
    if kind is None:
        return rows.none()
    theirs = SearchDocument.across_owners.filter(kind=kind.name, object_id=OuterRef("pk"))
    return rows.filter(~Exists(theirs))


def delete(rows: QuerySet) -> None:
    """For good, hidden or not."""
    if kind := kind_of(rows.model):
        pks = list(rows.order_by().values_list("pk", flat=True))
        SearchDocument.across_owners.filter(kind=kind.name, object_id__in=pks).delete()
