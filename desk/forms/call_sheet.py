"""The call sheet's form: who, what, promises, notes, in one post."""

from __future__ import annotations

import datetime as dt
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

from accounts.fields import NotesInput, PhoneField, RowsField
from accounts.forms import capitalise_choices, scope_choices
from accounts.models import User
from calls.forms import LocalDateTimeField
from calls.models import Call, Disclosure, Opportunity, validate_has_happened
from contacts.forms import NameField
from contacts.models import (
    NAME_LENGTH,
    NOTES_LENGTH,
    Employer,
    Firm,
    NamedModel,
    Person,
    Recruiter,
)
from contacts.names import fold
from contacts.pickers import CallerField
from desk import chips
from desk.clock import Clock
from desk.forms.promise_lines import WordsInput, echoed
from followups.models import Promise

# One press that says how the call went and saves it.
NOT_REACHED = {
    Call.Outcome.MISSED: _("Missed"),
    Call.Outcome.VOICEMAIL: _("Voicemail"),
    Call.Outcome.MESSAGE_TAKEN: _("Message taken"),
}
IN_WORDS = "words"
OF_THE_FIRM = ("aesc_member", "founded", "past_clients")
# Who is there by a name that was typed, be it from before a merge.
CALLED: dict[str, type[NamedModel]] = {"firm": Firm, "client": Employer, "named_by": Person}
# What they were told on this call, by the topic under which it is kept.
TOLD = {
    "told_pay": Disclosure.Topic.PAY,
    "told_interest": Disclosure.Topic.INTEREST,
    "told_availability": Disclosure.Topic.AVAILABILITY,
}


TOLD_LENGTH = 500


def _words(
    label: Any, kind: type[forms.CharField] = forms.CharField, *, most: int = NAME_LENGTH
) -> forms.CharField:
    return kind(
        label=label,
        max_length=most,
        required=False,
        # The blank placeholder lets the look tell an answer from none.
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": " "}),
    )


def _pills(label: Any, choices: Any, *, without: str) -> forms.ChoiceField:
    """One press for an answer; no answer is none of them."""
    offered = [(value, text) for value, text in choices.choices if value != without]
    return forms.ChoiceField(
        label=label, choices=offered, required=False, widget=forms.RadioSelect
    )


