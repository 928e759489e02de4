"""Pairs that are likely one, why, and that two are not one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from contacts.duplicates import is_one_letter_off, pairs
from contacts.models import Kind, NotTheSame, Recruiter
from desk.merging import merge
from tests import factories
from tests.addresses import check_refusals
from tests.pages import html

PAGE = reverse("desk:duplicates")


def found(user: User, kind: Kind) -> dict[tuple[int, int], list[str]]:
    return {(pair.one, pair.other): pair.words for pair in pairs(user, kind)}


def recruiters(user: User, *names: str, **values: Any) -> list[Recruiter]:
    return [factories.RecruiterFactory(owner=user, name=name, **values) for name in names]


# Recruiters and people ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Jane Doe", "jane  DOE", "same name"),
        ("Jörg Müller", "Jorg Muller", "same name"),
        ("Doe Jane", "Jane Doe", "same name"),
        ("Dr. Jane Doe", "Jane Doe", "same name"),
        ("Martin Brandt", "Martin Brand", "names that differ by one letter"),
        ("Martin Brandt", "Martni Brandt", "names that differ by one letter"),
        ("J. Okonkwo", "Jane Okonkwo", "same surname and initial"),
        ("Jane Doe", "John Doe", None),
        ("Jane Doe", "Jane Roe", None),
        ("Martin Brandt", "Martin Brauns", None),
        ("Ann Lee", "Ann Leo", None),
        ("Jane Okonkwo", "June Okonkwo", "names that differ by one letter"),
    ],
)
def test_it_compares_names_at_one_firm(user: User, one: str, other: str, why: str | None) -> None:
    firm = factories.FirmFactory(owner=user)
    recruiters(user, one, other, firm=firm)
    assert [*found(user, Kind.RECRUITER).values()] == ([[why]] if why else [])


def test_it_says_how_firms_speak_for_it(user: User) -> None:
    here, there = (factories.FirmFactory(owner=user) for _ in range(2))
    one = factories.RecruiterFactory(owner=user, name="Jane Doe", firm=here)
    other = factories.RecruiterFactory(owner=user, name="Jane Doe", firm=there)
    nowhere = factories.RecruiterFactory(owner=user, name="Jane Doe")
    assert found(user, Kind.RECRUITER) == {
        (one.pk, nowhere.pk): ["same name, one of them without a firm"],
        (other.pk, nowhere.pk): ["same name, one of them without a firm"],
        (one.pk, other.pk): ["same name at another firm"],
    }
    factories.RecruiterFactory(owner=user, name="Jane Dose", firm=there)
    slips = [why for why in found(user, Kind.RECRUITER).values() if "letter" in why[0]]
    assert slips == []  # too short to be a slip


def test_it_compares_numbers_and_mails_the_surest_first(user: User) -> None:
    one, other, third = recruiters(user, "Jane Doe", "Jane Doe", "Jane Brandt")
    for row in (one, other, third):
        factories.PhoneFactory(owner=user, recruiter=row, number="+442079460001")
    for row, mail in ((one, "Jane@Example.net"), (other, "jane@example.net")):
        factories.EmailFactory(owner=user, recruiter=row, address=mail)
    told = pairs(user, Kind.RECRUITER)
    assert (told[0].one, told[0].other) == (one.pk, other.pk)
    assert told[0].words == ["same number", "same e-mail", "same name"]
    assert {pair.words[0] for pair in told[1:]} == {"same number"}


def test_a_house_whose_number_many_share_is_no_reason(user: User) -> None:
    for name in ("Jane Doe", "Martin Brandt", "Grace Okonkwo"):
        (row,) = recruiters(user, name)
        factories.PhoneFactory(owner=user, recruiter=row, number="+442079460001")
    assert found(user, Kind.RECRUITER) == {}


def test_people_are_compared_alike(user: User) -> None:
    for name in ("Grace Okonkwo", "Grace Okonkwo"):
        factories.PersonFactory(owner=user, name=name)
    for _ in range(2):
        factories.PersonFactory(owner=user, name="Somebody", anonymised_at="2026-01-01T00:00Z")
    assert [*found(user, Kind.PERSON).values()] == [["same name"]]


# Firms and employers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"name": "Brandt GmbH"}, {"name": "Brandt"}, "same name but for its legal form"),
        ({"name": "Brandt & Partners"}, {"name": "Brandt"}, "words such as “Partners”"),
        ({"name": "Northgate Search"}, {"name": "Northgate Group Ltd"}, "words such as"),
        ({"name": "Northgate"}, {"name": "Nortgate"}, "differ by one letter"),
        (
            {"name": "Acme", "website": "https://www.acme.example/team"},
            {"name": "ACM Europe", "website": "http://acme.example"},
            "same website",
        ),
        (
            {"name": "Acme", "switchboard": "+442079460001"},
            {"name": "Other", "switchboard": "+442079460001"},
            "same number",
        ),
        (
            {"name": "Acme", "website": "https://www.linkedin.com/company/acme"},
            {"name": "Other", "website": "https://www.linkedin.com/company/other"},
            None,
        ),
        ({"name": "Northgate"}, {"name": "Northgate Capital"}, None),
        ({"name": "Search Partners"}, {"name": "Executive Search Group"}, None),
    ],
)
def test_it_compares_firms(user: User, one: Any, other: Any, why: str | None) -> None:
    factories.FirmFactory(owner=user, **one)
    factories.FirmFactory(owner=user, **other)
    told = [*found(user, Kind.FIRM).values()]
    assert (why in told[0][0]) if why else told == []


def test_firms_are_one_by_the_mails_of_their_people(user: User) -> None:
    for name in ("Acme", "Other"):
        firm = factories.FirmFactory(owner=user, name=name)
        (row,) = recruiters(user, f"Jane {name}", firm=firm)
        factories.EmailFactory(owner=user, recruiter=row, address=f"{name}@house.example")
        factories.EmailFactory(owner=user, recruiter=row, address=f"{name}@gmail.com")
    assert [*found(user, Kind.FIRM).values()] == [["mails from the same domain"]]


def test_a_domain_of_three_firms_is_nobodys_own(user: User) -> None:
    for name in ("Acme", "Other", "Third"):
        firm = factories.FirmFactory(owner=user, name=name)
        (row,) = recruiters(user, f"Jane {name}", firm=firm)
        factories.EmailFactory(owner=user, recruiter=row, address=f"{name}@provider.example")
    assert found(user, Kind.FIRM) == {}


def test_employers_are_compared_by_every_name_and_told_apart_by_a_parent(user: User) -> None:
    acme = factories.EmployerFactory(owner=user, name="Acme", other_names="Northwind")
    wind = factories.EmployerFactory(owner=user, name="Northwind Ltd")
    assert [*found(user, Kind.EMPLOYER)] == [(acme.pk, wind.pk)]
    wind.parent = acme
    wind.save()
    assert found(user, Kind.EMPLOYER) == {}


# What is none -------------------------------------------------------------------------------------


def test_others_trash_and_what_is_not_the_same_are_none(user: User, other: User) -> None:
    recruiters(other, "Jane Doe", "Jane Doe")
    one, two, three = recruiters(user, "Grace Okonkwo", "Grace Okonkwo", "Grace Okonkwo")
    three.trash()
    assert [*found(user, Kind.RECRUITER)] == [(one.pk, two.pk)]
    NotTheSame.objects.of(user).create(kind="recruiter", one=one.pk, other=two.pk)
    assert found(user, Kind.RECRUITER) == {}


def test_many_namesakes_are_not_each_paired_with_every_other(user: User) -> None:
    Recruiter.across_owners.bulk_create(
        Recruiter(owner=user, name="Jane Doe", folded_name="jane doe") for _ in range(200)
    )
    assert len(pairs(user, Kind.RECRUITER)) < 400


@pytest.mark.parametrize(
    ("one", "other", "is_off"),
    [
        ("martin brandt", "martin brand", True),
        ("martin brandt", "martim brant", False),
        ("ann lee", "ann leo", False),
        ("martin", "martin brandt", False),
        ("area 1234", "area 1235", False),
    ],
)
def test_a_slip_is_one_letter_of_one_long_word(one: str, other: str, is_off: bool) -> None:
    assert is_one_letter_off(one.split(), other.split()) is is_off


# The page -----------------------------------------------------------------------------------------


def test_it_lists_them_with_the_reason_and_the_way_to_compare(client: Client, user: User) -> None:
    one, two = recruiters(user, "Grace Okonkwo", "Grace Okonkwo")
    factories.CallFactory(owner=user, recruiter=two)
    page = html(client.get(PAGE))
    assert "Same name" in page
    # Who was spoken with last is kept.
    assert reverse("desk:recruiter_merge", args=[two.pk], query={"with": one.pk}) in page


@pytest.mark.parametrize("show", [*Kind.values, "merged", "nonsense"])
def test_an_empty_one_teaches(client: Client, user: User, show: str) -> None:
    page = html(client.get(PAGE, {"show": show}))
    assert 'class="empty"' in page
    assert '<p class="summary"></p>' in page


def test_two_that_are_not_the_same_are_not_offered_again(client: Client, user: User) -> None:
    one, two = recruiters(user, "Grace Okonkwo", "Grace Okonkwo")
    data = {"kind": "recruiter", "one": two.pk, "other": one.pk}
    path = reverse("desk:not_the_same")
    first, second = client.post(path, data), client.post(path, data)
    told = NotTheSame.objects.of(user).get()
    assert (told.one, told.other) == (one.pk, two.pk)
    assert first.headers["Location"] == second.headers["Location"]
    page = html(client.get(first.headers["Location"]))
    again = reverse("desk:same_again", args=[told.pk])
    assert again in page
    assert "Grace" not in page
    client.post(again)
    assert "Grace" in html(client.get(PAGE))


def test_it_takes_no_pair_that_is_none(client: Client, user: User, other: User) -> None:
    (mine,), (theirs,) = recruiters(user, "A B"), recruiters(other, "A B")
    for kind, one, two in (
        ("recruiter", mine.pk, theirs.pk),
        ("recruiter", mine.pk, mine.pk),
        ("recruiter", mine.pk, "x"),
        ("firm", mine.pk, mine.pk + 1),
        ("nonsense", mine.pk, mine.pk + 1),
    ):
        data = {"kind": kind, "one": one, "other": two}
        assert client.post(reverse("desk:not_the_same"), data).status_code == 404
    assert not NotTheSame.across_owners.exists()


@pytest.mark.parametrize("made", [factories.FirmFactory, factories.RecruiterFactory])
def test_it_lists_what_was_merged(client: Client, user: User, made: Any) -> None:
    kept, gone = made(owner=user), made(owner=user)
    done = merge(kept, gone)
    page = html(client.get(PAGE, {"show": "merged"}))
    assert kept.name in page
    assert gone.name in page
    assert reverse("desk:merge_undo", args=[done.pk]) in page


@pytest.mark.parametrize("show", [*Kind.values, "merged"])
def test_it_asks_as_often_for_many_as_for_few(client: Client, user: User, show: str) -> None:
    made = {"firm": factories.FirmFactory, "person": factories.PersonFactory}
    make = made.get(show, factories.RecruiterFactory)
    make = factories.EmployerFactory if show == "employer" else make
    counts = []
    for many in (2, 12):
        for number in range(many):
            rows = [make(owner=user, name=f"Okonkwo{number}{many} {word}") for word in ("", "Ltd")]
            if show == "merged":
                merge(*rows)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE, {"show": show})
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("name", ["desk:duplicates", "desk:not_the_same"])
def test_it_refuses(client: Client, anonymous: Client, other: User, name: str) -> None:
    check_refusals(name, client=client, anonymous=anonymous, other=other)
