"""How long before its moment each kind of promise is told, where that is not the usual time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms import OwnedForm
from accounts.models import Preferences
from followups.models import Promise
from followups.plans import LONGEST_LEAD, lead_minutes

HOUR, DAY = 60, 24 * 60
# Minutes. Whatever else stands in the row is offered beside them.
OFFERED = [0, 5, 10, 15, 30, 45, HOUR, 2 * HOUR, 3 * HOUR, DAY, 2 * DAY, 3 * DAY, LONGEST_LEAD]


def in_words(minutes: int) -> str:
    """So many minutes, in the largest unit that says them in a whole number."""
    if not minutes:
        return str(_("nothing beforehand"))
    if minutes % DAY == 0:
        n = minutes // DAY
        return ngettext("%(n)s day before", "%(n)s days before", n) % {"n": n}
    if minutes % HOUR == 0:
        n = minutes // HOUR
        return ngettext("%(n)s hour before", "%(n)s hours before", n) % {"n": n}
    return ngettext("%(n)s minute before", "%(n)s minutes before", minutes) % {"n": minutes}


class LeadTimesForm(OwnedForm):
    """One choice for each kind of promise; what is left as usual is not kept."""

    class Meta:
        model = Preferences
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        preferences: Preferences = self.instance
        usual = _("as usual: %(time)s") % {"time": in_words(preferences.lead_minutes)}
        for kind, label in Promise.Kind.choices:
            kept = kept_minutes(preferences, kind)
            offered = sorted({*OFFERED, *([] if kept is None else [kept])})
            self.fields[kind] = forms.TypedChoiceField(
                label=capfirst(str(label)),
                choices=[
                    ("", capfirst(str(usual))),
                    *((minutes, capfirst(in_words(minutes))) for minutes in offered),
                ],
                coerce=int,
                empty_value=None,
                required=False,
                initial="" if kept is None else kept,
            )

    @property
    def by_kind(self) -> dict[str, int]:
        """What was chosen: kind → minutes."""
        chosen = {kind: self.cleaned_data.get(kind) for kind in Promise.Kind.values}
        return {kind: minutes for kind, minutes in chosen.items() if minutes is not None}

    def _report_conflict(self, current: Preferences) -> None:  # type: ignore[override]
        super()._report_conflict(current)
        for kind in self.changed_data:
            if kind in Promise.Kind.values and kind in self.fields:
                kept = kept_minutes(current, kind)
                if kept != self.cleaned_data.get(kind):
                    saved = _("as usual") if kept is None else in_words(kept)
                    self.add_error(kind, _("Saved meanwhile: %(saved)s") % {"saved": saved})

    def save(self, commit: bool = True) -> Any:
        self.instance.lead_by_kind = self.by_kind
        return super().save(commit)


def kept_minutes(preferences: Preferences, kind: str) -> int | None:
    """What is kept for `kind`, in minutes; None where it is as usual, or cannot be read."""
    by_kind = preferences.lead_by_kind
    if not isinstance(by_kind, dict) or kind not in by_kind:
        return None
    minutes = lead_minutes(kind, preferences)
    return minutes if minutes == by_kind[kind] else None
