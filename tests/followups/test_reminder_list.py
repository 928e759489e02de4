"""What waits, what went, and what needs a look."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from followups.models import Mail, Reminder
from tests.addresses import check_refusals
from tests.factories import MailFactory, PromiseFactory
from tests.pages import html

LIST = "/reminders/"


def sent(user: User, what: str, **values: Any) -> Mail:
    """A mail with one reminder of a promise, as the engine would leave it."""
    promise = PromiseFactory(owner=user, what=what)
    mail = MailFactory(owner=user, kind="reminder", **values)
    first = promise.reminders.order_by("due_utc")[0]
    Reminder.objects.of(user).filter(pk=first.pk).update(mail=mail)
    return mail


def test_it_shows_what_waits_soonest_first(client: Client, user: User) -> None:
    PromiseFactory(owner=user, what="two names")
    PromiseFactory(owner=user, what="let go").release()
    rows = list(client.get(LIST).context["page"])
    assert {row.promise.what for row in rows} == {"two names"}
    assert [row.due_utc for row in rows] == sorted(row.due_utc for row in rows)


def test_it_shows_what_went(client: Client, user: User) -> None:
    sent(user, "two names", state="sent", sent_at=timezone.now())
    sent(user, "not yet", state="scheduled")
    response = client.get(LIST, {"show": "gone"})
    assert [row.promise.what for row in response.context["page"]] == ["two names"]
    assert "Two names" in html(response)


@pytest.mark.parametrize("state", ["failed", "held"])
def test_it_shows_what_needs_a_look_above(client: Client, user: User, state: str) -> None:
    mail = sent(user, "two names", state=state, answer="550 no such mailbox")
    settled = sent(user, "seen", state=state, settled_at=timezone.now())
    response = client.get(LIST)
    assert response.context["troubled"] == [mail]
    assert mail.get_absolute_url() in html(response)
    assert settled.get_absolute_url() not in html(response)


def test_it_shows_what_was_kept_here(client: Client, user: User) -> None:
    mail = sent(user, "two names", state="kept", sent_at=timezone.now(), subject="Reminder: 18:00")
    response = client.get(LIST)
    assert response.context["kept"] == [mail]
    assert "Reminder: 18:00" in html(response)


@pytest.mark.parametrize("query", ["?page=abc", "?page=-1", "?page=99", "?show=x", "?show=\x00"])
def test_it_shows_something_for_any_query(client: Client, user: User, query: str) -> None:
    PromiseFactory(owner=user, what="two names")
    assert "Two names" in html(client.get(LIST + query))


def test_it_tells_moments_on_the_clock_of_the_user(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(time_zone="Asia/Tokyo")
    PromiseFactory(
        owner=user, due_on=dt.date(2099, 7, 1), due_time=dt.time(18), time_zone="Europe/London"
    )
    assert "2 Jul 2099, 02:00" in html(client.get(LIST))


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("followups:reminder_list", client=client, anonymous=anonymous, other=other)
