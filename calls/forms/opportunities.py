"""Forms of an assignment: all of it, its client named, another stage, a no."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.fields import DayInput, NotesInput
from accounts.files import UploadField
from accounts.forms import CONFLICT, capitalise_choices
from accounts.owned import StaleVersion
from calls.decline_text import decline_text, names_one
from calls.forms.guarded import GuardedForm
from calls.models import Opportunity, Submission
from calls.opportunity_guard import Asked, asked_of
from contacts.forms import NameField
from contacts.models import NAME_LENGTH, Employer
from contacts.names import fold
from contacts.pickers import FirmPicker, RecruiterPicker

# A change of these may make it collide with what another firm holds.
GUARDED = {"client_name", "recruiter", "firm"}


class NamesClientForm(GuardedForm):
    """A form in which an opportunity may get its client."""

    def ask_guard(self) -> list[Asked]:
        if not GUARDED & set(self.changed_data):
            return []
        # A copy: while nothing is saved the page must not show it as if it were.
        opportunity = copy.copy(self.instance)
        opportunity.client = self.client_typed(self.cleaned_data["client_name"])
        rows = Submission.objects.of(self.owner).filter(opportunity=opportunity.pk).for_list()
        return asked_of(opportunity, list(rows), on=timezone.localdate())


class OpportunityForm(NamesClientForm):
    """Everything about an assignment. The client is found by its name, or made."""

    client_name = NameField(
        label=_("Client"), required=False, help_text=_("Empty while they will not say.")
    )
    in_confidence = forms.BooleanField(label=_("Told in confidence"), required=False)
    jd_file = UploadField(
        label=_("Job description, as a file"),
        required=False,
        help_text=_("PDF, Word, OpenDocument, RTF or plain text, 10 MB at most."),
    )
    jd_remove = forms.BooleanField(label=_("Take the kept file out"), required=False)

    class Meta:
        model = Opportunity
        fields = [
            "title",
            "withheld_why",
            "recruiter",
            "firm",
            "basis",
            "location",
            "reports_to",
            "compensation",
            "jd",
        ]
        field_classes = {"recruiter": RecruiterPicker, "firm": FirmPicker}
        help_texts = {
            "compensation": _("As they put it. It is never in a mail."),
            "basis": _("Of this assignment; a firm may do both."),
        }

    field_order = [
        *("title", "client_name", "in_confidence"),
        *(*Meta.fields[1:], "jd_file", "jd_remove"),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = Opportunity.Disclosure.IN_CONFIDENCE
        self.fields["client_name"].initial = self.instance.client_name
        self.fields["in_confidence"].initial = self.instance.client_disclosure == told
        if not self.instance.jd_file:
            del self.fields["jd_remove"]

    @transaction.atomic
    def save(self, commit: bool = True) -> Opportunity:
        data, told = self.cleaned_data, Opportunity.Disclosure
        client = Employer.objects.of(self.owner).found_or_made(data["client_name"])
        named = told.IN_CONFIDENCE if data["in_confidence"] else told.NAMED
        self.instance.client = client
        self.instance.client_disclosure = named if client else told.WITHHELD
        if self.instance.firm is None and self.instance.recruiter is not None:
            # The firm of that day: its recruiter may move on, and the search stays with it.
            self.instance.firm = self.instance.recruiter.firm
        self._keep_file()
        opportunity: Opportunity = super().save(commit)
        return opportunity

    def _keep_file(self) -> None:
        """Put the handed-in file in place of the kept one, which goes once all of it is saved."""
        file, row = self.cleaned_data["jd_file"], self.instance
        if not file and not self.cleaned_data.get("jd_remove"):
            return
        if row.jd_file:
            kept, storage = row.jd_file.name, row.jd_file.storage
            transaction.on_commit(lambda: storage.delete(kept))
        row.jd_file, row.jd_file_name = file or "", file.name if file else ""
        if file:
            row.jd = Opportunity.JobDescription.RECEIVED


class RevealForm(NamesClientForm):
    """They have said for whom they search."""

    client_name = NameField(
        label=_("Client"), error_messages={"required": _("Say whom they named.")}
    )
    in_confidence = forms.BooleanField(label=_("Told in confidence"), required=False)

    class Meta:
        model = Opportunity
        fields: list[str] = []

    @transaction.atomic
    def save(self, commit: bool = True) -> Opportunity:
        opportunity: Opportunity = self.instance
        if self.cleaned_data["version"] != opportunity.version:
            raise StaleVersion(f"calls.Opportunity {opportunity.pk}")
        client = Employer.objects.of(self.owner).found_or_made(self.cleaned_data["client_name"])
        opportunity.reveal_client(client, in_confidence=self.cleaned_data["in_confidence"])
        return opportunity


class StageForm(forms.Form):
    """Another stage, today or on another day of mine."""

    stage = forms.ChoiceField(label=_("My part"), choices=Opportunity.Stage.choices[1:])
    on = forms.DateField(
        label=_("Since"), required=False, widget=DayInput(), help_text=_("Empty: today.")
    )

    def __init__(self, *args: Any, now: str = "", **kwargs: Any) -> None:
        """`now` is the stage at which I stand."""
        super().__init__(*args, **kwargs)
        self.now = now
        capitalise_choices(self.fields["stage"])

    def clean_stage(self) -> str:
        stage: str = self.cleaned_data["stage"]
        # Pressed twice it is once, without a word; with a day it is meant.
        if stage == self.now and self.data.get("on"):
            raise ValidationError(_("You stand there already. Undo it first for another day."))
        return stage

    def clean_on(self) -> dt.date:
        today = timezone.localdate()
        day: dt.date = self.cleaned_data["on"] or today
        if day > today:
            raise ValidationError(_("That day is still to come."))
        if day.year < 1970:
            raise ValidationError(_("Choose a day since 1970."))
        return day


class DeclineForm(forms.Form):
    """A no, with its reason, and what would be welcome instead."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        required=False,
        widget=NotesInput(rows=3),
        help_text=_("Sentences that speak of pay stay out of the words."),
    )
    wanted_instead = forms.CharField(
        label=_("What you would want instead"),
        max_length=500,
        required=False,
        widget=NotesInput(rows=2),
    )
    named_instead = forms.CharField(
        label=_("Whom you name instead"),
        max_length=500,
        required=False,
        widget=NotesInput(rows=2),
        help_text=_("One a line. They stand in the words."),
    )
    unnamed = forms.CharField(
        label=_("Who asked not to be named"),
        max_length=500,
        required=False,
        widget=NotesInput(rows=2),
        help_text=_("One a line. They stay out of the words, and are not kept with this."),
    )
    end_promises = forms.BooleanField(required=False, initial=True)
    # Of the opportunity as it was when the form was opened.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, opportunity: Opportunity, decisions: int = 0, **kwargs: Any
    ) -> None:
        """`decisions` is how many promises to give one are open."""
        self.opportunity = opportunity
        self.before = {
            "reason": opportunity.decline_reason,
            "wanted_instead": opportunity.wanted_instead,
            "named_instead": opportunity.named_instead,
        }
        super().__init__(*args, **kwargs)
        self.initial = dict(self.before)
        self.fields["version"].initial = opportunity.version
        if opportunity.recruiter:
            self.fields["named_instead"].help_text = _(
                "One a line. They stand in the words, and among your referrals."
            )
        self.fields["end_promises"].label = ngettext(
            "This keeps my promise to give a decision",
            "This keeps my %(n)s promises to give a decision",
            decisions,
        ) % {"n": decisions}
        if not decisions:
            self.fields["end_promises"].widget = forms.HiddenInput()
            self.fields["end_promises"].initial = ""

    def _lines(self, field: str) -> list[str]:
        """The lines of a field, each a name."""
        lines = str(self._value(field)).splitlines()
        return [" ".join(line.split()) for line in lines if line.strip()]

    def _value(self, field: str) -> Any:
        return self.cleaned_data.get(field, "") if self.is_bound else self[field].value() or ""

    def clean(self) -> dict[str, Any]:
        """Whoever is not to be named stands in nothing that is kept: it may be read out later."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for field in ("reason", "wanted_instead", "named_instead"):
            if names_one(cleaned.get(field, ""), self._lines("unnamed")):
                self.add_error(
                    field, _("Somebody who asked not to be named stands here. Leave them out.")
                )
        if not self.errors and not self.is_said and self._is_stale:
            self._report_conflict()
        return cleaned

    def clean_named_instead(self) -> str:
        """Each line is to be the name of a person."""
        for name in self._lines("named_instead"):
            if not fold(name):
                raise ValidationError(_("A name needs at least one letter."))
            if len(name) > NAME_LENGTH:
                raise ValidationError(
                    _("“%(name)s…” is too long for a name.") % {"name": name[:40]}
                )
        named: str = self.cleaned_data["named_instead"]
        return named

    @property
    def _is_stale(self) -> bool:
        return bool(self.cleaned_data.get("version") != self.opportunity.version)

    @property
    def is_said(self) -> bool:
        """Whether just this has been saved: the second press of the same form is no conflict."""
        return self.opportunity.declined_on is not None and self.said == self.before

    def _report_conflict(self) -> None:
        """Say what is saved now; a second save is then a knowing one."""
        said = self.said
        self.add_error(None, CONFLICT)
        for name, saved in self.before.items():
            if saved and saved != said[name]:
                self.add_error(name, _("Saved meanwhile: %(saved)s") % {"saved": saved})
        data = self.data.copy()  # type: ignore[attr-defined]
        data["version"] = str(self.opportunity.version)
        self.data = data

    @property
    def names(self) -> list[str]:
        """Whom I name instead."""
        return self._lines("named_instead")

    @property
    def said(self) -> dict[str, str]:
        """What is kept of it."""
        kept = {name: self.cleaned_data[name] for name in ("reason", "wanted_instead")}
        return {**kept, "named_instead": "\n".join(self._lines("named_instead"))}

    def words(self) -> str:
        """The words for it as they would be with what is typed; "" while something is wrong."""
        opportunity = self.opportunity
        if self.is_bound and not self.is_valid():
            return ""
        return decline_text(
            opportunity.title,
            to=opportunity.recruiter.name if opportunity.recruiter else "",
            reason=self._value("reason"),
            wanted_instead=self._value("wanted_instead"),
            named_instead=self._lines("named_instead"),
            unnamed=self._lines("unnamed"),
        )
