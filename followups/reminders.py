"""The rows of reminders follow the plan (`followups.plans`), whatever changes.

There is no reminder without a row, and no row that the plan did not ask for.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
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

# An occasion, and when it falls due (UTC).
type Moment = tuple[Occasion, dt.datetime]

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
    5. So for what was cancelled while its mail was in doubt, and is to be planned again: it comes
       back, and its mail with it.
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
    # Cancelled, but its mail may have arrived: the occasion and its moment.
    in_doubt: dict[Moment, Reminder] = field(default_factory=dict)
    # Gone since its moment was agreed on: the occasion, and when it was due.
    told: dict[Occasion, dt.datetime] = field(default_factory=dict)
    # Something fell due while the promise had ended, or lay in the trash.
    missed: bool = False

    def under_way(
        self, promise: Promise, rows: list[Planned], now: dt.datetime
    ) -> dict[Occasion, Reminder]:
        """What may have gone already, of what has passed in this plan: one for each occasion.

        It is of the plan before this one; or of the same moment, whatever came between: an end
        that was undone, the trash, a move there and back. Of another moment it counts no more.
        """
        past = {row.key: row.due_utc for row in rows if row.due_utc <= now}
        found: dict[Occasion, Reminder] = {}
        for reminder in self.standing:
            key = reminder_key(reminder)
            if not reminder.may_have_gone or key not in past:
                continue
            if reminder.due_utc == past[key]:
                found[key] = reminder
            elif reminder.revision == promise.revision - 1:
                found.setdefault(key, reminder)
        return found

    def lost_digest(self, promise: Promise, rows: list[Planned], now: dt.datetime) -> bool:
        """Whether the digest that was to tell a fixed time went without it."""
        stand = {reminder_key(row) for row in self.standing if row.is_waiting}
        stand |= self.told.keys() | self.under_way(promise, rows, now).keys()
        return any(
            row.key not in stand and (row.key, row.due_utc) not in self.in_doubt
            for row in rows
            if row.occasion == DIGEST and row.due_utc <= now
        )


@dataclass
class _Changes:
    """What a new plan changes in the rows, of all promises in it."""

    new: list[Reminder] = field(default_factory=list)
    cancelled: list[Reminder] = field(default_factory=list)
    # By the revision that they are of from now on.
    carried: dict[int, list[Reminder]] = field(default_factory=lambda: defaultdict(list))
    brought_back: list[Reminder] = field(default_factory=list)

    def add(self, promise: Promise, row: Planned, story: _Story) -> None:
        """Plan this: by a new row, or by the old one if its mail is in doubt."""
        doubtful = story.in_doubt.get((row.key, row.due_utc))
        if doubtful:
            self.brought_back.append(doubtful)
            self.carried[promise.revision].append(doubtful)
            return
        self.new.append(
            Reminder(
                owner_id=promise.owner_id,
                promise=promise,
                revision=promise.revision,
                occasion=row.occasion,
                channel=row.channel,
                due_utc=row.due_utc,
            )
        )

    def save(self, now: dt.datetime) -> None:
        _change(self.cancelled, cancelled_at=now)
        _cancel_empty({row.mail_id for row in self.cancelled if row.mail_id})
        _change(self.brought_back, cancelled_at=None)
        _wait_again({row.mail_id for row in self.brought_back if row.mail_id})
        for revision, reminders in self.carried.items():
            _change(reminders, revision=revision)
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
        if promise.due_time is not None and story.lost_digest(promise, rows, now):
            rows = plan(promise, preferences, digest_is_over=True)
        under_way = story.under_way(promise, rows, now)
        changes.carried[promise.revision].extend(under_way.values())
        owed = _cancel_the_rest(promise, story, under_way, now, changes)
        for row in _wanted(promise, rows, story, under_way, owed, now):
            changes.add(promise, row, story)
    changes.save(now)


def _stories(promises: list[Promise]) -> dict[int, _Story]:
    stories = {promise.pk: _Story() for promise in promises}
    for some in _in_parts(promises):
        rows = Reminder.across_owners.filter(promise__in=[promise.pk for promise in some])
        for reminder in (rows.unsettled() | rows.in_doubt()).select_related("mail"):
            story = stories[reminder.promise_id]
            if reminder.cancelled_at is None:
                story.standing.append(reminder)
            else:
                story.in_doubt[reminder_key(reminder), reminder.due_utc] = reminder
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


def _cancel_the_rest(
    promise: Promise,
    story: _Story,
    under_way: dict[Occasion, Reminder],
    now: dt.datetime,
    changes: _Changes,
) -> dict[Occasion, bool]:
    """Cancel what stands, has not begun to go, and does not stay with its mail.

    Returns the occasions that are owed even if their moment in the new plan has passed: True
    where the reminder was due already, False where only the change of plan made it so.
    """
    # Compared by occasion, not by moment: a digest that was due and has not gone is still owed
    # when its hour has since been moved from eight to seven.
    stays = {reminder.pk for reminder in under_way.values()}
    owed = {}
    for reminder in story.standing:
        if reminder.pk in stays or not reminder.is_waiting:
            continue
        changes.cancelled.append(reminder)
        # So is one still to come whose hour the preferences, or the zone, have moved into the
        # past. Not one of a promise that was moved itself: its new moment is what counts.
        if reminder.due_utc <= now or reminder.created_at >= promise.agreed_at:
            owed[reminder_key(reminder)] = reminder.due_utc <= now
    return owed


def _wanted(
    promise: Promise,
    rows: list[Planned],
    story: _Story,
    under_way: dict[Occasion, Reminder],
    owed: dict[Occasion, bool],
    now: dt.datetime,
) -> list[Planned]:
    """The rows of the plan that are to be: what is still to come, and what is owed.

    1. What has gone, or may have, is not planned again, nor is what a change of plan moves to
       before something that has gone: it would say the same once more.
    2. If something was due and did not go (no worker, or the promise had ended by mistake), and
       its occasion is no longer in the plan, the last that has passed takes its place.
    3. So it does for a promise that would else reach its moment without any reminder.
    """
    newest = max(story.told.values(), default=NEVER)
    wanted = [
        row
        for row in rows
        if row.key not in story.told
        and row.key not in under_way
        and (row.due_utc > now or owed.get(row.key) or (row.key in owed and row.due_utc > newest))
    ]
    past = [row for row in rows if row.due_utc <= now]
    told_in_time = any(row.due_utc <= max(now, promise.due_utc) for row in wanted)
    if not past or told_in_time:
        return wanted
    last = past[-1]
    said = {*story.told, *under_way}
    newest = max([newest, *(reminder.due_utc for reminder in under_way.values())])
    if last.key in said or last.due_utc <= newest:
        return wanted
    is_alone = promise.revision > 1 and promise.agreed_at < last.due_utc <= now < promise.due_utc
    if any(owed.values()) or story.missed or is_alone:
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


def _wait_again(mails: set[int]) -> None:
    """Those of these mails that were cancelled go after all, under the Message-ID they have."""
    for some in _in_parts(sorted(mails)):
        Mail.across_owners.filter(pk__in=some, state=Mail.State.CANCELLED).update(
            state=Mail.State.SCHEDULED
        )


def _in_parts[T](rows: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]
