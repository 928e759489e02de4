"""The guard, with all that it looks at read by one question: the brief has few to spend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q

from calls.guard import Guard
from calls.models import Submission
from contacts.companies import Companies
from contacts.models import Employer, Employment, Firm, OffLimits

OF_AN_ENTRY = {
    "entry_pk": "entry__pk",
    "entry_firm": "entry__firm",
    "entry_firm_name": "entry__firm__name",
    "entry_until": "entry__until",
    "entry_certainty": "entry__certainty",
    "entry_noted_on": "entry__noted_on",
}


def guard_over(owner: Any, submissions: Iterable[Submission], *, on: dt.date) -> Guard:
    """The guard of `owner` on `on` (their day), over `submissions`, which hold all that binds.

    Of those it leaves out what does not bind. It asks the database once, for every employer: how
    it is called, whether I work there, and which firms may not take people from there.
    """
    guard = Guard(owner, on=on)
    rows = list(_employers(owner, on))
    guard.companies = Companies(rows)
    guard.employments = [Employment(employer=row) for row in rows if row.i_work_there]
    entries = (_entry(row) for row in rows if row.entry_pk is not None)
    guard.off_limits = [entry for entry in entries if entry.covers(on)]
    guard.others = [one for one in submissions if not one.is_over(on)]
    return guard


def _employers(owner: Any, on: dt.date) -> Iterable[Any]:
    """Every employer; one that several firms may not take people from stands there as often."""
    jobs = Employment.objects.of(owner).filter(
        Q(started_on=None) | Q(started_on__lte=on),
        Q(ended_on=None) | Q(ended_on__gte=on),
        employer=OuterRef("pk"),
    )
    entry = FilteredRelation("off_limits", condition=Q(off_limits__trashed_at=None))
    columns = {name: F(path) for name, path in OF_AN_ENTRY.items()}
    return (
        Employer.objects.of(owner)
        .only("owner", "name", "other_names", "parent")
        .alias(entry=entry)
        .annotate(i_work_there=Exists(jobs), **columns)
        .order_by("pk")
    )


def _entry(row: Any) -> OffLimits:
    firm = Firm(pk=row.entry_firm, owner_id=row.owner_id, name=row.entry_firm_name)
    return OffLimits(
        pk=row.entry_pk,
        owner_id=row.owner_id,
        firm=firm,
        employer=row,
        until=row.entry_until,
        certainty=row.entry_certainty,
        noted_on=row.entry_noted_on,
    )
