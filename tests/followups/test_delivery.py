"""The engine: what is due goes out, once, whatever the server, the clock and the others do."""

import contextlib
import datetime as dt
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Preferences, User
from accounts.owned import StaleVersion
from followups import delivery, messages, reminders, transport
from followups.delivery import claim, dispatch_due, gather, leaving, recover
from followups.models import Heartbeat, Mail, Mailer, Promise, Reminder
from followups.models.engine import PROBE_EVERY
from followups.models.mail import LEASE
from followups.reminders import plan, replan_all
from followups.tasks import deliver_due, finish_the_mail_in_hand
from tests.engines.servers import MailServer, free_port
from tests.factories import MailFactory, PromiseFactory, UserFactory
from tests.followups.conftest import utc, way_to
from tests.followups.scripted import Conversation, Scripted

MONDAY = utc("2026-03-02 07:30")
DUE = utc("2026-03-05 17:00")
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    """Monday morning, standing still, unless a test moves it. The engine is told its own now."""
    traveller = time_machine.travel(MONDAY, tick=False)
    yield traveller.start()
    traveller.stop()


def promised(owner: User, at: str = "17:00", on: str = "2026-03-05", **fields) -> Promise:
    """Of mine, for Thursday at five, reminded of on the moment (or by the digest) and no more."""
    Preferences.objects.of(owner).update(lead_minutes=0)
    promise = PromiseFactory(
        owner=owner,
        due_on=dt.date.fromisoformat(on),
        due_time=dt.time.fromisoformat(at) if at else None,
        **fields,
    )
    promise.reminders.filter(occasion__startswith="overdue").delete()
    return promise


def the_mail(owner: User) -> Mail:
    return Mail.objects.of(owner).get()


def lines_of(smtp: MailServer) -> list[list[str]]:
    """The addresses of the promises in each mail, in the order in which they arrived."""
    return [
        [
            line.rsplit("/", 2)[1]
            for line in received.message.get_body(("plain",)).get_content().splitlines()
            if "/promises/" in line
        ]
        for received in smtp.mails
    ]


def ids(*promises: Promise) -> list[str]:
    return [str(promise.pk) for promise in promises]


# One mail ----------------------------------------------------------------------------------------


def test_it_sends_what_is_due_and_notes_what_the_server_said(user, smtp, way):
    promise = promised(user)
    assert dispatch_due(DUE, server=way) == 1
    (received,) = smtp.mails
    assert received.recipients == (user.email,)
    mail = the_mail(user)
    assert (mail.state, mail.sent_at, mail.answer) == (Mail.State.SENT, DUE, "250 2.0.0 taken")
    assert (mail.recipient, mail.kind) == (user.email, Mail.Kind.REMINDER)
    assert received.message["Message-ID"] == mail.message_id
    assert [reminder.promise for reminder in mail.reminders.all()] == [promise]


def test_it_sends_nothing_before_its_moment(user, smtp, way):
    promised(user)
    assert dispatch_due(DUE - SECOND, server=way) == 0
    assert smtp.mails == []
    assert not Mail.objects.of(user).exists()


def test_it_sends_nothing_twice(user, smtp, way):
    promised(user)
    for _ in range(3):
        dispatch_due(DUE, server=way)
    assert len(smtp.mails) == 1


def test_it_sends_each_occasion_at_its_own_moment(user, smtp, way):
    promise = promised(user)
    Preferences.objects.of(user).update(lead_minutes=15)
    promise.save()
    went = []
    for minutes in range(-30, 24 * 60 * 2, 5):
        moment = DUE + minutes * MINUTE
        if dispatch_due(moment, server=way):
            went.append(moment)
    assert went == [DUE - 15 * MINUTE, DUE, DUE + HOUR, DUE + 24 * HOUR]
    assert len(smtp.mails) == 4


def test_a_test_mail_goes_the_same_way(user, smtp, way):
    mail = MailFactory(owner=user, kind=Mail.Kind.TEST, due_utc=DUE)
    assert dispatch_due(DUE, server=way) == 1
    mail.refresh_from_db()
    assert mail.state == Mail.State.SENT
    assert smtp.mails[0].message["Subject"] == "A test"


def test_it_takes_the_clock_s_own_time(user, smtp, way, clock):
    promised(user)
    clock.move_to(DUE + SECOND)
    dispatch_due(server=way)
    assert the_mail(user).sent_at == DUE + SECOND


def test_every_tick_writes_a_heartbeat(db, way):
    dispatch_due(DUE, server=way)
    assert Heartbeat.last(Heartbeat.ENGINE) == DUE
    dispatch_due(DUE + SECOND, server=way)
    assert Heartbeat.last(Heartbeat.ENGINE) == DUE + SECOND


def test_an_idle_tick_asks_little_and_writes_only_its_heartbeat(user, way):
    promised(user)
    dispatch_due(MONDAY, server=way)
    with CaptureQueriesContext(connection) as captured:
        dispatch_due(MONDAY, server=way)
    written = [query["sql"] for query in captured if not query["sql"].startswith("SELECT")]
    assert len(captured) <= 7
    assert len(written) == 1
    assert "heartbeat" in written[0]


