"""Every opportunity that was spoken of."""

from __future__ import annotations

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
