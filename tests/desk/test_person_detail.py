"""Somebody of one's own network."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from contacts.models import Phone
from tests.addresses import check_refusals
from tests.factories import PersonFactory
from tests.pages import html


def test_it_shows_everything_about_the_person(client: Client, user: User) -> None:
    person = PersonFactory(
        owner=user, name="Pat Doe", position="CFO", relation="school", notes="Ask <first>"
    )
    Phone.objects.create(owner=user, person=person, number="+442079460018")
    text = html(client.get(person.get_absolute_url()))
    for words in ("Pat Doe", "CFO", "school", "Ask &lt;first&gt;", 'href="tel:+442079460018"'):
        assert words in text, words


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:person_detail", client=client, anonymous=anonymous, other=other)
