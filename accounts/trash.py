"""To the trash and back: a thing, and all that belongs to it (accounts/belonging.py)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.belonging import (
    Model,
    Rows,
    Walk,
    dependents_first,
    in_parts,
    relations_of,
    thrown_models,
)
from accounts.models import TrashGroup, User
from accounts.owned import CannotComeBack, OwnedModel


def outlook(row: OwnedModel) -> Walk:
    """What would go with `row`, and what would stay without it. Nothing is changed."""
    return Walk(row.owner_id, {type(row): {row.pk}})


def throw_away(
    row: OwnedModel, *, group: uuid.UUID | None = None, now: dt.datetime | None = None
) -> TrashGroup:
    """`row` and what belongs to it, as one group; all or nothing. `now` is UTC.

    1. Its owner is held first, as by whoever saves a promise: the two do not wait for each other.
    2. Whatever goes is saved row by row, so that what follows from it (reminders, when somebody
       was last spoken with, what is found) follows.
    3. Whatever stays lets go, and what it let go of is remembered with the group.

    Raises `StaleVersion` if `row` has been changed since it was read.
    """
    with transaction.atomic():
        _hold(row.owner_id)
        walk = outlook(row)
        thrown, _is_new = TrashGroup.objects.of(row.owner_id).get_or_create(
            group=group or uuid.uuid4(),
            defaults={
                "kind": row._meta.label_lower,
                "head": row.pk,
                "title": str(row)[: TrashGroup.TITLE_LENGTH],
                "thrown_at": now or timezone.now(),
            },
        )
        for model in dependents_first(walk.taken):
            for one in _read(model, walk.taken[model], known=row):
                one.go_to_trash(thrown.group, thrown.thrown_at)
        thrown.counts = dict(Counter(thrown.counts) + Counter(counts_of(walk.taken)))
        thrown.let_go = [*thrown.let_go, *let_go(walk)]
        thrown.save()
    return thrown


def counts_of(rows: Rows) -> dict[str, int]:
    return {model._meta.label_lower: len(pks) for model, pks in rows.items() if pks}


def let_go(walk: Walk) -> list[Any]:
    """Empty the relations of what stays; returns what stood there, for the undo."""
    before = []
    for model, rows in walk.loose.items():
        for one in _read(model, rows):
            if stood := empty(one, rows[one.pk]):
                before.append([model._meta.label_lower, one.pk, stood])
    return before


def empty(row: OwnedModel, relations: set[str]) -> dict[str, Any]:
    """Empty these relations of a row; returns what stood there, by field."""
    values: dict[str, Any] = {}
    for name in sorted(relations):
        values |= row.without(name)
    stood = {name: getattr(row, name) for name in values}
    _write(row, values)
    return stood


def _write(row: OwnedModel, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _hold(owner_id: int) -> None:
    list(User.objects.select_for_update(no_key=True).filter(pk=owner_id).values_list("pk"))


def _read(model: Model, pks: Any, known: OwnedModel | None = None) -> list[Any]:
    """The rows of these ids; `known` as it was read, so that its version is judged by that."""
    rows: dict[int, Any] = {}
    for part in in_parts(pks):
        rows |= {row.pk: row for row in model.across_owners.filter(pk__in=part)}
    if known is not None and type(known) is model and known.pk in rows:
        rows[known.pk] = known
    return [rows[pk] for pk in sorted(rows)]


# And back ----------------------------------------------------------------------------------------


def bring_back(row: OwnedModel) -> None:
    """All that went to the trash with `row`; all of it or nothing.

    1. What it needs must be there: not in the trash itself.
    2. Nothing made meanwhile may have taken its place.
    3. Row by row, so that what follows from it follows.
    4. Whatever let go of it is joined to it again, unless it has found something else.

    Raises `CannotComeBack` for 1 and 2, `StaleVersion` if `row` was changed since it was read.
    """
    if row.trashed_at is None:
        return
    try:
        with transaction.atomic():
            _hold(row.owner_id)
            _bring_back(row)
    except IntegrityError as error:
        raise CannotComeBack(
            _("Something made meanwhile stands in its place. Both stay where they are.")
        ) from error


def _bring_back(row: OwnedModel) -> None:
    rows = {
        model: _read(model, pks, known=row)
        for model, pks in in_group(row.owner_id, row.trash_group).items()
    } or {type(row): [row]}
    groups = TrashGroup.objects.of(row.owner_id)
    group = groups.filter(group=row.trash_group).first() if row.trash_group else None
    loose = _what_is_not_there(rows)
    for model in rows:
        if _has_places(model):
            for one in rows[model]:
                one.check_place()
    for model in reversed(dependents_first(rows)):
        for one in rows[model]:
            one.come_back()
    for other, found in loose.items():
        stood = [[one._meta.label_lower, one.pk, empty(one, names)] for one, names in found]
        elsewhere = groups.filter(group=other).first()
        if elsewhere:
            elsewhere.let_go = [*elsewhere.let_go, *stood]
            elsewhere.save()
    if group is not None:
        for label, pk, values in group.let_go:
            _join_again(row.owner_id, label, pk, values)
        group.delete()


def forget(row: OwnedModel) -> None:
    """`row`, alone in its group, is out of the trash already: the group goes."""
    TrashGroup.objects.of(row.owner_id).filter(group=row.trash_group).delete()
    type(row).across_owners.filter(pk=row.pk).update(trash_group=None)
    row.trash_group = None


def in_group(owner: Any, group: uuid.UUID | None) -> Rows:
    """The rows that went to the trash together and are there still."""
    found: Rows = {}
    if group is None:
        return found
    for model in thrown_models():
        rows = model.across_owners.filter(owner=owner, trash_group=group)
        if pks := set(rows.exclude(trashed_at=None).values_list("pk", flat=True)):
            found[model] = pks
    return found


def _what_is_not_there(rows: dict[Model, list[Any]]) -> dict[uuid.UUID, list[Any]]:
    """By the group it went with: who refers to something else in the trash, and by what.

    Raises `CannotComeBack` for a row that cannot be without it.
    """
    coming = {(model, one.pk) for model, found in rows.items() for one in found}
    loose: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for model, found in rows.items():
        gone: dict[int, dict[str, Any]] = defaultdict(dict)
        for relation in relations_of(model):
            if relation.field in model.keeps:
                continue
            target: Any = model._meta.get_field(relation.field).related_model
            name = model._meta.get_field(relation.field).attname
            wanted = {getattr(one, name) for one in found} - {None}
            away: dict[int, Any] = {}
            for part in in_parts(wanted):
                trashed = target.across_owners.filter(pk__in=part).exclude(trashed_at=None)
                away |= {one.pk: one for one in trashed if (target, one.pk) not in coming}
            for one in found:
                if other := away.get(getattr(one, name)):
                    gone[one.pk][relation.field] = other
        for one in found:
            if names := gone.get(one.pk):
                _refuse_what_it_needs(one, names)
                for field, other in names.items():
                    loose[other.trash_group].append((one, {field}))
    return loose


def _refuse_what_it_needs(row: OwnedModel, gone: dict[str, OwnedModel]) -> None:
    for field, other in gone.items():
        left = [name for name in row.held_by if name not in gone and getattr(row, name)]
        is_last = field in row.held_by and not left
        if is_last or not row._meta.get_field(field).null:
            raise CannotComeBack(
                _("It hangs on “%(name)s”, which is in the trash itself: bring that back first.")
                % {"name": other}
            )


def _has_places(model: Model) -> bool:
    """Whether something of `model` is unique among what is not in the trash."""
    constraints = model._meta.constraints
    return any(isinstance(one, UniqueConstraint) and one.condition for one in constraints)


def _join_again(owner: Any, label: str, pk: int, values: dict[str, Any]) -> None:
    """Put back what a row has let go of, if it is as it was left, and what it let go of is here."""
    model: Any = apps.get_model(label)
    row = model.across_owners.filter(owner=owner, pk=pk).first()
    if row is None:
        return
    for name, value in values.items():
        field = model._meta.get_field(name)
        if not isinstance(field, ForeignKey):
            continue
        target: Any = field.related_model
        is_free = getattr(row, name) is None
        if not is_free or not target.objects.of(owner).filter(pk=value).exists():
            return
    _write(row, values)
