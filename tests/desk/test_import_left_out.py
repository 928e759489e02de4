"""Columns that nobody has asked for: which are told by their cells, and which are left out."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from desk.importing import columns
from desk.importing.run import ImportRun
from tests.desk.imports import bring_in, row_of, table, taken_in
from tests.pages import html

FILES = Path(__file__).parent / "files"
TABS = "First\tLast\tWork\tMobile\tEmail\tCompany"


@pytest.mark.parametrize(
    "cells",
    [
        ("020 7946 0100 ext. 12",),
        ("office: 020 7946 0100", "020 7946 0100 x12", "+44 (0)20 7946 0100"),
        ("020 7946 0100", "020 7946 0101", "ask Bo"),
        ("020 7946 0100", "-", "n/a", "unknown"),
        ("020 7946 0100 / 020 7946 0101",),
        ("020 7946 0100 ext. 12", "x"),
        ("020\u00a07946\u00a00100",),
    ],
)
def test_a_column_of_which_most_cells_are_numbers_is_one(cells: tuple[str, ...]) -> None:
    assert columns.suggested(["Work"], [[cell] for cell in cells]) == {0: "phone"}


@pytest.mark.parametrize(
    "cells",
    [
        ("Acme", "Globex", "020 7946 0100"),
        ("10115 Berlin",),
        ("12 High Street",),
        ("-", "n/a"),
        ("x12",),
        (),
    ],
)
def test_a_column_of_other_things_is_none(cells: tuple[str, ...]) -> None:
    assert columns.suggested(["Work"], [[cell] for cell in cells]) == {}


@pytest.mark.django_db
def test_a_number_with_an_extension_under_work_comes_in(user: User) -> None:
    row = "Ann\tLee\t020 7946 0100 ext. 12\t+44 20 7946 0001\tann@lee.example\tAcme"
    data = row_of(taken_in(user, table(row, header=TABS)), 1).data
    assert [number for number, _label in data["phones"]] == ["+442079460100", "+442079460001"]
    assert data["notes"] == "Phone: 020 7946 0100 ext. 12"


def left_out(run: ImportRun, client: Client) -> str:
    page = html(client.get(run.get_absolute_url()))
    return page[page.index("Left out: ") :].split("</p>")[0] if "Left out: " in page else ""


@pytest.mark.django_db
def test_it_says_which_filled_columns_are_left_out(client: Client, user: User) -> None:
    rows = [f"Ann {n},Acme,blue,{'x' if n == 3 else ' '}," for n in range(1, 61)]
    run = taken_in(user, table(*rows, header="Name,Company,Shoes,,Hats"))
    said = "Left out: Shoes (60 cells are filled), Column 4 (1)."
    assert left_out(run, client) == said
    page = html(client.get(run.get_absolute_url()))
    assert page.index(said) < page.index("What its columns hold")
    run = bring_in(run)
    assert left_out(run, client) == ""


@pytest.mark.django_db
def test_of_many_it_says_how_many_more(client: Client, user: User) -> None:
    header = ",".join(["Name", *(f"Thing {n}" for n in range(10))])
    run = taken_in(user, table("Ann,a,b,c,d,e,f,g,h,i,j", header=header))
    assert left_out(run, client).endswith("Thing 5 (1), and 4 more.")
    assert "Thing 0 (1 cell is filled)" in left_out(run, client)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "file",
    [
        table("Ann,Lee,x,Acme,CFO,1 May 2020", header="First Name,Last Name,URL,Company,"
              "Position,Connected On"),
        (FILES / "outlook.csv").read_bytes(),
        (FILES / "outlook-german.csv").read_bytes(),
        (FILES / "google-new.csv").read_bytes(),
        (FILES / "google-old.csv").read_bytes(),
        table("Ann,Lee,yes", header="Vorname,Nachname,Anrede"),
        table("Ann,Annie", header="Name,Nickname"),
    ],
)  # fmt: skip
def test_what_is_left_out_on_purpose_is_not_told(
    client: Client, user: User, file: str | bytes
) -> None:
    assert left_out(taken_in(user, file), client) == ""


@pytest.mark.django_db
def test_a_table_that_only_begins_like_outlooks_is_told(client: Client, user: User) -> None:
    file = table("Ann,Lee,a@b.example,17", header="First Name,Last Name,E-mail Address,Extension")
    assert left_out(taken_in(user, file), client) == "Left out: Extension (1 cell is filled)."


@pytest.mark.django_db
def test_what_its_user_has_left_out_is_not_told(client: Client, user: User) -> None:
    file = table("Ann,blue", header="Name,Shoes")
    assert left_out(taken_in(user, file), client)
    assert left_out(taken_in(user, file, mapping={"0": "name"}), client) == ""


@pytest.mark.django_db
def test_the_command_says_it_too(user: User, tmp_path: Path) -> None:
    path = tmp_path / "shoes.csv"
    path.write_text(table("Ann,blue", header="Name,Shoes"))
    out = io.StringIO()
    call_command("import", str(path), email=user.email, stdout=out, dry_run=True)
    assert out.getvalue().splitlines() == ["new: 1", "Left out: Shoes (1 cell is filled)."]
