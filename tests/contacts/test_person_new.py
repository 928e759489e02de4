"""Writing down somebody of one's own network."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Person
from tests.addresses import check_refusals
from tests.pages import HTMX, errors_of, form_of, send

NEW = "/people/new/"


def test_it_saves(client: Client, user: User) -> None:
    typed = {"name": "Pat Doe", "position": "CFO", "relation": "school", "phone": "020 7946 0018"}
    response = send(client, NEW, having="relation", **typed)
    pat = Person.objects.of(user).get()
    assert response.headers["Location"] == pat.get_absolute_url()
    assert (pat.name, pat.position, pat.relation) == ("Pat Doe", "CFO", "school")
    assert [phone.number for phone in pat.phones.all()] == ["+442079460018"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\u0301"),
        ("name", "x" * 201),
        ("relation", "x" * 201),
        ("phone", "call me"),
        ("notes", "\x00"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, user: User, field: str, value: str
) -> None:
    typed = {"name": "Pat Doe", "notes": "Typed for an hour", field: value}
    response = send(client, NEW, having="relation", **typed)
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    if field != "notes":
        assert form_of(response, having="relation")["notes"] == "Typed for an hour"
    assert not Person.objects.of(user).exists()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_answers_an_empty_form_422(client: Client, headers: dict[str, str]) -> None:
    assert client.post(NEW, {}, headers=headers).status_code == 422


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("contacts:person_new", client=client, anonymous=anonymous, other=other)
