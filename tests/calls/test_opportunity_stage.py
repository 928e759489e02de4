"""My part in an opportunity, stage by stage, each with its day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from calls.models import Opportunity, StageChange
from tests.addresses import check_refusals
from tests.factories import OpportunityFactory
from tests.pages import errors_of

BEFORE, LATER = dt.date(2026, 5, 1), dt.date(2026, 6, 1)


@pytest.fixture
def opportunity(user: User) -> Opportunity:
    return OpportunityFactory(owner=user)


def path(opportunity: Opportunity, verb: str = "stage") -> str:
    return reverse(f"calls:opportunity_{verb}", args=[opportunity.pk])


def stages(opportunity: Opportunity) -> list[tuple[str, dt.date]]:
    rows = StageChange.objects.of(opportunity.owner).filter(opportunity=opportunity)
    return [(one.stage, one.on) for one in rows.order_by("on", "pk")]


def test_one_press_is_today(client: Client, opportunity: Opportunity) -> None:
    response = client.post(path(opportunity), {"stage": "source"})
    assert response.headers["Location"] == opportunity.get_absolute_url()
    opportunity.refresh_from_db()
    assert opportunity.stage == "source"
    assert stages(opportunity) == [("source", timezone.localdate())]


def test_two_presses_are_one(client: Client, opportunity: Opportunity) -> None:
    for _press in range(2):
        client.post(path(opportunity), {"stage": "source"})
    assert len(stages(opportunity)) == 1


def test_any_stage_has_any_day_that_was(client: Client, opportunity: Opportunity) -> None:
    client.post(path(opportunity), {"stage": "candidate", "on": "2026-05-01"})
    opportunity.refresh_from_db()
    assert (opportunity.stage, opportunity.next_stage) == ("candidate", "presented")
    assert stages(opportunity) == [("candidate", BEFORE)]


def test_what_is_noted_afterwards_leaves_me_where_i_stand(opportunity: Opportunity) -> None:
    opportunity.reach("candidate", LATER)
    opportunity.reach("source", BEFORE)
    assert opportunity.stage == "candidate"
    assert stages(opportunity) == [("source", BEFORE), ("candidate", LATER)]


def test_the_last_is_undone(client: Client, opportunity: Opportunity) -> None:
    opportunity.reach("source", BEFORE)
    opportunity.reach("candidate", LATER)
    client.post(path(opportunity, "step_back"))
    opportunity.refresh_from_db()
    assert opportunity.stage == "source"
    for _press in range(2):
        assert client.post(path(opportunity, "step_back")).status_code == 302
    opportunity.refresh_from_db()
    assert (opportunity.stage, stages(opportunity)) == ("", [])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"stage": "nonsense"}, "stage"),
        ({"stage": ""}, "stage"),
        ({"stage": "source", "on": "2999-01-01"}, "on"),
        ({"stage": "source", "on": "1066-10-14"}, "on"),
        ({"stage": "source", "on": "soon"}, "on"),
    ],
)
def test_it_says_what_is_wrong(
    client: Client, opportunity: Opportunity, typed: dict[str, str], field: str
) -> None:
    response = client.post(path(opportunity), typed)
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    assert stages(opportunity) == []


@pytest.mark.parametrize("name", ["opportunity_stage", "opportunity_step_back"])
def test_it_is_refused_to_others(
    client: Client, anonymous: Client, other: User, name: str
) -> None:
    check_refusals(f"calls:{name}", client=client, anonymous=anonymous, other=other)


def test_another_day_for_the_same_stage_is_not_lost_without_a_word(
    client: Client, opportunity: Opportunity
) -> None:
    opportunity.reach("source", LATER)
    response = client.post(path(opportunity), {"stage": "source", "on": "2026-05-01"})
    assert response.status_code == 422
    assert list(errors_of(response)) == ["stage"]


def test_one_noted_afterwards_twice_is_once(client: Client, opportunity: Opportunity) -> None:
    client.post(path(opportunity), {"stage": "candidate", "on": "2026-06-01"})
    for _press in range(2):
        client.post(path(opportunity), {"stage": "source", "on": "2026-05-01"})
    assert stages(opportunity) == [("source", BEFORE), ("candidate", LATER)]
