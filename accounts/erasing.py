"""For good: rows that were in the trash long enough, or of an account that goes.

What refers to them lets go first (accounts/belonging.py), so that nothing that lives goes with them.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter, defaultdict
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from accounts.belonging import (
    Rows,
    Walk,
    dependents_first,
    in_parts,
    owned_models,
    relations_of,
    thrown_models,
)
from accounts.models import TrashGroup, User
from accounts.signals import going_for_good
from accounts.trash import counts_of, first_of, hold, in_group, let_go

logger = logging.getLogger(__name__)

# Rows deleted at once: what they were is read, so that their files and what is found go along.
PART = 500


def erase(owner: User, which: Q) -> Counter[str]:
    """Delete the rows of `owner` in the trash that meet `which`; how many, by model.

    1. The owner is held first, and only then it is read what is in the trash: nothing is brought
       back meanwhile.
    2. With the rows goes what else is in the trash and cannot be without them.
    3. A row that something living cannot be without stays, and is logged: two were at work at once.
    4. Whatever stays lets go of what goes.
    5. The rooms are told (`going_for_good`), then the rows go, with their history and their files.
    6. So does what stood of them in the list of the trash.

    All or nothing. SQLite overwrites them in its file; what edits had left there before is dropped
    by `drop_what_is_left`, after the transaction.
    """
    with transaction.atomic():
        overwrite_what_goes()
        hold(owner.pk)
        rows = _in_trash(owner, which)
        if not rows:
            return Counter()
        walk = Walk(owner, rows, for_good=True)
        going = _without_what_is_needed(walk)
        _hold_on_to_what_stays(walk, going)
        let_go(walk)
        groups: set[uuid.UUID] = set()
        for model, pks in going.items():
            for part in in_parts(pks):
                found = model.across_owners.filter(pk__in=part).values_list(
                    "trash_group", flat=True
                )
                groups |= {group for group in found if group}
        going_for_good.send(erase, owner=owner, rows=going)
        for model in dependents_first(going):
            for part in in_parts(going[model], PART):
                model.across_owners.filter(pk__in=part).delete()
        _forget_groups(owner, groups)
        for group in TrashGroup.objects.of(owner).filter(group__in=groups):
            _lead_anew(group)
    return Counter({model._meta.label_lower: len(pks) for model, pks in going.items() if pks})


def _in_trash(owner: User, which: Q) -> Rows:
    found: Rows = {}
    for model in thrown_models():
        rows = model.across_owners.filter(which, owner=owner, trashed_at__isnull=False)
        if pks := set(rows.values_list("pk", flat=True)):
            found[model] = pks
    return found


def _without_what_is_needed(walk: Walk) -> Rows:
    """What was taken, without what lives, and without what that needs."""
    going = {model: pks - walk.living.get(model, set()) for model, pks in walk.taken.items()}
    ahead: Rows = {model: set(pks) for model, pks in walk.living.items() if pks}
    while ahead:
        needed: Rows = defaultdict(set)
        for model, pks in ahead.items():
            for row in model.across_owners.filter(pk__in=pks):
                for relation in relations_of(model):
                    field: Any = model._meta.get_field(relation.field)
                    pk, target = getattr(row, field.attname), field.related_model
                    if pk in going.get(target, ()):
                        needed[target].add(pk)
        for model, pks in needed.items():
            logger.warning("%s %s stays: something needs it", model._meta.label, sorted(pks))
            going[model] -= pks
        ahead = needed
    return going


def _hold_on_to_what_stays(walk: Walk, going: Rows) -> None:
    """Relations to a row that was to go, and stays after all, are not emptied."""
    if not any(walk.living.values()):
        return  # all of it goes
    for model, loose in walk.loose.items():
        fields: dict[str, Any] = {
            one.field: model._meta.get_field(one.field) for one in relations_of(model)
        }
        for part in in_parts(list(loose)):
            for row in model.across_owners.filter(pk__in=part):
                loose[row.pk] = {
                    name
                    for name in loose[row.pk]
                    if getattr(row, fields[name].attname)
                    in going.get(fields[name].related_model, ())
                }
                if not loose[row.pk]:
                    del loose[row.pk]


def _lead_anew(group: TrashGroup) -> None:
    """What is left of it is counted anew; if its head has gone, another row leads it."""
    rows = in_group(group.owner_id, group.group)
    group.counts = counts_of(rows)
    if not any(
        model._meta.label_lower == group.kind and group.head in pks for model, pks in rows.items()
    ):
        group.led_by(first_of(rows))
    group.save()


def _forget_groups(owner: Any, groups: set[uuid.UUID]) -> None:
    """Those of which nothing is left."""
    left: set[uuid.UUID] = set()
    for model in thrown_models():
        rows = model.across_owners.filter(owner=owner, trash_group__in=groups)
        left |= {group for group in rows.values_list("trash_group", flat=True) if group}
    TrashGroup.objects.of(owner).filter(group__in=groups - left).delete()


def erase_everything(owner: Any) -> None:
    """Delete every owned row of `owner`, wherever it stands; called in a transaction."""
    overwrite_what_goes()
    for model in dependents_first(owned_models()):
        rows = model.across_owners.filter(owner=owner)
        # A row may refer to another of its own model.
        for relation in relations_of(model):
            field: Any = model._meta.get_field(relation.field)
            if field.related_model is model and field.null:
                rows.update(**{relation.field: None})
        while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:PART]):
            model.across_owners.filter(pk__in=pks).delete()


# The file beneath --------------------------------------------------------------------------------


def overwrite_what_goes() -> None:
    """SQLite leaves deleted text in its file until the place is needed, unless it is told."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")


def drop_what_is_left() -> bool:
    """What earlier edits left in SQLite's file; whether that is done. The file is written anew.

    PostgreSQL's own vacuum sees to that there.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return True
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError:
        # Somebody writes all the while. The rows themselves are clean; SQLite overwrites the rest
        # as it needs the place.
        logger.warning("could not vacuum after something was deleted for good")
        return False
    return True