# What stops a mail -------------------------------------------------------------------------------


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


# Several -----------------------------------------------------------------------------------------


def test_each_fixed_time_has_its_own_mail(user, smtp, way):
    promised(user, at="17:00")
    promised(user, at="17:00")
    assert dispatch_due(DUE, server=way) == 2
    assert [len(lines) for lines in lines_of(smtp)] == [1, 1]


def test_the_digest_is_one_mail_to_each(user, other, smtp, way):
    mine = [promised(user, at="") for _ in range(3)]
    theirs = promised(other, at="")
    assert dispatch_due(utc("2026-03-05 08:00"), server=way) == 2
    assert sorted(lines_of(smtp)) == sorted([ids(*mine), ids(theirs)])
    assert {mail.kind for mail in Mail.across_owners.all()} == {Mail.Kind.DIGEST}


def test_what_was_missed_while_nothing_ran_is_one_mail_to_each(user, other, smtp, way):
    """A laptop closed on Wednesday, opened on Friday: lead, moment, overdue and a digest."""
    mine = [promised(user, at="17:00"), promised(user, at=""), promised(user, at="09:00")]
    theirs = promised(other, at="17:00")
    for promise in (*mine, theirs):
        promise.save()  # the overdue ones, too
    assert dispatch_due(utc("2026-03-06 12:00"), server=way) == 2
    assert sorted(lines_of(smtp)) == sorted([ids(mine[2], mine[0], mine[1]), ids(theirs)])
    mail = the_mail(user)
    assert (mail.kind, mail.due_utc) == (Mail.Kind.CATCH_UP, utc("2026-03-05 08:00"))
    text = smtp.mails[0].message.get_body(("plain",)).get_content()
    assert "goes out late" in text


def test_the_digest_holds_fixed_times_for_who_wants_it_alone(user, smtp, way):
    """One morning, one mail: what is due at a time, on the day, and what is late."""
    Preferences.objects.of(user).update(digest_only=True)
    mine = [promised(user, at="17:00"), promised(user, at="09:00"), promised(user, at="")]
    for promise in mine:
        promise.save()  # the overdue ones, too
    assert dispatch_due(utc("2026-03-05 08:00"), server=way) == 1
    assert [sorted(set(lines)) for lines in lines_of(smtp)] == [sorted(ids(*mine))]
    # The next morning all of them are late, and it is one mail again.
    assert dispatch_due(utc("2026-03-05 17:00"), server=way) == 0
    assert dispatch_due(utc("2026-03-06 08:00"), server=way) == 1
    assert sorted(set(lines_of(smtp)[1])) == sorted(ids(*mine))


def test_what_is_on_time_comes_with_what_was_missed(user, other, smtp, way):
    """A laptop closed at half past four and opened at five: one mail, and not two of one call."""
    mine = [promised(user, at="17:00"), promised(user, at="16:40")]
    promised(other, at="17:00")
    assert dispatch_due(DUE, server=way) == 2
    mail = Mail.objects.of(user).get()
    assert (mail.kind, mail.reminders.count()) == (Mail.Kind.CATCH_UP, 2)
    assert sorted(ids(*mine)) in [sorted(set(lines)) for lines in lines_of(smtp)]


def test_late_by_little_is_not_summed_up(user, smtp, way):
    promised(user, at="17:00")
    promised(user, at="17:01")
    assert dispatch_due(DUE + 9 * MINUTE, server=way) == 2
    assert all("late" not in line for line in _texts(smtp))


def _texts(smtp: MailServer) -> list[str]:
    return [received.message.get_body(("plain",)).get_content() for received in smtp.mails]


def test_what_was_missed_is_one_mail_also_when_there_is_much(user, other, smtp, way, monkeypatch):
    """The limit of what is gathered at once cuts no user's mail in two."""
    monkeypatch.setattr(delivery, "GATHER", 4)
    for owner in (user, other, UserFactory()):
        for _ in range(3):
            promised(owner)
    dispatch_due(utc("2026-03-05 17:30"), server=way)
    assert [len(lines) for lines in lines_of(smtp)] == [3, 3, 3]


def test_a_digest_is_not_cut_in_two_either(user, other, smtp, way, monkeypatch):
    monkeypatch.setattr(delivery, "GATHER", 4)
    for owner in (user, other, user, other, user, other):
        promised(owner, at="")
    dispatch_due(utc("2026-03-05 08:00"), server=way)
    assert [len(lines) for lines in lines_of(smtp)] == [3, 3]


def test_one_user_with_more_than_fits_is_served_all_the_same(user, smtp, way, monkeypatch):
    monkeypatch.setattr(delivery, "GATHER", 4)
    for _ in range(9):
        promised(user)
    dispatch_due(utc("2026-03-05 17:30"), server=way)
    assert sum(len(lines) for lines in lines_of(smtp)) == 9


def test_more_than_a_batch_goes_in_one_tick(user, smtp, way, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 4)
    for _ in range(11):
        promised(user)
    assert dispatch_due(DUE, server=way) == 11
    assert smtp.verbs.count("EHLO") == 1  # over one line


