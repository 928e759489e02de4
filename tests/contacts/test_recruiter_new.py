"""Writing down a recruiter."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Phone, Recruiter
from tests.addresses import check_refusals
from tests.factories import FirmFactory
from tests.pages import HTMX, errors_of, form_of, send

NEW = "/recruiters/new/"


def test_it_saves(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    response = send(
        client,
        NEW,
        having="name",
        name="Grace\nOkonkwo",
        firm=firm.pk,
        title="Partner",
        standing="trusted",
        best_times="after six",
        time_zone="america/new york",
        verified_how="rang the switchboard",
        verified_on="2026-11-20",
        phone="020 7946 0018",
        notes="Careful",
    )
    grace = Recruiter.objects.of(user).get()
    assert response.headers["Location"] == grace.get_absolute_url()
    assert (grace.name, grace.firm, grace.standing) == ("Grace Okonkwo", firm, "trusted")
    assert (grace.time_zone, grace.verified_on) == ("America/New_York", dt.date(2026, 11, 20))
    assert [phone.number for phone in grace.phones.all()] == ["+442079460018"]


def test_it_reads_numbers_as_the_users_country_writes_them(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(phone_region="US")
    send(client, NEW, having="name", name="Grace", phone="212 555 0100")
    assert Phone.objects.of(user).get().number == "+12125550100"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "\u0301"),
        ("firm", "987654321"),
        ("firm", "9" * 30),
        ("firm", "abc"),
        ("firm", "\x00"),
        ("standing", "nonsense"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "\x00"),
        ("verified_on", "soon"),
        ("verified_on", "2026-02-30"),
        ("phone", "call me"),
        ("title", "x" * 201),
        ("notes", "x" * 20_001),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, user: User, field: str, value: str
) -> None:
    typed = {"name": "Grace", "phone": "+44 20 7946 0018", "notes": "Typed for an hour"}
    response = send(client, NEW, having="name", **{**typed, field: value})
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    again = form_of(response, having="name")
    for name in set(typed) - {field}:
        assert again[name] == typed[name]
    assert not Recruiter.objects.of(user).exists()
    assert not Phone.objects.of(user).exists()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_answers_an_empty_form_422(client: Client, headers: dict[str, str]) -> None:
    assert client.post(NEW, {}, headers=headers).status_code == 422


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("contacts:recruiter_new", client=client, anonymous=anonymous, other=other)


def test_it_fills_in_the_firm_it_was_asked_from(client: Client, user: User) -> None:
    firm, theirs = FirmFactory(owner=user, name="Northgate"), FirmFactory(name="Southgate")
    form = form_of(client.get(NEW, {"firm": firm.pk}), having="name")
    assert (form["firm"], form["firm_name"]) == (str(firm.pk), "Northgate")
    for unknown in (theirs.pk, 999999, "x"):
        assert not form_of(client.get(NEW, {"firm": unknown}), having="name")["firm"]
