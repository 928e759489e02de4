"""Somebody is found by a part of a name, whichever signs stand in it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from contacts import finding
from contacts.models import Person
from tests.factories import EmployerFactory, FirmFactory, PersonFactory, RecruiterFactory


@pytest.mark.parametrize("typed", ["o'br", "O’Brien", "O´BRIEN", "anne‑m"])
@pytest.mark.parametrize(
    ("made_by", "find"),
    [
        (FirmFactory, finding.firms),
        (PersonFactory, finding.people),
        (RecruiterFactory, finding.recruiters),
        (EmployerFactory, finding.employers),
    ],
)
def test_it_finds_whichever_sign_is_typed(user: User, made_by: Any, find: Any, typed: str) -> None:
    row = made_by(owner=user, name="Anne–Marie O`Brien")
    assert find(user, typed) == [row]


@pytest.mark.parametrize("typed", ["o'brien", "O’Brien", "obi-one", "OBI‑ONE"])
def test_it_finds_an_employer_by_another_name(user: User, typed: str) -> None:
    acme = EmployerFactory(owner=user, name="Acme", other_names="O’Brien & Sons\nObi–One")
    EmployerFactory(owner=user, name="Else", other_names="OBrien, Obi One (a.b|c)")
    assert finding.employers(user, typed) == [acme]


@pytest.mark.parametrize("typed", ["a.b'(c", "o[b'", "\\-'"])
def test_signs_of_a_pattern_are_no_pattern(user: User, typed: str) -> None:
    EmployerFactory(owner=user, name="Acme", other_names="axb'c")
    assert finding.employers(user, typed) == []


def test_one_person_is_made_of_two_spellings(user: User) -> None:
    people = Person.objects.of(user)
    assert people.found_or_made("Seán O’Brien") == people.found_or_made("Sean O'Brien")