def test_thousands_to_one_user_do_not_make_the_others_wait(user, other, smtp, way):
    for _ in range(20):
        MailFactory(owner=user, due_utc=DUE - HOUR)
    MailFactory(owner=other, due_utc=DUE)
    batch = claim(DUE, size=8)
    assert len(batch) == 8
    assert other in {mail.owner for mail in batch}


# What the server says ----------------------------------------------------------------------------

BACKOFF = [1, 5, 15, 60, 240, *[360] * 12]  # minutes


def test_4xx_is_tried_again_less_and_less_often_and_fails_after_72_hours(user, smtp, way):
    promised(user)
    smtp.answer("RCPT", "451 4.3.0 later")
    moment, waits = DUE, []
    for _ in range(40):
        dispatch_due(moment, server=way)
        mail = the_mail(user)
        if mail.state == Mail.State.FAILED:
            break
        assert mail.state == Mail.State.SCHEDULED
        waits.append(int((mail.not_before - moment) / MINUTE))
        # A second before its time nothing happens.
        dispatch_due(mail.not_before - SECOND, server=way)
        assert the_mail(user).attempts == mail.attempts
        moment = mail.not_before
    assert waits == BACKOFF[: len(waits)]
    assert 66 * HOUR < moment - DUE <= 72 * HOUR
    assert the_mail(user).answer == "451 4.3.0 later"
    assert list(Mail.objects.of(user).troubled()) == [the_mail(user)]


def test_a_server_that_comes_back_gets_the_mail(user, smtp, way):
    promised(user)
    smtp.answer("MAIL", "421 4.3.2 closing", times=2)
    for minutes in (0, 1, 6):
        dispatch_due(DUE + minutes * MINUTE, server=way)
    assert len(smtp.mails) == 1
    mail = the_mail(user)
    assert (mail.state, mail.attempts, mail.ambiguous) == (Mail.State.SENT, 2, False)


def test_a_machine_that_slept_through_72_hours_still_tries(user, smtp, way):
    promised(user)
    smtp.answer("RCPT", "451 4.3.0 later", times=3)
    dispatch_due(DUE, server=way)
    awake = DUE + 100 * HOUR
    for minutes in (0, 5, 20):
        dispatch_due(awake + minutes * MINUTE, server=way)
    assert the_mail(user).state == Mail.State.SENT


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
def test_5xx_fails_at_once(user, smtp, way, verb):
    promised(user)
    smtp.answer(verb, "550 5.1.1 no such user")
    dispatch_due(DUE, server=way)
    mail = the_mail(user)
    assert (mail.state, mail.answer) == (Mail.State.FAILED, "550 5.1.1 no such user")
    smtp.behave()
    assert dispatch_due(DUE + HOUR - SECOND, server=way) == 0


def test_one_refused_mail_does_not_stop_the_others(user, other, smtp, way):
    promised(user)
    promised(other)
    smtp.answer("RCPT", "550 5.1.1 no such user", times=1)
    assert dispatch_due(DUE, server=way) == 1
    assert sorted(Mail.across_owners.values_list("state", flat=True)) == ["failed", "sent"]


def test_a_server_out_of_reach_is_tried_once_a_tick(user, monkeypatch):
    for _ in range(5):
        promised(user)
    monkeypatch.setattr(delivery, "BATCH", 2)
    way = way_to(free_port())
    assert dispatch_due(DUE, server=way) == 0
    mails = Mail.across_owners.order_by("attempts")
    assert [mail.attempts for mail in mails] == [0, 0, 0, 1, 1]
    assert mails[4].not_before == DUE + MINUTE
    assert mails[4].answer.startswith(
        "The mail server could not be reached. No connection to 127.0.0.1"
    )
    assert not Mailer.load().is_paused


def test_a_failed_mail_can_be_sent_after_all(user, smtp, way):
    promised(user)
    smtp.answer("RCPT", "550 5.1.1 no such user", times=1)
    dispatch_due(DUE, server=way)
    assert the_mail(user).retry()
    assert not the_mail(user).retry()
    dispatch_due(DUE + MINUTE, server=way)
    assert len(smtp.mails) == 1


def test_a_failed_mail_can_be_sent_after_its_promise_was_edited(user, smtp, way):
    promise = promised(user)
    smtp.answer("RCPT", "550 5.1.1 no such user", times=1)
    with time_machine.travel(DUE, tick=False):
        dispatch_due(DUE, server=way)
        promise.what = "Two names"
        promise.save()
        assert the_mail(user).retry()
        dispatch_due(DUE + MINUTE, server=way)
    assert lines_of(smtp) == [ids(promise)]


def test_a_failed_mail_that_was_set_aside_is_trouble_no_more(user, smtp, way):
    promised(user)
    smtp.answer("RCPT", "550 5.1.1 no such user", times=1)
    dispatch_due(DUE, server=way)
    assert the_mail(user).settle()
    assert not the_mail(user).settle()
    assert not Mail.objects.of(user).troubled()


