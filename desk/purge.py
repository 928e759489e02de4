"""Emptying the trash: what has been in it for 30 days goes for good, once a day."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import erasing
from accounts.belonging import Rows, thrown_models
from accounts.models import IN_TRASH_FOR, SavedForm, TrashGroup, User
from accounts.trash import in_group
from desk.models import Draft
from followups.models import Heartbeat, UsedLink
from search import index

logger = logging.getLogger(__name__)

DAILY = dt.timedelta(days=1)
PURGE = "purge"


def purge(*, now: dt.datetime | None = None) -> int:
    """Delete for good what was thrown away 30 days or more before `now` (UTC); how many rows.

    So do sheets that nobody touched for so long that they are offered no more, the keys of forms
    that were saved, links of mails that open nothing any more, and sessions that have run out.
    """
    now = now or timezone.now()
    before = now - IN_TRASH_FOR
    gone: Counter[str] = Counter()
    for owner in User.objects.order_by("pk"):
        rows: Rows = {}
        for model in thrown_models():
            old = model.across_owners.filter(owner=owner, trashed_at__lte=before)
            if pks := set(old.values_list("pk", flat=True)):
                rows[model] = pks
        if rows:
            gone += erasing.erase(owner, rows)
        Draft.forget_old(owner, now=now)
    SavedForm.forget_old(now=now)
    UsedLink.across_owners.filter(expires_at__lte=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    if gone:
        index.leave_no_trace()
        erasing.drop_what_is_left()
        logger.info("purged from the trash: %s rows", gone.total())
    return gone.total()


def purge_if_due(*, now: dt.datetime | None = None) -> bool:
    """Purge if a day has passed since the last time, whoever did it then; whether it did."""
    now = now or timezone.now()
    _row, is_first = Heartbeat.objects.get_or_create(name=PURGE, defaults={"beat_at": now})
    last = Heartbeat.objects.filter(name=PURGE, beat_at__lte=now - DAILY)
    # Of many at once one has the turn.
    if is_first or last.update(beat_at=now):
        purge(now=now)
        return True
    return False


def delete_now(group: TrashGroup) -> int:
    """What went to the trash together goes for good, at its user's word; how many rows."""
    gone = erasing.erase(group.owner_id, in_group(group.owner_id, group.group))
    TrashGroup.objects.of(group.owner_id).filter(pk=group.pk).delete()
    index.leave_no_trace()
    erasing.drop_what_is_left()
    return gone.total()
