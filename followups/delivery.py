"""The engine: what is due goes out (DESIGN section 6).

The database is the queue. A tick may run any number of times at once, in any number of
processes, and be killed at any moment: each step is committed before the next begins, and no
transaction is open while the network is used.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import ExitStack

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crm.environment import MailServer
from followups import messages, transport
from followups.models import Heartbeat, Mail, Mailer, Reminder
from followups.models.mail import LEASE
from followups.transport import Verdict

log = logging.getLogger("followups.delivery")

Clock = Callable[[], dt.datetime]

BATCH = 50
GATHER = 500
# Later than this, several reminders of one user go as one mail that sums up.
LATE = dt.timedelta(minutes=10)
# A tick stops taking new work after so many seconds: the next is there already.
TICK_BUDGET = 50


def dispatch_due(now: dt.datetime | None = None, *, server: MailServer | None = None) -> int:
    """Send everything that is due at `now` (UTC; the clock's own time by default).

    1. A heartbeat: the engine lives.
    2. Leases that ran out are taken back from whoever died with them.
    3. Due reminders are gathered into mails.
    4. Mails are claimed, a batch at a time, and handed to `server` (settings' by default).

    Returns how many mails were accepted or kept.
    """
    clock: Clock = timezone.now if now is None else lambda: now
    server = server or settings.MAIL_SERVER
    Heartbeat.beat(Heartbeat.ENGINE, clock())
    recover(clock())
    gather(clock())
    if not is_way_out_open(server, clock()):
        return 0
    done = 0
    stop_at = time.monotonic() + TICK_BUDGET
    while time.monotonic() < stop_at:
        batch = claim(clock())
        if not batch:
            break
        done += _deliver(batch, server, clock)
        Heartbeat.beat(Heartbeat.ENGINE, clock())
        if Mailer.load().is_paused:
            break
    return done


def recover(now: dt.datetime) -> None:
    """Take back the mails whose sender's lease ran out.

    One that was only claimed had not begun. One that was being handed over may have arrived:
    it is marked, sent once more under the same Message-ID, and the second time held.
    """
    ran_out = Mail.across_owners.filter(lease_until__lte=now)
    for mail in ran_out.filter(state=Mail.State.CLAIMED):
        mail.release()
    for mail in ran_out.filter(state=Mail.State.SENDING):
        if mail.leave_in_doubt("The sender stopped before the server's answer was known.", now):
            log.warning("mail %s: unknown whether it arrived", mail.pk)


def gather(now: dt.datetime) -> None:
    """Put the reminders that are due into mails: one each, or one that sums up."""
    due = Reminder.across_owners.waiting().filter(due_utc__lte=now).order_by("due_utc", "pk")
    # Asked without a lock first: most ticks find nothing, and SQLite has one writer.
    while due.exists():
        with transaction.atomic():
            rows = list(
                due.select_for_update(of=("self",), skip_locked=True).select_related("promise")[
                    :GATHER
                ]
            )
            for reminders in _groups(rows, now):
                _mail_for(reminders, now)
        if len(rows) < GATHER:
            break


def _groups(rows: Iterable[Reminder], now: dt.datetime) -> list[list[Reminder]]:
    """Those that share a mail: what one user missed, and one user's digest of one morning."""
    groups: dict[object, list[Reminder]] = {}
    for row in rows:
        key: object
        if row.due_utc <= now - LATE:
            key = ("missed", row.owner_id)
        elif row.promise.due_time is None:
            key = ("digest", row.owner_id, row.due_utc)
        else:
            key = row.pk
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _mail_for(reminders: list[Reminder], now: dt.datetime) -> None:
    first = reminders[0]
    if first.promise.due_time is None and first.due_utc > now - LATE:
        kind = Mail.Kind.DIGEST
    else:
        kind = Mail.Kind.REMINDER if len(reminders) == 1 else Mail.Kind.CATCH_UP
    mail = Mail.objects.create(
        owner_id=first.owner_id, kind=kind, due_utc=first.due_utc, not_before=now
    )
    Reminder.across_owners.filter(pk__in=[row.pk for row in reminders]).update(mail=mail)


def is_way_out_open(server: MailServer | None, now: dt.datetime) -> bool:
    """Whether mails may go: a paused mailer is probed every 15 minutes, with no mail at risk."""
    mailer = Mailer.load()
    if not mailer.is_paused:
        return True
    if server is not None:
        if not mailer.take_probe(now):
            return False
        try:
            with transport.session(server):
                pass
        except (transport.LockedOut, transport.Unreachable) as trouble:
            mailer.pause(str(trouble), now)
            return False
    mailer.resume()
    log.warning("mailer: works again")
    return True


def claim(now: dt.datetime, *, size: int = BATCH) -> list[Mail]:
    """Take up to `size` due mails for this caller alone, under a lease (rule 3).

    PostgreSQL skips rows that another dispatcher holds; SQLite's transaction is IMMEDIATE, so
    there one dispatcher at a time chooses.
    """
    due = Mail.across_owners.filter(state=Mail.State.SCHEDULED, not_before__lte=now)
    if not due.exists():
        return []
    token = uuid.uuid4()
    with transaction.atomic():
        rows = due.select_for_update(skip_locked=True).order_by("not_before", "pk")[:size]
        ids = [mail.pk for mail in rows]
        Mail.across_owners.filter(pk__in=ids, state=Mail.State.SCHEDULED).update(
            state=Mail.State.CLAIMED, token=token, lease_until=now + LEASE
        )
    claimed = Mail.across_owners.filter(token=token, state=Mail.State.CLAIMED)
    return list(claimed.select_related("owner").order_by("not_before", "pk"))


def _deliver(batch: list[Mail], server: MailServer | None, clock: Clock) -> int:
    """Hand over a claimed batch; returns how many were accepted or kept."""
    if server is None:
        return sum(_keep_here(mail, clock) for mail in batch)
    done = 0
    waiting = list(batch)
    with ExitStack() as stack:
        try:
            line = stack.enter_context(transport.session(server))
        except transport.LockedOut as trouble:
            _pause(str(trouble), waiting, clock)
            return 0
        except transport.Unreachable as trouble:
            for mail in waiting:
                mail.postpone(str(trouble), clock(), held_in=Mail.State.CLAIMED)
            log.warning("%s mails postponed: the mail server is out of reach", len(waiting))
            return 0
        while waiting and not line.is_broken:
            mail = waiting.pop(0)
            verdict = _hand_over(mail, line, server, clock)
            done += verdict is Verdict.ACCEPTED
            if verdict is Verdict.LOCKED_OUT:
                _pause(mail.answer, waiting, clock)
                return done
    for mail in waiting:
        mail.release()  # the line broke under another mail; these were never begun
    return done


def _pause(reason: str, waiting: list[Mail], clock: Clock) -> None:
    Mailer.load().pause(reason, clock())
    for mail in waiting:
        mail.release()
    log.error("mailer paused: sign-in or encryption failed; probed every 15 minutes")


def _hand_over(
    mail: Mail, line: transport.Session, server: MailServer, clock: Clock
) -> Verdict | None:
    """One mail through one conversation; None if it was no longer ours or wanted."""
    message = messages.compose(mail, clock(), sender=server.sender)
    if message is None or not mail.begin(clock()):
        _drop(mail)
        return None
    outcome = line.send(message, sender=server.sender, recipient=mail.owner.email)
    now = clock()
    match outcome.verdict:
        case Verdict.ACCEPTED:
            mail.accept(outcome.answer, now)
        case Verdict.TRY_LATER:
            mail.postpone(outcome.answer, now)
        case Verdict.REFUSED:
            mail.fail(outcome.answer)
        case Verdict.UNKNOWN:
            mail.leave_in_doubt(outcome.answer, now)
        case Verdict.LOCKED_OUT:
            mail.answer = outcome.answer
            mail.release(held_in=Mail.State.SENDING)
    log.info("mail %s: %s", mail.pk, outcome.verdict)
    return outcome.verdict


def _keep_here(mail: Mail, clock: Clock) -> bool:
    """No mail server: the mail is written, and shown to its addressee in the app."""
    message = messages.compose(mail, clock(), sender=settings.DEFAULT_FROM_EMAIL)
    if message is None or not mail.begin(clock()):
        _drop(mail)
        return False
    return mail.keep_here(str(message["Subject"]), messages.plain_text(message), clock())


def _drop(mail: Mail) -> None:
    """A claimed mail in which nothing is wanted any more is cancelled; one taken away is not."""
    wanted = Reminder.across_owners.live().filter(mail=mail.pk)
    if mail.kind != Mail.Kind.TEST and not wanted.exists():
        Mail.across_owners.filter(pk=mail.pk, token=mail.token, state=Mail.State.CLAIMED).update(
            state=Mail.State.CANCELLED, token=None, lease_until=None
        )
