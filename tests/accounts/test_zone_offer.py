"""I am elsewhere: my zone changes in one press, or I am not asked about that place again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.forms import ZoneForm
from accounts.models import User
from followups.models import Promise, Reminder
from tests.addresses import check_refusals
from tests.factories import PromiseFactory
from tests.pages import html

ZONE, NOT_NOW = "/settings/zone/", "/settings/zone/keep/"


def test_it_changes_the_zone_and_comes_back(client: Client, user: User) -> None:
    response = client.post(ZONE, {"time_zone": "Asia/Tokyo", "next": "/firms/?page=2"})
    assert response.headers["Location"] == "/firms/?page=2"
    user.refresh_from_db()
    assert user.time_zone == "Asia/Tokyo"
    assert "Your time is Tokyo’s now." in html(client.get("/firms/"))


def test_it_takes_the_digest_along_and_leaves_fixed_times(client: Client, user: User) -> None:
    timed = PromiseFactory(owner=user, due_on=dt.date(2099, 3, 4), due_time=dt.time(17))
    PromiseFactory(owner=user, due_on=dt.date(2099, 3, 4))
    client.post(ZONE, {"time_zone": "Asia/Tokyo"})
    assert Promise.objects.of(user).get(pk=timed.pk).due_utc == timed.due_utc
    rows = Reminder.objects.of(user).filter(cancelled_at=None)
    assert rows.get(occasion="digest").due_utc == dt.datetime(2099, 3, 3, 23, tzinfo=dt.UTC)
    assert rows.get(occasion="due").due_utc == timed.due_utc


def test_it_replans_nothing_where_nothing_changes(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    assert client.post(ZONE, {"time_zone": user.time_zone}).status_code == 302
    assert Promise.objects.of(user).get().revision == promise.revision


def test_not_now_is_kept_for_that_zone_and_changes_nothing(client: Client, user: User) -> None:
    for zone in ("Asia/Tokyo", "America/New_York", "Asia/Tokyo"):
        response = client.post(NOT_NOW, {"time_zone": zone, "next": "/firms/"})
        assert response.headers["Location"] == "/firms/"
    user.refresh_from_db()
    assert user.time_zone == "Europe/London"
    assert 'data-declined="America/New_York Asia/Tokyo"' in html(client.get("/"))


def test_the_session_keeps_only_the_latest(client: Client, user: User) -> None:
    for hour in range(1, 14):
        client.post(NOT_NOW, {"time_zone": f"Etc/GMT-{hour}"})
    assert len(client.session["zones_declined"]) == 10


@pytest.mark.parametrize("path", [ZONE, NOT_NOW])
@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "\x00", "<b>", "../../etc/passwd"])
def test_it_refuses_what_is_no_zone(client: Client, user: User, path: str, zone: str) -> None:
    response = client.post(path, {"time_zone": zone})
    assert response.status_code == 422
    assert "time_zone" in response.context["user_form"].errors
    assert "phone_region" not in response.context["user_form"].errors
    user.refresh_from_db()
    assert (user.time_zone, user.phone_region) == ("Europe/London", "GB")
    assert "zones_declined" not in client.session


@pytest.mark.parametrize("path", [ZONE, NOT_NOW])
def test_it_leads_to_no_other_site(client: Client, path: str) -> None:
    response = client.post(path, {"time_zone": "Asia/Tokyo", "next": "https://example.com/"})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("name", ["accounts:change_zone", "accounts:keep_zone"])
def test_it_refuses_what_every_page_refuses(
    name: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(name, client=client, anonymous=anonymous, other=other)


def test_it_offers_nothing_to_the_anonymous(anonymous: Client) -> None:
    assert "zone-offer" not in html(anonymous.get("/sign-in/"))


def test_it_writes_the_zone_alone(user: User) -> None:
    """What was read with the request would put back a password changed meanwhile."""
    read_before = User.objects.get(pk=user.pk)
    user.set_password("another password")
    user.save()
    form = ZoneForm({"time_zone": "Asia/Tokyo"}, instance=read_before)
    assert form.is_valid()
    form.save()
    user.refresh_from_db()
    assert user.time_zone == "Asia/Tokyo"
    assert user.check_password("another password")
