"""My zone, and how I want to be reminded."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.models import Preferences, User
from followups.models import Promise, Reminder
from tests.factories import PromiseFactory
from tests.pages import errors_of, fill_in, html

SETTINGS = "/settings/"


def preferences_of(user: User) -> Preferences:
    return Preferences.objects.of(user).get()


def type_in(client: Client, **values: Any) -> Any:
    return client.post(SETTINGS, fill_in(client, SETTINGS, having="lead_minutes", **values))


def test_it_saves(client: Client, user: User) -> None:
    response = type_in(
        client,
        time_zone="America/New_York",
        phone_region="us",
        lead_minutes="30",
        digest_time="06:45",
        working_days=["0", "6"],
        quiet_from="21:00",
        quiet_until="08:00",
    )
    assert response.headers["Location"] == SETTINGS
    user.refresh_from_db()
    assert (user.time_zone, user.phone_region) == ("America/New_York", "US")
    saved = preferences_of(user)
    assert (saved.lead_minutes, saved.digest_time) == (30, dt.time(6, 45))
    assert saved.working_days == [0, 6]
    assert (saved.quiet_from, saved.quiet_until) == (dt.time(21), dt.time(8))


def test_it_comes_back_as_it_was_saved(client: Client, user: User) -> None:
    before = preferences_of(user)
    assert type_in(client).status_code == 302
    after = preferences_of(user)
    for name in ("lead_minutes", "digest_time", "working_days", "quiet_from", "discreet_mail"):
        assert getattr(after, name) == getattr(before, name), name


def test_it_lets_a_tick_be_taken_away(client: Client, user: User) -> None:
    data = fill_in(client, SETTINGS, having="lead_minutes")
    assert data.pop("discreet_mail")
    client.post(SETTINGS, data)
    assert not preferences_of(user).discreet_mail


def test_it_takes_one_mail_in_the_morning_for_all(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user, due_time=dt.time(12), due_on=dt.date(2099, 3, 4))
    assert type_in(client, digest_only="on").status_code == 302
    assert preferences_of(user).digest_only
    first = promise.reminders.filter(cancelled_at=None).earliest("due_utc")
    assert (first.occasion, first.due_utc.hour) == ("digest", 8)
    assert fill_in(client, SETTINGS, having="lead_minutes")["digest_only"] == "on"


def test_it_ends_quiet_hours_when_both_are_left_out(client: Client, user: User) -> None:
    assert type_in(client, quiet_from="", quiet_until="").status_code == 302
    assert preferences_of(user).quiet_from is None


def test_it_plans_anew_what_has_not_gone(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user, due_time=dt.time(12), due_on=dt.date(2099, 3, 4))
    before = set(promise.reminders.filter(cancelled_at=None).values_list("due_utc", flat=True))
    type_in(client, lead_minutes="45")
    rows = Reminder.objects.of(user).filter(cancelled_at=None)
    assert {row.revision for row in rows} == {Reminder.objects.of(user).latest("pk").revision}
    leads = {row.due_utc for row in rows if row.occasion == "lead"}
    assert leads == {dt.datetime(2099, 3, 4, 11, 15, tzinfo=dt.UTC)}
    assert not leads & before


MEANT = {
    "morning_time": "08:15",
    "lunch_time": "13:00",
    "afternoon_time": "15:45",
    "evening_time": "19:30",
    "end_of_day_time": "18:05",
}


def test_it_saves_what_plain_words_mean(client: Client, user: User) -> None:
    assert preferences_of(user).times == {
        "morning": dt.time(9),
        "lunch": dt.time(12, 30),
        "afternoon": dt.time(16, 30),
        "evening": dt.time(18),
        "eod": dt.time(17),
    }
    assert type_in(client, **MEANT).status_code == 302
    assert preferences_of(user).times == {
        "morning": dt.time(8, 15),
        "lunch": dt.time(13),
        "afternoon": dt.time(15, 45),
        "evening": dt.time(19, 30),
        "eod": dt.time(18, 5),
    }


@pytest.mark.parametrize(
    "values",
    [
        {},
        MEANT,
        {"phone_region": "US"},
    ],
    ids=["nothing", "words", "country"],
)
def test_it_leaves_plans_alone_that_do_not_depend_on_it(
    client: Client, user: User, values: dict[str, str]
) -> None:
    """Else an edit of a promise that was begun before would meet a conflict with nothing."""
    promise = PromiseFactory(owner=user, due_time=dt.time(18), due_on=dt.date(2099, 3, 4))
    before = list(Reminder.objects.of(user).order_by("pk").values())
    assert type_in(client, **values).status_code == 302
    after = Promise.objects.of(user).get()
    assert (after.version, after.revision) == (promise.version, promise.revision)
    assert (after.due_utc, after.due_time) == (promise.due_utc, dt.time(18))
    assert list(Reminder.objects.of(user).order_by("pk").values()) == before


def test_it_leaves_plans_alone_when_mails_become_discreet(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    data = fill_in(client, SETTINGS, having="lead_minutes")
    del data["discreet_mail"]
    assert client.post(SETTINGS, data).status_code == 302
    assert Promise.objects.of(user).get().revision == promise.revision


@pytest.mark.parametrize(
    "values",
    [
        {"lead_minutes": "40"},
        {"digest_time": "06:45"},
        {"working_days": ["0", "6"]},
        {"quiet_from": "21:00"},
        {"quiet_until": "08:30"},
        {"quiet_from": "", "quiet_until": ""},
        {"time_zone": "Asia/Tokyo"},
        {"digest_only": "on"},
        {"lead_minutes": "40", "evening_time": "19:00"},
    ],
)
def test_it_plans_anew_whatever_a_plan_asks_for(
    client: Client, user: User, values: dict[str, Any]
) -> None:
    promise = PromiseFactory(owner=user)
    assert type_in(client, **values).status_code == 302
    assert Promise.objects.of(user).get().revision == promise.revision + 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", ""),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "\x00"),
        ("phone_region", "XX"),
        ("phone_region", "GBR"),
        ("phone_region", ""),
        ("lead_minutes", "-1"),
        ("lead_minutes", "99999999999999999999"),
        ("lead_minutes", "soon"),
        ("lead_minutes", "10081"),
        ("digest_time", "25:00"),
        ("digest_time", ""),
        ("morning_time", ""),
        ("lunch_time", "noon"),
        ("afternoon_time", "24:00"),
        ("evening_time", ""),
        ("end_of_day_time", "17"),
        ("working_days", "7"),
        ("quiet_from", "soon"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, user: User, field: str, value: str
) -> None:
    before = preferences_of(user)
    response = type_in(client, **{"lead_minutes": "77", field: value})
    assert response.status_code == 422
    errors = {**errors_of(response), **errors_of(response, form="user_form")}
    assert list(errors) == [field]
    if field != "lead_minutes":
        assert 'value="77"' in html(response)
    if value and value.isprintable() and field != "working_days":
        assert f'value="{value}"' in html(response)
    assert preferences_of(user).version == before.version
    user.refresh_from_db()
    assert (user.time_zone, user.phone_region) == ("Europe/London", "GB")


def test_it_wants_quiet_hours_whole(client: Client, user: User) -> None:
    response = type_in(client, quiet_until="")
    assert response.status_code == 422
    assert "Quiet hours need both a beginning and an end." in html(response)


def test_it_wants_at_least_one_working_day(client: Client, user: User) -> None:
    data = fill_in(client, SETTINGS, having="lead_minutes")
    del data["working_days"]
    response = client.post(SETTINGS, data)
    assert response.status_code == 422
    assert "working_days" in errors_of(response)


def test_it_answers_an_empty_form_422(client: Client, user: User) -> None:
    assert client.post(SETTINGS, {}).status_code == 422


def test_it_shows_a_conflict_of_two_edits(client: Client, user: User) -> None:
    data = fill_in(client, SETTINGS, having="lead_minutes", lead_minutes="20")
    meanwhile = preferences_of(user)
    meanwhile.lead_minutes = 40
    meanwhile.save()
    response = client.post(SETTINGS, data)
    assert response.status_code == 422
    assert errors_of(response)["lead_minutes"] == ["Saved meanwhile: 40"]
    assert 'value="20"' in html(response)
    assert preferences_of(user).lead_minutes == 40


def test_it_says_in_words_what_was_saved_meanwhile(client: Client, user: User) -> None:
    data = fill_in(client, SETTINGS, having="lead_minutes", digest_time="06:00")
    data |= {"working_days": ["0"]}
    del data["discreet_mail"]
    meanwhile = preferences_of(user)
    meanwhile.digest_time, meanwhile.working_days = dt.time(9, 15), [0, 6]
    meanwhile.save()
    errors = errors_of(client.post(SETTINGS, data))
    assert errors["digest_time"] == ["Saved meanwhile: 09:15"]
    assert errors["working_days"] == ["Saved meanwhile: Monday, Sunday"]
    assert errors["discreet_mail"] == ["Saved meanwhile: yes"]


def test_it_sets_nothing_back_that_was_left_as_it_was(client: Client, user: User) -> None:
    """Two settings pages open: what the older one did not touch keeps what the newer saved."""
    data = fill_in(client, SETTINGS, having="lead_minutes", phone_region="US")
    User.objects.filter(pk=user.pk).update(time_zone="Asia/Tokyo")
    assert client.post(SETTINGS, data).status_code == 302
    user.refresh_from_db()
    assert (user.time_zone, user.phone_region) == ("Asia/Tokyo", "US")


def test_it_changes_nobody_else(client: Client, user: User, other: User) -> None:
    type_in(client, lead_minutes="20", time_zone="Asia/Tokyo")
    assert preferences_of(other).lead_minutes == 15
    other.refresh_from_db()
    assert other.time_zone == "Europe/London"


def test_it_shows_no_password_of_the_mail_server(client: Client, settings: Any) -> None:
    from crm.environment import MailServer

    settings.MAIL_SERVER = MailServer(
        host="mail.example.org",
        port=587,
        security="starttls",
        username="me",
        password="hush",
        sender="me@example.org",
    )
    page = html(client.get(SETTINGS))
    assert "mail.example.org" in page
    assert "hush" not in page


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_it_refuses_another_method(client: Client, method: str) -> None:
    assert getattr(client, method)(SETTINGS).status_code == 405


def test_it_leads_the_anonymous_to_sign_in(anonymous: Client) -> None:
    for response in (anonymous.get(SETTINGS), anonymous.post(SETTINGS, {"lead_minutes": "1"})):
        assert response.headers["Location"].startswith("/sign-in/")


def test_it_keeps_preferences_one_each_by_constraint(user: User) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Preferences.objects.create(owner=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Preferences.objects.of(user).update(quiet_from=None)
