"""The tables that our own export writes, handed in again."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Email, Firm, Person, Phone, Recruiter
from desk.export import tables
from desk.importing import intake, own_tables
from desk.importing.entries import ImportRefused
from desk.importing.run import ImportRow, ImportRun
from tests.desk.imports import bring_in, everything, row_of, taken_in, upload, verdicts
from tests.desk.test_anonymise import everything as make_everything
from tests.factories import FirmFactory, PersonFactory, RecruiterFactory
from tests.pages import html

pytestmark = pytest.mark.django_db
COME_IN = ["firms", "recruiters", "people"]
REFUSED = [name for name in tables.TABLES if name not in COME_IN]
# How it may come back from a spreadsheet.
WRITINGS = [",", ";", "\t"]


def written(user: User, name: str) -> bytes:
    return b"".join(tables.write(tables.TABLES[name], user))


@pytest.fixture
def known(user: User) -> User:
    """Firms, recruiters and people with all that a table of them holds."""
    make_everything(user)
    north = FirmFactory(owner=user, name="=Northgate; “Search”", switchboard="+442079460001")
    Phone.objects.create(owner=user, firm=north, number="+442079460002")
    Email.objects.create(owner=user, firm=north, address="desk@north.example")
    minus = FirmFactory(owner=user, name="-Minus & Sons", notes="=1+1\nand so on")
    anna = RecruiterFactory(owner=user, name="Anna Berg", firm=north, title="@Partner", notes="-")
    for number in ("+442079460003", "+12125550100"):
        Phone.objects.create(owner=user, recruiter=anna, number=number)
    Email.objects.create(owner=user, recruiter=anna, address="anna@north.example")
    RecruiterFactory(owner=user, name="Anna Berg", firm=minus, notes="another one")
    bo = PersonFactory(owner=user, name="Bo Lind", position="CFO, Acme", relation="from school")
    PersonFactory(owner=user, name="+Plus Sign", position="Recruiter, Acme")
    Phone.objects.create(owner=user, person=bo, number="+442079460004")
    return user


@pytest.mark.parametrize("name", tables.TABLES)
def test_each_table_is_known_by_its_header(user: User, name: str) -> None:
    heads = [str(label) for label, _value in tables.TABLES[name].columns]
    assert own_tables.named(heads) == name
    assert own_tables.named([head.upper() for head in reversed(heads)]) == name


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_come_in_is_refused_with_what_can(user: User, name: str) -> None:
    make_everything(user)
    with pytest.raises(ImportRefused) as refused:
        intake.take_in(user, upload(written(user, name)))
    assert f"“{tables.TABLES[name].label}”" in str(refused.value)
    assert "archive" in str(refused.value)
    assert not ImportRun.objects.of(user).exists()


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_without_a_row_too(user: User, name: str) -> None:
    with pytest.raises(ImportRefused, match="Wordkeeper wrote out"):
        intake.take_in(user, upload(written(user, name)))


@pytest.mark.parametrize("circle", ImportRun.Circle.values)
@pytest.mark.parametrize("delimiter", WRITINGS)
@pytest.mark.parametrize("name", COME_IN)
def test_it_adds_nothing_to_those_it_was_written_of(
    known: User, name: str, delimiter: str, circle: str
) -> None:
    before = everything(known)
    octets = written(known, name)
    if delimiter != ",":
        rows = tables.csv.reader(octets.decode("utf-8-sig").splitlines(keepends=True))
        out = tables.io.StringIO()
        tables.csv.writer(out, delimiter=delimiter).writerows(rows)
        octets = out.getvalue().encode()
    run = taken_in(known, octets, circle=circle, overwrites=True)
    assert verdicts(run) == ["same"] * tables.counts(known)[name]
    assert everything(bring_in(run).owner) == before


WHAT = {"firms": Firm, "recruiters": Recruiter, "people": Person}


@pytest.mark.parametrize("name", COME_IN)
def test_in_another_account_they_are_the_same_again(known: User, other: User, name: str) -> None:
    model = WHAT[name]
    bring_in(taken_in(other, written(known, name)))
    mine, theirs = (
        {(row.name, row.notes): _reached(row) for row in model.objects.of(owner)}  # type: ignore[attr-defined]
        for owner in (known, other)
    )
    assert mine == theirs
    others = {one for one in WHAT.values() if one not in (model, Firm)}
    assert not any(one.objects.of(other).exists() for one in others)  # type: ignore[attr-defined]


def _reached(row: Firm | Recruiter | Person) -> set[str]:
    found = {one.number for one in row.phones.all()} | {one.address for one in row.emails.all()}
    return found | ({row.switchboard} - {""} if isinstance(row, Firm) else set())


def test_the_page_says_what_it_is(client: Client, known: User) -> None:
    response = client.post("/import/", {"file": upload(written(known, "firms"))}, follow=True)
    assert "Firms that Wordkeeper wrote out" in html(response)
    assert "Bring them in as" not in html(response)
    refused = client.post("/import/", {"file": upload(written(known, "calls"))})
    assert refused.status_code == 422
    assert "the table “Calls” that Wordkeeper wrote out" in html(refused)


def test_a_column_may_have_been_taken_out_or_put_in(known: User) -> None:
    heads = written(known, "firms").decode("utf-8-sig").splitlines()[0].split(",")
    assert own_tables.named([*heads, "Colour", ""]) == "firms"
    assert own_tables.named([head for head in heads if head != "Past clients"]) == "firms"
    assert own_tables.named(["Name", "Phones", "E-mails", "Notes"]) == ""
    assert own_tables.named(["Name", "Position", "Notes", "Phones", "E-mails"]) == ""


def test_what_its_columns_were_said_to_be_before_is_not_asked(known: User) -> None:
    octets = written(known, "firms")
    taken_in(known, octets, mapping={"0": "name"})
    again = taken_in(known, octets)
    assert set(ImportRow.objects.of(known).filter(run=again).values_list("what")) == {("firm",)}


def test_who_was_anonymised_is_nobody(user: User) -> None:
    PersonFactory(owner=user, name="Somebody", anonymised_at="2026-01-01T00:00Z")
    run = taken_in(user, written(user, "people"))
    assert verdicts(run) == ["unreadable"]
    assert "whose name you have taken out" in row_of(run, 1).why
