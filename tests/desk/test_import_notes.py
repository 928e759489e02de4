"""Notes of a file, of somebody who has some already."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import NOTES_LENGTH, Person
from desk.importing import staging
from desk.importing.run import ImportRow
from tests.desk.imports import bring_in, row_of, table, take_back, taken_in, verdicts
from tests.factories import PersonFactory
from tests.pages import html

pytestmark = pytest.mark.django_db


def noted(*notes: str) -> str:
    rows = (f'Rafael Calder,,r@example.net,"{one}"' for one in notes)
    return table(*rows, header="Name,Phone,Email,Notes")


@pytest.fixture
def rafael(user: User) -> Person:
    bring_in(taken_in(user, noted("First note")))
    return Person.objects.of(user).get()


def test_other_notes_are_shown_and_stay_out(client: Client, user: User, rafael: Person) -> None:
    run = taken_in(user, noted("SECOND IMPORTANT NOTE"))
    assert verdicts(run) == ["same"]
    page = html(client.get(run.get_absolute_url()))
    assert "Notes: First note stays (the file says “SECOND IMPORTANT NOTE”)" in page
    assert "unless what differs is overwritten" in page


def test_overwriting_adds_them_beneath_and_never_twice(
    client: Client, user: User, rafael: Person
) -> None:
    run = taken_in(user, noted("SECOND IMPORTANT NOTE"), overwrites=True)
    page = html(client.get(f"{run.get_absolute_url()}?show=changes"))
    assert "beneath what stands there: <ins>SECOND IMPORTANT NOTE</ins>" in page
    assert "<del>" not in page
    run = bring_in(run)
    rafael.refresh_from_db()
    assert rafael.notes == "First note\nSECOND IMPORTANT NOTE"
    for again in ("SECOND IMPORTANT NOTE", "First note", "second  important\nnote"):
        row = row_of(taken_in(user, noted(again), overwrites=True), 1)
        assert (row.verdict, row.differs) == ("same", [])
    take_back(run)
    rafael.refresh_from_db()
    assert rafael.notes == "First note"


def test_only_lines_that_are_not_there_are_added(user: User, rafael: Person) -> None:
    file = noted("first  NOTE\nMet in Oslo\n\nfirst")
    bring_in(taken_in(user, file, overwrites=True))
    rafael.refresh_from_db()
    assert rafael.notes == "First note\nMet in Oslo"


def test_a_part_of_a_word_is_not_there_already(user: User, rafael: Person) -> None:
    assert row_of(taken_in(user, noted("no")), 1).differs == [["notes", "First note", "no"]]


def test_two_rows_that_say_the_same_add_it_once(user: User, rafael: Person) -> None:
    file = noted("Met in Oslo", "Met in Oslo", "Met in Rome")
    run = taken_in(user, file, overwrites=True)
    assert verdicts(run) == ["changes", "same", "changes"]
    bring_in(run)
    rafael.refresh_from_db()
    assert rafael.notes == "First note\nMet in Oslo\nMet in Rome"
    take_back(run)
    rafael.refresh_from_db()
    assert rafael.notes == "First note"


def test_what_a_row_fills_the_next_adds_to(user: User) -> None:
    bo = PersonFactory(owner=user, name="Rafael Calder", notes="")
    run = taken_in(user, noted("Met in Oslo", "Met in Rome"))
    assert row_of(run, 2).differs == [["notes", "Met in Oslo", "Met in Rome"]]
    staging.choose_overwriting(run, overwrites=True)
    bring_in(run)
    bo.refresh_from_db()
    assert bo.notes == "Met in Oslo\nMet in Rome"


def test_what_is_left_out_is_not_added_to(user: User) -> None:
    bo = PersonFactory(owner=user, name="Rafael Calder", notes="")
    run = taken_in(user, noted("Met in Oslo", "Met in Rome"), overwrites=True)
    ImportRow.objects.of(user).filter(run=run, at=row_of(run, 1).at).update(is_left_out=True)
    bring_in(run)
    bo.refresh_from_db()
    assert bo.notes == "Met in Rome"


def test_somebody_new_who_stands_there_twice_has_the_notes_of_both(
    client: Client, user: User
) -> None:
    run = taken_in(user, noted("Met in Oslo", "met in oslo", "Met in Rome"))
    assert verdicts(run) == ["new", "same", "changes"]
    page = html(client.get(f"{run.get_absolute_url()}?show=changes"))
    assert "Notes: <ins>Met in Rome</ins>" in page
    bring_in(run)
    assert Person.objects.of(user).get().notes == "Met in Oslo\nMet in Rome"


def test_notes_that_would_be_too_long_are_not_cut(user: User, rafael: Person) -> None:
    Person.objects.of(user).update(notes="x" * (NOTES_LENGTH - 5))
    row = row_of(taken_in(user, noted("Met in Oslo"), overwrites=True), 1)
    assert (row.verdict, row.differs) == ("same", [])
    assert "too long" in row.why
    rows = noted("y" * (NOTES_LENGTH - 5), "Met in Oslo").replace("r@", "s@").replace("Raf", "Gab")
    assert "too long" in row_of(taken_in(user, rows), 2).why
