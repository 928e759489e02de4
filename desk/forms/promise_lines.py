"""The promises on a call sheet: who owes what, and by when in chips, in words or by the calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import capitalise_choices
from accounts.models import User
from contacts.models import NAME_LENGTH
from desk import chips
from desk.clock import Clock
from followups.due import UnclearDue
from followups.forms import DateInput, TimeInput
from followups.models import Promise

MOST_PROMISES = 8
# What is promised most, each a press away; the others stand in the list of kinds.
AT_HAND = [
    ("me", Promise.Kind.CALL_BACK, _("I call back")),
    ("me", Promise.Kind.TAKE_THEIR_CALL, _("I take their call")),
    ("me", Promise.Kind.SEND_NAMES, _("I send names")),
    ("me", Promise.Kind.SEND_RESUME, _("I send my résumé")),
    ("me", Promise.Kind.SEND_INFORMATION, _("I send information")),
    ("me", Promise.Kind.GIVE_DECISION, _("I decide")),
    ("me", Promise.Kind.VET_FIRM, _("I vet the firm")),
    ("them", Promise.Kind.SEND_INFORMATION, _("They owe me")),
]


class WordsInput(forms.TextInput):
    """Plain words about a moment, echoed as a full date while they are typed."""

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "off",
                "placeholder": _("or in words: Thu 4pm"),
                "data-hx-post": reverse_lazy("desk:due_echo"),
                "data-hx-trigger": "input changed delay:250ms",
                "data-hx-target": "next .echo",
                "data-hx-sync": "this:replace",
            }
        )


def echoed(words: str, seen: str, clock: Clock) -> tuple[dt.date, dt.time | None]:
    """What `words` mean, once the user has seen it in full.

    Raises `ValidationError`: with a question if they are unclear; and, unless `seen` says that
    just this moment was shown, with the moment, so that nothing is saved that nobody has read.
    """
    try:
        on, at = clock.read(words)
    except UnclearDue as unclear:
        raise ValidationError(str(unclear.reason), code="unclear") from unclear
    if seen != chips.value_of(on, at):
        raise ValidationError(
            _("That is %(moment)s. If it is right, save again."),
            code="not_seen",
            params={"moment": chips.in_full(on, at), "value": chips.value_of(on, at)},
        )
    return on, at


class PromiseLineForm(forms.Form):
    """One promise on the sheet. An untouched line is no promise.

    Its moment comes from the words if there are any, else from the chip, else from the calendar;
    all of them are on the owner's clock.
    """

    owed_by = forms.ChoiceField(
        label=_("Who owes it"),
        choices=[(Promise.Party.ME, _("I")), (Promise.Party.THEM, _("they"))],
        initial=Promise.Party.ME,
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(
        label=_("Promise"),
        choices=[("", _("choose")), *Promise.Kind.choices],
        error_messages={"required": _("Say what was promised.")},
    )
    how_many = forms.IntegerField(
        label=_("How many"),
        required=False,
        min_value=1,
        max_value=99,
        error_messages={
            name: _("Write a number from 1 to 99, or leave it out.")
            for name in ("invalid", "min_value", "max_value")
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    what = forms.CharField(label=_("In plain words"), max_length=NAME_LENGTH, required=False)
    due_chip = forms.CharField(required=False, max_length=20)
    due_words = forms.CharField(
        label=_("By when, in words"), max_length=100, required=False, widget=WordsInput()
    )
    # The moment that was shown for the words.
    due_seen = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    due_on = forms.DateField(label=_("By the day"), required=False, widget=DateInput())
    due_time = forms.TimeField(label=_("At"), required=False, widget=TimeInput())

    def __init__(self, *args: Any, owner: User, clock: Clock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.clock = owner, clock
        words = self.fields["due_words"].widget.attrs
        words["data-hx-params"] = self.add_prefix("due_words")
        for field in self.fields.values():
            capitalise_choices(field)

    @property
    def chips(self) -> list[chips.Chip]:
        return self.clock.due_chips

    @property
    def chosen_chip(self) -> str:
        return str(self["due_chip"].value() or "")

    @property
    def odd_chip(self) -> str:
        """The label of a chosen chip that is not on offer any more, on a later day."""
        chosen = self.chosen_chip
        if chosen in {chip.value for chip in self.chips}:
            return ""
        try:
            return chips.in_full(*chips.read_value(chosen))
        except ValueError:
            return ""

    @property
    def in_words(self) -> str:
        """What an unchecked line says: “I: send 2 names, Friday 27 November 2026”; "" for none."""
        data = self.initial
        kinds = dict(Promise.Kind.choices)
        if data.get("kind") not in kinds:
            return ""
        many = data.get("how_many", "")
        what = data.get("what") or kinds[data["kind"]]
        said = f"{what} ({many})" if many else str(what)
        try:
            on = dt.date.fromisoformat(data.get("due_on", ""))
            at = dt.time.fromisoformat(data["due_time"]) if data.get("due_time") else None
        except ValueError:
            moment = str(_("by when?"))
        else:
            moment = chips.in_full(on, at)
        who = _("They") if data.get("owed_by") == Promise.Party.THEM else _("I")
        return f"{who}: {said}, {moment}"

    @property
    def seen_name(self) -> str:
        return self.add_prefix("due_seen")

    @property
    def echo(self) -> str:
        """The moment that the line stands for, in full; "" while there is none."""
        try:
            return chips.in_full(*chips.read_value(str(self["due_seen"].value() or "")))
        except ValueError:
            return ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        moment = self._moment(cleaned)
        if moment is None:
            return cleaned
        cleaned["due_on"], cleaned["due_time"] = moment
        if cleaned.get("kind"):
            try:
                self.promise().clean()
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    def _moment(self, cleaned: dict[str, Any]) -> tuple[dt.date, dt.time | None] | None:
        if words := cleaned.get("due_words"):
            try:
                return echoed(words, cleaned.get("due_seen", ""), self.clock)
            except ValidationError as error:
                self._show(error)
                return None
        if chip := cleaned.get("due_chip"):
            try:
                return chips.read_value(chip)
            except ValueError:
                self.add_error("due_words", _("Choose one of these, or write it."))
                return None
        if on := cleaned.get("due_on"):
            return on, cleaned.get("due_time")
        if "due_on" not in self.errors:
            self.add_error("due_words", _("Say by when: press one of these, or write it."))
        return None

    def _show(self, error: ValidationError) -> None:
        """Say what the words mean, and remember that it was said."""
        self.add_error("due_words", error)
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("due_seen")] = (error.params or {}).get("value", "")  # type: ignore[index]

    def promise(self) -> Promise:
        """The promise as it was typed, unsaved; its day and time are in the owner's zone."""
        fields = ("owed_by", "kind", "how_many", "what", "due_on", "due_time")
        return Promise(
            owner=self.owner,
            time_zone=self.owner.time_zone,
            **{name: self.cleaned_data[name] for name in fields if name in self.cleaned_data},
        )


