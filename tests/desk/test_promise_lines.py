"""Promises on the sheet: due by a chip, by words that are shown in full first, or by calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from calls.models import Call
from followups.models import Promise
from tests.pages import HTMX, fill_in, form_of, html

SHEET = "/calls/new/"
# A Tuesday in winter; 09:30 in London.
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _on_a_tuesday_morning() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def promise(client: Client, **values: str) -> Any:
    fields = {
        f"promises-0-{name}": value for name, value in {"kind": "send_names", **values}.items()
    }
    typed = {"who": "Grace", "promises-TOTAL_FORMS": "1", "promises-0-owed_by": "me", **fields}
    return client.post(SHEET, fill_in(client, SHEET, having="who", **typed))


def only(user: User) -> tuple[dt.date, dt.time | None]:
    one = Promise.objects.of(user).get()
    return one.due_on, one.due_time


def test_it_offers_days_that_say_which_they_are(client: Client, user: User) -> None:
    clock = client.get(SHEET).context["form"].clock
    assert [chip.label for chip in clock.due_chips] == [
        "Today, Tue 24 Nov 17:00",
        "Tomorrow, Wed 25 Nov",
        "Fri 27 Nov",
        "In a week, Tue 1 Dec",
    ]


def test_it_takes_a_chip(client: Client, user: User) -> None:
    promise(client, due_chip="2026-11-24T17:00")
    assert only(user) == (dt.date(2026, 11, 24), dt.time(17))


def test_it_takes_a_chip_that_was_pressed_before_midnight(client: Client, user: User) -> None:
    promise(client, due_chip="2026-11-23")
    assert only(user) == (dt.date(2026, 11, 23), None)


def test_it_shows_what_words_mean_before_it_saves_them(client: Client, user: User) -> None:
    response = promise(client, due_words="thu 4pm")
    assert response.status_code == 422
    assert not Call.objects.of(user).exists()
    assert "That is Thursday 26 November 2026, 16:00." in html(response)
    client.post(SHEET, form_of(response, having="who"))
    assert only(user) == (dt.date(2026, 11, 26), dt.time(16))


def test_it_shows_them_again_when_they_are_other_words(client: Client, user: User) -> None:
    response = promise(client, due_words="fri 4pm", due_seen="2026-11-26T16:00")
    assert response.status_code == 422
    assert "Friday 27 November 2026, 16:00" in html(response)


def test_it_takes_the_words_rather_than_the_chip(client: Client, user: User) -> None:
    promise(client, due_words="thu 4pm", due_seen="2026-11-26T16:00", due_chip="2026-11-27")
    assert only(user) == (dt.date(2026, 11, 26), dt.time(16))


@pytest.mark.parametrize("words", ["next friday", "soon", "tue", "31 feb", "at 4", "blah"])
def test_it_asks_what_could_mean_two_things(client: Client, user: User, words: str) -> None:
    response = promise(client, due_words=words)
    assert response.status_code == 422
    assert list(response.context["lines"].errors[0]) == ["due_words"]
    assert f'value="{words}"' in html(response)
    assert not Call.objects.of(user).exists()


def test_it_echoes_words_as_they_are_typed(client: Client, user: User) -> None:
    typed = {"promises-1-due_words": "in two weeks"}
    headers = HTMX | {"HX-Trigger-Name": "promises-1-due_words"}
    page = html(client.post(f"{SHEET}when/", typed, headers=headers))
    assert "Tuesday 8 December 2026" in page
    assert 'name="promises-1-due_seen" value="2026-12-08"' in page


@pytest.mark.parametrize("words", ["next friday", "2027-03-28 01:30"])
def test_it_asks_back_as_they_are_typed(client: Client, user: User, words: str) -> None:
    page = html(client.post(f"{SHEET}when/", {"bad_words": words}, headers=HTMX))
    assert "echo__unclear" in page
    assert "bad_seen" not in page


def test_it_says_how_many_names(client: Client, user: User) -> None:
    promise(client, due_chip="2026-11-27", how_many="3")
    assert Promise.objects.of(user).get().headline == "Send 3 names"


def test_it_adds_the_promise_that_was_pressed_without_scripts(client: Client, user: User) -> None:
    data = fill_in(client, SHEET, having="who", who="Grace", add="them:send_information")
    form = form_of(client.post(SHEET, data), having="who")
    assert form["who"] == "Grace"
    assert form["promises-0-owed_by"] == "them"
    assert form["promises-0-kind"] == "send_information"
    assert not Call.objects.of(user).exists()
