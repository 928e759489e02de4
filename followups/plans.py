"""Which reminders a promise gets, and when: a pure function of it and its owner's preferences."""

from __future__ import annotations

import datetime as dt
import logging
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist

from accounts.models import Preferences, every_working_day
from followups import local_time
from followups.models import Promise, Reminder

log = logging.getLogger("followups.plans")

LEAD, DUE, DIGEST = "lead", "due", "digest"
EMAIL = Reminder.Channel.EMAIL.value

# Less and less often, and then never again: a promise a month late is a talk, not a reminder.
OVERDUE_AFTER = dt.timedelta(hours=1)
OVERDUE_DAYS = [1, 3, 7, 14, 30]
# What they owe is followed up twice; a third reminder would nag the wrong side.
THEIRS_OVERDUE = 2

# Further ahead than a week nobody means by "before".
LONGEST_LEAD = 7 * 24 * 60

# A promise for today that was made after this morning's digest is told again at this local time,
# while there is still some of the day left, and an hour after it was made at the earliest.
AFTERNOON = dt.time(16, 0)
SOON = dt.timedelta(hours=1)


# What tells one reminder of a promise from another: its occasion and its channel.
type Occasion = tuple[str, str]


@dataclass(frozen=True, order=True)
class Planned:
    """One reminder to be: its occasion, its channel and its moment in UTC."""

    due_utc: dt.datetime
    occasion: str
    channel: str = EMAIL

    @property
    def key(self) -> Occasion:
        return self.occasion, self.channel


# What `plan` asks of the preferences, and of the user they belong to.
PLANNED_BY = frozenset(
    {
        *("digest_only", "digest_time", "lead_by_kind", "lead_minutes", "quiet_from"),
        *("quiet_until", "time_zone", "working_days"),
    }
)


def plan(
    promise: Promise, preferences: Preferences, *, digest_is_over: bool = False
) -> list[Planned]:
    """The reminders of an open promise, soonest first; none once it has ended.

    Nothing is written, and unsaved objects do. The rules are DESIGN section 6's: lead, moment
    and overdue mails for a fixed time, the morning digest for a day, and for everything where
    its owner wants no single mails; quiet hours hold all but the mail on the moment of a fixed
    time. An occasion comes at most once in a plan. With `digest_is_over` a fixed time that was
    to be told by the digest has its own mail after all.
    """
    if not promise.is_open:
        return []
    zone = _zone(promise, preferences)
    if promise.due_time is None:
        rows = _for_a_day(promise, preferences, zone)
    elif preferences.digest_only:
        rows = _by_digest(promise, preferences, zone, digest_is_over=digest_is_over)
    else:
        rows = _for_a_time(promise, preferences, zone)
    return sorted(rows)


def lead_minutes(kind: str, preferences: Preferences) -> int:
    """How long before its moment a promise of this kind is told, in minutes; 0 is not at all.

    What cannot be read in the row (an import, another program) counts as not set: no reminder
    may fail by it.
    """
    by_kind = preferences.lead_by_kind
    minutes = by_kind.get(kind) if isinstance(by_kind, dict) else by_kind
    if isinstance(minutes, int) and not isinstance(minutes, bool) and 0 <= minutes <= LONGEST_LEAD:
        return minutes
    if minutes is not None:
        log.warning("preferences %s: lead times that cannot be read", preferences.pk)
    return preferences.lead_minutes


def _zone(promise: Promise, preferences: Preferences) -> zoneinfo.ZoneInfo:
    """Where the user is now: there the quiet hours and the digest are. Else the promise's zone."""
    try:
        return preferences.owner.zone
    except ObjectDoesNotExist:
        return promise.zone


def _for_a_time(
    promise: Promise, preferences: Preferences, zone: zoneinfo.ZoneInfo
) -> list[Planned]:
    due = promise.derive_due_utc()
    mine = promise.owed_by == Promise.Party.ME
    rows = []
    if mine:
        if minutes := lead_minutes(promise.kind, preferences):
            lead = _hold(due - dt.timedelta(minutes=minutes), preferences, zone)
            # Held until the moment itself it would say nothing that the moment's mail does not.
            if lead < due:
                rows.append(Planned(lead, LEAD))
        rows.append(Planned(due, DUE))
    # Days later it comes at the same time of day, also when the clocks have changed meanwhile.
    days = (promise.due_on + dt.timedelta(days=delay) for delay in OVERDUE_DAYS)
    at = promise.due_time or dt.time.min
    same_time = (local_time.to_utc(day, at, promise.zone) for day in days)
    late = [due + OVERDUE_AFTER, *same_time][: None if mine else THEIRS_OVERDUE]
    return rows + _overdue(_hold(moment, preferences, zone) for moment in late)


