"""Forms for whom I know."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import OwnedForm, known_time_zone
from contacts import phones
from contacts.models import Firm, Person, Phone, Recruiter


class PhoneField(forms.CharField):
    """A phone number as people write it; cleans to E.164, or "" when it is left out.

    `region` is what a number without a country code means; the form sets it to its user's.
    """

    region = "GB"
    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, "required": False, **kwargs})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return phones.parse(text, region=self.region) if text else ""

    def prepare_value(self, value: Any) -> Any:
        """What is kept as E.164 is shown as people read it; what was typed stays as typed."""
        is_kept = isinstance(value, str) and phones.E164.fullmatch(value)
        return phones.display(value) if is_kept else value


class NotesInput(forms.Textarea):
    """A text area without `maxlength`: with it a browser cuts what is pasted without a word.

    The form says instead how much is too much, and gives all of it back.
    """

    def __init__(self, *, rows: int) -> None:
        super().__init__(attrs={"rows": rows})

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        attrs: dict[str, Any] = super().build_attrs(*args, **kwargs)
        attrs.pop("maxlength", None)
        return attrs


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
        widgets = {"notes": NotesInput(rows=5)}

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
