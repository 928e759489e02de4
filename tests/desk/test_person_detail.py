"""Somebody of one's own network."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from contacts.models import Phone
from tests.addresses import check_refusals
from tests.factories import (
    CallFactory,
    FirmFactory,
    OpportunityFactory,
    PersonFactory,
    RecruiterFactory,
    ReferralFactory,
)
from tests.pages import html


def test_it_shows_everything_about_the_person(client: Client, user: User) -> None:
    person = PersonFactory(
        owner=user, name="Pat Doe", position="CFO", relation="school", notes="Ask <first>"
    )
    Phone.objects.create(owner=user, person=person, number="+442079460018")
    text = html(client.get(person.get_absolute_url()))
    for words in ("Pat Doe", "CFO", "school", "Ask &lt;first&gt;", 'href="tel:+442079460018"'):
        assert words in text, words


def test_it_shows_both_directions(client: Client, user: User) -> None:
    person = PersonFactory(owner=user, name="Pat Doe")
    grace = RecruiterFactory(owner=user, name="Grace")
    named = ReferralFactory(owner=user, person=person, recruiter=grace, why="ran two")
    named_me = ReferralFactory(owner=user, person=person, direction="of_me")
    call = CallFactory(owner=user, named_by=person)
    ReferralFactory(owner=user)
    response = client.get(person.get_absolute_url())
    assert response.context["named"] == [named]
    assert response.context["named_me"] == [named_me]
    assert response.context["calls"] == [call]
    for words in ("Grace", "ran two", "Pat Doe named you", call.get_absolute_url()):
        assert words in html(response)


def test_it_asks_as_often_of_somebody_who_was_named_often(client: Client, user: User) -> None:
    person = PersonFactory(owner=user)
    counts = []
    for _ in range(2):
        for _ in range(3):
            recruiter = RecruiterFactory(owner=user, firm=FirmFactory(owner=user))
            ReferralFactory(
                owner=user,
                person=person,
                recruiter=recruiter,
                opportunity=OpportunityFactory(owner=user),
            )
            CallFactory(owner=user, named_by=person, recruiter=recruiter)
        with CaptureQueriesContext(connection) as captured:
            client.get(person.get_absolute_url())
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:person_detail", client=client, anonymous=anonymous, other=other)
