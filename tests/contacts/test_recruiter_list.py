"""Every recruiter, by name or by when one last spoke."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.pages import PER_PAGE
from contacts.models import Recruiter
from tests.addresses import check_refusals
from tests.factories import CallFactory, RecruiterFactory
from tests.pages import html

LIST = "/recruiters/"


def names(client: Client, **query: str) -> list[str]:
    return [row.name for row in client.get(LIST, query).context["page"]]


def test_it_orders_by_name_whatever_the_accents(client: Client, user: User) -> None:
    for name in ("Zeta", "Épsilon", "alpha", "Émile"):
        RecruiterFactory(owner=user, name=name)
    assert names(client) == ["alpha", "Émile", "Épsilon", "Zeta"]


def test_it_orders_by_the_last_call(client: Client, user: User) -> None:
    for days, name in ((3, "Older"), (1, "Newer")):
        row = RecruiterFactory(owner=user, name=name)
        when = timezone.now() - dt.timedelta(days=days)
        CallFactory(owner=user, recruiter=row, occurred_at=when)
    RecruiterFactory(owner=user, name="Never")
    assert names(client, sort="last") == ["Newer", "Older", "Never"]


def test_it_counts_calls_that_are_not_in_the_trash(client: Client, user: User) -> None:
    row, when = RecruiterFactory(owner=user), timezone.now()
    for _ in range(2):
        CallFactory(owner=user, recruiter=row, occurred_at=when)
    CallFactory(owner=user, recruiter=row, occurred_at=when + dt.timedelta(days=1)).trash()
    shown = client.get(LIST).context["page"][0]
    assert (shown.call_count, shown.last_call_at) == (2, when)
    assert "2 talks" in html(client.get(LIST)) or "2 calls" in html(client.get(LIST))


@pytest.mark.parametrize("query", ["?page=abc", "?page=-1", "?page=99", "?sort=x", "?page=\x00"])
def test_it_shows_something_for_any_query(client: Client, user: User, query: str) -> None:
    RecruiterFactory(owner=user, name="Northgate")
    assert "Northgate" in html(client.get(LIST + query))


def test_it_shows_a_page_at_a_time(client: Client, user: User) -> None:
    Recruiter.across_owners.bulk_create(
        Recruiter(owner=user, name=f"{n:03}", folded_name=f"{n:03}") for n in range(PER_PAGE + 1)
    )
    assert len(names(client)) == PER_PAGE
    assert names(client, page="2") == [f"{PER_PAGE:03}"]
    assert "sort=last&amp;page=2" in html(client.get(LIST, {"sort": "last"}))


def test_it_shows_the_way_in_when_it_is_empty(client: Client) -> None:
    assert client.get(LIST).status_code == 200


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("contacts:recruiter_list", client=client, anonymous=anonymous, other=other)
