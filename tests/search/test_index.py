"""The index is kept with every change, in its transaction, on either engine."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.changes import NotTold
from accounts.models import User
from calls.models import Call
from contacts import documents
from contacts.models import Firm, Recruiter
from search import index, results, sqlite, upkeep
from search.models import SearchDocument, engine
from tests import factories

ON_SQLITE = "tests of SQLite's own table"


def is_found(owner: User, typed: str) -> bool:
    return bool(results.find(owner, typed))


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def _on_sqlite(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip(ON_SQLITE)


@pytest.mark.usefixtures("_on_sqlite")
def test_it_has_all_its_triggers() -> None:
    """SQLite drops them without a word when a migration makes their table anew."""
    assert triggers() >= set(sqlite.TRIGGERS)
    assert len(sqlite.TRIGGERS) == 3


@pytest.mark.usefixtures("_on_sqlite")
def test_it_makes_lost_triggers_again_and_what_they_missed(user: User) -> None:
    with connection.cursor() as cursor:
        for name in sqlite.TRIGGERS:
            cursor.execute(f"DROP TRIGGER {name}")
    factories.FirmFactory(owner=user, name="Northgate")
    assert not is_found(user, "northgate")
    upkeep.after_migrate("default", quiet=True)
    assert triggers() >= set(sqlite.TRIGGERS)
    assert is_found(user, "northgate")


@pytest.mark.usefixtures("_on_sqlite")
def test_it_survives_a_table_that_is_made_anew(user: User) -> None:
    firm = factories.FirmFactory(owner=user, name="Northgate")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE aside AS SELECT * FROM search_searchdocument")
        cursor.execute("DROP TABLE search_searchdocument")
        cursor.execute("ALTER TABLE aside RENAME TO search_searchdocument")
        cursor.execute("CREATE UNIQUE INDEX one ON search_searchdocument (kind, object_id)")
    upkeep.after_migrate("default", quiet=True)
    firm.name = "Blackwood"
    firm.save()
    assert (is_found(user, "blackwood"), is_found(user, "northgate")) == (True, False)
    assert sqlite.is_sound()


def test_it_takes_in_rows_of_before_it_was_there(user: User) -> None:
    factories.FirmFactory(owner=user, name="Northgate")
    engine().empty()
    assert not is_found(user, "northgate")
    upkeep.after_migrate("default", quiet=True)
    assert is_found(user, "northgate")


def test_it_is_made_anew_by_a_command(user: User) -> None:
    factories.CallFactory(owner=user, notes="about the chair")
    engine().empty()
    said = StringIO()
    call_command("reindex", stdout=said)
    assert is_found(user, "chair")
    assert "2 rows can be found" in said.getvalue()


def test_it_is_rolled_back_with_its_row(user: User) -> None:
    with transaction.atomic():
        factories.FirmFactory(owner=user, name="Northgate")
        transaction.set_rollback(True)
    assert not SearchDocument.across_owners.exists()
    assert not is_found(user, "northgate")


def test_it_follows_a_change_of_many_rows(user: User) -> None:
    one, two = factories.FirmFactory(owner=user), factories.FirmFactory(owner=user)
    Firm.objects.of(user).filter(pk=one.pk).update(notes="treasury")
    two.notes = "shipping"
    Firm.objects.of(user).bulk_update([two], ["notes"])
    Firm.objects.bulk_create([Firm(owner=user, name="Steel", folded_name="steel")])
    assert all(is_found(user, word) for word in ("treasury", "shipping", "steel"))


def test_it_refuses_rows_that_it_would_not_know(user: User) -> None:
    with pytest.raises(NotTold), transaction.atomic():
        Firm.objects.bulk_create(
            [Firm(owner=user, name="A", folded_name="a")], ignore_conflicts=True
        )


def test_it_follows_a_new_name_everywhere(user: User) -> None:
    firm = factories.FirmFactory(owner=user, name="Northgate")
    grace = factories.RecruiterFactory(owner=user, name="Grace", firm=firm)
    factories.CallFactory(owner=user, recruiter=grace, firm=firm)
    firm.name = "Blackwood"
    firm.save()
    assert not is_found(user, "northgate")
    assert {group.kind.name for group in results.find(user, "blackwood")} == {
        *("firm", "recruiter", "call")
    }


def test_it_keeps_the_firm_of_that_day(user: User) -> None:
    firm = factories.FirmFactory(owner=user, name="Northgate")
    grace = factories.RecruiterFactory(owner=user, firm=firm)
    factories.CallFactory(owner=user, recruiter=grace, firm=firm)
    grace.firm = factories.FirmFactory(owner=user, name="Blackwood")
    grace.save()
    assert [group.kind.name for group in results.find(user, "northgate")] == ["firm", "call"]


def test_it_never_finds_what_is_in_the_trash(user: User) -> None:
    call = factories.CallFactory(owner=user, notes="chair")
    call.trash()
    assert not is_found(user, "chair")
    call.restore()
    assert is_found(user, "chair")


def test_it_loses_a_number_with_its_row(user: User) -> None:
    phone = factories.PhoneFactory(owner=user, number="+442079460123")
    assert is_found(user, "0123")
    phone.delete()
    assert not is_found(user, "0123")


def test_it_goes_with_its_account(user: User, other: User) -> None:
    about = factories.OpportunityFactory(owner=user)
    factories.CallFactory(owner=user, opportunity=about)
    kept = factories.FirmFactory(owner=other)
    user.delete()
    assert [row.object_id for row in SearchDocument.across_owners.all()] == [kept.pk]


def test_it_asks_nothing_for_what_nobody_looks_for(user: User) -> None:
    call = factories.CallFactory(owner=user)
    with CaptureQueriesContext(connection) as captured:
        Recruiter.objects.of(user).filter(pk=call.recruiter_id).update(last_call_at=None)
    assert [query["sql"][:6] for query in captured] == ["UPDATE"]


def test_it_costs_two_questions_a_row(user: User) -> None:
    call = factories.CallFactory(owner=user)
    with CaptureQueriesContext(connection) as captured:
        call.notes = "more"
        call.save()
    ours = [query["sql"] for query in captured if "search_searchdocument" in query["sql"]]
    # PostgreSQL is asked to hold the document, too; SQLite lets one write at a time.
    held = 1 if connection.vendor == "postgresql" else 0
    assert len(ours) == 1 + held
    with CaptureQueriesContext(connection) as captured, index.gathered():
        for number in range(3):
            Call.objects.create(owner=user, recruiter=call.recruiter, notes=str(number))
    ours = [query["sql"] for query in captured if "search_searchdocument" in query["sql"]]
    assert len(ours) == 1


def test_a_document_says_numbers_in_one_order_however_they_are_read(user: User) -> None:
    row = factories.RecruiterFactory(owner=user)
    for number in ("+442079460001", "+442079460002"):
        factories.PhoneFactory(owner=user, recruiter=row, number=number)
    said = []
    for order in ("pk", "-pk"):
        row._prefetched_objects_cache = {"phones": row.phones.order_by(order), "emails": []}
        said.append(documents._ways(row, documents._numbers(row)))
    assert said[0] == said[1]
