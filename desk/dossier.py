"""The timeline on the page of a firm or a recruiter, and the row that the page is about.

Nearly always its first page is asked for: the questions of that are prepared (accounts/prepared.py).
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property

from accounts.models import User
from accounts.owned import OwnedQuerySet
from accounts.prepared import Fixed, prepared
from calls.models import Call
from contacts.models import Firm, FirmCheck, Recruiter
from contacts.off_limits import has_off_limits
from desk.brief_rows import checks
from desk.events import rest_of
from desk.timeline import PER_PAGE, Asked, Moment, Timeline
from followups.models import Promise

FIRST = slice(0, PER_PAGE)


def timeline_of(owner: Any, asked: Asked, **whose: Any) -> Timeline:
    """What happened with one firm or recruiter (`whose`, its id), whoever spoke that day."""
    return Timeline(*_parts(owner, whose), rest=_rest(owner, whose), asked=asked)


def _parts(owner: Any, whose: dict[str, Any]) -> tuple[Any, Any, OwnedQuerySet | None]:
    checks = FirmCheck.objects.of(owner).filter(**whose) if "firm" in whose else None
    calls, promises = Call.objects.of(owner), Promise.objects.of(owner)
    return calls.filter(**whose), promises.filter(**whose), checks


def _rest(owner: Any, whose: dict[str, Any]) -> dict[str, QuerySet]:
    return {kind: rows.filter(**whose) for kind, rows in rest_of(owner).items()}


class Dossier(Timeline):
    """The same, by prepared questions for its first page."""

    def __init__(self, owner: User, asked: Asked, **whose: int) -> None:
        self.owner, self.whose = owner.pk, whose
        # What the questions depend on, and what they are given.
        with_whom = {"by_recruiter": asked.recruiter, "by_firm": asked.firm}
        self.given: dict[str, Any] = {
            "owner": owner.pk,
            "show": Fixed(asked.show),
            **{name: pk for name, pk in with_whom.items() if pk is not None},
            **whose,
        }
        super().__init__(*_parts(owner.pk, whose), rest=_rest(owner.pk, whose), asked=asked)

    def moments_of(self, part: slice) -> list[Moment]:
        if part.start:
            return super().moments_of(part)
        return _first_moments(sort=Fixed(self.asked.sort), **self.given)[part]

    def calls_of(self, ids: list[int]) -> list[Call]:
        return _calls(owner=self.owner, **_numbered(ids)) if ids else []

    @cached_property
    def all_checks(self) -> list[FirmCheck]:
        return checks(owner=self.owner, **self.whose) if "firm" in self.whose else []

    def promises_of(self, ids: list[int]) -> list[Promise]:
        return _promises(owner=self.owner, **_numbered(ids)) if ids else []


def _asked(
    show: str, sort: str = "newest", by_recruiter: Any = None, by_firm: Any = None
) -> Asked:
    return Asked(show=show, sort=sort, recruiter=by_recruiter, firm=by_firm)


@prepared
def _first_moments(
    owner: Any, show: str, sort: str, by_recruiter: Any = None, by_firm: Any = None, **whose: Any
) -> QuerySet:
    asked = _asked(show, sort, by_recruiter, by_firm)
    return timeline_of(owner, asked, **whose).moments(FIRST)


def _numbered(ids: list[int]) -> dict[str, int]:
    """A whole page of ids, so that there is one question for any number: the last is repeated."""
    whole = [*ids, *[ids[-1]] * (PER_PAGE - len(ids))]
    return {f"pk_{number}": pk for number, pk in enumerate(whole)}


@prepared
def _calls(owner: Any, **ids: Any) -> QuerySet:
    return Call.objects.of(owner).filter(pk__in=list(ids.values())).for_list()


@prepared
def _promises(owner: Any, **ids: Any) -> QuerySet:
    return Promise.objects.of(owner).filter(pk__in=list(ids.values())).with_names()


# The rows, each with how many `events` its timeline has -------------------------------------------


@prepared
def firms(owner: Any, show: str, firm: Any, **with_whom: Any) -> QuerySet:
    events = timeline_of(owner, _asked(show, **with_whom), firm=firm).total
    rows = Firm.objects.of(owner).filter(pk=firm)
    return rows.annotate(events=events, is_limited=has_off_limits())


@prepared
def recruiters(owner: Any, show: str, recruiter: Any, **with_whom: Any) -> QuerySet:
    events = timeline_of(owner, _asked(show, **with_whom), recruiter=recruiter).total
    rows = Recruiter.objects.of(owner).filter(pk=recruiter)
    return rows.annotate(events=events).select_related("firm")
