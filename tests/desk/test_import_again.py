"""A file that comes again, after those in it were merged or thrown away."""

from __future__ import annotations

import pytest

from accounts.models import User
from contacts.models import Firm, Person, Recruiter
from desk import merging
from desk.importing import staging, work
from desk.importing.run import ImportRow, ImportRun
from tests.desk.imports import bring_in, row_of, table, taken_in, verdicts

pytestmark = pytest.mark.django_db
# As LinkedIn gives most people: without a number, and without an address.
TWO = table("Jon Smith,Acme,Recruiter,,,", "Jonathan Smith,Acme,Recruiter,,,")


def merged(user: User, model: type, kept: str, gone: str) -> None:
    rows = {row.name: row for row in model.objects.of(user)}  # type: ignore[attr-defined]
    merging.merge(rows[kept], rows[gone])


def test_whoever_was_merged_into_somebody_is_not_made_anew(user: User) -> None:
    bring_in(taken_in(user, TWO))
    merged(user, Recruiter, "Jonathan Smith", "Jon Smith")
    again = taken_in(user, TWO)
    assert verdicts(again) == ["same", "same"]
    assert row_of(again, 1).name == "Jonathan Smith"


def test_a_chain_of_merges_is_followed_to_its_end(user: User) -> None:
    three = TWO + "Jack Smith,Acme,Recruiter,,,\n"
    bring_in(taken_in(user, three))
    merged(user, Recruiter, "Jonathan Smith", "Jon Smith")
    merged(user, Recruiter, "Jack Smith", "Jonathan Smith")
    again = taken_in(user, three)
    assert verdicts(again) == ["same"] * 3


def test_whoever_was_merged_is_known_by_their_address_too(user: User) -> None:
    file = table("Jo Ash,Acme,Recruiter,,jo@a.example,", "Zed Elm,Acme,Recruiter,,z@a.example,")
    bring_in(taken_in(user, file))
    merged(user, Recruiter, "Zed Elm", "Jo Ash")
    assert verdicts(taken_in(user, file)) == ["same", "same"]


def test_a_namesake_at_another_firm_is_somebody_else(user: User) -> None:
    bring_in(taken_in(user, TWO))
    merged(user, Recruiter, "Jonathan Smith", "Jon Smith")
    assert verdicts(taken_in(user, table("Jon Smith,Elsewhere,Recruiter,,,"))) == ["new"]


def test_once_a_merge_is_undone_they_are_two_again(user: User) -> None:
    bring_in(taken_in(user, TWO))
    rows = {row.name: row for row in Recruiter.objects.of(user)}
    merging.undo(merging.merge(rows["Jonathan Smith"], rows["Jon Smith"]))
    again = taken_in(user, TWO)
    assert [row_of(again, at).name for at in (1, 2)] == ["Jon Smith", "Jonathan Smith"]
    assert verdicts(again) == ["same", "same"]


def test_a_firm_that_was_merged_is_not_made_anew(user: User) -> None:
    file = table("Jon Smith,Acme,Recruiter,,,", "Zed Elm,Acme Ltd,Recruiter,,,")
    bring_in(taken_in(user, file))
    merged(user, Firm, "Acme Ltd", "Acme")
    assert verdicts(taken_in(user, file)) == ["same", "same"]
    bring_in(taken_in(user, table("Al Oak,Acme,Recruiter,,,", ",Acme,,+442079460001,,")))
    assert [firm.name for firm in Firm.objects.of(user)] == ["Acme Ltd"]
    assert Recruiter.objects.of(user).get(name="Al Oak").firm.name == "Acme Ltd"


def test_anothers_merges_say_nothing(user: User, other: User) -> None:
    bring_in(taken_in(other, TWO))
    merged(other, Recruiter, "Jonathan Smith", "Jon Smith")
    assert verdicts(taken_in(user, TWO)) == ["new", "new"]


@pytest.fixture
def thrown(user: User) -> ImportRun:
    """A file whose recruiter and whose person lie in the trash, read once more."""
    file = table("Jon Smith,Acme,Recruiter,,j@a.example,", "Zed Elm,Acme,CFO,,z@a.example,")
    bring_in(taken_in(user, file))
    Recruiter.objects.of(user).get().trash()
    Person.objects.of(user).get().trash()
    return taken_in(user, file)


def test_whoever_was_thrown_away_stays_out_and_it_is_said(user: User, thrown: ImportRun) -> None:
    assert staging.count_taken(thrown) == 0
    assert "in your trash" in row_of(thrown, 1).why
    bring_in(thrown)
    assert not Recruiter.objects.of(user).exists()
    assert not Person.objects.of(user).exists()


def test_whoever_was_thrown_away_comes_in_once_that_is_said(user: User, thrown: ImportRun) -> None:
    ImportRow.objects.of(user).filter(run=thrown, at=2).update(is_left_out=False)
    assert work.move(thrown, (ImportRun.State.READY,), ImportRun.State.READING)
    work.work(thrown)  # read anew, that still holds
    bring_in(thrown)
    assert Recruiter.objects.of(user).get().name == "Jon Smith"
    assert not Person.objects.of(user).exists()


def test_a_namesake_of_whom_was_thrown_away_comes_in(user: User, thrown: ImportRun) -> None:
    assert staging.count_taken(taken_in(user, table("Jon Smith,Elsewhere,Recruiter,,,"))) == 1


def test_what_another_file_is_writing_is_not_in_the_trash(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []
    show = work.applying.showing.show

    def look(run: ImportRun) -> None:
        found.append(staging.count_taken(taken_in(user, TWO)))
        show(run)

    monkeypatch.setattr("desk.importing.showing.show", look)
    bring_in(taken_in(user, TWO))
    assert found == [2]


def test_what_adds_to_a_row_that_is_left_out_is_not_counted(user: User) -> None:
    run = taken_in(
        user, table("Jo Ash,A,Recruiter,,j@a.example,", "Jo Ash,A,Recruiter,+442079460001,,")
    )
    assert staging.count_taken(run) == 2
    ImportRow.objects.of(user).filter(run=run, at=2).update(is_left_out=True)
    assert staging.count_taken(run) == 0


def test_a_file_that_was_brought_in_as_recruiters_adds_nobody_by_their_titles(user: User) -> None:
    # As LinkedIn gives most people, and the choice of last time is not the first one offered.
    file = table("Jon Smith,Acme,Managing Partner,,,", "Zed Elm,,Partner,,,")
    bring_in(taken_in(user, file, circle=ImportRun.Circle.RECRUITERS))
    assert verdicts(taken_in(user, file)) == ["same", "same"]


def test_a_person_who_is_called_like_a_recruiter_of_another_firm_is_new(user: User) -> None:
    bring_in(taken_in(user, TWO))
    assert verdicts(taken_in(user, table("Jon Smith,Elsewhere,CFO,,,"))) == ["new"]
