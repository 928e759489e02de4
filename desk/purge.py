"""Emptying the trash: what has been in it for 30 days goes for good, once a day."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import erasing
from accounts.models import IN_TRASH_FOR, SavedForm, TrashGroup, User
from accounts.trash import in_group
from desk import traces
from desk.models import Draft
from followups.models import Heartbeat, UsedLink

logger = logging.getLogger(__name__)

DAILY = dt.timedelta(days=1)
# After one that failed.
AGAIN = dt.timedelta(hours=1)
PURGE = "purge"


class PurgeFailed(RuntimeError):
    """Something of it could not be done; the log says what and why."""


def purge(*, now: dt.datetime | None = None) -> int:
    """Delete for good what was thrown away 30 days or more before `now` (UTC); how many rows.

    So do sheets that nobody touched for so long that they are offered no more, the keys of forms
    that were saved, links of mails that open nothing any more, and sessions that have run out.

    What fails keeps nothing else from being done; raises `PurgeFailed` at the end.
    """
    now = now or timezone.now()
    old = Q(trashed_at__lte=now - IN_TRASH_FOR)
    gone: Counter[str] = Counter()
    failed: list[str] = []
    for owner in User.objects.order_by("pk"):
        with _tried(f"the trash of account {owner.pk}", failed):
            gone += erasing.erase(owner, old)
        with _tried(f"the drafts of account {owner.pk}", failed):
            Draft.forget_old(owner, now=now)
    with _tried("the keys of saved forms", failed):
        SavedForm.forget_old(now=now)
    with _tried("used links", failed):
        UsedLink.across_owners.filter(expires_at__lte=now).delete()
    with _tried("sessions", failed):
        Session.objects.filter(expire_date__lt=now).delete()
    if gone:
        logger.info("purged from the trash: %s rows", gone.total())
    if gone or traces.is_left():
        traces.drop()
    if failed:
        raise PurgeFailed(", ".join(failed))
    return gone.total()


@contextmanager
def _tried(what: str, failed: list[str]) -> Iterator[None]:
    """All or nothing of it; a failure is logged, and added to `failed`."""
    try:
        with transaction.atomic():
            yield
    except Exception:
        logger.exception("purging %s has failed", what)
        failed.append(what)


def purge_if_due(*, now: dt.datetime | None = None) -> bool:
    """Purge if a day has passed since the last time, whoever did it then; whether it did.

    Where it fails it is due again in an hour.
    """
    now = now or timezone.now()
    _row, is_first = Heartbeat.objects.get_or_create(name=PURGE, defaults={"beat_at": now})
    last = Heartbeat.objects.filter(name=PURGE, beat_at__lte=now - DAILY)
    # Of many at once one has the turn.
    if not (is_first or last.update(beat_at=now)):
        return False
    try:
        purge(now=now)
    except Exception:
        Heartbeat.beat(PURGE, now - DAILY + AGAIN)
        raise
    return True


def delete_now(group: TrashGroup) -> int:
    """What went to the trash together goes for good, at its user's word; how many rows.

    None of what was brought back meanwhile.
    """
    with transaction.atomic():
        gone = erasing.erase(group.owner, Q(trash_group=group.group))
        if not in_group(group.owner_id, group.group):
            TrashGroup.objects.of(group.owner_id).filter(pk=group.pk).delete()
    if gone:
        traces.drop_words()
    return gone.total()
