"""The engine: what is due goes out (DESIGN section 6).

The database is the queue. A tick may run any number of times at once, in any number of
processes, and be killed at any moment: each step is committed before the next begins, and no
transaction is open while the network is used.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.environment import MailServer
from followups import messages, transport
from followups.messages import Contents
from followups.models import Heartbeat, Mail, Mailer, Reminder
from followups.models.mail import FURTHEST, LATE, LEASE, OUT_OF_REACH
from followups.transport import Verdict

log = logging.getLogger("followups.delivery")

Clock = Callable[[], dt.datetime]

BATCH = 50
GATHER = 500
# Seconds. A tick takes nothing new after so long: the next is there already.
TICK_BUDGET = 50
BEAT_EVERY = 5
# Between two tries to write down what the mail server said.
RECORD_AGAIN = (0.2, 1, 3)

# Set when the process is asked to leave: the mail in hand is finished, and no other is begun.
leaving = threading.Event()


def dispatch_due(now: dt.datetime | None = None, *, server: MailServer | None = None) -> int:
    """Send everything that is due at `now` (UTC; the clock's own time by default).

    1. A heartbeat: the engine lives.
    2. Leases that ran out are taken back from whoever died with them.
    3. While the way out is open, due reminders are gathered into mails, and mails are claimed, a
       batch at a time, and handed to `server` (the one in force by default).

    Returns how many mails were accepted or kept.
    """
    clock: Clock = timezone.now if now is None else lambda: now
    in_force = Mailer.server()
    server = server or in_force
    tick = _Tick(clock, in_force)
    recover(clock())
    if not is_way_out_open(server, tick):
        # Nothing is gathered: what waits goes as one mail once the way is open again.
        return 0
    if server is None:
        return _work_off(tick, lambda batch: _keep_all(batch, tick))
    with closing(_Line(server)) as line:
        return _work_off(tick, lambda batch: _deliver(batch, line, tick))


def _work_off(tick: _Tick, deliver: Callable[[list[Mail]], int]) -> int:
    """Gather, claim and deliver until nothing is due, or this tick is to take nothing new."""
    done = 0
    while tick.goes_on():
        gathered = gather(tick.clock())
        batch = claim(tick.clock(), size=BATCH)
        if not batch and not gathered:
            break
        done += deliver(batch)
    return done


def look() -> None:
    """`dispatch_due`, for those who come again in ten seconds: it logs what it cannot do.

    Whatever it is (a database that restarts, a bug), a look that fails must not be the last.
    What it left undone shows as overdue.
    """
    try:
        dispatch_due()
    except Exception:
        log.exception("this look failed; another comes")


class _Tick:
    """One run of the engine: its clock, its heartbeat, and when it takes nothing new."""

    def __init__(self, clock: Clock, in_force: MailServer | None) -> None:
        self.clock = clock
        self.in_force = in_force
        self.stop_at = time.monotonic() + TICK_BUDGET
        self.is_over = False
        self._beat()

    def _beat(self) -> None:
        Heartbeat.beat(Heartbeat.ENGINE, self.clock())
        self.beat_at = time.monotonic() + BEAT_EVERY

    def pause(self, reason: str) -> None:
        """Pause the mailer, unless another server was set since this tick began."""
        if Mailer.server() == self.in_force:
            Mailer.load().pause(reason, self.clock())

    def goes_on(self) -> bool:
        """Whether there is time for another mail. It also keeps the heart beating."""
        now = time.monotonic()
        if now >= self.beat_at:
            self._beat()
        return now < self.stop_at and not self.is_over and not leaving.is_set()


class _Line:
    """The way to a mail server during one tick: a conversation, opened when first needed."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.session: transport.Session | None = None

    def open(self) -> transport.Session:
        """The conversation, a new one if the last broke; raises as `transport.open_session`."""
        if self.session is not None and self.session.is_broken:
            self.close()
        if self.session is None:
            self.session = transport.open_session(self.server)
        return self.session

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None


def recover(now: dt.datetime) -> None:
    """Take back the mails whose sender's lease ran out.

    One that was only claimed had not begun. One that was being handed over may have arrived:
    it is marked, sent once more under the same Message-ID, and the second time held.
    """
    leased = Mail.across_owners.filter(lease_until__isnull=False)
    for mail in leased.filter(Q(lease_until__lte=now) | Q(lease_until__gt=now + FURTHEST)):
        if mail.state == Mail.State.CLAIMED:
            mail.release()
        elif mail.leave_in_doubt("The sender stopped before the server's answer was known.", now):
            log.warning("mail %s: unknown whether it arrived", mail.pk)
    # Put off by a clock that was far ahead, and has been set right since.
    strayed = Mail.across_owners.filter(state=Mail.State.SCHEDULED, not_before__gt=now + FURTHEST)
    if strayed.exists():
        strayed.update(not_before=now)


def gather(now: dt.datetime) -> int:
    """Put reminders that are due into mails, at most `GATHER` at a time; returns how many.

    What is late is one mail to each user, which sums up all that is due by now. Of the others
    each has its own, but for the digest: what is for one user's same morning.
    """
    due = Reminder.across_owners.waiting().filter(due_utc__lte=now)
    # Asked without a lock first: most ticks find nothing, and SQLite has one writer.
    if not due.exists():
        return 0
    missed = due.filter(due_utc__lte=now - LATE).order_by().values("owner_id")
    catch_up = due.filter(owner_id__in=missed).order_by("owner_id", "due_utc", "pk")
    done = _gather(catch_up, now, is_missed=True)
    # Now these are those whose rest did not fit, or whom another dispatcher gathers: it is his.
    on_time = due.exclude(owner_id__in=missed).order_by("due_utc", "owner_id", "pk")
    return done + _gather(on_time, now, is_missed=False)


def _gather(due: QuerySet[Reminder], now: dt.datetime, *, is_missed: bool) -> int:
    """Put the first of these, in their order, into mails, without cutting a group in two.

    A promise may be changed at the same time: its reminder is then cancelled in the mail, and
    what is left without content is dropped when it is claimed.
    """
    with transaction.atomic():
        rows = list(
            due.select_for_update(of=("self",), no_key=True, skip_locked=True)
            .select_related("promise")
            .only("owner_id", "due_utc", "occasion", "promise__due_time")[:GATHER]
        )
        groups: dict[object, list[Reminder]] = {}
        for row in rows:
            group = row.owner_id if is_missed else _group(row)
            groups.setdefault(group, []).append(row)
        if len(rows) == GATHER and len(groups) > 1:
            groups.popitem()  # there may be more of it
        mails = [_mail_for(some, now, is_missed=is_missed) for some in groups.values()]
        Mail.across_owners.bulk_create(mails)
        gathered = []
        for mail, reminders in zip(mails, groups.values(), strict=True):
            for reminder in reminders:
                reminder.mail = mail
                gathered.append(reminder)
        Reminder.across_owners.bulk_update(gathered, ["mail"])
    return len(gathered)


def _group(row: Reminder) -> object:
    """What shares a mail shares this: all of one user's morning; no single mail shares anything.

    An occasion after the moment may be either (`Preferences.digest_only`): two at once share.
    """
    is_single = row.promise.due_time is not None and row.occasion in {"lead", "due"}
    return row.pk if is_single else ("digest", row.owner_id, row.due_utc)


def _mail_for(reminders: list[Reminder], now: dt.datetime, *, is_missed: bool) -> Mail:
    first = reminders[0]
    if is_missed:
        kind = Mail.Kind.REMINDER if len(reminders) == 1 else Mail.Kind.CATCH_UP
    elif any(row.occasion == "digest" or row.promise.due_time is None for row in reminders):
        kind = Mail.Kind.DIGEST
    else:
        kind = Mail.Kind.REMINDER
    return Mail(owner_id=first.owner_id, kind=kind, due_utc=first.due_utc, not_before=now)


def is_way_out_open(server: MailServer | None, tick: _Tick) -> bool:
    """Whether mails may go: a paused mailer is probed every 15 minutes, with no mail at risk."""
    mailer = Mailer.load()
    if not mailer.is_paused:
        return True
    if server is not None:
        if not mailer.take_probe(tick.clock()):
            return False
        try:
            transport.open_session(server).close()
        except (transport.LockedOut, transport.Unreachable) as trouble:
            tick.pause(str(trouble))
            return False
    mailer.resume()
    log.warning("mailer: works again")
    return True


def claim(now: dt.datetime, *, size: int) -> list[Mail]:
    """Take up to `size` due mails for this caller alone, under a lease (rule 3).

    PostgreSQL skips rows that another dispatcher holds; SQLite's transaction is IMMEDIATE, so
    there one dispatcher at a time chooses. When a batch is full, half of it goes to the users
    that it would leave out: thousands of mails to one do not make the others wait.
    """
    due = Mail.across_owners.filter(state=Mail.State.SCHEDULED, not_before__lte=now)
    if not due.exists():
        return []
    due = due.select_for_update(skip_locked=True).order_by("not_before", "pk")
    token = uuid.uuid4()
    with transaction.atomic():
        chosen = list(due.values_list("pk", "owner_id")[:size])
        if len(chosen) == size:
            owners = {owner for _pk, owner in chosen}
            others = due.exclude(owner__in=owners).values_list("pk", "owner_id")[: size // 2]
            chosen = [*others, *chosen][:size]
        mine = Mail.across_owners.filter(pk__in=[pk for pk, _owner in chosen])
        mine.filter(state=Mail.State.SCHEDULED).update(
            state=Mail.State.CLAIMED, token=token, lease_until=now + LEASE
        )
    claimed = mine.filter(token=token, state=Mail.State.CLAIMED)
    return list(claimed.select_related("owner").order_by("not_before", "pk"))


def _deliver(batch: list[Mail], line: _Line, tick: _Tick) -> int:
    """Hand over a claimed batch; returns how many were accepted.

    Whatever it leaves undone (no time, no line) goes back as if never touched.
    """
    contents = messages.contents_of(batch)
    # What is kept here needs no line, and must not wait for one.
    batch = sorted(batch, key=lambda mail: not _is_muted(mail, contents[mail.pk]))
    done = 0
    for place, mail in enumerate(batch):
        if not tick.goes_on():
            _release(batch[place:])
            break
        if _is_muted(mail, contents[mail.pk]):
            done += _keep_here(mail, contents[mail.pk], tick.clock)
            continue
        try:
            verdict = _hand_over(mail, contents[mail.pk], line, tick.clock)
        except transport.LockedOut as trouble:
            tick.is_over = True
            _pause(str(trouble), batch[place:], tick)
            break
        except transport.Unreachable as trouble:
            tick.is_over = True
            _postpone(f"{OUT_OF_REACH} {trouble}", batch[place:], tick.clock())
            break
        done += verdict is Verdict.ACCEPTED
        if verdict is Verdict.LOCKED_OUT:
            tick.is_over = True
            _pause(mail.answer, batch[place + 1 :], tick)
            break
    return done


def _keep_all(batch: list[Mail], tick: _Tick) -> int:
    """No mail server: each is written, and shown to its addressee in the app."""
    contents = messages.contents_of(batch)
    done = 0
    for place, mail in enumerate(batch):
        if not tick.goes_on():
            _release(batch[place:])
            break
        done += _keep_here(mail, contents[mail.pk], tick.clock)
    return done


def _is_muted(mail: Mail, contents: Contents) -> bool:
    """Whether its owner wants no reminder by mail. A test was asked for, and goes all the same."""
    return contents.preferences.muted_at is not None and mail.kind != Mail.Kind.TEST


def _keep_here(mail: Mail, contents: Contents, clock: Clock) -> bool:
    for newest in _newest(mail, contents):
        letter = _written(mail, newest, settings.DEFAULT_FROM_EMAIL, clock)
        if letter is None:
            return False
        if mail.begin(newest.revisions, mail.owner.email, clock(), by_mail=False):
            why = ""
            if _is_muted(mail, newest):
                with translation.override(mail.owner.locale):
                    why = _("Muted: you asked for no reminders by mail.")
            return mail.keep_here(letter.subject, letter.text, clock(), why=why)
    mail.put_back(clock())
    return False


def _release(mails: list[Mail]) -> None:
    for mail in mails:
        mail.release()


def _postpone(reason: str, mails: list[Mail], now: dt.datetime) -> None:
    for mail in mails:
        mail.postpone(reason, now)
    log.warning("%s mails postponed: the mail server is out of reach", len(mails))


def _pause(reason: str, mails: list[Mail], tick: _Tick) -> None:
    tick.pause(reason)
    _release(mails)
    log.error("mailer paused: sign-in or encryption failed; probed every 15 minutes")


def _newest(mail: Mail, contents: Contents) -> Iterator[Contents]:
    """What it is written from: as read with its batch, and read again if that no longer holds."""
    yield contents
    yield messages.contents_of([mail])[mail.pk]


def _written(mail: Mail, contents: Contents, sender: str, clock: Clock) -> messages.Letter | None:
    """The mail, or None if there is none to be had; it has been dealt with then."""
    try:
        transport.envelope_address(mail.owner.email)
    except ValueError as error:
        mail.fail(str(error))
        return None
    try:
        letter = messages.compose(mail, contents, clock(), sender=sender)
    except Exception as error:
        # A mail that cannot be written is no reason for the others to wait, nor to lose it.
        log.exception("mail %s cannot be written", mail.pk)
        mail.postpone(f"It could not be written: {type(error).__name__}.", clock())
        return None
    if letter is None:
        mail.drop(clock())
    return letter


def _hand_over(mail: Mail, contents: Contents, line: _Line, clock: Clock) -> Verdict | None:
    """One mail through one conversation; None if it was no longer ours or wanted.

    It begins (`Mail.begin`) when the server is ready for its body, and not before: what is
    refused, or cancelled, or killed while the verbs are exchanged has never gone.
    """
    recipient = mail.owner.email
    for newest in _newest(mail, contents):
        if _is_muted(mail, newest):  # a moment ago
            _keep_here(mail, newest, clock)
            return None
        letter = _written(mail, newest, line.server.sender, clock)
        if letter is None:
            return None
        outcome = line.open().send(
            letter.content,
            sender=line.server.sender,
            recipient=recipient,
            begin=functools.partial(_begin, mail, newest, recipient, clock),
        )
        if outcome.verdict is not Verdict.WITHDRAWN:
            _record(mail, outcome, clock())
            log.info("mail %s: %s", mail.pk, outcome.verdict)
            return outcome.verdict
    mail.put_back(clock())
    return None


def _begin(mail: Mail, contents: Contents, recipient: str, clock: Clock) -> bool:
    return mail.begin(contents.revisions, recipient, clock())


def _record(mail: Mail, outcome: transport.Outcome, now: dt.datetime) -> None:
    """Write the outcome down. The server knows it already: a database that blinks must not make
    us forget it, and send again."""
    for pause in (*RECORD_AGAIN, None):
        try:
            return _settle(mail, outcome, now)
        except (DatabaseError, InterfaceError):
            if pause is None:
                raise
            log.warning("mail %s: not yet recorded: %s", mail.pk, outcome.verdict)
            connection.close()
            time.sleep(pause)


def _settle(mail: Mail, outcome: transport.Outcome, now: dt.datetime) -> None:
    match outcome.verdict:
        case Verdict.ACCEPTED:
            mail.accept(outcome.answer, now)
        case Verdict.TRY_LATER:
            mail.postpone(outcome.answer, now)
        case Verdict.REFUSED:
            mail.fail(outcome.answer)
        case Verdict.UNKNOWN:
            mail.leave_in_doubt(outcome.answer, now)
        case Verdict.LOCKED_OUT | Verdict.NOT_BEGUN:
            mail.answer = outcome.answer
            mail.release()
