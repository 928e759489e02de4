"""A reminder that is to go, or went: the rows are the queue."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.owned import AcrossOwners, OwnedManager, OwnedModel, OwnedQuerySet
from followups.models.mail import Mail
from followups.models.promise import Promise


class ReminderQuerySet(OwnedQuerySet):
    def for_list(self) -> Self:
        """With whatever a row shows; what is in the trash is shown nowhere."""
        rows = self.select_related("promise__recruiter", "promise__firm", "mail__owner")
        return rows.filter(promise__trashed_at=None)

    def shown_as(self, show: str) -> Self:
        """What waits, soonest first; what went, was cancelled, or all of it, newest first."""
        match show:
            case "waiting":
                return self.not_gone().order_by("due_utc", "pk")
            case "gone":
                return self.gone().order_by("-due_utc", "-pk")
            case "cancelled":
                return self.exclude(cancelled_at=None).order_by("-due_utc", "-pk")
        return self.order_by("-due_utc", "-pk")

    def not_gone(self) -> Self:
        """Planned, or in a mail that waits for its turn."""
        waiting = models.Q(mail=None) | models.Q(mail__state__in=Mail.WAITING)
        return self.filter(waiting, cancelled_at=None)

    def next_of_each(self) -> Self:
        """Of these the soonest of each promise; `later` is how many more of them it has."""
        same = self.order_by().filter(promise=models.OuterRef("promise"))
        sooner = models.Q(due_utc__lt=models.OuterRef("due_utc")) | models.Q(
            due_utc=models.OuterRef("due_utc"), pk__lt=models.OuterRef("pk")
        )
        count = same.values("promise").annotate(n=models.Count("pk")).values("n")
        return self.filter(~models.Exists(same.filter(sooner))).annotate(
            later=models.Subquery(count) - 1
        )

    def gone(self) -> Self:
        """In a mail that went, failed, is held or is kept here."""
        return self.filter(mail__isnull=False, cancelled_at=None).exclude(
            mail__state__in=[*Mail.WAITING, Mail.State.CANCELLED]
        )


class ReminderEngineQuerySet(models.QuerySet):
    """What the engine asks, for all owners at once."""

    def live(self) -> Self:
        """Not cancelled, of the promise's current revision, and the promise still open."""
        return self.filter(
            cancelled_at=None,
            trashed_at=None,
            promise__trashed_at=None,
            promise__state=Promise.State.OPEN,
            promise__revision=models.F("revision"),
        )

    def waiting(self) -> Self:
        """Live, and in no mail yet."""
        return self.live().filter(mail=None)

    def with_promises_held(self) -> Self:
        """These, and nobody else changes their promises until this transaction ends."""
        rows = self.select_related("promise").order_by("promise", "pk")
        of_promise = ("revision", "state", "trashed_at")
        rows = rows.only(
            "revision", "cancelled_at", "trashed_at", *(f"promise__{name}" for name in of_promise)
        )
        return rows.select_for_update(of=("promise",), no_key=True)

    def cancel_unwanted(self, now: dt.datetime) -> int:
        """Cancel those of these that must not go as things stand; returns how many.

        Their promises are held first: one that is being taken up again is waited for.
        """
        if not list(self.filter(cancelled_at=None).with_promises_held()):
            return 0
        # A statement of its own, after that wait: it sees what was changed meanwhile.
        rows = self.filter(cancelled_at=None)
        return rows.exclude(pk__in=self.live().values("pk")).update(cancelled_at=now)

    def told(self) -> Self:
        """Gone, and about the moment that the promise has now: that occasion is over."""
        return self.filter(
            cancelled_at=None,
            mail__state__in=[Mail.State.SENT, Mail.State.KEPT],
            created_at__gte=models.F("promise__agreed_at"),
        )

    def unsettled(self) -> Self:
        """Not cancelled, and not known to have gone: what a new plan has to reckon with."""
        open_ended = [*Mail.WAITING, Mail.State.SENDING, Mail.State.FAILED, Mail.State.HELD]
        return self.filter(
            models.Q(mail=None) | models.Q(mail__state__in=open_ended), cancelled_at=None
        )

    def in_doubt(self) -> Self:
        """Cancelled in a mail that may have arrived and has not gone since."""
        unsent = [*Mail.WAITING, Mail.State.FAILED, Mail.State.HELD, Mail.State.CANCELLED]
        return self.filter(
            cancelled_at__isnull=False,
            mail__ambiguous=True,
            mail__state__in=unsent,
            mail__settled_at=None,
        )


class Reminder(OwnedModel):
    """One occasion on which to remind of one promise."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="reminders")
    revision = models.PositiveIntegerField()
    # lead, due, overdue_1 …, digest
    occasion = models.CharField(_("occasion"), max_length=16)
    channel = models.CharField(_("by"), max_length=8, choices=Channel, default=Channel.EMAIL)
    due_utc = models.DateTimeField(_("due"))
    mail = models.ForeignKey(
        Mail, on_delete=models.RESTRICT, null=True, blank=True, related_name="reminders"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = OwnedManager.from_queryset(ReminderQuerySet)()
    across_owners = AcrossOwners.from_queryset(ReminderEngineQuerySet)()

    part_of = "promise"

    class Meta(OwnedModel.Meta):
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["promise", "revision", "occasion", "channel", "due_utc"],
                name="reminder_once",
            ),
        ]
        indexes = [
            # The engine's question, every ten seconds: what is due and in no mail?
            models.Index(
                fields=["due_utc"],
                condition=models.Q(mail=None, cancelled_at=None),
                name="reminder_waiting",
            ),
            models.Index(fields=["owner", "due_utc"], name="reminder_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} of promise {self.promise_id}"

    @property
    def is_live(self) -> bool:
        """As `ReminderEngineQuerySet.live`, of rows that are held."""
        promise = self.promise
        is_wanted = promise.is_open and promise.trashed_at is None
        is_current = self.revision == promise.revision
        return is_wanted and is_current and self.cancelled_at is None and self.trashed_at is None

    @property
    def is_waiting(self) -> bool:
        """Planned, or in a mail that has not begun to go."""
        return self.mail is None or self.mail.state in Mail.WAITING

    @property
    def may_have_gone(self) -> bool:
        """In a mail that has begun to go at least once, and may have arrived."""
        return self.mail is not None and (not self.is_waiting or self.mail.ambiguous)

    @property
    def occasion_words(self) -> str:
        match self.occasion.split("_"):
            case ["lead"]:
                return str(_("beforehand"))
            case ["due"]:
                return str(_("at its moment"))
            case ["digest"]:
                return str(_("morning digest"))
            case ["overdue", number]:
                return str(_("overdue, no. %(number)s") % {"number": number})
        return self.occasion

    @property
    def standing(self) -> str:
        """Where it stands, in a word or two."""
        if self.cancelled_at:
            return str(_("cancelled"))
        return str(self.mail.get_state_display() if self.mail else _("planned"))
