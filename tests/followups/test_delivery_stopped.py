"""What stops a mail: an ending, a change, a mute."""

import datetime as dt
import threading
import time

import pytest
import time_machine

from accounts.models import Preferences, User
from followups import messages
from followups.delivery import claim, dispatch_due, gather
from followups.models import Mail, Promise, Reminder
from tests.engines.servers import free_port
from tests.factories import MailFactory, UserFactory
from tests.followups.conftest import utc, way_to
from tests.followups.delivering import (
    DUE,
    MINUTE,
    MONDAY,
    at_once,
    ids,
    lines_of,
    mute,
    promised,
    the_mail,
)


@pytest.fixture(autouse=True)
def clock():
    """Monday morning, standing still, unless a test moves it. The engine is told its own now."""
    traveller = time_machine.travel(MONDAY, tick=False)
    yield traveller.start()
    traveller.stop()


# What stops a mail --------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["keep", "release", "mark_broken", "trash"])
def test_what_has_ended_is_not_sent(user, smtp, way, verb):
    promise = promised(user)
    getattr(promise, verb)()
    assert dispatch_due(DUE, server=way) == 0
    assert smtp.mails == []


@pytest.mark.parametrize("verb", ["keep", "snooze"])
def test_a_mail_that_waits_is_cancelled_with_its_promise(user, smtp, way, verb):
    promise = promised(user)
    gather(DUE)
    if verb == "keep":
        promise.keep()
    else:
        promise.snooze(due_on=dt.date(2026, 3, 9), due_time=dt.time(9), time_zone="Europe/London")
    dispatch_due(DUE, server=way)
    assert smtp.mails == []
    assert the_mail(user).state == Mail.State.CANCELLED


def test_a_claimed_mail_does_not_begin_once_its_promise_has_ended(user, smtp, way):
    promise = promised(user)
    gather(DUE)
    (mail,) = claim(DUE, size=9)
    contents = messages.contents_of([mail])[mail.pk]
    promise.keep()
    assert not mail.begin(contents.revisions, user.email, DUE)
    mail.refresh_from_db()
    assert mail.state == Mail.State.CANCELLED


def test_what_is_kept_between_claim_and_begin_is_left_out_of_the_digest(
    user, smtp, way, monkeypatch
):
    """The mail has been written with both; it is written anew with the one that is still open."""
    first, second = promised(user, at=""), promised(user, at="")
    compose = messages.compose

    def keep_meanwhile(mail, contents, now, *, sender):
        letter = compose(mail, contents, now, sender=sender)
        if len(contents.promises) == 2:
            Promise.objects.of(user).get(pk=first.pk).keep()
        return letter

    monkeypatch.setattr(messages, "compose", keep_meanwhile)
    assert dispatch_due(utc("2026-03-05 08:00"), server=way) == 1
    assert lines_of(smtp) == [ids(second)]


def test_a_change_of_words_meanwhile_is_in_the_mail(user, smtp, way, monkeypatch):
    promise = promised(user, what="one name")
    compose = messages.compose

    def edit_meanwhile(mail, contents, now, *, sender):
        letter = compose(mail, contents, now, sender=sender)
        if not promise.what.startswith("two"):
            promise.what = "two names"
            promise.save()
        return letter

    monkeypatch.setattr(messages, "compose", edit_meanwhile)
    with time_machine.travel(DUE, tick=False):
        for _ in range(2):
            dispatch_due(DUE, server=way)
    (received,) = smtp.mails
    assert "Two names" in received.message.get_body(("plain",)).get_content()


def test_an_edit_while_the_mail_is_going_neither_loses_nor_repeats_it(
    user, smtp, way, monkeypatch
):
    """First try: 451 while the promise is edited. The mail that comes back still goes, once."""
    promise = promised(user, what="one name")
    smtp.answer("DOT", "451 later", times=1)
    begin = Mail.begin

    def edit_meanwhile(self, *args):
        went = begin(self, *args)
        if not smtp.given:
            promise.what = "two names"
            promise.save()
        return went

    monkeypatch.setattr(Mail, "begin", edit_meanwhile)
    with time_machine.travel(DUE, tick=False):
        for minutes in range(5):
            dispatch_due(DUE + minutes * MINUTE, server=way)
    (received,) = smtp.mails
    assert "Two names" in received.message.get_body(("plain",)).get_content()
    assert received.message["Message-ID"] == the_mail(user).message_id


