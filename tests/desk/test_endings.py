"""A bad moment, or nobody reached: one press that says how it went and saves the call."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Kit, Preferences, User
from calls.models import Call
from followups.models import Promise
from tests.factories import PhoneFactory, RecruiterFactory
from tests.pages import HTMX, errors_of, fill_in, form_of, html

SHEET = "/calls/new/"
# A Friday in winter; 09:30 in London.
NOW = dt.datetime(2026, 11, 27, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _on_a_friday_morning() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def end(client: Client, ends: str, **typed: Any) -> Any:
    return client.post(
        SHEET, fill_in(client, SHEET, having="who", who="Grace", **typed, ends=ends)
    )


def only_promise(user: User) -> Promise:
    return Promise.objects.of(user).get()


def test_it_saves_a_bad_moment_with_their_call_promised(client: Client, user: User) -> None:
    end(client, "2026-11-27T18:00")
    call, promise = Call.objects.of(user).get(), only_promise(user)
    assert call.outcome == "bad_time"
    assert promise.call == call
    assert (promise.owed_by, promise.kind) == ("me", "take_their_call")
    assert (promise.due_on, promise.due_time) == (dt.date(2026, 11, 27), dt.time(18))


def test_it_shows_only_moments_that_are_still_to_come(client: Client, user: User) -> None:
    def offered() -> list[str]:
        clock = client.get(SHEET).context["form"].clock
        return [chip.words for chip in clock.callback_chips]

    assert offered() == [
        *("At lunch 12:30", "Late afternoon 16:30", "This evening 18:00"),
        "Tomorrow morning 09:00",
    ]
    with time_machine.travel(NOW.replace(hour=17, minute=50), tick=False):
        assert offered() == [
            *("Tomorrow morning 09:00", "Tomorrow at lunch 12:30", "Tomorrow evening 18:00")
        ]


def test_it_means_by_evening_what_the_user_means(client: Client, user: User) -> None:
    Preferences.objects.of(user).update(evening_time=dt.time(20, 15))
    assert 'value="2026-11-27T20:15"' in html(client.get(SHEET))


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("2026-11-27T12:30", "+442079460001"),
        ("2026-11-27T18:00", "+447700900002"),
        # A Saturday.
        ("2026-11-28T09:00", "+447700900002"),
    ],
)
def test_it_has_them_ring_the_number_for_that_hour(
    client: Client, user: User, moment: str, number: str
) -> None:
    kit = Kit.of(user)
    kit.callback_number, kit.evening_number = "+442079460001", "+447700900002"
    kit.save()
    end(client, moment)
    assert only_promise(user).my_number == number


def test_it_shows_a_time_in_words_before_it_saves_it(client: Client, user: User) -> None:
    response = end(client, "words", bad_words="mon 4pm")
    assert response.status_code == 422
    assert errors_of(response) == {
        "bad_words": ["That is Monday 30 November 2026, 16:00. If it is right, save again."]
    }
    assert not Call.objects.of(user).exists()
    again = form_of(response, having="who") | {"ends": "words"}
    client.post(SHEET, again)
    assert only_promise(user).due_on == dt.date(2026, 11, 30)
    assert only_promise(user).due_time == dt.time(16)


def test_it_saves_a_time_in_words_that_was_shown(client: Client, user: User) -> None:
    end(client, "words", bad_words="mon 4pm", bad_seen="2026-11-30T16:00")
    assert only_promise(user).due_utc == dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ("words", ""),
        ("words", "next friday"),
        ("words", "soon"),
        ("nonsense", ""),
        ("2026-13-01", ""),
    ],
)
def test_it_asks_when_it_cannot_tell_the_time(
    client: Client, user: User, ends: str, words: str
) -> None:
    response = end(client, ends, bad_words=words, notes="Rang from the train")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["bad_words"]
    assert "Rang from the train" in html(response)
    assert not Call.objects.of(user).exists()


def test_it_needs_to_know_who_rang(client: Client, user: User) -> None:
    data = fill_in(client, SHEET, having="who", ends="2026-11-27T18:00")
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert list(errors_of(response)) == ["who"]


@pytest.mark.parametrize("outcome", ["missed", "voicemail", "message_taken"])
def test_it_promises_to_call_back_within_a_working_day(
    client: Client, user: User, outcome: str
) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    PhoneFactory(owner=user, recruiter=grace, number="+442079460018")
    end(client, outcome)
    assert Call.objects.of(user).get().outcome == outcome
    promise = only_promise(user)
    assert (promise.owed_by, promise.kind) == ("me", "call_back")
    # From Friday to Monday.
    assert (promise.due_on, promise.due_time) == (dt.date(2026, 11, 30), None)
    assert promise.phone == "+442079460018"


def test_it_knows_the_users_own_working_days(client: Client, user: User) -> None:
    Preferences.objects.of(user).update(working_days=[6, 1])
    end(client, "missed")
    assert only_promise(user).due_on == dt.date(2026, 11, 29)


def test_it_keeps_the_other_promises_of_the_sheet(client: Client, user: User) -> None:
    line = {"owed_by": "me", "kind": "send_names", "due_on": "2026-12-01", "how_many": "2"}
    more = {f"promises-0-{name}": value for name, value in line.items()}
    end(client, "missed", **{"promises-TOTAL_FORMS": "1", **more})
    assert {promise.headline for promise in Promise.objects.of(user)} == {
        "Send 2 names",
        "Call back",
    }


def test_it_is_one_call_however_often_it_is_sent(client: Client, user: User) -> None:
    data = fill_in(client, SHEET, having="who", who="Grace", ends="2026-11-27T18:00")
    for _ in range(3):
        client.post(SHEET, data)
    assert Call.objects.of(user).count() == Promise.objects.of(user).count() == 1


def test_it_says_when_they_will_talk(client: Client, user: User) -> None:
    page = html(client.get(end(client, "2026-11-27T18:00").headers["Location"]))
    assert "They ring you on Friday 27 November 2026, 18:00." in page


def test_it_shows_the_call_without_a_page_load(client: Client, user: User) -> None:
    data = fill_in(client, SHEET, having="who", who="Grace", ends="missed")
    response = client.post(SHEET, data, headers=HTMX)
    assert f'"path": "/calls/{Call.objects.of(user).get().pk}/"' in response.headers["HX-Location"]
