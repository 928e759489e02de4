"""The moment at which all that a run has written is there."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from django.utils import timezone

from accounts.trash import hold
from calls.last_calls import follow
from calls.models import Call
from contacts.models import Firm, Recruiter
from desk.importing import notes
from desk.importing.cleaned import fold
from desk.importing.conflicts import MEANWHILE, Conflict, refuse_what_changed
from desk.importing.hidden import MODELS, hidden, label_of
from desk.importing.known import HOLDERS
from desk.importing.run import ImportRow, ImportRun
from desk.importing.staging import taken
from search import ahead, index

PART = 500


def digest(value: Any) -> str:
    """What tells whether a field is still as it was left, and does not say how that was."""
    return hashlib.sha256(str(value).encode()).hexdigest()[:16]


def show(run: ImportRun) -> None:
    """In one transaction: look whether it still holds, show what is hidden, write what changes.

    Raises `Conflict`, and `IntegrityError` where a name was taken in this very moment.
    """
    hold(run.owner_id)
    run.goes_on()
    refuse_what_changed(run)
    _refuse_without_documents(run)
    brought: Counter[str] = Counter()
    with index.gathered():
        callers = set(hidden(run, Call).order_by().values_list("recruiter", flat=True))
        for model in MODELS:
            rows = hidden(run, model)
            if count := rows.update(trashed_at=None, trash_group=None):
                brought[label_of(model)] = count
        ahead.show(run.group)
        changed = _write_changes(run)
        follow(callers)
        if changed:
            brought["changed"] = len(changed)
        now = timezone.now()
        run.becomes(
            ImportRun.State.DONE,
            brought=dict(brought),
            changed=changed,
            why="",
            done_at=now,
        )


def _refuse_without_documents(run: ImportRun) -> None:
    """A document that something has taken away meanwhile, such as a firm's new name."""
    if any(ahead.missing(hidden(run, model)).exists() for model in MODELS):
        raise Conflict(str(MEANWHILE))


def _write_changes(run: ImportRun) -> list[Any]:
    """Fill what is empty, overwrite what was said to be; returns what that is, for the undo."""
    changed: list[Any] = []
    rows = taken(run).filter(verdict=ImportRow.Verdict.CHANGES, twin_of=None).exclude(target=None)
    last = 0
    while part := list(rows.filter(at__gt=last).order_by("at")[:PART]):
        last = part[-1].at
        for what, model in HOLDERS.items():
            of_kind = [row for row in part if row.what == what]
            if of_kind:
                changed += _write_part(run, model, of_kind)
    return changed


def _write_part(run: ImportRun, model: Any, part: list[ImportRow]) -> list[Any]:
    known = {
        row.pk: row
        for row in model.objects.of(run.owner_id).filter(pk__in={row.target for row in part})
    }
    firms = _firms(run, part) if model is Recruiter else {}
    changed: dict[int, dict[str, Any]] = {}
    for row in part:
        target = known.get(row.target or 0)
        # A row that this file has changed already is one further.
        seen = (row.target_version or 0) + (row.target in changed)
        if target is None or target.version != seen:
            raise Conflict(str(MEANWHILE))
        values = [*row.fills, *(row.differs if run.overwrites else [])]
        if not values:
            continue
        if target.pk not in changed:
            target.version += 1
        was = changed.setdefault(target.pk, {})
        for name, _old, new in values:
            field, value = _field(target, name, new, firms)
            before = was[field][0] if field in was else getattr(target, field)
            setattr(target, field, value)
            was[field] = [before, digest(value)]
    fields = {field for was in changed.values() for field in was} | {"version"}
    if changed:
        names = {name.removesuffix("_id") for name in fields}
        model.across_owners.bulk_update([known[pk] for pk in changed], sorted(names))
    # Whom it only gives a number is found by that, too.
    if kind := ahead.kind_of(model):
        index.mark(kind, known)
    return [[label_of(model), pk, was] for pk, was in changed.items()]


def _field(target: Any, name: str, new: str, firms: dict[str, int]) -> tuple[str, Any]:
    """What is to be set, and to what: notes are added to."""
    if name == "firm":
        return "firm_id", firms[fold(new)]
    return name, notes.joined(target.notes, new) if name == "notes" else new


def _firms(run: ImportRun, part: list[ImportRow]) -> dict[str, int]:
    names = {
        fold(new)
        for row in part
        for name, _old, new in [*row.fills, *row.differs]
        if name == "firm"
    }
    rows = Firm.objects.of(run.owner_id).filter(folded_name__in=names)
    return dict(rows.values_list("folded_name", "pk"))
