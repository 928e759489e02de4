"""What a brief reads: each question is prepared, for it is long to write and quick to answer.

A brief is of a firm or of a recruiter, so each question is given one of the two (by its id). All
but that of the row itself are asked together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import Kit
from accounts.prepared import prepared, together
from calls.guard import employers_on
from calls.models import Call, Disclosure, Opportunity, Referral, Submission
from contacts.models import Firm, FirmCheck, Phone, Recruiter
from desk.owed import most_urgent
from followups.models import Promise

# As many as fit on one printed page, with the longest names there can be.
TALKS, OPPORTUNITIES, SUBMISSIONS, TOLD, REFERRALS = 3, 3, 3, 5, 4

OF_KIT = (
    "pitch",
    "seeking",
    "not_seeking",
    "notice_period",
    "best_times",
    "callback_number",
    "evening_number",
)


def _theirs(firm: Any, recruiter: Any) -> Q:
    return Q(recruiter=recruiter) if firm is None else Q(firm=firm)


# The rows that a brief is about, with what comes along ------------------------------------------


@prepared
def firms(owner: Any, pk: Any) -> QuerySet:
    return _with_kit(Firm.objects.of(owner).filter(pk=pk), owner)


@prepared
def recruiters(owner: Any, pk: Any) -> QuerySet:
    rows = Recruiter.objects.of(owner).filter(pk=pk).select_related("firm")
    return _with_kit(rows.annotate(newest_number=_newest(owner, "pk")), owner)


@prepared
def promises(owner: Any, pk: Any) -> QuerySet:
    rows = Promise.objects.of(owner).filter(pk=pk).with_names()
    rows = rows.select_related("recruiter__firm", "call")
    return _with_kit(rows.annotate(newest_number=_newest(owner, "recruiter")), owner)


def _newest(owner: Any, recruiter: str) -> Subquery:
    known = Phone.objects.of(owner).filter(recruiter=OuterRef(recruiter)).order_by("-pk")
    return Subquery(known.values("number")[:1])


def _with_kit(rows: Any, owner: Any) -> Any:
    kit = Kit.objects.of(owner)
    return rows.annotate(**{f"kit_{name}": Subquery(kit.values(name)[:1]) for name in OF_KIT})


# What stands in it; one more than is shown where it says that there is more ----------------------


@prepared
def talks(owner: Any, firm: Any = None, recruiter: Any = None) -> QuerySet:
    rows = Call.objects.of(owner).filter(_theirs(firm, recruiter)).for_list()
    return rows.annotate(newest_number=_newest(owner, "recruiter"))[:TALKS]


@prepared
def open_opportunities(owner: Any, firm: Any = None, recruiter: Any = None) -> QuerySet:
    rows = Opportunity.objects.of(owner).filter(_theirs(firm, recruiter)).open()
    # Which they are, before anything else of hundreds of them is looked up.
    newest = rows.order_by("-created_at", "-pk").values("pk")[: OPPORTUNITIES + 1]
    return Opportunity.objects.of(owner).filter(pk__in=newest).for_list()


@prepared
def submissions(owner: Any, day: Any, firm: Any = None, recruiter: Any = None) -> QuerySet:
    """Theirs, and whatever binds on `day` (local), of which the guard must know."""
    if firm is None:
        sent = Q(recruiter=recruiter) | Q(recruiter=None, opportunity__recruiter=recruiter)
    else:
        sent = (
            Q(firm=firm)
            | Q(firm=None, recruiter__firm=firm)
            | Q(firm=None, recruiter__firm=None, opportunity__firm=firm)
        )
    binding = Submission.objects.of(owner).open_on(day).values("pk")
    # Theirs are not bound to be few: those of the last years will do.
    latest = Submission.objects.of(owner).filter(sent).order_by("-created_at", "-pk")
    latest = latest.values("pk")[: 10 * SUBMISSIONS]
    rows = Submission.objects.of(owner).annotate(is_theirs=Q(pk__in=latest))
    rows = rows.filter(Q(pk__in=binding) | Q(is_theirs=True))
    return rows.for_list().select_related("resume")


@prepared
def told(owner: Any, firm: Any = None, recruiter: Any = None) -> QuerySet:
    there = _theirs(firm, recruiter)
    if firm is not None:
        there |= Q(firm=None, recruiter__firm=firm)
    rows = Disclosure.objects.of(owner).filter(there)
    rows = rows.select_related("recruiter", "resume")
    return rows.order_by("-told_on", "-pk")[: TOLD + 1]


@prepared
def referrals(owner: Any, firm: Any = None, recruiter: Any = None) -> QuerySet:
    rows = Referral.objects.of(owner).filter(_theirs(firm, recruiter)).select_related("person")
    return rows.order_by("-named_on", "-pk")[: 2 * REFERRALS + 1]


@prepared
def checks(owner: Any, firm: Any) -> QuerySet:
    return FirmCheck.objects.of(owner).filter(firm=firm)


# All of it ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What the database answered; of each list one more than fits, if there is more."""

    talks: list[Call]
    opportunities: list[Opportunity]
    submissions: list[Submission]
    told: list[Disclosure]
    referrals: list[Referral]
    owed: list[Promise]
    employers: list[Any]
    checks: list[FirmCheck]

    def sent_by_them(self, day: dt.date) -> list[Submission]:
        """Theirs of the submissions, what binds on `day` (local) first."""
        theirs = [row for row in self.submissions if row.is_theirs]  # type: ignore[attr-defined]
        return sorted(theirs, key=lambda one: one.is_over(day))

    @property
    def named(self) -> list[Referral]:
        return [row for row in self.referrals if row.direction == Referral.Direction.BY_ME]

    @property
    def named_me(self) -> list[Referral]:
        return [row for row in self.referrals if row.direction == Referral.Direction.OF_ME]


def read(of: dict[str, int], day: dt.date, *, firm: int, but: int | None) -> Found:
    """Everything that stands in the brief `of` an owner and their firm or recruiter, by ids.

    `day` is local; `firm` is the one to vet, 0 for none; `but` a promise that stands elsewhere.
    """
    answers: list[list[Any]] = together(
        talks.given(**of),
        open_opportunities.given(**of),
        submissions.given(day=day, **of),
        told.given(**of),
        referrals.given(**of),
        most_urgent(but=but, **of),
        employers_on.given(owner=of["owner"], day=day),
        checks.given(owner=of["owner"], firm=firm),
    )
    return Found(*answers)
