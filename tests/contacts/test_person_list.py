"""Everybody of one's own network."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from tests.addresses import check_refusals
from tests.factories import PersonFactory
from tests.pages import html

LIST = "/people/"


def test_it_orders_by_name_whatever_the_accents(client: Client, user: User) -> None:
    for name in ("Zeta", "Émile", "alpha"):
        PersonFactory(owner=user, name=name)
    shown = [person.name for person in client.get(LIST).context["page"]]
    assert shown == ["alpha", "Émile", "Zeta"]


@pytest.mark.parametrize("query", ["?page=abc", "?page=-1", "?page=99"])
def test_it_shows_something_for_any_query(client: Client, user: User, query: str) -> None:
    PersonFactory(owner=user, name="Pat Doe")
    assert "Pat Doe" in html(client.get(LIST + query))


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("contacts:person_list", client=client, anonymous=anonymous, other=other)
