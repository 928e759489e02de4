"""Companies: the clients of searches, and those for which I work."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedModel, unique_for_owner
from contacts.models.names import NOTES_LENGTH, NamedModel


class Employer(NamedModel):
    """A company that is a client of a search, or employs somebody."""

    # One a line: brands, former names, how a recruiter calls it.
    other_names = models.TextField(_("other names"), blank=True, max_length=NOTES_LENGTH)
    # The company it belongs to, as far as the user says so: the guard takes both for one client.
    parent = models.ForeignKey(
        "self",
        verbose_name=_("belongs to"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="brands",
    )

    class Meta(NamedModel.Meta):
        verbose_name = _("employer")
        verbose_name_plural = _("employers")
        constraints = [
            unique_for_owner("folded_name", name="employer_name_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="employer_has_name"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("contacts:employer_edit", args=[self.pk])


class Employment(OwnedModel):
    """Where I work or worked. What is off-limits to a firm depends on it."""

    employer = models.ForeignKey(
        Employer,
        verbose_name=_("employer"),
        on_delete=models.RESTRICT,
        related_name="employments",
    )
    started_on = models.DateField(_("from"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on=None)
                | Q(ended_on=None)
                | Q(ended_on__gte=models.F("started_on")),
                name="employment_ends_after_it_began",
                violation_error_message=_("It cannot end before it began."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.employer)

    def covers(self, day: dt.date) -> bool:
        """Whether I work there on `day`, the first and the last day included."""
        begun = self.started_on is None or self.started_on <= day
        return begun and (self.ended_on is None or self.ended_on >= day)
