"""What must never be false of a firm, a recruiter, a person or a number: the database says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError

from accounts.models import User
from contacts.models import Email, Employer, Firm, Person, Phone, Recruiter
from tests.factories import (
    CallFactory,
    FirmFactory,
    PersonFactory,
    PhoneFactory,
    RecruiterFactory,
)

pytestmark = pytest.mark.django_db


def refused(row: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).across_owners.bulk_create([row])  # past every check but the database's


@pytest.mark.parametrize("model", [Firm, Recruiter, Person, Employer])
def test_it_refuses_somebody_without_a_name(model: Any, user: User) -> None:
    refused(model(owner=user, name="", folded_name=""))


@pytest.mark.parametrize("model", [Firm, Employer])
def test_it_refuses_two_of_one_name(model: Any, user: User, other: User) -> None:
    model.objects.create(owner=user, name="Müller")
    refused(model(owner=user, name="muller", folded_name="muller"))
    model.objects.create(owner=other, name="Müller")


@pytest.mark.parametrize("model", [Recruiter, Person])
def test_it_lets_two_people_have_one_name(model: Any, user: User) -> None:
    for _ in range(2):
        model.objects.create(owner=user, name="John Smith")


@pytest.mark.parametrize(
    "number",
    ["", "020 7946 0018", "442079460018", "+0442079460018", "+44207946001812345", "+44x", "+4"],
)
def test_it_refuses_a_number_that_is_not_e164(number: str, user: User) -> None:
    refused(Phone(owner=user, recruiter=RecruiterFactory(owner=user), number=number))


@pytest.mark.parametrize("holder", ["recruiter", "firm", "person"])
def test_it_keeps_a_number_once_for_each_who_has_it(holder: str, user: User) -> None:
    make = {"recruiter": RecruiterFactory, "firm": FirmFactory, "person": PersonFactory}[holder]
    one, another = make(owner=user), make(owner=user)
    Phone.objects.create(owner=user, number="+442079460018", **{holder: one})
    refused(Phone(owner=user, number="+442079460018", **{holder: one}))
    Phone.objects.create(owner=user, number="+442079460018", **{holder: another})


@pytest.mark.parametrize("model", [Phone, Email])
def test_it_gives_a_number_to_exactly_one(model: Any, user: User) -> None:
    value = {"number": "+442079460018"} if model is Phone else {"address": "a@example.net"}
    recruiter, firm = RecruiterFactory(owner=user), FirmFactory(owner=user)
    refused(model(owner=user, **value))
    refused(model(owner=user, recruiter=recruiter, firm=firm, **value))
    for holder in (
        {"recruiter": recruiter},
        {"firm": firm},
        {"person": PersonFactory(owner=user)},
    ):
        model.objects.create(owner=user, **holder, **value)


def test_it_keeps_a_firm_that_has_a_history(user: User) -> None:
    call = CallFactory(owner=user, firm=FirmFactory(owner=user))
    for row in (call.firm, call.recruiter):
        with pytest.raises(RestrictedError):
            row.delete()


def test_it_learns_a_number_once(user: User) -> None:
    grace = RecruiterFactory(owner=user)
    for _ in range(2):
        grace.learn_phone("+442079460018")
    assert grace.phones.count() == 1


def test_it_folds_a_name_whenever_it_is_saved(user: User) -> None:
    firm = Firm.objects.of(user).create(name="Éditions Über")
    assert firm.folded_name == "editions uber"
    firm.name = "Straße"
    firm.save(update_fields=["name"])
    assert list(Firm.objects.of(user).named(" STRASSE ")) == [firm]


def test_it_says_how_one_speaks_of_them(user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    assert grace.name_and_firm == "Grace"
    grace.firm = FirmFactory(owner=user, name="Northgate")
    assert grace.name_and_firm == "Grace, Northgate"
    phone = PhoneFactory(owner=user, recruiter=grace, number="+442079460018")
    assert str(phone) == "+44 20 7946 0018"
