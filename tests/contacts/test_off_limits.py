"""From whom a firm may not take people, and whether that is me."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from contacts.models import Firm
from contacts.off_limits import Limit, limits_of
from tests.factories import EmployerFactory, EmploymentFactory, FirmFactory, OffLimitsFactory

TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


@pytest.fixture
def firm(user: User) -> Firm:
    return FirmFactory(owner=user, name="Northgate")


def only(firm: Firm) -> Limit:
    (limit,) = limits_of(firm, on=TODAY)
    return limit


def test_it_concerns_me_where_i_work(firm: Firm) -> None:
    acme = EmployerFactory(owner=firm.owner, name="Acme")
    EmploymentFactory(owner=firm.owner, employer=acme)
    OffLimitsFactory(owner=firm.owner, firm=firm, employer=acme)
    limit = only(firm)
    assert limit.concerns_me
    assert limit.sentence == "May not take people from Acme (believed)."
    assert limit.meaning == "You work there: they may fall silent on you."


def test_it_concerns_me_through_a_parent_and_another_spelling(firm: Firm) -> None:
    group = EmployerFactory(owner=firm.owner, name="Umbra Group")
    brand = EmployerFactory(owner=firm.owner, name="Acme", parent=group)
    EmploymentFactory(
        owner=firm.owner, employer=EmployerFactory(owner=firm.owner, name="ACME Ltd")
    )
    OffLimitsFactory(owner=firm.owner, firm=firm, employer=group)
    limit = only(firm)
    assert limit.concerns_me
    assert "You work at ACME Ltd, which counts as Umbra Group" in limit.meaning
    assert brand.parent == group


@pytest.mark.parametrize(
    ("began", "ended", "concerns"),
    [
        (None, None, True),
        (TODAY, TODAY, True),  # the first day and the last one included
        (TODAY + DAY, None, False),
        (None, TODAY - DAY, False),
    ],
)
def test_it_concerns_me_on_the_days_on_which_i_work_there(
    firm: Firm, began: dt.date | None, ended: dt.date | None, concerns: bool
) -> None:
    acme = EmployerFactory(owner=firm.owner)
    EmploymentFactory(owner=firm.owner, employer=acme, started_on=began, ended_on=ended)
    OffLimitsFactory(owner=firm.owner, firm=firm, employer=acme)
    assert only(firm).concerns_me == concerns


@pytest.mark.parametrize(("until", "holds"), [(None, True), (TODAY, True), (TODAY - DAY, False)])
def test_it_holds_to_the_end_of_its_last_day(
    firm: Firm, until: dt.date | None, holds: bool
) -> None:
    acme = EmployerFactory(owner=firm.owner, name="Acme")
    EmploymentFactory(owner=firm.owner, employer=acme)
    OffLimitsFactory(
        owner=firm.owner, firm=firm, employer=acme, until=until, certainty="confirmed"
    )
    limit = only(firm)
    assert limit.holds == limit.concerns_me == holds
    if not holds:
        assert limit.sentence == "Could not take people from Acme until 22 November 2026; over."
    elif until:
        assert "until 23 November 2026 (confirmed)." in limit.sentence


def test_it_says_that_it_cannot_know_without_a_place_of_work(firm: Firm) -> None:
    OffLimitsFactory(owner=firm.owner, firm=firm)
    assert "not noted where you work" in only(firm).meaning
    EmploymentFactory(owner=firm.owner)
    assert "does not concern you today" in only(firm).meaning


def test_it_shows_each_entry_once_what_concerns_me_first(firm: Firm) -> None:
    owner = firm.owner
    acme, aaa = EmployerFactory(owner=owner, name="Zeta"), EmployerFactory(owner=owner, name="AAA")
    for days in (900, 0):
        EmploymentFactory(
            owner=owner, employer=acme, started_on=TODAY - dt.timedelta(days=days + 30)
        )
    for employer in (aaa, acme, acme):
        OffLimitsFactory(owner=owner, firm=firm, employer=employer)
    found = limits_of(firm, on=TODAY)
    assert [limit.entry.employer.name for limit in found] == ["Zeta", "Zeta", "AAA"]
    assert len({limit.entry.pk for limit in found}) == 3


def test_it_leaves_out_trash_other_firms_and_other_people(firm: Firm, other: User) -> None:
    acme = EmployerFactory(owner=firm.owner, name="Acme")
    EmploymentFactory(owner=firm.owner, employer=acme).trash()
    EmploymentFactory(owner=other, employer__name="Acme")
    OffLimitsFactory(owner=firm.owner, firm=firm, employer=acme)
    OffLimitsFactory(owner=firm.owner, firm=firm, employer=acme).trash()
    OffLimitsFactory(owner=firm.owner, employer=acme)
    OffLimitsFactory(owner=other, employer__name="Acme Ltd")
    assert not only(firm).concerns_me


def test_it_asks_once(firm: Firm) -> None:
    for _number in range(5):
        OffLimitsFactory(owner=firm.owner, firm=firm)
        EmploymentFactory(owner=firm.owner)
    with CaptureQueriesContext(connection) as queries:
        assert len(limits_of(firm, on=TODAY)) == 5
    assert len(queries) == 1