def test_a_press_on_an_old_page_does_not_touch_a_mail_that_has_gone(user, smtp, way):
    promised(user)
    smtp.answer("RCPT", "550 5.1.1 no such user", times=1)
    dispatch_due(DUE, server=way)
    old = the_mail(user)
    old.retry()
    stale = the_mail(user)
    stale.state = Mail.State.FAILED
    dispatch_due(DUE + MINUTE, server=way)
    assert not stale.retry()
    assert not stale.settle()
    assert the_mail(user).state == Mail.State.SENT
    assert len(smtp.mails) == 1


# Locked out --------------------------------------------------------------------------------------


@pytest.fixture
def guarded():
    with MailServer(accounts={"ann": "secret"}) as server:
        yield server


def test_a_refused_sign_in_pauses_the_mailer_and_charges_nothing(user, guarded):
    for _ in range(3):
        promised(user)
    wrong = way_to(guarded.port, username="ann", password="wrong")
    assert dispatch_due(DUE, server=wrong) == 0
    mailer = Mailer.load()
    assert mailer.paused_at == DUE
    assert "535" in mailer.paused_because
    mails = Mail.across_owners.all()
    assert {(mail.state, mail.attempts) for mail in mails} == {(Mail.State.SCHEDULED, 0)}
    # Nobody knocks again before the quarter of an hour is over.
    knocks = guarded.verbs.count("AUTH")
    dispatch_due(DUE + PROBE_EVERY - SECOND, server=wrong)
    assert guarded.verbs.count("AUTH") == knocks


def test_a_paused_mailer_is_probed_and_goes_on_once_it_is_let_in(user, guarded):
    promised(user)
    wrong = way_to(guarded.port, username="ann", password="wrong")
    dispatch_due(DUE, server=wrong)
    dispatch_due(DUE + PROBE_EVERY, server=wrong)
    assert Mailer.load().paused_at == DUE
    right = way_to(guarded.port, username="ann", password="secret")
    assert dispatch_due(DUE + PROBE_EVERY + MINUTE, server=right) == 0  # it is not yet its turn
    assert dispatch_due(DUE + 2 * PROBE_EVERY, server=right) == 1
    assert not Mailer.load().is_paused
    assert the_mail(user).attempts == 0


def test_what_falls_due_while_the_mailer_is_paused_goes_as_one_mail(user, guarded):
    promised(user, at="16:00")
    wrong = way_to(guarded.port, username="ann", password="wrong")
    dispatch_due(DUE - HOUR, server=wrong)
    later = [promised(user, at=at) for at in ("16:10", "16:20", "16:30")]
    for minutes in (10, 20, 30):
        dispatch_due(DUE - HOUR + minutes * MINUTE, server=wrong)
    right = way_to(guarded.port, username="ann", password="secret")
    assert dispatch_due(DUE, server=right) == 2
    assert ids(*later) in lines_of(guarded)


def test_a_server_that_asks_for_a_sign_in_pauses_the_mailer(user, other, smtp, way):
    promised(user)
    promised(other)
    smtp.answer("MAIL", "530 5.7.0 Authentication required")
    dispatch_due(DUE, server=way)
    assert Mailer.load().paused_because == "530 5.7.0 Authentication required"
    mails = Mail.across_owners.all()
    assert {(mail.state, mail.attempts) for mail in mails} == {(Mail.State.SCHEDULED, 0)}
    assert not any(mail.ambiguous for mail in mails)


def test_a_server_without_encryption_pauses_the_mailer(user, smtp):
    promised(user)
    dispatch_due(DUE, server=way_to(smtp.port, security="starttls"))
    assert "offers no encryption" in Mailer.load().paused_because
    assert the_mail(user).attempts == 0


def test_a_probe_that_finds_nobody_there_waits_on(user, guarded):
    promised(user)
    dispatch_due(DUE, server=way_to(guarded.port, username="ann", password="wrong"))
    dispatch_due(DUE + PROBE_EVERY, server=way_to(free_port(), username="ann", password="secret"))
    mailer = Mailer.load()
    assert mailer.paused_at == DUE
    assert mailer.paused_because.startswith("No connection")


def test_of_many_ticks_one_probes(db):
    Mailer.load().pause("535", DUE)
    assert [Mailer.load().take_probe(DUE + PROBE_EVERY) for _ in range(3)] == [True, False, False]


def test_a_mailer_that_is_found_locked_twice_has_been_paused_since_the_first(db):
    first, second = Mailer.load(), Mailer.load()
    first.pause("535 first", DUE)
    second.pause("535 second", DUE + MINUTE)
    assert (second.paused_at, second.paused_because) == (DUE, "535 second")


# In doubt ----------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(transport, "VERB_TIMEOUT", 0.3)


def test_a_line_that_breaks_after_the_dot_is_tried_once_more_and_marked(user, smtp, way):
    promised(user)
    smtp.drop("DOT", times=1)
    dispatch_due(DUE, server=way)
    mail = the_mail(user)
    assert (mail.state, mail.ambiguous) == (Mail.State.SCHEDULED, True)
    dispatch_due(DUE + MINUTE, server=way)
    assert the_mail(user).state == Mail.State.SENT
    assert the_mail(user).ambiguous
    assert len({received.message["Message-ID"] for received in smtp.given}) == 1
    assert len(smtp.given) == 2


