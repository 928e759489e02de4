"""Numbers as people and telephones write them into files."""

from __future__ import annotations

import pytest

from accounts.models import User
from contacts.models import Phone
from desk.importing.cleaned import card_of
from desk.importing.entries import Contact, Labelled
from tests.desk.imports import bring_in, row_of, table, taken_in
from tests.factories import RecruiterFactory

ONE, OTHER = "+442079460001", "+442079460002"


def numbers_and_notes(*texts: str) -> tuple[list[str], str]:
    entry = Contact(1, "Ann Lee", phones=tuple(Labelled(text, "work") for text in texts))
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
@pytest.mark.parametrize("text", ["0171/2345678", "(0171) 234 56 78"])
@pytest.mark.parametrize("beside", ["+49 30 1234567", "0049 30 1234567"])
def test_beside_a_number_that_says_its_country_one_that_says_none_may_be_of_it(
    text: str, beside: str
) -> None:
    assert numbers_and_notes(text, beside) == (["+491712345678", "+49301234567"], "")


@pytest.mark.parametrize("text", ["020 7946 0001", "0044 20 7946 0001"])
def test_a_number_that_is_given_out_here_is_of_here_all_the_same(text: str) -> None:
    assert numbers_and_notes(text, "+49 30 1234567")[0][0] == ONE


@pytest.mark.parametrize("text", ["07700 900123", "0171/2345678"])
def test_without_a_sign_of_another_country_it_is_of_here(text: str) -> None:
    """Also what nobody is given, such as the numbers of the stage."""
    (number,), notes = numbers_and_notes(text)
    assert number.startswith("+44")
    assert not notes


@pytest.mark.django_db
def test_a_log_of_calls_knows_them_as_they_were_typed(user: User) -> None:
    anna = RecruiterFactory(owner=user)
    Phone.objects.create(owner=user, recruiter=anna, number="+441701112223")
    call = '<call number="01701112223" duration="5" date="1772460330000" type="1" />'
    run = taken_in(user, f"<?xml version='1.0'?><calls count='1'>{call}</calls>")
    assert row_of(run, 1).target == anna.pk