def test_what_was_dropped_from_a_mail_between_two_tries_is_not_told_as_sent(user, smtp, way):
    first, second = promised(user, at=""), promised(user, at="")
    smtp.answer("DOT", "451 later", times=1)
    with time_machine.travel(utc("2026-03-05 08:00"), tick=False):
        dispatch_due(utc("2026-03-05 08:00"), server=way)
        Mail.across_owners.update(state=Mail.State.SENDING, token="0" * 32, lease_until=DUE)
        first.snooze(due_on=dt.date(2026, 3, 9), due_time=None, time_zone="Europe/London")
        Mail.across_owners.update(state=Mail.State.SCHEDULED, token=None, lease_until=None)
        dispatch_due(utc("2026-03-05 08:01"), server=way)
    assert lines_of(smtp) == [ids(second)]
    gone = Reminder.objects.of(user).gone()
    assert [reminder.promise for reminder in gone] == [second]


def test_a_mail_whose_owner_is_gone_goes_nowhere(user, smtp, way, monkeypatch):
    promised(user)
    stays = UserFactory()
    promised(stays)
    compose = messages.compose

    def delete_meanwhile(mail, contents, now, *, sender):
        letter = compose(mail, contents, now, sender=sender)
        User.objects.filter(pk=user.pk).first() and user.delete()
        return letter

    monkeypatch.setattr(messages, "compose", delete_meanwhile)
    dispatch_due(DUE, server=way)
    assert [received.recipients for received in smtp.mails] == [(stays.email,)]


# Muted --------------------------------------------------------------------------------------------


def test_what_falls_due_while_muted_is_kept_here_and_goes_nowhere(user, smtp, way):
    promise = promised(user, what="two names")
    mute(user)
    assert dispatch_due(DUE, server=way) == 1
    assert smtp.verbs == []
    mail = the_mail(user)
    assert (mail.state, mail.sent_at) == (Mail.State.KEPT, DUE)
    assert mail.answer == "Muted: you asked for no reminders by mail."
    assert "Two names" in mail.text
    assert mail.subject
    assert [reminder.promise for reminder in mail.reminders.all()] == [promise]


def test_a_test_goes_though_muted(user, smtp, way):
    mute(user)
    MailFactory(owner=user, kind=Mail.Kind.TEST, due_utc=DUE)
    assert dispatch_due(DUE, server=way) == 1
    assert the_mail(user).state == Mail.State.SENT


def test_muting_one_mutes_nobody_else(user, other, smtp, way):
    for owner in (user, other):
        promised(owner)
    mute(user)
    assert dispatch_due(DUE, server=way) == 2
    assert [received.recipients for received in smtp.mails] == [(other.email,)]


def test_what_is_kept_for_the_muted_does_not_wait_for_a_server_that_is_down(user, other):
    for owner in (other, user):
        promised(owner)
    mute(user)
    assert dispatch_due(DUE, server=way_to(free_port())) == 1
    assert the_mail(user).state == Mail.State.KEPT
    assert the_mail(other).state == Mail.State.SCHEDULED


def test_a_mute_that_comes_while_its_mail_is_being_handed_over_counts(
    user, smtp, way, monkeypatch
):
    promised(user)
    compose = messages.compose

    def mute_meanwhile(mail, contents, now, *, sender):
        letter = compose(mail, contents, now, sender=sender)
        mute(user)
        return letter

    monkeypatch.setattr(messages, "compose", mute_meanwhile)
    dispatch_due(DUE, server=way)
    assert smtp.mails == []
    assert the_mail(user).state == Mail.State.KEPT


def test_a_mute_that_is_committed_just_before_its_mail_begins_counts(user, smtp, way, monkeypatch):
    promised(user)
    begin = Mail.begin

    def mute_meanwhile(self, *args, **kwargs):
        mute(user)
        return begin(self, *args, **kwargs)

    monkeypatch.setattr(Mail, "begin", mute_meanwhile)
    dispatch_due(DUE, server=way)
    assert smtp.mails == []
    assert the_mail(user).state == Mail.State.KEPT


def test_a_mute_and_the_begin_of_a_mail_wait_for_each_other(transactional_db, monkeypatch):
    """Begun before the mute is committed it goes; and the mute is not committed in mid-begin."""
    user = UserFactory()
    promised(user)
    gather(DUE)
    (mail,) = claim(DUE, size=9)
    revisions = messages.contents_of([mail])[mail.pk].revisions
    order, asked = [], threading.Event()
    hold = Mail._hold_preferences

    def slowly(self):
        is_muted = hold(self)
        asked.set()
        time.sleep(0.5)
        order.append("begins")
        return is_muted

    monkeypatch.setattr(Mail, "_hold_preferences", slowly)

    def work(number: int) -> bool | None:
        if number == 0:
            return mail.begin(revisions, user.email, DUE)
        asked.wait(5)
        Preferences.objects.of(user).get().mute()
        order.append("muted")
        return None

    assert at_once(2, work)[0]
    assert order == ["begins", "muted"]


def test_what_falls_due_after_the_mute_is_lifted_goes(user, smtp, way):
    promised(user)
    mute(user)
    Preferences.objects.of(user).update(muted_at=None)
    assert dispatch_due(DUE, server=way) == 1
    assert the_mail(user).state == Mail.State.SENT
