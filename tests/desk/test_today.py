"""How things stand today."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from desk import today
from followups.models import Promise
from tests.addresses import check_refusals
from tests.factories import CallFactory, FirmFactory, PromiseFactory
from tests.pages import html

# A Tuesday; 09:30 in London, 10:30 in Berlin.
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _at_half_past_nine() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def due(user: User, day: str, time: str = "", **values: Any) -> Promise:
    at = dt.time.fromisoformat(time) if time else None
    return PromiseFactory(owner=user, due_on=dt.date.fromisoformat(day), due_time=at, **values)


def page(user: User, now: dt.datetime = NOW) -> today.Today:
    return today.gather(user, now)


def test_it_sorts_what_is_owed_by_when(user: User) -> None:
    late = due(user, "2026-11-20")
    earlier = due(user, "2026-11-24", "09:00")
    noon = due(user, "2026-11-24", "12:00")
    any_time = due(user, "2026-11-24")
    tomorrow = due(user, "2026-11-25", "08:00")
    last_day = due(user, "2026-12-01")
    due(user, "2026-12-03")
    theirs = due(user, "2026-11-23", owed_by="them")
    due(user, "2026-12-24", owed_by="them")
    day = page(user)
    assert day.late == [late, earlier]
    assert day.today == [noon, any_time]
    assert day.week == [tomorrow, last_day]
    assert day.theirs == [theirs]
    assert not day.is_empty


def test_it_ends_the_day_at_the_users_midnight(user: User) -> None:
    late_evening = due(user, "2026-11-24", "23:59")
    midnight = due(user, "2026-11-25", "00:00")
    day = page(user)
    assert day.today == [late_evening]
    assert day.week == [midnight]


def test_it_counts_days_in_the_users_zone(user: User) -> None:
    user.time_zone = "Pacific/Auckland"  # 22:30 there
    evening = due(user, "2026-11-24", "23:00", time_zone="Pacific/Auckland")
    tomorrow = due(user, "2026-11-25", "09:00", time_zone="Pacific/Auckland")
    day = page(user)
    assert (day.today, day.week) == ([evening], [tomorrow])
    assert day.title == "Tuesday 24 November"


def test_it_takes_a_day_without_a_time_for_late_only_when_it_is_over(user: User) -> None:
    promise = due(user, "2026-11-24")
    assert page(user, dt.datetime(2026, 11, 24, 23, 59, tzinfo=dt.UTC)).today == [promise]
    assert page(user, dt.datetime(2026, 11, 25, 0, 1, tzinfo=dt.UTC)).late == [promise]


def test_it_counts_seven_days_across_a_clock_change(user: User) -> None:
    """The clocks went back on 25 October, so that week had an hour more."""
    last_day = due(user, "2026-10-30")
    due(user, "2026-10-31", "00:00")
    assert page(user, dt.datetime(2026, 10, 23, 9, 30, tzinfo=dt.UTC)).week == [last_day]


def test_it_leaves_out_what_has_ended_or_is_in_the_trash(user: User) -> None:
    due(user, "2026-11-24").keep()
    due(user, "2026-11-20").release()
    due(user, "2026-11-20").trash()
    day = page(user)
    assert [day.late, day.today, day.week, day.theirs] == [[], [], [], []]


@pytest.mark.parametrize(
    ("promises", "sentence"),
    [
        ([], "Nothing is due today. Nobody is waiting for you."),
        (
            [("2026-11-24", "15:00")],
            "One promise today. Nobody is waiting for you before 15:00.",
        ),
        ([("2026-11-24", ""), ("2026-11-24", "")], "Two promises today."),
        ([("2026-11-20", "")], "One is late."),
        (
            [("2026-11-24", "15:00"), ("2026-11-24", ""), ("2026-11-20", "")],
            "Two promises today, one is late.",
        ),
        ([("2026-11-24", "")] * 7, "7 promises today."),
        ([("2026-11-30", "")], "Nothing is due today. Nobody is waiting for you."),
    ],
)
def test_it_says_how_things_stand_in_a_sentence(
    user: User, promises: list[tuple[str, str]], sentence: str
) -> None:
    for day, time in promises:
        due(user, day, time)
    assert page(user).summary == sentence


def test_it_counts_all_that_is_late_however_many(user: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(today, "MOST_ROWS", 2)
    for _ in range(3):
        due(user, "2026-11-20")
    day = page(user)
    assert (len(day.late), day.late_count) == (2, 3)
    assert "Three are late" in day.summary


def test_it_tells_how_i_keep_my_word(user: User) -> None:
    for state in ("kept", "kept", "kept_late", "broken", "released", "no_show"):
        party = "them" if state == "no_show" else "me"
        due(user, "2026-11-01", state=state, ended_at=NOW, owed_by=party)
    due(user, "2026-11-01", state="broken", ended_at=NOW, owed_by="them")
    record = page(user).record
    assert (record.kept, record.of) == (3, 4)
    assert record.sentence == "one late, one broken."


def test_it_says_so_when_every_word_was_kept(user: User) -> None:
    due(user, "2026-11-24").keep()
    assert page(user).record.sentence == "all of them in time."


def test_it_shows_the_page(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate")
    promise = due(user, "2026-11-24", "15:00", what="two names", firm=firm, phone="+442079460018")
    CallFactory(owner=user, recruiter__name="Grace Okonkwo", occurred_at=NOW)
    response = client.get("/")
    text = html(response)
    assert "Tuesday 24 November" in text
    assert "One promise today. Nobody is waiting for you before 15:00." in text
    assert f'id="promise-{promise.pk}"' in text
    assert "Two names" in text
    assert 'href="tel:+442079460018"' in text
    assert "Grace Okonkwo" in text


def test_it_shows_the_way_to_the_first_call(client: Client) -> None:
    assert "Log the first call" in html(client.get("/"))


def test_it_escapes_what_was_typed(client: Client, user: User) -> None:
    due(user, "2026-11-24", what="<script>alert(1)</script>")
    assert "<script>alert" not in html(client.get("/"))


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:today", client=client, anonymous=anonymous, other=other)
