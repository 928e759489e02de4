"""A promise: somebody owes something by a moment, and it ends honestly."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import phones
from accounts.models import validate_time_zone
from accounts.owned import OwnedManager, OwnedModel, OwnedQuerySet
from calls.models import Call, Opportunity
from contacts.models import NAME_LENGTH, Firm, Recruiter
from followups import local_time

# Beyond these the calendar of dates and zones ends, and so does what a promise can mean.
FIRST_DAY, LAST_DAY = dt.date(1970, 1, 1), dt.date(2199, 12, 31)


class NotOpen(Exception):
    """The promise has ended already; what was asked for makes sense only while it is open."""


class PromiseQuerySet(OwnedQuerySet):
    def open(self) -> Self:
        return self.filter(state=Promise.State.OPEN)

    def ended(self) -> Self:
        return self.exclude(state=Promise.State.OPEN)

    def mine(self) -> Self:
        return self.filter(owed_by=Promise.Party.ME)

    def theirs(self) -> Self:
        return self.filter(owed_by=Promise.Party.THEM)

    def due_before(self, moment: dt.datetime) -> Self:
        """Due before `moment` (UTC)."""
        return self.filter(due_utc__lt=moment)

    def with_names(self) -> Self:
        """With whatever a row of a list shows."""
        return self.select_related("recruiter", "firm", "opportunity__client")

    def by_urgency(self) -> Self:
        return self.with_names().order_by("due_utc", "pk")

    def counted(self) -> Self:
        """Mine, ended in a way that says whether I keep my word."""
        kept_or_not = [Promise.State.KEPT, Promise.State.KEPT_LATE, Promise.State.BROKEN]
        return self.mine().filter(state__in=kept_or_not)

    def count_by_state(self) -> list[tuple[str, int]]:
        rows = self.order_by().values_list("state").annotate(how_many=Count("pk"))
        return list(rows)

    def with_firm(self, firm: Firm) -> Self:
        return self.filter(firm=firm)


class Promise(OwnedModel):
    """What I owe a recruiter, or they owe me, by a moment."""

    class Party(models.TextChoices):
        ME = "me", _("me")
        THEM = "them", _("them")

    class Kind(models.TextChoices):
        CALL_BACK = "call_back", _("call back")
        TAKE_THEIR_CALL = "take_their_call", _("take their call")
        SEND_NAMES = "send_names", _("send names")
        SEND_RESUME = "send_resume", _("send my résumé")
        SEND_INFORMATION = "send_information", _("send information")
        GIVE_DECISION = "give_decision", _("give a decision")
        VET_FIRM = "vet_firm", _("vet the firm")
        ASK_PERMISSION = "ask_permission", _("ask permission")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        KEPT = "kept", _("kept")
        KEPT_LATE = "kept_late", _("kept late")
        RELEASED = "released", _("released")
        BROKEN = "broken", _("broken")
        NO_SHOW = "no_show", _("no-show")

    owed_by = models.CharField(_("who owes it"), max_length=4, choices=Party, default=Party.ME)
    kind = models.CharField(_("promise"), max_length=20, choices=Kind)
    what = models.CharField(_("in plain words"), max_length=NAME_LENGTH, blank=True)
    how_many = models.PositiveSmallIntegerField(
        _("how many"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
    )

    # What was meant: a local day, perhaps a time, in a zone. `due_utc` follows from it.
    due_on = models.DateField(_("by the day"))
    due_time = models.TimeField(_("at"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    due_utc = models.DateTimeField(editable=False)
    # When this moment was agreed on: at the promise's making, its last move or its reopening.
    agreed_at = models.DateTimeField(default=timezone.now, editable=False)
    phone = models.CharField(_("number to call"), max_length=20, blank=True)
    # Where they ring me, when it is their call that I promised to take.
    my_number = models.CharField(_("my number"), max_length=20, blank=True)

    recruiter = models.ForeignKey(
        Recruiter,
        verbose_name=_("recruiter"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="promises",
    )
    firm = models.ForeignKey(
        Firm,
        verbose_name=_("firm"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="promises",
    )
    call = models.ForeignKey(
        Call,
        verbose_name=_("call"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="promises",
    )
    opportunity = models.ForeignKey(
        Opportunity,
        verbose_name=_("opportunity"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="promises",
    )

    # What they owe and said nothing of: this promise of mine is to ask after it.
    follows = models.ForeignKey(
        "self",
        verbose_name=_("after"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="nudges",
    )

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    outcome = models.CharField(_("how it ended"), max_length=500, blank=True)
    # Each saved change is a new revision; only reminders of the current one may go.
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = OwnedManager.from_queryset(PromiseQuerySet)()

    class Meta(OwnedModel.Meta):
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        indexes = [
            models.Index(fields=["owner", "state", "due_utc"], name="promise_by_due"),
            models.Index(fields=["firm", "due_utc"], name="promise_by_firm"),
            models.Index(fields=["recruiter", "due_utc"], name="promise_by_recruiter"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="promise_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(recruiter__isnull=False) | Q(firm__isnull=False),
                name="promise_to_somebody",
                violation_error_message=_("Say to whom: a recruiter or a firm."),
            ),
            # A no-show is theirs: it never counts on my record.
            models.CheckConstraint(
                condition=~Q(state="no_show") | Q(owed_by="them") | Q(kind="take_their_call"),
                name="no_show_is_theirs",
            ),
        ]

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        return reverse("followups:promise_detail", args=[self.pk])

    # Words ---------------------------------------------------------------------------------------

    @property
    def headline(self) -> str:
        """The promise in a few words: mine as what I do, theirs as what they do."""
        if self.what:
            return capfirst(self.what)
        if self.kind == self.Kind.SEND_NAMES and self.how_many:
            return ngettext("Send %(n)s name", "Send %(n)s names", self.how_many) % {
                "n": self.how_many
            }
        return capfirst(str(self.get_kind_display()))

    @property
    def calls_for_a_call(self) -> bool:
        """Whether the one thing to do is to ring them, and the number is at hand."""
        mine = self.owed_by == self.Party.ME
        return bool(self.is_open and mine and self.kind == self.Kind.CALL_BACK and self.phone)

    @property
    def phone_display(self) -> str:
        return phones.display(self.phone) if self.phone else ""

    @property
    def my_number_display(self) -> str:
        return phones.display(self.my_number) if self.my_number else ""

    # Moments -------------------------------------------------------------------------------------

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_late(self) -> bool:
        return self.is_late_at(timezone.now())

    def is_late_at(self, now: dt.datetime) -> bool:
        return self.is_open and self.due_utc < now

    def derive_due_utc(self) -> dt.datetime:
        """The UTC moment after which the promise is late: its time, or the end of its day."""
        if self.due_time is None:
            return local_time.end_of_day(self.due_on, self.zone)
        return local_time.to_utc(self.due_on, self.due_time, self.zone)

    def clean(self) -> None:
        super().clean()
        if self.due_on is None:
            return
        if not FIRST_DAY <= self.due_on <= LAST_DAY:
            raise ValidationError({"due_on": _("Choose a day between 1970 and 2199.")})
        if self.due_time is None or not self.time_zone:
            return
        if local_time.is_skipped(self.due_on, self.due_time, self.zone):
            first = local_time.to_utc(self.due_on, self.due_time, self.zone).astimezone(self.zone)
            raise ValidationError(
                {
                    "due_time": _(
                        "There is no %(time)s on that day in %(zone)s: the clocks go forward. "
                        "Did you mean %(later)s?"
                    )
                    % {
                        "time": f"{self.due_time:%H:%M}",
                        "zone": self.time_zone,
                        "later": f"{first:%H:%M}",
                    }
                }
            )

    # Verbs ---------------------------------------------------------------------------------------

    def save(self, **kwargs: Any) -> None:
        """Save, and plan its reminders anew in the same transaction (DESIGN section 6, rule 1)."""
        # The plan is made of this row's saved state, so the import may not be a module's: the
        # module of the plan reads this one.
        from followups.reminders import preferences_of, replan

        due = self.derive_due_utc()
        if due != self.due_utc:
            self.due_utc, self.agreed_at = due, timezone.now()
        self.revision += 1
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "due_utc", "agreed_at", "revision"}
        with transaction.atomic():
            # Held before the promise's own row, in the order in which settings hold them.
            preferences = preferences_of(self.owner_id)
            super().save(**kwargs)
            replan(self, preferences=preferences)

    def _end(self, state: str, outcome: str, now: dt.datetime | None) -> None:
        if not self.is_open:
            raise NotOpen
        self.state, self.outcome, self.ended_at = state, outcome, now or timezone.now()
        self.save()

    def keep(self, outcome: str = "", *, now: dt.datetime | None = None) -> None:
        """It was kept, late if its moment has passed. “Nobody came to mind” is kept too."""
        moment = now or timezone.now()
        late = self.is_late_at(moment)
        self._end(self.State.KEPT_LATE if late else self.State.KEPT, outcome, moment)

    def release(self, outcome: str = "", *, now: dt.datetime | None = None) -> None:
        """The one to whom it was owed no longer wants it."""
        self._end(self.State.RELEASED, outcome, now)

    def mark_broken(self, outcome: str = "", *, now: dt.datetime | None = None) -> None:
        """It was not kept, and will not be."""
        self._end(self.State.BROKEN, outcome, now)

    def reopen(self) -> None:
        """Undo its ending; the reminders that are still to come are planned again.

        An open promise stays as it is: two presses are one.
        """
        if self.is_open:
            return
        self.state, self.outcome, self.ended_at = self.State.OPEN, "", None
        self.agreed_at = timezone.now()
        self.save()

    def snooze(self, *, due_on: dt.date, due_time: dt.time | None, time_zone: str) -> None:
        """Move its moment, in local time of `time_zone`, and keep the old one as history."""
        if not self.is_open:
            raise NotOpen
        before = Reschedule(
            owner_id=self.owner_id,
            promise=self,
            due_on=self.due_on,
            due_time=self.due_time,
            time_zone=self.time_zone,
        )
        self.due_on, self.due_time, self.time_zone = due_on, due_time, time_zone
        with transaction.atomic():
            before.save()
            self.save()


class Reschedule(OwnedModel):
    """Where a promise stood before it was moved."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="reschedules")
    due_on = models.DateField()
    due_time = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64)

    class Meta(OwnedModel.Meta):
        verbose_name = _("reschedule")
        verbose_name_plural = _("reschedules")
        ordering = [F("created_at").desc(), F("pk").desc()]

    def __str__(self) -> str:
        return f"{self.promise_id}: {self.due_on}"
