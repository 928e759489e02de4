"""To the trash and back: a thing, and all that belongs to it (accounts/belonging.py)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F, ForeignKey, UniqueConstraint
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
from accounts.signals import changed_in_bulk


def outlook(row: OwnedModel) -> Walk:
    """What would go with `row`, and what would stay without it. Nothing is changed."""
    return Walk(row.owner_id, {type(row): {row.pk}})


def throw_away(
    row: OwnedModel, *, group: uuid.UUID | None = None, now: dt.datetime | None = None
) -> TrashGroup:
    """`row` and what belongs to it, as one group; all or nothing. `now` is UTC.

    1. Its owner is held first, as by whoever saves a promise: the two do not wait for each other.
    2. Whatever goes is marked; what follows from it (reminders, when somebody was last spoken
       with, what is found) follows within the transaction: by `save`, or by `changed_in_bulk`.
    3. Whatever stays lets go, and what it let go of is remembered with the group.

    Raises `StaleVersion` if `row` has been changed since it was read.
    """
    with transaction.atomic():
        hold(row.owner_id)
        walk = outlook(row)
        thrown, _is_new = TrashGroup.objects.of(row.owner_id).get_or_create(
            group=group or uuid.uuid4(),
            defaults={**TrashGroup.leading(row), "thrown_at": now or timezone.now()},
        )
        for model in dependents_first(walk.taken):
            gone = {"trashed_at": thrown.thrown_at, "trash_group": thrown.group}
            for one in _one_by_one(model, walk.taken[model], row):
                one.go_to_trash(thrown.group, thrown.thrown_at)
            change(model, _at_once(model, walk.taken[model], row), gone)
        thrown.counts = dict(Counter(thrown.counts) + Counter(counts_of(walk.taken)))
        thrown.let_go = [*thrown.let_go, *let_go(walk)]
        thrown.save()
    return thrown


def counts_of(rows: Rows) -> dict[str, int]:
    return {model._meta.label_lower: len(pks) for model, pks in rows.items() if pks}


def let_go(walk: Walk) -> list[Any]:
    """Empty the relations of what stays; returns what stood there, for the undo."""
    before = []
    for model, loose in walk.loose.items():
        stood = empty(model, {row: loose[row.pk] for row in _read(model, loose)})
        before += [[model._meta.label_lower, pk, values] for pk, values in stood.items()]
    return before


def empty(model: Model, rows: dict[Any, set[str]]) -> dict[int, dict[str, Any]]:
    """Empty these relations of each row; returns what stood there, by id and field."""
    stood: dict[int, dict[str, Any]] = {}
    alike: dict[str, tuple[dict[str, Any], list[int]]] = {}
    for row, relations in rows.items():
        values: dict[str, Any] = {}
        for name in sorted(relations):
            values |= row.without(name)
        stood[row.pk] = {name: getattr(row, name) for name in values}
        alike.setdefault(repr(values), (values, []))[1].append(row.pk)
    for values, pks in alike.values():
        change(model, pks, values)
    return stood


def change(model: Model, pks: Collection[int], values: dict[str, Any]) -> None:
    """Write these values into many rows at once; an edit that was begun before is a conflict."""
    written = {**values, "version": F("version") + 1}
    if any(field.name == "changed_at" for field in model._meta.concrete_fields):
        written["changed_at"] = timezone.now()  # calendars read it again
    for part in in_parts(pks):
        model.across_owners.filter(pk__in=part).update(**written)
        changed_in_bulk.send(model, pks=part)


def _one_by_one(model: Model, pks: Collection[int], head: OwnedModel) -> list[Any]:
    """Those that are to be saved: as the model asks, and `head`, whose version is judged."""
    if model.saved_alone:
        return _read(model, pks, known=head)
    return [head] if type(head) is model and head.pk in pks else []


def _at_once(model: Model, pks: Collection[int], head: OwnedModel) -> set[int]:
    """The others."""
    if model.saved_alone:
        return set()
    return set(pks) - ({head.pk} if type(head) is model else set())


def hold(owner_id: int) -> None:
    """Until the transaction ends nobody else throws away, brings back or deletes what is theirs."""
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
    3. What follows from it follows, as on the way there.
    4. Whatever let go of it is joined to it again, unless it has found something else.

    Raises `CannotComeBack` for 1 and 2, `StaleVersion` if `row` was changed since it was read.
    """
    if row.trashed_at is None:
        return
    try:
        with transaction.atomic():
            hold(row.owner_id)
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
        pks = {one.pk for one in rows[model]}
        for one in _one_by_one(model, pks, row):
            one.come_back()
        change(model, _at_once(model, pks, row), {"trashed_at": None, "trash_group": None})
    for other, by_model in loose.items():
        stood = [
            [model._meta.label_lower, pk, values]
            for model, found in by_model.items()
            for pk, values in empty(model, found).items()
        ]
        elsewhere = groups.filter(group=other).first()
        if elsewhere:
            elsewhere.let_go = [*elsewhere.let_go, *stood]
            elsewhere.save()
    if group is not None:
        _join_again(row.owner_id, group.let_go)
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


