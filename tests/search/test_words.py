"""Texts as words: what the index is made of, without any database."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from search import words

names = st.text("abcdeé", min_size=4, max_size=14)


@given(st.text(max_size=40))
@example("İstanbul ΑΣ ᾳ ǅ ﬀ ß \u0345\u0301")
def test_a_text_is_folded_as_its_letters_are_whatever_stands_beside_them(text: str) -> None:
    whole = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(words.PLAIN)
    whole = unicodedata.normalize("NFKD", whole)
    bare = [letter for letter in whole if unicodedata.category(letter)[0] != "M"]
    assert words.folded(text) == "".join(bare)


def test_no_text_makes_it_remember_all_of_unicode() -> None:
    words.folded("".join(map(chr, range(0x80, 0xD800))))
    assert len(words._FOLDED) <= words._Folded.MOST
    assert words.folded("\U0001d400é") == "ae"


@given(names, st.data())
def test_two_spellings_that_are_close_are_found_by_one_another(
    name: str, data: st.DataObject
) -> None:
    typed = name
    for _slip in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(typed) - 1))
        letter = data.draw(st.sampled_from("abcdexé"))
        other = typed[at : at + 2][::-1]
        typed = data.draw(
            st.sampled_from(
                [
                    typed[:at] + typed[at + 1 :],
                    typed[:at] + letter + typed[at:],
                    typed[:at] + letter + typed[at + 1 :],
                    typed[:at] + other + typed[at + 2 :],
                ]
            )
        )
        assume(typed)
    most = words.slips_for(typed)
    assume(most and words.is_close(typed, name, most))
    assert words.shortened(typed) & words.shortened(name)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("O’Brien of Smith-Jones", ["obrien", "smithjones"]),
        ("a-b-c -d e- f_g-h", ["abc", "gh"]),
        ("Executive Search", []),
        ("120,000", ["120000"]),
    ],
)
def test_what_stands_with_a_hyphen_is_one_word_too(text: str, joined: list[str]) -> None:
    assert list(words.joined_in(text)) == joined


def test_of_a_long_name_no_more_is_kept_than_of_a_short_one() -> None:
    assert len(words.shortened("abcdefgh")) == len(words.shortened("abcdefghijklmnop")) == 37
