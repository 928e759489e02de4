"""A call: a conversation with a recruiter, or the attempt at one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedManager, OwnedModel, OwnedQuerySet
from calls.models.opportunity import Opportunity
from contacts.models import NAME_LENGTH, NOTES_LENGTH, Firm, Person, Recruiter


def validate_has_happened(moment: dt.datetime) -> None:
    """A call is in the past; clocks of two machines may differ by a little."""
    if moment > timezone.now() + dt.timedelta(hours=1):
        raise ValidationError(
            _("That is still to come. Write down a promise to call instead."), code="future"
        )


class CallQuerySet(OwnedQuerySet):
    def for_list(self) -> Self:
        """Newest first, with what a row of a list shows."""
        return self.select_related("recruiter", "firm", "opportunity__client").order_by(
            "-occurred_at", "-pk"
        )

    def talked(self) -> Self:
        return self.filter(outcome=Call.Outcome.TALKED)

    def with_firm(self, firm: Firm) -> Self:
        """What was said with this firm, whoever spoke for it that day."""
        return self.filter(firm=firm)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        calls = super().bulk_create(objs, *args, **kwargs)
        _follow_last_calls({call.recruiter_id for call in calls})
        return calls

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            spoke = set(self.order_by().values_list("recruiter", flat=True))
            deleted = super().delete()
            _follow_last_calls(spoke)
        return deleted


def _follow_last_calls(recruiters: Collection[int]) -> None:
    # That module reads this one's calls, so the import may not be a module's.
    from calls.last_calls import follow

    follow(recruiters)


class Call(OwnedModel):
    """A conversation with a recruiter, or the attempt at one."""

    class Direction(models.TextChoices):
        INCOMING = "incoming", _("they called")
        OUTGOING = "outgoing", _("I called")

    class Channel(models.TextChoices):
        PHONE = "phone", _("phone")
        VIDEO = "video", _("video")
        EMAIL = "email", _("e-mail")
        MESSAGE = "message", _("message")
        IN_PERSON = "in_person", _("in person")

    class Outcome(models.TextChoices):
        TALKED = "talked", _("talked")
        BAD_TIME = "bad_time", _("bad moment")
        VOICEMAIL = "voicemail", _("voicemail")
        MESSAGE_TAKEN = "message_taken", _("message taken")
        MISSED = "missed", _("missed")

    class Purpose(models.TextChoices):
        UNKNOWN = "", _("not said")
        ASSIGNMENT = "assignment", _("for me")
        NAMES = "names", _("for names")
        MARKET = "market", _("the market")
        REFERENCE = "reference", _("a reference")
        PROFILE = "profile", _("my profile")
        CHECK_IN = "check_in", _("keeping in touch")

    class Wanted(models.TextChoices):
        UNKNOWN = "", _("not said")
        YES = "yes", _("yes")
        NO = "no", _("no")

    recruiter = models.ForeignKey(
        Recruiter, verbose_name=_("recruiter"), on_delete=models.RESTRICT, related_name="calls"
    )
    # The firm of that day: a recruiter who moves on does not take the history along.
    firm = models.ForeignKey(
        Firm,
        verbose_name=_("firm"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="calls",
    )
    opportunity = models.ForeignKey(
        Opportunity,
        verbose_name=_("opportunity"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="calls",
    )
    occurred_at = models.DateTimeField(
        _("when"), default=timezone.now, validators=[validate_has_happened]
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, validators=[MaxValueValidator(24 * 60)]
    )
    direction = models.CharField(
        _("direction"), max_length=10, choices=Direction, default=Direction.INCOMING
    )
    channel = models.CharField(_("by"), max_length=10, choices=Channel, default=Channel.PHONE)
    outcome = models.CharField(
        _("outcome"), max_length=16, choices=Outcome, default=Outcome.TALKED
    )
    purpose = models.CharField(
        _("why they called"), max_length=12, choices=Purpose, blank=True, default=Purpose.UNKNOWN
    )
    found_me_through = models.CharField(_("how they found me"), max_length=NAME_LENGTH, blank=True)
    named_by = models.ForeignKey(
        Person,
        verbose_name=_("who named me"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="calls_that_named_me",
    )
    resume_wanted = models.CharField(
        _("do they want my résumé"), max_length=3, choices=Wanted, blank=True, default=""
    )
    next_step = models.CharField(_("what happens next"), max_length=NAME_LENGTH, blank=True)
    notes = models.TextField(_("notes"), blank=True, max_length=NOTES_LENGTH)
    # From the browser: a save sent twice (double click, retry, reload) is one call.
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = OwnedManager.from_queryset(CallQuerySet)()

    class Meta(OwnedModel.Meta):
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            # As the list asks, so that a page of it is read from the index alone.
            models.Index(
                fields=["owner", "-occurred_at", "-id"],
                condition=Q(trashed_at=None),
                name="call_by_time",
            ),
            models.Index(fields=["firm", "-occurred_at"], name="call_by_firm"),
            models.Index(fields=["recruiter", "-occurred_at"], name="call_by_recruiter"),
            # For a dossier: its last calls, with whom and for whom, and how many there are, from
            # the index alone. The owner comes second: first, SQLite would take it for others, too.
            models.Index(
                fields=["firm", "owner", "-occurred_at", "-id", "recruiter"],
                condition=Q(trashed_at=None),
                name="call_of_firm",
            ),
            models.Index(
                fields=["recruiter", "owner", "-occurred_at", "-id", "firm"],
                condition=Q(trashed_at=None),
                name="call_of_recruiter",
            ),
            models.Index(
                fields=["opportunity", "owner", "-occurred_at", "-id"],
                condition=Q(trashed_at=None),
                name="call_of_opportunity",
            ),
            # Who has spoken for a firm, how often and when: read from the index alone.
            models.Index(
                fields=["owner", "firm", "recruiter", "-occurred_at"],
                condition=Q(trashed_at=None),
                name="call_by_who_spoke_for_whom",
            ),
            # What went to the trash together, and what has been there for long.
            models.Index(
                fields=["owner", "trash_group"],
                condition=Q(trashed_at__isnull=False),
                name="call_in_trash",
            ),
        ]
        constraints = [
            # Trashed or not: a repeated save must never bring back what was deleted.
            models.UniqueConstraint(fields=["owner", "client_key"], name="call_saved_once"),
        ]

    def __str__(self) -> str:
        return f"{self.recruiter} {self.occurred_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("desk:call_detail", args=[self.pk])

    def save(self, **kwargs: Any) -> None:
        """Save, and let its recruiter know when they were last spoken with.

        So does a recruiter whose call it no longer is.
        """
        with transaction.atomic():
            before = Call.across_owners.filter(pk=self.pk).values_list("recruiter", flat=True)
            spoke = set() if self._state.adding else set(before)
            super().save(**kwargs)
            _follow_last_calls({*spoke, self.recruiter_id})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            _follow_last_calls({self.recruiter_id})
        return deleted

    @property
    def trash_title(self) -> str:
        """With whom, and when it was where its user is."""
        when = date_format(timezone.localtime(self.occurred_at), "j F Y, H:i")
        return f"{self.recruiter}, {when}"

    @property
    def named_by_name(self) -> str:
        return self.named_by.name if self.named_by else ""

    @property
    def headline(self) -> str:
        """What the call was, in a few words: the position, or how it went."""
        if self.opportunity:
            return self.opportunity.title
        if self.outcome != self.Outcome.TALKED:
            return str(self.get_outcome_display()).capitalize()
        if self.purpose:
            return str(self.get_purpose_display()).capitalize()
        return str(_("Talk"))
