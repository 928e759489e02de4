"""A promise: somebody owes something by a moment, and it ends honestly."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import phones
from accounts.models import validate_time_zone
from accounts.owned import CannotComeBack, OwnedManager, OwnedModel
from calls.models import Call, Opportunity
from contacts.models import NAME_LENGTH, Firm, Recruiter
from followups import local_time, shortcuts
from followups.models import lateness, words
from followups.models.promise_rows import PromiseQuerySet
from followups.models.reschedule import Reschedule

# Beyond these the calendar of dates and zones ends, and so does what a promise can mean.
FIRST_DAY, LAST_DAY = dt.date(1970, 1, 1), dt.date(2199, 12, 31)
# Who has said nothing for so long is silent.
SILENCE = dt.timedelta(days=3)


class NotOpen(Exception):
    """The promise has ended already; what was asked for makes sense only while it is open."""


class Refused(Exception):
    """What was asked for cannot be of this promise; the message tells its user why."""


class PlaceTaken(Refused, CannotComeBack):
    """Another promise stands where this one stood."""


class NotYet(Refused):
    """Its moment is still to come."""


class Promise(OwnedModel):
    """What I owe a recruiter, or they owe me, by a moment."""

    Party, Kind, State = words.Party, words.Kind, words.State

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

    # What they owe and said nothing of: this promise of mine is to ask after it (a nudge).
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
    # The day that was said where no hour was: `ended_at` is a moment of it.
    ended_on = models.DateField(null=True, blank=True, editable=False)
    # By which moment its ending was judged: `due_utc`, or one that was missed before a move.
    judged_utc = models.DateTimeField(null=True, blank=True, editable=False)
    # While it is open: what was typed of an ending that was undone.
    outcome = models.CharField(_("how it ended"), max_length=500, blank=True)
    # A nudge that ended because theirs did; undoing that brings it back.
    ended_with_theirs = models.BooleanField(default=False, editable=False)
    # Each saved change is a new revision; only reminders of the current one may go.
    revision = models.PositiveIntegerField(default=0, editable=False)
    # When that revision was saved: what a calendar program compares.
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OwnedManager.from_queryset(PromiseQuerySet)()

    # A nudge is about what it follows, and its words say so.
    goes_with = frozenset({"call", "recruiter", "follows"})
    held_by = ("recruiter", "firm")
    saved_alone = True

    class Meta(OwnedModel.Meta):
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        indexes = [
            models.Index(fields=["owner", "state", "due_utc"], name="promise_by_due"),
            models.Index(fields=["firm", "due_utc"], name="promise_by_firm"),
            models.Index(fields=["recruiter", "due_utc"], name="promise_by_recruiter"),
            # For a dossier: the few that are open, as they fall due, and the last of the thousands
            # that have ended. The owner comes second: first, SQLite would take it for others, too.
            models.Index(
                fields=["firm", "owner", "-ended_at", "due_utc"],
                condition=Q(trashed_at=None),
                name="promise_of_firm",
            ),
            models.Index(
                fields=["recruiter", "owner", "-ended_at", "due_utc"],
                condition=Q(trashed_at=None),
                name="promise_of_recruiter",
            ),
            models.Index(
                fields=["opportunity", "owner", "-ended_at", "due_utc"],
                condition=Q(trashed_at=None),
                name="promise_of_opportunity",
            ),
            models.Index(
                fields=["call", "owner", "due_utc"],
                condition=Q(trashed_at=None),
                name="promise_of_call",
            ),
            # The ledger's ended ones and the record: the last of them, however many there are.
            models.Index(
                fields=["owner", "-ended_at", "-id"],
                condition=Q(trashed_at=None, ended_at__isnull=False),
                name="promise_by_end",
            ),
            # How many stand on which side.
            models.Index(
                fields=["owner", "owed_by", "state"],
                condition=Q(trashed_at=None),
                name="promise_by_side",
            ),
            # What went to the trash together, and what has been there for long.
            models.Index(
                fields=["owner", "trash_group"],
                condition=Q(trashed_at__isnull=False),
                name="promise_in_trash",
            ),
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
            # Beyond them neither a calendar nor a plan can be written.
            models.CheckConstraint(
                condition=Q(due_on__gte=FIRST_DAY, due_on__lte=LAST_DAY),
                name="promise_due_in_our_time",
            ),
            # A no-show is theirs: it never counts on my record.
            models.CheckConstraint(
                condition=~Q(state="no_show") | Q(owed_by="them") | Q(kind="take_their_call"),
                name="no_show_is_theirs",
            ),
            # Pressed twice, also at once, it is one.
            models.UniqueConstraint(
                fields=["follows"],
                condition=Q(state="open", trashed_at=None),
                name="one_open_nudge",
                violation_error_message=_("You are to ask after this already."),
            ),
        ]

    # While it is saved as open again: since when it had ended, or had lain in the trash (UTC).
    _over_since: dt.datetime | None = None

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

    @property
    def ending_words(self) -> str:
        """How it ended, seen from my side; a release says who released whom."""
        if self.state == self.State.RELEASED and self.follows_id:
            return str(_("no longer needed"))
        side = words.ENDINGS[words.Party(self.owed_by)]
        return str(side.get(words.State(self.state), self.get_state_display()))

    @property
    def outcomes(self) -> list[tuple[str, Any]]:
        """What can be pressed in place of typing when it is kept: codes, and their words."""
        side = words.OUTCOMES[words.Party(self.owed_by)]
        return side.get(words.Kind(self.kind), []) if self.kind else []

    @property
    def typed_outcome(self) -> str:
        """Of its outcome what was typed, without what was pressed."""
        for said in (str(pressed) for code, pressed in self.outcomes):
            if self.outcome == said:
                return ""
            if self.outcome.startswith(f"{said}: "):
                return self.outcome.removeprefix(f"{said}: ")
        return self.outcome

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

    @property
    def is_theirs(self) -> bool:
        return self.owed_by == self.Party.THEM

    @property
    def deadline(self) -> lateness.Deadline:
        """By which moment it is judged; asks the database for its moves."""
        return lateness.deadline_of(self)

    @property
    def ended_day(self) -> dt.date | None:
        """The local day on which it ended, as it was said or as it was where its user is now."""
        if self.ended_at is None:
            return None
        return self.ended_on or timezone.localtime(self.ended_at).date()

    @property
    def later(self) -> list[shortcuts.Shortcut]:
        """Where it can be moved at one press, as of now."""
        return shortcuts.offered(self, timezone.localtime())

    @property
    def made_at(self) -> dt.datetime | None:
        """When it was promised (UTC), at the latest; None where it was noted down afterwards."""
        if self.due_utc and self.due_utc <= self.created_at:
            return None
        return min(self.created_at, self.call.occurred_at) if self.call else self.created_at

    @property
    def has_a_no_show(self) -> bool:
        """Whether somebody of theirs was to ring, or to be there, at its moment."""
        if self.kind == self.Kind.TAKE_THEIR_CALL:
            return True
        return self.is_theirs and self.due_time is not None

    @property
    def may_be_no_show(self) -> bool:
        return self.has_a_no_show and self.is_late

    @property
    def may_be_nudged(self) -> bool:
        """Theirs, open, and due by the end of this day where its user is."""
        if not (self.is_open and self.is_theirs):
            return False
        if self.due_time is None:
            return self.due_on <= timezone.localdate() or self.is_late
        return timezone.localtime(self.due_utc).date() <= timezone.localdate()

    @property
    def silent_since(self) -> dt.datetime | None:
        """Since when its recruiter has said nothing, where that is since this promise (UTC).

        Three days of it, at the least: sooner it is no silence.
        """
        if not (self.is_open and self.is_theirs and self.is_late and self.recruiter):
            return None
        last = self.recruiter.last_call_at
        if last and last > self.created_at:
            return None
        since = last or self.created_at
        silent = timezone.localdate() - timezone.localtime(since).date()
        return since if silent >= SILENCE else None

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
        self.changed_at = timezone.now()
        if (fields := kwargs.get("update_fields")) is not None:
            moved = {"due_utc", "agreed_at", "revision", "changed_at"}
            kwargs["update_fields"] = {*fields, *moved}
        with transaction.atomic():
            # Held before the promise's own row, in the order in which settings hold them.
            preferences = preferences_of(self.owner_id)
            super().save(**kwargs)
            replan(self, preferences=preferences, over_since=self._over_since)
        self._over_since = None

    def _end(
        self, state: str, outcome: str, at: dt.datetime | None, on: dt.date | None = None
    ) -> None:
        """End it at `at` (UTC, by default now), or on the day `on`, of which `at` is a moment."""
        from followups import nudges

        if not self.is_open:
            raise NotOpen
        self.state, self.outcome = state, outcome
        self.ended_at, self.ended_on = at or timezone.now(), on
        self.judged_utc = self.deadline.moment
        with transaction.atomic():
            self.save()
            nudges.end_with(self)

    def keep(
        self, outcome: str = "", *, now: dt.datetime | None = None, on: dt.date | None = None
    ) -> None:
        """It was kept at `now` (UTC, by default this moment), in time or late (see `lateness`).

        “Nobody came to mind” is kept too. `on` is the day where no hour of it was said; so for
        every ending.
        """
        moment = now or timezone.now()
        late = moment > self.deadline.in_time_until
        self._end(self.State.KEPT_LATE if late else self.State.KEPT, outcome, moment, on)

    def release(
        self, outcome: str = "", *, now: dt.datetime | None = None, on: dt.date | None = None
    ) -> None:
        """The one to whom it was owed no longer wants it: they of mine, I of theirs."""
        self._end(self.State.RELEASED, outcome, now, on)

    def mark_broken(
        self, outcome: str = "", *, now: dt.datetime | None = None, on: dt.date | None = None
    ) -> None:
        """It was not kept, and will not be."""
        self._end(self.State.BROKEN, outcome, now, on)

    def mark_no_show(
        self, outcome: str = "", *, now: dt.datetime | None = None, on: dt.date | None = None
    ) -> None:
        """They were to ring or to be there, and were not: on their record, never on mine.

        Raises `NotYet` before its moment has passed, `Refused` where nobody of theirs was due.
        """
        if not self.is_open:
            raise NotOpen
        if not self.has_a_no_show:
            raise Refused(_("Nobody of theirs was to be there at a fixed time."))
        if not self.is_late_at(now or timezone.now()):
            raise NotYet(_("Its moment is still to come: they may yet be there."))
        self._end(self.State.NO_SHOW, outcome, now, on)

    def reopen(self) -> None:
        """Undo its ending; the reminders that are still to come are planned again.

        What was typed about the ending stays, for the next. An open promise stays as it is: two
        presses are one. Raises `Refused` for a nudge whose place another has taken, or that has
        nothing to ask after any more.
        """
        from followups import nudges

        if self.is_open:
            return
        with transaction.atomic():
            if nudges.place_taken(self):
                raise Refused(_("You are to ask after this already, by a later promise."))
            if nudges.is_settled(self):
                raise Refused(_("What they owed has ended: there is nothing to ask after."))
            self._over_since = self.ended_at
            self.outcome = "" if self.ended_with_theirs else self.typed_outcome
            self.state, self.ended_at = self.State.OPEN, None
            self.ended_on = self.judged_utc = None
            self.ended_with_theirs = False
            self.agreed_at = timezone.now()
            self.save()
            nudges.bring_back(self)

    def check_place(self) -> None:
        """Raises `PlaceTaken` for an open nudge whose place another has taken."""
        from followups import nudges

        if self.is_open and nudges.place_taken(self):
            raise PlaceTaken(_("You are to ask after this already, by a later promise."))
        super().check_place()

    def come_back(self) -> None:
        """Out of the trash; what it was not reminded of meanwhile is owed."""
        self._over_since = self.trashed_at
        super().come_back()

    def snooze(
        self, *, due_on: dt.date, due_time: dt.time | None, time_zone: str, asked_by: str = ""
    ) -> None:
        """Move its moment, in local time of `time_zone`, and keep the old one as history.

        `asked_by` is who wanted it moved (`Party`), "" where nobody said.
        """
        if not self.is_open:
            raise NotOpen
        before = Reschedule(
            owner_id=self.owner_id,
            promise=self,
            due_on=self.due_on,
            due_time=self.due_time,
            time_zone=self.time_zone,
            asked_by=asked_by,
            revision=self.revision + 1,
        )
        self.due_on, self.due_time, self.time_zone = due_on, due_time, time_zone
        with transaction.atomic():
            before.save()
            self.save()

    def move_back(self) -> None:
        """Undo the last move, as if it had not been; raises `NotOpen` once anything came after."""
        last = self.reschedules.first()
        if not self.is_open or last is None or last.revision != self.revision:
            raise NotOpen
        self.due_on, self.due_time, self.time_zone = last.due_on, last.due_time, last.time_zone
        with transaction.atomic():
            last.delete()
            self.save()