def test_a_second_doubt_is_held_for_its_owner(user, smtp, way, impatient):
    promised(user)
    smtp.hang("DOT")
    for minutes in (0, 1, 2, 3, 600):
        dispatch_due(DUE + minutes * MINUTE, server=way)
    assert the_mail(user).state == Mail.State.HELD
    assert list(Mail.objects.of(user).troubled()) == [the_mail(user)]
    assert len(smtp.given) == 2


def test_a_mail_in_doubt_is_not_sent_again_under_another_name_after_an_edit(user, smtp, way):
    promise = promised(user)
    smtp.drop("DOT", times=1)
    with time_machine.travel(DUE, tick=False):
        dispatch_due(DUE, server=way)
        promise.what = "Two names"
        promise.save()
        for minutes in (1, 2, 3):
            dispatch_due(DUE + minutes * MINUTE, server=way)
    assert len({received.message["Message-ID"] for received in smtp.given}) == 1
    assert len(smtp.given) == 2


def test_a_mail_in_doubt_goes_no_more_once_its_promise_is_kept(user, smtp, way):
    promise = promised(user)
    smtp.drop("DOT", times=1)
    dispatch_due(DUE, server=way)
    promise.keep()
    dispatch_due(DUE + MINUTE, server=way)
    assert len(smtp.given) == 1
    mail = the_mail(user)
    assert (mail.state, mail.ambiguous) == (Mail.State.CANCELLED, True)


def test_who_died_before_it_began_has_sent_nothing(user, smtp, way):
    """A lease that ran out while claimed: again, as if never touched."""
    promised(user)
    gather(DUE)
    claim(DUE, size=9)
    dispatch_due(DUE + LEASE - SECOND, server=way)
    assert smtp.mails == []
    dispatch_due(DUE + LEASE, server=way)
    mail = the_mail(user)
    assert (mail.state, mail.attempts, mail.ambiguous) == (Mail.State.SENT, 0, False)


def begun(user: User, now: dt.datetime) -> Mail:
    """A mail whose sender has just died."""
    gather(now)
    (mail,) = claim(now, size=9)
    assert mail.begin(messages.contents_of([mail])[mail.pk].revisions, user.email, now)
    return mail


def test_who_died_while_sending_leaves_doubt(user, smtp, way):
    promised(user)
    mail = begun(user, DUE)
    dispatch_due(DUE + LEASE - SECOND, server=way)
    assert the_mail(user).state == Mail.State.SENDING
    recover(DUE + LEASE)
    assert (the_mail(user).state, the_mail(user).ambiguous) == (Mail.State.SCHEDULED, True)
    dispatch_due(DUE + LEASE + MINUTE, server=way)
    assert the_mail(user).state == Mail.State.SENT
    assert smtp.mails[0].message["Message-ID"] == mail.message_id


def test_who_dies_a_second_time_is_not_followed(user, smtp, way):
    promised(user)
    begun(user, DUE)
    recover(DUE + LEASE)
    later = DUE + LEASE + MINUTE
    begun(user, later)
    recover(later + LEASE)
    assert the_mail(user).state == Mail.State.HELD
    assert dispatch_due(later + 2 * LEASE, server=way) == 0


def test_a_sender_that_was_only_asleep_tells_after_all(user, smtp, way):
    """A laptop closed in mid-send: the lease runs out, and then the 250 is read from the line."""
    promised(user)
    mail = begun(user, DUE)
    recover(DUE + LEASE)
    assert mail.accept("250 taken", DUE + LEASE)
    mail = the_mail(user)
    assert (mail.state, mail.ambiguous) == (Mail.State.SENT, False)
    assert dispatch_due(DUE + LEASE + MINUTE, server=way) == 0


def test_a_sender_that_was_asleep_does_not_take_back_what_another_has_done(user, smtp, way):
    promised(user)
    mail = begun(user, DUE)
    recover(DUE + LEASE)
    dispatch_due(DUE + LEASE + MINUTE, server=way)
    assert not mail.accept("250 taken", DUE + 2 * LEASE)
    assert not mail.postpone("451 later", DUE + 2 * LEASE)
    assert not mail.fail("550 no")
    assert the_mail(user).answer == "250 2.0.0 taken"


def test_a_lease_that_has_run_out_begins_nothing(user):
    promised(user)
    gather(DUE)
    (mail,) = claim(DUE, size=9)
    revisions = messages.contents_of([mail])[mail.pk].revisions
    assert not mail.begin(revisions, user.email, DUE + LEASE)
    assert mail.begin(revisions, user.email, DUE + LEASE - SECOND)


# Clocks that are wrong ---------------------------------------------------------------------------


def test_what_a_clock_far_ahead_put_off_does_not_wait_for_its_year(user, smtp, way):
    promised(user)
    wrong = DUE + dt.timedelta(days=3650)
    smtp.answer("RCPT", "451 later", times=1)
    dispatch_due(wrong, server=way)
    assert the_mail(user).not_before > wrong
    dispatch_due(DUE + MINUTE, server=way)
    assert the_mail(user).state == Mail.State.SENT


