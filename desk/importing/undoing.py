"""Taking back what a file has brought in, as far as nobody has used it since.

1. One transaction hides what goes, and puts back what was changed and still stands so.
2. What is hidden is deleted for good, part by part; killed midway, whoever takes it up goes on.

What stays: a row that was edited since, and one that something else refers to, with all its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import erasing
from accounts.belonging import owned_models, relations_of
from accounts.owned import OwnedModel
from accounts.trash import hold
from calls.last_calls import follow
from calls.models import Call
from contacts.models import Email, Firm, Person, Phone, Recruiter
from desk import traces
from desk.importing.applying import clear
from desk.importing.hidden import hidden, label_of, model_of, sweep, untold, within
from desk.importing.run import ImportRun
from desk.importing.showing import digest
from followups.models import Heartbeat
from search import ahead, index

WAYS = (Phone, Email)
PART = 500


def undo(run: ImportRun) -> None:
    """Take back what a run that was taken up has made. Raises `Superseded`."""
    if run.state == ImportRun.State.UNDOING and not run.of:
        with transaction.atomic():
            erasing.overwrite_what_goes()
            _hide(run)
    erasing.overwrite_what_goes()
    sweep(run, lambda done: run.goes_on(done=done))
    clear(run)
    run.becomes(ImportRun.State.UNDONE, made={}, added={}, changed=[], of=0, done=0)
    # Its words stand in the files of the database until the trash is emptied next.
    Heartbeat.beat(traces.LEFT, timezone.now())


def _hide(run: ImportRun) -> None:
    hold(run.owner_id)
    run.goes_on()
    now = timezone.now()
    with index.gathered():
        _put_back(run)
        _mark_holders(run)
        callers: set[int] = set()
        for rows in _made(run, Call):
            callers |= set(rows.filter(version=1).values_list("recruiter", flat=True))
            _go(run, rows.filter(version=1).exclude(_is_named(run, Call)), now)
        for model in (Recruiter, Person, Firm):
            for rows in _made(run, model):
                _go(run, rows.filter(version=1).exclude(_is_named(run, model)), now)
            _ways_of_what_goes(run, model, now)
        for way in WAYS:
            for condition in within(run.added.get(label_of(way), [])):
                rows = untold(way).filter(condition, owner=run.owner_id, trashed_at=None)
                _go(run, rows.filter(version=1), now)
        follow(callers)
        ahead.begin(run.owner_id, run.group)
        for made in (Recruiter, Person, Firm, Call):
            for left in _made(run, made):
                ahead.hide(run.owner_id, run.group, stay=left, go=hidden(run, made))
    goes = sum(hidden(run, model).count() for model in _models(run))
    stays = sum(
        rows.count() for model in (Recruiter, Person, Firm, Call) for rows in _left(run, model)
    )
    run.goes_on(stayed=stays, changed=[], of=max(goes, 1), done=0)


def _models(run: ImportRun) -> set[Any]:
    return {model_of(label) for label in (*run.made, *run.added)}


def _made(run: ImportRun, model: Any) -> Iterable[QuerySet]:
    for condition in within(run.made.get(label_of(model), [])):
        yield untold(model).filter(condition, owner=run.owner_id, trashed_at=None)


def _left(run: ImportRun, model: Any) -> Iterable[QuerySet]:
    """What stays of what it made, also what its user has thrown away since."""
    for condition in within(run.made.get(label_of(model), [])):
        rows = untold(model).filter(condition, owner=run.owner_id)
        yield rows.exclude(trash_group=run.group)


def _go(run: ImportRun, rows: QuerySet, now: Any) -> None:
    pks = list(rows.order_by().values_list("pk", flat=True))
    for start in range(0, len(pks), 10 * PART):
        some = untold(rows.model).filter(pk__in=pks[start : start + 10 * PART])
        some.update(trashed_at=now, trash_group=run.group)


def _is_named(run: ImportRun, model: type[OwnedModel]) -> Q:
    """Whether something refers to a row of `model` that does not go with it."""
    named: Any = Q()
    for other in owned_models():
        if other.is_derived:
            continue
        for relation in relations_of(other):
            field: Any = other._meta.get_field(relation.field)
            if field.related_model is not model:
                continue
            rows = untold(other).filter(**{relation.field: OuterRef("pk")})
            rows = rows.exclude(trash_group=run.group, trashed_at__isnull=False)
            if other in WAYS:
                rows = rows.exclude(_any_made(run, other) & Q(version=1))
            named |= Exists(rows)
    return named


def _any_made(run: ImportRun, model: Any) -> Q:
    """Numbers that it made, for whomever. Such as were added to somebody known go by themselves."""
    made: Any = Q(pk=None)
    for condition in within(run.made.get(label_of(model), [])):
        made |= condition
    return made


def _ways_of_what_goes(run: ImportRun, model: Any, now: Any) -> None:
    """The numbers and addresses of those who go, and only theirs."""
    holder = {Recruiter: "recruiter", Person: "person", Firm: "firm"}[model]
    for way in WAYS:
        rows = untold(way).filter(
            owner=run.owner_id,
            trashed_at=None,
            **{
                f"{holder}__in": hidden(run, model).order_by().values("pk"),
            },
        )
        _go(run, rows, now)


def _put_back(run: ImportRun) -> None:
    """Fields that it changed, where they are still as it left them."""
    by_model: dict[str, dict[int, dict[str, Any]]] = {}
    for label, pk, was in run.changed:
        by_model.setdefault(label, {})[pk] = was
    for label, some in by_model.items():
        model, pks = model_of(label), sorted(some)
        for start in range(0, len(pks), PART):
            part = pks[start : start + PART]
            rows = list(model.objects.of(run.owner_id).filter(pk__in=part))
            fields = {"version"}
            for row in rows:
                for name, (before, left) in some[row.pk].items():
                    if digest(getattr(row, name)) == left and _is_there(model, name, before):
                        setattr(row, name, before)
                        fields.add(name.removesuffix("_id"))
                row.version += 1
            if rows:
                model.across_owners.bulk_update(rows, sorted(fields))


def _is_there(model: Any, name: str, value: Any) -> bool:
    """A firm that somebody had may be gone by now."""
    if name != "firm_id" or value is None:
        return True
    return Firm.across_owners.filter(pk=value, trashed_at=None).exists()


def _mark_holders(run: ImportRun) -> None:
    """Those whose added numbers go are found by them no more."""
    for model in WAYS:
        for condition in within(run.added.get(label_of(model), [])):
            rows = untold(model).filter(condition, owner=run.owner_id, trashed_at=None)
            for name, holder in (("recruiter", Recruiter), ("person", Person), ("firm", Firm)):
                if kind := ahead.kind_of(holder):
                    pks = rows.filter(**{f"{name}__isnull": False}).values_list(
                        f"{name}_id", flat=True
                    )
                    index.mark(kind, pks)
