"""The ledger by address: of one recruiter or firm, of one kind, in another order, with counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.pages import PER_PAGE
from contacts.models import Firm, Recruiter
from followups.models import Promise
from tests.factories import FirmFactory, PromiseFactory, RecruiterFactory
from tests.pages import html

LIST = "/promises/"


@pytest.fixture
def grace(user: User) -> Recruiter:
    return RecruiterFactory(owner=user, name="Grace Okonkwo")


@pytest.fixture
def firm(user: User) -> Firm:
    return FirmFactory(owner=user, name="Northgate")


@pytest.fixture
def _promises(user: User, grace: Recruiter, firm: Firm) -> None:
    now = timezone.now()
    adam = RecruiterFactory(owner=user, name="Ádám Kiss")
    kept = {"state": "kept", "ended_at": now}
    for what, days, values in (
        ("to Grace", 3, {"recruiter": grace}),
        ("to Grace of Northgate", 2, {"recruiter": grace, "firm": firm}),
        ("by Grace", 1, {"recruiter": grace, "owed_by": "them"}),
        ("to Northgate", 4, {"recruiter": None, "firm": firm, "kind": "send_names"}),
        ("to Adam", 5, {"recruiter": adam}),
        ("kept to Grace", -3, {"recruiter": grace, **kept}),
    ):
        PromiseFactory(
            owner=user, what=what, due_on=now.date() + dt.timedelta(days=days), **values
        )


def shown(client: Client, **query: Any) -> list[str]:
    return [promise.what for promise in client.get(LIST, query).context["page"]]


@pytest.mark.usefixtures("_promises")
def test_it_is_of_one_recruiter_or_firm(client: Client, grace: Recruiter, firm: Firm) -> None:
    assert shown(client, recruiter=grace.pk) == ["by Grace", "to Grace of Northgate", "to Grace"]
    assert shown(client, firm=firm.pk) == ["to Grace of Northgate", "to Northgate"]
    assert shown(client, firm=firm.pk, recruiter=grace.pk) == ["to Grace of Northgate"]
    assert shown(client, recruiter=grace.pk, whose="theirs") == ["by Grace"]
    assert shown(client, recruiter=grace.pk, show="ended") == ["kept to Grace"]
    text = html(client.get(LIST, {"recruiter": grace.pk}))
    assert "Grace Okonkwo" in text
    assert f'href="/promises/new/?recruiter={grace.pk}"' in text


@pytest.mark.usefixtures("_promises")
def test_it_is_of_one_kind(client: Client) -> None:
    assert shown(client, kind="send_names") == ["to Northgate"]
    assert len(shown(client, kind="nonsense")) == 5


@pytest.mark.usefixtures("_promises")
def test_it_is_sorted_by_who_whatever_the_accents(client: Client) -> None:
    assert shown(client, sort="who") == [
        *("to Adam", "by Grace", "to Grace of Northgate", "to Grace", "to Northgate")
    ]
    assert shown(client, sort="who", show="ended") == ["kept to Grace"]


@pytest.mark.usefixtures("_promises")
def test_it_counts_on_every_choice(client: Client, grace: Recruiter) -> None:
    ledger = client.get(LIST, {"recruiter": grace.pk}).context["ledger"]
    assert [pill.count for pill in ledger.states] == [3, 1]
    assert [pill.count for pill in ledger.sides] == [3, 2, 1]
    for pill in [*ledger.states, *ledger.sides]:
        page = client.get(LIST + pill.address).context["page"]
        assert page.paginator.count == len(page.object_list) == pill.count


@pytest.mark.parametrize("name", ["recruiter", "firm"])
def test_it_knows_nobody_elses(client: Client, user: User, other: User, name: str) -> None:
    made_by = {"recruiter": RecruiterFactory, "firm": FirmFactory}[name]
    somebody = made_by(owner=other)
    PromiseFactory(owner=other, **{name: somebody})
    gone = made_by(owner=user)
    gone.trash()
    for value in (somebody.pk, gone.pk, 987_654_321, "abc", "-1", "٣", "9" * 30, "\x00"):
        assert client.get(LIST, {name: value}).status_code == 404, value
    assert client.get(LIST, {name: ""}).status_code == 200


def test_it_keeps_what_is_asked_for_from_page_to_page(
    client: Client, user: User, grace: Recruiter
) -> None:
    for _ in range(PER_PAGE + 1):
        PromiseFactory(owner=user, recruiter=grace)
    query = {"recruiter": grace.pk, "sort": "who", "kind": "call_back", "whose": "mine"}
    first = client.get(LIST, query)
    link = f'?whose=mine&amp;recruiter={grace.pk}&amp;kind=call_back&amp;sort=who&amp;page=2"'
    assert link in html(first)
    assert len(client.get(LIST, query | {"page": 2}).context["page"].object_list) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "Nothing is owed"),
        ({"whose": "theirs"}, "They owe you nothing"),
        ({"show": "ended"}, "Nothing has ended yet"),
        ({"kind": "vet_firm"}, "None of these"),
    ],
)
def test_it_teaches_where_it_is_empty(client: Client, query: dict[str, str], words: str) -> None:
    assert words in html(client.get(LIST, query))


def test_it_leads_back_to_the_very_list_it_was_pressed_in(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    assert 'value="/promises/?whose=mine"' in html(client.get(LIST, {"whose": "mine"}))
    data = {"next": "/promises/?whose=mine"}
    response = client.post(f"/promises/{promise.pk}/keep/", data)
    assert response.headers["Location"] == "/promises/?whose=mine"
    assert Promise.objects.of(user).ended().count() == 1


def test_it_shows_the_day_on_which_each_ended(client: Client, user: User) -> None:
    """In the column that it is sorted by; when it was due stands beneath."""
    ended = dt.datetime(2020, 3, 5, 12, tzinfo=dt.UTC)
    values = {"state": "kept", "ended_at": ended, "due_on": dt.date(2020, 3, 9)}
    PromiseFactory(owner=user, **values)
    text = html(client.get(LIST, {"show": "ended"}))
    assert '<p class="row__when">5 Mar 2020</p>' in text
    assert "Due: 9 Mar 2020" in text


@pytest.mark.usefixtures("_promises")
def test_it_is_sorted_among_those_of_one_by_what_it_shows(
    client: Client, user: User, grace: Recruiter
) -> None:
    now = timezone.now()
    PromiseFactory(
        owner=user,
        what="kept before",
        recruiter=grace,
        due_on=now.date() - dt.timedelta(days=9),
        state="kept",
        ended_at=now - dt.timedelta(days=1),
    )
    assert shown(client, show="ended", sort="who") == ["kept to Grace", "kept before"]
