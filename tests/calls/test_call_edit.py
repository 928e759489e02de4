"""Mending a call afterwards."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from calls.models import Call
from tests.addresses import check_refusals
from tests.factories import CallFactory, FirmFactory, OpportunityFactory, RecruiterFactory
from tests.pages import errors_of, fill_in, form_of, send


@pytest.fixture
def call(user: User) -> Call:
    return CallFactory(
        owner=user,
        firm=FirmFactory(owner=user),
        opportunity=OpportunityFactory(owner=user),
        occurred_at=dt.datetime(2026, 7, 1, 9, 30, tzinfo=dt.UTC),
        notes="first\nsecond",
    )


@pytest.fixture
def path(call: Call) -> str:
    return f"/calls/{call.pk}/edit/"


def test_it_saves(client: Client, call: Call, path: str) -> None:
    grace = RecruiterFactory(owner=call.owner)
    response = send(
        client,
        path,
        having="outcome",
        recruiter=grace.pk,
        occurred_at="2026-07-02T11:00",
        duration_minutes="25",
        direction="outgoing",
        channel="video",
        outcome="voicemail",
        purpose="names",
        notes="mended",
    )
    assert response.headers["Location"] == call.get_absolute_url()
    call.refresh_from_db()
    assert call.recruiter == grace
    # 11:00 of a summer's day in London
    assert call.occurred_at == dt.datetime(2026, 7, 2, 10, tzinfo=dt.UTC)
    assert (call.duration_minutes, call.direction, call.channel) == (25, "outgoing", "video")
    assert (call.outcome, call.purpose, call.notes) == ("voicemail", "names", "mended")


def test_it_comes_back_as_it_was(client: Client, call: Call, path: str) -> None:
    data = fill_in(client, path, having="outcome")
    assert data["occurred_at"] == "2026-07-01T10:30"
    assert client.post(path, data).status_code == 302
    before = {**call.__dict__}
    call.refresh_from_db()
    for name in ("recruiter_id", "firm_id", "opportunity_id", "occurred_at", "client_key"):
        assert getattr(call, name) == before[name], name
    assert call.notes.split() == before["notes"].split()


def test_it_may_lose_its_firm_and_its_opportunity(client: Client, call: Call, path: str) -> None:
    send(client, path, having="outcome", firm="", opportunity="")
    call.refresh_from_db()
    assert (call.firm, call.opportunity) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recruiter", ""),
        ("recruiter", "987654321"),
        ("firm", "9" * 30),
        ("opportunity", "abc"),
        ("occurred_at", "2026-03-29T01:30"),
        ("occurred_at", "9999-12-31T23:59"),
        ("occurred_at", ""),
        ("duration_minutes", "-1"),
        ("duration_minutes", "1441"),
        ("duration_minutes", "9" * 30),
        ("direction", "sideways"),
        ("channel", ""),
        ("outcome", "nonsense"),
        ("purpose", "nonsense"),
        ("found_me_through", "x" * 201),
        ("notes", "x" * 100_000),
        ("notes", "\x00"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, call: Call, path: str, field: str, value: str
) -> None:
    typed = {"notes": "Typed for an hour", "found_me_through": "Pat", field: value}
    response = send(client, path, having="outcome", **typed)
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    again = form_of(response, having="outcome")
    for name in {"notes", "found_me_through"} - ({field} if "\x00" in value else set()):
        assert again[name] == typed[name], name
    call.refresh_from_db()
    assert call.version == 1


def test_it_shows_both_texts_of_two_edits(client: Client, call: Call, path: str) -> None:
    data = fill_in(client, path, having="outcome", notes="mine")
    send(client, path, having="outcome", notes="theirs", outcome="voicemail")
    response = client.post(path, data)
    assert response.status_code == 422
    assert errors_of(response)["notes"] == ["Saved meanwhile: theirs"]
    assert errors_of(response)["outcome"] == ["Saved meanwhile: voicemail"]
    again = form_of(response, having="outcome")
    assert again["notes"] == "mine"
    assert client.post(path, again).status_code == 302


def test_it_answers_an_empty_form_422(client: Client, path: str) -> None:
    assert client.post(path, {}).status_code == 422


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("calls:call_edit", client=client, anonymous=anonymous, other=other)
