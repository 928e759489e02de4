"""A firm with its history."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from desk.timeline import PER_PAGE
from tests.addresses import check_refusals
from tests.factories import (
    CallFactory,
    FirmFactory,
    OpportunityFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
)
from tests.pages import html


def test_it_shows_everything_about_the_firm(client: Client, user: User) -> None:
    firm = FirmFactory(
        owner=user,
        name="Northgate & Söhne",
        kind="retained",
        switchboard="+442079460000",
        website="https://northgate.example/",
        notes="Careful <with> names",
    )
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=firm)
    PhoneFactory(owner=user, recruiter=grace, number="+442079460018")
    CallFactory(owner=user, recruiter=grace, firm=firm, notes="Spoke of the interim role")
    PromiseFactory(owner=user, firm=firm, recruiter=grace, what="Two names")
    PromiseFactory(owner=user, firm=firm, what="The brief", state="kept", ended_at=timezone.now())
    OpportunityFactory(owner=user, firm=firm, title="Interim CFO")
    text = html(client.get(firm.get_absolute_url()))
    for words in (
        "Northgate &amp; Söhne",
        'href="tel:+442079460000"',
        "https://northgate.example/",
        "Careful &lt;with&gt; names",
        "Grace Okonkwo",
        'href="tel:+442079460018"',
        "Spoke of the interim role",
        "Two names",
        "Kept: The brief",
        "Interim CFO",
    ):
        assert words in text, words


def test_it_shows_the_calls_of_that_day_and_not_of_where_people_went(
    client: Client, user: User
) -> None:
    old, new = FirmFactory(owner=user), FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=new)
    CallFactory(owner=user, recruiter=grace, firm=old, notes="When she was at the old one")
    assert "When she was at the old one" in html(client.get(old.get_absolute_url()))
    assert "When she was at the old one" not in html(client.get(new.get_absolute_url()))


def test_it_shows_an_empty_firm(client: Client, user: User) -> None:
    assert client.get(FirmFactory(owner=user).get_absolute_url()).status_code == 200


@pytest.mark.parametrize("page", ["1", "2", "99", "abc", "-1", "", "9" * 5000, "\x00"])
def test_it_shows_the_nearest_page_to_any_number(client: Client, user: User, page: str) -> None:
    firm = FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user)
    for hours in range(PER_PAGE + 1):
        when = timezone.now() - dt.timedelta(hours=hours)
        CallFactory(owner=user, recruiter=grace, firm=firm, occurred_at=when)
    response = client.get(firm.get_absolute_url(), {"page": page})
    assert response.status_code == 200
    assert len(response.context["timeline"]) in {1, PER_PAGE}


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:firm_detail", client=client, anonymous=anonymous, other=other)
