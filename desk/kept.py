"""What a call keeps: promises that were ticked on its sheet."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from calls.models import Call
from followups.models import Promise

# Which of a promise's outcomes (followups/models/words.py) a call's own outcome says.
SAID = {
    Call.Outcome.TALKED: "talked",
    Call.Outcome.VOICEMAIL: "message",
    Call.Outcome.MESSAGE_TAKEN: "message",
}


def keep_with(call: Call, ticked: Iterable[Promise]) -> list[Promise]:
    """Keep those of `ticked` that are open and are with the call's recruiter; those it kept.

    They were kept when the call began, yet not before they were made. A call that reached nobody
    keeps none: what was ticked before that was known stays owed.
    """
    if call.outcome == Call.Outcome.MISSED:
        return []
    # Read anew: a sheet that is tried a second time must not hold what the first try changed.
    wanted = Promise.objects.of(call.owner_id).open().filter(recruiter=call.recruiter_id)
    kept = list(wanted.filter(pk__in=[promise.pk for promise in ticked]).select_related("call"))
    for promise in kept:
        said = str(dict(promise.outcomes).get(SAID.get(Call.Outcome(call.outcome), ""), ""))
        made = promise.made_at
        parts = [part for part in (said, promise.typed_outcome) if part]
        moment = max(call.occurred_at, made) if made else call.occurred_at
        promise.keep(": ".join(parts), now=moment)
    return kept


def kept_of(call: Call, ticked: Collection[Promise]) -> list[Promise]:
    """Those of `ticked` that have ended, now that `call` is saved."""
    if not ticked:
        return []
    ended = Promise.objects.of(call.owner_id).ended().filter(recruiter=call.recruiter_id)
    return list(ended.filter(pk__in=[promise.pk for promise in ticked]).order_by("due_utc", "pk"))


def still_open(call: Call, ticked: Collection[Promise]) -> bool:
    """Whether a sheet that was saved as `call` wants a promise kept that its call left open."""
    reached = call.outcome != Call.Outcome.MISSED
    return reached and any(one.is_open and one.recruiter_id == call.recruiter_id for one in ticked)
