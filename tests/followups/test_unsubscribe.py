"""One-click unsubscribe (RFC 8058): it mutes, does nothing else, and the app says so."""

import dataclasses
import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Preferences
from followups.delivery import dispatch_due, gather
from followups.health import troubles_for
from followups.links import MUTE_LASTS, Link, Purpose
from followups.models import Heartbeat, Mail, UsedLink
from tests.addresses import check_refusals
from tests.factories import MailFactory
from tests.followups.conftest import utc, way_to
from tests.followups.letters import DIGEST, DUE, MINUTE, MONDAY, promised, read, the_letter
from tests.pages import form_of, html
from tests.test_isolation import rows_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def visitor(user):
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def address(user):
    return f"/act/{Link.to_mute(user.pk, MONDAY).token}/"


@pytest.fixture
def over_https(settings):
    settings.PUBLIC_URL, settings.OVER_HTTPS = "https://calls.example.org", True
    settings.PUBLIC_HOST = "calls.example.org"


def muted_at(user) -> dt.datetime | None:
    return Preferences.objects.of(user).get().muted_at


def but_muting(user) -> dict:
    rows = rows_of(user)
    for row in rows["Preferences"]:
        del row["muted_at"], row["version"]
    return rows


# The header --------------------------------------------------------------------------------------


def test_a_reminder_says_how_to_have_no_more(user, over_https):
    promised(user)
    letter = the_letter(user)
    message = read(letter)
    found = re.fullmatch(
        r"<https://calls\.example\.org(/act/m\.\S+/)>", message["List-Unsubscribe"]
    )
    assert found
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # Each on one line: what a mail program folds, it cuts.
    assert re.search(rb"^List-Unsubscribe: <https://\S+>\r$", letter.content, re.MULTILINE)
    with time_machine.travel(DUE, tick=False):
        assert Client().post(found.group(1), ONE_CLICK).status_code == 200
        assert muted_at(user) == DUE


def test_over_plain_http_there_is_none(user):
    """RFC 8058 asks for https. The link at the mail's foot is there all the same."""
    promised(user)
    letter = the_letter(user)
    assert read(letter)["List-Unsubscribe"] is None
    assert read(letter)["List-Unsubscribe-Post"] is None


def test_a_digest_has_it_too_and_a_test_has_not(user, over_https):
    from followups import messages

    promised(user, due_time=None)
    promised(user, due_time=None)
    assert read(the_letter(user, DIGEST))["List-Unsubscribe"]
    mail = MailFactory(owner=user)
    letter = messages.compose(
        mail, messages.contents_of([mail])[mail.pk], DUE, sender="wordkeeper@example.org"
    )
    assert read(letter)["List-Unsubscribe"] is None


def test_a_mail_that_is_written_plainly_has_it_too(user, over_https, monkeypatch):
    monkeypatch.setattr("followups.messages.line_for", lambda *args: 1 / 0)
    promised(user)
    message = read(the_letter(user))
    assert message["Subject"] == "Reminder"
    assert "/act/m." in message["List-Unsubscribe"]


def test_a_host_of_other_letters_is_written_so_that_a_header_may_hold_it(user, settings):
    settings.PUBLIC_URL, settings.OVER_HTTPS = "https://anrufe.exämple.org", True
    settings.PUBLIC_HOST = "anrufe.exämple.org"
    promised(user)
    assert read(the_letter(user))["List-Unsubscribe"].startswith(
        "<https://anrufe.xn--exmple-cua.org/act/m."
    )


# The link ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_nothing_but_a_press_mutes(user, visitor, address, method):
    before = rows_of(user)
    response = visitor.generic(method, address)
    assert response.status_code == (200 if method in {"GET", "HEAD"} else 405)
    assert rows_of(user) == before


@pytest.mark.parametrize("multipart", [True, False])
def test_one_click_mutes_and_does_nothing_else(user, visitor, address, multipart):
    promised(user)
    before = but_muting(user)
    if multipart:
        response = visitor.post(address, ONE_CLICK)
    else:
        response = visitor.post(
            address,
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )
    assert response.status_code == 200  # and no redirect, RFC 8058, 3.2
    assert muted_at(user) == MONDAY
    assert but_muting(user) == before
    assert not response.cookies
    assert "Reminders by mail are off" in html(response)
    assert "They are kept in the app." in html(response)


def test_its_page_has_a_button_that_does_it(user, visitor, address):
    response = visitor.get(address)
    assert "No more reminders by mail?" in html(response)
    assert visitor.post(address, form_of(response, having="List-Unsubscribe")).status_code == 200
    assert muted_at(user) == MONDAY


def test_twice_is_once(user, visitor, address, clock):
    visitor.post(address, ONE_CLICK)
    before = rows_of(user)
    clock.move_to(DUE)
    assert visitor.post(address, ONE_CLICK).status_code == 200
    assert rows_of(user) == before
    assert not UsedLink.across_owners.exists()


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": "Yes"}, {"until": "hour"}])
def test_a_post_that_does_not_say_so_changes_nothing(user, visitor, address, data):
    before = rows_of(user)
    assert visitor.post(address, data).status_code == 422
    assert rows_of(user) == before


