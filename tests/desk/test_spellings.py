"""A name is found as a whole, however it is written, and nothing else is."""

from __future__ import annotations

import pytest

from desk.spellings import Spellings


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Pat Doe", "Somebody"),
        ("PAT DOE and pat  doe", "Somebody and somebody"),
        ("I rang Pat\nDoe.", "I rang somebody."),
        ("Ask Pát Dôe's boss", "Ask somebody's boss"),
        ("Ask Pa\u0301t Do\u0308e\u0301 now", "Ask somebody now"),
        ("Ｐａｔ Ｄｏｅ", "Somebody"),
        ("mail pat.doe@example.net", "mail somebody@example.net"),
        ("cv_Pat_Doe_2.pdf", "cv_somebody_2.pdf"),
        ("Doe, Pat (CFO)", "Somebody (CFO)"),
        ("with\xa0Pat\xa0Doe", "with\xa0somebody"),
        ("Pat-Doe", "Somebody"),
    ],
)
def test_it_takes_the_name_out(text: str, left: str) -> None:
    assert Spellings(["Pat Doe"], instead="somebody").replaced(text) == left


@pytest.mark.parametrize(
    "text",
    ["Pat", "Doe", "Pat Doerr", "Spat Doe", "Pat Q Doe", "Pat and Doe", "", "patdoe", "Ümit"],
)
def test_it_leaves_the_rest(text: str) -> None:
    assert Spellings(["Pat Doe"], instead="somebody").replaced(text) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Seán O'Neil", "sean o’neil"),
        ("Anne-Marie Le Goff", "ANNE MARIE LE GOFF"),
        ("Straße Weiß", "strasse weiss"),
        ("İpek Işık", "ipek ışık"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("Ana (Nina) Ruiz+", "ana (nina) ruiz+"),
        ("李 小龍", "李\n小龍"),
        ("Nuñez", "nunez"),
        ("Jürgen Müller", "juergen.mueller"),
        ("Jürgen Müller-Lüdenscheidt", "Müller‑Lüdenscheidt, Jürgen"),
        ("Jürgen Müller-Lüdenscheidt", "Mueller-Luedenscheidt, Juergen"),
        ("Seán O'Brien", "sean.obrien"),
        ("Seán O’Brien", "O`Brien, Seán"),
    ],
)
def test_it_folds_both_sides(name: str, text: str) -> None:
    assert Spellings([name], instead="x").replaced(text) == "X"


@pytest.mark.parametrize("stored", "'’‘ʼʻ`´")
@pytest.mark.parametrize("written", "'’‘ʼʻ`´‛′")
def test_an_apostrophe_is_any_apostrophe(stored: str, written: str) -> None:
    spellings = Spellings([f"Seán O{stored}Brien"], instead="somebody")
    assert spellings.replaced(f"by sean o{written}brien") == "by somebody"


@pytest.mark.parametrize(
    "between", [*"-‐‑‒–—―−－⁃", "\u2009", "\u202f", "\u3000", " \u200b", "\u2060 "]
)
def test_a_hyphen_is_any_dash_and_a_space_any_space(between: str) -> None:
    spellings = Spellings(["Pat Doe-Roe"], instead="somebody")
    assert spellings.replaced(f"Pat{between}Doe{between}Roe said") == "Somebody said"


def test_signs_that_nobody_sees_hide_nobody() -> None:
    spellings = Spellings(["Pat Doe"], instead="somebody")
    assert spellings.replaced("Ask P\u200bat D\u00adoe\ufeff, now") == "Ask somebody, now"


def test_it_takes_out_each_spelling_the_longest_first() -> None:
    spellings = Spellings(["Pat Doe", "Patty", "Pat Doe Smith"], instead="somebody")
    assert spellings.replaced("Patty is Pat Doe Smith") == "Somebody is somebody"


def test_it_walks_json() -> None:
    spellings = Spellings(["Pat Doe"], instead="somebody")
    data = {"who": ["Pat Doe", 3, None], "Pat Doe": {"deep": ("by pat doe", True)}}
    assert spellings.replaced(data) == {
        "who": ["Somebody", 3, None],
        "Somebody": {"deep": ["by somebody", True]},
    }


def test_it_wants_a_name() -> None:
    with pytest.raises(ValueError, match="no name"):
        Spellings([" "], instead="x")


@pytest.mark.parametrize("zone", ["Australia/Sydney", "Europe/Paris", "America/Indiana/Vincennes"])
def test_it_leaves_a_time_zone_that_bears_the_name(zone: str) -> None:
    """Else a Sydney who is forgotten takes every page down that shows a promise of that zone."""
    spellings = Spellings(["Sydney", "Paris", "Vincennes"], instead="somebody")
    assert spellings.replaced({"time_zone": zone}) == {"time_zone": zone}
    assert spellings.replaced("Sydney in Europe/Paris") == "Somebody in Europe/somebody"


def test_a_name_without_a_letter_is_found_as_it_is() -> None:
    assert Spellings(["--"], instead="somebody").replaced("by -- again") == "by somebody again"
