"""What is owed both ways, on the page of a recruiter and of a firm."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from desk.owed import LAST_ENDED, both_ways
from tests.factories import FirmFactory, PromiseFactory, RecruiterFactory
from tests.pages import html


@pytest.fixture(params=["recruiter", "firm"])
def who(request: pytest.FixtureRequest, user: User) -> tuple[str, Any]:
    made_by = {"recruiter": RecruiterFactory, "firm": FirmFactory}[request.param]
    return request.param, made_by(owner=user)


def fill(user: User, who: tuple[str, Any], times: int = 1) -> None:
    now = timezone.now()
    of: dict[str, Any] = {"owner": user, who[0]: who[1]}
    for number in range(times):
        later = dt.timedelta(hours=number)
        ended = {"state": "kept", "ended_at": now - later}
        PromiseFactory(what="I will call", **of)
        PromiseFactory(what="they will write", owed_by="them", **of)
        PromiseFactory(what="I called", **ended, **of)
        PromiseFactory(what="they wrote", owed_by="them", **ended, **of)
        PromiseFactory(
            what="they never rang", kind="take_their_call", **of | ended | {"state": "no_show"}
        )


def test_it_shows_both_sides_with_their_records(
    client: Client, user: User, who: tuple[str, Any]
) -> None:
    fill(user, who)
    PromiseFactory(owner=user, what="to somebody else")
    response = client.get(who[1].get_absolute_url())
    mine, theirs = response.context["owed"]
    assert [row.what for row in mine.open] == ["I will call"]
    assert {row.what for row in mine.ended} == {"I called", "they never rang"}
    assert [row.what for row in theirs.rows] == ["they will write", "they wrote"]
    text = html(response)
    for words in ("You owe them", "They owe you", "no-show of theirs"):
        assert words in text, words
    for whose in ("mine", "theirs"):
        assert f'href="/promises/?whose={whose}&amp;{who[0]}={who[1].pk}"' in text


def test_it_shows_how_both_keep_their_word_on_a_recruiters_page(
    client: Client, user: User
) -> None:
    grace = RecruiterFactory(owner=user)
    fill(user, ("recruiter", grace))
    response = client.get(grace.get_absolute_url())
    mine, theirs = response.context["my_word"], response.context["their_word"]
    assert (mine.kept, mine.of) == (1, 1)
    assert (theirs.kept, theirs.of, theirs.no_shows) == (1, 2, 1)
    for words in ("Your word to them", "Their word", "1 of 2 kept", "one no-show"):
        assert words in html(response), words


def test_it_says_so_where_nothing_is_owed(
    client: Client, user: User, who: tuple[str, Any]
) -> None:
    text = html(client.get(who[1].get_absolute_url()))
    assert "Their word" not in text
    assert f'href="/promises/new/?{who[0]}={who[1].pk}"' in text


def test_it_asks_as_often_for_many_as_for_few(user: User, who: tuple[str, Any]) -> None:
    counts = []
    for times in (1, 20):
        fill(user, who, times)
        with CaptureQueriesContext(connection) as asked:
            sides = both_ways(user, **{who[0]: who[1].pk})
        counts.append(len(asked))
    assert counts == [1, 1]
    assert [len(side.ended) for side in sides] == [LAST_ENDED] * 2