PromiseLineFormSet = forms.formset_factory(
    PromiseLineForm,
    extra=0,
    can_delete=True,
    max_num=MOST_PROMISES,
    absolute_max=MOST_PROMISES,
    validate_max=True,
)


def wanted(lines: forms.BaseFormSet[PromiseLineForm]) -> list[PromiseLineForm]:
    """The lines that were filled in and not left out again; the set must be valid."""
    return [line for line in lines if line.has_changed() and not line.cleaned_data.get("DELETE")]


def unchecked_lines(
    data: QueryDict, *, more: str = "", **options: Any
) -> forms.BaseFormSet[PromiseLineForm]:
    """The lines as they were typed, unchecked; `more` adds one: “me:send_names”, or “promise”."""
    posted = data.get("promises-TOTAL_FORMS", "")
    # Python refuses to read thousands of digits as a number.
    count = int(posted[:4]) if posted.isascii() and posted.isdigit() else 0
    lines = PromiseLineFormSet(prefix="promises", form_kwargs=options)
    lines.extra = min(count + bool(more), MOST_PROMISES)
    for number, line in enumerate(lines):
        line.initial = {
            name: data[line.add_prefix(name)]
            for name in line.fields
            if line.add_prefix(name) in data
        }
        if number >= count:
            owed_by, _colon, kind = more.partition(":")
            line.initial |= {"owed_by": owed_by, "kind": kind} if kind else {}
    return lines


def echo_of(words: str, clock: Clock) -> dict[str, str]:
    """What to answer to words as they are typed: the moment in full, or the question."""
    try:
        on, at = clock.read(words)
    except UnclearDue as unclear:
        return {"unclear": str(unclear.reason)}
    moment = Promise(due_on=on, due_time=at, time_zone=str(clock.now.tzinfo))
    try:
        moment.clean()
    except ValidationError as error:
        return {"unclear": " ".join(error.messages)}
    return {"echo": chips.in_full(on, at), "seen": chips.value_of(on, at)}
