"""Forms on owned rows, and the forms of an account."""

from accounts.forms.account import (
    FirstAccountForm,
    PreferencesForm,
    UserForm,
    ZoneForm,
    known_time_zone,
)
from accounts.forms.kit import CompensationForm, KitForm, NewResumeForm, ResumeForm
from accounts.forms.owned import (
    CONFLICT,
    WEEKDAYS,
    OwnedForm,
    capitalise_choices,
    in_words,
    keep_choice,
    scope_choices,
)

__all__ = [
    "CONFLICT",
    "WEEKDAYS",
    "CompensationForm",
    "FirstAccountForm",
    "KitForm",
    "NewResumeForm",
    "OwnedForm",
    "PreferencesForm",
    "ResumeForm",
    "UserForm",
    "ZoneForm",
    "capitalise_choices",
    "in_words",
    "keep_choice",
    "known_time_zone",
    "scope_choices",
]
