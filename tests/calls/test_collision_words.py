"""What collides, in sentences: who, through which firm, since when and until when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import User
from calls.collision_words import in_words
from calls.guard import collisions
from calls.models import Submission
from contacts.models import Employer, Firm
from tests.factories import (
    EmployerFactory,
    EmploymentFactory,
    FirmFactory,
    OffLimitsFactory,
    RecruiterFactory,
    SubmissionFactory,
)

TODAY, BEFORE, LATER = dt.date(2026, 6, 10), dt.date(2026, 5, 1), dt.date(2026, 7, 31)


@pytest.fixture
def acme(user: User) -> Employer:
    return EmployerFactory(owner=user, name="Acme AG", other_names="Roadrunner")


@pytest.fixture
def hartwell(user: User) -> Firm:
    return FirmFactory(owner=user, name="Hartwell")


def said(mine: Submission) -> list[str]:
    return [one.sentence for one in in_words(mine, collisions(mine, on=TODAY))]


def held(user: User, acme: Employer, **values: Any) -> Submission:
    lindqvist = FirmFactory(owner=user, name="Lindqvist")
    per = RecruiterFactory(owner=user, name="Per Holm", firm=lindqvist)
    return SubmissionFactory(
        **{"owner": user, "firm": lindqvist, "recruiter": per, "client": acme, "role": "CFO"}
        | values
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"permission": "given", "decided_on": BEFORE},
            "Lindqvist (Per Holm) has your permission for Acme AG (CFO), since 1 May 2026.",
        ),
        (
            {"permission": "given", "submitted_on": BEFORE, "role": ""},
            "Lindqvist (Per Holm) sent you to Acme AG on 1 May 2026.",
        ),
        (
            {"permission": "asked"},
            "Lindqvist (Per Holm) has asked for your permission for Acme AG (CFO).",
        ),
        (
            {"recruiter": None},
            "Lindqvist is noted down for Acme AG (CFO), without your permission.",
        ),
    ],
)
def test_it_says_through_whom_and_since_when(
    user: User, acme: Employer, hartwell: Firm, values: dict[str, Any], sentence: str
) -> None:
    held(user, acme, **values)
    assert said(Submission(owner=user, firm=hartwell, client=acme)) == [sentence]


def test_it_says_until_when_the_gravest_first(user: User, acme: Employer, hartwell: Firm) -> None:
    held(user, acme, permission="given", exclusive_until=LATER, ownership_until=TODAY)
    first, second, third = said(Submission(owner=user, firm=hartwell, client=acme))
    assert first.startswith("Lindqvist (Per Holm) has you exclusively for Acme AG (CFO)")
    assert first.endswith("until the end of 31 July 2026.")
    assert second.endswith("until the end of 10 June 2026.")
    assert "has your permission" in third


def test_it_says_that_both_names_are_one_company(
    user: User, acme: Employer, hartwell: Firm
) -> None:
    held(user, acme, permission="given")
    mine = Submission(owner=user, firm=hartwell, client=Employer(owner=user, name="Roadrunner"))
    [sentence] = said(mine)
    assert "Acme AG, which is one with Roadrunner" in sentence


def test_it_says_where_i_may_not_be_taken_from(user: User, acme: Employer, hartwell: Firm) -> None:
    EmploymentFactory(owner=user, employer=acme)
    OffLimitsFactory(owner=user, firm=hartwell, employer=acme, noted_on=BEFORE, until=LATER)
    [one] = in_words(mine := Submission(owner=user, firm=hartwell), collisions(mine, on=TODAY))
    assert one.sentence == (
        "Hartwell may not take people from Acme AG, where you work, until the end of 31 July 2026 "
        "(believed, noted on 1 May 2026)."
    )
    assert one.address == hartwell.get_absolute_url()


def test_being_in_process_is_for_information(user: User, acme: Employer, hartwell: Firm) -> None:
    SubmissionFactory(owner=user, firm=hartwell, client=acme, active_with_firm_since=BEFORE)
    mine = Submission(owner=user, firm=hartwell, client=EmployerFactory(owner=user, name="Other"))
    [one] = in_words(mine, collisions(mine, on=TODAY))
    assert one.is_information
    assert one.sentence.startswith("Hartwell has you in process for Acme AG, since 1 May 2026.")
