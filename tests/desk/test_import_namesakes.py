"""Two of one name, or at one number, are two; and the same file again knows them apart."""

from __future__ import annotations

import pytest

from accounts.models import User
from contacts.models import Person, Phone
from tests.desk.imports import bring_in, row_of, table, taken_in, verdicts
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

NUMBER = "+442079460001"


def test_two_of_one_name_at_different_firms_are_two(user: User) -> None:
    text = table("Jo Smith,Acme,CFO,,,", "Jo Smith,Northgate,Baker,,,", "Jo Smith,Acme,CFO,,,")
    run = bring_in(taken_in(user, text))
    assert run.counts == {"new": 2, "same": 1}
    found = Person.objects.of(user).values_list("position", flat=True)
    assert sorted(found) == ["Baker, Northgate", "CFO, Acme"]
    assert verdicts(taken_in(user, text)) == ["same"] * 3


def test_of_two_of_one_name_who_changed_is_not_clear(user: User) -> None:
    bring_in(taken_in(user, table("Jo Smith,Acme,CFO,,,", "Jo Smith,Northgate,Baker,,,")))
    run = taken_in(user, table("Jo Smith,Acme,CEO,,,"))
    assert verdicts(run) == ["unclear"]


def test_a_namesake_of_somebody_known_is_new_beside_them(user: User) -> None:
    PersonFactory(owner=user, name="Jo Smith", position="CFO, Acme")
    run = taken_in(user, table("Jo Smith,Acme,CFO,,,", "Jo Smith,Northgate,Baker,,,"))
    assert verdicts(run) == ["same", "new"]
    assert row_of(run, 2).why == "You know somebody of this name, whom another row means."


def test_of_one_name_and_no_other_firm_is_one(user: User) -> None:
    text = table("Jo Smith,Acme,CFO,,,", "Jo Smith,,,07700 900123,,", "Jo Smith,ACME,,,,")
    assert verdicts(taken_in(user, text)) == ["new", "changes", "same"]


def test_somebody_who_moved_is_the_one_who_is_known(user: User) -> None:
    PersonFactory(owner=user, name="Jo Smith", position="CFO, Acme")
    run = taken_in(user, table("Jo Smith,Northgate,Baker,,,"))
    assert verdicts(run) == ["same"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Lee", "Bo Lee"),
        ("Ann Lee", "Ann Miller"),
        ("A. Lee", "B. Lee"),
        ("Ann Lee", "Mr Lee"),
    ],
)
def test_two_of_one_family_or_house_are_two(user: User, one: str, other: str) -> None:
    rows = [f"{name},,,{NUMBER},," for name in (one, other)]
    assert verdicts(taken_in(user, table(*rows))) == ["new", "new"]
    bring_in(taken_in(user, table(rows[0])))
    run = taken_in(user, table(rows[1]))
    assert verdicts(run) == ["new"]
    bring_in(run)
    assert Phone.objects.of(user).filter(number=NUMBER).count() == 2
    assert verdicts(taken_in(user, table(*rows))) == ["same", "same"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Lee", "Ann Q. Lee"),
        ("Ann Lee", "A. Lee"),
        ("Robert Lee", "Rob Lee"),
        ("Anna Lee", "Ann Lee"),
        ("Lee", "Ann Lee"),
        ("Dr. Ann Lee", "Ann Lee"),
        ("Lee, Ann", "Ann Lee"),
    ],
)
def test_one_who_is_called_otherwise_is_known_by_number(user: User, one: str, other: str) -> None:
    bring_in(taken_in(user, table(f'"{one}",,,{NUMBER},,')))
    run = taken_in(user, table(f'"{other}",,,{NUMBER},,'))
    assert verdicts(run) == ["same"]
    bring_in(run)
    assert verdicts(taken_in(user, table(f'"{one}",,,{NUMBER},,'))) == ["same"]