class CallSheetForm(forms.Form):
    """One call. The caller is chosen (`recruiter`) or typed (`who`), and then found or made."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    recruiter = CallerField(
        queryset=Recruiter.across_owners.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("This recruiter is not known. Type the name.")},
    )
    # Said once the sheet had to ask which of several people of one name is meant.
    is_new = forms.BooleanField(required=False, widget=forms.HiddenInput)
    who = NameField(
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
    firm = NameField(
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
    client = NameField(
        label=_("Client"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("Leave it out if they will not say."),
    )
    in_confidence = forms.BooleanField(label=_("Told in confidence"), required=False)
    # Ask before you hang up: desk/questions.py says which of these the sheet still asks.
    about = forms.ModelChoiceField(
        label=_("Which assignment?"), queryset=Opportunity.across_owners.none(), required=False
    )
    withheld_why = _words(_("If the client is withheld: why?"))
    basis = _pills(
        _("Retained or contingent, for this one?"),
        Opportunity.Basis,
        without=Opportunity.Basis.UNKNOWN,
    )
    location = _words(_("Where is it?"))
    reports_to = _words(_("Whom does it report to?"))
    jd = _pills(
        _("Is there a job description?"),
        Opportunity.JobDescription,
        without=Opportunity.JobDescription.NOT_ASKED,
    )
    vet = forms.BooleanField(required=False)
    # What was owed before and is done with now; the boxes stand beside what is known of the caller.
    keeps = RowsField(
        label=_("Kept with this call"),
        queryset=Promise.across_owners.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"id": "known"}),  # what an error's link leads to
        error_messages={
            "invalid_choice": _("A promise that you ticked is gone. Save again without it.")
        },
    )
    aesc_member = forms.ChoiceField(
        label=_("AESC member?"),
        choices=[(Firm.Membership.YES, _("yes")), (Firm.Membership.NO, _("no"))],
        required=False,
        widget=forms.RadioSelect,
    )
    founded = forms.IntegerField(
        label=_("Founded when?"),
        required=False,
        min_value=1800,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    past_clients = _words(_("For whom have they worked?"))
    found_me_through = _words(_("How did they find me?"))
    named_by = _words(_("Who named me?"), NameField)
    resume_wanted = _pills(_("Do they want my résumé?"), Call.Wanted, without=Call.Wanted.UNKNOWN)
    next_step = _words(_("What happens next?"))
    callback_number = PhoneField(label=_("Best number for me"))
    best_times = _words(_("Best time for me"))

    # What I told them; the next sheet shows it, so that I say the same again.
    told_pay = _words(_("About pay"), most=TOLD_LENGTH)
    told_interest = _words(_("About my interest"), most=TOLD_LENGTH)
    told_availability = _words(_("About when I could start"), most=TOLD_LENGTH)
    pass_on = forms.ChoiceField(
        label=_("May they pass it on?"),
        choices=[
            (Disclosure.PassOn.YES, _("yes")),
            (Disclosure.PassOn.NO, _("for them alone")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )

    # A bad moment, or nobody reached: what ends the sheet with one press.
    ends = forms.CharField(required=False, max_length=20)
    bad_words = forms.CharField(
        label=_("Another time, in words"), max_length=100, required=False, widget=WordsInput()
    )
    bad_seen = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

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

    def __init__(self, *args: Any, owner: User, clock: Clock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.clock = owner, clock
        scope_choices(self.fields["recruiter"], owner)
        scope_choices(self.fields["about"], owner)
        scope_choices(self.fields["keeps"], owner)
        self.fields["bad_words"].widget.attrs["data-hx-params"] = "bad_words"
        # What ends the sheet beside the promises on it; nothing while the talk goes on.
        self.afterwards: Promise | None = None
        for field in self.fields.values():
            capitalise_choices(field)
        for name in ("phone", "callback_number"):
            self.fields[name].region = owner.phone_region  # type: ignore[attr-defined]
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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._end(cleaned)
        # By an earlier name they would be made anew.
        for field, model in CALLED.items():
            if name := cleaned.get(field):
                known = model.objects.of(self.owner).known_as(name, 1)
                cleaned[field] = known[0].name if known else name
        chosen: Recruiter | None = cleaned.get("recruiter")
        if chosen and fold(cleaned.get("who", "")) != chosen.folded_name:
            # Chosen first, and then another name typed over it: the typed name counts.
            cleaned["recruiter"] = chosen = None
        if cleaned.get("who") and not chosen and not cleaned.get("is_new"):
            self._find_caller(cleaned)
        self._ask_for_firm(cleaned)
        if not any(cleaned.get(name) for name in TOLD):
            cleaned["pass_on"] = ""  # nothing that could be passed on
        return cleaned

    def _ask_for_firm(self, cleaned: dict[str, Any]) -> None:
        """What was said of a firm that nobody has named would have no place to be kept."""
        recruiter: Recruiter | None = cleaned.get("recruiter")
        named = cleaned.get("firm") or (recruiter and recruiter.firm) or "firm" in self.errors
        said = any(cleaned.get(name) for name in OF_THE_FIRM)
        if said and not named and not self.candidates:
            self.add_error("firm", _("Name the firm: you noted something about it."))

    def _end(self, cleaned: dict[str, Any]) -> None:
        """Take the press that ended the sheet for its outcome and for the promise it makes."""
        # A time that was typed and not pressed is a bad moment too; dropped it would be lost.
        ends = cleaned.get("ends", "") or (IN_WORDS if cleaned.get("bad_words") else "")
        if not ends:
            return
        if ends in NOT_REACHED:
            cleaned["outcome"] = ends
            # Within a working day: they have waited for a call that did not come once already.
            self._promise(Promise.Kind.CALL_BACK, (self.clock.next_working_day, None))
            return
        cleaned["outcome"] = Call.Outcome.BAD_TIME
        try:
            moment = self._callback_moment(ends, cleaned)
        except ValidationError as error:
            self.add_error("bad_words", error)
            self._note_seen(error)
        else:
            self._promise(Promise.Kind.TAKE_THEIR_CALL, moment)

    def _callback_moment(
        self, ends: str, cleaned: dict[str, Any]
    ) -> tuple[dt.date, dt.time | None]:
        if ends != IN_WORDS:
            try:
                return chips.read_value(ends)
            except ValueError as error:
                raise ValidationError(_("Choose one of these, or write it.")) from error
        if not cleaned.get("bad_words"):
            raise ValidationError(_("Say when they may ring again, such as “Thu 4pm”."))
        return echoed(cleaned["bad_words"], cleaned.get("bad_seen", ""), self.clock)

    def _note_seen(self, error: ValidationError) -> None:
        """What the words mean is on the page now: the next save may count on it."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["bad_seen"] = (error.params or {}).get("value", "")  # type: ignore[index]

    def _promise(self, kind: str, moment: tuple[dt.date, dt.time | None]) -> None:
        on, at = moment
        promise = Promise(
            owner=self.owner, kind=kind, due_on=on, due_time=at, time_zone=self.owner.time_zone
        )
        try:
            promise.clean()
        except ValidationError as error:
            self.add_error("bad_words", error.messages)
        else:
            self.afterwards = promise

    @property
    def bad_echo(self) -> str:
        """The moment that was shown for the words, in full."""
        try:
            return chips.in_full(*chips.read_value(str(self["bad_seen"].value() or "")))
        except ValueError:
            return ""

    @property
    def told(self) -> list[forms.BoundField]:
        return [self[name] for name in (*TOLD, "pass_on")]

    @property
    def told_open(self) -> bool:
        """Whether the part for what I told them is unfolded: something stands in it, or is wrong."""
        return any(field.value() or field.errors for field in self.told)

    @property
    def not_reached(self) -> dict[Any, Any]:
        return NOT_REACHED

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
        mine = Recruiter.objects.of(self.owner).select_related("firm")
        namesakes = mine.known_as(cleaned["who"], 10)
        if firm := cleaned.get("firm"):
            there = [one for one in namesakes if one.firm and one.firm.folded_name == fold(firm)]
            namesakes = there or namesakes
        else:
            there = namesakes
        if len(there) == 1:
            cleaned["recruiter"], cleaned["who"] = there[0], there[0].name
        elif namesakes:
            self.candidates = namesakes
            self.add_error("who", _("You know this name already. Which one is it?"))


def unchecked_sheet(data: QueryDict, *, owner: User, clock: Clock) -> CallSheetForm:
    """The sheet as it was typed, with nothing checked: for one more line, or a draft."""
    initial = {**data.dict(), "keeps": data.getlist("keeps")}
    return CallSheetForm(initial=initial, owner=owner, clock=clock)


def disclosure(client: str, *, in_confidence: bool) -> str:
    """What the client's name means for `Opportunity.client_disclosure`."""
    if not client:
        return Opportunity.Disclosure.WITHHELD
    return Opportunity.Disclosure.IN_CONFIDENCE if in_confidence else Opportunity.Disclosure.NAMED