def test_it_can_only_mute(user, visitor, address):
    """Whatever is posted to it, and whatever else its token is made to say."""
    promise = promised(user)
    before = but_muting(user)
    visitor.post(address, {**ONE_CLICK, "until": "hour", "muted_at": "", "discreet_mail": "off"})
    assert but_muting(user) == before
    visitor.post(address, ONE_CLICK)
    assert muted_at(user)
    token = address.split("/")[2]
    about = dataclasses.replace(Link.read(token, MONDAY), promise=promise.pk)
    assert visitor.post(f"/act/{about.token}/", ONE_CLICK).status_code == 200
    assert but_muting(user) == before
    for purpose in (Purpose.KEEP, Purpose.SNOOZE, Purpose.UNDO):
        assert visitor.post(f"/act/{purpose}{token[1:]}/", {"until": "hour"}).status_code == 404
    assert but_muting(user) == before


def test_it_works_for_a_year(user, visitor, address, clock):
    clock.move_to(MONDAY + MUTE_LASTS - dt.timedelta(seconds=1))
    assert visitor.get(address).status_code == 200
    clock.move_to(MONDAY + MUTE_LASTS)
    assert visitor.post(address, ONE_CLICK).status_code == 404
    assert muted_at(user) is None


def test_one_link_leaves_others_as_they_are(user, other, visitor, address):
    before = rows_of(other)
    visitor.post(address, ONE_CLICK)
    assert rows_of(other) == before


def test_to_turn_them_on_again_takes_signing_in(user, visitor, address):
    page = html(visitor.post(address, ONE_CLICK))
    assert "<form" not in page
    assert 'href="/settings/"' in page
    assert visitor.get("/settings/").headers["Location"] == "/sign-in/?next=/settings/"


# The app says so ---------------------------------------------------------------------------------


@pytest.fixture
def muted(user):
    preferences = Preferences.objects.of(user).get()
    preferences.mute(MONDAY)
    return preferences


def test_every_page_says_that_they_are_off(user, client, muted, settings):
    settings.MAIL_SERVER = way_to(25)
    Heartbeat.beat(Heartbeat.ENGINE, MONDAY)
    (trouble,) = troubles_for(user, MONDAY)
    assert trouble.text == "Reminders by mail are off since 07:30: they are kept here."
    page = html(client.get("/"))
    assert trouble.text in page
    assert f'action="{reverse("followups:unmute")}"' in page


def test_the_settings_say_so(user, client, muted):
    assert "Reminders by mail are off since 2 March 2026, 07:30" in html(client.get("/settings/"))
    muted.unmute()
    assert "are off since" not in html(client.get("/settings/"))


def test_it_tells_nobody_else(other, muted, settings):
    settings.MAIL_SERVER = way_to(25)
    Heartbeat.beat(Heartbeat.ENGINE, MONDAY)
    assert troubles_for(other, MONDAY) == []


def test_one_press_turns_them_on_again(user, client, muted):
    response = client.post("/reminders/unmute/", {"next": "/promises/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/promises/")
    assert muted_at(user) is None
    assert client.post("/reminders/unmute/").headers["Location"] == "/reminders/"
    assert "go out by mail again" in html(client.get("/reminders/"))


def test_the_press_is_refused_to_others(client, anonymous, user, other, muted):
    check_refusals("followups:unmute", client=client, anonymous=anonymous, other=other)


def test_settings_open_elsewhere_do_not_turn_them_on_again(user, client, visitor, address):
    form = form_of(client.get("/settings/"), having="digest_time")
    visitor.post(address, ONE_CLICK)
    assert client.post("/settings/", form).status_code == 422  # a conflict, shown
    assert muted_at(user) == MONDAY


# Delivery ----------------------------------------------------------------------------------------


def test_while_muted_a_reminder_is_kept_here(user, smtp, way, muted):
    promised(user)
    dispatch_due(DUE, server=way)
    assert smtp.mails == []
    mail = Mail.objects.of(user).get()
    assert mail.state == Mail.State.KEPT
    assert mail.subject
    assert "Two names for the interim role" in mail.text
    assert "/act/" not in mail.text


def test_while_muted_a_test_goes_all_the_same(user, smtp, way, muted):
    MailFactory(owner=user, due_utc=DUE)
    dispatch_due(DUE, server=way)
    (received,) = smtp.mails
    assert received.message["Subject"] == "A test"


def test_muted_between_the_planning_and_the_sending_it_stays_here(user, smtp, way):
    promised(user)
    gather(DUE)
    Preferences.objects.of(user).get().mute(DUE)
    dispatch_due(DUE, server=way)
    assert smtp.mails == []
    assert Mail.objects.of(user).get().state == Mail.State.KEPT


def test_turned_on_again_they_go(user, smtp, way, muted):
    promised(user)
    muted.unmute()
    dispatch_due(DUE, server=way)
    assert len(smtp.mails) == 1


def test_what_was_kept_is_not_sent_afterwards(user, smtp, way, muted):
    promised(user)
    dispatch_due(DUE, server=way)
    muted.unmute()
    dispatch_due(DUE + MINUTE, server=way)
    assert smtp.mails == []
    # Only the next reminder goes.
    dispatch_due(utc("2026-03-05 18:00"), server=way)
    assert len(smtp.mails) == 1
