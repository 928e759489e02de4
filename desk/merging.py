"""Making one of two rows that are the same, and undoing it.

Every relation between owned models is walked, as for the trash (accounts/belonging.py): one that
is new cannot be forgotten. What is moved is written down by id, so that the undo moves back that,
and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import CharField, Count, ForeignKey, UniqueConstraint, Value
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.belonging import Relation, in_parts, owned_models, relations_of
from accounts.models import TrashGroup
from accounts.owned import CannotComeBack, OwnedModel
from accounts.trash import change, hold
from calls.last_calls import follow
from contacts import companies
from contacts.models import Email, Employer, Kind, Merge, Recruiter
from desk.later_merges import let_go, moved_on, part_of
from desk.models import Draft
from search import index

# In `Merge.moved`: sheets that name the recruiter by id.
DRAFTS = "desk.draft.data"
# What is one to a holder though no constraint says so.
ONCE: dict[type[OwnedModel], list[str]] = {Email: ["address"]}


class CannotMerge(Exception):
    """The two cannot be one; the message says why, in words."""


@dataclass
class Undone:
    """What an undo left as it was, since it has been changed after the merge."""

    fields: list[str] = field(default_factory=list)
    rows: int = 0


@cache
def relations_naming(target: type[OwnedModel]) -> tuple[Relation, ...]:
    """By which rows of any owned model refer to `target`; what is derived follows by itself."""
    return tuple(
        one
        for model in owned_models()
        if not model.is_derived
        for one in relations_of(model)
        if model._meta.get_field(one.field).related_model is target
    )


def along(gone: OwnedModel) -> dict[str, int]:
    """How many rows of each model (`app.model`) refer to `gone`; one query."""
    counted = [
        one.model.across_owners.filter(
            owner=gone.owner_id, trashed_at=None, **{one.field: gone.pk}
        )
        .order_by()
        .annotate(along=Value(one.model._meta.label_lower, output_field=CharField()))
        .values("along")
        .annotate(along_rows=Count("pk"))
        .values_list("along", "along_rows")
        for one in relations_naming(type(gone))
    ]
    found: dict[str, int] = defaultdict(int)
    for label, rows in counted[0].union(*counted[1:], all=True):
        found[label] += rows
    return {label: rows for label, rows in found.items() if rows}


# One of two ---------------------------------------------------------------------------------------


def merge(
    kept: Any, gone: Any, values: dict[str, Any] | None = None, *, now: dt.datetime | None = None
) -> Merge:
    """Let `gone` become part of `kept`, which takes `values`, by attribute. `now` is UTC.

    1. Their owner is held, as by whoever throws away or saves a promise.
    2. What refers to `gone` refers to `kept` from then on, in the trash, too. What the two have
       both, such as a number, stays with `gone`.
    3. `gone` goes to the trash with that.
    4. `kept` takes its values: a name is free only then.

    Promises keep their plans: of what is sent, the recruiter decides nothing but the words, and
    those are written when it goes. All or nothing. Raises `StaleVersion` if either was changed
    since it was read, `CannotMerge` where two such can never be one.
    """
    _refuse(kept, gone)
    moment, values = now or timezone.now(), dict(values or {})
    try:
        with transaction.atomic(), index.gathered():
            hold(kept.owner_id)
            changed: list[Any] = []
            if isinstance(kept, Employer):
                changed = _make_way(kept, gone, values)
            moved = _move(gone, kept)
            if drafts := _move_drafts(gone, kept):
                moved[DRAFTS] = drafts
            group = gone.trash()
            title = _("%(name)s, merged with another") % {"name": group.title}
            TrashGroup.objects.of(kept.owner_id).filter(pk=group.pk).update(
                title=title[: TrashGroup.TITLE_LENGTH]
            )
            changed += _take(kept, values)
            _follow(kept, gone)
            return Merge.objects.create(
                owner_id=kept.owner_id,
                kind=Kind.of(type(kept)),
                kept=kept.pk,
                gone=gone.pk,
                moved=moved,
                changed=changed,
                merged_at=moment,
            )
    except IntegrityError as error:
        raise CannotMerge(
            _("Something made meanwhile stands in the way. Look again, then merge them.")
        ) from error


def _refuse(kept: Any, gone: Any) -> None:
    if type(kept) is not type(gone) or kept.owner_id != gone.owner_id:
        raise CannotMerge(_("These two are not of one kind."))
    if kept.pk == gone.pk:
        raise CannotMerge(_("That is the same one."))
    if kept.trashed_at or gone.trashed_at:
        raise CannotMerge(_("One of them is in the trash."))
    if getattr(kept, "anonymised_at", None) or getattr(gone, "anonymised_at", None):
        raise CannotMerge(_("One of them is anonymised, and stays nobody."))


def _move(gone: Any, kept: Any) -> dict[str, list[int]]:
    """Point to `kept` whatever points to `gone`; returns the ids, by model and field.

    By the relation's name, not its column's: by that the index hears of it.
    """
    moved = {}
    target: Any = type(gone)
    for relation in relations_naming(target):
        model, name = relation.model, relation.field
        rows = model.across_owners.filter(owner=gone.owner_id, **{name: gone.pk})
        pks = set(rows.values_list("pk", flat=True)) - _had_by_both(relation, gone, kept)
        if model is type(kept):
            pks -= {kept.pk, gone.pk}
        if pks:
            change(model, pks, {name: kept.pk})
            moved[f"{model._meta.label_lower}.{name}"] = sorted(pks)
    return moved


def _had_by_both(relation: Relation, gone: Any, kept: Any) -> set[int]:
    """Rows of `gone` of which there can be one only, and `kept` has one."""
    model = relation.model
    unique = [
        [name for name in one.fields if name not in {relation.field, "owner"}]
        for one in model._meta.constraints
        if isinstance(one, UniqueConstraint) and relation.field in one.fields
    ]
    found: set[int] = set()
    for names in [*unique, *([ONCE[model]] if model in ONCE else [])]:
        rows = model.across_owners.filter(owner=gone.owner_id, trashed_at=None)
        there = {
            _folded(said) for said in rows.filter(**{relation.field: kept.pk}).values_list(*names)
        }
        theirs = rows.filter(**{relation.field: gone.pk}).values_list("pk", *names)
        found |= {pk for pk, *said in theirs if _folded(said) in there}
    return found


def _folded(said: Iterable[Any]) -> tuple[Any, ...]:
    """Whatever the case: so mails are read."""
    return tuple(one.casefold() if isinstance(one, str) else one for one in said)


def _move_drafts(old: Any, new: Any, which: Collection[int] | None = None) -> list[int]:
    """Let sheets that are not saved yet (of these ids, or any) name `new`; returns their ids."""
    if not isinstance(new, Recruiter):
        return []
    rows = Draft.across_owners.filter(owner=new.owner_id)
    moved = []
    for draft in rows if which is None else rows.filter(pk__in=which):
        if draft.data.get("recruiter") == [str(old.pk)]:
            change(Draft, [draft.pk], {"data": {**draft.data, "recruiter": [str(new.pk)]}})
            moved.append(draft.pk)
    return moved


def _take(row: Any, values: dict[str, Any]) -> list[Any]:
    """Write `values` into `row` and save it, in any case: two merges at once are a conflict."""
    before = {name: plain(getattr(row, name)) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    label = row._meta.label_lower
    return [
        [label, row.pk, name, before[name], plain(value)]
        for name, value in values.items()
        if before[name] != plain(value)
    ]


def plain(value: Any) -> Any:
    """`value` as JSON keeps it."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _follow(*rows: Any) -> None:
    if isinstance(rows[0], Recruiter):
        follow([row.pk for row in rows])
        for row in rows:
            row.refresh_from_db(fields=["last_call_at"])