def test_a_lease_of_a_clock_far_ahead_runs_out(user, smtp, way):
    promised(user)
    gather(DUE)
    claim(DUE + dt.timedelta(days=3650), size=9)
    dispatch_due(DUE + MINUTE, server=way)
    assert the_mail(user).state == Mail.State.SENT


def test_a_pause_of_a_clock_far_ahead_is_probed(user, smtp, way):
    promised(user)
    Mailer.load().pause("535", DUE + dt.timedelta(days=3650))
    assert dispatch_due(DUE, server=way) == 1


def test_a_clock_that_goes_back_sends_nothing_twice_or_early(user, smtp, way):
    promised(user)
    promised(user, at="17:30")
    dispatch_due(DUE, server=way)
    for minutes in range(-120, 30, 10):
        assert dispatch_due(DUE + minutes * MINUTE, server=way) == 0
    assert dispatch_due(DUE + 30 * MINUTE, server=way) == 1


# Mails that cannot be written --------------------------------------------------------------------


def test_a_template_that_fails_costs_the_looks_and_not_the_reminder(
    user, other, smtp, way, monkeypatch, caplog
):
    promised(user, what="Names for Zebediah")
    promised(other)
    line_for = messages.line_for

    def fail(promise, *args):
        if promise.owner_id == user.pk:
            raise RuntimeError(promise.what)
        return line_for(promise, *args)

    monkeypatch.setattr(messages, "line_for", fail)
    assert dispatch_due(DUE, server=way) == 2
    plain = next(mail for mail in smtp.mails if mail.recipients == (user.email,))
    assert plain.message["Subject"] == "Reminder"
    assert "is due" in plain.message.get_content()
    assert plain.message["Message-ID"] == the_mail(user).message_id
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        f"mail {the_mail(user).pk} is written plainly"
    ]


def test_a_mail_that_cannot_be_written_at_all_waits_and_lets_the_others_pass(
    user, other, smtp, way, monkeypatch, caplog
):
    promised(user)
    promised(other)
    letter = messages._letter

    def fail(mail, *args):
        if mail.owner_id == user.pk:
            raise RuntimeError
        return letter(mail, *args)

    monkeypatch.setattr(messages, "_letter", fail)
    assert dispatch_due(DUE, server=way) == 1
    mail = the_mail(user)
    assert (mail.state, mail.attempts) == (Mail.State.SCHEDULED, 1)
    assert mail.answer == "It could not be written: RuntimeError."
    monkeypatch.undo()
    assert dispatch_due(DUE + MINUTE, server=way) == 1


def test_a_zone_that_is_no_more_costs_the_looks_and_not_the_reminder(user, smtp, way):
    promised(user)
    User.objects.filter(pk=user.pk).update(time_zone="Europe/Atlantis")
    assert dispatch_due(DUE, server=way) == 1
    assert smtp.mails[0].message["Subject"] == "Reminder"


def test_a_user_without_preferences_gets_discreet_mails(user, smtp, way):
    promise = promised(user)
    Preferences.objects.of(user).delete()
    assert dispatch_due(DUE, server=way) == 1
    assert promise.recruiter.name not in smtp.mails[0].message["Subject"]


def test_an_address_that_cannot_be_written_to_fails_and_lets_the_others_pass(
    user, other, smtp, way
):
    promised(user)
    promised(other)
    User.objects.filter(pk=user.pk).update(email="zoë@example.org")
    assert dispatch_due(DUE, server=way) == 1
    assert the_mail(user).state == Mail.State.FAILED


# No mail server ----------------------------------------------------------------------------------


def test_without_a_mail_server_mails_are_kept_here(user):
    promised(user, what="Two names")
    assert dispatch_due(DUE) == 1
    mail = the_mail(user)
    assert (mail.state, mail.sent_at) == (Mail.State.KEPT, DUE)
    assert mail.subject.startswith("Reminder:")
    assert "Two names" in mail.text
    assert list(Mail.objects.of(user).kept()) == [mail]


def test_a_subject_too_long_for_its_column_is_kept_all_the_same(user):
    Preferences.objects.of(user).update(discreet_mail=False)
    promised(user, what="x" * 200, recruiter__name="y" * 200)
    assert dispatch_due(DUE) == 1
    assert len(the_mail(user).subject) == 255


def test_a_pause_ends_when_there_is_no_mail_server_any_more(user):
    promised(user)
    Mailer.load().pause("535", DUE)
    assert dispatch_due(DUE) == 1


# Time and leaving --------------------------------------------------------------------------------


def test_a_tick_that_has_had_its_time_leaves_the_rest_as_it_was(user, smtp, way, monkeypatch):
    for _ in range(3):
        promised(user)
    monkeypatch.setattr(delivery, "TICK_BUDGET", 0.5)
    send = transport.Session.send

    def slow(self, *args, **kwargs):
        time.sleep(0.6)
        return send(self, *args, **kwargs)

    monkeypatch.setattr(transport.Session, "send", slow)
    assert dispatch_due(DUE, server=way) == 1
    states = Mail.across_owners.values_list("state", "attempts")
    assert sorted(states) == [("scheduled", 0), ("scheduled", 0), ("sent", 0)]


