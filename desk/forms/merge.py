"""Which one the other is, and what the one that is kept takes from it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, TextField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import phones
from accounts.forms import in_words, scope_choices
from accounts.models import User
from accounts.owned import StaleVersion
from contacts import companies
from contacts.models import Employer, Kind, Merge
from contacts.names import fold
from contacts.pickers import EmployerPicker, FirmPicker, PersonPicker, PickerField, RecruiterPicker
from desk import merging
from search.words import words_of as words_in

KEPT, GONE, BOTH = "kept", "gone", "both"


class KnownPerson(PersonPicker):
    """One who is there: of a name that nobody has there is nothing to merge."""

    unknown = _("There is nobody of this name.")
    _by_name = PickerField._by_name


PICKERS: dict[Kind, type[PickerField]] = {
    Kind.RECRUITER: RecruiterPicker,
    Kind.FIRM: FirmPicker,
    Kind.PERSON: KnownPerson,
    Kind.EMPLOYER: EmployerPicker,
}


class OtherForm(forms.Form):
    """The other one, by its name."""

    def __init__(self, data: Any = None, *, row: Any, owner: User) -> None:
        super().__init__(data)
        self.row = row
        picker = PICKERS[Kind.of(type(row))]
        self.fields["other"] = picker(type(row).across_owners.none(), label=_("Merge with"))
        scope_choices(self.fields["other"], owner)

    def clean_other(self) -> Any:
        other = self.cleaned_data["other"]
        if other.pk == self.row.pk:
            raise ValidationError(_("That is the same one."))
        if getattr(other, "anonymised_at", None):
            raise ValidationError(KnownPerson.unknown)
        return other


class MergeForm(forms.Form):
    """Each field in which the two differ, with a choice of either, or of both texts.

    What is filled goes before what is empty, the kept one's before the other's. The versions that
    were looked at travel along.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    other_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, kept: Any, gone: Any) -> None:
        super().__init__(data, initial={"version": kept.version, "other_version": gone.version})
        self.kept, self.gone = kept, gone
        self.differing: dict[str, tuple[Field, Any, Any]] = {}
        for one in fields_of(type(kept)):
            mine, theirs = self._values_of(one)
            if mine != theirs:
                self.differing[one.name] = (one, mine, theirs)
                self.fields[one.name] = self._choice(one, mine, theirs)
        self._say_where_names_stay()

    def _say_where_names_stay(self) -> None:
        if "name" not in self.fields or isinstance(self.kept, Employer):
            return
        names = self.kept.name, self.gone.name
        if not (found_by(*names) and found_by(*reversed(names))):
            words = _("The other one is kept in the notes, so that you still find them by it.")
            self.fields["name"].help_text = words

    def _values_of(self, one: Field) -> tuple[Any, Any]:
        mine, theirs = (getattr(row, one.attname) for row in (self.kept, self.gone))
        if isinstance(self.kept, Employer) and one.name == "parent":
            mine = None if mine == self.gone.pk else mine
            # What belongs to the kept one cannot be what it belongs to.
            below = self.kept.pk in companies.parents_above(self.kept.owner_id, theirs)
            theirs = mine if below else theirs
        return mine, theirs

    def _choice(self, one: Field, mine: Any, theirs: Any) -> forms.ChoiceField:
        empty = {None, "", one.get_default()}
        choices = [
            (KEPT, words_of(self.kept, one, mine)),
            (GONE, words_of(self.gone, one, theirs)),
        ]
        first = GONE if mine in empty and theirs not in empty else KEPT
        if isinstance(one, TextField) and mine not in empty and theirs not in empty:
            choices.append((BOTH, str(_("Both, one after the other"))))
            first = BOTH
        return forms.ChoiceField(
            label=capfirst(str(one.verbose_name)),
            choices=choices,
            initial=first,
            widget=forms.RadioSelect,
        )

    @property
    def choices(self) -> list[forms.BoundField]:
        return [self[name] for name in self.differing]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, (one, mine, theirs) in self.differing.items():
            if cleaned.get(name) == BOTH:
                most = getattr(one, "max_length", None)
                if most and len(joined(one, mine, theirs)) > most:
                    self.add_error(name, _("Together they are too long: choose one."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the kept one takes, by attribute."""
        taken: dict[str, Any] = {}
        for name, (one, mine, theirs) in self.differing.items():
            chosen = self.cleaned_data[name]
            if chosen == GONE:
                taken[one.attname] = theirs
            elif chosen == BOTH:
                taken[one.attname] = joined(one, mine, theirs)
            elif mine != getattr(self.kept, one.attname):
                taken[one.attname] = mine  # it cannot belong to what becomes part of it
        if isinstance(self.kept, Employer):
            taken["other_names"] = self._other_names(taken)
        elif "name" in self.differing:
            taken["notes"] = self._with_other_name(taken)
        return taken

    def _with_other_name(self, taken: dict[str, Any]) -> str:
        """The notes, in which the name that is not chosen goes on being found; if there is room."""
        notes = taken.get("notes", self.kept.notes)
        chosen = taken.get("name", self.kept.name)
        other = self.gone.name if chosen == self.kept.name else self.kept.name
        line = str(_("Also known as %s.") % other)
        if found_by(chosen, other) or line in notes:
            return notes
        together = f"{notes.rstrip()}\n\n{line}".lstrip()
        most = type(self.kept)._meta.get_field("notes").max_length
        return together if len(together) <= most else notes

    def _other_names(self, taken: dict[str, Any]) -> str:
        """The name that is not chosen goes on finding the company, and warning of it."""
        name = taken.get("name", self.kept.name)
        lines = taken.get("other_names", self.kept.other_names).splitlines()
        lines += [self.kept.name, self.gone.name]
        names = each_once(lines)
        names.pop(fold(name), None)
        return "\n".join(names.values())

    def merge(self) -> Merge | None:
        """Merge the two; None where it cannot be, and the form says why."""
        self.kept.version = self.cleaned_data["version"]
        self.gone.version = self.cleaned_data["other_version"]
        try:
            return merging.merge(self.kept, self.gone, self.values)
        except merging.CannotMerge as error:
            self.add_error(None, str(error))
        except StaleVersion:
            words = _("One of them was changed elsewhere just now. Look again, then merge them.")
            self.add_error(None, words)
        return None


def fields_of(model: Any) -> list[Field]:
    """What a user can fill in of a row; a field that is new is among them."""
    return [one for one in model._meta.concrete_fields if one.editable and not one.primary_key]


def words_of(row: Any, one: Field, value: Any) -> str:
    """A value as a page shows it, and that there is none."""
    if value in {None, ""}:
        return str(_("nothing"))
    if isinstance(one, ForeignKey):
        return str(getattr(row, one.name))
    if one.name == "switchboard":
        return phones.display(value)
    # A year has no separators.
    return str(value) if isinstance(value, int) else str(in_words(row, one.name))


def found_by(name: str, typed: str) -> bool:
    """Whether whoever types this finds that name: by the beginnings of its words."""
    there = words_in(name)
    return all(any(word.startswith(part) for word in there) for part in words_in(typed))


def joined(one: Field, mine: str, theirs: str) -> str:
    """Both texts; of names one a line, each once."""
    if one.name == "other_names":
        lines = [*mine.splitlines(), *theirs.splitlines()]
        return "\n".join(each_once(lines).values())
    return f"{mine.rstrip()}\n\n{theirs.lstrip()}"


def each_once(lines: list[str]) -> dict[str, str]:
    """The lines by what they are folded, in their order; of two that are alike the first."""
    found: dict[str, str] = {}
    for line in lines:
        if fold(line):
            found.setdefault(fold(line), line.strip())
    return found
