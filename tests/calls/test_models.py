"""What must never be false of a call or an opportunity."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from calls.models import Call, Opportunity
from tests.factories import (
    CallFactory,
    EmployerFactory,
    OpportunityFactory,
    RecruiterFactory,
)

pytestmark = pytest.mark.django_db


def refused(row: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).across_owners.bulk_create([row])


def test_it_saves_a_key_once_trashed_or_not(user: User, other: User) -> None:
    key = uuid.uuid4()
    CallFactory(owner=user, client_key=key).trash()
    refused(Call(owner=user, recruiter=RecruiterFactory(owner=user), client_key=key))
    CallFactory(owner=other, client_key=key)


def test_it_needs_a_recruiter(user: User) -> None:
    refused(Call(owner=user))


def test_it_needs_a_title(user: User) -> None:
    refused(Opportunity(owner=user, title=""))


def test_it_names_a_client_unless_it_is_withheld(user: User) -> None:
    acme = EmployerFactory(owner=user)
    refused(Opportunity(owner=user, title="CFO", client=acme))
    refused(Opportunity(owner=user, title="CFO", client_disclosure="named"))
    refused(Opportunity(owner=user, title="CFO", client_disclosure="in_confidence"))


@pytest.mark.parametrize(
    ("in_confidence", "words"), [(False, "Acme"), (True, "Acme, in confidence")]
)
def test_it_survives_the_revealing_of_its_client(
    user: User, in_confidence: bool, words: str
) -> None:
    opportunity = OpportunityFactory(owner=user, title="CFO")
    call = CallFactory(owner=user, opportunity=opportunity)
    assert opportunity.client_words == "client withheld"
    acme = EmployerFactory(owner=user, name="Acme")
    opportunity.reveal_client(acme, in_confidence=in_confidence)
    call.refresh_from_db()
    assert call.opportunity is not None
    assert call.opportunity.client_words == words


@pytest.mark.parametrize(
    ("values", "headline"),
    [
        ({}, "Talk"),
        ({"purpose": "names"}, "For names"),
        ({"outcome": "bad_time"}, "Bad moment"),
        ({"outcome": "voicemail", "purpose": "names"}, "Voicemail"),
    ],
)
def test_it_says_what_it_was_in_a_few_words(
    user: User, values: dict[str, str], headline: str
) -> None:
    call = CallFactory(owner=user, **values)
    assert call.headline == headline
    call.opportunity = OpportunityFactory(owner=user, title="Interim CFO")
    assert call.headline == "Interim CFO"
