"""The form of what I told whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayInput
from accounts.forms import OwnedForm, keep_choice
from calls.models import Call, Disclosure, Opportunity
from calls.pickers import OpportunityPicker
from contacts.models import Recruiter
from contacts.pickers import FirmPicker, RecruiterPicker


class DisclosureForm(OwnedForm):
    """What a recruiter was told, of which topic, and whether they may pass it on.

    `call` and `recruiter` fill in a new one. Where no firm is given, it is the one at which the
    recruiter works now.
    """

    class Meta:
        model = Disclosure
        fields = [
            "topic",
            "what",
            "pass_on",
            "recruiter",
            "firm",
            "told_on",
            "opportunity",
            "resume",
        ]
        field_classes = {
            "recruiter": RecruiterPicker,
            "firm": FirmPicker,
            "opportunity": OpportunityPicker,
        }
        widgets = {
            "topic": forms.RadioSelect,
            "pass_on": forms.RadioSelect,
            "told_on": DayInput(),
        }
        help_texts = {"firm": _("Where they worked that day; empty means where they work now.")}

    def __init__(
        self,
        *args: Any,
        call: Call | None = None,
        recruiter: Recruiter | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opportunity"].queryset = Opportunity.objects.of(self.owner).for_list()  # type: ignore[attr-defined]
        keep_choice(self, "resume")
        self.fields["topic"].choices = Disclosure.Topic.choices  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.initial.update({"told_on": timezone.localdate(), "topic": Disclosure.Topic.PAY})
            if recruiter is not None:
                self.initial.update({"recruiter": recruiter.pk, "firm": recruiter.firm_id})
            if call is not None:
                self.instance.call = call
                self.initial.update(
                    {
                        "recruiter": call.recruiter_id,
                        "firm": call.firm_id,
                        "opportunity": call.opportunity_id,
                        "told_on": timezone.localtime(call.occurred_at).date(),
                    }
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        said = cleaned.get("what") or cleaned.get("resume")
        if not said and not {"what", "resume"} & self.errors.keys():
            self.add_error("what", _("Say what you told them, or which résumé they got."))
        return cleaned

    def save(self, commit: bool = True) -> Disclosure:
        if self.instance.firm is None and self.instance.pk is None:
            self.instance.firm = self.instance.recruiter.firm
        disclosure: Disclosure = super().save(commit)
        return disclosure
