"""What others hold of me: a submission through a firm, and what I told whom."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Resume
from accounts.owned import OwnedManager, OwnedModel, OwnedQuerySet
from calls.models.call import Call
from calls.models.opportunity import Opportunity
from contacts.models import NAME_LENGTH, Employer, Firm, Recruiter


class SubmissionQuerySet(OwnedQuerySet):
    def counted(self) -> Self:
        """What may collide with another."""
        return self.exclude(permission=Submission.Permission.REFUSED)

    def open_on(self, day: dt.date) -> Self:
        """What still binds on `day` (local), as `Submission.is_over` says of one."""
        binds = Q()
        for end in ("withdrawn_on", "released_on", "opportunity__declined_on"):
            binds &= Q(**{end: None}) | Q(**{f"{end}__gt": day})
        return self.counted().filter(binds)

    def for_list(self) -> Self:
        """Newest first, with what a row of a list and the guard look at."""
        return self.select_related(
            "opportunity__client", "opportunity__firm", "recruiter__firm", "client", "firm"
        ).order_by("-created_at", "-pk")


class Submission(OwnedModel):
    """The “right to represent”: asked for, given or refused, with its limits."""

    class Permission(models.TextChoices):
        NOT_ASKED = "not_asked", _("not asked")
        ASKED = "asked", _("asked")
        GIVEN = "given", _("given")
        REFUSED = "refused", _("refused")

    opportunity = models.ForeignKey(
        Opportunity,
        verbose_name=_("opportunity"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="submissions",
    )
    recruiter = models.ForeignKey(
        Recruiter,
        verbose_name=_("recruiter"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="submissions",
    )
    # The firm of that day, as with a call.
    firm = models.ForeignKey(
        Firm,
        verbose_name=_("firm"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="submissions",
    )
    # Left out, it is the opportunity's, also when that is named only later.
    client = models.ForeignKey(
        Employer,
        verbose_name=_("client"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="submissions",
    )
    role = models.CharField(_("role"), max_length=NAME_LENGTH, blank=True)
    permission = models.CharField(
        _("permission"), max_length=10, choices=Permission, default=Permission.NOT_ASKED
    )
    resume = models.ForeignKey(
        Resume,
        verbose_name=_("résumé"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="submissions",
    )
    limits = models.CharField(_("its limits"), max_length=500, blank=True)
    asked_on = models.DateField(_("asked on"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    submitted_on = models.DateField(_("sent to the client on"), null=True, blank=True)
    # Each “until” is the last whole day on which it binds, in the user's zone.
    exclusive_until = models.DateField(_("exclusive until"), null=True, blank=True)
    ownership_until = models.DateField(_("they own the introduction until"), null=True, blank=True)
    active_with_firm_since = models.DateField(
        _("in process with this firm since"), null=True, blank=True
    )
    released_on = models.DateField(_("released on"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    objects = OwnedManager.from_queryset(SubmissionQuerySet)()

    goes_with = frozenset({"opportunity"})
    keeps = frozenset({"resume"})
    held_by = ("firm", "recruiter")

    class Meta(OwnedModel.Meta):
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.CheckConstraint(
                condition=Q(firm__isnull=False) | Q(recruiter__isnull=False),
                name="submission_through_somebody",
                violation_error_message=_("Say through whom: a recruiter or a firm."),
            ),
        ]

    def __str__(self) -> str:
        return self.role or str(self.opportunity or _("submission"))

    def get_absolute_url(self) -> str:
        return reverse("calls:submission_detail", args=[self.pk])

    @property
    def client_now(self) -> Employer | None:
        """The client: its own, else the opportunity's; None while nobody has named it."""
        if self.client is not None:
            return self.client
        return self.opportunity.client if self.opportunity else None

    @property
    def firm_now(self) -> Firm | None:
        """The firm it goes through: of that day, else the recruiter's, else the search's."""
        holders = (self, self.recruiter, self.opportunity)
        firms = (holder.firm for holder in holders if holder is not None)
        return next((firm for firm in firms if firm is not None), None)

    @property
    def since(self) -> dt.date | None:
        """The day from which it counts: sent, else permitted, else asked for."""
        return self.submitted_on or self.decided_on or self.asked_on

    def withdraw(self, on: dt.date) -> None:
        """I took it back on `on` (a local day); once is enough."""
        if self.withdrawn_on is None:
            self.withdrawn_on = on
            self.save()

    def release(self, on: dt.date) -> None:
        """The firm let me go on `on` (a local day): nothing binds me to it any more."""
        if self.released_on is None:
            self.released_on = on
            self.save()

    def stand_again(self) -> None:
        """Undo a withdrawal or a release."""
        self.withdrawn_on = self.released_on = None
        self.save()

    @property
    def is_over_now(self) -> bool:
        """Whether it binds nobody any more on this day, where its user is."""
        return self.is_over(timezone.localdate())

    def is_over(self, day: dt.date) -> bool:
        """Whether it binds nobody any more on `day`: refused, or withdrawn, released or the
        whole opportunity declined by then."""
        if self.permission == self.Permission.REFUSED:
            return True
        ends = [self.withdrawn_on, self.released_on]
        if self.opportunity:
            ends.append(self.opportunity.declined_on)
        return any(ended <= day for ended in ends if ended is not None)


