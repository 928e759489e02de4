"""Names as they stand in files: what is behind them, signs that nobody sees, errors in their place."""

from __future__ import annotations

import io

import pytest

from desk.importing.entries import Contact, Unreadable
from desk.importing.reading import read, recognise
from tests.desk.imports import table


def entries(text: str) -> list:
    file = io.BytesIO(text.encode())
    return list(read(file, recognise(file)))


@pytest.mark.parametrize(
    "sign",
    [*"\u202a\u202e\u2066\u2069\u200b\u200e\u200f\u061c\ufeff\u00ad\u2060", "\U000e0041"],
)
def test_signs_that_nobody_sees_are_dropped_from_names(sign: str) -> None:
    row = f"A{sign}nn Lee{sign},{sign}Acme,CF{sign}O"
    [one] = entries(table(row, header="Name,Company,Title"))
    assert (one.name, one.firm, one.title) == ("Ann Lee", "Acme", "CFO")
    [card] = entries(f"BEGIN:VCARD\nVERSION:3.0\nFN:{sign}Ann{sign} Lee\nEND:VCARD\n")
    assert card.name == "Ann Lee"


@pytest.mark.parametrize("name", ["علی\u200cرضا", "क्\u200dष", "Ann 👩\u200d💻"])
def test_joiners_stay(name: str) -> None:
    assert [one.name for one in entries(table(name, header="Name,Company"))] == [name]


def test_a_name_of_nothing_that_is_seen_is_none() -> None:
    [one] = entries(table("\u202e\u200b,\ufeff", header="Name,Company"))
    assert one.why == "Neither a name nor a firm stands here."


@pytest.mark.parametrize(
    "error", ["#NAME?", "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", " #n/a "]
)
def test_where_a_spreadsheet_could_not_reckon_nothing_stands(error: str) -> None:
    row = f"Ann Lee,{error},{error},{error},{error},{error}"
    assert entries(table(row)) == [Contact(2, "Ann Lee")]
    [one] = entries(table(f"{error},,,020 7946 0001,,"))
    assert isinstance(one, Unreadable)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Name Prefix,First Name,Middle Name,Last Name,Name Suffix,Organization Name,"
            "Organization Title",
            "Dr.,Ann,Q.,Lee,Jr.,Acme,CFO",
        ),
        ("Title,First Name,Middle Name,Last Name,Suffix,Company,Job Title,Business Phone",
         "Dr.,Ann,Q.,Lee,Jr.,Acme,CFO,"),
        ("Vorname,Weitere Vornamen,Nachname,Suffix,Firma,Position", "Ann,Q.,Lee,Jr.,Acme,CFO"),
        ("Name,Suffix,Company,Job Title", "Ann Q. Lee,Jr.,Acme,CFO"),
        ("Name,Suffix,Company,Job Title", "Ann Q. Lee Jr.,Jr.,Acme,CFO"),
    ],
)  # fmt: skip
def test_what_stands_behind_a_name_stays_with_it(header: str, row: str) -> None:
    [one] = entries(f"{header}\n{row}\n")
    assert (one.name, one.firm, one.title) == ("Ann Q. Lee Jr.", "Acme", "CFO")


def test_what_stands_behind_no_name_is_none() -> None:
    [one] = entries("First Name,Last Name,Suffix,Company,Phone\n,,Jr.,Acme,\n")
    assert (one.name, one.firm) == ("", "Acme")


def test_a_card_keeps_it_too() -> None:
    [one] = entries("BEGIN:VCARD\nVERSION:3.0\nN:Lee;Ann;Q.;Dr.;Jr.\nEND:VCARD\n")
    assert one.name == "Ann Q. Lee Jr."
