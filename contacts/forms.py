"""Forms for whom I know."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayInput, NotesInput, PhoneField
from accounts.forms import OwnedForm, known_time_zone
from contacts.models import (
    NAME_LENGTH,
    Employer,
    Employment,
    Firm,
    FirmCheck,
    OffLimits,
    Person,
    Phone,
    Recruiter,
)
from contacts.names import fold
from contacts.pickers import EmployerOrNew, EmployerPicker, FirmOrNew, FirmPicker, saved_for


class NameField(forms.CharField):
    """A name as typed, without double spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": NAME_LENGTH, **kwargs})

    def clean(self, value: Any) -> str:
        name = " ".join(super().clean(value).split())
        if name and not fold(name):
            raise ValidationError(_("A name needs at least one letter."))
        return name


def say_who_is_there(form: OwnedForm, finder: str, *names: str) -> None:
    """Let a form for somebody new say, while it is typed, who is there already.

    By a POST of `names` alone, so that no log or history keeps what was typed.
    """
    if form.instance.pk is not None:
        return
    for name in names:
        form.fields[name].widget.attrs |= {
            "data-hx-post": reverse(finder),
            "data-hx-params": ",".join([*names, "firm_name"]),
            "data-hx-trigger": "input changed delay:400ms",
            "data-hx-target": "#resembling",
            "data-hx-swap": "innerHTML",
            "data-hx-sync": "this:replace",
        }


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
        say_who_is_there(self, "contacts:firm_resembling", "name", "switchboard")

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
            "verified_on": DayInput(),
            "time_zone": forms.TextInput(attrs={"list": "time-zones"}),
        }
        field_classes = {"firm": FirmPicker}
        help_texts = {"time_zone": _("Where they are, such as America/New_York.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].region = self.owner.phone_region  # type: ignore[attr-defined]
        say_who_is_there(self, "contacts:recruiter_resembling", "name", "phone")

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
        say_who_is_there(self, "contacts:person_resembling", "name", "phone")

    def save(self, commit: bool = True) -> Person:
        person: Person = super().save(commit)
        if number := self.cleaned_data["phone"]:
            Phone.objects.of(self.owner).get_or_create(person=person, number=number)
        return person


class EmployerForm(OwnedForm):
    """A company: how else it is called, and to which other one it belongs."""

    class Meta:
        model = Employer
        fields = ["name", "other_names", "parent"]
        widgets = {"other_names": NotesInput(rows=3)}
        field_classes = {"parent": EmployerPicker}
        help_texts = {
            "other_names": _("One a line: brands, former names, how a recruiter calls it."),
            "parent": _("Its parent company, if you take both for one client."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_who_is_there(self, "contacts:employer_resembling", "name")

    def clean_name(self) -> str:
        """Said beside the name; the constraint would say it above the form."""
        name: str = self.cleaned_data["name"]
        if Employer.objects.of(self.owner).named(name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("You have an employer of this name already."))
        return name

    def clean_parent(self) -> Employer | None:
        """Refuses a ring: of two that belong to each other neither would be the whole."""
        parent: Employer | None = self.cleaned_data["parent"]
        if parent is None or self.instance.pk is None:
            return parent
        above = dict(Employer.objects.of(self.owner).values_list("pk", "parent"))
        step: int | None = parent.pk
        seen: set[int] = set()
        while step is not None and step not in seen:
            if step == self.instance.pk:
                raise ValidationError(self._ring_words(parent))
            seen.add(step)
            step = above.get(step)
        return parent

    def _ring_words(self, parent: Employer) -> str:
        if parent.pk == self.instance.pk:
            return str(_("It cannot belong to itself."))
        names = {"parent": parent.name, "name": self.instance.name}
        return str(
            _("%(parent)s belongs to %(name)s already, so %(name)s cannot belong to it.") % names
        )


class EmploymentForm(OwnedForm):
    """Where I work or worked, known as an employer or not yet."""

    employer = EmployerOrNew(
        Employer.across_owners.none(),
        label=_("Employer"),
        help_text=_("One that is not known yet is added."),
    )
    field_order = ["employer", "started_on", "ended_on"]

    class Meta:
        model = Employment
        fields = ["started_on", "ended_on"]
        widgets = {"started_on": DayInput(), "ended_on": DayInput()}
        help_texts = {"ended_on": _("The last day, it included. Empty while you work there.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.employer_id:
            self.fields["employer"].initial = self.instance.employer_id

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        begun, ended = cleaned.get("started_on"), cleaned.get("ended_on")
        if begun and ended and ended < begun:
            self.add_error("ended_on", _("It cannot end before it began."))
        return cleaned

    def save(self, commit: bool = True) -> Employment:
        self.instance.employer = saved_for(self.owner, self.cleaned_data["employer"])
        employment: Employment = super().save(commit)
        return employment


class FirmCheckForm(OwnedForm):
    """What was tried to find out whether a firm is real, and what came of it. No day is today."""

    checked_on = forms.DateField(
        label=_("On the day"), required=False, widget=DayInput(), help_text=_("Empty is today.")
    )

    class Meta:
        model = FirmCheck
        fields = ["way", "result", "checked_on", "notes"]
        widgets = {"result": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        result: Any = self.fields["result"]
        result.choices = [one for one in result.choices if one[0]]

    def clean_checked_on(self) -> Any:
        """A day of the user's own, not one to come."""
        today = timezone.localdate()
        day = self.cleaned_data["checked_on"] or today
        if day > today:
            raise ValidationError(_("Choose a day that has been."))
        return day


class OffLimitsForm(OwnedForm):
    """From which employer a firm may not take people."""

    employer = EmployerOrNew(
        Employer.across_owners.none(),
        label=_("Employer"),
        help_text=_("One that is not known yet is added."),
    )
    field_order = ["employer", "until", "certainty", "noted_on"]

    class Meta:
        model = OffLimits
        fields = ["until", "certainty", "noted_on"]
        widgets = {
            "until": DayInput(),
            "noted_on": DayInput(),
            "certainty": forms.RadioSelect,
        }
        help_texts = {"until": _("The last day, it included. Empty is until further notice.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.employer_id:
            self.fields["employer"].initial = self.instance.employer_id

    def save(self, commit: bool = True) -> OffLimits:
        self.instance.employer = saved_for(self.owner, self.cleaned_data["employer"])
        entry: OffLimits = super().save(commit)
        return entry


class MoveForm(OwnedForm):
    """They have moved: to which firm, known or not yet. What was said stays where it was said."""

    firm = FirmOrNew(
        Firm.across_owners.none(),
        label=_("To which firm"),
        required=False,
        help_text=_("One that is not known yet is added."),
    )
    nowhere = forms.BooleanField(label=_("They left; where to is not known"), required=False)

    class Meta:
        model = Recruiter
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # To undo it is the press of one button, which knows no version; one field is written.
        self.fields.pop("version", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "firm" in cleaned and bool(cleaned["firm"]) == cleaned.get("nowhere", False):
            # Neither, or both: which of the two is meant is not ours to choose.
            self.add_error("firm", _("Name the firm, or say that it is not known."))
        return cleaned

    def save(self, commit: bool = True) -> Recruiter:
        wanted = None if self.cleaned_data["nowhere"] else self.cleaned_data["firm"]
        self.instance.firm = saved_for(self.owner, wanted)
        recruiter: Recruiter = super().save(commit)
        return recruiter
