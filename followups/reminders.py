"""The rows of reminders follow the plan (`followups.plans`), whatever changes.

There is no reminder without a row, and no row that the plan did not ask for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.models import Preferences, User
from followups.models import Mail, Promise, Reminder
from followups.plans import DIGEST, PLANNED_BY, Occasion, Planned, lead_minutes, plan

__all__ = [
    "PLANNED_BY",
    "Planned",
    "lead_minutes",
    "plan",
    "preferences_of",
    "replan",
    "replan_all",
]

# Rows named in one statement, within what every SQLite takes.
PART = 500

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def reminder_key(reminder: Reminder) -> Occasion:
    return reminder.occasion, reminder.channel


def replan(
    promise: Promise,
    *,
    preferences: Preferences | None = None,
    now: dt.datetime | None = None,
    over_since: dt.datetime | None = None,
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
    _follow([promise], preferences, now or timezone.now(), over_since)


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
                revision=F("revision") + 1,
                version=F("version") + 1,
                changed_at=now or timezone.now(),
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


@dataclass
class _Story:
    """What has become of one promise's reminders so far."""

    # Not cancelled, and not known to have gone.
    standing: list[Reminder] = field(default_factory=list)
    # Gone since its moment was agreed on: the occasion, and when it was due.
    told: dict[Occasion, dt.datetime] = field(default_factory=dict)
    # Something fell due while the promise had ended, or lay in the trash.
    missed: bool = False

    def lost_digest(self, rows: list[Planned], now: dt.datetime) -> bool:
        """Whether the digest that was to tell a fixed time went without it."""
        digests = [row.key for row in rows if row.occasion == DIGEST and row.due_utc <= now]
        stand = {reminder_key(reminder) for reminder in self.standing}
        return any(key not in self.told and key not in stand for key in digests)


@dataclass
class _Changes:
    """What a new plan changes in the rows, of all promises in it."""

    new: list[Reminder] = field(default_factory=list)
    cancelled: list[Reminder] = field(default_factory=list)
    carried: list[Reminder] = field(default_factory=list)

    def save(self, now: dt.datetime) -> None:
        _change(self.cancelled, cancelled_at=now)
        _cancel_empty({row.mail_id for row in self.cancelled if row.mail_id})
        _change(self.carried, revision=F("revision") + 1)
        Reminder.across_owners.bulk_create(self.new, batch_size=PART)


def _follow(
    promises: list[Promise],
    preferences: Preferences,
    now: dt.datetime,
    over_since: dt.datetime | None = None,
) -> None:
    """Make the rows of these promises of one owner follow their plans (see `replan`)."""
    stories = _stories(promises)
    if over_since is not None:
        for promise in promises:
            stories[promise.pk].missed = _has_missed(promise, over_since, now)
    changes = _Changes()
    for promise in promises:
        story = stories[promise.pk]
        rows = [] if promise.trashed_at else plan(promise, preferences)
        if promise.due_time is not None and story.lost_digest(rows, now):
            rows = plan(promise, preferences, digest_is_over=True)
        owed = _compare(promise, rows, story, now, changes)
        changes.new.extend(
            Reminder(
                owner_id=promise.owner_id,
                promise=promise,
                revision=promise.revision,
                occasion=row.occasion,
                channel=row.channel,
                due_utc=row.due_utc,
            )
            for row in _wanted(promise, rows, story, owed, now)
        )
    changes.save(now)


def _stories(promises: list[Promise]) -> dict[int, _Story]:
    stories = {promise.pk: _Story() for promise in promises}
    for some in _in_parts(promises):
        rows = Reminder.across_owners.filter(promise__in=[promise.pk for promise in some])
        for reminder in rows.unsettled():
            stories[reminder.promise_id].standing.append(reminder)
        for reminder in rows.told():
            told = stories[reminder.promise_id].told
            key = reminder_key(reminder)
            told[key] = max(reminder.due_utc, told.get(key, reminder.due_utc))
    return stories


def _has_missed(promise: Promise, over_since: dt.datetime, now: dt.datetime) -> bool:
    """Whether a reminder that was cancelled when its promise ended would have gone by `now`.

    It is of the last revision that has any: what a change of plan cancels is followed by others.
    """
    rows = Reminder.across_owners.filter(promise=promise.pk)
    last = rows.order_by("-revision").values("revision")[:1]
    cancelled = rows.filter(revision=last, cancelled_at__gte=over_since)
    return cancelled.filter(due_utc__lte=now).exists()


def _compare(
    promise: Promise, rows: list[Planned], story: _Story, now: dt.datetime, changes: _Changes
) -> dict[Occasion, bool]:
    """Sort out what is to become of the reminders that stand.

    Returns the occasions that are owed even if their moment in the new plan has passed: True
    where the reminder was due already, False where only the change of plan made it so.
    """
    # Compared by occasion, not by moment: a digest that was due and has not gone is still owed
    # when its hour has since been moved from eight to seven.
    past = {row.key for row in rows if row.due_utc <= now}
    owed = {}
    for reminder in story.standing:
        key = reminder_key(reminder)
        if reminder.may_have_gone and key in past:
            if reminder.revision == promise.revision - 1:
                changes.carried.append(reminder)
        elif reminder.is_waiting:
            changes.cancelled.append(reminder)
            # So is one still to come whose hour the preferences, or the zone, have moved into the
            # past. Not one of a promise that was moved itself: its new moment is what counts.
            if reminder.due_utc <= now or reminder.created_at >= promise.agreed_at:
                owed[key] = reminder.due_utc <= now
    return owed


def _wanted(
    promise: Promise,
    rows: list[Planned],
    story: _Story,
    owed: dict[Occasion, bool],
    now: dt.datetime,
) -> list[Planned]:
    """The rows of the plan that are to be: what is still to come, and what is owed.

    1. What has gone is not planned again, nor is what a change of plan moves to before something
       that has gone: it would say the same once more.
    2. If something was due and did not go (no worker, or the promise had ended by mistake), and
       its occasion is no longer in the plan, the last that has passed takes its place.
    3. So it does for a promise that would else reach its moment without any reminder.
    """
    newest = max(story.told.values(), default=NEVER)
    wanted = [
        row
        for row in rows
        if row.key not in story.told
        and (row.due_utc > now or owed.get(row.key) or (row.key in owed and row.due_utc > newest))
    ]
    past = [row for row in rows if row.due_utc <= now]
    told_in_time = any(row.due_utc <= max(now, promise.due_utc) for row in wanted)
    under_way = any(reminder.may_have_gone for reminder in story.standing)
    if not past or told_in_time or under_way or past[-1].due_utc <= newest:
        return wanted
    last = past[-1]
    is_alone = promise.revision > 1 and promise.agreed_at < last.due_utc <= now < promise.due_utc
    if last.key not in story.told and (any(owed.values()) or story.missed or is_alone):
        return [last, *wanted]
    return wanted


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
