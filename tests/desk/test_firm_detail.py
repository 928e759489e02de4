"""A firm with its history."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from contacts.models import Firm
from desk.timeline import PER_PAGE
from tests.addresses import check_refusals
from tests.factories import (
    CallFactory,
    FirmCheckFactory,
    FirmFactory,
    OpportunityFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
)
from tests.pages import html


def test_it_shows_everything_about_the_firm(client: Client, user: User) -> None:
    firm = FirmFactory(
        owner=user,
        name="Northgate & Söhne",
        kind="retained",
        switchboard="+442079460000",
        website="https://northgate.example/",
        notes="Careful <with> names",
    )
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=firm)
    PhoneFactory(owner=user, recruiter=grace, number="+442079460018")
    CallFactory(owner=user, recruiter=grace, firm=firm, notes="Spoke of the interim role")
    PromiseFactory(owner=user, firm=firm, recruiter=grace, what="Two names")
    PromiseFactory(owner=user, firm=firm, what="The brief", state="kept", ended_at=timezone.now())
    OpportunityFactory(owner=user, firm=firm, title="Interim CFO")
    text = html(client.get(firm.get_absolute_url()))
    for words in (
        "Northgate &amp; Söhne",
        'href="tel:+442079460000"',
        "https://northgate.example/",
        "Careful &lt;with&gt; names",
        "Grace Okonkwo",
        'href="tel:+442079460018"',
        "Spoke of the interim role",
        "Two names",
        "Kept: The brief",
        "Interim CFO",
    ):
        assert words in text, words


def test_it_shows_the_calls_of_that_day_and_not_of_where_people_went(
    client: Client, user: User
) -> None:
    old, new = FirmFactory(owner=user), FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=new)
    CallFactory(owner=user, recruiter=grace, firm=old, notes="When she was at the old one")
    assert "When she was at the old one" in html(client.get(old.get_absolute_url()))
    assert "When she was at the old one" not in html(client.get(new.get_absolute_url()))


def narrowed(client: Client, firm: Firm, **query: object) -> list[str]:
    """What stands in the timeline: notes of calls, words of promises, ways of checks."""
    page = client.get(firm.get_absolute_url(), query).context["timeline"]
    return [
        event.call.notes
        if event.call
        else event.promise.what
        if event.promise
        else event.check.way
        for event in page
    ]


def test_it_is_narrowed_and_ordered_by_the_address(client: Client, user: User) -> None:
    firm, now = FirmFactory(owner=user), timezone.now()
    grace, ada = RecruiterFactory(owner=user, firm=firm), RecruiterFactory(owner=user)
    for recruiter, days in ((grace, 3), (ada, 1)):
        CallFactory(
            owner=user,
            recruiter=recruiter,
            firm=firm,
            occurred_at=now - dt.timedelta(days=days),
            notes=f"call of {days}",
        )
    PromiseFactory(
        owner=user,
        firm=firm,
        recruiter=grace,
        what="promise",
        state="kept",
        ended_at=now - dt.timedelta(days=2),
    )
    FirmCheckFactory(owner=user, firm=firm, way="domain", checked_on=dt.date(2024, 2, 29))
    everything = ["call of 1", "promise", "call of 3", "domain"]
    assert narrowed(client, firm) == everything
    assert narrowed(client, firm, sort="oldest") == everything[::-1]
    assert narrowed(client, firm, show="calls") == ["call of 1", "call of 3"]
    assert narrowed(client, firm, show="promises") == ["promise"]
    assert narrowed(client, firm, show="rest") == ["domain"]
    assert narrowed(client, firm, recruiter=grace.pk) == ["promise", "call of 3"]
    assert narrowed(client, firm, recruiter=ada.pk, show="calls") == ["call of 1"]
    assert narrowed(client, firm, show="nonsense", sort="?", recruiter="x") == everything


def test_it_counts_the_pages_of_what_is_shown(client: Client, user: User) -> None:
    firm, grace = FirmFactory(owner=user), RecruiterFactory(owner=user, name="Grace Okonkwo")
    for number in range(PER_PAGE + 1):
        CallFactory(owner=user, recruiter=grace, firm=firm)
        if number == 0:
            CallFactory(owner=user, firm=firm)
            PromiseFactory(owner=user, firm=firm, state="kept", ended_at=timezone.now())
    for query, many in (
        ({}, PER_PAGE + 3),
        ({"show": "calls"}, PER_PAGE + 2),
        ({"recruiter": grace.pk}, PER_PAGE + 1),
        ({"show": "promises"}, 1),
    ):
        response = client.get(firm.get_absolute_url(), query)
        assert response.context["timeline"].paginator.count == many
    text = html(client.get(firm.get_absolute_url(), {"recruiter": grace.pk, "sort": "oldest"}))
    assert f'href="?sort=oldest&amp;recruiter={grace.pk}&amp;page=2"' in text
    assert "Grace Okonkwo <span" in text


def test_it_says_where_nothing_is_of_the_kind(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    assert "begins with the first call" in html(client.get(firm.get_absolute_url()))
    text = html(client.get(firm.get_absolute_url(), {"show": "promises"}))
    assert "Show everything" in text


def test_it_narrows_to_nobody_by_an_id_of_anothers(
    client: Client, user: User, other: User
) -> None:
    firm = FirmFactory(owner=user)
    CallFactory(owner=user, firm=firm, notes="mine")
    theirs = RecruiterFactory(owner=other, name="Secret Name")
    response = client.get(firm.get_absolute_url(), {"recruiter": theirs.pk})
    assert len(response.context["timeline"]) == 0
    assert "Secret Name" not in html(response)


def test_it_counts_what_stands_in_the_trash_nowhere(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    CallFactory(owner=user, firm=firm).trash()
    FirmCheckFactory(owner=user, firm=firm).trash()
    context = client.get(firm.get_absolute_url()).context
    assert context["timeline"].paginator.count == 0
    assert context["people"].gone == []


def test_it_shows_an_empty_firm(client: Client, user: User) -> None:
    assert client.get(FirmFactory(owner=user).get_absolute_url()).status_code == 200


@pytest.mark.parametrize("page", ["1", "2", "99", "abc", "-1", "", "9" * 5000, "\x00"])
def test_it_shows_the_nearest_page_to_any_number(client: Client, user: User, page: str) -> None:
    firm = FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user)
    for hours in range(PER_PAGE + 1):
        when = timezone.now() - dt.timedelta(hours=hours)
        CallFactory(owner=user, recruiter=grace, firm=firm, occurred_at=when)
    response = client.get(firm.get_absolute_url(), {"page": page})
    assert response.status_code == 200
    assert len(response.context["timeline"]) in {1, PER_PAGE}


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:firm_detail", client=client, anonymous=anonymous, other=other)


def test_it_leads_to_its_opportunities(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    about = OpportunityFactory(owner=user, firm=firm, title="Interim CFO")
    page = html(client.get(firm.get_absolute_url()))
    assert f'<a href="{about.get_absolute_url()}">Interim CFO</a>' in page


def test_it_gives_no_id_twice(client: Client, user: User) -> None:
    """Two things of one id: “no longer signed in” and who has gone; both would stick to the top."""
    firm, other = FirmFactory(owner=user), FirmFactory(owner=user)
    gone = RecruiterFactory(owner=user, firm=other)
    CallFactory(owner=user, recruiter=gone, firm=firm)
    page = html(client.get(firm.get_absolute_url()))
    assert gone.name in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
