"""What a line of the preview says of its row."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Phone
from tests.desk.imports import row_of, table, taken_in
from tests.factories import PersonFactory, RecruiterFactory
from tests.pages import html

pytestmark = pytest.mark.django_db


def test_what_stays_is_not_struck_out(client: Client, user: User) -> None:
    PersonFactory(owner=user, name="Bo Lind", position="Baker")
    run = taken_in(user, table("Bo Lind,Acme,CFO,,,"))
    page = html(client.get(f"{run.get_absolute_url()}?show=same"))
    assert "Position: Baker stays (the file says “CFO, Acme”)" in page
    run = taken_in(user, table("Bo Lind,Acme,CFO,,,"), overwrites=True)
    page = html(client.get(f"{run.get_absolute_url()}?show=changes"))
    assert "<del>Baker</del> → <ins>CFO, Acme</ins>" in page


def test_what_goes_into_the_notes_of_somebody_new_is_shown(client: Client, user: User) -> None:
    run = taken_in(user, table("Ann Lee,,,+44 20 7946 0001 x17,,Met in Oslo"))
    page = html(client.get(run.get_absolute_url()))
    assert "Notes: Met in Oslo Phone: +44 20 7946 0001 x17</p>" in page


def test_a_number_is_not_broken_at_the_end_of_a_line(client: Client, user: User) -> None:
    run = taken_in(user, table("Ann Lee,,,+44 20 7946 0001,ann@lee.example,"))
    page = html(client.get(run.get_absolute_url()))
    assert "+44\u00a020\u00a07946\u00a00001 · ann@lee.example" in page


def test_of_a_row_that_cannot_be_read_its_words_are_shown(user: User) -> None:
    run = taken_in(user, table(",,,,,,* friends,07700 900123", header="Name,A,B,C,D,E,F,Phone"))
    assert row_of(run, 1).name == "* friends · 07700 900123"


def test_columns_in_which_nothing_stands_are_folded_away(client: Client, user: User) -> None:
    run = taken_in(user, table("Ann Lee,,x", header="Name,Company,Shoes,Hats,Gloves"))
    page = html(client.get(run.get_absolute_url()))
    fold = page[page.index("2 columns that are empty in the first rows") :]
    assert [name in fold for name in ("Shoes", "Hats", "Gloves")] == [False, True, True]


def test_calls_are_told_in_words(client: Client, user: User) -> None:
    anna = RecruiterFactory(owner=user)
    Phone.objects.create(owner=user, recruiter=anna, number="+442079460001")
    calls = (
        '<call number="+442079460001" duration="0" date="1772460330000" type="2" />'
        '<call number="+442079460009" duration="5" date="1772460330000" type="1" />'
        '<call number="+442079460001" duration="5" date="1772460330000" type="9" '
        'readable_date="2 Mar 2026 14:05" contact_name="Ann" />'
    )
    run = taken_in(user, f'<?xml version="1.0"?><calls count="3">{calls}</calls>')
    path = run.get_absolute_url()
    assert "I called, not answered" in html(client.get(path))
    assert html(client.get(f"{path}?show=unclear")).count("+44 20 7946 0009") == 1
    assert row_of(run, 3).name == "Ann · +442079460001 · 2 Mar 2026 14:05"
