"""What a restored copy still meant to send is held for its owner (DESIGN section 6, rule 11).

Between the making of a copy and its return the original went on: what stands unsent in the copy
and has fallen due since may have gone long ago. Nobody can tell any more, so nobody but its owner
decides.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import formats, translation
from django.utils.translation import gettext as _

from accounts.models import User
from followups.models import Heartbeat, Mail, Promise, Reminder
from followups.plans import plan
from followups.reminders import preferences_of, replan_all

# Rows named in one statement, within what every SQLite takes.
PART = 500


def hold_after_restore(now: dt.datetime, *, copied_at: dt.datetime) -> int:
    """Hold whatever is unsent and due at `now`, the moment of the restore; returns how many mails.

    Both moments are UTC; `copied_at` is when the copy was made. Called once the copy's rows are in
    their tables and before any dispatcher sees them.

    1. A mail that had begun to go may have arrived even before the copy was made: it is marked.
    2. It, and each that waited or was picked up, is held under the Message-ID that it has.
    3. What was planned and is in no mail is gathered into one held mail for each owner.
    4. No heartbeat is left: no worker has run on these rows yet.

    What falls due later goes as usual. Holding twice holds nothing more.
    """
    with transaction.atomic():
        mails = _unsent().filter(due_utc__lte=now)
        mails.filter(state=Mail.State.SENDING).update(ambiguous=True)
        held = sum(_hold(mails.filter(owner=owner), owner, copied_at) for owner in _owners(mails))
        due = Reminder.across_owners.waiting().filter(due_utc__lte=now)
        held += len([_gather(due.filter(owner=owner), owner, copied_at) for owner in _owners(due)])
        Heartbeat.objects.all().delete()
    return held


def hold_and_replan(owner: User, now: dt.datetime, *, copied_at: dt.datetime) -> int:
    """The same for one account that came out of an archive; returns how many mails are held.

    What is still to come stays planned as it was, unless this version, its zones' rules or the
    moment say otherwise: then all of it is planned anew.
    """
    with transaction.atomic():
        mails = _unsent().filter(owner=owner, due_utc__lte=now)
        held = _hold(mails, owner, copied_at)
        due = Reminder.across_owners.waiting().filter(owner=owner, due_utc__lte=now)
        if due.exists():
            _gather(due, owner, copied_at)
            held += 1
        if not _follows_the_plan(owner, now):
            replan_all(owner, now=now)
    return held


def _follows_the_plan(owner: User, now: dt.datetime) -> bool:
    """Whether what waits of `owner` is what is planned from `now` (UTC) on."""
    preferences = preferences_of(owner.pk)
    coming = Reminder.across_owners.live().filter(owner=owner, due_utc__gt=now)
    waiting: dict[int, set[tuple[str, str, dt.datetime]]] = {}
    for row in coming.values_list("promise", "occasion", "channel", "due_utc").iterator(PART):
        waiting.setdefault(row[0], set()).add(row[1:])
    for promise in Promise.objects.of(owner).open().iterator(PART):
        planned = {
            (row.occasion, row.channel, row.due_utc)
            for row in plan(promise, preferences)
            if row.due_utc > now
        }
        if planned != waiting.get(promise.pk, set()):
            return False
    return True


def _unsent() -> QuerySet[Mail]:
    return Mail.across_owners.filter(state__in=[*Mail.WAITING, Mail.State.SENDING])


def _owners(rows: QuerySet) -> list[User]:
    return list(User.objects.filter(pk__in=rows.order_by().values("owner")).order_by("pk"))


def _words(owner: User, copied_at: dt.datetime) -> str:
    """Why it is held, in its owner's language and zone."""
    with translation.override(owner.locale):
        day = formats.date_format(copied_at.astimezone(owner.zone).date(), "j F Y")
        return _(
            "Restored from a copy of %(day)s: it may have gone already. Send it, or set it aside."
        ) % {"day": day}


def _hold(mails: QuerySet[Mail], owner: User, copied_at: dt.datetime) -> int:
    return mails.update(
        state=Mail.State.HELD, token=None, lease_until=None, answer=_words(owner, copied_at)
    )


def _gather(due: QuerySet[Reminder], owner: User, copied_at: dt.datetime) -> Mail:
    reminders = list(due.order_by("due_utc", "pk").values_list("pk", "due_utc"))
    first = reminders[0][1]
    mail = Mail.across_owners.create(
        owner=owner,
        kind=Mail.Kind.CATCH_UP,
        state=Mail.State.HELD,
        due_utc=first,
        not_before=first,
        answer=_words(owner, copied_at),
    )
    for start in range(0, len(reminders), PART):
        some = [pk for pk, _due in reminders[start : start + PART]]
        Reminder.across_owners.filter(pk__in=some).update(mail=mail)
    return mail