class DisclosureQuerySet(OwnedQuerySet):
    def for_list(self) -> Self:
        """Newest first, with what a row of a list shows."""
        return self.select_related(
            "recruiter", "firm", "opportunity__client", "call", "resume"
        ).order_by("-told_on", "-pk")

    def at_firm(self, firm: Firm) -> Self:
        """What somebody of this firm was told, whoever it was that day."""
        return self.filter(Q(firm=firm) | Q(firm=None, recruiter__firm=firm))

    def told_last(self, recruiter: Recruiter) -> Self:
        """Of each topic what this recruiter was told last; and what others of their firm were."""
        side = Case(When(recruiter=recruiter, then=Value(0)), default=Value(1))
        there = Q(recruiter=recruiter)
        if recruiter.firm_id:
            there |= Q(firm=recruiter.firm_id)
        newest = Window(
            RowNumber(),
            partition_by=[F("topic"), F("side")],
            order_by=[F("told_on").desc(), F("pk").desc()],
        )
        rows = self.filter(there).annotate(side=side).annotate(place=newest).filter(place=1)
        return rows.select_related("recruiter", "resume").order_by("side", "topic")


class Disclosure(OwnedModel):
    """What I told a recruiter about pay, interest or availability, or which résumé they hold."""

    class Topic(models.TextChoices):
        PAY = "pay", _("pay")
        INTEREST = "interest", _("interest")
        AVAILABILITY = "availability", _("availability")
        RESUME = "resume", _("résumé")
        OTHER = "other", _("something else")

    class PassOn(models.TextChoices):
        UNKNOWN = "", _("not said")
        YES = "yes", _("may be passed on")
        NO = "no", _("for them alone")

    recruiter = models.ForeignKey(
        Recruiter,
        verbose_name=_("recruiter"),
        on_delete=models.RESTRICT,
        related_name="disclosures",
    )
    # The firm of that day, as with a call.
    firm = models.ForeignKey(
        Firm,
        verbose_name=_("firm"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="disclosures",
    )
    call = models.ForeignKey(
        Call,
        verbose_name=_("call"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="disclosures",
    )
    opportunity = models.ForeignKey(
        Opportunity,
        verbose_name=_("opportunity"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="disclosures",
    )
    topic = models.CharField(_("about"), max_length=12, choices=Topic)
    what = models.CharField(_("what I said"), max_length=500, blank=True)
    resume = models.ForeignKey(
        Resume,
        verbose_name=_("résumé"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="disclosures",
    )
    pass_on = models.CharField(
        _("may they pass it on"), max_length=3, choices=PassOn, blank=True, default=""
    )
    told_on = models.DateField(_("told on"))

    objects = OwnedManager.from_queryset(DisclosureQuerySet)()

    counted_as = (_("thing you told them"), _("things you told them"))
    goes_with = frozenset({"call"})
    # Who holds a version holds it, whatever I throw away.
    keeps = frozenset({"resume"})

    class Meta(OwnedModel.Meta):
        verbose_name = _("told to whom")
        verbose_name_plural = _("told to whom")
        indexes = [
            models.Index(fields=["recruiter", "-told_on"], name="disclosure_by_day"),
            # What went to the trash together, and what has been there for long.
            models.Index(
                fields=["owner", "trash_group"],
                condition=Q(trashed_at__isnull=False),
                name="disclosure_in_trash",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what="") | Q(resume__isnull=False),
                name="disclosure_says_something",
                violation_error_message=_("Say what you told them."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}: {self.recruiter}"

    def without(self, relation: str) -> dict[str, Any]:
        """That they hold a résumé stays true of one that is no more."""
        values = super().without(relation)
        if relation == "resume" and not self.what:
            values["what"] = str(_("a version that you have deleted"))
        return values

    @property
    def words(self) -> str:
        """What they were told, in one line: the words, else the résumé they were given."""
        return self.what or (str(self.resume) if self.resume else "")
