"""Who is taken for a recruiter where the file does not say, by title and by firm."""

from __future__ import annotations

import pytest

from accounts.models import User
from contacts.models import Firm, Phone, Recruiter
from desk.importing import recruiting
from tests.desk.imports import bring_in, everything, row_of, table, taken_in, verdicts
from tests.factories import EmployerFactory, FirmFactory, PersonFactory, RecruiterFactory

pytestmark = pytest.mark.django_db
OUTLOOK = "First Name,Last Name,Company,Job Title,Business Phone,E-mail Address"

TITLES = [
    *("Headhunterin", "Head-hunter", "Recruiterin", "Recruiter*in (m/w/d)", "Personalberaterin"),
    *("Personalberater", "Personalvermittlerin", "Chasseuse de têtes", "Chasseur de tête"),
    *("Consultante en recrutement", "Cazatalentos", "Cacciatrice di teste", "Talent Partner"),
]
NOT_TITLES = [
    "Research Partner",
    "Partner",
    "Head of Research",
    "Google Search Manager",
    "Talented",
]
SEARCHING = [
    *(
        "Kestrel Search",
        "Oakline Executive Search LLP",
        "Search & Selection Ltd",
        "The Search Group",
    ),
    *("Société de Recrutement", "Personalberatung Müller", "Unternehmens- und Personalberatung"),
    *("Meier-Personalberatung GmbH", "Acme Recruiting", "Bright Recruitment", "Talent Partners"),
    *("Werving & Selectie BV", "Korn Ferry", "KORN/FERRY International", "Spencer Stuart"),
    *("Egon Zehnder", "Russell Reynolds Associates", "Heidrick & Struggles", "Odgers Berndtson"),
    *("Chasseurs de têtes associés", "Ricerca e Selezione srl", "Northern Headhunters"),
]
NOT_SEARCHING = [
    *("Acme", "Acme Research", "Google Search", "Microsoft Search", "Search Engine Land"),
    *("Elastic Search", "Mountain Search and Rescue", "Talent Garden", "Marketresearch Inc"),
    *("Partners & Co", "Spencer", "Hays County", "The Korn Company", "Open Search Labs", ""),
]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_says_who_recruits(title: str) -> None:
    assert recruiting.is_said(title, "Acme")


@pytest.mark.parametrize("title", NOT_TITLES)
def test_a_title_does_not_say_it(title: str) -> None:
    assert not recruiting.is_said(title, "Acme")


@pytest.mark.parametrize("firm", SEARCHING)
def test_the_name_of_a_firm_says_who_recruits(user: User, firm: str) -> None:
    assert recruiting.is_said("Partner", firm)


@pytest.mark.parametrize("firm", NOT_SEARCHING)
def test_the_name_of_a_firm_does_not_say_it(firm: str) -> None:
    assert not recruiting.is_said("Partner", firm)


def test_a_title_names_the_firm_where_nothing_else_does() -> None:
    assert recruiting.is_said("Senior Client Partner, CFO Practice, Korn Ferry", "")
    assert not recruiting.is_said("Buys from Korn Ferry", "Acme")


LINES = [
    ("Nina Neu,Oakline Partners,Partner,,,", "recruiter"),
    ("Nina Neu,OAKLINE  partners,,,,", "recruiter"),
    ("Nina Neu,Oakline Partners,“Partner; CFO Practice”,,,", "recruiter"),
    # Whatever the firm, this is another trade.
    ("Nina Neu,Oakline Partners,Software Engineer,,,", "person"),
    ("Nina Neu,Elsewhere,Partner,,,", "person"),
]


@pytest.mark.parametrize(("line", "what"), LINES)
def test_who_works_for_a_firm_of_mine_recruits(user: User, line: str, what: str) -> None:
    FirmFactory(owner=user, name="Oakline Partners")
    FirmFactory(name="Elsewhere")
    assert row_of(taken_in(user, table(line)), 1).what == what


def test_what_the_user_says_of_the_file_goes_before_the_firm(user: User) -> None:
    line = table("Nina Neu,Oakline Search,Recruiter,,,")
    FirmFactory(owner=user, name="Oakline Search")
    assert row_of(taken_in(user, line, circle="people"), 1).what == "person"


def test_a_recruiter_of_that_firm_is_known(user: User) -> None:
    firm = FirmFactory(owner=user, name="Kestrel Search")
    RecruiterFactory(owner=user, name="Ruth Wolcott", firm=firm)
    run = taken_in(user, table("Ruth,Wolcott,Kestrel Search,,,", header=OUTLOOK))
    assert verdicts(run) == ["same"]
    run = taken_in(user, table("Ruth,Wolcott,Kestrel Search,Partner,,r@k.example", header=OUTLOOK))
    assert (row_of(run, 1).verdict, row_of(run, 1).what) == ("changes", "recruiter")


