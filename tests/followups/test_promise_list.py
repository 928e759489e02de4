"""Promises: open by urgency, ended newest first; mine, theirs or all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.addresses import check_refusals
from tests.factories import FirmFactory, PromiseFactory
from tests.pages import html

LIST = "/promises/"


@pytest.fixture
def promises(user: User) -> None:
    now = timezone.now()
    today = now.date()
    for what, days, values in (
        ("mine later", 5, {}),
        ("mine late", -5, {}),
        ("theirs soon", 2, {"owed_by": "them"}),
        ("mine kept", -9, {"state": "kept", "ended_at": now - dt.timedelta(days=2)}),
        ("mine broken", -9, {"state": "broken", "ended_at": now - dt.timedelta(days=1)}),
        (
            "theirs no-show",
            -9,
            {"owed_by": "them", "state": "no_show", "ended_at": now - dt.timedelta(days=3)},
        ),
    ):
        day = today + dt.timedelta(days=days)
        PromiseFactory(owner=user, what=what, due_on=day, **values)
    PromiseFactory(owner=user, what="in the trash").trash()


@pytest.mark.usefixtures("promises")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["mine late", "theirs soon", "mine later"]),
        ({"whose": "mine"}, ["mine late", "mine later"]),
        ({"whose": "theirs"}, ["theirs soon"]),
        ({"show": "ended"}, ["mine broken", "mine kept", "theirs no-show"]),
        ({"show": "ended", "whose": "theirs"}, ["theirs no-show"]),
        ({"show": "nonsense", "whose": "\x00"}, ["mine late", "theirs soon", "mine later"]),
        ({"page": "abc"}, ["mine late", "theirs soon", "mine later"]),
    ],
)
def test_it_shows(client: Client, query: dict[str, str], expected: list[str]) -> None:
    response = client.get(LIST, query)
    assert [promise.what for promise in response.context["page"]] == expected


def test_it_shows_all_that_one_needs_to_act(client: Client, user: User) -> None:
    promise = PromiseFactory(
        owner=user,
        what="two names",
        recruiter__name="Grace Okonkwo",
        firm=FirmFactory(owner=user, name="Northgate"),
        phone="+442079460018",
    )
    text = html(client.get(LIST))
    for words in ("Two names", "Grace Okonkwo", "Northgate", 'href="tel:+442079460018"'):
        assert words in text, words
    for verb in ("keep", "snooze", "release", "break"):
        assert f'action="/promises/{promise.pk}/{verb}/"' in text, verb


def test_it_offers_to_undo_what_has_ended(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    promise.keep()
    text = html(client.get(LIST, {"show": "ended"}))
    assert f'action="/promises/{promise.pk}/reopen/"' in text
    assert f'action="/promises/{promise.pk}/keep/"' not in text


def test_it_shows_the_way_in_when_it_is_empty(client: Client) -> None:
    assert client.get(LIST).status_code == 200


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("followups:promise_list", client=client, anonymous=anonymous, other=other)


def test_it_offers_plain_kept_of_a_call_on_a_narrow_screen_too(client: Client, user: User) -> None:
    PromiseFactory(owner=user, phone="+442079460018")
    text = html(client.get(LIST))
    menu = text[text.index('class="menu__panel"') :]
    assert ">Kept</button>" in menu
