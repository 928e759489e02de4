"""Every call, newest first."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts import pages
from accounts.models import User
from accounts.pages import PER_PAGE
from calls.models import Call
from tests.addresses import check_refusals
from tests.factories import CallFactory, FirmFactory, OpportunityFactory, RecruiterFactory
from tests.pages import html

LIST = "/calls/"


def test_it_shows_calls_newest_first(client: Client, user: User) -> None:
    now = timezone.now()
    older = CallFactory(owner=user, occurred_at=now - dt.timedelta(days=1))
    newer = CallFactory(
        owner=user,
        occurred_at=now,
        recruiter__name="Grace Okonkwo",
        firm=FirmFactory(owner=user, name="Northgate"),
        opportunity=OpportunityFactory(owner=user, title="Interim CFO"),
    )
    response = client.get(LIST)
    assert list(response.context["page"]) == [newer, older]
    for words in ("Grace Okonkwo", "Northgate", "Interim CFO", newer.get_absolute_url()):
        assert words in html(response)


def test_it_leaves_out_what_is_in_the_trash(client: Client, user: User) -> None:
    CallFactory(owner=user).trash()
    assert client.get(LIST).context["page"].paginator.count == 0


@pytest.mark.parametrize("query", ["?page=abc", "?page=-1", "?page=99", "?page=\x00"])
def test_it_shows_something_for_any_query(client: Client, user: User, query: str) -> None:
    CallFactory(owner=user, recruiter__name="Grace Okonkwo")
    assert "Grace Okonkwo" in html(client.get(LIST + query))


def test_it_shows_a_page_at_a_time(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user)
    Call.across_owners.bulk_create(Call(owner=user, recruiter=grace) for _ in range(PER_PAGE + 1))
    assert len(client.get(LIST).context["page"]) == PER_PAGE
    assert len(client.get(LIST, {"page": 2}).context["page"]) == 1


def test_a_far_page_shows_what_a_near_one_would(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace, now = RecruiterFactory(owner=user), timezone.now()
    Call.across_owners.bulk_create(
        Call(owner=user, recruiter=grace, occurred_at=now - dt.timedelta(hours=number % 7))
        for number in range(PER_PAGE + 9)
    )
    near = [call.pk for call in client.get(LIST, {"page": 2}).context["page"]]
    monkeypatch.setattr(pages, "FAR", 1)
    assert [call.pk for call in client.get(LIST, {"page": 2}).context["page"]] == near
    assert len(near) == 9


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("calls:call_list", client=client, anonymous=anonymous, other=other)
