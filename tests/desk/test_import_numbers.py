"""Numbers as people and telephones write them into files."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Person, Phone
from desk.importing.cleaned import card_of
from desk.importing.entries import Contact, Labelled
from tests.desk.imports import bring_in, row_of, table, taken_in
from tests.factories import RecruiterFactory
from tests.pages import html

ONE, OTHER = "+442079460001", "+442079460002"


def numbers_and_notes(text: str) -> tuple[list[str], str]:
    entry = Contact(1, "Ann Lee", phones=(Labelled(text, "work"),))
    card = card_of(entry, circle="people", region="GB")
    return [number for number, _label in card.numbers], card.notes


@pytest.mark.parametrize(
    "text",
    [
        *("020 7946 0001", "+44 (0)20 7946 0001", "0044 20 7946 0001", "442079460001"),
        *("tel:+442079460001", "tel:020 7946 0001", "442079460001.0", "+44.20.7946.0001"),
        *("\u202a+44\u00a020\u00a07946\u00a00001\u202c", "+44\u201120\u20117946\u20110001"),
    ],
)
def test_it_is_taken_in_any_writing(text: str) -> None:
    assert numbers_and_notes(text) == ([ONE], "")


@pytest.mark.parametrize(
    "text",
    [
        *("020 7946 0001 x17", "020 7946 0001 ext. 17", "020 7946 0001, ext 17"),
        *("+44 20 7946 0001 Durchwahl 17", "+44 20 7946 0001 poste 17", "+442079460001;ext=17"),
        *("+442079460001,,17#", "+442079460001p17", "+442079460001;17", "020 7946 0001 #17"),
        *("020 7946 0001 (office)", "office: 020 7946 0001", "020 7946 0001 evenings"),
    ],
)
def test_what_else_stands_with_it_is_kept_in_the_notes(text: str) -> None:
    assert numbers_and_notes(text) == ([ONE], f"Phone: {text}")


@pytest.mark.parametrize("between", [" / ", ", ", "; ", " or ", " oder ", " | "])
def test_several_are_parted(between: str) -> None:
    assert numbers_and_notes(f"020 7946 0001{between}020 7946 0002") == ([ONE, OTHER], "")


def test_of_several_what_is_none_is_kept() -> None:
    text = "020 7946 0001 / 2"
    assert numbers_and_notes(text) == ([ONE], f"Phone: {text}")


@pytest.mark.parametrize("text", ["-", "n/a", "N/A", "--", "null", "?", "none"])
def test_a_word_for_nothing_is_nothing(text: str) -> None:
    assert numbers_and_notes(text) == ([], "")


@pytest.mark.parametrize("text", ["1-800-FLOWERS", "4.42079E+11", "ask Bo", "12", "x17"])
def test_what_is_none_is_kept_as_it_was_written(text: str) -> None:
    assert numbers_and_notes(text) == ([], f"Phone: {text}")


@pytest.mark.django_db
def test_an_extension_comes_in_once(user: User) -> None:
    text = table("Ann Lee,Acme,Partner,+44 20 7946 0001 x17,,")
    bring_in(taken_in(user, text))
    assert Phone.objects.of(user).get().number == ONE
    assert taken_in(user, text).counts == {"same": 1}


# Of Germany, and as long as numbers of Great Britain are.
@pytest.mark.parametrize("text", ["0171/2345678", "0170 1112223", "(0170) 111 22 23", "555-0100"])
def test_a_number_of_another_country_is_kept_and_not_made_one_of_ours(text: str) -> None:
    assert numbers_and_notes(text) == ([], f"Phone: {text}")


def test_beside_it_one_that_can_be_is_taken() -> None:
    text = "0170 1112223 / 020 7946 0001"
    assert numbers_and_notes(text) == ([ONE], f"Phone: {text}")


@pytest.mark.parametrize("text", ["+44 171 2345678", "0044 171 2345678", "+49 170 1112223"])
def test_one_that_says_its_country_is_believed(text: str) -> None:
    assert len(numbers_and_notes(text)[0]) == 1


@pytest.mark.django_db
def test_it_says_that_it_is_taken_as_a_note(client: Client, user: User) -> None:
    header = "Name,Phone,Mobile,Notes"
    run = taken_in(user, table("Jan Horn,0170 1112223,+49 170 1112223,Met", header=header))
    said = "“0170 1112223” is no number of your country and names no other: it is taken as a note."
    assert said in html(client.get(run.get_absolute_url()))
    bring_in(run)
    jan = Person.objects.of(user).get()
    assert [one.number for one in jan.phones.all()] == ["+491701112223"]
    assert jan.notes == "Met\nPhone: 0170 1112223"
    row = row_of(taken_in(user, table("Jan Horn,ask Bo,,", header=header)), 1)
    assert row.why == ""


@pytest.mark.django_db
def test_a_log_of_calls_knows_them_as_they_were_typed(user: User) -> None:
    anna = RecruiterFactory(owner=user)
    Phone.objects.create(owner=user, recruiter=anna, number="+441701112223")
    call = '<call number="01701112223" duration="5" date="1772460330000" type="1" />'
    run = taken_in(user, f"<?xml version='1.0'?><calls count='1'>{call}</calls>")
    assert row_of(run, 1).target == anna.pk
