"""Forms for whom I know."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.fields import NotesInput, PhoneField
from accounts.forms import OwnedForm, known_time_zone
from contacts.models import NAME_LENGTH, Firm, Person, Phone, Recruiter
from contacts.names import fold
from contacts.pickers import FirmPicker


class NameField(forms.CharField):
    """A name as typed, without double spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": NAME_LENGTH, **kwargs})

    def clean(self, value: Any) -> str:
        name = " ".join(super().clean(value).split())
        if name and not fold(name):
            raise ValidationError(_("A name needs at least one letter."))
        return name


class FirmForm(OwnedForm):
    switchboard = PhoneField(label=_("Switchboard"))

    class Meta:
        model = Firm
        fields = [
            "name",
            "kind",
            "aesc_member",
            "founded",
            "website",
            "switchboard",
            "specialties",
            "past_clients",
            "notes",
        ]
        widgets = {"notes": NotesInput(rows=5), "past_clients": NotesInput(rows=2)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["switchboard"].region = self.owner.phone_region  # type: ignore[attr-defined]
        self.fields["website"].assume_scheme = "https"  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        """Said beside the name; the constraint `firm_name_unique` would say it above the form."""
        name: str = self.cleaned_data["name"]
        namesakes = Firm.objects.of(self.owner).named(name).exclude(pk=self.instance.pk)
        if namesakes.exists():
            raise ValidationError(_("You have a firm of this name already."))
        return name


class RecruiterForm(OwnedForm):
    phone = PhoneField(label=_("Another number"), help_text=_("Added to those known already."))

    class Meta:
        model = Recruiter
        fields = [
            "name",
            "firm",
            "title",
            "standing",
            "best_times",
            "time_zone",
            "verified_how",
            "verified_on",
            "notes",
        ]
        widgets = {
            "notes": NotesInput(rows=5),
            "verified_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "time_zone": forms.TextInput(attrs={"list": "time-zones"}),
        }
        field_classes = {"firm": FirmPicker}
        help_texts = {"time_zone": _("Where they are, such as America/New_York.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].region = self.owner.phone_region  # type: ignore[attr-defined]

    def clean_time_zone(self) -> str:
        name = self.cleaned_data["time_zone"]
        return known_time_zone(name) if name else ""

    def save(self, commit: bool = True) -> Recruiter:
        recruiter: Recruiter = super().save(commit)
        if self.cleaned_data["phone"]:
            recruiter.learn_phone(self.cleaned_data["phone"])
        return recruiter


class PersonForm(OwnedForm):
    phone = PhoneField(label=_("Phone"))

    class Meta:
        model = Person
        fields = ["name", "position", "relation", "notes"]
        widgets = {"notes": NotesInput(rows=5)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].region = self.owner.phone_region  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> Person:
        person: Person = super().save(commit)
        if number := self.cleaned_data["phone"]:
            Phone.objects.of(self.owner).get_or_create(person=person, number=number)
        return person