def test_a_slow_tick_keeps_its_heart_beating(user, smtp, way, monkeypatch):
    for _ in range(3):
        promised(user)
    monkeypatch.setattr(delivery, "BEAT_EVERY", 0)
    beats = []
    monkeypatch.setattr(Heartbeat, "beat", lambda name, now: beats.append(name))
    dispatch_due(DUE, server=way)
    assert len(beats) > 3


def test_asked_to_leave_it_finishes_the_mail_in_hand(user, smtp, way, monkeypatch):
    for _ in range(3):
        promised(user)
    send = transport.Session.send

    def asked_meanwhile(self, *args, **kwargs):
        finish_the_mail_in_hand()
        return send(self, *args, **kwargs)

    monkeypatch.setattr(transport.Session, "send", asked_meanwhile)
    assert dispatch_due(DUE, server=way) == 1
    states = Mail.across_owners.values_list("state", flat=True)
    assert sorted(states) == ["scheduled", "scheduled", "sent"]


def test_the_command_looks_once(user, capsys, clock):
    promised(user)
    clock.move_to(DUE)
    call_command("deliver")
    assert capsys.readouterr().out == "1 sent\n"


def test_the_loop_survives_a_look_that_fails(db, monkeypatch, caplog):
    looks = []

    def fail():
        looks.append(1)
        if len(looks) == 3:
            leaving.set()
        raise OperationalError

    monkeypatch.setattr(delivery, "dispatch_due", fail)
    monkeypatch.setattr(delivery.settings, "TICK_SECONDS", 0)
    call_command("deliver", "--loop")
    assert len(looks) == 3
    assert "this look failed" in caplog.text


def test_the_task_is_one_look(user, smtp, way, settings, clock):
    promised(user)
    clock.move_to(DUE)
    settings.MAIL_SERVER = way
    deliver_due.apply()
    assert len(smtp.mails) == 1


def test_an_answer_that_the_database_misses_is_written_down_again(
    user, smtp, way, monkeypatch, caplog
):
    promised(user)
    monkeypatch.setattr(delivery, "RECORD_AGAIN", (0, 0))
    monkeypatch.setattr(connection, "close", lambda: None)
    accept, missed = Mail.accept, []

    def blink(self, *args):
        if len(missed) < 2:
            missed.append(1)
            raise OperationalError("the server closed the connection")
        return accept(self, *args)

    monkeypatch.setattr(Mail, "accept", blink)
    assert dispatch_due(DUE, server=way) == 1
    assert the_mail(user).state == Mail.State.SENT
    assert "not yet recorded" in caplog.text


def test_the_server_is_not_talked_to_inside_a_transaction(
    user, way, monkeypatch, transactional_db
):
    promised(user)
    seen = []
    for name in ("open_session",):
        original = getattr(transport, name)
        monkeypatch.setattr(
            transport,
            name,
            lambda *a, _original=original: (
                seen.append(connection.in_atomic_block) or _original(*a)
            ),
        )
    send = transport.Session.send
    monkeypatch.setattr(
        transport.Session,
        "send",
        lambda *a, **k: seen.append(connection.in_atomic_block) or send(*a, **k),
    )
    dispatch_due(DUE, server=way)
    assert seen == [False, False]


# Many at once ------------------------------------------------------------------------------------


def at_once(how_many: int, work) -> list:
    """Run `work(number)` in so many threads that start together; each closes its connections."""
    ready = threading.Barrier(how_many)

    def one(number: int):
        try:
            ready.wait(10)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(one, range(how_many)))


def test_eight_dispatchers_at_once_send_each_mail_once(transactional_db, smtp, way):
    owners = [UserFactory() for _ in range(4)]
    for number in range(80):
        promised(owners[number % 4])
    done = at_once(8, lambda _: sum(dispatch_due(DUE, server=way) for _ in range(3)))
    assert sum(done) == 80
    message_ids = [received.message["Message-ID"] for received in smtp.mails]
    assert len(message_ids) == len(set(message_ids)) == 80
    assert set(Mail.across_owners.values_list("state", "ambiguous")) == {("sent", False)}


def test_digests_gathered_at_once_hold_each_promise_once(transactional_db, smtp, way):
    owners = [UserFactory() for _ in range(3)]
    for number in range(30):
        promised(owners[number % 3], at="")
    at_once(6, lambda _: dispatch_due(utc("2026-03-05 08:00"), server=way))
    told = [promise for lines in lines_of(smtp) for promise in lines]
    assert len(told) == len(set(told)) == 30


