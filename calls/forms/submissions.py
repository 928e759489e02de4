"""The form of a submission, which asks the guard before it is saved."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayInput
from accounts.forms import keep_choice
from accounts.models import User
from calls.forms.guarded import GuardedForm
from calls.guard import Collision, collisions
from calls.models import Opportunity, Submission
from calls.pickers import OpportunityPicker
from contacts.forms import NameField
from contacts.models import Employer
from contacts.pickers import FirmPicker, RecruiterPicker

__all__ = ["SubmissionForm"]

# A change of these is a new permission, or one for something else.
GUARDED = {"permission", "client_name", "opportunity", "recruiter", "firm", "submitted_on"}


class SubmissionForm(GuardedForm):
    """Everything about a submission. What collides is shown once, and saved when it was seen."""

    client_name = NameField(
        label=_("Client"),
        required=False,
        help_text=_("Empty: the opportunity's, also when that is named later."),
    )

    class Meta:
        model = Submission
        fields = [
            "opportunity",
            "recruiter",
            "firm",
            "role",
            "permission",
            "limits",
            "resume",
            "asked_on",
            "decided_on",
            "submitted_on",
            "exclusive_until",
            "ownership_until",
            "active_with_firm_since",
            "released_on",
            "withdrawn_on",
        ]
        field_classes = {
            "opportunity": OpportunityPicker,
            "recruiter": RecruiterPicker,
            "firm": FirmPicker,
        }
        widgets = {
            **{name: DayInput() for name in fields if name.endswith(("_on", "_until", "_since"))},
            "permission": forms.RadioSelect,
        }
        help_texts = {
            "limits": _("Such as: for this client alone, not passed on."),
            "exclusive_until": _("That whole day included."),
            "ownership_until": _("That whole day included."),
            "decided_on": _("Permission given or refused."),
        }

    field_order = ["opportunity", "client_name", *Meta.fields[1:]]

    def __init__(
        self, *args: Any, owner: User, opportunity: Opportunity | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, owner=owner, **kwargs)
        self.fields["opportunity"].queryset = Opportunity.objects.of(owner).for_list()  # type: ignore[attr-defined]
        keep_choice(self, "resume")
        self.fields["resume"].empty_label = _("None yet")  # type: ignore[attr-defined]
        if self.instance.client:
            self.fields["client_name"].initial = self.instance.client.name
        if opportunity is not None:
            self.initial.update(
                opportunity=opportunity.pk,
                recruiter=opportunity.recruiter_id,
                firm=opportunity.firm_id,
                role=opportunity.title,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        today = timezone.localdate()
        for name in ("asked_on", "decided_on", "submitted_on", "released_on", "withdrawn_on"):
            day = cleaned.get(name)
            if day and day > today:
                self.add_error(name, ValidationError(_("That day is still to come.")))
        self._refuse_ends_before_the_beginning(cleaned)
        given = cleaned.get("permission") in {
            Submission.Permission.GIVEN,
            Submission.Permission.REFUSED,
        }
        if given and "permission" in self.changed_data and "decided_on" in cleaned:
            # The day on which it is noted, unless another is said.
            cleaned["decided_on"] = cleaned["decided_on"] or today
        return cleaned

    def _refuse_ends_before_the_beginning(self, cleaned: dict[str, Any]) -> None:
        """By a year that was mistyped it would be over, and the guard silent about it."""
        begun = [cleaned.get(name) for name in ("asked_on", "decided_on", "submitted_on")]
        first = min((day for day in begun if day), default=None)
        for name in ("released_on", "withdrawn_on", "exclusive_until", "ownership_until"):
            day = cleaned.get(name)
            if first and day and day < first:
                when = date_format(first, "j F Y")
                self.add_error(name, _("It began only on %(when)s.") % {"when": when})

    def ask_guard(self) -> list[tuple[Submission, list[Collision]]]:
        if self.instance.pk is not None and not GUARDED & set(self.changed_data):
            return []
        # A copy: while nothing is saved the page must not show it as if it were.
        asked = copy.copy(self.instance)
        asked.client = self.client_typed(self.cleaned_data["client_name"])
        found = collisions(asked, on=timezone.localdate())
        return [(asked, found)] if found else []

    @transaction.atomic
    def save(self, commit: bool = True) -> Submission:
        employers = Employer.objects.of(self.owner)
        self.instance.client = employers.found_or_made(self.cleaned_data["client_name"])
        if self.instance.firm is None:
            # The firm of that day, which a recruiter who moves on does not take along.
            self.instance.firm = self.instance.firm_now
        submission: Submission = super().save(commit)
        return submission
