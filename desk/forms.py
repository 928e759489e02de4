"""The call sheet's form: who, what, promises, notes, in one post."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import capitalise_choices, scope_choices
from accounts.models import User
from calls.forms import LocalDateTimeField
from calls.models import Call, Opportunity, validate_has_happened
from contacts.forms import NotesInput, PhoneField
from contacts.models import NAME_LENGTH, NOTES_LENGTH, Recruiter
from contacts.names import fold
from followups.forms import DateInput, TimeInput
from followups.models import Promise

MOST_PROMISES = 8


def clean_name(text: str) -> str:
    """A name as typed, without double spaces; raises `ValidationError` if nothing is left."""
    name = " ".join(text.split())
    if name and not fold(name):
        raise ValidationError(_("A name needs at least one letter."))
    return name


class CallSheetForm(forms.Form):
    """One call. The caller is chosen (`recruiter`) or typed (`who`), and then found or made."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    recruiter = forms.ModelChoiceField(
        queryset=Recruiter.across_owners.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("This recruiter is not known. Type the name.")},
    )
    # Said once the sheet had to ask which of several people of one name is meant.
    is_new = forms.BooleanField(required=False, widget=forms.HiddenInput)
    who = forms.CharField(
        label=_("Who is calling?"),
        max_length=NAME_LENGTH,
        error_messages={"required": _("Say who called. A first name will do.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autofocus": True,
                "aria-controls": "callers",
                # The known callers that the letters may mean; without scripts the name alone
                # is enough.
                "data-hx-post": reverse_lazy("desk:caller_options"),
                "data-hx-params": "who",
                "data-hx-trigger": "input changed delay:150ms",
                "data-hx-target": "#callers",
                "data-hx-sync": "closest #caller:queue last",
            }
        ),
    )
    firm = forms.CharField(
        label=_("Firm"),
        max_length=NAME_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = PhoneField(label=_("Their number"))
    occurred_at = LocalDateTimeField(label=_("When"), validators=[validate_has_happened])
    direction = forms.ChoiceField(
        label=_("Who rang"),
        choices=Call.Direction.choices,
        initial=Call.Direction.INCOMING,
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(
        label=_("How it went"),
        choices=Call.Outcome.choices,
        initial=Call.Outcome.TALKED,
        widget=forms.RadioSelect,
    )
    purpose = forms.ChoiceField(
        label=_("Why are they calling?"),
        choices=Call.Purpose.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    position = forms.CharField(label=_("Position"), max_length=NAME_LENGTH, required=False)
    client = forms.CharField(
        label=_("Client"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("Leave it out if they will not say."),
    )
    in_confidence = forms.BooleanField(label=_("Told in confidence"), required=False)
    found_me_through = forms.CharField(
        label=_("How they found me"), max_length=NAME_LENGTH, required=False
    )
    notes = forms.CharField(
        label=_("Notes"),
        max_length=NOTES_LENGTH,
        required=False,
        widget=NotesInput(rows=5),
        error_messages={
            "max_length": _(
                "These notes have %(show_value)d characters; %(limit_value)d fit. Nothing is "
                "saved yet: shorten them here, or put the rest into a second call."
            )
        },
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        scope_choices(self.fields["recruiter"], owner)
        for field in self.fields.values():
            capitalise_choices(field)
        self.fields["phone"].region = owner.phone_region  # type: ignore[attr-defined]
        self.fields["occurred_at"].initial = timezone.localtime
        # Those whom a typed name might mean, when it is for the user to say.
        self.candidates: list[Recruiter] = []

    def clean_client_key(self) -> uuid.UUID:
        key: uuid.UUID = self.cleaned_data["client_key"]
        gone = Call.across_owners.filter(owner=self.owner, client_key=key)
        if gone.exclude(trashed_at=None).exists():
            # A new key: who saves again now wants a new call.
            data = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("client_key")] = str(uuid.uuid4())
            self.data = data
            raise ValidationError(
                _("This call was saved before and then deleted. Save again to log it anew.")
            )
        return key

    def clean_who(self) -> str:
        return clean_name(self.cleaned_data["who"])

    def clean_firm(self) -> str:
        return clean_name(self.cleaned_data["firm"])

    def clean_client(self) -> str:
        return clean_name(self.cleaned_data["client"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("client") and not cleaned.get("position"):
            self.add_error("position", _("Name the position too, even “not said yet”."))
        chosen: Recruiter | None = cleaned.get("recruiter")
        if chosen and fold(cleaned.get("who", "")) != chosen.folded_name:
            # Chosen first, and then another name typed over it: the typed name counts.
            cleaned["recruiter"] = chosen = None
        if cleaned.get("who") and not chosen and not cleaned.get("is_new"):
            self._find_caller(cleaned)
        return cleaned

    def ask_whether_new(self, saved: Call) -> None:
        """This sheet was saved before and says something else now: a second call, or a slip?"""
        self.add_error(
            None,
            format_html(
                gettext(
                    'This sheet is saved already, as <a href="{}">this call</a>, and says more '
                    "now. Add what is new there; or save again to keep all this as another call."
                ),
                saved.get_absolute_url(),
            ),
        )
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["client_key"] = str(uuid.uuid4())  # type: ignore[index]

    def _find_caller(self, cleaned: dict[str, Any]) -> None:
        """Let a typed name mean the one recruiter it can mean; ask when there are several."""
        namesakes = list(
            Recruiter.objects.of(self.owner).named(cleaned["who"]).select_related("firm")[:10]
        )
        if firm := cleaned.get("firm"):
            there = [one for one in namesakes if one.firm and one.firm.folded_name == fold(firm)]
            namesakes = there or namesakes
        else:
            there = namesakes
        if len(there) == 1:
            cleaned["recruiter"] = there[0]
        elif namesakes:
            self.candidates = namesakes
            self.add_error("who", _("You know this name already. Which one is it?"))


class PromiseLineForm(forms.Form):
    """One promise on the sheet. An untouched line is no promise."""

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
    what = forms.CharField(label=_("In plain words"), max_length=NAME_LENGTH, required=False)
    due_on = forms.DateField(
        label=_("By the day"),
        widget=DateInput(),
        error_messages={"required": _("Say by which day.")},
    )
    due_time = forms.TimeField(label=_("At"), required=False, widget=TimeInput())

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        for field in self.fields.values():
            capitalise_choices(field)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("due_on") and cleaned.get("kind"):
            try:
                self.promise().clean()
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    def promise(self) -> Promise:
        """The promise as it was typed, unsaved; its day and time are in the owner's zone."""
        fields = ("owed_by", "kind", "what", "due_on", "due_time")
        return Promise(
            owner=self.owner,
            time_zone=self.owner.time_zone,
            **{name: self.cleaned_data[name] for name in fields if name in self.cleaned_data},
        )


PromiseLineFormSet = forms.formset_factory(
    PromiseLineForm,
    extra=1,
    can_delete=True,
    max_num=MOST_PROMISES,
    absolute_max=MOST_PROMISES,
    validate_max=True,
)


def wanted(lines: forms.BaseFormSet[PromiseLineForm]) -> list[PromiseLineForm]:
    """The lines that were filled in and not left out again; the set must be valid."""
    return [line for line in lines if line.has_changed() and not line.cleaned_data.get("DELETE")]


def one_more_line(data: QueryDict, *, owner: User) -> tuple[CallSheetForm, Any]:
    """The sheet as it was posted, unchecked, with one more line for a promise.

    For browsers without scripts; the others add the line themselves.
    """
    form = CallSheetForm(initial=data.dict(), owner=owner)
    lines = PromiseLineFormSet(prefix="promises", form_kwargs={"owner": owner})
    posted = data.get("promises-TOTAL_FORMS", "")
    # Python refuses to read thousands of digits as a number.
    count = int(posted[:4]) if posted.isascii() and posted.isdigit() else 1
    lines.extra = min(count + 1, MOST_PROMISES)
    for line in lines:
        line.initial = {
            name: data[line.add_prefix(name)]
            for name in line.fields
            if line.add_prefix(name) in data
        }
    return form, lines


def disclosure(client: str, *, in_confidence: bool) -> str:
    """What the client's name means for `Opportunity.client_disclosure`."""
    if not client:
        return Opportunity.Disclosure.WITHHELD
    return Opportunity.Disclosure.IN_CONFIDENCE if in_confidence else Opportunity.Disclosure.NAMED
