"""Forms for what was said."""

from django import forms

from accounts.forms import OwnedForm
from calls.models import Call


class LocalDateTimeInput(forms.DateTimeInput):
    """The browser's own picker, in the user's zone, to the minute."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class CallForm(OwnedForm):
    """Everything about a call that can be mended afterwards."""

    class Meta:
        model = Call
        fields = [
            "recruiter",
            "firm",
            "opportunity",
            "occurred_at",
            "duration_minutes",
            "direction",
            "channel",
            "outcome",
            "purpose",
            "found_me_through",
            "notes",
        ]
        widgets = {
            "occurred_at": LocalDateTimeInput(),
            "notes": forms.Textarea(attrs={"rows": 6}),
        }
