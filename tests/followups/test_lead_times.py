"""How long before its moment each kind of promise is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.models import Preferences, User
from followups.models import Promise, Reminder
from tests.addresses import check_refusals
from tests.factories import PromiseFactory
from tests.pages import errors_of, fill_in, html

PAGE = "/settings/lead-times/"


def preferences_of(user: User) -> Preferences:
    return Preferences.objects.of(user).get()


def choose(client: Client, **values: Any) -> Any:
    return client.post(PAGE, fill_in(client, PAGE, having="call_back", **values))


def test_it_saves_what_differs_from_the_usual(client: Client, user: User) -> None:
    response = choose(client, send_names="1440", call_back="0")
    assert response.headers["Location"] == PAGE
    assert preferences_of(user).lead_by_kind == {"send_names": 1440, "call_back": 0}


def test_it_comes_back_as_it_was_saved(client: Client, user: User) -> None:
    Preferences.objects.of(user).update(lead_by_kind={"send_names": 37, "call_back": 0})
    assert "37 minutes before" in html(client.get(PAGE)).lower()
    choose(client)
    assert preferences_of(user).lead_by_kind == {"send_names": 37, "call_back": 0}


def test_as_usual_takes_it_out(client: Client, user: User) -> None:
    Preferences.objects.of(user).update(lead_by_kind={"send_names": 37})
    choose(client, send_names="")
    assert preferences_of(user).lead_by_kind == {}


def test_it_says_what_is_usual(client: Client, user: User) -> None:
    Preferences.objects.of(user).update(lead_minutes=120)
    assert "As usual: 2 hours before" in html(client.get(PAGE))


def test_it_plans_anew_what_has_not_gone(client: Client, user: User) -> None:
    PromiseFactory(owner=user, due_time=dt.time(12), due_on=dt.date(2099, 3, 4))
    choose(client, call_back="60")
    rows = Reminder.objects.of(user).filter(cancelled_at=None, occasion="lead")
    assert rows.get().due_utc == dt.datetime(2099, 3, 4, 11, tzinfo=dt.UTC)


def test_it_plans_nothing_anew_where_nothing_changed(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    assert choose(client).status_code == 302
    assert Promise.objects.of(user).get().revision == promise.revision


@pytest.mark.parametrize("value", ["-5", "soon", "10081", "7", "1e3", "\x00", "99999999999999"])
def test_it_says_beside_the_field_what_is_wrong(client: Client, user: User, value: str) -> None:
    before = preferences_of(user)
    response = choose(client, send_names=value, call_back="60")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["send_names"]
    assert '<option value="60" selected>' in html(response)
    assert preferences_of(user).version == before.version


def test_it_answers_an_empty_form_422(client: Client, user: User) -> None:
    """Without the version it was read with, nobody knows what it would undo."""
    assert client.post(PAGE, {}).status_code == 422


def test_it_shows_a_conflict_of_two_edits(client: Client, user: User) -> None:
    data = fill_in(client, PAGE, having="call_back", send_names="60")
    meanwhile = preferences_of(user)
    meanwhile.lead_by_kind = {"send_names": 1440}
    meanwhile.save()
    response = client.post(PAGE, data)
    assert response.status_code == 422
    assert errors_of(response)["send_names"] == ["Saved meanwhile: 1 day before"]
    assert preferences_of(user).lead_by_kind == {"send_names": 1440}


@pytest.mark.parametrize("broken", [None, [], "often", 7, {"send_names": "x", "call_back": [1]}])
def test_it_opens_on_what_cannot_be_read(client: Client, user: User, broken: Any) -> None:
    # JSON's null: no plan and no page may fail by it.
    from django.db.models import JSONField, Value

    Preferences.objects.of(user).update(lead_by_kind=Value(broken, JSONField()))
    assert choose(client, give_decision="30").status_code == 302
    assert preferences_of(user).lead_by_kind == {"give_decision": 30}


def test_it_changes_nobody_else(client: Client, user: User, other: User) -> None:
    choose(client, send_names="60")
    assert preferences_of(other).lead_by_kind == {}


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("followups:lead_times", client=client, anonymous=anonymous, other=other)


def test_the_settings_lead_to_it(client: Client) -> None:
    assert f'href="{PAGE}"' in html(client.get("/settings/"))
