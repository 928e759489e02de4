"""Before a permission is recorded: does it collide with what somebody else may already do?

Two firms that send the same person to one client can cost them the job: the client throws both
out rather than fight over the fee. The guard says exactly what collides; it never forbids.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from accounts.prepared import prepared
from calls.models import Submission
from contacts.companies import Companies
from contacts.models import Employer, Employment, Firm, OffLimits

SAME_CLIENT = "same_client_other_firm"
EXCLUSIVE = "exclusivity_open"
OWNED = "ownership_open"
OFF_LIMITS = "off_limits"
# For information: a firm that has one of its candidates in process seldom shows them elsewhere.
IN_PROCESS = "in_process"
OF_AN_ENTRY = {
    "entry_pk": "entry__pk",
    "entry_version": "entry__version",
    "entry_firm": "entry__firm",
    "entry_firm_name": "entry__firm__name",
    "entry_certainty": "entry__certainty",
}
DAYS_OF_AN_ENTRY = {"entry_until": "entry__until", "entry_noted_on": "entry__noted_on"}
GRAVEST_FIRST = [EXCLUSIVE, OWNED, SAME_CLIENT, OFF_LIMITS, IN_PROCESS]


@dataclass(frozen=True)
class Collision:
    """What collides: with which row, and since which local day (None where nobody noted one)."""

    kind: str
    other: Submission | OffLimits
    since: dt.date | None

    @property
    def name(self) -> str:
        """By which a form remembers what its user has seen: another day or client is new."""
        parts = [self.kind, self.other._meta.model_name, self.other.pk, self.other.version]
        return ":".join(map(str, parts))


def collisions(submission: Submission, *, on: dt.date) -> list[Collision]:
    """What `submission` collides with on `on`, a day in its owner's zone; the gravest first.

    Nothing is written, and an unsaved submission does: it is asked before it is saved. A client
    that is not known yet collides with nothing; it is asked again when it is revealed. One that
    was refused or is over binds nobody, so it collides with nothing either.
    """
    return Guard(submission.owner_id, on=on).collisions(submission)


class Guard:
    """What binds one user on one day, read once for any number of questions.

    `submissions`, where a page has read them anyway, hold all that binds; the rest is left out.
    `employers` are then the answer to `employers_on`.
    """

    def __init__(
        self,
        owner: object,
        *,
        on: dt.date,
        submissions: Iterable[Submission] | None = None,
        employers: list[Any] | None = None,
    ) -> None:
        self.owner_id: Any = getattr(owner, "pk", owner)
        self.on, self.submissions = on, submissions
        if employers is not None:
            self.employers = employers

    def collisions(self, submission: Submission) -> list[Collision]:
        """As the function of this name."""
        if submission.is_over(self.on):
            return []
        found: list[Collision] = []
        for other in self.others:
            if other.pk != submission.pk:
                found += self._between(submission, other)
        found += self._off_limits(submission)
        return sorted(found, key=lambda one: (GRAVEST_FIRST.index(one.kind), one.other.pk))

    @cached_property
    def others(self) -> list[Submission]:
        """What binds on that day."""
        rows = self.submissions
        if rows is None:
            rows = _binding(owner=self.owner_id, day=self.on)
        return [one for one in rows if not one.is_over(self.on)]

    @cached_property
    def employers(self) -> list[Any]:
        """Every employer: how it is called, whether I work there, who may not take from there.

        One that several firms may not take people from stands there as often. One question for
        all that: pages that ask the guard have few to spend.
        """
        return employers_on(owner=self.owner_id, day=self.on)

    @cached_property
    def companies(self) -> Companies:
        return Companies(self.employers)

    @cached_property
    def mine(self) -> list[Employer]:
        """Where I work on that day."""
        return [self._employer(row) for row in self.employers if row.my_job]

    @cached_property
    def off_limits(self) -> list[OffLimits]:
        """Every firm's that holds on that day."""
        entries = (self._entry(row) for row in self.employers if row.entry_pk is not None)
        return [entry for entry in entries if entry.covers(self.on)]

    def _employer(self, row: Any) -> Employer:
        return Employer(
            pk=row.pk,
            owner_id=self.owner_id,
            name=row.name,
            other_names=row.other_names,
            parent_id=row.parent_id,
        )

    def _entry(self, row: Any) -> OffLimits:
        return OffLimits(
            pk=row.entry_pk,
            owner_id=self.owner_id,
            version=row.entry_version,
            firm=Firm(pk=row.entry_firm, owner_id=self.owner_id, name=row.entry_firm_name),
            employer=self._employer(row),
            until=_day(row.entry_until),
            certainty=row.entry_certainty,
            noted_on=_day(row.entry_noted_on),
        )

    def _between(self, submission: Submission, other: Submission) -> list[Collision]:
        """What one other submission that still binds has against this one."""
        if _are_one_side(submission, other):
            began = other.active_with_firm_since
            return [Collision(IN_PROCESS, other, began)] if began and began <= self.on else []
        client = submission.client_now
        if client is None or not self.companies.are_one(client, other.client_now):
            return []
        found = [Collision(SAME_CLIENT, other, other.since)]
        if other.exclusive_until and other.exclusive_until >= self.on:
            found.append(Collision(EXCLUSIVE, other, other.since))
        if other.ownership_until and other.ownership_until >= self.on:
            found.append(Collision(OWNED, other, other.since))
        return found

    def _off_limits(self, submission: Submission) -> list[Collision]:
        """Whether the firm may not take people from where I work on that day."""
        firm = submission.firm_now
        if firm is None or firm.pk is None:
            return []
        return [
            Collision(OFF_LIMITS, entry, entry.noted_on)
            for entry in self.off_limits
            if entry.firm_id == firm.pk
            and any(self.companies.are_one(entry.employer, employer) for employer in self.mine)
        ]


@prepared
def _binding(owner: Any, day: Any) -> QuerySet:
    return Submission.objects.of(owner).open_on(day).for_list()


@prepared
def employers_on(owner: Any, day: Any) -> QuerySet:
    """What `Guard.employers` is made of, on this day (local)."""
    jobs = Employment.objects.of(owner).filter(
        Q(started_on=None) | Q(started_on__lte=day),
        Q(ended_on=None) | Q(ended_on__gte=day),
        employer=OuterRef("pk"),
    )
    entry = FilteredRelation("off_limits", condition=Q(off_limits__trashed_at=None))
    # There may be thousands, and hardly any is looked at: tuples, of which few become models, and
    # of plain values: to make days of all of them took longer than to read them.
    days = {name: Cast(path, TextField()) for name, path in DAYS_OF_AN_ENTRY.items()}
    columns = {name: F(path) for name, path in OF_AN_ENTRY.items()} | days
    rows = Employer.objects.of(owner).alias(entry=entry)
    my_job = Subquery(jobs.order_by().values("pk")[:1])
    rows = rows.annotate(my_job=my_job, **columns).order_by("pk")
    known = ("pk", "name", "other_names", "parent_id", "my_job")
    return rows.values_list(*known, *columns, named=True)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _are_one_side(submission: Submission, other: Submission) -> bool:
    """Whether both go through the same: one firm or, where neither has one, one recruiter."""
    one, another = submission.firm_now, other.firm_now
    if one is not None or another is not None:
        return one == another
    return submission.recruiter is not None and submission.recruiter == other.recruiter
