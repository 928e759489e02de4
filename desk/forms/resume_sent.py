"""Noting whom a résumé went to, and which promise that keeps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayInput, RowsField
from accounts.forms import scope_choices
from accounts.models import Resume, User
from contacts.models import Recruiter
from contacts.pickers import RecruiterPicker
from desk.holders import Kept, note_sent
from followups.forms import EndingForm
from followups.models import Promise

# Open promises to send a résumé that are offered, the most urgent first.
MOST_OFFERED = 12


class PromisesField(RowsField):
    def label_from_instance(self, promise: Promise) -> str:
        who = promise.recruiter or promise.firm
        due = promise.due_on
        return _("%(what)s, %(who)s, by %(day)s") % {
            "what": promise.headline,
            "who": who or _("nobody named"),
            "day": f"{due:%-d %b}",
        }


class ResumeSentForm(forms.Form):
    """Whom it went to, and when. A ticked promise is kept with it, and names its recruiter."""

    kept = PromisesField(
        label=_("This keeps"),
        queryset=Promise.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    recruiter = RecruiterPicker(
        label=_("Sent to"), queryset=Recruiter.objects.none(), required=False
    )
    sent_on = forms.DateField(label=_("On the day"), widget=DayInput())

    def __init__(self, *args: Any, owner: User, resume: Resume, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.resume = owner, resume
        self.to_keep: list[Kept] = []
        for field in self.fields.values():
            scope_choices(field, owner)
        rows = Promise.objects.of(owner).open().mine().filter(kind=Promise.Kind.SEND_RESUME)
        offered = [one.pk for one in rows.by_urgency()[:MOST_OFFERED]]
        self.fields["kept"].queryset = (  # type: ignore[attr-defined]
            Promise.objects.of(owner)
            .filter(pk__in=offered)
            .select_related("recruiter", "firm")
            .by_urgency()
        )
        if not offered:
            del self.fields["kept"]
        self.initial.setdefault("sent_on", timezone.localdate())

    def clean_sent_on(self) -> Any:
        day = self.cleaned_data["sent_on"]
        if day > timezone.localdate():
            raise ValidationError(_("Choose a day that has been."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        ticked = list(cleaned.get("kept") or [])
        recruiter = cleaned["recruiter"] or next(
            (one.recruiter for one in ticked if one.recruiter), None
        )
        if recruiter is None:
            self.add_error("recruiter", _("Say whom it went to."))
            return cleaned
        cleaned["recruiter"] = recruiter
        for promise in ticked:
            self._check(promise, recruiter)
        return cleaned

    def _check(self, promise: Promise, recruiter: Recruiter) -> None:
        """Whether sending it to `recruiter` that day keeps `promise`; what does not is said."""
        with_them = (
            promise.recruiter_id == recruiter.pk
            if promise.recruiter_id
            else promise.firm_id == recruiter.firm_id
        )
        if not with_them:
            self.add_error("kept", _("That was promised to somebody else. Untick it."))
            return
        day = self.cleaned_data["sent_on"]
        said = {} if day == timezone.localdate() else {"ended_on": day.isoformat()}
        ending = EndingForm(said, promise=promise, zone=self.owner.zone)
        if ending.is_valid():
            self.to_keep.append(Kept(promise, ending.moment, ending.day))
            return
        for errors in ending.errors.values():
            self.add_error("kept", [*errors, _("Untick it, and keep it on its own page.")])

    def save(self) -> bool:
        """Whether it was new that they have it (see `note_sent`)."""
        return note_sent(
            self.resume,
            self.cleaned_data["recruiter"],
            on=self.cleaned_data["sent_on"],
            kept=self.to_keep,
        )
