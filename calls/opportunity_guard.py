"""The guard, asked of a whole opportunity: when its client is named, and on its pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from accounts.prepared import prepared
from calls.guard import Collision, Guard
from calls.models import Opportunity, Submission

# What the guard was asked of, and what it said.
Asked = tuple[Submission, list[Collision]]


def imagined(opportunity: Opportunity) -> Submission:
    """What a permission for this opportunity would be, not saved: to ask the guard of it early."""
    return Submission(
        owner_id=opportunity.owner_id,
        opportunity=opportunity,
        recruiter=opportunity.recruiter,
        firm=opportunity.firm,
    )


def asked_of(
    opportunity: Opportunity,
    submissions: list[Submission],
    *,
    on: dt.date,
    guard: Guard | None = None,
) -> list[Asked]:
    """What the guard says of an opportunity on `on` (a local day): of each of its submissions
    that still binds, else of the one that might be given. Of a search that is over, nothing."""
    if not opportunity.is_open:
        return []
    for one in submissions:
        # The client as it stands here, though it may not be saved yet.
        one.opportunity = opportunity
    counted = [one for one in submissions if not one.is_over(on)] or [imagined(opportunity)]
    guard = guard or Guard(opportunity.owner_id, on=on)
    said = [(one, guard.collisions(one)) for one in counted]
    return [(one, found) for one, found in said if found]


def about(opportunity: Opportunity, *, on: dt.date) -> tuple[list[Submission], list[Asked]]:
    """The submissions of an opportunity, newest first, and what the guard says of it (`asked_of`);
    by one question for both."""
    found = _submissions(owner=opportunity.owner_id, opportunity=opportunity.pk, day=on)
    guard = Guard(opportunity.owner_id, on=on, submissions=found)
    submissions = [one for one in found if one.opportunity_id == opportunity.pk]
    return submissions, asked_of(opportunity, submissions, on=on, guard=guard)


@prepared
def _submissions(owner: Any, opportunity: Any, day: Any) -> QuerySet:
    rows = Submission.objects.of(owner)
    wanted = Q(opportunity=opportunity) | Q(pk__in=rows.open_on(day).values("pk"))
    return rows.filter(wanted).for_list()
