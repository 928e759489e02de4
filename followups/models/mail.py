"""A mail under way: its state is what can be proven of it (DESIGN section 6, rules 3 to 8)."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Collection
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _

from accounts.models import Preferences
from accounts.owned import AcrossOwners, OwnedManager, OwnedModel, OwnedQuerySet

# A sender that says nothing for so long is taken for dead. The transport gives up well before.
LEASE = dt.timedelta(seconds=90)
# Later than this a mail says so, and several reminders of one user go as one that sums up.
LATE = dt.timedelta(minutes=10)
# Before another look at a mail whose promise is being changed this very moment.
PAUSE = dt.timedelta(seconds=10)
BACKOFF = [
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=15),
    dt.timedelta(hours=1),
    dt.timedelta(hours=4),
]
LATER_BACKOFF = dt.timedelta(hours=6)
GIVE_UP_AFTER = dt.timedelta(hours=72)


# No step of ours reaches further ahead than this; a moment that does was written by a clock that
# was wrong, and would be waited for in vain once it is right.
FURTHEST = dt.timedelta(hours=12)


# Stands before what was heard of a server that is out of reach: the rest is the founder's.
OUT_OF_REACH = "The mail server could not be reached."


def id_domain() -> str:
    """This installation's name as it may stand to the right of an @ (RFC 5322, 3.6.4)."""
    if ":" in settings.PUBLIC_HOST:
        return f"[{settings.PUBLIC_HOST}]"
    return punycode(settings.PUBLIC_HOST)


def make_message_id() -> str:
    """A Message-ID, fixed for the life of the mail."""
    return f"<{uuid.uuid4().hex}@{id_domain()}>"


class MailQuerySet(OwnedQuerySet):
    def troubled(self) -> Self:
        """What somebody has to look at."""
        return self.filter(state__in=[Mail.State.FAILED, Mail.State.HELD], settled_at=None)

    def about(self, promise: models.Model) -> Self:
        """Those with a reminder of this promise in them."""
        return self.filter(reminders__promise=promise).distinct()

    def held(self) -> Self:
        """What was not sent because it may have arrived, or because it is from before a restore."""
        return self.troubled().filter(state=Mail.State.HELD)

    def send_again(self) -> int:
        """Those of these that need a look go at the next tick; returns how many.

        Without what is wanted no more: that is cancelled, and is not told as sent.
        """
        from followups.models.reminder import Reminder

        now = timezone.now()
        with transaction.atomic():
            Reminder.across_owners.filter(mail__in=self.troubled()).cancel_unwanted(now)
            return self.troubled().update(
                state=Mail.State.SCHEDULED,
                not_before=now,
                attempts=0,
                first_tried_at=None,
                settled_at=None,
            )

    def set_aside(self) -> int:
        """Those of these that need a look have been seen; returns how many."""
        return self.troubled().update(settled_at=timezone.now())

    def kept(self) -> Self:
        """What was written here for want of a mail server."""
        return self.filter(state=Mail.State.KEPT)


