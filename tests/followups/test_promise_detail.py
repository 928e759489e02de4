"""One promise with its history and its reminders."""

from __future__ import annotations

import datetime as dt

from django.test import Client

from accounts.models import User
from tests.addresses import check_refusals
from tests.factories import CallFactory, FirmFactory, PromiseFactory
from tests.pages import form_of, html


def test_it_shows_everything_about_the_promise(client: Client, user: User) -> None:
    call = CallFactory(owner=user, notes="Spoke of the interim role")
    promise = PromiseFactory(
        owner=user,
        what="two names",
        recruiter=call.recruiter,
        firm=FirmFactory(owner=user, name="Northgate"),
        call=call,
        due_on=dt.date(2027, 7, 1),
        due_time=dt.time(18),
        phone="+442079460018",
    )
    promise.snooze(due_on=dt.date(2027, 7, 2), due_time=dt.time(18), time_zone="Europe/London")
    text = html(client.get(promise.get_absolute_url()))
    for words in (
        "Two names",
        "Northgate",
        "Friday 2 July 2027, 18:00",
        'href="tel:+442079460018"',
        "Spoke of the interim role",
        "from 1 July 2027 18:00",
        "to 2 July 2027 18:00",
        "at its moment",
    ):
        assert words in text, words


def test_it_tells_its_moment_on_the_clock_where_the_user_is(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user, due_on=dt.date(2027, 7, 1), due_time=dt.time(18))
    User.objects.filter(pk=user.pk).update(time_zone="America/New_York")
    assert "1 July 2027, 13:00" in html(client.get(promise.get_absolute_url()))


def test_it_shows_how_it_ended_and_offers_no_move(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    promise.keep("Nobody <came> to mind")
    text = html(client.get(promise.get_absolute_url()))
    assert "Nobody &lt;came&gt; to mind" in text
    assert f'action="/promises/{promise.pk}/snooze/"' not in text


def test_it_has_a_form_to_move_it(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    assert "due_time" in form_of(client.get(promise.get_absolute_url()), having="due_on")


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("followups:promise_detail", client=client, anonymous=anonymous, other=other)


def test_it_says_that_its_reminders_ended_with_it(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    assert "Cancelled" not in html(client.get(promise.get_absolute_url()))
    promise.keep()
    text = html(client.get(promise.get_absolute_url()))
    assert f'Cancelled when it ended: <a href="/reminders/?promise={promise.pk}">' in text
    late = PromiseFactory(owner=user, due_on=dt.date(2020, 7, 1))
    late.keep()
    assert "None: its moments were over" in html(client.get(late.get_absolute_url()))
