"""Two spellings of one name meet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.names import MOST_LETTERS, fold


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("  Müller  ", "muller"),
        ("MÜLLER", "muller"),
        ("Mu\u0308ller", "muller"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Łukasz", "łukasz"),
        ("Ó Séaghdha", "o seaghdha"),
        ("Egon\tZehnder\n", "egon zehnder"),
        ("ﬁrm", "firm"),
        ("ＡＢＣ", "abc"),
        ("İstanbul", "istanbul"),
        ("李小龍", "李小龍"),
        ("\u0301", ""),
        ("", ""),
    ],
)
def test_it_folds(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize(
    "written",
    [
        *(f"O{sign}Brien-Smith Ltd" for sign in "’‘ʼʻ`´‛′＇｀"),
        *(f"O'Brien{sign}Smith Ltd" for sign in "‐‑‒–—―−－﹣⁃"),
        *(f"O'Brien-Smith{sign}Ltd" for sign in "\xa0\u2007\u2009\u202f\u3000\u2003"),
        "O'\u200bBrien-\u2060Sm\u00adith\ufeff Ltd\u200e",
        "Ｏ'Ｂrien-Smith Ltd",
    ],
)
def test_it_folds_the_signs_that_are_written_for_one_another(written: str) -> None:
    assert fold(written) == "o'brien-smith ltd"


@given(st.text(max_size=250))
def test_it_folds_once_for_all(name: str) -> None:
    once = fold(name)
    assert len(once) <= MOST_LETTERS
    if len(once) < MOST_LETTERS // 2:
        assert fold(once) == once
    assert once == once.strip()


@given(st.text(max_size=60))
def test_it_folds_every_way_of_writing_one_name_alike(name: str) -> None:
    forms = ("NFC", "NFD")
    assert len({fold(unicodedata.normalize(form, name)) for form in forms}) == 1
