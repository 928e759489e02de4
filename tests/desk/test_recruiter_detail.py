"""A recruiter with their history."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from tests.addresses import check_refusals
from tests.factories import (
    CallFactory,
    EmailFactory,
    FirmFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
)
from tests.pages import html


def test_it_shows_everything_about_the_recruiter(client: Client, user: User) -> None:
    grace = RecruiterFactory(
        owner=user,
        name="Grace Okonkwo",
        firm=FirmFactory(owner=user, name="Northgate"),
        title="Partner",
        standing="wary",
        best_times="after six",
        notes="Careful <with> names",
    )
    PhoneFactory(owner=user, recruiter=grace, number="+442079460018")
    EmailFactory(owner=user, recruiter=grace, address="grace@example.net")
    CallFactory(owner=user, recruiter=grace, notes="Spoke of the interim role")
    PromiseFactory(owner=user, recruiter=grace, what="Two names")
    text = html(client.get(grace.get_absolute_url()))
    for words in (
        "Grace Okonkwo",
        "Northgate",
        "Partner",
        "after six",
        "Careful &lt;with&gt; names",
        'href="tel:+442079460018"',
        "grace@example.net",
        "Spoke of the interim role",
        "Two names",
    ):
        assert words in text, words


def test_it_shows_somebody_of_no_firm(client: Client, user: User) -> None:
    assert client.get(RecruiterFactory(owner=user).get_absolute_url()).status_code == 200


def test_it_hides_numbers_that_are_in_the_trash(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user)
    PhoneFactory(owner=user, recruiter=grace, number="+442079460018").trash()
    assert "+442079460018" not in html(client.get(grace.get_absolute_url()))


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:recruiter_detail", client=client, anonymous=anonymous, other=other)
