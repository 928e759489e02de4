"""Who is there already, said while somebody new is typed; it never stands in the way."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from contacts.models import Recruiter
from tests import factories
from tests.addresses import check_refusals
from tests.pages import fill_in, html, is_fragment

KINDS = ["firm", "recruiter", "person", "employer"]
MADE: dict[str, Any] = {
    "firm": factories.FirmFactory,
    "recruiter": factories.RecruiterFactory,
    "person": factories.PersonFactory,
    "employer": factories.EmployerFactory,
}


def ask(client: Client, kind: str, **typed: str) -> str:
    response = client.post(reverse(f"contacts:{kind}_resembling"), typed)
    assert response.status_code == 200
    assert is_fragment(response)
    return html(response).strip()


@pytest.mark.parametrize("kind", KINDS)
def test_it_names_who_is_there_and_leads_to_them(client: Client, user: User, kind: str) -> None:
    row = MADE[kind](owner=user, name="Jörgensen Okonkwo")
    for typed in ("jorgensen okonkwo", "Jörgensen Okonkow", "Jorgensn Okonkwo"):
        assert row.get_absolute_url() in ask(client, kind, name=typed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("typed", ["", "J", "x\x00y", "Jane Smith", "Ökonomie " * 60])
def test_it_says_nothing_of_others(client: Client, user: User, kind: str, typed: str) -> None:
    MADE[kind](owner=user, name="Jörgensen Okonkwo")
    assert ask(client, kind, name=typed) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_nothing_of_anothers_rows(
    client: Client, user: User, other: User, kind: str
) -> None:
    MADE[kind](owner=other, name="Jane Okonkwo").trash()
    MADE[kind](owner=other, name="Jane Okonkwo")
    assert ask(client, kind, name="Jane Okonkwo", phone="+44 20 7946 0001") == ""


@pytest.mark.parametrize("kind", KINDS)
def test_of_the_trash_it_says_that_one_of_this_very_name_lies_there(
    client: Client, user: User, kind: str
) -> None:
    row = MADE[kind](owner=user, name="Jane Okönkwo")
    row.trash()
    said = ask(client, kind, name="jane okonkwo", phone="+44 20 7946 0001")
    assert "One of this name lies in" in said
    assert reverse("desk:trash") in said
    assert row.get_absolute_url() not in said
    assert ask(client, kind, name="Jane Okonkw") == ""


def test_it_knows_a_number_in_any_writing(client: Client, user: User) -> None:
    row = factories.RecruiterFactory(owner=user, name="Jane Doe")
    factories.PhoneFactory(owner=user, recruiter=row, number="+442079460001")
    assert "Jane Doe" in ask(client, "recruiter", name="Somebody", phone="020 7946 0001")
    assert ask(client, "recruiter", phone="020 79") == ""
    firm = factories.FirmFactory(owner=user, switchboard="+442079460002")
    assert firm.name in ask(client, "firm", switchboard="+44 (0)20 7946 0002")


def test_it_knows_a_firm_by_its_name_without_the_legal_form(client: Client, user: User) -> None:
    factories.FirmFactory(owner=user, name="Brandt GmbH")
    assert "Brandt GmbH" in ask(client, "firm", name="Brandt & Partners")
    assert "Brandt GmbH" in ask(client, "firm", name="Brandt")


@pytest.mark.parametrize("kind", ["firm", "employer"])
def test_it_says_that_a_company_has_this_very_name(client: Client, user: User, kind: str) -> None:
    MADE[kind](owner=user, name="Brandt GmbH")
    assert "same name</span>" in ask(client, kind, name="brandt gmbh")
    assert "legal form" in ask(client, kind, name="Brandt")


def test_it_knows_an_employer_by_another_name(client: Client, user: User) -> None:
    factories.EmployerFactory(owner=user, name="Acme", other_names="Northwind\nWindco")
    assert "Acme" in ask(client, "employer", name="Northwind Ltd")


def test_a_slip_at_another_firm_is_somebody_else(client: Client, user: User) -> None:
    firm = factories.FirmFactory(owner=user, name="Acme")
    factories.RecruiterFactory(owner=user, name="Martin Brandt", firm=firm)
    assert ask(client, "recruiter", name="Martin Brands", firm_name="Brandt") == ""
    assert "Martin Brandt, Acme" in ask(
        client, "recruiter", name="Martin Brands", firm_name="acme"
    )


def test_nobody_who_is_anonymised_is_named(client: Client, user: User) -> None:
    factories.PersonFactory(owner=user, name="Somebody", anonymised_at="2026-01-01T00:00Z")
    assert ask(client, "person", name="Somebody") == ""


@pytest.mark.parametrize("kind", KINDS)
def test_it_asks_as_often_whoever_is_there(client: Client, user: User, kind: str) -> None:
    counts = []
    for number in range(2):
        for at in range(5 + 20 * number):
            MADE[kind](owner=user, name=f"Jane Okonkwo {number} {at}")
        with CaptureQueriesContext(connection) as captured:
            ask(client, kind, name="Jane Okonkwo", phone="+442079460001")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 5


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_for_somebody_new_asks(client: Client, user: User, kind: str) -> None:
    address = reverse(f"contacts:{kind}_resembling")
    new, known = f"contacts:{kind}_new", reverse(f"contacts:{kind}_edit", args=[1])
    row = MADE[kind](owner=user)
    known = reverse(f"contacts:{kind}_edit", args=[row.pk])
    page = html(client.get(reverse(new)))
    assert f'data-hx-post="{address}"' in page
    assert 'id="resembling"' in page
    assert address not in html(client.get(known))


def test_a_namesake_is_saved_all_the_same(client: Client, user: User) -> None:
    factories.RecruiterFactory(owner=user, name="Jane Doe")
    path = reverse("contacts:recruiter_new")
    data = fill_in(client, path, having="name") | {"name": "Jane Doe"}
    assert client.post(path, data).status_code == 302
    assert Recruiter.objects.of(user).count() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_it_refuses(client: Client, anonymous: Client, other: User, kind: str) -> None:
    check_refusals(f"contacts:{kind}_resembling", client=client, anonymous=anonymous, other=other)
