"""Whom a row of a file is taken for."""

from __future__ import annotations

import pytest

from accounts.models import User
from contacts.models import Email, Person, Phone
from desk.importing.run import ImportRun
from tests.desk.imports import row_of, table, taken_in, verdicts
from tests.factories import FirmFactory, PersonFactory, RecruiterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(user: User) -> User:
    """Anna of Northgate, with a number and an address; two Cleos; Bo of my network."""
    firm = FirmFactory(owner=user, name="Northgate Search")
    anna = RecruiterFactory(owner=user, name="Anna Müller-Berg", firm=firm, title="Partner")
    Phone.objects.create(owner=user, recruiter=anna, number="+442079460001")
    Email.objects.create(owner=user, recruiter=anna, address="Anna@North.example")
    RecruiterFactory(owner=user, name="Cleo Marsh", firm=firm)
    RecruiterFactory(owner=user, name="Cleo Marsh", firm=firm)
    RecruiterFactory(owner=user, name="Dag Holm")
    PersonFactory(owner=user, name="Bo Lind", position="CFO, Acme")
    gone = PersonFactory(owner=user, name="Eve Gone")
    gone.trash()
    somebody = PersonFactory(owner=user, name="Somebody")
    Person.objects.of(user).filter(pk=somebody.pk).update(anonymised_at=somebody.created_at)
    return user


CASES = [
    # by address
    ("Anna Müller-Berg,,,,anna@north.example,", "recruiters", "same"),
    ("Anna Smith,,,,ANNA@NORTH.EXAMPLE,", "recruiters", "same"),
    ("Anna Smith,,,,anna@north.example,", "people", "same"),
    ("Zoë Quite-Other,,,,anna@north.example,", "recruiters", "unclear"),
    ("Anna Müller-Berg,,,+442079460009,anna@north.example,", "recruiters", "changes"),
    # by number, in any writing
    ("A. Berg,,,(020) 7946 0001,,", "recruiters", "new"),
    ("A. Müller-Berg,,,(020) 7946 0001,,", "recruiters", "same"),
    ("Zoë Other,,,+44 20 7946 0001,,", "recruiters", "new"),
    # by name and firm
    ("anna muller-berg,Northgate Search,,,,", "recruiters", "same"),
    ("ANNA MÜLLER‑BERG,northgate  search,Partner,,,", "recruiters", "same"),
    ("Anna Müller-Berg,,,,,", "recruiters", "same"),
    ("Anna Müller-Berg,Elsewhere,,,,", "recruiters", "new"),
    ("Dag Holm,Elsewhere,,,,", "recruiters", "changes"),
    ("Cleo Marsh,Northgate Search,,,,", "recruiters", "unclear"),
    ("Cleo Marsh,,,,,", "recruiters", "unclear"),
    ("Anna Müller-Berg,Northgate Search,Managing Partner,,,", "recruiters", "same"),
    # people
    ("bo lind,Acme,CFO,,,", "people", "same"),
    ("Bo Lind,,,,bo@acme.example,", "people", "changes"),
    ("Bo Lind,Acme,CFO,,,", "recruiters", "new"),
    ("Eve Gone,,,,,", "people", "new"),
    ("Somebody,,,,,", "people", "new"),
    # firms
    (",Northgate Search,,,,", "recruiters", "same"),
    (",northgate search,,+442079460100,,", "recruiters", "changes"),
    (",Another Firm,,,,", "people", "new"),
    # neither
    (",,Partner,,,", "recruiters", "unreadable"),
]


@pytest.mark.parametrize(("line", "circle", "verdict"), CASES)
def test_it_is_taken_for(known: User, line: str, circle: str, verdict: str) -> None:
    assert verdicts(taken_in(known, table(line), circle=circle)) == [verdict]


TITLES = [
    ("Recruiter", "recruiter"),
    ("Senior Technical Recruiter", "recruiter"),
    ("Partner, Executive Search", "recruiter"),
    ("Head of Talent Acquisition", "recruiter"),
    ("Headhunter", "recruiter"),
    ("Personalberaterin", "recruiter"),
    ("Reclutadora IT", "recruiter"),
    ("Recrutador sênior", "recruiter"),
    ("Responsabile selezione del personale", "recruiter"),
    ("Adviseur werving & selectie", "recruiter"),
    ("Chasseuse de têtes", "recruiter"),
    ("Chief Financial Officer", "person"),
    ("Talented baker", "person"),
    ("", "person"),
]


@pytest.mark.parametrize(("title", "what"), TITLES)
def test_the_title_says_who_recruits(user: User, title: str, what: str) -> None:
    assert row_of(taken_in(user, table(f'Anna Berg,,"{title}",,,')), 1).what == what


WITHIN = [
    (["Anna Berg,,,,a@n.example,", "Anna Berg,,,,a@n.example,"], ["new", "same"]),
    (
        ["Anna Berg,,,,a@n.example,", "Anna B. Berg,,,+442079460001,a@n.example,"],
        ["new", "changes"],
    ),
    (["Anna Berg,North,,,,", "Anna Berg,South,,,,"], ["new", "new"]),
    (["Anna Berg,North,,,,", "Anna Berg,,,,,"], ["new", "same"]),
    # A switchboard is no reason to take two for one.
    (["Anna Berg,,,+442079460001,,", "Bo Lind,,,+442079460001,,"], ["new", "new"]),
    ([",North,,,,", ",NORTH,,,,"], ["new", "same"]),
]


@pytest.mark.parametrize(("lines", "found"), WITHIN)
def test_nobody_is_made_twice_of_one_file(user: User, lines: list[str], found: list[str]) -> None:
    assert verdicts(taken_in(user, table(*lines), circle="recruiters")) == found


def test_an_empty_field_is_filled_and_another_word_is_shown(known: User) -> None:
    run = taken_in(known, table("Dag Holm,Elsewhere,Recruiter,,,"), circle="recruiters")
    assert row_of(run, 1).fills == [["firm", "", "Elsewhere"], ["title", "", "Recruiter"]]
    line = "Anna Müller-Berg,Northgate Search,Managing Partner,,,"
    row = row_of(taken_in(known, table(line), circle="recruiters"), 1)
    assert row.differs == [["title", "Partner", "Managing Partner"]]
    assert row.only_differs


def test_what_is_no_number_is_kept_in_the_notes(user: User) -> None:
    run = taken_in(user, table("Anna Berg,,,ring my office,not-an-address,Met once"))
    data = row_of(run, 1).data
    assert data["notes"].splitlines() == [
        "Met once",
        "Phone: ring my office",
        "E-mail: not-an-address",
    ]
    assert not data.get("phones")


def test_it_asks_as_many_queries_of_many_rows_as_of_few(user: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from desk.importing import staging

    asked = []
    for count in (5, 400):
        lines = [f"Anna{n} Berg{n},Firm {n},Recruiter,,a{n}@n.example," for n in range(count)]
        run = taken_in(user, table(*lines))
        entries = list(staging._entries(run))
        matcher = staging.matcher_of(run, user)
        with CaptureQueriesContext(connection) as queries:
            matcher.judge(run, entries)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 20
    assert ImportRun.objects.of(user).count() == 2
