"""When a merge can be undone no more: one of the two goes for good, or is to be nobody."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q

from accounts.belonging import in_parts
from contacts.models import Kind, Merge, NotTheSame


def forget(owner: Any, rows: dict[Any, Collection[int]], **kwargs: Any) -> None:
    """These rows go for good: no merge of theirs can be undone, and none is told of."""
    for kind in Kind:
        for part in in_parts(rows.get(kind.model, ())):
            merges = Merge.across_owners.filter(owner=owner, kind=kind)
            merges.filter(Q(kept__in=part) | Q(gone__in=part)).delete()
            pairs = NotTheSame.across_owners.filter(owner=owner, kind=kind)
            pairs.filter(Q(one__in=part) | Q(other__in=part)).delete()


def merged_into(row: Any) -> tuple[set[int], set[str]]:
    """Ids of all that was merged into `row` and lies in the trash, and every name of those and of
    its own that a merge has put away."""
    kind = Kind.of(type(row))
    ids, names, ahead = {row.pk}, set(), {row.pk}
    while ahead:
        merges = Merge.across_owners.filter(owner=row.owner_id, kind=kind, kept__in=ahead)
        ahead = set()
        for done in merges.filter(undone_at=None):
            ahead |= {done.gone} - ids
            for _label, _pk, name, *values in done.changed:
                names |= {value for value in values if name == "name"}
        ids |= ahead
    ids.discard(row.pk)
    gone = type(row).across_owners.filter(pk__in=ids)
    return ids, names | set(gone.values_list("name", flat=True))


def make_final(row: Any, ids: Collection[int]) -> None:
    """What was merged into `row` (these ids) never comes back as it was."""
    every = {row.pk, *ids}
    merges = Merge.across_owners.filter(owner=row.owner_id, kind=Kind.of(type(row)))
    merges.filter(Q(kept__in=every) | Q(gone__in=every)).delete()
