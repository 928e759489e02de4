"""Choosing one row among thousands in a form, without listing them.

A picker is a text field with the chosen row's name, a hidden field with its id, and a list of the
few rows that the typed letters may mean, which the server finds (`finder`). `recruiter` is posted
as `recruiter` (the id) and `recruiter_name` (the text). What is typed counts: an id that belongs to
another name is one that was left over from before. Without scripts the name is all there is. A post
of the id alone, as a program would send it, chooses by the id.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.pages import read_id
from contacts.models import NAME_LENGTH, Person
from contacts.names import fold

# Namesakes to choose from, when a typed name is that of several.
MOST_NAMESAKES = 10


class Picked(NamedTuple):
    """What was posted; no `text` when there was no text field in the post."""

    pk: str
    text: str | None


class Option(NamedTuple):
    """A row to choose. `hint` tells it from its namesakes."""

    pk: int
    name: str
    hint: str


class PickerWidget(forms.Widget):
    template_name = "contacts/_picker.html"
    finder: str  # the name of the URL that finds rows; the field sets it

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        # Among whom to choose, when the typed name is that of several.
        self.namesakes: list[Option] = []

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Picked:
        return Picked(data.get(name) or "", data.get(f"{name}_name"))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}_name" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"] |= {
            "picked": value if isinstance(value, Picked) else Picked("", ""),
            "finder": reverse(self.finder),
            "namesakes": self.namesakes,
        }
        return context

    def format_value(self, value: Any) -> None:
        """Nothing: the template shows `picked`."""


class PickerField(forms.ModelChoiceField):
    """Chooses a row by its name, whatever its case, accents and spaces.

    A form sets the `queryset` to its owner's rows, as for every field that chooses rows
    (`accounts.forms.scope_choices`).
    """

    widget = PickerWidget
    finder: str
    unknown = _("There is nothing of this name.")
    # What the hint names.
    related: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.widget.finder = self.finder

    # What a kind of row says otherwise -----------------------------------------------------------

    @staticmethod
    def name_of(row: Any) -> str:
        name: str = row.name
        return name

    @staticmethod
    def hint_of(row: Any) -> str:
        return ""

    def named(self, text: str) -> list[Any]:
        """Rows of exactly this name, at most `MOST_NAMESAKES`."""
        rows = self.queryset.filter(folded_name=fold(text))  # type: ignore[union-attr]
        if self.related:
            rows = rows.select_related(*self.related)
        return list(rows.order_by("pk")[:MOST_NAMESAKES])

    # ---------------------------------------------------------------------------------------------

    @classmethod
    def options(cls, rows: list[Any]) -> list[Option]:
        return [Option(row.pk, cls.name_of(row), cls.hint_of(row)) for row in rows]

    def prepare_value(self, value: Any) -> Picked:
        """What the widget shows: of a row that is known by its id alone, also the name."""
        if isinstance(value, Picked) and value.text is not None:
            return value
        row = value if isinstance(value, models.Model) else self._by_id(value)
        return Picked(str(row.pk), self.name_of(row)) if row else Picked("", "")

    def to_python(self, value: Any) -> Any:
        """The row; raises `ValidationError`."""
        if not isinstance(value, Picked):
            return super().to_python(value)
        if value.text is None:
            return super().to_python(value.pk)
        if not fold(value.text):
            return None
        chosen = self._by_id(value.pk)
        if chosen and fold(self.name_of(chosen)) == fold(value.text):
            return chosen
        return self._by_name(value.text)

    def _by_id(self, value: Any) -> Any:
        pk = value.pk if isinstance(value, Picked) else value
        try:
            return super().to_python(pk)
        except ValidationError:
            return None

    def _by_name(self, text: str) -> Any:
        found = [] if "\x00" in text else self.named(text)  # PostgreSQL has no NUL
        if not found:
            raise ValidationError(self.unknown, code="unknown")
        if len(found) > 1:
            self.widget.namesakes = self.options(found)
            raise ValidationError(_("Several have this name. Which one is it?"), code="several")
        return found[0]

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            row = self.to_python(data)
        except ValidationError:
            return True
        before = initial.pk if isinstance(initial, models.Model) else initial
        return str(row.pk if row else "") != str("" if before is None else before)


class RecruiterPicker(PickerField):
    finder = "contacts:recruiter_options"
    unknown = _("There is no recruiter of this name.")
    related = ("firm",)

    @staticmethod
    def hint_of(row: Any) -> str:
        return row.firm.name if row.firm else str(_("no firm known"))


class PersonPicker(PickerField):
    """Chooses a person; a name that nobody has yet gives a new one, for the form to save."""

    finder = "contacts:person_options"
    unknown = _("Nobody of this name yet. Saved like this, they are added.")

    @staticmethod
    def hint_of(row: Any) -> str:
        return str(row.position or row.relation)

    def named(self, text: str) -> list[Any]:
        return [row for row in super().named(text) if row.anonymised_at is None]

    def _by_name(self, text: str) -> Any:
        name = forms.CharField(max_length=NAME_LENGTH).clean(" ".join(text.split()))
        try:
            return super()._by_name(name)
        except ValidationError as error:
            if error.code != "unknown":
                raise
            return Person(name=name)


class FirmPicker(PickerField):
    finder = "contacts:firm_options"
    unknown = _("There is no firm of this name.")


class EmployerPicker(PickerField):
    finder = "contacts:employer_options"
    unknown = _("There is no employer of this name.")
    related = ("parent",)

    @staticmethod
    def hint_of(row: Any) -> str:
        if row.parent:
            return str(_("belongs to %(parent)s") % {"parent": row.parent.name})
        return ", ".join(row.other_names.splitlines()[:3])


class OrNew(PickerField):
    """A picker in which a name that is not known yet is a new row of that name.

    It comes out unsaved and without an owner: the form that takes it saves it, once all of the
    form is valid (`saved_for`).
    """

    def _by_name(self, text: str) -> Any:
        try:
            return super()._by_name(text)
        except ValidationError as error:
            if error.code != "unknown":
                raise
        name = forms.CharField(max_length=NAME_LENGTH).clean(" ".join(text.split()))
        return self.queryset.model(name=name)  # type: ignore[union-attr]


def saved_for(owner: User, row: Any) -> Any:
    """What an `OrNew` chose, saved as `owner`'s if it is new. A name made meanwhile is taken up."""
    return row if row is None or row.pk else type(row).objects.of(owner).found_or_made(row.name)


class FirmOrNew(OrNew, FirmPicker):
    """A firm by its name, known or not yet."""


class EmployerOrNew(OrNew, EmployerPicker):
    """An employer by its name, known or not yet."""


class CallerField(forms.ModelChoiceField):
    """A recruiter by the id; of one that was merged meanwhile, the one that they are now."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            pk = read_id(str(value))
            kept = self.queryset.now_part_of(pk=pk).first() if pk else None  # type: ignore[union-attr]
            if kept is None:
                raise
            return kept
