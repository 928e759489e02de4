"""The lines for the people one names to a recruiter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import capitalise_choices, scope_choices
from accounts.models import User
from calls.models import Referral
from contacts.models import NAME_LENGTH, Person, Recruiter
from contacts.names import fold
from contacts.pickers import PersonPicker, RecruiterPicker
from followups.models import Promise

USUAL = 5
MOST = 20


def _answer(label: Any) -> forms.ChoiceField:
    said = [(value, text) for value, text in Referral.Answer.choices if value]
    return forms.ChoiceField(label=label, choices=said, required=False, widget=forms.RadioSelect)


class NameLineForm(forms.Form):
    """One person, or an empty line."""

    person = PersonPicker(label=_("Name"), queryset=Person.across_owners.none(), required=False)
    why = forms.CharField(label=_("Why this person"), max_length=NAME_LENGTH, required=False)
    asked_first = _answer(_("Did you ask them first?"))
    may_use_my_name = _answer(_("May your name be used?"))

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope_choices(self.fields["person"], owner)
        for field in self.fields.values():
            capitalise_choices(field)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if any(cleaned.values()) and not cleaned.get("person") and "person" not in self.errors:
            self.add_error("person", _("Say who it is, or empty this line."))
        return cleaned


class NameLines(forms.BaseFormSet):
    """The lines together; at least one person, and nobody twice."""

    def clean(self) -> None:
        if any(self.errors):
            return
        if not self.people:
            raise ValidationError(_("Name somebody, or press “Nobody came to mind”."))
        seen: set[Any] = set()
        for form in self.forms:
            person = form.cleaned_data.get("person")
            if person is None:
                continue
            key = person.pk or fold(person.name)
            if key in seen:
                form.add_error("person", _("You have named them already, above."))
            seen.add(key)

    @property
    def people(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("person")]


def name_lines(promise: Promise, data: Any) -> NameLines:
    """As many lines as names were promised, or five."""
    many = min(promise.how_many or USUAL, MOST)
    lines_of: Any = forms.formset_factory(
        NameLineForm, formset=NameLines, extra=many, max_num=MOST, absolute_max=MOST
    )
    lines: NameLines = lines_of(data, prefix="names", form_kwargs={"owner": promise.owner})
    return lines


class ToWhomForm(forms.Form):
    """The recruiter to whom they are named, where the promise was made to a firm alone."""

    recruiter = RecruiterPicker(
        label=_("To whom"),
        queryset=Recruiter.across_owners.none(),
        error_messages={"required": _("Say which recruiter you named them to.")},
    )

    def __init__(self, *args: Any, promise: Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope_choices(self.fields["recruiter"], promise.owner)
        if promise.recruiter:
            del self.fields["recruiter"]
