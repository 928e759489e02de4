"""A promise that was made without a call."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Recruiter
from followups.models import Promise, Reminder
from tests.addresses import check_refusals
from tests.factories import FirmFactory, RecruiterFactory
from tests.pages import HTMX, errors_of, fill_in, form_of, html, send

NEW = "/promises/new/"


@pytest.fixture
def grace(user: User) -> Recruiter:
    return RecruiterFactory(owner=user, name="Grace")


def typed(grace: Recruiter, **values: str) -> dict[str, str]:
    required = {"kind": "send_names", "due_on": "2027-07-01", "due_time": "18:00"}
    return {**required, "recruiter": str(grace.pk), **values}


def test_it_saves_and_plans_its_reminders(client: Client, user: User, grace: Recruiter) -> None:
    values = typed(grace, what="two names", how_many="2", phone="020 7946 0018")
    response = send(client, NEW, having="kind", **values)
    promise = Promise.objects.of(user).get()
    assert response.headers["Location"] == promise.get_absolute_url()
    assert (promise.kind, promise.what, promise.how_many) == ("send_names", "two names", 2)
    assert (promise.owed_by, promise.state, promise.recruiter) == ("me", "open", grace)
    assert (promise.phone, promise.time_zone) == ("+442079460018", "Europe/London")
    assert promise.due_utc == dt.datetime(2027, 7, 1, 17, tzinfo=dt.UTC)
    assert Reminder.objects.of(user).filter(promise=promise, cancelled_at=None).count() > 1


@pytest.mark.parametrize("name", ["recruiter", "firm"])
def test_it_knows_to_whom_from_the_page_one_came_from(
    client: Client, user: User, name: str
) -> None:
    row = {"recruiter": RecruiterFactory, "firm": FirmFactory}[name](owner=user)
    assert fill_in(client, f"{NEW}?{name}={row.pk}", having="kind")[name] == str(row.pk)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("owed_by", "everybody"),
        ("kind", ""),
        ("kind", "nonsense"),
        ("what", "x" * 201),
        ("what", "\x00"),
        ("how_many", "0"),
        ("how_many", "100"),
        ("how_many", "9" * 30),
        ("due_on", ""),
        ("due_on", "soon"),
        ("due_on", "9999-12-31"),
        ("due_on", "0001-01-01"),
        ("due_time", "25:00"),
        ("phone", "call me"),
        ("recruiter", "987654321"),
        ("recruiter", "9" * 30),
        ("recruiter", "\x00"),
        ("firm", "abc"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, user: User, grace: Recruiter, field: str, value: str
) -> None:
    values = typed(grace, **{"what": "two names", "phone": "+44 20 7946 0018", field: value})
    response = send(client, NEW, having="kind", **values)
    assert response.status_code == 422
    # Without a recruiter that is known there is nobody to whom it is owed.
    assert set(errors_of(response)) - {"__all__"} == {field}
    again = form_of(response, having="kind")
    for name in {"what", "due_time", "phone"} - {field}:
        assert again[name] == values[name], name
    assert not Promise.objects.of(user).exists()
    assert not Reminder.objects.of(user).exists()


def test_it_says_what_a_skipped_hour_would_be(
    client: Client, user: User, grace: Recruiter
) -> None:
    values = typed(grace, due_on="2027-03-28", due_time="01:30", what="two names")
    response = send(client, NEW, having="kind", **values)
    assert response.status_code == 422
    assert list(errors_of(response)) == ["due_time"]
    assert "Did you mean 02:30?" in html(response)
    assert 'value="two names"' in html(response)


def test_it_asks_to_whom(client: Client, user: User, grace: Recruiter) -> None:
    response = send(client, NEW, having="kind", **typed(grace, recruiter=""))
    assert response.status_code == 422
    assert "Say to whom: a recruiter or a firm." in html(response)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_answers_an_empty_form_422(client: Client, headers: dict[str, str]) -> None:
    assert client.post(NEW, {}, headers=headers).status_code == 422


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("followups:promise_new", client=client, anonymous=anonymous, other=other)
