"""The engine: what is due goes out, once, whatever the clock and the others do."""

import time

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Preferences
from followups import delivery, transport
from followups.delivery import claim, dispatch_due, leaving
from followups.models import Heartbeat, Mail, Mailer
from followups.tasks import deliver_due, finish_the_mail_in_hand
from tests.factories import MailFactory, UserFactory
from tests.followups.conftest import utc
from tests.followups.delivering import (
    DUE,
    HOUR,
    MINUTE,
    MONDAY,
    SECOND,
    ids,
    lines_of,
    promised,
    texts_of,
    the_mail,
)


@pytest.fixture(autouse=True)
def clock():
    """Monday morning, standing still, unless a test moves it. The engine is told its own now."""
    traveller = time_machine.travel(MONDAY, tick=False)
    yield traveller.start()
    traveller.stop()


# One mail -----------------------------------------------------------------------------------------


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


# Several ------------------------------------------------------------------------------------------


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
    assert all("late" not in line for line in texts_of(smtp))


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


# No mail server -----------------------------------------------------------------------------------


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


# Time and leaving ---------------------------------------------------------------------------------


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
