"""A captured line as a call sheet: every part in its field, to be looked at and corrected."""

from __future__ import annotations

import re
import time
import uuid

from django.http import QueryDict

from accounts.models import User
from calls.models import Call
from desk.capture import Capture, parse
from desk.clock import Clock
from desk.forms.promise_lines import MOST_PROMISES
from desk.models import Draft


def preview(owner: User, line: str, clock: Clock) -> Draft | None:
    """Keep the line as a draft of a sheet and return it; None if it is no call with a recruiter.

    The draft is written before anybody has looked at it, so that a closed tab costs nothing.
    """
    captured = parse(
        line,
        now=clock.now,
        zone=owner.zone,
        locale=clock.locale,
        phone_region=owner.phone_region,
        times=clock.times,
    )
    if not captured.is_call:
        return None
    key = uuid.uuid4()
    draft = Draft.keep(
        owner, key, as_fields(captured, line, clock), typed_at=time.time_ns() // 1_000_000
    )
    if draft is not None:
        draft.is_captured = True
        draft.unclear = [[one.text, str(one.reason)] for one in captured.unclear]
        draft.save()
    return draft


# How the call went, in the words that people use. What is none of these was a talk.
OUTCOMES = {
    Call.Outcome.VOICEMAIL: r"voice ?mail|vm|answering machine",
    Call.Outcome.MISSED: r"missed (?:\w+ )?call|no answer|did(?: not|n.t) (?:pick up|answer)",
    Call.Outcome.MESSAGE_TAKEN: (
        r"(?:left|took|passed on|got) (?:me )?a (?:message|msg)|"
        r"(?:message|msg) (?:was |has been )?(?:taken|via)"
    ),
    Call.Outcome.BAD_TIME: r"(?:bad|wrong) (?:time|moment)|could(?: not|n.t) talk",
}


def outcome_of(line: str) -> str:
    """How the call went, as far as the line says."""
    for outcome, words in OUTCOMES.items():
        if re.search(rf"\b(?:{words})\b", line, re.IGNORECASE):
            return outcome
    return Call.Outcome.TALKED


def as_fields(captured: Capture, line: str, clock: Clock) -> QueryDict:
    """The fields of the sheet. The line itself goes into the notes: it is what was typed.

    What they promised without naming a day is looked after in a week: the line is no less a call
    for it, and the preview says which day that is.
    """
    fields = QueryDict(mutable=True)
    fields["outcome"] = outcome_of(line)
    fields["who"] = captured.recruiter or ""
    fields["firm"] = captured.firm or ""
    fields["phone"] = captured.phone or ""
    fields["position"] = captured.opportunity or ""
    fields["client"] = captured.client or ""
    fields["notes"] = line
    promises = captured.promises[:MOST_PROMISES]
    fields["promises-TOTAL_FORMS"] = str(len(promises))
    fields["promises-INITIAL_FORMS"] = "0"
    for number, promise in enumerate(promises):
        due_on = promise.due_on or (clock.in_a_week if promise.owed_by == "them" else None)
        parts = {
            "owed_by": promise.owed_by,
            "kind": promise.kind,
            "how_many": promise.how_many or "",
            "what": promise.what or "",
            "due_on": f"{due_on:%Y-%m-%d}" if due_on else "",
            "due_time": f"{promise.due_time:%H:%M}" if promise.due_time else "",
        }
        for name, value in parts.items():
            fields[f"promises-{number}-{name}"] = str(value)
    return fields
