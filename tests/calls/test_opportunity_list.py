"""Every opportunity that was spoken of."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from tests.addresses import check_refusals
from tests.factories import EmployerFactory, FirmFactory, OpportunityFactory
from tests.pages import html

LIST = "/opportunities/"


def test_it_shows_them_newest_first_with_what_may_be_said_of_the_client(
    client: Client, user: User
) -> None:
    acme = EmployerFactory(owner=user, name="Acme")
    first = OpportunityFactory(owner=user, title="CFO", firm=FirmFactory(owner=user, name="North"))
    told = {"client": acme, "client_disclosure": "in_confidence"}
    second = OpportunityFactory(owner=user, title="COO", **told)
    response = client.get(LIST)
    assert list(response.context["page"]) == [second, first]
    for words in ("CFO", "North", "COO", "Acme"):
        assert words in html(response)


@pytest.mark.parametrize("query", ["?page=abc", "?page=-1", "?page=99"])
def test_it_shows_something_for_any_query(client: Client, user: User, query: str) -> None:
    OpportunityFactory(owner=user, title="Interim CFO")
    assert "Interim CFO" in html(client.get(LIST + query))


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("calls:opportunity_list", client=client, anonymous=anonymous, other=other)


def test_it_shows_what_is_open_declined_or_closed(client: Client, user: User) -> None:
    day = dt.date(2026, 5, 1)
    running = OpportunityFactory(owner=user)
    declined = OpportunityFactory(owner=user, declined_on=day)
    closed = OpportunityFactory(owner=user, stage="closed")
    for show, expected in (
        ("", [running]),
        ("?show=declined", [declined]),
        ("?show=closed", [closed]),
        ("?show=all", [closed, declined, running]),
        ("?show=nonsense", [running]),
    ):
        assert list(client.get(LIST + show).context["page"]) == expected


def test_it_shows_those_of_one_firm_and_keeps_that_in_its_links(
    client: Client, user: User, other: User
) -> None:
    north, south = (FirmFactory(owner=user, name=name) for name in ("North", "South"))
    OpportunityFactory(owner=user, title="CFO", firm=north)
    OpportunityFactory(owner=user, title="COO", firm=south)
    response = client.get(f"{LIST}?firm={north.pk}&sort=title")
    assert [str(one.title) for one in response.context["page"]] == ["CFO"]
    assert f"?show=declined&amp;sort=title&amp;firm={north.pk}" in html(response)
    theirs = FirmFactory(owner=other, name="Xyzzyq")
    for firm in (theirs.pk, "abc", "9" * 400):
        assert len(client.get(f"{LIST}?firm={firm}").context["page"]) == 2


@pytest.mark.parametrize(("sort", "titles"), [("title", ["A", "B"]), ("firm", ["B", "A"])])
def test_it_is_sorted_by_the_address(
    client: Client, user: User, sort: str, titles: list[str]
) -> None:
    OpportunityFactory(owner=user, title="B", firm=FirmFactory(owner=user, name="First"))
    OpportunityFactory(owner=user, title="A", firm=FirmFactory(owner=user, name="Second"))
    page = client.get(f"{LIST}?sort={sort}").context["page"]
    assert [one.title for one in page] == titles


def test_it_teaches_what_to_do_where_there_is_none(client: Client) -> None:
    assert "No positions yet" in html(client.get(LIST))
    assert "None of these" in html(client.get(f"{LIST}?show=declined"))
