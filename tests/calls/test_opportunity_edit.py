"""Mending an assignment afterwards: its client named later, its answers corrected."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from calls.models import Opportunity
from contacts.models import Employer
from tests.addresses import check_refusals
from tests.factories import OpportunityFactory, RecruiterFactory
from tests.pages import errors_of, fill_in, html, send


@pytest.fixture
def opportunity(user: User) -> Opportunity:
    return OpportunityFactory(owner=user, title="CFO", withheld_why="listed company")


@pytest.fixture
def path(opportunity: Opportunity) -> str:
    return f"/opportunities/{opportunity.pk}/edit/"


def test_it_saves(client: Client, opportunity: Opportunity, path: str) -> None:
    grace = RecruiterFactory(owner=opportunity.owner, name="Grace")
    answers = {
        "basis": "retained",
        "location": "Leeds",
        "reports_to": "the chair",
        "jd": "received",
    }
    send(client, path, having="jd", title="Interim CFO", recruiter=grace.pk, **answers)
    opportunity.refresh_from_db()
    assert (opportunity.title, opportunity.recruiter) == ("Interim CFO", grace)
    assert {name: getattr(opportunity, name) for name in answers} == answers


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"client_name": "Acme"}, "CFO, Acme"),
        ({"client_name": " acme ", "in_confidence": "on"}, "CFO, Acme, in confidence"),
        ({"client_name": ""}, "CFO, client withheld"),
    ],
)
def test_it_names_the_client(
    client: Client, opportunity: Opportunity, path: str, typed: dict[str, str], words: str
) -> None:
    Employer.objects.create(owner=opportunity.owner, name="Acme")
    send(client, path, having="jd", **typed)
    opportunity.refresh_from_db()
    assert str(opportunity) == words
    assert Employer.objects.of(opportunity.owner).count() == 1


def test_it_can_take_the_client_back(client: Client, opportunity: Opportunity, path: str) -> None:
    opportunity.reveal_client(Employer.objects.create(owner=opportunity.owner, name="Acme"))
    assert fill_in(client, path, having="jd")["client_name"] == "Acme"
    send(client, path, having="jd", client_name="")
    opportunity.refresh_from_db()
    assert str(opportunity) == "CFO, client withheld"


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("title", "x" * 201), ("client_name", "x" * 201), ("basis", "nonsense")],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, opportunity: Opportunity, path: str, field: str, value: str
) -> None:
    response = send(client, path, having="jd", **{"location": "Leeds", field: value})
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    opportunity.refresh_from_db()
    assert opportunity.location == ""


def test_it_shows_both_texts_of_two_edits(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    mine = fill_in(client, path, having="jd", client_name="Acme", location="Leeds")
    theirs = fill_in(client, path, having="jd", client_name="Globex", location="York")
    assert client.post(path, theirs).status_code == 302
    response = client.post(path, mine)
    assert response.status_code == 422
    assert errors_of(response)["client_name"] == ["Saved meanwhile: Globex"]
    assert errors_of(response)["location"] == ["Saved meanwhile: York"]
    assert 'value="Acme"' in html(response)


def test_it_is_refused_to_others(client: Client, anonymous: Client, other: User) -> None:
    check_refusals("calls:opportunity_edit", client=client, anonymous=anonymous, other=other)
