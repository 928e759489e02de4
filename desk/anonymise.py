"""Anonymising a person on their wish: the name leaves every row, and what is counted stays.

Every text and every JSON of every owned model is walked, whatever the model: one that is new
cannot be forgotten. A row is read in parts, so that memory stays bounded.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts import erasing
from accounts.belonging import owned_models
from accounts.models import User
from accounts.owned import OwnedModel
from calls.models import Referral
from contacts.models import Merge, Person
from contacts.names import fold
from desk import final_merges
from desk.backup import registry
from desk.importing import work
from desk.spellings import Spellings
from search import index

# Rows read at once.
PART = 500
# Codes, though no field says so: a country's two letters, a reminder's occasion, what is in a
# group of the trash, what a merge has moved.
CODES = {"country", "occasion", "kind", "counts", "let_go", "moved"}


@dataclass(frozen=True)
class Change:
    """What is to change in one row."""

    model: type[OwnedModel]
    pk: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """What anonymising somebody would change, and what it cannot reach."""

    # How many rows of each kind hold the name besides the person's own.
    rows: list[tuple[str, int]]
    # Others who go by the same name: they lose it, too.
    namesakes: int
    referrals: int
    backups: list[registry.Kept] = field(default_factory=list)


def spellings_of(person: Person, also: Iterable[str] = ()) -> Spellings:
    _ids, names = final_merges.merged_into(person)
    return Spellings([person.name, *sorted(names), *also], instead=_("somebody"))


def outlook(person: Person, spellings: Spellings) -> Outlook:
    """What `anonymise` would do now. Reads every row of the owner."""
    found: Counter[str] = Counter()
    namesakes = 0
    for change in _changes(person.owner, spellings):
        if change.model is Person:
            if change.pk == person.pk:
                continue
            namesakes += "name" in change.values
        found[capfirst(str(change.model._meta.verbose_name_plural))] += 1
    return Outlook(
        rows=sorted(found.items()),
        namesakes=namesakes,
        referrals=Referral.across_owners.filter(person=person).count(),
        backups=registry.kept_from_before(timezone.now()),
    )


def anonymise(person: Person, spellings: Spellings, *, now: dt.datetime | None = None) -> int:
    """Take the name of `person` out of everything of its owner; returns how many rows changed.

    1. Their own row: it is somebody, without relation, position and notes; referrals stay. So is
       what was merged with it, and that merge is final.
    2. Their phones and mails, for good, also those in the trash.
    3. Files that wait to be brought in, with what was read of them: the name may stand in them.
    4. Each text and JSON that holds one of `spellings`, trashed rows and drafts included; what is
       found of it is made anew.
    5. What the owner's sessions hold, such as a message that was not shown yet.

    All or nothing, `now` is UTC. Then what is left of deleted text in SQLite's file goes, and it
    is noted outside of the database, so that an older copy does not make it unknown.
    """
    moment, owner = now or timezone.now(), person.owner
    merged, _names = final_merges.merged_into(person)
    with transaction.atomic():
        erasing.overwrite_what_goes()
        with index.gathered():
            changed = _take_out(person, spellings, moment)
        index.leave_no_trace()
    for pk in {person.pk, *merged}:
        registry.note_wish(owner.pk, pk, moment)
    erasing.drop_what_is_left()
    person.refresh_from_db()
    return changed


def _take_out(person: Person, spellings: Spellings, moment: dt.datetime) -> int:
    """The first five steps; returns how many rows changed besides their own."""
    owner = person.owner
    nobody = {"relation": "", "position": "", "notes": "", "anonymised_at": moment}
    name = _("Somebody")
    merged, _names = final_merges.merged_into(person)
    rows = Person.across_owners.filter(pk__in={person.pk, *merged})
    rows.update(name=name, folded_name=fold(name), version=F("version") + 1, **nobody)
    for related in (person.phones, person.emails):
        related.model.across_owners.filter(person__in={person.pk, *merged}).delete()
    final_merges.make_final(person, merged)
    work.cancel_waiting(owner.pk)
    changed = sum(_apply(change, moment) for change in _changes(owner, spellings))
    _clean_sessions(owner, spellings)
    return changed


# Where names can stand ---------------------------------------------------------------------------


def texts_of(model: type[models.Model]) -> list[models.Field]:
    """The fields of `model` in which words of a user can stand.

    A choice is none, nor a code, nor what must be unique across everybody: a digest, a Message-ID;
    nor what is derived from such words elsewhere, and follows when they change.
    """
    if getattr(model, "is_derived", False):
        return []
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [
        one
        for one in model._meta.concrete_fields
        if isinstance(one, kinds) and not (one.choices or one.unique or one.name in CODES)
    ]


def _changes(owner: User, spellings: Spellings) -> Iterator[Change]:
    for model in owned_models():
        fields = texts_of(model)
        if fields:
            yield from _changes_in(model, fields, owner, spellings)


def _changes_in(
    model: type[OwnedModel], fields: list[models.Field], owner: User, spellings: Spellings
) -> Iterator[Change]:
    """By primary key, a part at a time: what is changed on the way is not met again."""
    rows = model.across_owners.filter(owner=owner).order_by("pk")
    last = 0
    while part := list(
        rows.filter(pk__gt=last).values_list("pk", *(f.name for f in fields))[:PART]
    ):
        for pk, *values in part:
            new = {
                one.name: _fitting(one, said)
                for one, value in zip(fields, values, strict=True)
                if (said := _replaced(one, value, spellings)) != value
            }
            if new:
                yield Change(model, pk, new)
        last = part[-1][0]


def _replaced(one: models.Field, value: Any, spellings: Spellings) -> Any:
    """`value` without the name; of what merges have changed, only where it was in words."""
    if one.model is not Merge or one.name != "changed":
        return spellings.replaced(value)
    return [
        entry if _is_code(entry) else [*entry[:3], *spellings.replaced(entry[3:])]
        for entry in value
    ]


def _is_code(entry: list[Any]) -> bool:
    """Whether what a merge has changed is a choice, a date or a relation."""
    label, _pk, name, *_values = entry
    return name not in {one.name for one in texts_of(apps.get_model(label))}


def _fitting(one: models.Field, value: Any) -> Any:
    if one.name.startswith("folded"):
        value = fold(value)
    most = getattr(one, "max_length", None)
    # A text has no end in the database, only in its form.
    return value[:most] if most and isinstance(one, models.CharField) else value


def _apply(change: Change, moment: dt.datetime) -> bool:
    """Write past the model's own `save`: no reminder is planned anew for it, no call counted.

    The version goes one further, so that a form which was opened before is a conflict.
    """
    rows = change.model.across_owners.filter(pk=change.pk)
    values = {**change.values, "version": F("version") + 1}
    if any(one.name == "changed_at" for one in change.model._meta.concrete_fields):
        values["changed_at"] = moment  # calendars read it again
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError:
        # There is one of that name: “Somebody”, whom another wish has made.
        if "name" not in values:
            raise
        values["name"] = f"{values['name']} {change.pk}"
        if "folded_name" in values:
            values["folded_name"] = fold(values["name"])
        rows.update(**values)
    return True


def clean_session(data: dict[str, Any], spellings: Spellings) -> dict[str, Any]:
    """What a session holds without the name. What says who is signed in, and by which way, stays:
    else a nickname that stands in it would sign its user out."""
    return {
        key: value if key.startswith("_auth_user_") else spellings.replaced(value)
        for key, value in data.items()
    }


def _clean_sessions(owner: User, spellings: Spellings) -> None:
    sessions = Session.objects.order_by("session_key")
    last = ""
    while part := list(sessions.filter(session_key__gt=last)[:PART]):
        for session in part:
            data = session.get_decoded()
            if data.get("_auth_user_id") != str(owner.pk):
                continue
            clean = clean_session(data, spellings)
            if clean != data:
                session.session_data = Session.objects.encode(clean)
                session.save(update_fields=["session_data"])
        last = part[-1].session_key
