"""What a no keeps: my promise to give a decision ends with it, and is open again without it."""

from __future__ import annotations

from calls.models import Opportunity
from followups.models import Promise
from followups.models.words import OUTCOMES, Kind, Party


def said_no() -> str:
    """The outcome that is pressed for it on a promise's own page."""
    return str(dict(OUTCOMES[Party.ME][Kind.GIVE_DECISION])["no"])


def _decisions(opportunity: Opportunity) -> list[Promise]:
    rows = Promise.objects.of(opportunity.owner_id).mine().filter(opportunity=opportunity)
    return list(rows.filter(kind=Kind.GIVE_DECISION, follows=None).order_by("due_utc", "pk"))


def open_decisions(opportunity: Opportunity) -> list[Promise]:
    """What I still owe them: a yes or a no to this opportunity."""
    return [promise for promise in _decisions(opportunity) if promise.is_open]


def end_decisions(opportunity: Opportunity) -> list[Promise]:
    """Keep them, now, with a no."""
    ended = open_decisions(opportunity)
    for promise in ended:
        promise.keep(said_no())
    return ended


def reopen_decisions(opportunity: Opportunity) -> list[Promise]:
    """Undo that for those that were kept with a no on the day on which I declined."""
    wanted = [
        promise
        for promise in _decisions(opportunity)
        if promise.outcome == said_no() and promise.ended_day == opportunity.declined_on
    ]
    for promise in wanted:
        promise.reopen()
    return wanted
