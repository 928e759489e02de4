"""What becomes of a mail by what its server says."""

import pytest
import time_machine

from accounts.models import Preferences, User
from followups import delivery, messages
from followups.delivery import dispatch_due
from followups.models import Mail, Mailer
from followups.models.engine import PROBE_EVERY
from tests.engines.mail_server import MailServer
from tests.engines.servers import free_port
from tests.followups.conftest import way_to
from tests.followups.delivering import (
    DUE,
    HOUR,
    MINUTE,
    MONDAY,
    SECOND,
    ids,
    lines_of,
    promised,
    the_mail,
)


@pytest.fixture(autouse=True)
def clock():
    """Monday morning, standing still, unless a test moves it. The engine is told its own now."""
    traveller = time_machine.travel(MONDAY, tick=False)
    yield traveller.start()
    traveller.stop()


# What the server says -----------------------------------------------------------------------------


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


# Locked out ---------------------------------------------------------------------------------------


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


# Mails that cannot be written ---------------------------------------------------------------------


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
