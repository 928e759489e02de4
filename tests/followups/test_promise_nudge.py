"""What they owe and say nothing of becomes a promise of mine to ask after it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Preferences, User
from followups import nudges
from followups.models import Promise
from followups.models.promise import NotYet, Refused
from tests.factories import (
    CallFactory,
    FirmFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
)
from tests.pages import HTMX, html, is_fragment

# A Friday, 09:30 in London.
NOW = dt.datetime(2026, 11, 27, 9, 30, tzinfo=dt.UTC)
MADE = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _on_friday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def theirs(user: User) -> Promise:
    """The brief, which they were to send by yesterday."""
    call = CallFactory(owner=user, occurred_at=MADE)
    PhoneFactory(owner=user, recruiter=call.recruiter, number="+442079460018")
    return PromiseFactory(
        owner=user,
        owed_by="them",
        kind="send_information",
        what="the brief",
        recruiter=call.recruiter,
        firm=FirmFactory(owner=user),
        call=call,
        due_on=dt.date(2026, 11, 26),
        created_at=MADE,
    )


def press(client: Client, promise: Promise, verb: str = "nudge", **headers: str) -> Any:
    return client.post(f"/promises/{promise.pk}/{verb}/", headers=headers)


def nudge_of(promise: Promise) -> Promise:
    nudge: Promise = Promise.objects.of(promise.owner).get(follows=promise)
    return nudge


def test_it_makes_a_promise_of_mine_for_the_next_working_day(
    client: Client, user: User, theirs: Promise
) -> None:
    assert "Nudge them" in html(client.get("/promises/"))
    response = press(client, theirs)
    assert response.headers["Location"] == theirs.get_absolute_url()
    nudge = nudge_of(theirs)
    assert (nudge.owed_by, nudge.kind, nudge.what) == ("me", "call_back", "Ask after: The brief")
    assert (nudge.due_on, nudge.due_time) == (dt.date(2026, 11, 30), None)
    assert nudge.phone == "+442079460018"
    for name in ("recruiter", "firm", "call", "owner", "time_zone"):
        assert getattr(nudge, name) == getattr(theirs, name), name
    assert nudge.reminders.exists()
    text = html(client.get("/promises/"))
    assert "you ask after it Mon" in text
    assert "Nudge them" not in text
    assert nudge.get_absolute_url() in html(client.get(theirs.get_absolute_url()))
    assert theirs.get_absolute_url() in html(client.get(nudge.get_absolute_url()))


def test_it_gives_htmx_both_rows_and_a_way_back(client: Client, theirs: Promise) -> None:
    response = press(client, theirs, **HTMX)
    text = html(response)
    assert is_fragment(response)
    nudge = nudge_of(theirs)
    assert text.index(f'id="promise-{theirs.pk}"') < text.index(f'id="promise-{nudge.pk}"')
    assert f'action="/promises/{theirs.pk}/nudge/undo/"' in text
    back = press(client, theirs, "nudge/undo", **HTMX)
    assert f'<li id="promise-{nudge.pk}" data-hx-swap-oob="delete">' in html(back)
    assert not Promise.objects.of(theirs.owner).filter(follows=theirs).exists()
    assert press(client, theirs, "nudge/undo", **HTMX).status_code == 200  # twice is once


def test_it_is_one_however_often_it_is_pressed(client: Client, theirs: Promise) -> None:
    press(client, theirs)
    press(client, theirs, **HTMX)
    assert nudge_of(theirs)


def test_it_knows_the_working_days_and_the_zone_of_its_user(user: User, theirs: Promise) -> None:
    Preferences.objects.of(user).update(working_days=[2])
    assert nudges.ask_after(theirs).due_on == dt.date(2026, 12, 2)


def test_it_is_tomorrow_for_who_has_no_working_days(user: User, theirs: Promise) -> None:
    Preferences.objects.of(user).update(working_days=[])
    assert nudges.ask_after(theirs).due_on == dt.date(2026, 11, 28)


@pytest.mark.parametrize("what", ["", "x" * 200])
def test_it_says_what_is_asked_after_in_its_length(theirs: Promise, what: str) -> None:
    theirs.what = what
    theirs.save()
    said = nudges.ask_after(theirs).what
    assert said == f"Ask after: {('X' + what[1:]) if what else 'send information'}"[:200]


@pytest.mark.parametrize(
    ("values", "error"),
    [({"owed_by": "me"}, Refused), ({"due_on": dt.date(2026, 11, 28)}, NotYet)],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_refuses_what_is_mine_or_not_due(
    client: Client,
    theirs: Promise,
    values: dict[str, Any],
    error: type[Exception],
    headers: dict[str, str],
) -> None:
    for name, value in values.items():
        setattr(theirs, name, value)
    theirs.save()
    assert press(client, theirs, **headers).status_code == 422
    with pytest.raises(error):
        nudges.ask_after(theirs)
    assert not theirs.nudges.exists()


def test_it_is_due_on_the_day_itself(client: Client, theirs: Promise) -> None:
    theirs.due_on, theirs.due_time = dt.date(2026, 11, 27), dt.time(18)
    theirs.save()
    press(client, theirs)
    assert nudge_of(theirs)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_shows_one_that_ended_meanwhile_as_it_is(
    client: Client, theirs: Promise, headers: dict[str, str]
) -> None:
    theirs.keep()
    response = press(client, theirs, **headers)
    assert response.status_code == (200 if headers else 302)
    assert not theirs.nudges.exists()


@pytest.mark.parametrize(
    ("verb", "because"),
    [
        ("keep", "They did it meanwhile."),
        ("release", "You no longer want it."),
        ("mark_broken", "They did not do it."),
    ],
)
def test_it_ends_with_theirs_and_comes_back_with_it(
    theirs: Promise, verb: str, because: str
) -> None:
    nudge = nudges.ask_after(theirs)
    getattr(theirs, verb)()
    nudge.refresh_from_db()
    assert (nudge.state, nudge.outcome) == ("released", because)
    assert nudge.ending_words == "no longer needed"
    assert not nudge.reminders.filter(cancelled_at=None).exists()
    theirs.reopen()
    nudge.refresh_from_db()
    assert nudge.is_open
    assert nudge.reminders.filter(cancelled_at=None).exists()


def test_it_stays_ended_where_it_had_ended_by_itself(theirs: Promise) -> None:
    nudge = nudges.ask_after(theirs)
    nudge.keep("left a message")
    theirs.keep()
    theirs.reopen()
    nudge.refresh_from_db()
    assert (nudge.state, nudge.outcome) == ("kept", "left a message")


def test_it_may_be_asked_after_again_and_the_first_does_not_come_back_beside_it(
    client: Client, theirs: Promise
) -> None:
    first = nudges.ask_after(theirs)
    first.keep("left a message")
    second = nudges.ask_after(theirs)
    assert second.pk != first.pk
    assert press(client, first, "reopen").status_code == 422
    first.refresh_from_db()
    assert not first.is_open


def test_it_is_one_in_the_database_too(theirs: Promise) -> None:
    nudge = nudges.ask_after(theirs)
    nudge.pk, nudge.trash_group = None, uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.across_owners.bulk_create([nudge])


def test_it_says_since_when_they_are_silent(client: Client, user: User, theirs: Promise) -> None:
    assert "No word from them since 20 November" in html(client.get("/promises/"))
    CallFactory(owner=user, recruiter=theirs.recruiter, occurred_at=MADE + dt.timedelta(days=2))
    assert "No word from them" not in html(client.get("/promises/"))


def test_it_calls_nobody_silent_before_three_days_are_over(
    client: Client, theirs: Promise
) -> None:
    Promise.objects.of(theirs.owner).update(recruiter=RecruiterFactory(owner=theirs.owner))
    for days, is_silent in ((0, False), (2, False), (3, True)):
        Promise.objects.of(theirs.owner).update(created_at=NOW - dt.timedelta(days=days))
        assert ("No word from them" in html(client.get("/promises/"))) is is_silent, days


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_does_not_come_back_alone_once_theirs_is_settled(
    client: Client, theirs: Promise, headers: dict[str, str]
) -> None:
    nudge = nudges.ask_after(theirs)
    theirs.keep()
    response = press(client, nudge, "reopen", **headers)
    assert response.status_code == 422
    assert "there is nothing to ask after" in html(response)
    nudge.refresh_from_db()
    assert nudge.state == "released"
    theirs.refresh_from_db()
    theirs.reopen()
    nudge.refresh_from_db()
    assert (nudge.is_open, nudge.outcome) == (True, "")
