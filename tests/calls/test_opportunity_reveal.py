"""They named the client: the guard speaks at that moment, once, and never forbids."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from calls.models import Opportunity
from contacts.models import Employer
from tests.addresses import check_refusals
from tests.factories import (
    EmployerFactory,
    FirmFactory,
    OpportunityFactory,
    SubmissionFactory,
)
from tests.pages import errors_of, form_of, html, send


@pytest.fixture
def opportunity(user: User) -> Opportunity:
    return OpportunityFactory(owner=user, title="CFO", firm=FirmFactory(owner=user, name="North"))


@pytest.fixture
def path(opportunity: Opportunity) -> str:
    return reverse("calls:opportunity_reveal", args=[opportunity.pk])


def hold(user: User, name: str = "Acme AG", **client: object) -> None:
    """Another firm may show me to the client of that name."""
    SubmissionFactory(
        owner=user,
        firm=FirmFactory(owner=user, name="Lindqvist"),
        client=EmployerFactory(owner=user, name=name, **client),
        permission="given",
    )


def test_it_names_the_client(client: Client, opportunity: Opportunity, path: str) -> None:
    response = send(client, path, having="client_name", client_name="Acme", in_confidence="on")
    assert response.headers["Location"] == opportunity.get_absolute_url()
    opportunity.refresh_from_db()
    assert str(opportunity) == "CFO, Acme, in confidence"


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("ACME", {}),
        ("Roadrunner", {"other_names": "Road Runner\nRoadrunner Ltd"}),
    ],
)
def test_it_says_first_what_collides(
    client: Client, user: User, opportunity: Opportunity, path: str, typed: str, known: object
) -> None:
    hold(user, **known)  # type: ignore[arg-type]
    response = send(client, path, having="client_name", client_name=typed)
    assert response.status_code == 422
    assert "Lindqvist has your permission for Acme AG" in html(response)
    assert "Save it all the same" in html(response)
    opportunity.refresh_from_db()
    assert opportunity.client is None
    assert Employer.objects.of(user).count() == 1


def test_it_says_so_of_a_brand_of_the_same_parent(
    client: Client, user: User, opportunity: Opportunity, path: str
) -> None:
    parent = EmployerFactory(owner=user, name="Globe")
    hold(user, "Acme", parent=parent)
    EmployerFactory(owner=user, name="Coyote", parent=parent)
    response = send(client, path, having="client_name", client_name="Coyote")
    assert response.status_code == 422
    assert "Acme, which is one with Coyote" in html(response)


def test_it_saves_all_the_same_when_that_was_seen(
    client: Client, user: User, opportunity: Opportunity, path: str
) -> None:
    hold(user)
    warned = send(client, path, having="client_name", client_name="Acme", in_confidence="on")
    again = form_of(warned, having="client_name")
    assert client.post(path, again).status_code == 302
    opportunity.refresh_from_db()
    assert opportunity.client_words == "Acme, in confidence"


def test_it_warns_again_of_what_was_not_seen(
    client: Client, user: User, opportunity: Opportunity, path: str
) -> None:
    hold(user)
    again = form_of(
        send(client, path, having="client_name", client_name="Acme"), having="client_name"
    )
    SubmissionFactory(
        owner=user,
        firm=FirmFactory(owner=user, name="Okafor"),
        client=Employer.objects.of(user).get(),
        permission="asked",
    )
    response = client.post(path, again)
    assert response.status_code == 422
    assert "Okafor" in html(response)


def test_it_speaks_of_its_own_submissions(
    client: Client, user: User, opportunity: Opportunity, path: str
) -> None:
    hold(user)
    SubmissionFactory(owner=user, opportunity=opportunity, firm=opportunity.firm)
    assert send(client, path, having="client_name", client_name="Acme").status_code == 422


def test_it_says_nothing_where_nothing_collides(
    client: Client, user: User, opportunity: Opportunity, path: str
) -> None:
    hold(user)
    assert send(client, path, having="client_name", client_name="Acmeon").status_code == 302


def test_it_wants_a_name(client: Client, path: str) -> None:
    response = send(client, path, having="client_name", client_name="")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["client_name"]


def test_it_does_not_undo_an_edit_made_meanwhile(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    typed = {**form_of(client.get(path), having="client_name"), "client_name": "Acme"}
    opportunity.save()
    assert client.post(path, typed).status_code == 422
    opportunity.refresh_from_db()
    assert opportunity.client is None


def test_it_speaks_on_the_whole_form_too(
    client: Client, user: User, opportunity: Opportunity
) -> None:
    hold(user)
    edit = reverse("calls:opportunity_edit", args=[opportunity.pk])
    response = send(client, edit, having="title", client_name="Acme")
    assert response.status_code == 422
    assert "client withheld" in html(response)
    assert client.post(edit, form_of(response, having="title")).status_code == 302
    # What is known stays quiet as long as it stays.
    assert send(client, edit, having="title", location="Leeds").status_code == 302


def test_it_is_refused_to_others(client: Client, anonymous: Client, other: User) -> None:
    check_refusals("calls:opportunity_reveal", client=client, anonymous=anonymous, other=other)
