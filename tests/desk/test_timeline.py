"""Calls and promises that ended, in one feed."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import User
from calls.models import Call
from desk.timeline import PER_PAGE, timeline
from followups.models import Promise
from tests.factories import CallFactory, PromiseFactory

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
