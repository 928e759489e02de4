"""All of a file or nothing of it, once, and back by one press."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from contacts.models import Email, Firm, Person, Phone, Recruiter
from desk.importing import applying, hidden, showing, work
from desk.importing.run import ImportRow, ImportRun
from search import index, results
from search.models import SearchDocument
from tests.desk.imports import (
    LINKEDIN,
    bring_in,
    everything,
    row_of,
    seen,
    table,
    take_back,
    taken_in,
    verdicts,
)
from tests.factories import CallFactory, FirmFactory, RecruiterFactory

pytestmark = pytest.mark.django_db
State = ImportRun.State
NOBODY = {"Firm": 0, "Recruiter": 0, "Person": 0, "Phone": 0, "Email": 0, "SearchDocument": 0}


def documents() -> list[Any]:
    fields = (
        "kind",
        "object_id",
        "owner",
        "title",
        "hint",
        "body",
        "happened_at",
        "place",
        "words",
    )
    rows = SearchDocument.across_owners.order_by("kind", "object_id")
    return list(rows.values_list(*fields, "trashed_at"))


def test_it_writes_nothing_before_it_is_said(user: User) -> None:
    run = taken_in(user, LINKEDIN)
    assert run.state == State.READY
    assert everything(user) == NOBODY


def test_it_brings_in_recruiters_by_their_title_and_others_as_people(user: User) -> None:
    run = bring_in(taken_in(user, LINKEDIN))
    assert run.state == State.DONE
    anna = Recruiter.objects.of(user).get(name="Anna Berg")
    assert (anna.firm.name, anna.title) == ("Northgate Search", "Executive Search Consultant")
    assert [one.address for one in anna.emails.all()] == ["anna@north.example"]
    assert Recruiter.objects.of(user).get(name="Cleo Marsh").firm == anna.firm
    assert Person.objects.of(user).get().position == "Chief Financial Officer, Acme"
    assert Firm.objects.of(user).count() == 1
    assert run.brought == {
        "contacts.firm": 1,
        "contacts.recruiter": 2,
        "contacts.person": 1,
        "contacts.email": 1,
    }


def test_it_leaves_no_row_hidden_and_no_file(user: User) -> None:
    run = taken_in(user, LINKEDIN)
    storage, name = run.file.storage, run.file.name
    bring_in(run)
    assert everything(user) == seen(user)
    assert not storage.exists(name)
    assert not ImportRow.across_owners.exists()


def test_what_it_brings_in_is_found_as_a_rebuilt_index_finds_it(user: User) -> None:
    bring_in(taken_in(user, table("Anna Berg,Northgate,Recruiter,+442079460001,a@n.example,Met")))
    [group] = results.find(user, "anna")
    assert group.rows[0].name == "Anna Berg"
    before = documents()
    index.rebuild()
    assert documents() == before


def test_the_same_file_twice_adds_nothing(user: User) -> None:
    bring_in(taken_in(user, LINKEDIN))
    before = everything(user)
    again = taken_in(user, LINKEDIN)
    assert set(verdicts(again)) == {"same"}
    bring_in(again)
    assert everything(user) == before


def test_a_row_left_out_is_not_brought_in(user: User) -> None:
    run = taken_in(user, LINKEDIN)
    ImportRow.objects.of(user).filter(pk=row_of(run, 1).pk).update(is_left_out=True)
    bring_in(run)
    assert not Recruiter.objects.of(user).filter(name="Anna Berg").exists()
    assert Recruiter.objects.of(user).count() == 1


def test_it_fills_what_is_empty_and_adds_what_is_new(user: User) -> None:
    anna = RecruiterFactory(owner=user, name="Anna Berg", notes="Mine.")
    line = "Anna Berg,Northgate,Recruiter,+44 20 7946 0001,anna@n.example,Theirs"
    bring_in(taken_in(user, table(line)))
    anna.refresh_from_db()
    assert (anna.firm.name, anna.title, anna.notes) == ("Northgate", "Recruiter", "Mine.")
    assert [one.number for one in anna.phones.all()] == ["+442079460001"]
    assert anna.version == 2
    [group] = results.find(user, "anna@n.example")
    assert group.rows[0].name == "Anna Berg"


def test_it_overwrites_only_where_it_was_told_to(user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate")
    anna = RecruiterFactory(owner=user, name="Anna Berg", firm=firm, title="Partner")
    file = table("Anna Berg,Northgate,Managing Recruiter,,,")
    bring_in(taken_in(user, file))
    anna.refresh_from_db()
    assert anna.title == "Partner"
    bring_in(taken_in(user, file, overwrites=True))
    anna.refresh_from_db()
    assert anna.title == "Managing Recruiter"


def test_a_file_that_holds_somebody_twice_makes_them_once(user: User) -> None:
    run = taken_in(
        user,
        table(
            "Anna Berg,Northgate,Recruiter,,anna@n.example,",
            "Anna Berg,Northgate,Recruiter,+442079460001,,",
            "A. Berg,Northgate,Recruiter,,ANNA@n.example,",
        ),
    )
    assert verdicts(run) == ["new", "changes", "same"]
    bring_in(run)
    anna = Recruiter.objects.of(user).get()
    assert anna.phones.get().number == "+442079460001"
    assert anna.emails.get().address == "anna@n.example"
    before = documents()
    index.rebuild()
    assert documents() == before


# All or nothing ----------------------------------------------------------------------------------


class Killed(BaseException):
    """As a process that is gone: nothing of ours answers it."""


@pytest.mark.parametrize("step", range(1, 7))
def test_killed_at_any_step_nothing_of_it_is_seen_and_it_is_whole_afterwards(
    user: User, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    run = taken_in(user, table(*(f"Anna {n}0 Berg{n},Firm {n},Recruiter,,," for n in range(6))))
    monkeypatch.setattr(applying, "PART", 2)
    monkeypatch.setattr(applying, "BY_ENGINE", {})
    goes_on, calls = ImportRun.goes_on, []

    def dies(self: ImportRun, **values: Any) -> None:
        calls.append(1)
        goes_on(self, **values)
        if len(calls) == step + 1:
            raise Killed

    monkeypatch.setattr(ImportRun, "goes_on", dies)
    with pytest.raises(Killed):
        bring_in(run)
    assert seen(user) == NOBODY
    assert results.find(user, "berg1") == []
    monkeypatch.setattr(ImportRun, "goes_on", goes_on)
    ImportRun.across_owners.update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    assert work.go_on() == 1
    assert Recruiter.objects.of(user).count() == 6
    assert everything(user) == seen(user)


def test_a_fault_of_ours_brings_in_nothing_and_says_so(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = taken_in(user, LINKEDIN)

    def breaks(run: ImportRun) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(showing, "_write_changes", breaks)
    bring_in(run)
    assert run.state == State.READY
    assert "went wrong" in run.why
    assert everything(user) == NOBODY


def test_a_firm_made_meanwhile_refuses_the_whole_and_it_is_looked_at_anew(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, write = taken_in(user, LINKEDIN), applying._Writer.write

    def slow(self: Any) -> None:
        write(self)
        if not Firm.objects.of(user).exists():
            FirmFactory(owner=user, name="NORTHGATE search")

    monkeypatch.setattr(applying._Writer, "write", slow)
    bring_in(run)
    assert run.state == State.READY
    assert "changed while" in run.why
    assert not Recruiter.objects.of(user).exists()
    bring_in(run)
    assert run.state == State.DONE
    assert Firm.objects.of(user).get().recruiters.count() == 2


def test_somebody_edited_meanwhile_refuses_the_whole(user: User) -> None:
    anna = RecruiterFactory(owner=user, name="Anna Berg")
    run = taken_in(user, table("Anna Berg,,Partner in recruiting,,,", "Bo Lind,,,,,"))
    anna.notes = "Edited."
    anna.save()
    bring_in(run)
    assert run.state == State.READY
    assert "changed while" in run.why
    assert not Person.objects.of(user).exists()


def test_two_runs_of_the_same_file_make_everybody_once(user: User) -> None:
    first, second = taken_in(user, LINKEDIN), taken_in(user, LINKEDIN)
    bring_in(first)
    bring_in(second)
    assert second.state == State.READY
    assert set(verdicts(second)) == {"same"}
    assert Recruiter.objects.of(user).count() == 2


def test_of_two_workers_one_has_it(user: User) -> None:
    run = taken_in(user, LINKEDIN)
    work.move(run, (State.READY,), State.BRINGING_IN)
    other = ImportRun.across_owners.get(pk=run.pk)
    assert run.take()
    assert not other.take()
    assert work.go_on() == 0


# Back --------------------------------------------------------------------------------------------


def test_undo_takes_back_all_that_it_made(user: User) -> None:
    run = take_back(bring_in(taken_in(user, LINKEDIN)))
    assert run.state == State.UNDONE
    assert everything(user) == NOBODY
    assert (run.made, run.added, run.changed) == ({}, {}, [])


def test_undo_leaves_who_has_been_used_since(user: User) -> None:
    run = bring_in(taken_in(user, LINKEDIN))
    anna = Recruiter.objects.of(user).get(name="Anna Berg")
    CallFactory(owner=user, recruiter=anna)
    take_back(run)
    assert Recruiter.objects.of(user).get() == anna
    assert anna.emails.count() == 1
    assert Firm.objects.of(user).get() == anna.firm
    assert not Person.objects.of(user).exists()
    assert run.stayed == 2
    before = documents()
    index.rebuild()
    assert documents() == before


def test_undo_leaves_what_was_edited_since(user: User) -> None:
    run = bring_in(taken_in(user, LINKEDIN))
    bo = Person.objects.of(user).get()
    bo.notes = "Met in Oslo."
    bo.save()
    take_back(run)
    assert Person.objects.of(user).get() == bo
    assert not Recruiter.objects.of(user).exists()


def test_undo_puts_back_what_it_changed_and_takes_away_what_it_added(user: User) -> None:
    firm = FirmFactory(owner=user, name="Old Firm")
    anna = RecruiterFactory(owner=user, name="Anna Berg", title="Partner", firm=firm)
    Email.objects.create(owner=user, recruiter=anna, address="anna@n.example")
    line = "Anna Berg,New Firm,Managing Recruiter,+442079460001,anna@n.example,Said hello"
    run = bring_in(taken_in(user, table(line), overwrites=True))
    anna.refresh_from_db()
    assert (anna.title, anna.firm.name) == ("Managing Recruiter", "New Firm")
    take_back(run)
    anna = Recruiter.objects.of(user).get()
    assert (anna.title, anna.firm, anna.notes) == ("Partner", firm, "")
    assert not Phone.across_owners.exists()
    assert Firm.objects.of(user).get() == firm
    before = documents()
    index.rebuild()
    assert documents() == before


def test_undo_keeps_a_field_that_was_edited_since(user: User) -> None:
    anna = RecruiterFactory(owner=user, name="Anna Berg")
    run = bring_in(taken_in(user, table("Anna Berg,,Head of Recruiting,,,Said hello")))
    anna.refresh_from_db()
    anna.title = "Retired"
    anna.save()
    take_back(run)
    anna.refresh_from_db()
    assert (anna.title, anna.notes) == ("Retired", "")


def test_an_undo_that_was_killed_is_finished(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = bring_in(taken_in(user, LINKEDIN))
    sweep = hidden.sweep

    def dies(*args: Any) -> int:
        raise Killed

    monkeypatch.setattr("desk.importing.undoing.sweep", dies)
    with pytest.raises(Killed):
        take_back(run)
    assert seen(user) == NOBODY
    monkeypatch.setattr("desk.importing.undoing.sweep", sweep)
    ImportRun.across_owners.update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    assert work.go_on() == 1
    assert everything(user) == NOBODY
    assert ImportRun.objects.of(user).get().state == State.UNDONE


def test_it_touches_nobody_else(user: User, other: User) -> None:
    RecruiterFactory(owner=other, name="Anna Berg")
    run = taken_in(user, LINKEDIN)
    assert verdicts(run)[0] == "new"
    take_back(bring_in(run))
    assert Recruiter.objects.of(other).count() == 1


def test_what_is_brought_in_is_not_found_while_it_is_hidden(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Any] = []
    show = showing.show

    def looks(run: ImportRun) -> None:
        found.append(results.find(user, "anna"))
        show(run)
        found.append(results.find(user, "anna"))

    monkeypatch.setattr(showing, "show", looks)
    bring_in(taken_in(user, LINKEDIN))
    before, after = found
    assert before == []
    assert after[0].rows[0].name == "Anna Berg"


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite plans without counting")
def test_postgresql_is_told_how_many_came_in(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hidden, "MANY", 20)
    bring_in(taken_in(user, table(*(f"A{n},F,Recruiter,,a{n}@x.example," for n in range(30)))))
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'contacts_recruiter'")
        assert cursor.fetchone()[0] >= 30
