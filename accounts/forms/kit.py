"""The forms of what I keep ready: what I say, my résumés, what I earn."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayInput, NotesInput, PhoneField
from accounts.files import UploadField
from accounts.forms.owned import OwnedForm
from accounts.models import Compensation, Kit, Resume


class KitForm(OwnedForm):
    callback_number = PhoneField(label=_("Ring me back on"))
    evening_number = PhoneField(
        label=_("In the evening and at weekends on"),
        help_text=_("Only if that is another number."),
    )

    class Meta:
        model = Kit
        fields = [
            "pitch",
            "seeking",
            "not_seeking",
            "notice_period",
            "best_times",
            "callback_number",
            "evening_number",
        ]
        widgets = {
            "pitch": NotesInput(rows=5),
            "seeking": NotesInput(rows=4),
            "not_seeking": NotesInput(rows=4),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("callback_number", "evening_number"):
            self.fields[name].region = self.owner.phone_region  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> Kit:
        """All of it was on the page when this was pressed, so all of it was looked over."""
        self.instance.looked_over_on = timezone.localdate()
        kit: Kit = super().save(commit)
        return kit


class ResumeForm(OwnedForm):
    """What a version is called, and of when it is. Its file never changes under whoever holds it."""

    class Meta:
        model = Resume
        fields = ["label", "made_on"]
        widgets = {"made_on": DayInput()}
        help_texts = {
            "label": _("So that you know which it is, such as “CFO, two pages”."),
            "made_on": _("The day from which it says the truth."),
        }


class NewResumeForm(ResumeForm):
    file = UploadField(
        label=_("File"),
        help_text=_("PDF, Word (.docx), OpenDocument (.odt), RTF or plain text, up to 10 MB."),
    )

    class Meta(ResumeForm.Meta):
        fields = ["file", "label", "made_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("made_on", timezone.localdate())

    def save(self, commit: bool = True) -> Resume:
        self.instance.file_name = self.cleaned_data["file"].name
        resume: Resume = super().save(commit)
        return resume


class CompensationForm(OwnedForm):
    class Meta:
        model = Compensation
        fields = ["as_of", "base", "bonus", "equity", "benefits"]
        widgets = {"as_of": DayInput(), "benefits": NotesInput(rows=2)}
        help_texts = {
            "base": _("In plain words, such as “120,000 £ a year”."),
            "bonus": _("What it was, and what was agreed on."),
            "equity": _("Shares, options, and when they vest."),
            "benefits": _("Pension, car, leave, school fees."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial.setdefault("as_of", timezone.localdate())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        parts = ("base", "bonus", "equity", "benefits")
        if not self.errors and not any(cleaned.get(part) for part in parts):
            self.add_error("base", _("Say at least one part of it."))
        return cleaned
