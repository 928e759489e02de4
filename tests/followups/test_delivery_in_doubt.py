"""When nobody can know whether a mail arrived, or what time it is."""

import datetime as dt

import pytest
import time_machine

from followups import messages, transport
from followups.delivery import claim, dispatch_due, gather, recover
from followups.models import Mail, Mailer
from followups.models.mail import LEASE
from tests.followups.delivering import DUE, MINUTE, MONDAY, SECOND, begun, promised, the_mail


@pytest.fixture(autouse=True)
def clock():
    """Monday morning, standing still, unless a test moves it. The engine is told its own now."""
    traveller = time_machine.travel(MONDAY, tick=False)
    yield traveller.start()
    traveller.stop()


# In doubt -----------------------------------------------------------------------------------------


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


# Clocks that are wrong ----------------------------------------------------------------------------


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
