"""What every form on owned rows does alike."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.owned import OwnedModel, StaleVersion

CONFLICT = _(
    "This was changed elsewhere while you were editing. Nothing of yours is lost: compare, and "
    "save again."
)
WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


class OwnedForm(forms.ModelForm):
    """A form on a row of `owner`: it offers and accepts only that owner's rows.

    Without the scoping a `ModelChoiceField` would list, and accept, another user's firms. An
    edit that was begun on an older version is a conflict: it is refused with an error that says
    what the other edit left, and what was typed stays in the form.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Of one form for a new row (accounts/saved_once.py): sent twice it makes one.
    form_key = forms.CharField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        if self.instance.pk is None:
            self.instance.owner = owner
            del self.fields["version"]
        else:
            self.fields["version"].initial = self.instance.version
            del self.fields["form_key"]
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
        self.add_error(None, CONFLICT)
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


def keep_choice(form: OwnedForm, name: str) -> None:
    """Let a field keep the row it has, also one in the trash: else saving would take it out."""
    field: Any = form.fields[name]
    rows = field.queryset.model.across_owners.filter(owner=form.owner)
    kept = getattr(form.instance, f"{name}_id")
    field.queryset = rows.filter(models.Q(trashed_at=None) | models.Q(pk=kept))


def capitalise_choices(field: forms.Field) -> None:
    """Begin each choice with a capital: models name them as they stand within a sentence."""
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        choices: Any = field.choices  # the stubs allow for more than is ever set
        field.choices = [(value, capfirst(str(label))) for value, label in choices]
