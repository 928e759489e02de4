"""Numbers as people and telephones write them into files."""

from __future__ import annotations

import pytest

from accounts.models import User
from contacts.models import Phone
from desk.importing.cleaned import card_of
from desk.importing.entries import Contact, Labelled
from tests.desk.imports import bring_in, table, taken_in

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
