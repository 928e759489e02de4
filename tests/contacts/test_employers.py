"""Employers: their list, their form, and what joins two spellings."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.companies import Companies
from contacts.models import Employer
from tests.addresses import check_refusals
from tests.factories import EmployerFactory, EmploymentFactory
from tests.pages import errors_of, fill_in, form_of, html, send


def edit(employer: Employer) -> str:
    return f"/employers/{employer.pk}/edit/"


def test_it_lists_them_by_name_with_what_joins_them(client: Client, user: User) -> None:
    group = EmployerFactory(owner=user, name="Umbra Group")
    acme = EmployerFactory(
        owner=user, name="Acme", parent=group, other_names="Acme & Söhne\nRocket"
    )
    EmploymentFactory(owner=user, employer=acme)
    text = html(client.get("/employers/"))
    assert text.index("Acme") < text.index("Umbra Group</a>")
    for words in ("belongs to <b>Umbra Group</b>", "Acme &amp; Söhne, Rocket", "you work"):
        assert words in text, words


def test_it_teaches_where_there_are_none(client: Client) -> None:
    assert "/employments/new/" in html(client.get("/employers/"))


def test_it_makes_one(client: Client, user: User) -> None:
    response = send(client, "/employers/new/", having="name", name=" Acme   Ltd ")
    assert response.headers["Location"] == "/employers/"
    assert Employer.objects.of(user).get().name == "Acme Ltd"


def test_it_joins_two_spellings_by_another_name(client: Client, user: User) -> None:
    """And the guard takes them for one."""
    acme = EmployerFactory(owner=user, name="Acme")
    rocket = EmployerFactory(owner=user, name="Rocket Works")
    assert not Companies.of(user).are_one(acme, rocket)
    response = send(client, edit(acme), having="name", other_names="ROCKET WORKS GmbH")
    assert response.status_code == 302
    assert Companies.of(user).are_one(acme, rocket)
    assert "Acme and Rocket Works count as one company." in html(client.get("/employers/"))
    assert "Rocket Works counts as the same company" in html(client.get(edit(acme)))


def test_it_joins_two_by_a_parent(client: Client, user: User) -> None:
    acme = EmployerFactory(owner=user, name="Acme")
    group = EmployerFactory(owner=user, name="Umbra")
    assert send(client, edit(acme), having="name", parent_name="umbra").status_code == 302
    assert Companies.of(user).are_one(acme, group)


def test_it_refuses_a_ring(client: Client, user: User) -> None:
    top = EmployerFactory(owner=user, name="Top")
    middle = EmployerFactory(owner=user, name="Middle", parent=top)
    bottom = EmployerFactory(owner=user, name="Bottom", parent=middle)
    response = send(client, edit(top), having="name", parent=bottom.pk)
    assert response.status_code == 422
    assert errors_of(response) == {
        "parent": ["Bottom belongs to Top already, so Top cannot belong to it."]
    }
    response = send(client, edit(top), having="name", parent=top.pk)
    assert errors_of(response) == {"parent": ["It cannot belong to itself."]}
    top.refresh_from_db()
    assert top.parent is None


def test_it_walks_no_ring_for_ever(client: Client, user: User) -> None:
    """One that is there already, from elsewhere."""
    one = EmployerFactory(owner=user, name="One")
    two = EmployerFactory(owner=user, name="Two", parent=one)
    Employer.objects.of(user).filter(pk=one.pk).update(parent=two)
    third = EmployerFactory(owner=user, name="Third")
    assert send(client, edit(third), having="name", parent=two.pk).status_code == 302


def test_it_says_beside_the_name_that_it_is_taken(client: Client, user: User) -> None:
    acme = EmployerFactory(owner=user, name="Acme")
    EmployerFactory(owner=user, name="Umbra")
    response = send(client, edit(acme), having="name", name="UMBRA", other_names="typed")
    assert response.status_code == 422
    assert errors_of(response) == {"name": ["You have an employer of this name already."]}
    assert form_of(response, having="name")["other_names"] == "typed"


def test_it_shows_both_texts_of_two_edits(client: Client, user: User) -> None:
    acme = EmployerFactory(owner=user, name="Acme")
    data = fill_in(client, edit(acme), having="name", other_names="mine")
    assert send(client, edit(acme), having="name", other_names="theirs").status_code == 302
    response = client.post(edit(acme), data)
    assert response.status_code == 422
    assert errors_of(response)["other_names"] == ["Saved meanwhile: theirs"]


def test_it_offers_them_as_one_types(client: Client, user: User, other: User) -> None:
    group = EmployerFactory(owner=user, name="Umbra Group")
    EmployerFactory(owner=user, name="Acme", parent=group, other_names="Rocket")
    EmployerFactory(owner=other, name="Acme of others")
    for typed in ("acm", "rocket"):
        text = html(client.post("/employers/options/", {"parent_name": typed}))
        assert "Acme" in text
        assert "belongs to Umbra Group" in text
        assert "others" not in text
    assert "no employer" in html(client.post("/employers/options/", {"parent_name": "zzz"}))


@pytest.mark.parametrize("typed", ["\x00", "a\x00b", "x" * 5000, ""])
def test_it_looks_for_anything(client: Client, typed: str) -> None:
    assert client.post("/employers/options/", {"parent_name": typed}).status_code == 200


@pytest.mark.parametrize(
    "name", ["employer_list", "employer_new", "employer_edit", "employer_options"]
)
def test_it_refuses_what_every_page_refuses(
    name: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(f"contacts:{name}", client=client, anonymous=anonymous, other=other)
