"""Mending what is known of somebody of one's own network."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Person
from tests.addresses import check_refusals
from tests.factories import PersonFactory
from tests.pages import errors_of, fill_in, form_of, send


@pytest.fixture
def pat(user: User) -> Person:
    return PersonFactory(owner=user, name="Pat Doe")


@pytest.fixture
def path(pat: Person) -> str:
    return f"/people/{pat.pk}/edit/"


def test_it_saves(client: Client, pat: Person, path: str) -> None:
    response = send(client, path, having="relation", name="Pat Roe", phone="020 7946 0018")
    assert response.headers["Location"] == pat.get_absolute_url()
    pat.refresh_from_db()
    assert (pat.name, pat.phones.count()) == ("Pat Roe", 1)


def test_it_says_beside_the_field_what_is_wrong(client: Client, pat: Person, path: str) -> None:
    response = send(client, path, having="relation", name="", notes="Typed for an hour")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["name"]
    assert form_of(response, having="relation")["notes"] == "Typed for an hour"
    pat.refresh_from_db()
    assert pat.version == 1


def test_it_shows_both_texts_of_two_edits(client: Client, pat: Person, path: str) -> None:
    data = fill_in(client, path, having="relation", notes="mine")
    send(client, path, having="relation", notes="theirs")
    response = client.post(path, data)
    assert response.status_code == 422
    assert errors_of(response)["notes"] == ["Saved meanwhile: theirs"]
    assert form_of(response, having="relation")["notes"] == "mine"


def test_it_answers_an_empty_form_422(client: Client, path: str) -> None:
    assert client.post(path, {}).status_code == 422


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("contacts:person_edit", client=client, anonymous=anonymous, other=other)