class Mail(OwnedModel):
    """One mail to its owner: reminders, or a test of the way."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("reminder")
        DIGEST = "digest", _("morning digest")
        CATCH_UP = "catch_up", _("what was missed")
        TEST = "test", _("test")

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("waiting")
        CLAIMED = "claimed", _("picked up")
        SENDING = "sending", _("being handed over")
        SENT = "sent", _("sent")
        KEPT = "kept", _("kept here")
        FAILED = "failed", _("failed")
        HELD = "held", _("held for you")
        CANCELLED = "cancelled", _("cancelled")

    WAITING = (State.SCHEDULED, State.CLAIMED)

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SCHEDULED)
    due_utc = models.DateTimeField(_("due"))
    not_before = models.DateTimeField(_("not before"))
    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    # Once it may have arrived without our knowing: it is sent once more, under the same id.
    ambiguous = models.BooleanField(_("may have arrived twice"), default=False)
    message_id = models.CharField(max_length=255, unique=True, default=make_message_id)
    recipient = models.EmailField(_("to"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # What the server said last, or why there was no answer.
    answer = models.CharField(_("server's answer"), max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # Filled in only where there is no server, to be read in the app.
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    text = models.TextField(_("text"), blank=True)

    objects = OwnedManager.from_queryset(MailQuerySet)()
    across_owners = AcrossOwners()

    class Meta(OwnedModel.Meta):
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(state="scheduled"), name="mail_scheduled"
            ),
            models.Index(
                # Not by state: SQLite would not see that either of two is one of the two.
                fields=["lease_until"],
                condition=Q(lease_until__isnull=False),
                name="mail_leased",
            ),
            models.Index(fields=["owner", "state"], name="mail_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["claimed", "sending"],
                    token__isnull=False,
                    lease_until__isnull=False,
                )
                | (~Q(state__in=["claimed", "sending"]) & Q(token=None, lease_until=None)),
                name="mail_leased_while_under_way",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="mail_sent_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("followups:mail_detail", args=[self.pk])

    # The state machine. Each step is one conditional update, committed before anything else
    # happens; a False says that the mail is no longer ours to move. ----------------------------

    def _move(self, held_in: State, *, only_if: Q | None = None, **changes: Any) -> bool:
        rows = Mail.across_owners.filter(
            only_if or Q(), pk=self.pk, token=self.token, state=held_in
        )
        moved = bool(rows.update(**changes))
        if moved:
            for name, value in changes.items():
                setattr(self, name, value)
        return moved

    def begin(
        self,
        contents: Collection[tuple[int, int]],
        recipient: str,
        now: dt.datetime,
        *,
        by_mail: bool = True,
    ) -> bool:
        """claimed → sending: the last moment at which anything can stop it (rule 4).

        1. The preferences are held, before the promises as everywhere: a mute is committed
           before this, or waits for it. `by_mail`, a muted owner's mail does not begin.
        2. The promises in it are held, so that none is kept, moved or trashed meanwhile.
        3. `contents`, the reminders (id, revision) that it was written from, must be all that is
           wanted of it now: else False, and it has to be written anew.
        4. Ours, and the lease not run out, it moves on, and `recipient` is noted.
        """
        from followups.models.reminder import Reminder

        inside = Reminder.across_owners.filter(mail=self.pk)
        if not contents and self.kind != self.Kind.TEST:
            return False
        with transaction.atomic():
            is_muted = self._hold_preferences()
            if is_muted and by_mail and self.kind != self.Kind.TEST:
                return False
            # One query holds the promises and asks what is wanted: a promise that is being
            # changed is waited for, and what it changed is seen.
            rows = list(inside.filter(cancelled_at=None).with_promises_held()) if contents else []
            if {(row.pk, row.revision) for row in rows if row.is_live} != set(contents):
                return False
            moved = self._move(
                self.State.CLAIMED,
                only_if=Q(lease_until__gt=now),
                state=self.State.SENDING,
                lease_until=now + LEASE,
                recipient=recipient,
            )
            unwanted = [row.pk for row in rows if not row.is_live]
            if moved and unwanted:
                # What was to go at an earlier try does not go with it, and is not told as sent.
                inside.filter(pk__in=unwanted).update(cancelled_at=now)
        return moved

    def _hold_preferences(self) -> bool:
        """Hold its owner's preferences until the transaction ends; whether they mute reminders."""
        rows = Preferences.objects.of(self.owner_id).select_for_update(no_key=True)
        return any(rows.values_list("muted_at", flat=True))

    def drop(self, now: dt.datetime) -> bool:
        """claimed → cancelled, if nothing in it is wanted any more.

        What it was to tell is cancelled with it: a promise that is taken up again plans by that.
        """
        from followups.models.reminder import Reminder

        inside = Reminder.across_owners.filter(mail=self.pk)
        left = inside.filter(cancelled_at=None)
        with transaction.atomic():
            # Held, so that none of its promises is taken up again meanwhile.
            list(left.with_promises_held())
            dropped = not inside.live().exists() and self._move(
                self.State.CLAIMED, state=self.State.CANCELLED, token=None, lease_until=None
            )
            if dropped:
                left.update(cancelled_at=now)
        return dropped

    def accept(self, answer: str, now: dt.datetime) -> bool:
        """sending → sent: the server answered 250 after the final dot."""
        sent: dict[str, Any] = {
            "state": self.State.SENT,
            "token": None,
            "lease_until": None,
            "sent_at": now,
            "answer": answer[:500],
        }
        if self._move(self.State.SENDING, **sent):
            return True
        # The lease ran out under us (a laptop that slept), and the mail was taken for doubtful.
        # Now it is known after all: once is enough.
        from followups.models.reminder import Reminder

        in_doubt = [*self.WAITING, self.State.HELD, self.State.CANCELLED]
        rows = Mail.across_owners.filter(pk=self.pk, state__in=in_doubt, ambiguous=True)
        with transaction.atomic():
            known = bool(rows.update(ambiguous=self.ambiguous, **sent))
            if known and self.lease_until:
                # What was cancelled since it began went all the same.
                since = self.lease_until - LEASE
                went = Reminder.across_owners.filter(mail=self.pk, cancelled_at__gt=since)
                went.update(cancelled_at=None)
        return known

    def keep_here(self, subject: str, text: str, now: dt.datetime, *, why: str = "") -> bool:
        """sending → kept: there is no mail server, or `why` it does not go; the app shows it."""
        return self._move(
            self.State.SENDING,
            state=self.State.KEPT,
            token=None,
            lease_until=None,
            sent_at=now,
            subject=subject[:255],
            text=text,
            answer=(why or self.answer)[:500],
        )

    # From either, claimed or sending: ----------------------------------------------------------

    def _let_go(self, **changes: Any) -> bool:
        held_in = self.State.SENDING if self.state == self.State.SENDING else self.State.CLAIMED
        return self._move(held_in, token=None, lease_until=None, **changes)

    def release(self) -> bool:
        """Back to scheduled as if never touched: the trouble was not this mail's."""
        return self._let_go(state=self.State.SCHEDULED)

    def put_back(self, now: dt.datetime) -> bool:
        """As `release`, for one whose promise is being changed this very moment."""
        return self._let_go(state=self.State.SCHEDULED, not_before=now + PAUSE)

    def postpone(self, answer: str, now: dt.datetime) -> bool:
        """Try again later (rule 5's backoff), or fail after 72 hours of trying.

        A machine that slept through the 72 hours has not tried: the short waits come first.
        """
        first = self.first_tried_at or now
        attempts = self.attempts + 1
        wait = BACKOFF[attempts - 1] if attempts <= len(BACKOFF) else LATER_BACKOFF
        tried = {"attempts": attempts, "first_tried_at": first, "answer": answer[:500]}
        if attempts > len(BACKOFF) and now + wait > first + GIVE_UP_AFTER:
            return self._let_go(state=self.State.FAILED, **tried)
        return self._let_go(state=self.State.SCHEDULED, not_before=now + wait, **tried)

    def fail(self, answer: str) -> bool:
        """The server refused it for good. It stands on Today until settled."""
        return self._let_go(
            state=self.State.FAILED, attempts=self.attempts + 1, answer=answer[:500]
        )

    def leave_in_doubt(self, answer: str, now: dt.datetime) -> bool:
        """The reply to the final dot is unknown: once more under the same id, then held."""
        return self._move(
            self.State.SENDING,
            state=self.State.HELD if self.ambiguous else self.State.SCHEDULED,
            token=None,
            lease_until=None,
            ambiguous=True,
            not_before=now + BACKOFF[0],
            attempts=self.attempts + 1,
            answer=answer[:500],
        )

    # What its owner does with a mail that failed or is held --------------------------------------

    def retry(self) -> bool:
        """Send it after all, at the next tick; False if it no longer stands to be looked at."""
        return self._deal(MailQuerySet.send_again)

    def settle(self) -> bool:
        """It has been seen; it need not stand on Today any more."""
        return self._deal(MailQuerySet.set_aside)

    def _deal(self, verb: Callable[[MailQuerySet], int]) -> bool:
        """Conditional like every step: a second press must not undo what came of the first."""
        done = bool(verb(Mail.objects.of(self.owner_id).filter(pk=self.pk)))
        self.refresh_from_db()
        return done

    @property
    def remark(self) -> str:
        """`answer` as its owner may read it: how the server fares is told to the founder alone."""
        if self.answer.startswith(OUT_OF_REACH) and not self.owner.is_founder:
            return str(_("The mail server could not be reached."))
        return self.answer

    @property
    def is_servers_own(self) -> bool:
        """Whether `answer` is what the server said, and not a remark of ours."""
        return bool(re.match(r"\d{3}\b", self.answer))

    @property
    def needs_a_look(self) -> bool:
        return self.state in {self.State.FAILED, self.State.HELD} and self.settled_at is None

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.SCHEDULED, self.State.CLAIMED, self.State.SENDING}
