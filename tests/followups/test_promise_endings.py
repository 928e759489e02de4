"""How a promise ends: the outcome in one press or in words, when it was, and no-shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from followups import record
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
        (23, "16:00", {"ended_on": "2026-11-23", "ended_time": "16:10"}, "kept", "23 16:10"),
        (23, "16:00", {"ended_on": "2026-11-23", "ended_time": "16:11"}, "kept_late", "23 16:11"),
        (23, "16:00", {"ended_on": "2026-11-22"}, "kept", "22 23:59"),
        (24, "09:00", {"ended_time": "08:45"}, "kept", "24 08:45"),
        (24, "18:00", {"ended_on": "2026-11-24"}, "kept", "24 09:30"),
        (20, "", {"ended_on": "2026-11-20"}, "kept", "20 23:59"),
        (20, "", {"ended_on": "2026-11-21"}, "kept_late", "21 23:59"),
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


def test_it_shows_the_day_that_was_said_and_no_hour(client: Client, user: User) -> None:
    promise = due(user, 20)
    press(client, promise, "keep", ended_on="2026-11-20")
    assert promise.ended_on == dt.date(2026, 11, 20)
    text = html(client.get(promise.get_absolute_url()))
    assert "Kept, 20 November 2026." in text
    press(client, promise, "reopen")
    assert promise.ended_on is None
    press(client, promise, "keep", ended_on="2026-11-20", ended_time="08:00")
    assert promise.ended_on is None
    assert "20 November 2026, 08:00" in html(client.get(promise.get_absolute_url()))


def test_it_gives_back_what_was_typed_when_its_ending_is_undone(
    client: Client, user: User
) -> None:
    promise = due(user, 25)
    press(client, promise, "keep", said="message", outcome="with her assistant")
    press(client, promise, "reopen")
    page = client.get(promise.get_absolute_url())
    assert form_of(page, having="outcome")["outcome"] == "with her assistant"
    assert "with her assistant" not in html(client.get("/promises/"))
    press(client, promise, "keep", said="talked", outcome="with her assistant")
    assert promise.outcome == "we talked: with her assistant"
    press(client, promise, "reopen")
    press(client, promise, "keep")  # in the row, where nothing was typed
    assert promise.outcome == ""


# What is late --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "time", "after", "state"),
    [
        ("call_back", "09:00", 10, "kept"),
        ("call_back", "09:00", 11, "kept_late"),
        ("take_their_call", "09:00", 0, "kept"),
        ("take_their_call", "09:00", 239, "kept"),
        ("take_their_call", "09:00", 241, "kept_late"),
        ("take_their_call", "22:00", 119, "kept"),
        ("take_their_call", "22:00", 121, "kept_late"),  # another day
        ("take_their_call", "23:58", 10, "kept"),
        ("call_back", "", 0, "kept"),
        ("call_back", "", 1, "kept_late"),
    ],
)
@pytest.mark.parametrize("owed_by", ["me", "them"])
def test_it_is_in_time_while_its_reminder_may_be_on_its_way(
    user: User, kind: str, time: str, after: int, state: str, owed_by: str
) -> None:
    promise = due(user, 20, time, kind=kind, owed_by=owed_by)
    promise.keep(now=promise.due_utc + dt.timedelta(minutes=after))
    assert promise.state == state


@pytest.mark.parametrize(
    ("owed_by", "moves", "kept", "state", "hours_late"),
    [
        # due on the 18th at noon; (moved on, to, asked by); kept on; how many hours late
        ("me", [], (18, 13), "kept_late", 1),
        ("me", [((18, 11), (20, 12), "")], (20, 11), "kept", 0),
        ("me", [((18, 13), (20, 12), "")], (20, 11), "kept_late", 47),
        ("me", [((18, 13), (20, 12), "me")], (20, 11), "kept_late", 47),
        ("me", [((18, 13), (20, 12), "them")], (20, 11), "kept", 0),
        ("me", [((18, 13), (20, 12), "them")], (20, 13), "kept_late", 1),
        (
            "me",
            [((18, 13), (19, 12), "me"), ((19, 11), (20, 12), "them")],
            (20, 11),
            "kept_late",
            47,
        ),
        ("me", [((18, 11), (19, 12), "me"), ((19, 13), (20, 12), "")], (20, 11), "kept_late", 23),
        (
            "me",
            [((18, 13), (19, 12), "them"), ((19, 13), (20, 12), "me")],
            (20, 11),
            "kept_late",
            23,
        ),
        # It was kept before, and is noted only after its move.
        ("me", [((18, 13), (20, 12), "me")], (18, 11), "kept", 0),
        ("them", [((18, 13), (20, 12), "")], (20, 11), "kept_late", 47),
        ("them", [((18, 13), (20, 12), "them")], (20, 11), "kept_late", 47),
        ("them", [((18, 13), (20, 12), "me")], (20, 11), "kept", 0),
        # Within what its reminder may take, nothing was missed.
        ("me", [((18, 12), (20, 12), "me")], (20, 11), "kept", 0),
    ],
)
def test_it_is_judged_by_what_was_missed_before_a_move(
    user: User,
    owed_by: str,
    moves: list[tuple[tuple[int, int], tuple[int, int], str]],
    kept: tuple[int, int],
    state: str,
    hours_late: int,
) -> None:
    promise = due(user, 18, "12:00", owed_by=owed_by)
    for (day, hour), (to_day, to_hour), asked_by in moves:
        with time_machine.travel(dt.datetime(2026, 11, day, hour, tzinfo=dt.UTC), tick=False):
            promise.snooze(
                due_on=dt.date(2026, 11, to_day),
                due_time=dt.time(to_hour),
                time_zone="Europe/London",
                asked_by=asked_by,
            )
    promise.keep(now=dt.datetime(2026, 11, kept[0], kept[1], tzinfo=dt.UTC))
    assert promise.state == state
    both = record.both_words(Promise.objects.of(user))
    (ending,) = both[owed_by == "them"].endings
    assert (ending.late_by or dt.timedelta()) == dt.timedelta(hours=hours_late)


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
    User.objects.filter(pk=user.pk).update(time_zone="Asia/Tokyo")
    text = html(client.get(promise.get_absolute_url()))
    assert "they asked: from 25 November 2026 21:00 to 26 November 2026<" in text
    assert "you asked: from 26 November 2026 to 27 November 2026 18:00" in text
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
