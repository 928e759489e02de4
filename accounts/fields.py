"""Fields that the forms of several rooms have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts import phones
from accounts.pages import read_id


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


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows, by their ids; one that no row can have is a choice that is gone.
    Django asks the database for it, and SQLite refuses numbers of that size.
    """

    def clean(self, value: Any) -> Any:
        for one in value if isinstance(value, list) else ():
            if read_id(str(one)) is None:
                raise ValidationError(
                    self.error_messages["invalid_choice"], "invalid_choice", {"value": one}
                )
        return super().clean(value)


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


class DayInput(forms.DateInput):
    """A day as the browser's own calendar gives it."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")
