"""Forms for what was said."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import NotesInput
from accounts.forms import OwnedForm
from calls.models import Call, Opportunity, Referral
from calls.pickers import OpportunityPicker
from contacts.forms import NameField
from contacts.models import Person
from contacts.pickers import FirmPicker, RecruiterPicker

# Beyond these a zone may move a moment out of the calendar.
FIRST_YEAR, LAST_YEAR = 1970, 2199


class LocalDateTimeInput(forms.DateTimeInput):
    """The browser's own picker, in the user's zone, to the minute."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class LocalDateTimeField(forms.DateTimeField):
    """A moment as the clocks of the active zone show it.

    Of an hour that comes twice the first counts: Django refuses both, and a sheet that is opened
    in that hour would refuse the time that it was filled in with.
    """

    widget = LocalDateTimeInput

    def to_python(self, value: Any) -> dt.datetime | None:
        try:
            moment: dt.datetime | None = super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone" or not error.params:
                raise
            moment = self._first(error.params["datetime"])
        if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(_("Choose a day between 1970 and 2199."))
        return moment

    @staticmethod
    def _first(shown: dt.datetime) -> dt.datetime:
        zone = timezone.get_current_timezone()
        moment = shown.replace(tzinfo=zone, fold=0)
        later = moment.astimezone(dt.UTC).astimezone(zone)
        if later.replace(tzinfo=None, fold=0) != shown:
            raise ValidationError(
                _("There is no %(time)s on that day: the clocks go forward.")
                % {"time": f"{shown:%H:%M}"}
            )
        return moment


class CallForm(OwnedForm):
    """Everything about a call that can be mended afterwards."""

    named_by_name = NameField(label=_("Who named me"), required=False)

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
            "resume_wanted",
            "next_step",
            "notes",
        ]
        widgets = {
            "notes": NotesInput(rows=6),
        }
        field_classes = {
            "recruiter": RecruiterPicker,
            "firm": FirmPicker,
            "opportunity": OpportunityPicker,
            "occurred_at": LocalDateTimeField,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # With the clients, whom the choices name: else each would cost a query.
        mine = Opportunity.objects.of(self.owner).for_list()
        self.fields["opportunity"].queryset = mine  # type: ignore[attr-defined]
        self.fields["named_by_name"].initial = self.instance.named_by_name

    def save(self, commit: bool = True) -> Call:
        people = Person.objects.of(self.owner)
        self.instance.named_by = people.found_or_made(self.cleaned_data["named_by_name"])
        with transaction.atomic():
            call: Call = super().save(commit)
            if "firm" in self.changed_data:
                Referral.objects.of(self.owner).filter(call=call).update(firm=call.firm)
            Referral.note_who_named_me(call, on=timezone.localtime(call.occurred_at).date())
        return call
