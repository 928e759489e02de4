"""Moving a promise: by a shortcut, or to a day and a time."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from followups.models import Promise, Reminder
from followups.shortcuts import shortcut
from tests.addresses import check_refusals
from tests.factories import PromiseFactory
from tests.pages import HTMX, errors_of, form_of, html, is_fragment

# 09:30 in London
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _at_half_past_nine() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def promise(user: User) -> Promise:
    return PromiseFactory(owner=user, due_on=dt.date(2026, 11, 24), due_time=dt.time(15))


def press(client: Client, promise: Promise, **data: Any) -> Any:
    headers = data.pop("headers", {})
    return client.post(f"/promises/{promise.pk}/snooze/", data, headers=headers)


def moment(promise: Promise) -> str:
    promise.refresh_from_db()
    return (
        f"{promise.due_on} {promise.due_time:%H:%M}" if promise.due_time else f"{promise.due_on}"
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"until": "hour"}, "2026-11-24 16:00"),
        ({"until": "tomorrow"}, "2026-11-25 15:00"),
        ({"until": "week"}, "2026-12-01 15:00"),
        ({"due_on": "2026-12-24"}, "2026-12-24"),
        ({"due_on": "2026-12-24", "due_time": "08:15"}, "2026-12-24 08:15"),
        ({"due_on": "2026-11-24"}, "2026-11-24"),
    ],
)
def test_it_moves(client: Client, promise: Promise, data: dict[str, str], expected: str) -> None:
    response = press(client, promise, **data)
    assert response.headers["Location"] == promise.get_absolute_url()
    assert moment(promise) == expected
    before = promise.reschedules.get()
    assert (before.due_on, before.due_time) == (dt.date(2026, 11, 24), dt.time(15))
    live = Reminder.objects.of(promise.owner).filter(promise=promise, cancelled_at=None)
    assert {row.revision for row in live} == {promise.revision}


def test_it_keeps_a_day_a_day(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user, due_on=dt.date(2026, 11, 24))
    press(client, promise, until="tomorrow")
    assert moment(promise) == "2026-11-25"


@pytest.mark.parametrize(
    ("day", "time", "until", "expected"),
    [
        # late: from now
        (24, "09:00", "hour", "2026-11-24 10:30"),
        (24, "09:00", "tomorrow", "2026-11-25 09:00"),
        (20, "15:00", "tomorrow", "2026-11-25 15:00"),
        (20, "15:00", "week", "2026-12-01 15:00"),
        (20, "", "hour", "2026-11-24 10:30"),
        (20, "", "week", "2026-12-01"),
        # still ahead: from its own moment, and a day stays a day
        (25, "15:00", "hour", "2026-11-25 16:00"),
        (25, "23:30", "hour", "2026-11-26 00:30"),
        (25, "15:00", "tomorrow", "2026-11-26 15:00"),
        (25, "15:00", "week", "2026-12-02 15:00"),
        (24, "", "hour", "2026-11-25"),
        (24, "", "tomorrow", "2026-11-25"),
        (26, "", "hour", "2026-11-27"),
        (26, "", "tomorrow", "2026-11-27"),
        (26, "", "week", "2026-12-03"),
    ],
)
def test_it_is_never_pulled_forward_by_a_shortcut(
    client: Client, user: User, day: int, time: str, until: str, expected: str
) -> None:
    at = dt.time.fromisoformat(time) if time else None
    promise = PromiseFactory(owner=user, due_on=dt.date(2026, 11, day), due_time=at)
    press(client, promise, until=until)
    assert moment(promise) == expected


@given(
    on=st.dates(dt.date(2026, 11, 20), dt.date(2026, 11, 28)),
    at=st.none() | st.times(),
    zone=st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London", "UTC"]),
    here=st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York"]),
    until=st.sampled_from(["hour", "tomorrow", "week"]),
)
def test_it_is_later_wherever_one_is(
    on: dt.date, at: dt.time | None, zone: str, here: str, until: str
) -> None:
    at = at and at.replace(second=0, microsecond=0)
    promise = Promise(due_on=on, due_time=at, time_zone=zone)
    now = NOW.astimezone(zoneinfo.ZoneInfo(here))
    to_on, to_time = shortcut(until, promise, now)
    moved = Promise(due_on=to_on, due_time=to_time, time_zone=here)
    assert moved.derive_due_utc() > max(NOW, promise.derive_due_utc())


@pytest.mark.parametrize(
    ("day", "time", "labels"),
    [
        (24, "09:00", "In an hour 10:30, Tomorrow Wed 25 Nov, 09:00, In a week Tue 1 Dec, 09:00"),
        (
            24,
            "15:00",
            "An hour later 16:00, Tomorrow Wed 25 Nov, 15:00, In a week Tue 1 Dec, 15:00",
        ),
        (26, "", "A day later Fri 27 Nov, A week later Thu 3 Dec"),
        (24, "", "Tomorrow Wed 25 Nov, In a week Tue 1 Dec"),
    ],
)
def test_it_says_where_it_would_go(user: User, day: int, time: str, labels: str) -> None:
    at = dt.time.fromisoformat(time) if time else None
    promise = PromiseFactory(owner=user, due_on=dt.date(2026, 11, day), due_time=at)
    assert ", ".join(f"{one.label} {one.words}" for one in promise.later) == labels


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_moves_back(client: Client, promise: Promise, headers: dict[str, str]) -> None:
    address = f"/promises/{promise.pk}/snooze/undo/"
    row = html(press(client, promise, until="week", headers=HTMX))
    assert row.count(f'action="{address}"') == 2  # in the row, and in its menu
    text = html(client.get("/promises/"))
    assert text.count(f'action="{address}"') == 1
    response = client.post(address, headers=headers)
    assert response.status_code == (200 if headers else 302)
    assert moment(promise) == "2026-11-24 15:00"
    assert not promise.reschedules.exists()
    live = Reminder.objects.of(promise.owner).filter(promise=promise, cancelled_at=None)
    assert {row.revision for row in live} == {promise.revision}
    assert {row.due_utc for row in live if row.occasion == "due"} == {promise.due_utc}
    if headers:
        assert is_fragment(response)
        assert f'id="promise-{promise.pk}"' in html(response)
        assert address not in html(response)
    client.post(address)  # twice is once
    assert moment(promise) == "2026-11-24 15:00"


def test_it_moves_back_by_one_move_only(client: Client, promise: Promise) -> None:
    address = f"/promises/{promise.pk}/snooze/undo/"
    press(client, promise, until="tomorrow")
    press(client, promise, until="tomorrow")
    client.post(address)
    client.post(address)
    assert moment(promise) == "2026-11-25 15:00"
    assert promise.reschedules.count() == 1


def test_it_does_not_move_back_what_was_changed_since(client: Client, promise: Promise) -> None:
    press(client, promise, until="tomorrow")
    promise.refresh_from_db()
    promise.keep()
    client.post(f"/promises/{promise.pk}/snooze/undo/")
    promise.refresh_from_db()
    promise.reopen()
    assert "snooze/undo/" not in html(client.get("/promises/"))
    client.post(f"/promises/{promise.pk}/snooze/undo/")
    assert moment(promise) == "2026-11-25 15:00"


def test_it_gives_htmx_the_row_alone(client: Client, promise: Promise) -> None:
    response = press(client, promise, until="tomorrow", headers=HTMX)
    assert response.status_code == 200
    assert is_fragment(response)
    assert f'id="promise-{promise.pk}"' in html(response)


def test_it_counts_an_hour_on_the_clock_of_the_world(client: Client, user: User) -> None:
    """At 00:30 before the clocks go forward an hour later is 02:30."""
    promise = PromiseFactory(owner=user, due_on=dt.date(2027, 3, 27), due_time=dt.time(23))
    with time_machine.travel(dt.datetime(2027, 3, 28, 0, 30, tzinfo=dt.UTC), tick=False):
        client.force_login(user)  # by then the session has run out
        press(client, promise, until="hour")
    assert moment(promise) == "2027-03-28 02:30"


def test_it_moves_past_an_hour_that_comes_twice(client: Client, user: User) -> None:
    """At 01:40, the first time, “in an hour” is 01:40 again: the first of them is over by then."""
    promise = PromiseFactory(owner=user, due_on=dt.date(2026, 10, 24), due_time=dt.time(23))
    now = dt.datetime(2026, 10, 25, 0, 40, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        assert press(client, promise, until="hour").status_code == 302
    promise.refresh_from_db()
    assert now + dt.timedelta(hours=1) <= promise.due_utc <= now + dt.timedelta(hours=2)


def test_it_keeps_the_moment_of_the_day_when_the_user_has_moved(
    client: Client, promise: Promise
) -> None:
    """15:00 in London is 10:00 in New York; tomorrow it is so, too."""
    User.objects.filter(pk=promise.owner_id).update(time_zone="America/New_York")
    press(client, promise, until="tomorrow")
    promise.refresh_from_db()
    assert promise.due_utc == dt.datetime(2026, 11, 25, 15, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "due_on"),
        ({"until": "someday"}, "until"),
        ({"due_on": "soon"}, "due_on"),
        ({"due_on": "2026-11-23"}, "due_on"),
        ({"due_on": "2026-11-24", "due_time": "09:00"}, "due_on"),
        ({"due_on": "9999-12-31"}, "due_on"),
        ({"due_on": "0001-01-01", "due_time": "08:00"}, "due_on"),
        ({"due_on": "2026-12-24", "due_time": "25:00"}, "due_time"),
        ({"due_on": "2027-03-28", "due_time": "01:30"}, "due_time"),
        ({"due_on": "\x00"}, "due_on"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, promise: Promise, data: dict[str, str], field: str, headers: dict[str, str]
) -> None:
    response = press(client, promise, headers=headers, **data)
    assert response.status_code == 422
    assert list(errors_of(response, form="snooze_form")) == [field]
    # The whole page, with its form, takes the place of the row that was pressed.
    assert not is_fragment(response)
    if headers:
        assert response.headers["HX-Retarget"] == "body"
    again = form_of(response, having="due_on")
    assert again["due_time"] == data.get("due_time", "")
    assert moment(promise) == "2026-11-24 15:00"
    assert not promise.reschedules.exists()


def test_it_says_what_a_skipped_hour_would_be(client: Client, promise: Promise) -> None:
    response = press(client, promise, due_on="2027-03-28", due_time="01:30")
    assert "Did you mean 02:30?" in html(response)


def test_it_leaves_one_that_has_ended_as_it_is(client: Client, promise: Promise) -> None:
    promise.keep()
    assert press(client, promise, until="week").status_code == 302
    assert moment(promise) == "2026-11-24 15:00"
    assert promise.state == "kept"


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("followups:snooze", client=client, anonymous=anonymous, other=other)
