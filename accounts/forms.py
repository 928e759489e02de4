"""Forms on owned rows, and the forms of an account."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import phonenumbers
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import first_account
from accounts.fields import NotesInput, PhoneField
from accounts.models import Kit, Preferences, User
from accounts.owned import OwnedModel, StaleVersion


class OwnedForm(forms.ModelForm):
    """A form on a row of `owner`: it offers and accepts only that owner's rows.

    Without the scoping a `ModelChoiceField` would list, and accept, another user's firms. An
    edit that was begun on an older version is a conflict: it is refused with an error that says
    what the other edit left, and what was typed stays in the form.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        if self.instance.pk is None:
            self.instance.owner = owner
            del self.fields["version"]
        else:
            self.fields["version"].initial = self.instance.version
        for field in self.fields.values():
            scope_choices(field, owner)
            capitalise_choices(field)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "version" in self.fields:
            seen = self.cleaned_data.get("version")
            current = type(self.instance).objects.of(self.owner).get(pk=self.instance.pk)
            if seen != current.version:
                self._report_conflict(current)
        return cleaned

    def _report_conflict(self, current: OwnedModel) -> None:
        """Say field by field what is saved now; a second save is then a knowing one."""
        self.add_error(
            None,
            _(
                "This was changed elsewhere while you were editing. Nothing of yours is lost: "
                "compare, and save again."
            ),
        )
        for name in self.changed_data:
            if name == "version" or not hasattr(current, name):
                continue
            if getattr(current, name) != self.cleaned_data.get(name):
                saved = in_words(current, name)
                self.add_error(name, _("Saved meanwhile: %(saved)s") % {"saved": saved or "—"})
        data = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("version")] = str(current.version)
        self.data = data

    def save(self, commit: bool = True) -> Any:
        """Save; raises `StaleVersion` if the row changed between `is_valid` and now."""
        seen = self.cleaned_data.get("version")
        if seen is not None and seen != self.instance.version:
            raise StaleVersion(f"{self.instance._meta.label} {self.instance.pk}")
        return super().save(commit)


def in_words(row: models.Model, name: str) -> Any:
    """The field as a page shows it: a choice by its label, a moment on the user's clock."""
    if display := getattr(row, f"get_{name}_display", None):
        return str(display())
    value = getattr(row, name)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if name == "working_days":
        return ", ".join(str(label) for day, label in WEEKDAYS if day in value)
    return localize(timezone.localtime(value) if isinstance(value, dt.datetime) else value)


def scope_choices(field: forms.Field, owner: User) -> None:
    """Let a field that chooses rows choose only `owner`'s."""
    if isinstance(field, forms.ModelChoiceField):
        model = field.queryset.model  # type: ignore[union-attr]
        if issubclass(model, OwnedModel):
            field.queryset = model.objects.of(owner)


def capitalise_choices(field: forms.Field) -> None:
    """Begin each choice with a capital: models name them as they stand within a sentence."""
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        choices: Any = field.choices  # the stubs allow for more than is ever set
        field.choices = [(value, capfirst(str(label))) for value, label in choices]


class FirstAccountForm(forms.Form):
    """The installation's first account, made by whoever comes first (and knows the code)."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("You sign in with it, and your reminders go there."),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=512,
        help_text=_("At least ten characters. Longer is better than odder."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    time_zone = forms.CharField(
        label=_("Your time zone"),
        initial="Europe/London",
        # The browser knows its zone; the script fills it in (data-own-zone).
        widget=forms.TextInput(
            attrs={"list": "time-zones", "autocomplete": "off", "data-own-zone": True}
        ),
        help_text=_("Every time you see and every reminder follows it."),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        help_text=_("It was printed where Wordkeeper was started."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, code_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not code_required:
            del self.fields["code"]

    def clean_time_zone(self) -> str:
        return known_time_zone(self.cleaned_data["time_zone"])

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not first_account.is_setup_code(code):
            raise ValidationError(_("That is not the code that was printed at the start."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned:
            try:
                validate_password(cleaned["password"], User(email=cleaned.get("email", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


def known_time_zone(name: str) -> str:
    """`name` as the tz database spells it; raises `ValidationError` when it has no such zone."""
    wanted = name.strip().replace(" ", "_").casefold()
    for zone in zoneinfo.available_timezones():
        if zone.casefold() == wanted:
            return zone
    raise ValidationError(_("There is no such time zone. Write it like “Europe/London”."))


class OwnUserForm(forms.ModelForm):
    """Some fields of the account. It writes those alone: a user has no version, and all that was
    read with the request would put back a password that was changed meanwhile."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit=False)
        if commit:
            user.save(update_fields=list(self.fields))
        return user


class UserForm(OwnUserForm):
    """What every time and number of mine is read in."""

    class Meta:
        model = User
        fields = ["time_zone", "phone_region"]
        widgets = {"time_zone": forms.TextInput(attrs={"list": "time-zones"})}
        help_texts = {
            "time_zone": _("Where you are now. Promises keep the time you gave them."),
            "phone_region": _("Two letters, such as GB or US: what a number without + means."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # What the page showed travels along, so that a field left as it was is not set back
            # to what it was when the page was opened.
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in set(cleaned) - set(self.changed_data):
            cleaned[name] = self.initial[name]
        return cleaned

    def clean_time_zone(self) -> str:
        return known_time_zone(self.cleaned_data["time_zone"])

    def clean_phone_region(self) -> str:
        region = self.cleaned_data["phone_region"].upper()
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValidationError(_("Two letters of a country, such as GB, US or DE."))
        return region


class ZoneForm(OwnUserForm):
    """Where I am now, and nothing else."""

    class Meta:
        model = User
        fields = ["time_zone"]

    def clean_time_zone(self) -> str:
        return known_time_zone(self.cleaned_data["time_zone"])

    def as_typed_in_settings(self) -> dict[str, str]:
        """The same, as if it had been typed into the settings."""
        typed = self.data.get("time_zone", "")
        region = self.instance.phone_region
        return {"time_zone": typed, "phone_region": region, "initial-phone_region": region}


WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


class PreferencesForm(OwnedForm):
    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one working day.")},
    )

    class Meta:
        model = Preferences
        fields = [
            "lead_minutes",
            "digest_time",
            "digest_only",
            "working_days",
            "quiet_from",
            "quiet_until",
            "discreet_mail",
            "morning_time",
            "lunch_time",
            "afternoon_time",
            "end_of_day_time",
            "evening_time",
        ]
        help_texts = {
            "digest_only": _(
                "What has a fixed time stands in it, too. Only what it could not tell in time still "
                "has a mail of its own."
            ),
        }
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in fields
            if name.endswith("_time") or name.startswith("quiet_")
        }


class KitForm(OwnedForm):
    callback_number = PhoneField(label=_("Ring me back on"))
    evening_number = PhoneField(
        label=_("In the evening and at weekends on"),
        help_text=_("Only if that is another number."),
    )

    class Meta:
        model = Kit
        fields = [
            "pitch",
            "seeking",
            "not_seeking",
            "notice_period",
            "best_times",
            "callback_number",
            "evening_number",
        ]
        widgets = {
            "pitch": NotesInput(rows=5),
            "seeking": NotesInput(rows=4),
            "not_seeking": NotesInput(rows=4),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("callback_number", "evening_number"):
            self.fields[name].region = self.owner.phone_region  # type: ignore[attr-defined]