def _by_digest(
    promise: Promise, preferences: Preferences, zone: zoneinfo.ZoneInfo, *, digest_is_over: bool
) -> list[Planned]:
    """A fixed time, told by the digest of its own day, be that a day off or not.

    Where its moment comes before that digest, or it was agreed on after it, it has its own mail
    on the moment: nothing is left without a reminder.
    """
    due = promise.derive_due_utc()
    day = due.astimezone(zone).date()
    rows = []
    if promise.owed_by == Promise.Party.ME:
        morning = _digest(day, preferences, zone)
        in_time = promise.agreed_at < morning <= due and not digest_is_over
        rows.append(Planned(morning, DIGEST) if in_time else Planned(due, DUE))
    return rows + _overdue_mornings(promise, day, preferences, zone)


def _for_a_day(
    promise: Promise, preferences: Preferences, zone: zoneinfo.ZoneInfo
) -> list[Planned]:
    due = promise.derive_due_utc()
    # The user's own day on which the promise's day ends: in another zone it may be another.
    last_day = (due - dt.timedelta.resolution).astimezone(zone).date()
    rows = []
    if promise.owed_by == Promise.Party.ME:
        day = working_day(min(promise.due_on, last_day), preferences, step=-1)
        while (morning := _digest(day, preferences, zone)) >= due:
            # Over there the day is over before it is morning here.
            day = working_day(day - dt.timedelta(days=1), preferences, step=-1)
        rows.append(Planned(morning, DIGEST))
        if morning <= promise.agreed_at:
            rows += _later_that_day(promise.agreed_at, due, preferences, zone)
    return rows + _overdue_mornings(promise, last_day, preferences, zone)


def _overdue_mornings(
    promise: Promise, last_day: dt.date, preferences: Preferences, zone: zoneinfo.ZoneInfo
) -> list[Planned]:
    """What is late after `last_day`, the user's own day, by the digests of working days."""
    mine = promise.owed_by == Promise.Party.ME
    days = (
        working_day(last_day + dt.timedelta(days=delay), preferences, step=1)
        for delay in (OVERDUE_DAYS if mine else OVERDUE_DAYS[:THEIRS_OVERDUE])
    )
    # The first mail of a fixed time is the one an hour later, which has no place in a digest.
    first = 2 if mine and promise.due_time is not None else 1
    return _overdue((_digest(day, preferences, zone) for day in days), first=first)


def _later_that_day(
    agreed_at: dt.datetime,
    due: dt.datetime,
    preferences: Preferences,
    zone: zoneinfo.ZoneInfo,
) -> list[Planned]:
    """The one reminder of a promise made too late for its digest, if its time leaves room."""
    afternoon = local_time.to_utc(agreed_at.astimezone(zone).date(), AFTERNOON, zone)
    moment = _hold(max(afternoon, agreed_at + SOON), preferences, zone)
    return [Planned(moment, LEAD)] if moment < due else []


def _overdue(moments: Iterable[dt.datetime], *, first: int = 1) -> list[Planned]:
    """Numbered by their place in the rhythm; two that a weekend pushes together are the later.

    So each keeps its number when other working days, or no single mails, are wanted: what has
    gone is known by it, and so is what has not.
    """
    numbers = {moment: number for number, moment in enumerate(moments, first)}
    return [Planned(moment, f"overdue_{number}") for moment, number in numbers.items()]


def _hold(moment: dt.datetime, preferences: Preferences, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """`moment` (UTC), or the end of the quiet hours where the user is now."""
    return local_time.after_quiet_hours(
        moment, zone, preferences.quiet_from, preferences.quiet_until
    )


def _digest(day: dt.date, preferences: Preferences, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return _hold(local_time.to_utc(day, preferences.digest_time, zone), preferences, zone)


def working_day(day: dt.date, preferences: Preferences, *, step: int) -> dt.date:
    """`day`, or the nearest working day from it in the direction of `step`."""
    working = _working_days(preferences)
    if working:
        while day.weekday() not in working:
            day += dt.timedelta(days=step)
    return day


def _working_days(preferences: Preferences) -> set[int]:
    """Of the week (0 is Monday); none at all if its owner says so."""
    days = preferences.working_days
    if not isinstance(days, list):
        log.warning("preferences %s: working days that cannot be read", preferences.pk)
        days = every_working_day()
    return {day for day in range(7) if day in days}
