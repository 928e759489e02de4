"""When a merge is undone before a later one that has changed the same field: what that one took
from it, or moved on, it is not to give back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from contacts.models import Kind, Merge


def let_go(done: Merge, entry: list[Any], field: Any, there: Any) -> bool:
    """Let later merges forget what `done` had written; whether the field may be given back now.

    `entry` is of `done.changed`, `there` what stands in `field` instead of what it left.

    1. A later merge has pointed it to what it kept: what it moved is one less.
    2. A later one has written over it: that will give back what stood there before both.
    """
    label, pk, _name, before, after = entry
    for one in _later(done):
        moved = one.moved.get(f"{label}.{field.name}", [])
        if _is_between(one, field, after, there) and pk in moved:
            moved.remove(pk)
            one.save()
            return True
        for other in one.changed:
            if other[:3] == entry[:3] and other[3] == after:
                other[3] = before
                one.save()
                return False
    return False


def moved_on(done: Merge, field: Any, pks: Collection[int]) -> None:
    """Of rows that `done` has moved, and that a later merge let name another since: undoing that
    one gives back what stood there before both."""
    if not pks:
        return
    label = field.model._meta.label_lower
    for one in _later(done):
        entries = [
            other
            for other in one.changed
            if other[0] == label
            and other[1] in pks
            and other[2] == field.attname
            and other[3] == done.kept
        ]
        for other in entries:
            other[3] = done.gone
        if entries:
            one.save()


def part_of(done: Merge, entry: list[Any], field: Any) -> Any:
    """What `field` is to name in place of the row before `done`: what that has been merged into
    since. Undoing that gives it back. None where it was not."""
    label, pk, _name, before, _after = entry
    for one in _later(done):
        if (
            field.is_relation
            and Kind(one.kind).model is field.related_model
            and one.gone == before
        ):
            moved = one.moved.setdefault(f"{label}.{field.name}", [])
            moved.append(pk)
            one.save()
            return one.kept
    return None


def _later(done: Merge) -> Any:
    rows = Merge.objects.of(done.owner_id).filter(undone_at=None, pk__gt=done.pk)
    return rows.order_by("pk")


def _is_between(merge: Merge, field: Any, gone: Any, kept: Any) -> bool:
    """Whether it made one of the two rows that a relation named before and names now."""
    if not field.is_relation or Kind(merge.kind).model is not field.related_model:
        return False
    return (merge.gone, merge.kept) == (gone, kept)