def test_edits_and_dispatchers_at_once_tell_every_moment_once(transactional_db, smtp, way):
    """Words are edited while their mails go: each moment is told, and told once."""
    user = UserFactory()
    promises = [promised(user) for _ in range(24)]
    order = random.Random(7).sample(promises, 24)

    def work(number: int) -> None:
        if number < 3:
            for _ in range(12):
                dispatch_due(DUE, server=way)
        else:
            for promise in order[number - 3 :: 3]:
                for words in ("one", "two"):
                    promise.what = words
                    promise.save()

    with time_machine.travel(DUE, tick=False):
        at_once(6, work)
        dispatch_due(DUE, server=way)
    told = [promise for lines in lines_of(smtp) for promise in lines]
    assert sorted(told) == sorted(ids(*promises))


def test_nothing_goes_after_a_keep_that_was_committed_before_it_began(transactional_db, smtp, way):
    user = UserFactory()
    promises = [promised(user) for _ in range(24)]
    kept: dict[str, float] = {}
    begun_at: dict[str, float] = {}
    begin = Mail.begin

    def watched(mail, *args, **kwargs):
        before = time.perf_counter()
        went = begin(mail, *args, **kwargs)
        if went:
            for reminder in mail.reminders.all():
                begun_at[str(reminder.promise_id)] = before
        return went

    def work(number: int) -> None:
        if number < 2:
            for _ in range(8):
                dispatch_due(DUE, server=way)
        else:
            for promise in promises[number - 2 :: 2]:
                promise.keep()
                kept[str(promise.pk)] = time.perf_counter()

    with time_machine.travel(DUE, tick=False), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mail, "begin", watched)
        at_once(4, work)
    for lines in lines_of(smtp):
        for promise in lines:
            assert begun_at[promise] < kept[promise]
    assert not Mail.across_owners.filter(state__in=["scheduled", "claimed", "sending"]).exists()


def test_preferences_and_promises_changed_at_once_agree_in_the_end(transactional_db):
    """A promise that is made while the preferences change must not keep the plan of before."""
    user = UserFactory()
    promises = [promised(user) for _ in range(6)]
    recruiter = promises[0].recruiter

    def change_preferences() -> None:
        for minutes in range(1, 20):
            with transaction.atomic():
                User.objects.filter(pk=user.pk).update(phone_region="GB")
                Preferences.objects.of(user).update(lead_minutes=minutes)
                replan_all(user)

    def edit(some: list[Promise]) -> None:
        for promise in some:
            for words in ("one", "two", "three"):
                fresh = Promise.objects.of(user).get(pk=promise.pk)
                fresh.what = words
                with contextlib.suppress(StaleVersion):
                    fresh.save()

    def make() -> None:
        for _ in range(20):
            PromiseFactory(owner=user, recruiter=recruiter, due_time=dt.time(17))

    def work(number: int) -> None:
        [change_preferences, lambda: edit(promises), make, make][number]()

    at_once(4, work)
    preferences = Preferences.objects.of(user).get()
    for promise in Promise.objects.of(user):
        rows = Reminder.across_owners.live().filter(promise=promise)
        assert sorted(rows.values_list("due_utc", "occasion")) == [
            (row.due_utc, row.occasion) for row in plan(promise, preferences)
        ]


def test_a_promise_that_is_being_made_makes_new_preferences_wait(transactional_db, monkeypatch):
    """They would not see it, and it would keep the plan of before."""
    user = UserFactory()
    recruiter = promised(user).recruiter
    planned, changed = threading.Event(), threading.Event()

    def plan_slowly(promise, preferences):
        rows = plan(promise, preferences)
        if not planned.is_set():
            planned.set()
            changed.wait(0.5)  # in vain: it waits for us
        return rows

    monkeypatch.setattr(reminders, "plan", plan_slowly)

    def work(number: int) -> None:
        if number == 0:
            PromiseFactory(owner=user, recruiter=recruiter, due_time=dt.time(17))
            return
        assert planned.wait(10)
        with transaction.atomic():
            Preferences.objects.of(user).update(lead_minutes=60)
            replan_all(user)
        changed.set()

    at_once(2, work)
    leads = Reminder.across_owners.live().filter(occasion="lead")
    assert [reminder.promise.due_utc - reminder.due_utc for reminder in leads] == [HOUR, HOUR]


def test_a_hanging_server_holds_no_lock(transactional_db, smtp, way, monkeypatch):
    """While one sender waits for its answer, promises are saved and other mails go."""
    monkeypatch.setattr(transport, "VERB_TIMEOUT", 10)
    user, other = UserFactory(), UserFactory()
    promise = promised(user)
    asked = threading.Event()

    def script(talk: Conversation) -> None:
        talk.greet()
        talk.envelope()
        asked.set()
        server.wait()

    with Scripted(script) as server, ThreadPoolExecutor(1) as pool:

        def stuck() -> None:
            try:
                dispatch_due(DUE, server=way_to(server.port))
            finally:
                connections.close_all()

        waiting = pool.submit(stuck)
        assert asked.wait(20)
        began = time.monotonic()
        promise.keep()
        promised(other)
        assert dispatch_due(DUE, server=way) == 1
        assert time.monotonic() - began < 5
        server.over.set()
        waiting.result(20)


# Muted -------------------------------------------------------------------------------------------


def mute(owner: User) -> None:
    Preferences.objects.of(owner).update(muted_at=MONDAY)


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
