"""The account's own forms: its making, its zone, how it is reminded."""

from __future__ import annotations

import zoneinfo
from typing import Any

import phonenumbers
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import first_account
from accounts.forms.owned import WEEKDAYS, OwnedForm
from accounts.models import Preferences, User


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
