"""Which reminders a promise gets, and when.

`plan` is a pure function of the promise and its owner's preferences; `replan` makes the rows
follow it. There is no reminder without a row, and no row that the plan did not ask for.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.models import Preferences, User
from followups import local_time
from followups.models import Mail, Promise, Reminder

LEAD, DUE, DIGEST = "lead", "due", "digest"
EMAIL = Reminder.Channel.EMAIL.value

# Rows named in one statement, within what every SQLite takes.
PART = 500

# Less and less often, and then never again: a promise a month late is a talk, not a reminder.
OVERDUE_AFTER = dt.timedelta(hours=1)
OVERDUE_DAYS = [1, 3, 7, 14, 30]
# What they owe is followed up twice; a third reminder would nag the wrong side.
THEIRS_OVERDUE = 2

# A promise for today that was made after this morning's digest is told again at this local time,
# while there is still some of the day left, and an hour after it was made at the earliest.
AFTERNOON = dt.time(16, 0)
SOON = dt.timedelta(hours=1)


@dataclass(frozen=True, order=True)
class Planned:
    """One reminder to be: its occasion, its channel and its moment in UTC."""

    due_utc: dt.datetime
    occasion: str
    channel: str = EMAIL


# What `plan` asks of the preferences, and of the user they belong to.
PLANNED_BY = frozenset(
    {"digest_time", "lead_minutes", "quiet_from", "quiet_until", "time_zone", "working_days"}
)


def plan(promise: Promise, preferences: Preferences) -> list[Planned]:
    """The reminders of an open promise, soonest first; none once it has ended.

    Nothing is written, and unsaved objects do. The rules are DESIGN section 6's: lead, moment
    and overdue mails for a fixed time, the morning digest for a day; quiet hours hold all but
    the mail on the moment of a fixed time. An occasion comes at most once in a plan.
    """
    if not promise.is_open:
        return []
    zone = _zone(promise, preferences)
    if promise.due_time is None:
        rows = _for_a_day(promise, preferences, zone)
    else:
        rows = _for_a_time(promise, preferences, zone)
    return sorted(rows)


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
        if preferences.lead_minutes:
            before = due - dt.timedelta(minutes=preferences.lead_minutes)
            lead = _hold(before, preferences, zone)
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


def _for_a_day(
    promise: Promise, preferences: Preferences, zone: zoneinfo.ZoneInfo
) -> list[Planned]:
    due = promise.derive_due_utc()
    mine = promise.owed_by == Promise.Party.ME
    # The user's own day on which the promise's day ends: in another zone it may be another.
    last_day = (due - dt.timedelta.resolution).astimezone(zone).date()
    rows = []
    if mine:
        day = _working_day(min(promise.due_on, last_day), preferences, step=-1)
        while (morning := _digest(day, preferences, zone)) >= due:
            # Over there the day is over before it is morning here.
            day = _working_day(day - dt.timedelta(days=1), preferences, step=-1)
        rows.append(Planned(morning, DIGEST))
        if morning <= promise.agreed_at:
            rows += _later_that_day(promise.agreed_at, due, preferences, zone)
    delays = OVERDUE_DAYS if mine else OVERDUE_DAYS[:THEIRS_OVERDUE]
    days = (
        _working_day(last_day + dt.timedelta(days=delay), preferences, step=1) for delay in delays
    )
    return rows + _overdue(_digest(day, preferences, zone) for day in days)


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


def _overdue(moments: Iterable[dt.datetime]) -> list[Planned]:
    """Numbered in order; two that quiet hours or a weekend push together are one."""
    distinct = list(dict.fromkeys(moments))
    return [Planned(moment, f"overdue_{number}") for number, moment in enumerate(distinct, 1)]


def _hold(moment: dt.datetime, preferences: Preferences, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """`moment` (UTC), or the end of the quiet hours where the user is now."""
    return local_time.after_quiet_hours(
        moment, zone, preferences.quiet_from, preferences.quiet_until
    )


def _digest(day: dt.date, preferences: Preferences, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return _hold(local_time.to_utc(day, preferences.digest_time, zone), preferences, zone)


def _working_day(day: dt.date, preferences: Preferences, *, step: int) -> dt.date:
    """`day`, or the nearest working day from it in the direction of `step`."""
    working = set(preferences.working_days) & set(range(7))
    if working:
        while day.weekday() not in working:
            day += dt.timedelta(days=step)
    return day


def replan(
    promise: Promise,
    *,
    preferences: Preferences | None = None,
    now: dt.datetime | None = None,
) -> None:
    """Make the rows follow the plan; called in the transaction that changed the promise.

    That transaction holds the promise's row, and `Mail.begin` asks for it too: none of its
    reminders begins to go while this runs.

    1. What has not gone is cancelled, and so is a mail in which nothing is left to say.
    2. The plan's moments still to come get new rows.
    3. So do those whose reminder was due and had not gone: a worker that was down loses nothing.
    4. What may have gone already is not planned again: it stays with its mail, as a reminder of
       the new revision, so that a mail which comes back unsent goes after all, and one which may
       have arrived goes again under no other Message-ID than its own.
    """
    preferences = preferences or preferences_of(promise.owner_id)
    _follow([promise], preferences, now or timezone.now())


def replan_all(owner: User | int, *, now: dt.datetime | None = None) -> int:
    """Replan every open promise of `owner`, whose preferences or zone have changed.

    Called in the transaction that changed them. Returns how many promises there were.
    """
    owner_id = owner if isinstance(owner, int) else owner.pk
    with transaction.atomic():
        preferences = preferences_of(owner_id)
        rows = Promise.objects.of(owner_id).open().order_by("pk")
        # In one order always, so that two of these never wait for each other.
        promises = list(rows.select_for_update(no_key=True))
        for some in _in_parts(promises):
            # A new revision, so that no mail of the old plan may still begin.
            Promise.objects.of(owner_id).filter(pk__in=[row.pk for row in some]).update(
                revision=F("revision") + 1, version=F("version") + 1
            )
        for promise in promises:
            promise.revision += 1
            promise.version += 1
            due = promise.derive_due_utc()
            if due != promise.due_utc:  # the rules of its zone are no longer what they were
                promise.due_utc = due
                Promise.objects.of(owner_id).filter(pk=promise.pk).update(due_utc=due)
        _follow(promises, preferences, now or timezone.now())
    return len(promises)


def preferences_of(owner_id: int) -> Preferences:
    """A user's preferences, with the user; the usual ones for who has none.

    Inside a transaction they are held (the user first) until it ends: a promise that is being
    saved and a change of preferences see each other, whichever comes first.
    """
    rows = Preferences.objects.of(owner_id).select_related("owner")
    if transaction.get_connection().in_atomic_block:
        rows = rows.select_for_update(of=("owner", "self"), no_key=True)
    return rows.first() or Preferences(owner=User.objects.get(pk=owner_id))


def _follow(promises: list[Promise], preferences: Preferences, now: dt.datetime) -> None:
    """Make the rows of these promises of one owner follow their plans (see `replan`)."""
    standing: dict[int, list[Reminder]] = {promise.pk: [] for promise in promises}
    gone: dict[int, set[tuple[str, str]]] = {promise.pk: set() for promise in promises}
    for some in _in_parts(promises):
        for reminder in Reminder.across_owners.unsettled().filter(
            promise__in=[promise.pk for promise in some]
        ):
            standing[reminder.promise_id].append(reminder)
        for reminder in Reminder.across_owners.told().filter(
            promise__in=[promise.pk for promise in some]
        ):
            gone[reminder.promise_id].add((reminder.occasion, reminder.channel))
    new: list[Reminder] = []
    cancelled: list[Reminder] = []
    carried: list[Reminder] = []
    for promise in promises:
        rows = [] if promise.trashed_at else plan(promise, preferences)
        told = gone[promise.pk]
        _compare(promise, rows, standing[promise.pk], told, now, new, cancelled, carried)
    _change(cancelled, cancelled_at=now)
    _cancel_empty({row.mail_id for row in cancelled if row.mail_id})
    _change(carried, revision=F("revision") + 1)
    Reminder.across_owners.bulk_create(new, batch_size=PART)


def _compare(
    promise: Promise,
    rows: list[Planned],
    standing: list[Reminder],
    gone: set[tuple[str, str]],
    now: dt.datetime,
    new: list[Reminder],
    cancelled: list[Reminder],
    carried: list[Reminder],
) -> None:
    """Sort out what is to become of the reminders of one promise."""
    # Compared by occasion, not by moment: a digest that was due and has not gone is still owed
    # when its hour has since been moved from eight to seven.
    past = {(row.occasion, row.channel) for row in rows if row.due_utc <= now}
    owed = set()
    for reminder in standing:
        occasion = (reminder.occasion, reminder.channel)
        if reminder.may_have_gone and occasion in past:
            if reminder.revision == promise.revision - 1:
                carried.append(reminder)
        elif reminder.is_waiting:
            cancelled.append(reminder)
            # So is one still to come whose hour the preferences, or the zone, have moved into the
            # past. Not one of a promise that was moved itself: its new moment is what counts.
            if reminder.due_utc <= now or reminder.created_at >= promise.agreed_at:
                owed.add(occasion)
    new.extend(
        Reminder(
            owner_id=promise.owner_id,
            promise=promise,
            revision=promise.revision,
            occasion=row.occasion,
            channel=row.channel,
            due_utc=row.due_utc,
        )
        for row in rows
        if (row.due_utc > now or (row.occasion, row.channel) in owed)
        and (row.occasion, row.channel) not in gone
    )


def _change(reminders: list[Reminder], **values: object) -> None:
    for some in _in_parts(reminders):
        Reminder.across_owners.filter(pk__in=[row.pk for row in some]).update(**values)


def _cancel_empty(mails: set[int]) -> None:
    """Cancel those of these mails, not yet being handed over, that have no reminder left."""
    left = Reminder.across_owners.filter(mail=OuterRef("pk"), cancelled_at=None)
    for some in _in_parts(sorted(mails)):
        Mail.across_owners.filter(~Exists(left), pk__in=some, state__in=Mail.WAITING).update(
            state=Mail.State.CANCELLED, token=None, lease_until=None
        )


def _in_parts[T](rows: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]
