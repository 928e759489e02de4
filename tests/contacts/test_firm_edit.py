"""Mending a firm."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Firm
from tests.addresses import check_refusals
from tests.factories import FirmFactory
from tests.pages import errors_of, fill_in, form_of, send


@pytest.fixture
def firm(user: User) -> Firm:
    return FirmFactory(
        owner=user, name="Northgate", switchboard="+442079460000", notes="first\nsecond"
    )


@pytest.fixture
def path(firm: Firm) -> str:
    return f"/firms/{firm.pk}/edit/"


def test_it_saves(client: Client, firm: Firm, path: str) -> None:
    response = send(client, path, having="name", name="Southgate", founded="1987")
    assert response.headers["Location"] == firm.get_absolute_url()
    firm.refresh_from_db()
    assert (firm.name, firm.founded, firm.version) == ("Southgate", 1987, 2)


def test_it_comes_back_as_it_was(client: Client, firm: Firm, path: str) -> None:
    data = fill_in(client, path, having="name")
    assert data["switchboard"] == "+44 20 7946 0000"
    assert client.post(path, data).status_code == 302
    before = {**firm.__dict__}
    firm.refresh_from_db()
    assert firm.switchboard == before["switchboard"]
    assert firm.notes.split() == before["notes"].split()


def test_it_may_keep_its_own_name(client: Client, path: str) -> None:
    assert send(client, path, having="name", name="NORTHGATE").status_code == 302


def test_it_says_beside_the_field_what_is_wrong(client: Client, firm: Firm, path: str) -> None:
    FirmFactory(owner=firm.owner, name="Southgate")
    response = send(client, path, having="name", name="southgate", notes="Typed for an hour")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["name"]
    assert form_of(response, having="name")["notes"] == "Typed for an hour"
    firm.refresh_from_db()
    assert (firm.name, firm.version) == ("Northgate", 1)


def test_it_shows_both_texts_of_two_edits(client: Client, firm: Firm, path: str) -> None:
    data = fill_in(client, path, having="name", notes="mine")
    assert send(client, path, having="name", notes="theirs").status_code == 302
    response = client.post(path, data)
    assert response.status_code == 422
    assert errors_of(response)["notes"] == ["Saved meanwhile: theirs"]
    again = form_of(response, having="name")
    assert again["notes"] == "mine"
    firm.refresh_from_db()
    assert firm.notes == "theirs"
    assert client.post(path, again).status_code == 302
    firm.refresh_from_db()
    assert firm.notes == "mine"


@pytest.mark.parametrize("version", ["", "0", "9" * 30, "x"])
def test_it_saves_nothing_without_its_version(
    client: Client, firm: Firm, path: str, version: str
) -> None:
    assert send(client, path, having="name", name="x", version=version).status_code == 422
    firm.refresh_from_db()
    assert firm.name == "Northgate"


def test_it_answers_an_empty_form_422(client: Client, path: str) -> None:
    assert client.post(path, {}).status_code == 422


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("contacts:firm_edit", client=client, anonymous=anonymous, other=other)