# What an employer belongs to ----------------------------------------------------------------------


def _make_way(kept: Any, gone: Any, values: dict[str, Any]) -> list[Any]:
    """See to it that no company belongs to itself once the two are one.

    What stands between them, and belongs to `gone`, belongs to whatever that belonged to.
    """
    beyond = gone.parent_id if gone.parent_id != kept.pk else None
    chain = companies.parents_above(kept.owner_id, kept.pk)
    changed: list[Any] = []
    if gone.pk in chain and (between := chain[chain.index(gone.pk) - 1]) != kept.pk:
        change(Employer, [between], {"parent": beyond})
        changed = [["contacts.employer", between, "parent_id", gone.pk, beyond]]
    parent = values.get("parent_id", kept.parent_id)
    parent = beyond if parent == gone.pk else parent
    if parent is not None and {kept.pk, gone.pk} & set(
        companies.parents_above(kept.owner_id, parent)
    ):
        raise CannotMerge(_("A company cannot belong to itself: choose another parent."))
    if parent != kept.parent_id:
        values.pop("parent_id", None)
        changed += _take(kept, {"parent_id": parent})
    return changed


# And two again ------------------------------------------------------------------------------------


def undo(done: Merge, *, now: dt.datetime | None = None) -> Undone:
    """Make two of them again; what has been changed since the merge stays, and is told.

    1. The kept one gives back what it took, so that a name is free.
    2. The other comes back out of the trash, with what went there along.
    3. What refers to rows, and what was moved, goes back, where it is as the merge left it.

    All or nothing. Raises `CannotComeBack`, with the reason in words, and `StaleVersion`.
    """
    model = Kind(done.kind).model
    try:
        with transaction.atomic(), index.gathered():
            hold(done.owner_id)
            done.refresh_from_db()
            if done.undone_at is not None:
                return Undone()
            kept, gone = (_of_merge(model, done, pk) for pk in (done.kept, done.gone))
            _refuse_undo(kept, gone)
            left = Undone()
            relations = [one for one in done.changed if _field(one).is_relation]
            _put_back([one for one in done.changed if one not in relations], left, done)
            gone.restore()
            _put_back(relations, left, done)
            _move_back(done, left)
            _move_drafts(kept, gone, done.moved.get(DRAFTS, []))
            _follow(kept, gone)
            # Whatever it held of names is no longer needed.
            done.undone_at, done.moved, done.changed = now or timezone.now(), {}, []
            done.save()
            return left
    except IntegrityError as error:
        raise CannotComeBack(
            _("Something made meanwhile stands in its place. They stay one.")
        ) from error


