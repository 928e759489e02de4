"""Whether what a preview said still holds, now that it is to be done."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from calls.models import Call
from contacts.models import Email, Firm, Person, Phone, Recruiter
from desk.importing.hidden import hidden
from desk.importing.run import ImportRun

MEANWHILE = _(
    "Something it touches was changed while it was being brought in, so nothing of it was. Below "
    "is how it would be now."
)
# Of so many new rows it is not asked one by one whether they touch.
MOST = 1000


class Conflict(Exception):
    """What the preview said no longer holds; the message says so in words."""


def refuse_what_changed(run: ImportRun) -> None:
    """Raises `Conflict`. The versions of rows that are to be changed are not looked at here."""
    if _another_run(run) or _touched(run) or _gone(run):
        raise Conflict(str(MEANWHILE))


def _another_run(run: ImportRun) -> bool:
    """Its rows are older than they look: they were hidden when this file was compared."""
    others = ImportRun.objects.of(run.owner_id).exclude(pk=run.pk)
    return others.filter(
        Q(done_at__gte=run.read_at)
        | Q(
            touched_at__gte=run.read_at,
            state__in=(ImportRun.State.UNDOING, ImportRun.State.UNDONE),
        )
    ).exists()


def _touched(run: ImportRun) -> bool:
    """Whether somebody of the same name, number or address was written down meanwhile."""
    for model, name in (
        (Firm, "folded_name"),
        (Recruiter, "folded_name"),
        (Person, "folded_name"),
        (Phone, "number"),
        (Email, "address"),
    ):
        mine = hidden(run, model)
        since = model.objects.of(run.owner_id).filter(created_at__gte=run.read_at)
        values = set(since.values_list(name, flat=True)[: MOST + 1])
        if len(values) > MOST:
            return True
        if values and mine.filter(**{f"{name}__in": values}).exists():
            return True
    return _same_calls(run)


def _same_calls(run: ImportRun) -> bool:
    since = Call.objects.of(run.owner_id).filter(created_at__gte=run.read_at)
    for recruiter, at in since.values_list("recruiter", "occurred_at")[:MOST]:
        minute = at.replace(second=0, microsecond=0)
        same: QuerySet = hidden(run, Call).filter(
            recruiter=recruiter,
            occurred_at__gte=minute,
            occurred_at__lte=minute.replace(second=59),
        )
        if same.exists():
            return True
    return False


def _gone(run: ImportRun) -> bool:
    """Whether something that a hidden row names has gone to the trash."""
    asked: list[tuple[Any, str]] = [
        (Recruiter, "firm"),
        (Call, "recruiter"),
        (Call, "firm"),
        *((model, name) for model in (Phone, Email) for name in ("recruiter", "person", "firm")),
    ]
    return any(
        hidden(run, model)
        .filter(**{f"{name}__trashed_at__isnull": False})
        .exclude(**{f"{name}__trash_group": run.group})
        .exists()
        for model, name in asked
    )