@pytest.mark.parametrize(
    "firm", ["Kestrel Search Ltd", "The Kestrel Search, Inc.", "KESTREL SEARCH"]
)
def test_a_legal_form_makes_no_other_firm(user: User, firm: str) -> None:
    kestrel = FirmFactory(owner=user, name="Kestrel Search")
    RecruiterFactory(owner=user, name="Ruth Wolcott", firm=kestrel)
    file = table(f'Ruth,Wolcott,"{firm}",,,', header=OUTLOOK)
    run = taken_in(user, file, overwrites=True)
    assert verdicts(run) == ["same"]
    elsewhere = table("Ruth,Wolcott,Kestrel Partners,,,", header=OUTLOOK)
    assert verdicts(taken_in(user, elsewhere, circle="recruiters")) == ["new"]


def test_a_company_whose_own_recruiter_called_makes_no_recruiters(user: User) -> None:
    lines = [f"Friend {n},Nordea,Director,,," for n in "ABC"]
    file = table("Anna Berg,Nordea,Talent Acquisition,,,", *lines)
    run = bring_in(taken_in(user, file))
    assert run.brought["contacts.person"] == 3
    before = everything(user)
    again = taken_in(user, file)
    assert verdicts(again) == ["same"] * 4
    assert row_of(taken_in(user, table("Cy Dahl,Nordea,Director,,,")), 1).what == "person"
    assert everything(bring_in(again).owner) == before


def test_an_employer_is_no_firm_that_searches(user: User) -> None:
    FirmFactory(owner=user, name="Nordea")
    EmployerFactory(owner=user, name="Nordea")
    assert row_of(taken_in(user, table("Cy Dahl,Nordea,Director,,,")), 1).what == "person"


def test_who_came_in_as_one_of_my_network_is_not_made_twice(user: User) -> None:
    PersonFactory(owner=user, name="Nina Neu", position="Partner, Kestrel Search")
    PersonFactory(owner=user, name="Ole Ohlsen", position="Associate, Brandt, Ohlsen Search")
    PersonFactory(owner=user, name="Bo Lind", position="Baker")
    lines = [
        "Nina Neu,Kestrel Search,Partner,,,",
        'Ole Ohlsen,"Brandt, Ohlsen Search",Partner,,,',
        "Bo Lind,Kestrel Search,Partner,,,",
    ]
    run = taken_in(user, table(*lines))
    assert verdicts(run) == ["same", "same", "new"]
    assert row_of(run, 3).why == "You know somebody of this name in your network."


def test_who_was_thrown_away_as_one_of_my_network_stays_out(user: User) -> None:
    PersonFactory(owner=user, name="Nina Neu", position="Partner, Kestrel Search").trash()
    assert row_of(taken_in(user, table("Nina Neu,Kestrel Search,Partner,,,")), 1).is_left_out


def test_who_stands_there_twice_is_made_once(user: User) -> None:
    run = taken_in(user, table("Nina Neu,Kestrel Search,,,,", "Nina Neu,,,+442079460001,,"))
    assert verdicts(run) == ["new", "changes"]
    bring_in(run)
    assert Recruiter.objects.of(user).get().phones.count() == 1


@pytest.mark.parametrize("circle", ["titles", "recruiters", "people"])
@pytest.mark.parametrize("line", ["Oakline,,,+442079460001,,", "OAKLINE,Oakline,,+442079460001,,"])
def test_who_is_called_as_a_firm_of_mine_is_that_firm(user: User, line: str, circle: str) -> None:
    firm = FirmFactory(owner=user, name="Oakline")
    run = taken_in(user, table(line), circle=circle)
    assert (row_of(run, 1).what, row_of(run, 1).verdict) == ("firm", "changes")
    bring_in(run)
    assert Phone.objects.of(user).get().firm == firm
    assert Firm.objects.of(user).count() == 1


@pytest.mark.parametrize("line", ["Anna Berg,,Partner,,,", "Anna Berg,Oakline,,,,"])
def test_with_a_title_or_another_firm_it_is_somebody(user: User, line: str) -> None:
    FirmFactory(owner=user, name="Anna Berg")
    assert row_of(taken_in(user, table(line)), 1).what == "person"


def test_somebody_known_who_is_called_as_their_firm_is_not_taken_for_it(user: User) -> None:
    firm = FirmFactory(owner=user, name="Anna Berg")
    RecruiterFactory(owner=user, name="Anna Berg", firm=firm)
    run = taken_in(user, table("Anna Berg,,,,,"))
    assert (row_of(run, 1).what, row_of(run, 1).verdict) == ("recruiter", "same")
