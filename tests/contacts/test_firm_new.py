"""Writing down a firm."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Firm
from tests.addresses import check_refusals
from tests.factories import FirmFactory
from tests.pages import HTMX, errors_of, form_of, html, send

NEW = "/firms/new/"


def test_it_saves(client: Client, user: User) -> None:
    response = send(
        client,
        NEW,
        having="name",
        name="  Northgate   & Söhne ",
        kind="retained",
        aesc_member="yes",
        founded="1987",
        website="northgate.example",
        switchboard="020 7946 0000",
        specialties="finance",
        past_clients="Acme",
        notes="Careful with names",
    )
    firm = Firm.objects.of(user).get()
    assert response.headers["Location"] == firm.get_absolute_url()
    assert (firm.name, firm.folded_name) == ("Northgate & Söhne", "northgate & sohne")
    assert (firm.kind, firm.aesc_member, firm.founded) == ("retained", "yes", 1987)
    assert firm.website == "https://northgate.example"
    assert firm.switchboard == "+442079460000"


def test_it_needs_no_more_than_a_name(client: Client, user: User) -> None:
    assert send(client, NEW, having="name", name="Northgate").status_code == 302
    assert Firm.objects.of(user).get().kind == "unknown"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", "x" * 201),
        ("name", "NUL \x00"),
        ("name", "\u0301"),
        ("name", "NORTHGATE"),
        ("kind", "nonsense"),
        ("aesc_member", ""),
        ("founded", "1799"),
        ("founded", "2101"),
        ("founded", "9" * 30),
        ("founded", "long ago"),
        ("website", "javascript:alert(1)"),
        ("website", "data:text/html,x"),
        ("website", "https://" + "x" * 300 + ".example"),
        ("website", "https://a\r\nb.example"),
        ("website", "https://[::1"),
        ("switchboard", "0800 FLOWERS"),
        ("specialties", "x" * 501),
        ("past_clients", "x" * 20_001),
        ("notes", "x" * 20_001),
        ("notes", "\x00"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, user: User, field: str, value: str
) -> None:
    FirmFactory(owner=user, name="Northgate")
    typed = {"name": "Southgate", "specialties": "finance", "notes": "Typed for an hour"}
    response = send(client, NEW, having="name", **{**typed, field: value})
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    again = form_of(response, having="name")
    for name in set(typed) - {field}:
        assert again[name] == typed[name]
    assert Firm.objects.of(user).count() == 1


def test_it_says_that_a_firm_of_this_name_is_there(client: Client, user: User) -> None:
    FirmFactory(owner=user, name="Müller")
    response = send(client, NEW, having="name", name="muller")
    assert errors_of(response)["name"] == ["You have a firm of this name already."]
    assert "You have a firm of this name already." in html(response)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_answers_an_empty_form_422(client: Client, headers: dict[str, str]) -> None:
    assert client.post(NEW, {}, headers=headers).status_code == 422


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("contacts:firm_new", client=client, anonymous=anonymous, other=other)
