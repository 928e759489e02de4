"""Mending a recruiter, who may have moved."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Recruiter
from tests.addresses import check_refusals
from tests.factories import CallFactory, FirmFactory, PhoneFactory, RecruiterFactory
from tests.pages import errors_of, fill_in, form_of, send


@pytest.fixture
def grace(user: User) -> Recruiter:
    return RecruiterFactory(owner=user, name="Grace", firm=FirmFactory(owner=user, name="Old"))


@pytest.fixture
def path(grace: Recruiter) -> str:
    return f"/recruiters/{grace.pk}/edit/"


def test_it_saves(client: Client, grace: Recruiter, path: str) -> None:
    response = send(client, path, having="name", name="Grace Okonkwo", standing="trusted")
    assert response.headers["Location"] == grace.get_absolute_url()
    grace.refresh_from_db()
    assert (grace.name, grace.standing) == ("Grace Okonkwo", "trusted")
    assert grace.firm is not None


def test_it_keeps_the_firm_of_older_calls_when_they_move(
    client: Client, grace: Recruiter, path: str
) -> None:
    old, new = grace.firm, FirmFactory(owner=grace.owner, name="New")
    call = CallFactory(owner=grace.owner, recruiter=grace, firm=old)
    send(client, path, having="name", firm=new.pk)
    grace.refresh_from_db()
    call.refresh_from_db()
    assert (grace.firm, call.firm) == (new, old)


def test_it_adds_a_number_to_those_known(client: Client, grace: Recruiter, path: str) -> None:
    PhoneFactory(owner=grace.owner, recruiter=grace, number="+442079460018")
    for typed in ("020 7946 0018", "020 7946 0019"):
        send(client, path, having="name", phone=typed)
    assert {phone.number for phone in grace.phones.all()} == {"+442079460018", "+442079460019"}


def test_it_says_beside_the_field_what_is_wrong(
    client: Client, grace: Recruiter, path: str
) -> None:
    response = send(client, path, having="name", phone="call me", notes="Typed for an hour")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["phone"]
    again = form_of(response, having="name")
    assert (again["notes"], again["phone"]) == ("Typed for an hour", "call me")
    grace.refresh_from_db()
    assert grace.version == 1


def test_it_shows_both_texts_of_two_edits(client: Client, grace: Recruiter, path: str) -> None:
    data = fill_in(client, path, having="name", notes="mine")
    send(client, path, having="name", notes="theirs", standing="wary")
    response = client.post(path, data)
    assert response.status_code == 422
    assert errors_of(response)["notes"] == ["Saved meanwhile: theirs"]
    assert errors_of(response)["standing"] == ["Saved meanwhile: be wary"]
    assert form_of(response, having="name")["notes"] == "mine"
    grace.refresh_from_db()
    assert grace.notes == "theirs"


def test_it_answers_an_empty_form_422(client: Client, path: str) -> None:
    assert client.post(path, {}).status_code == 422


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("contacts:recruiter_edit", client=client, anonymous=anonymous, other=other)
