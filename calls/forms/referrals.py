"""The form of a referral: whom I named to whom, or who named me, and what came of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayInput, NotesInput
from accounts.forms import OwnedForm
from calls.models import Call, Opportunity, Referral
from calls.pickers import OpportunityPicker
from contacts.models import Person, Recruiter
from contacts.pickers import PersonPicker, RecruiterPicker

# What is known only later, and stands apart on the page.
AFTERWARDS = ("contacted_on", "outcome", "treated_well", "thanked_on", "notes")


class ReferralForm(OwnedForm):
    """One referral. Somebody whose name is new becomes a person as it is saved."""

    # Not one of the model's: that would refuse a person who is not saved yet.
    person = PersonPicker(
        label=_("Person"),
        queryset=Person.across_owners.none(),
        error_messages={"required": _("Say who it is. A name will do.")},
    )

    class Meta:
        model = Referral
        fields = [
            "direction",
            "recruiter",
            "opportunity",
            "named_on",
            "why",
            "asked_first",
            "may_use_my_name",
            *AFTERWARDS,
        ]
        field_classes = {"recruiter": RecruiterPicker, "opportunity": OpportunityPicker}
        widgets = {
            "direction": forms.RadioSelect,
            "asked_first": forms.RadioSelect,
            "may_use_my_name": forms.RadioSelect,
            "treated_well": forms.RadioSelect,
            "notes": NotesInput(rows=4),
            **{name: DayInput() for name in ("named_on", "contacted_on", "thanked_on")},
        }

    field_order = ["direction", "person", *Meta.fields[1:]]

    def __init__(
        self,
        *args: Any,
        person: Person | None = None,
        recruiter: Recruiter | None = None,
        call: Call | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["direction"].choices = Referral.Direction.choices  # type: ignore[attr-defined]
        self.fields["opportunity"].queryset = Opportunity.objects.of(self.owner).for_list()  # type: ignore[attr-defined]
        if self.instance.pk is not None:
            self.initial["person"] = self.instance.person_id
            return
        self.initial["named_on"] = timezone.localdate()
        if person is not None:
            self.initial["person"] = person.pk
        if call is not None:
            self.instance.call = call
            recruiter = call.recruiter
            self.initial["opportunity"] = call.opportunity_id
            self.initial["named_on"] = timezone.localtime(call.occurred_at).date()
        if recruiter is not None:
            self.initial["recruiter"] = recruiter.pk

    @transaction.atomic
    def save(self, commit: bool = True) -> Referral:
        self.instance.person = saved_person(self.cleaned_data["person"], self.owner)
        if self.instance.pk is not None and "recruiter" in self.changed_data:
            self.instance.firm = self.instance.recruiter.firm
        referral: Referral = super().save(commit)
        return referral

    @property
    def afterwards(self) -> list[forms.BoundField]:
        return [self[name] for name in AFTERWARDS]

    @property
    def at_first(self) -> list[forms.BoundField]:
        return [one for one in self.visible_fields() if one.name not in AFTERWARDS]

    @property
    def is_afterwards(self) -> bool:
        """Whether any of what comes later is known, or wrong."""
        return any(one.value() or one.errors for one in self.afterwards)


def saved_person(person: Person, owner: Any) -> Person:
    """`person` as a picker gave it (contacts/pickers.py), made a row if its name is new."""
    if person.pk is not None:
        return person
    found: Person = Person.objects.of(owner).found_or_made(person.name)
    return found
