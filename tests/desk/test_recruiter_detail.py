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


def test_it_says_what_time_it_is_for_them(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, time_zone="America/New_York")
    text = html(client.get(grace.get_absolute_url()))
    assert " in New York</b> for them" in text
    assert "for you" in text
    RecruiterFactory(owner=user)
    nowhere = RecruiterFactory(owner=user)
    assert "Say where they are" in html(client.get(nowhere.get_absolute_url()))
    here = RecruiterFactory(owner=user, time_zone=user.time_zone)
    assert "the same as yours" in html(client.get(here.get_absolute_url()))


def test_it_is_narrowed_to_the_time_at_one_firm(client: Client, user: User) -> None:
    old, new = FirmFactory(owner=user, name="Northgate"), FirmFactory(owner=user, name="Southgate")
    grace = RecruiterFactory(owner=user, firm=new)
    CallFactory(owner=user, recruiter=grace, firm=old, notes="At the old one")
    CallFactory(owner=user, recruiter=grace, firm=new, notes="At the new one")
    whole = html(client.get(grace.get_absolute_url()))
    assert "At the old one" in whole
    assert f'href="?firm={old.pk}#history"' in whole
    response = client.get(grace.get_absolute_url(), {"firm": old.pk})
    assert response.context["timeline"].paginator.count == 1
    assert "At the new one" not in html(response)
    promises = client.get(grace.get_absolute_url(), {"show": "promises"})
    assert "Show everything" in html(promises)


def test_it_leads_to_the_ways_to_check(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, firm=FirmFactory(owner=user))
    assert "#vetting" in html(client.get(grace.get_absolute_url()))


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:recruiter_detail", client=client, anonymous=anonymous, other=other)
