"""The calendar's pages: its secret address, what is read there, and one promise as a file."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
from typing import Any

import icalendar
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Preferences, User
from followups.models import CalendarFeed
from tests.addresses import check_refusals
from tests.factories import PASSWORD, PromiseFactory
from tests.pages import html, without_token

PAGE = "/calendar/"


@pytest.fixture
def sure(user: User) -> Client:
    """A browser in which `user` has just typed the password."""
    browser = Client()
    browser.force_login(user)
    browser.post("/reauthenticate/", {"password": PASSWORD})
    return browser


def address_in(response: Any) -> str:
    """The path of the secret address that a page shows."""
    found = re.search(r'value="http://127\.0\.0\.1:8000(/calendar/[^"]+\.ics)"', html(response))
    assert found
    return found.group(1)


def read(path: str, **kwargs: Any) -> Any:
    """As a calendar program does: no session."""
    return Client().get(path, **kwargs)


def titles(response: Any) -> list[str]:
    return [str(one["SUMMARY"]) for one in icalendar.Calendar.from_ical(response.content).events]


# The address --------------------------------------------------------------------------------------


def test_it_makes_a_secret_address_and_keeps_its_digest_alone(sure: Client, user: User) -> None:
    assert "Make the address" in html(sure.get(PAGE))
    path = address_in(sure.post(PAGE))
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) == 43  # 256 bits
    row = CalendarFeed.objects.of(user).values().get()
    assert row["digest"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(row)
    assert token not in str(dict(sure.session))


def test_it_shows_the_address_once(sure: Client) -> None:
    path = address_in(sure.post(PAGE))
    page = html(sure.get(PAGE))
    assert path not in page
    assert "Make a new one" in page


def test_it_asks_for_the_password_first_and_goes_on_from_there(client: Client, user: User) -> None:
    asked = client.post(PAGE)
    assert asked.status_code == 302
    assert asked.headers["Location"] == "/reauthenticate/?next=%2Fcalendar%2F"
    assert not CalendarFeed.objects.of(user).exists()
    made = client.post(asked.headers["Location"], {"password": PASSWORD})
    assert read(address_in(made)).status_code == 200


def test_a_new_address_takes_the_place_of_the_old(sure: Client) -> None:
    old, new = address_in(sure.post(PAGE)), address_in(sure.post(PAGE))
    assert old != new
    assert read(new).status_code == 200
    assert read(old).status_code == 404


def test_it_is_revoked(client: Client, sure: Client, user: User) -> None:
    path = address_in(sure.post(PAGE))
    assert client.post("/calendar/revoke/").headers["Location"] == PAGE
    assert read(path).status_code == 404
    assert not CalendarFeed.objects.of(user).exists()
    client.post("/calendar/revoke/")  # twice is once


def test_it_says_when_it_was_last_read(sure: Client, user: User) -> None:
    path = address_in(sure.post(PAGE))
    assert "not yet" in html(sure.get(PAGE))
    read(path)
    assert "not yet" not in html(sure.get(PAGE))
    first = CalendarFeed.objects.of(user).get().last_read_at
    read(path)
    assert CalendarFeed.objects.of(user).get().last_read_at == first
    CalendarFeed.objects.of(user).update(last_read_at=timezone.now() - dt.timedelta(hours=1))
    read(path)
    assert CalendarFeed.objects.of(user).get().last_read_at >= first


@pytest.mark.parametrize("name", ["calendar_feed", "calendar_revoke", "promise_calendar"])
def test_it_refuses_what_every_page_refuses(
    name: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(f"followups:{name}", client=client, anonymous=anonymous, other=other)


# What is read there -------------------------------------------------------------------------------


def test_it_is_read_without_a_session(user: User) -> None:
    PromiseFactory(owner=user, kind="call_back", due_time=dt.time(18))
    PromiseFactory(owner=user, kind="send_names")
    response = read(f"/calendar/{CalendarFeed.renew(user)}.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert sorted(titles(response)) == ["Call", "Deadline"]
    assert not response.cookies


def test_it_holds_what_its_owner_owes_and_nobody_elses(user: User, other: User) -> None:
    PromiseFactory(owner=other, what="Secret")
    Preferences.objects.of(user).update(discreet_mail=False)
    Preferences.objects.of(other).update(discreet_mail=False)
    mine, theirs = CalendarFeed.renew(user), CalendarFeed.renew(other)
    assert titles(read(f"/calendar/{mine}.ics")) == []
    assert len(titles(read(f"/calendar/{theirs}.ics"))) == 1


def test_who_is_signed_in_makes_no_difference(client: Client, other: User) -> None:
    PromiseFactory(owner=other)
    path = f"/calendar/{CalendarFeed.renew(other)}.ics"
    assert client.get(path).content == read(path).content


def test_it_is_not_found_exactly_alike(user: User, other: User) -> None:
    unknown = read("/calendar/unknown.ics")
    revoked = CalendarFeed.renew(user)
    CalendarFeed.renew(user)
    inactive = CalendarFeed.renew(other)
    User.objects.filter(pk=other.pk).update(is_active=False)
    tokens = [
        revoked,
        inactive,
        CalendarFeed.objects.of(user).get().digest,
        "x" * 3000,
        "ü",
        "%00",
    ]
    for token in tokens:
        response = read(f"/calendar/{token}.ics")
        assert response.status_code == unknown.status_code == 404
        assert without_token(response) == without_token(unknown)
        assert response.headers == unknown.headers


def test_a_feed_in_the_trash_is_not_found_and_may_be_made_again(user: User) -> None:
    path = f"/calendar/{CalendarFeed.renew(user)}.ics"
    CalendarFeed.objects.of(user).get().trash()
    assert read(path).status_code == 404
    assert read(f"/calendar/{CalendarFeed.renew(user)}.ics").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_it_is_only_read(user: User, method: str) -> None:
    path = f"/calendar/{CalendarFeed.renew(user)}.ics"
    assert Client().generic(method, path).status_code == 405
    assert CalendarFeed.objects.of(user).get().last_read_at is None


def test_it_is_read_by_head(user: User) -> None:
    response = Client().head(f"/calendar/{CalendarFeed.renew(user)}.ics")
    assert response.status_code == 200
    assert not response.content


def test_it_is_not_sent_again_unchanged(user: User) -> None:
    promise = PromiseFactory(owner=user)
    path = f"/calendar/{CalendarFeed.renew(user)}.ics"
    tag = read(path).headers["ETag"]
    for same in (tag, f"W/{tag}", "*"):
        again = read(path, headers={"If-None-Match": same})
        assert again.status_code == 304
        assert not again.content
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == "private, no-cache"
    assert read(path, headers={"If-None-Match": '"another"'}).status_code == 200
    promise.keep()
    assert read(path, headers={"If-None-Match": tag}).status_code == 200


def test_it_is_sent_again_when_names_are_to_be_left_out(user: User) -> None:
    """A program that still shows names must hear of it, though no promise has changed."""
    Preferences.objects.of(user).update(discreet_mail=False)
    PromiseFactory(owner=user, what="Names for Acme")
    path = f"/calendar/{CalendarFeed.renew(user)}.ics"
    named = read(path)
    assert b"Acme" in named.content
    Preferences.objects.of(user).update(discreet_mail=True)
    again = read(path, headers={"If-None-Match": named.headers["ETag"]})
    assert again.status_code == 200
    assert b"Acme" not in again.content


def test_it_is_compressed_and_still_not_sent_twice(user: User) -> None:
    for _ in range(5):
        PromiseFactory(owner=user)
    path = f"/calendar/{CalendarFeed.renew(user)}.ics"
    packed = read(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert read(path, headers=again).status_code == 304


def test_it_is_read_with_as_many_queries(user: User, other: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for owner, count in ((user, 3), (other, 30)):
        for _ in range(count):
            PromiseFactory(owner=owner, due_time=dt.time(9))
        path = f"/calendar/{CalendarFeed.renew(owner)}.ics"
        with CaptureQueriesContext(connection) as captured:
            read(path)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 5


def test_the_secret_is_in_no_log(user: User, caplog: pytest.LogCaptureFixture) -> None:
    """Refused and not found, they are told by Django with their path."""
    token, gone = CalendarFeed.renew(user), "g" * 43
    # What the handlers of the settings write: `caplog` has its own.
    lines: list[str] = []
    from crm.logs import DiscreetFormatter

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    keep = Keep()
    keep.setFormatter(DiscreetFormatter("{levelname} {name}: {message}", style="{"))
    assert settings.LOGGING["formatters"]["line"]["()"] == "crm.logs.DiscreetFormatter"
    logger = logging.getLogger("django.request")
    logger.addHandler(keep)
    try:
        Client().post(f"/calendar/{token}.ics")
        read(f"/calendar/{gone}.ics")
    finally:
        logger.removeHandler(keep)
    assert len(lines) == 2
    assert token not in "".join(lines)
    assert gone not in "".join(lines)


# One promise --------------------------------------------------------------------------------------


def test_one_promise_is_a_file_with_the_event_of_the_feed(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user, due_time=dt.time(18))
    PromiseFactory(owner=user)
    response = client.get(f"/promises/{promise.pk}/calendar.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    disposition = response.headers["Content-Disposition"]
    assert disposition == f'attachment; filename="promise-{promise.pk}.ics"'
    assert "no-store" in response.headers["Cache-Control"]
    (alone,) = icalendar.Calendar.from_ical(response.content).events
    feed = icalendar.Calendar.from_ical(read(f"/calendar/{CalendarFeed.renew(user)}.ics").content)
    assert alone.to_ical() in {one.to_ical() for one in feed.events}


def test_one_promise_that_ended_is_cancelled_there(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    promise.keep()
    response = client.get(f"/promises/{promise.pk}/calendar.ics")
    assert b"STATUS:CANCELLED" in response.content


def test_the_promise_and_the_settings_lead_here(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    assert f"/promises/{promise.pk}/calendar.ics" in html(client.get(promise.get_absolute_url()))
    for page in ("/settings/", "/reminders/"):
        assert f'href="{PAGE}"' in html(client.get(page))


def test_it_says_how_discreet_it_is(client: Client, user: User) -> None:
    assert "No name, and nothing that you wrote." in html(client.get(PAGE))
    Preferences.objects.of(user).update(discreet_mail=False)
    assert "Whoever sees your calendar" in html(client.get(PAGE))
