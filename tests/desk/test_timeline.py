"""Calls and promises that ended, in one feed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import User
from calls.models import Call
from contacts.models import FirmCheck
from desk.dossier import Dossier
from desk.events import rest_of
from desk.timeline import PER_PAGE, Asked, Timeline, timeline
from followups.models import Promise
from tests.factories import (
    CallFactory,
    DisclosureFactory,
    FirmCheckFactory,
    FirmFactory,
    OpportunityFactory,
    PersonFactory,
    PromiseFactory,
    RecruiterFactory,
    ReferralFactory,
    SubmissionFactory,
)

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def feed(user: User, page: str | None = None) -> list[tuple[dt.datetime, str]]:
    found = timeline(Call.objects.of(user), Promise.objects.of(user), page=page)
    assert all((event.call is None) != (event.promise is None) for event in found)
    return [(event.at, "call" if event.call else "promise") for event in found]


def test_it_merges_newest_first(user: User) -> None:
    CallFactory(owner=user, occurred_at=NOW - 3 * HOUR)
    CallFactory(owner=user, occurred_at=NOW - HOUR)
    PromiseFactory(owner=user, state="kept", ended_at=NOW - 2 * HOUR)
    PromiseFactory(owner=user, state="broken", ended_at=NOW)
    PromiseFactory(owner=user)  # open: it has not happened yet
    assert feed(user) == [
        (NOW, "promise"),
        (NOW - HOUR, "call"),
        (NOW - 2 * HOUR, "promise"),
        (NOW - 3 * HOUR, "call"),
    ]


def test_it_shows_a_page_at_a_time_and_nothing_twice(user: User) -> None:
    for number in range(PER_PAGE):
        CallFactory(owner=user, occurred_at=NOW)
        PromiseFactory(owner=user, state="kept", ended_at=NOW - number * HOUR)
    calls, promises = Call.objects.of(user), Promise.objects.of(user)
    seen = []
    for number in ("1", "2"):
        page = timeline(calls, promises, page=number)
        assert len(page) == PER_PAGE
        seen += [(event.call or event.promise) for event in page]
    assert len({(type(row), row.pk) for row in seen if row}) == 2 * PER_PAGE
    assert page.paginator.count == 2 * PER_PAGE


@pytest.mark.parametrize("page", ["0", "-1", "999", "abc", "", "9" * 5000, "1.5", None, "\x00"])
def test_it_shows_the_nearest_page_to_any_number(user: User, page: str | None) -> None:
    CallFactory(owner=user, occurred_at=NOW)
    assert feed(user, page) == [(NOW, "call")]


def test_it_is_empty_where_nothing_happened(user: User) -> None:
    assert feed(user) == []


def asked(**query: str) -> Asked:
    return Asked.of(RequestFactory().get("/", query))


def test_it_merges_checks_by_their_day(user: User) -> None:
    firm = FirmFactory(owner=user)
    FirmCheckFactory(owner=user, firm=firm, checked_on=NOW.date())
    CallFactory(owner=user, firm=firm, occurred_at=NOW)
    CallFactory(owner=user, firm=firm, occurred_at=NOW - 24 * HOUR)
    kinds = [Call.objects.of(user), Promise.objects.of(user), FirmCheck.objects.of(user)]
    page = Timeline(*kinds).page()
    assert ["call" if event.call else "check" for event in page] == ["call", "check", "call"]
    assert page.paginator.count == 3


def test_it_keeps_in_an_address_what_was_chosen() -> None:
    chosen = asked(show="calls", sort="oldest", recruiter="7", page="3")
    assert chosen.keep == "show=calls&sort=oldest&recruiter=7&"
    assert chosen.address(sort="newest") == "?show=calls&recruiter=7#history"
    assert asked().keep == ""
    assert asked().is_all
    assert not chosen.is_all


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 5000, "\x00", "²"])
def test_it_takes_what_is_no_choice_for_none(value: str) -> None:
    assert asked(show=value, sort=value, recruiter=value, firm=value).is_all


def test_it_shows_what_else_happened_in_words(user: User) -> None:
    firm = FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user, firm=firm)
    call = CallFactory(owner=user, recruiter=grace, firm=firm, occurred_at=NOW - 99 * HOUR)
    SubmissionFactory(
        owner=user,
        firm=firm,
        opportunity=OpportunityFactory(owner=user, title="CFO"),
        permission="given",
        submitted_on=NOW.date(),
    )
    DisclosureFactory(
        owner=user,
        recruiter=grace,
        firm=firm,
        topic="pay",
        what="185,000",
        told_on=NOW.date() - 24 * HOUR,
    )
    ReferralFactory(
        owner=user,
        recruiter=grace,
        call=call,
        person=PersonFactory(owner=user, name="Martin Weiss"),
        named_on=NOW.date() - 48 * HOUR,
    )
    feed = Dossier(user, Asked(), firm=firm.pk)
    said = [event.note.words if event.note else "call" for event in feed.page()]
    assert said == [
        "CFO: permission given",
        "You told them: pay",
        "You named Martin Weiss",
        "call",
    ]
    assert feed.count() == 4
    rest = Dossier(user, Asked(show="rest"), firm=firm.pk).page()
    assert [event.note.kind for event in rest if event.note] == ["submission", "told", "referral"]
    assert not Dossier(user, Asked(), firm=FirmFactory(owner=user).pk).count()


def test_it_shows_a_day_as_that_day_everywhere(user: User) -> None:
    """West of Greenwich its midnight is the evening before."""
    FirmCheckFactory(owner=user, checked_on=dt.date(2026, 1, 1))
    DisclosureFactory(owner=user, told_on=dt.date(2026, 1, 1))
    checks = FirmCheck.objects.of(user)
    parts = [Call.objects.of(user), Promise.objects.of(user), checks]
    with timezone.override("America/Los_Angeles"):
        found = Timeline(*parts, rest=rest_of(user)).page()
        assert [event.year for event in found] == [2026, 2026]
        assert {event.note.day for event in found if event.note} == {dt.date(2026, 1, 1)}


def test_what_is_noted_without_a_day_is_of_the_users_own(user: User) -> None:
    """Noted on New Year's Eve in Los Angeles it is the first of January in Greenwich."""
    SubmissionFactory(owner=user, created_at=dt.datetime(2026, 1, 1, 5, tzinfo=dt.UTC))
    parts = [Call.objects.of(user), Promise.objects.of(user)]
    with timezone.override("America/Los_Angeles"):
        (event,) = Timeline(*parts, rest=rest_of(user)).page()
        assert event.note is not None
        assert event.note.day == dt.date(2025, 12, 31)
        assert event.year == 2025