def _of_merge(model: Any, done: Merge, pk: int) -> Any:
    return model.across_owners.filter(owner=done.owner_id, pk=pk).first()


def _refuse_undo(kept: Any, gone: Any) -> None:
    if kept is None or gone is None:
        raise CannotComeBack(_("One of the two is deleted for good: they stay one."))
    if kept.trashed_at is not None:
        raise CannotComeBack(
            _("“%(name)s” is in the trash itself: bring that back first.")
            % {"name": kept.trash_title}
        )
    if gone.trashed_at is None:
        raise CannotComeBack(_("“%(name)s” is back already.") % {"name": gone.trash_title})


def _field(entry: list[Any]) -> Any:
    label, _pk, name, *_values = entry
    model: Any = apps.get_model(label)
    return next(one for one in model._meta.concrete_fields if one.attname == name)


def _put_back(entries: list[Any], left: Undone, done: Merge) -> None:
    """Give fields the value they had before, where nobody has changed it since."""
    by_row: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for entry in entries:
        by_row[entry[0], entry[1]].append(entry)
    for (label, pk), found in by_row.items():
        model: Any = apps.get_model(label)
        row = model.objects.of(done.owner_id).filter(pk=pk).first()
        if row is None:
            continue
        for entry in found:
            one, (before, after) = _field(entry), entry[3:]
            there = plain(getattr(row, one.attname))
            stands = there == after or let_go(done, entry, one, there)
            if stands and not _is_there(one, before, done):
                before = part_of(done, entry, one)
                stands = _is_there(one, before, done) and before is not None
            if not stands:
                left.fields.append(capfirst(str(one.verbose_name)))
                continue
            setattr(row, one.attname, one.to_python(before))
        row.save()


def _is_there(one: Any, value: Any, done: Merge) -> bool:
    """Whether a relation may name this row again: nothing leads to what is in the trash."""
    if not isinstance(one, ForeignKey) or value is None:
        return True
    rows: Any = one.related_model
    return bool(rows.objects.of(done.owner_id).filter(pk=value).exists())


def _move_back(done: Merge, left: Undone) -> None:
    for key, pks in done.moved.items():
        if key == DRAFTS:
            continue
        label, name = key.rsplit(".", 1)
        model: Any = apps.get_model(label)
        for part in in_parts(pks):
            rows = model.across_owners.filter(owner=done.owner_id, pk__in=part)
            here = list(rows.filter(**{name: done.kept}).values_list("pk", flat=True))
            left.rows += rows.count() - len(here)
            change(model, here, {name: done.gone})
            moved_on(done, model._meta.get_field(name), set(part) - set(here))


def bring_back(row: Any) -> None:
    """Out of the trash: of one that was merged, the merge is undone.

    Raises `CannotComeBack` and `StaleVersion`.
    """
    if merged := merge_behind(row):
        undo(merged)
    else:
        row.restore()


def merge_behind(row: Any) -> Merge | None:
    """The merge by which `row` came into the trash, if it did so."""
    if row._meta.model_name not in Kind.values:
        return None
    standing = Merge.objects.of(row.owner_id).standing()
    found: Merge | None = standing.filter(kind=row._meta.model_name, gone=row.pk).first()
    return found
