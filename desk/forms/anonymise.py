"""What is asked before somebody is anonymised."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.fields import NotesInput
from contacts.names import fold

MOST = 20


class AnonymiseForm(forms.Form):
    """Other ways in which the name was written; nobody but its user knows them."""

    also = forms.CharField(
        label=_("Also written as"),
        max_length=2000,
        required=False,
        widget=NotesInput(rows=3),
        help_text=_(
            "One a line: a nickname, a former name, initials. The whole name is found by itself, "
            "whatever its capitals and accents; a first name alone is not."
        ),
    )

    def clean_also(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["also"].splitlines()]
        names = [line for line in lines if line]
        if len(names) > MOST:
            raise ValidationError(_("No more than twenty."))
        if any(len(fold(name)) < 2 for name in names):
            raise ValidationError(_("One letter stands in everything: write more of it."))
        return names
