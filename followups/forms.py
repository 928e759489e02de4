"""Forms for what is owed."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.fields import PhoneField
from accounts.forms import OwnedForm, in_words
from contacts.pickers import FirmPicker, RecruiterPicker
from followups import local_time, nudges
from followups.models import Promise
from followups.models.promise import FIRST_DAY
from followups.shortcuts import shortcut

OUTCOME_LENGTH = 500
# Of a promise that has ended.
FROZEN = ["owed_by", "kind", "due_on", "due_time"]


class DateInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "time"}, format="%H:%M")


class PromiseForm(OwnedForm):
    """One promise, new or mended. Its day and time are in its owner's zone."""

    phone = PhoneField(label=_("Number to call"))
    my_number = PhoneField(label=_("My number"), help_text=_("Where they ring me."))

    class Meta:
        model = Promise
        fields = [
            "owed_by",
            "kind",
            "what",
            "how_many",
            "due_on",
            "due_time",
            "phone",
            "my_number",
            "recruiter",
            "firm",
        ]
        widgets = {
            "owed_by": forms.RadioSelect,
            "due_on": DateInput(),
            "due_time": TimeInput(),
        }
        field_classes = {"recruiter": RecruiterPicker, "firm": FirmPicker}
        help_texts = {
            "due_time": _("Leave it out if any time of that day will do."),
            "what": _("Such as: two names for the interim role."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("phone", "my_number"):
            self.fields[name].region = self.owner.phone_region  # type: ignore[attr-defined]
        if self.instance._state.adding:
            self.instance.time_zone = self.owner.time_zone
        # What its ending was judged by is over with it.
        names = [] if self.instance.is_open else FROZEN
        self.frozen = {name: self.fields.pop(name) for name in names}

    @property
    def frozen_words(self) -> list[tuple[str, str]]:
        """What can no longer be changed, as a page shows it: labels and values."""
        said = {name: in_words(self.instance, name) for name in self.frozen}
        said["due_on"] = date_format(self.instance.due_on, "j F Y")
        said["due_time"] = said["due_time"] if self.instance.due_time is not None else "—"
        return [(str(field.label), capfirst(said[name])) for name, field in self.frozen.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, field in self.frozen.items():
            said = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            if said is not None and field.has_changed(self.initial[name], said):
                raise ValidationError(
                    _("It has ended: who owes what, and by when, stay. Undo the ending first.")
                )
        is_mine_now = "owed_by" in self.changed_data and cleaned.get("owed_by") == Promise.Party.ME
        if is_mine_now and self.instance.pk and nudges.open_nudge_of(self.instance):
            self.add_error(
                "owed_by",
                _("You are to ask them after this. Take that back first: “Do not ask after it”."),
            )
        return cleaned

    def save(self, commit: bool = True) -> Promise:
        """Save; a moved moment is kept as history by `Promise.snooze`."""
        promise: Promise = self.instance
        moved = {"due_on", "due_time"} & set(self.changed_data)
        if promise.pk is None or not moved or not promise.is_open:
            return super().save(commit)
        before = Promise.objects.of(self.owner).get(pk=promise.pk)
        target = (promise.due_on, promise.due_time)
        promise.due_on, promise.due_time = before.due_on, before.due_time
        promise.snooze(due_on=target[0], due_time=target[1], time_zone=promise.time_zone)
        return promise


class SnoozeForm(forms.Form):
    """Until when: a shortcut, or a day (and time) in the user's own zone."""

    until = forms.ChoiceField(
        choices=[("hour", _("in an hour")), ("tomorrow", _("tomorrow")), ("week", _("in a week"))],
        required=False,
    )
    due_on = forms.DateField(label=_("To the day"), required=False, widget=DateInput())
    due_time = forms.TimeField(label=_("At"), required=False, widget=TimeInput())
    asked_by = forms.ChoiceField(
        label=_("Who asked for it"),
        choices=[("", _("not said")), ("me", _("I did")), ("them", _("they did"))],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, promise: Promise, zone_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promise, self.zone_name = promise, zone_name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        now = timezone.localtime()
        if until := cleaned.get("until"):
            cleaned["due_on"], cleaned["due_time"] = shortcut(until, self.promise, now)
        elif not cleaned.get("due_on"):
            raise ValidationError({"due_on": _("Say until which day.")})
        moved = Promise(
            due_on=cleaned["due_on"], due_time=cleaned["due_time"], time_zone=self.zone_name
        )
        moved.clean()  # a time that a clock change skips
        if moved.derive_due_utc() <= now:
            raise ValidationError({"due_on": _("That is over already. Choose a later moment.")})
        return cleaned

    def snooze(self) -> None:
        self.promise.snooze(
            due_on=self.cleaned_data["due_on"],
            due_time=self.cleaned_data["due_time"],
            time_zone=self.zone_name,
            asked_by=self.cleaned_data["asked_by"],
        )


class PlainWords(forms.CharField):
    """Free words that are never refused: what is too long is cut, what no database has left out."""

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value)).replace("\x00", "")
        return text.strip()[:OUTCOME_LENGTH]


class EndingForm(forms.Form):
    """How a promise ended and, where it is noted only now, when: in the user's own zone."""

    said = forms.ChoiceField(required=False, widget=forms.HiddenInput)
    outcome = PlainWords(label=_("How it ended, in a few words"), required=False)
    ended_on = forms.DateField(label=_("On the day"), required=False, widget=DateInput())
    ended_time = forms.TimeField(label=_("At"), required=False, widget=TimeInput())

    def __init__(
        self, *args: Any, promise: Promise, zone: zoneinfo.ZoneInfo, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {"outcome": promise.outcome if promise.is_open else ""})
        super().__init__(*args, **kwargs)
        self.promise, self.zone = promise, zone
        self.moment: dt.datetime | None = None
        # The day that was said where no hour was.
        self.day: dt.date | None = None
        self.fields["said"].choices = promise.outcomes  # type: ignore[attr-defined]
        self.fields["outcome"].widget.attrs["maxlength"] = OUTCOME_LENGTH

    @property
    def words(self) -> str:
        """What was pressed and what was typed, in one."""
        cleaned = getattr(self, "cleaned_data", {})
        pressed = dict(self.promise.outcomes).get(cleaned.get("said", ""), "")
        parts = [str(pressed), cleaned.get("outcome", "")]
        return ": ".join(part for part in parts if part)[:OUTCOME_LENGTH]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, time = cleaned.get("ended_on"), cleaned.get("ended_time")
        if not self.errors and (day or time):
            self.moment = self._moment(day, time, timezone.now().astimezone(self.zone))
            self.day = None if time else day
        return cleaned

    def _moment(self, day: dt.date | None, time: dt.time | None, now: dt.datetime) -> dt.datetime:
        """The moment (UTC) that is meant; an hour alone is one of today."""
        day = day or now.date()
        if day > now.date() or day < FIRST_DAY:
            raise ValidationError({"ended_on": _("Choose a day that has been.")})
        if time is None:
            at = self._some_time_on(day, now)
        elif local_time.is_skipped(day, time, self.zone):
            raise ValidationError({"ended_time": _("There was no such hour: the clocks changed.")})
        else:
            at = local_time.to_utc(day, time, self.zone)
        if at > now:
            raise ValidationError({"ended_time": _("That is still to come.")})
        made = self.promise.made_at
        if made and at < made.replace(second=0, microsecond=0):
            when = date_format(made.astimezone(self.zone), "j F Y, H:i")
            raise ValidationError(
                {"ended_on": _("It was promised only on %(when)s.") % {"when": when}}
            )
        return at

    def _some_time_on(self, day: dt.date, now: dt.datetime) -> dt.datetime:
        """Any time of that day, or an error where the hour decides whether it was late."""
        deadline = self.promise.deadline
        due_there = deadline.moment.astimezone(self.zone)
        may_be_late = deadline.at is not None and deadline.in_time_until < now
        if may_be_late and due_there.date() == day:
            due = f"{due_there:%H:%M}"
            raise ValidationError(
                {"ended_time": _("It was due at %(due)s that day. When was it?") % {"due": due}}
            )
        last = local_time.end_of_day(day, self.zone) - dt.timedelta(seconds=1)
        at = min(last, now.astimezone(dt.UTC))
        # Kept on its day is in time, also where that day ends sooner than here.
        on_its_day = deadline.at is None and day == deadline.on
        return min(at, deadline.moment) if on_its_day else at