def first_of(rows: Rows) -> Any:
    """The row to lead these, of which there is at least one: one that needs the others least."""
    model = dependents_first(rows)[-1]
    return model.across_owners.get(pk=min(rows[model]))


def list_what_is_there(owner: Any) -> None:
    """List what is in the trash of `owner` (a user), whose rows have come from elsewhere.

    What had let go of them when they were thrown away is not known, and is not joined again.
    """
    known = set(TrashGroup.objects.of(owner).values_list("group", flat=True))
    for model in thrown_models():
        thrown = model.across_owners.filter(owner=owner).exclude(trashed_at=None)
        for group in set(thrown.values_list("trash_group", flat=True)) - known - {None}:
            known.add(group)
            rows = in_group(owner, group)
            head = first_of(rows)
            TrashGroup.objects.create(
                owner=owner,
                group=group,
                thrown_at=head.trashed_at,
                counts=counts_of(rows),
                **TrashGroup.leading(head),
            )


def _what_is_not_there(rows: dict[Model, list[Any]]) -> dict[uuid.UUID, Any]:
    """By the group it went with and by model: who refers to something else in the trash, and by what.

    Raises `CannotComeBack` for a row that cannot be without it.
    """
    coming = {(model, one.pk) for model, found in rows.items() for one in found}
    loose: dict[uuid.UUID, Any] = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
    for model, found in rows.items():
        gone: dict[int, dict[str, Any]] = defaultdict(dict)
        for relation in relations_of(model):
            if relation.field in model.keeps:
                continue
            field: Any = model._meta.get_field(relation.field)
            target, name = field.related_model, field.attname
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
                    loose[other.trash_group][model][one].add(field)
    return loose


def _refuse_what_it_needs(row: OwnedModel, gone: dict[str, OwnedModel]) -> None:
    for field, other in gone.items():
        left = [name for name in row.held_by if name not in gone and getattr(row, name)]
        is_last = field in row.held_by and not left
        if is_last or not row._meta.get_field(field).null:
            raise CannotComeBack(
                _("It hangs on “%(name)s”, which is in the trash itself: bring that back first.")
                % {"name": other.trash_title}
            )


def _has_places(model: Model) -> bool:
    """Whether something of `model` is unique among what is not in the trash."""
    constraints = model._meta.constraints
    return any(isinstance(one, UniqueConstraint) and one.condition for one in constraints)


def _join_again(owner: Any, stood: list[Any]) -> None:
    """Put back what rows have let go of, where they are as they were left and it is here again."""
    alike: dict[str, tuple[str, dict[str, Any], list[int]]] = {}
    for label, pk, values in stood:
        alike.setdefault(f"{label} {values!r}", (label, values, []))[2].append(pk)
    for label, values, pks in alike.values():
        model: Any = apps.get_model(label)
        fields = [model._meta.get_field(name) for name in values]
        relations: list[Any] = [field for field in fields if isinstance(field, ForeignKey)]
        targets = ((field.related_model, values[field.attname]) for field in relations)
        if not all(target.objects.of(owner).filter(pk=pk).exists() for target, pk in targets):
            continue
        is_free = {f"{field.name}__isnull": True for field in relations}
        for part in in_parts(pks):
            rows = model.across_owners.filter(owner=owner, pk__in=part, **is_free)
            change(model, list(rows.values_list("pk", flat=True)), values)
