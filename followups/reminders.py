"""Which reminders a promise gets, and when.

`plan` is a pure function of the promise and its owner's preferences; `replan` makes the rows
follow it. There is no reminder without a row, and no row that the plan did not ask for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Preferences
from followups import local_time
from followups.models import Mail, Promise, Reminder

LEAD, DUE, DIGEST = "lead", "due", "digest"
EMAIL = Reminder.Channel.EMAIL.value

# Less and less often, and then never again: a promise a month late is a talk, not a reminder.
OVERDUE_AFTER = [
    dt.timedelta(hours=1),
    dt.timedelta(days=1),
    dt.timedelta(days=3),
    dt.timedelta(days=7),
    dt.timedelta(days=14),
    dt.timedelta(days=30),
]
OVERDUE_DAYS = [1, 3, 7, 14, 30]
# What they owe is followed up twice; a third reminder would nag the wrong side.
THEIRS_OVERDUE = 2


@dataclass(frozen=True, order=True)
class Planned:
    """One reminder to be: its occasion, its channel and its moment in UTC."""

    due_utc: dt.datetime
    occasion: str
    channel: str = EMAIL


def plan(promise: Promise, preferences: Preferences) -> list[Planned]:
    """The reminders of an open promise, soonest first; none once it has ended.

    Nothing is written, and unsaved objects do. The rules are DESIGN section 6's: lead, moment
    and overdue mails for a fixed time, the morning digest for a day; quiet hours hold all but
    the mail on the moment of a fixed time.
    """
    if not promise.is_open:
        return []
    if promise.due_time is None:
        rows = _for_a_day(promise, preferences)
    else:
        rows = _for_a_time(promise, preferences)
    return sorted(rows)


def _for_a_time(promise: Promise, preferences: Preferences) -> list[Planned]:
    due = promise.derive_due_utc()
    mine = promise.owed_by == Promise.Party.ME
    rows = []
    if mine:
        if preferences.lead_minutes:
            lead = _hold(due - dt.timedelta(minutes=preferences.lead_minutes), preferences)
            # Held until the moment itself it would say nothing that the moment's mail does not.
            if lead < due:
                rows.append(Planned(lead, LEAD))
        rows.append(Planned(due, DUE))
    delays = OVERDUE_AFTER if mine else OVERDUE_AFTER[:THEIRS_OVERDUE]
    return rows + _overdue((_hold(due + delay, preferences) for delay in delays))


def _for_a_day(promise: Promise, preferences: Preferences) -> list[Planned]:
    mine = promise.owed_by == Promise.Party.ME
    rows = []
    if mine:
        day = _working_day(promise.due_on, preferences, step=-1)
        rows.append(Planned(_digest(day, preferences), DIGEST))
    delays = OVERDUE_DAYS if mine else OVERDUE_DAYS[:THEIRS_OVERDUE]
    days = (
        _working_day(promise.due_on + dt.timedelta(days=delay), preferences, step=1)
        for delay in delays
    )
    return rows + _overdue(_digest(day, preferences) for day in days)


def _overdue(moments: Iterable[dt.datetime]) -> list[Planned]:
    """Numbered in order; two that quiet hours or a weekend push together are one."""
    distinct = list(dict.fromkeys(moments))
    return [Planned(moment, f"overdue_{number}") for number, moment in enumerate(distinct, 1)]


def _hold(moment: dt.datetime, preferences: Preferences) -> dt.datetime:
    """`moment` (UTC), or the end of the quiet hours where the user is now."""
    return local_time.after_quiet_hours(
        moment, preferences.owner.zone, preferences.quiet_from, preferences.quiet_until
    )


def _digest(day: dt.date, preferences: Preferences) -> dt.datetime:
    zone = preferences.owner.zone
    return _hold(local_time.to_utc(day, preferences.digest_time, zone), preferences)


def _working_day(day: dt.date, preferences: Preferences, *, step: int) -> dt.date:
    """`day`, or the nearest working day from it in the direction of `step`."""
    working = set(preferences.working_days) & set(range(7))
    if working:
        while day.weekday() not in working:
            day += dt.timedelta(days=step)
    return day


def replan(promise: Promise, *, now: dt.datetime | None = None) -> None:
    """Make the rows follow the plan; called in the transaction that changed the promise.

    1. What has not gone is cancelled, and so is a mail in which nothing is left to say.
    2. The plan's moments still to come get new rows.
    3. So do those that were due and had not gone (a worker that was down loses nothing).
    """
    now = now or timezone.now()
    pending = Reminder.across_owners.filter(promise=promise).not_gone()
    overdue = {(row.due_utc, row.occasion, row.channel) for row in pending if row.due_utc <= now}
    mails = {row.mail_id for row in pending if row.mail_id}
    pending.update(cancelled_at=now)
    _cancel_empty(mails)
    if promise.trashed_at is not None:
        return
    preferences = Preferences.objects.of(promise.owner_id).select_related("owner").get()
    Reminder.across_owners.bulk_create(
        Reminder(
            owner_id=promise.owner_id,
            promise=promise,
            revision=promise.revision,
            occasion=row.occasion,
            channel=row.channel,
            due_utc=row.due_utc,
        )
        for row in plan(promise, preferences)
        if row.due_utc > now or (row.due_utc, row.occasion, row.channel) in overdue
    )


def _cancel_empty(mails: set[int]) -> None:
    """Cancel those of these mails, not yet being handed over, that have no reminder left."""
    if mails:
        Mail.across_owners.filter(pk__in=mails, state__in=Mail.WAITING).exclude(
            reminders__cancelled_at=None
        ).update(state=Mail.State.CANCELLED, token=None, lease_until=None)


def replan_all(owner: object, *, now: dt.datetime | None = None) -> int:
    """Replan every open promise of `owner`, whose preferences or zone have changed.

    Returns how many there were.
    """
    promises = list(Promise.objects.of(owner).open())
    for promise in promises:
        # A new revision, so that no mail of the old plan may still begin.
        promise.save()
    return len(promises)
