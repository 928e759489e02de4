"""How a promise ends: the outcome in one press or in words, when it was, and no-shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from followups.models import Promise
from followups.models.promise import NotYet, Refused
from tests.factories import CallFactory, PromiseFactory
from tests.pages import HTMX, errors_of, form_of, html, is_fragment

# A Tuesday, 09:30 in London; what is due was promised the week before.
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
MADE = dt.datetime(2026, 11, 17, 12, 0, 40, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _at_half_past_nine() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def due(user: User, day: int, time: str = "", **values: Any) -> Promise:
    at = dt.time.fromisoformat(time) if time else None
    values = {"created_at": MADE} | values
    return PromiseFactory(owner=user, due_on=dt.date(2026, 11, day), due_time=at, **values)


def press(client: Client, promise: Promise, verb: str, **data: Any) -> Any:
    headers = data.pop("headers", {})
    response = client.post(f"/promises/{promise.pk}/{verb}/", data, headers=headers)
    promise.refresh_from_db()
    return response


@pytest.mark.parametrize(
    ("values", "said", "outcome"),
    [
        ({"kind": "call_back"}, "talked", "we talked"),
        ({"kind": "call_back"}, "message", "called: left a message"),
        ({"kind": "send_names"}, "no_names", "called: no names came to mind"),
        ({"kind": "give_decision"}, "no", "said no"),
        ({"kind": "send_information", "owed_by": "them"}, "sent", "they sent it"),
    ],
)
def test_it_is_kept_with_an_outcome_in_one_press(
    client: Client, user: User, values: dict[str, str], said: str, outcome: str
) -> None:
    promise = due(user, 25, **values)
    assert outcome in html(client.get(promise.get_absolute_url())).lower()
    press(client, promise, "keep", said=said)
    assert (promise.state, promise.outcome) == ("kept", outcome)


def test_it_keeps_what_was_pressed_and_what_was_typed(client: Client, user: User) -> None:
    promise = due(user, 25)
    press(client, promise, "keep", said="message", outcome="with her assistant")
    assert promise.outcome == "called: left a message: with her assistant"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_refuses_an_outcome_that_is_none_of_this_kind(
    client: Client, user: User, headers: dict[str, str]
) -> None:
    promise = due(user, 25)
    response = press(client, promise, "keep", said="no_names", outcome="typed", headers=headers)
    assert response.status_code == 422
    assert promise.is_open
    assert form_of(response, having="outcome")["outcome"] == "typed"


@pytest.mark.parametrize(
    ("day", "time", "typed", "state", "ended"),
    [
        # due, what was typed, how it ended and when (UTC; in November London's clock is the same)
        (23, "16:00", {"ended_on": "2026-11-23", "ended_time": "15:59"}, "kept", "23 15:59"),
        (23, "16:00", {"ended_on": "2026-11-23", "ended_time": "16:00"}, "kept", "23 16:00"),
        (23, "16:00", {"ended_on": "2026-11-23", "ended_time": "16:01"}, "kept_late", "23 16:01"),
        (23, "16:00", {"ended_on": "2026-11-22"}, "kept", "23 00:00"),
        (24, "09:00", {"ended_time": "08:45"}, "kept", "24 08:45"),
        (24, "18:00", {"ended_on": "2026-11-24"}, "kept", "24 09:30"),
        (20, "", {"ended_on": "2026-11-20"}, "kept", "21 00:00"),
        (20, "", {"ended_on": "2026-11-21"}, "kept_late", "22 00:00"),
        (20, "", {"ended_on": "2026-11-20", "ended_time": "23:30"}, "kept", "20 23:30"),
        # To the minute: the seconds of its making are nobody's.
        (20, "", {"ended_on": "2026-11-17", "ended_time": "12:00"}, "kept", "17 12:00"),
        (20, "", {}, "kept_late", "24 09:30"),
    ],
)
def test_it_counts_from_when_it_was_kept_and_not_from_when_it_is_noted(
    client: Client,
    user: User,
    day: int,
    time: str,
    typed: dict[str, str],
    state: str,
    ended: str,
) -> None:
    promise = due(user, day, time)
    assert press(client, promise, "keep", **typed).status_code == 302
    assert promise.state == state
    assert promise.ended_at is not None
    assert f"{promise.ended_at:%d %H:%M}" == ended


def test_it_is_kept_on_its_day_where_that_day_is_sooner_over(client: Client, user: User) -> None:
    promise = due(user, 20, time_zone="Asia/Tokyo")
    press(client, promise, "keep", ended_on="2026-11-20")
    assert promise.state == "kept"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"ended_on": "2026-11-25"}, "ended_on"),
        ({"ended_on": "2026-11-24", "ended_time": "09:31"}, "ended_time"),
        ({"ended_on": "2026-11-17", "ended_time": "11:59"}, "ended_on"),
        ({"ended_on": "2026-11-16"}, "ended_on"),
        ({"ended_on": "2026-11-23"}, "ended_time"),  # due at four that day: before or after?
        ({"ended_on": "1066-10-14"}, "ended_on"),
        ({"ended_on": "yesterday"}, "ended_on"),
        ({"ended_time": "noon"}, "ended_time"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_refuses_a_moment_that_cannot_be(
    client: Client, user: User, typed: dict[str, str], field: str, headers: dict[str, str]
) -> None:
    promise = due(user, 23, "16:00")
    response = press(client, promise, "keep", outcome="typed", headers=headers, **typed)
    assert response.status_code == 422
    assert set(errors_of(response, form="ending_form")) == {field}
    assert form_of(response, having="outcome")["outcome"] == "typed"
    assert promise.is_open


def test_it_refuses_an_hour_that_a_clock_change_left_out(client: Client, user: User) -> None:
    promise = due(user, 23, created_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    response = press(client, promise, "keep", ended_on="2026-03-29", ended_time="01:30")
    assert set(errors_of(response, form="ending_form")) == {"ended_time"}


def test_it_was_made_in_its_call_however_late_that_was_logged(client: Client, user: User) -> None:
    call = CallFactory(owner=user, occurred_at=MADE - dt.timedelta(days=2))
    promise = due(user, 25, call=call, recruiter=call.recruiter)
    press(client, promise, "keep", ended_on="2026-11-16")
    assert promise.state == "kept"


def test_it_takes_any_moment_of_what_was_noted_down_afterwards(client: Client, user: User) -> None:
    promise = due(user, 10)
    press(client, promise, "keep", ended_on="2026-11-09")
    assert promise.state == "kept"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_loses_nothing_that_was_typed_about_one_that_ended_meanwhile(
    client: Client, user: User, headers: dict[str, str]
) -> None:
    promise = due(user, 25)
    promise.release("They found somebody")
    response = press(client, promise, "keep", outcome="we talked at length", headers=headers)
    assert (promise.state, promise.outcome) == ("released", "They found somebody")
    if not headers:
        assert "we talked at length" in html(client.get(response.headers["Location"]))


@pytest.mark.parametrize(
    ("values", "verb", "words"),
    [
        ({}, "release", "they released you"),
        ({"owed_by": "them"}, "release", "you released them"),
        ({"owed_by": "them"}, "keep", "they did, late"),
        ({"owed_by": "them"}, "mark_broken", "they did not"),
        ({}, "keep", "kept late"),
        ({}, "mark_broken", "broken"),
    ],
)
def test_it_says_who_did_what(
    client: Client, user: User, values: dict[str, str], verb: str, words: str
) -> None:
    promise = due(user, 20, **values)
    getattr(promise, verb)()
    assert promise.ending_words == words
    assert words in html(client.get(promise.get_absolute_url()))


# No-shows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "take_their_call"},
        {"kind": "take_their_call", "owed_by": "them"},
        {"kind": "call_back", "owed_by": "them"},
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_is_a_no_show_of_theirs(
    client: Client, user: User, values: dict[str, str], headers: dict[str, str]
) -> None:
    promise = due(user, 24, "09:00", **values)
    assert "No-show" in html(client.get("/promises/"))
    response = press(client, promise, "no-show", outcome="waited ten minutes", headers=headers)
    assert (promise.state, promise.outcome) == ("no_show", "waited ten minutes")
    assert promise.ended_at == NOW
    if headers:
        assert is_fragment(response)
        assert "no-show" in html(response)
    press(client, promise, "no-show")  # twice is once
    assert promise.outcome == "waited ten minutes"
    press(client, promise, "reopen")
    assert promise.is_open


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_is_no_no_show_before_its_moment(
    client: Client, user: User, headers: dict[str, str]
) -> None:
    promise = due(user, 24, "10:00", kind="take_their_call")
    response = press(client, promise, "no-show", outcome="typed", headers=headers)
    assert response.status_code == 422
    assert "still to come" in html(response)
    assert form_of(response, having="outcome")["outcome"] == "typed"
    assert promise.is_open
    with pytest.raises(NotYet):
        promise.mark_no_show()


@pytest.mark.parametrize(
    ("time", "values"),
    [("09:00", {"kind": "call_back"}), ("", {"kind": "send_information", "owed_by": "them"})],
)
def test_it_is_no_no_show_where_nobody_of_theirs_was_due(
    client: Client, user: User, time: str, values: dict[str, str]
) -> None:
    promise = due(user, 20, time, **values)
    assert "no-show/" not in html(client.get(promise.get_absolute_url()))
    assert press(client, promise, "no-show").status_code == 422
    assert promise.is_open
    with pytest.raises(Refused):
        promise.mark_no_show()


# Moves --------------------------------------------------------------------------------------------


def test_it_tells_every_move_from_where_to_where_and_who_asked(client: Client, user: User) -> None:
    promise = due(user, 25, "12:00")
    press(client, promise, "snooze", due_on="2026-11-26", asked_by="them")
    press(client, promise, "snooze", due_on="2026-11-27", due_time="09:00", asked_by="me")
    press(client, promise, "snooze", until="tomorrow")
    assert [row.asked_by for row in promise.reschedules.all()] == ["", "me", "them"]
    text = html(client.get(promise.get_absolute_url()))
    assert "they asked: from 25 November 2026 12:00 to 26 November 2026<" in text
    assert "you asked: from 26 November 2026 to 27 November 2026 09:00" in text
    assert "moved 3 times" in html(client.get("/promises/"))


def test_it_says_in_the_row_at_once_how_often_it_was_moved(client: Client, user: User) -> None:
    promise = due(user, 25, "12:00")
    response = press(client, promise, "snooze", until="tomorrow", headers=HTMX)
    assert "moved once" in html(response)


def test_it_refuses_a_stranger_who_asked(client: Client, user: User) -> None:
    promise = due(user, 25)
    response = press(client, promise, "snooze", until="week", asked_by="the boss")
    assert response.status_code == 422
    assert not promise.reschedules.exists()


def test_it_leads_from_a_refused_page_back_to_the_promise(client: Client, user: User) -> None:
    """`next` named the address of the verb, and what was pressed then answered 405."""
    promise = due(user, 25)
    refused = press(client, promise, "snooze", due_on="2020-01-01")
    assert f'value="/promises/{promise.pk}/snooze/"' not in html(refused)
    assert press(client, promise, "keep", next="").headers["Location"] == (
        promise.get_absolute_url()
    )
    assert timezone.now() == promise.ended_at
