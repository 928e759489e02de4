"""Who works on a run: the request itself while the file is small, else a worker.

The database is the queue. A nudge carries nothing; whoever comes by takes what nobody is at, and a
worker that dies is known by its lease, which runs out.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from desk.importing import applying, hidden, staging, undoing
from desk.importing.entries import ImportRefused
from desk.importing.run import UNDONE_FOR, WAITS_FOR, ImportRow, ImportRun, Superseded

logger = logging.getLogger(__name__)

State = ImportRun.State
# Files and rows that a visitor can wait for.
SMALL_FILE = 128 * 1024
SMALL_ROWS = 500

STEPS: dict[str, Callable[[ImportRun], None]] = {
    State.READING: staging.stage,
    State.BRINGING_IN: applying.bring_in,
    State.UNDOING: undoing.undo,
}


def work(run: ImportRun) -> None:
    """Do what `run` waits for, and what follows from that, unless somebody is at it already."""
    while run.is_working and run.take():
        owner = User.objects.get(pk=run.owner_id)
        with override(owner.locale or None), timezone.override(owner.time_zone):
            try:
                STEPS[run.state](run)
            except Superseded:
                logger.info("import %s was taken over or cancelled", run.pk)
                return
            except ImportRefused as error:
                _refuse(run, str(error))
                return
            except Exception:
                logger.exception("import %s has failed", run.pk)
                _fail(run)
                return
        run.refresh_from_db()


def _refuse(run: ImportRun, why: str) -> None:
    hidden.sweep(run)
    applying.clear(run)
    run.becomes(State.FAILED, why=why, made={}, added={}, counts={})


def _fail(run: ImportRun) -> None:
    """A fault of ours. Nothing of it is seen; what can be tried again can be tried again."""
    run.refresh_from_db()
    if run.state == State.READING:
        _refuse(run, _("Something went wrong here, and nothing was brought in. Try it once more."))
    elif run.state == State.BRINGING_IN:
        hidden.sweep(run)
        why = _("Something went wrong here, and nothing was brought in. Try it once more.")
        run.becomes(State.READY, why=why, made={}, added={})
    else:
        run.becomes(State.DONE, why=_("It could not be taken back. Try it once more."))


def to_go_on(now: dt.datetime) -> Any:
    """Runs with work to be done that nobody does at `now` (UTC), the oldest first."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return ImportRun.across_owners.filter(free, state__in=ImportRun.WORKING).order_by("pk")


def go_on(now: dt.datetime | None = None) -> int:
    """Take up whatever nobody is at; how many. For the worker."""
    count = 0
    for run in list(to_go_on(now or timezone.now()).defer("changed")):
        work(ImportRun.across_owners.get(pk=run.pk))
        count += 1
    return count


def is_left(now: dt.datetime) -> bool:
    """Whether there is a run that nobody is at."""
    return to_go_on(now).exists()


# What its user says ------------------------------------------------------------------------------


def move(run: ImportRun, from_: Any, to: str, **values: Any) -> bool:
    """From one of these states into another, at its user's word; False where it is in none."""
    rows = ImportRun.objects.of(run.owner_id).filter(pk=run.pk, state__in=from_)
    now = timezone.now()
    values = {"touched_at": now, **values, "state": to, "token": None, "lease_until": None}
    if not rows.update(**values):
        run.refresh_from_db()
        return False
    run.refresh_from_db()
    return True


def cancel(run: ImportRun, *, why: str = "") -> bool:
    """It goes with its file and all that was read; False once it is being brought in.

    `why` is said of one that its user has not cancelled.
    """
    if not move(run, (*ImportRun.WAITING, State.READING), State.CANCELLED, why=why):
        return False
    applying.clear(run)
    return True


def cancel_waiting(owner_id: int) -> None:
    """None of this owner's that is not done yet stays: what was read holds names."""
    rows = ImportRun.objects.of(owner_id).exclude(state__in=ImportRun.OVER)
    for run in rows:
        why = _("Somebody was anonymised, whom it may have named.")
        move(run, (run.state,), State.CANCELLED, why=why)
        hidden.sweep(run)
        applying.clear(run)


def is_small(run: ImportRun) -> bool:
    if run.state == State.READING:
        return bool(run.file) and run.file.size <= SMALL_FILE
    if run.state == State.UNDOING:
        return sum(run.brought.values()) <= 4 * SMALL_ROWS
    return run.kind != "archive" and staging.count_taken(run) <= SMALL_ROWS


def start(run: ImportRun) -> None:
    """Do it at once if that is soon done, else let the worker know."""
    if is_small(run):
        work(run)
    else:
        nudge()


def nudge() -> None:
    # That module reads this one.
    from desk.tasks import nudge_imports

    transaction.on_commit(nudge_imports)


# Once a day --------------------------------------------------------------------------------------


def tidy(now: dt.datetime | None = None) -> None:
    """What waits too long goes; what was done long ago is not taken back any more."""
    now = now or timezone.now()
    rows = ImportRun.across_owners
    old = rows.filter(state__in=ImportRun.WAITING, touched_at__lt=now - WAITS_FOR)
    for run in old:
        days = {"n": WAITS_FOR.days}
        cancel(run, why=_("Nobody looked at it for %(n)s days.") % days)
    done = rows.filter(state=State.DONE, done_at__lt=now - UNDONE_FOR)
    done.exclude(Q(made={}) & Q(added={}) & Q(changed=[])).update(made={}, added={}, changed=[])
    # Of one that was killed between its end and its tidying up.
    over = rows.filter(state__in=ImportRun.OVER).exclude(state=State.UNDOING)
    left = ImportRow.across_owners.filter(run__in=over.values("pk"))
    for run in over.filter(Q(pk__in=left.values("run")) | ~Q(file="")).distinct():
        applying.clear(run)
