"""A referral: somebody I named to a recruiter, or somebody who named me."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedManager, OwnedModel, OwnedQuerySet
from calls.models.call import Call
from calls.models.opportunity import Opportunity
from contacts.models import NAME_LENGTH, NOTES_LENGTH, Firm, Person, Recruiter


class ReferralQuerySet(OwnedQuerySet):
    def for_list(self) -> Self:
        """Newest first, with what a row of a list shows."""
        return self.select_related("person", "recruiter__firm", "opportunity__client").order_by(
            "-named_on", "-pk"
        )

    def named_by_me(self) -> Self:
        return self.filter(direction=Referral.Direction.BY_ME)

    def who_named_me(self) -> Self:
        return self.filter(direction=Referral.Direction.OF_ME)

    def about(
        self,
        person: Person | None = None,
        recruiter: Recruiter | None = None,
        firm: Firm | None = None,
    ) -> Self:
        """Those of this person, recruiter and firm, as far as they are given.

        The firm is that of the day: a recruiter who moves takes no names along.
        """
        rows = self
        rows = rows.filter(person=person) if person else rows
        rows = rows.filter(recruiter=recruiter) if recruiter else rows
        return rows.filter(firm=firm) if firm else rows

    def unanswered(self) -> Self:
        """Those of which nobody knows yet what came of them."""
        return self.filter(outcome=Referral.Outcome.UNKNOWN)


class Referral(OwnedModel):
    """One person named to one recruiter, and what came of it."""

    class Direction(models.TextChoices):
        BY_ME = "by_me", _("I named them")
        OF_ME = "of_me", _("they named me")

    class Outcome(models.TextChoices):
        UNKNOWN = "", _("not known yet")
        NOT_CONTACTED = "not_contacted", _("never contacted")
        NOT_INTERESTED = "not_interested", _("not interested")
        TALKING = "talking", _("talking")
        PRESENTED = "presented", _("presented")
        HIRED = "hired", _("hired")
        PASSED_OVER = "passed_over", _("passed over")

    class Answer(models.TextChoices):
        UNKNOWN = "", _("not said")
        YES = "yes", _("yes")
        NO = "no", _("no")

    direction = models.CharField(
        _("who named whom"), max_length=8, choices=Direction, default=Direction.BY_ME
    )
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.RESTRICT, related_name="referrals"
    )
    recruiter = models.ForeignKey(
        Recruiter,
        verbose_name=_("recruiter"),
        on_delete=models.RESTRICT,
        related_name="referrals",
    )
    # The firm of that day, as with a call; where nobody says it, it is found on saving.
    firm = models.ForeignKey(
        Firm,
        verbose_name=_("firm"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="referrals",
    )
    opportunity = models.ForeignKey(
        Opportunity,
        verbose_name=_("opportunity"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="referrals",
    )
    call = models.ForeignKey(
        Call,
        verbose_name=_("call"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="referrals",
    )
    named_on = models.DateField(_("named on"))
    # Before a name is given away: does its bearer agree?
    asked_first = models.CharField(
        _("did I ask them first"), max_length=3, choices=Answer, blank=True, default=""
    )
    may_use_my_name = models.CharField(
        _("may my name be used"), max_length=3, choices=Answer, blank=True, default=""
    )
    contacted_on = models.DateField(_("contacted on"), null=True, blank=True)
    outcome = models.CharField(
        _("what came of it"), max_length=16, choices=Outcome, blank=True, default=""
    )
    treated_well = models.CharField(
        _("treated well"), max_length=3, choices=Answer, blank=True, default=""
    )
    thanked_on = models.DateField(_("thanked on"), null=True, blank=True)
    why = models.CharField(_("why this person"), max_length=NAME_LENGTH, blank=True)
    notes = models.TextField(_("notes"), blank=True, max_length=NOTES_LENGTH)
    # Typed with a no to its opportunity, and taken back with it (desk/declined.py).
    with_decline = models.BooleanField(default=False, editable=False)

    objects = OwnedManager.from_queryset(ReferralQuerySet)()

    goes_with = frozenset({"call"})

    class Meta(OwnedModel.Meta):
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        indexes = [
            models.Index(fields=["owner", "-named_on"], name="referral_by_day"),
            # What went to the trash together, and what has been there for long.
            models.Index(
                fields=["owner", "trash_group"],
                condition=Q(trashed_at__isnull=False),
                name="referral_in_trash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.recruiter}"

    def save(self, **kwargs: Any) -> None:
        if self._state.adding and self.firm_id is None:
            self.firm_id = (self.call and self.call.firm_id) or self.recruiter.firm_id
        super().save(**kwargs)

    @property
    def is_by_me(self) -> bool:
        return self.direction == self.Direction.BY_ME

    def note_contacted(self, on: dt.date) -> None:
        """They have been rung, as I learnt on `on` (a local day); the first day stays."""
        if self.contacted_on is None:
            self.contacted_on = on
            self.save()

    def note_thanks(self, on: dt.date) -> None:
        """I thanked them on `on` (a local day); the first day stays."""
        if self.thanked_on is None:
            self.thanked_on = on
            self.save()

    @classmethod
    def note_who_named_me(cls, call: Call, on: dt.date) -> Referral | None:
        """Whoever named me, as `call` of the local day `on` says, as a referral; once.

        A person who named me to the same recruiter before, for the same assignment or for none
        that is known, is not noted a second time. Where the call named somebody else till now,
        its referral follows; where it names nobody any more, its referral goes to the trash.
        """
        rows = cls.objects.of(call.owner_id).who_named_me()
        of_this_call = rows.filter(call=call).first()
        if call.named_by is None:
            if of_this_call:
                of_this_call.trash()
            return None
        if of_this_call:
            if of_this_call.person_id != call.named_by_id:
                of_this_call.person = call.named_by
                of_this_call.save()
            return of_this_call
        known = rows.filter(person=call.named_by, recruiter=call.recruiter)
        if call.opportunity_id:
            known = known.filter(Q(opportunity=call.opportunity_id) | Q(opportunity=None))
        return known.first() or cls.objects.create(
            owner_id=call.owner_id,
            direction=cls.Direction.OF_ME,
            person=call.named_by,
            recruiter=call.recruiter,
            opportunity_id=call.opportunity_id,
            call=call,
            named_on=on,
        )
