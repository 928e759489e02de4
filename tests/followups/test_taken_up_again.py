"""A promise ended or trashed while its mail is going, and taken up again: nothing of it is lost,
nothing comes twice without the mark, and nothing is told as sent that did not go."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from accounts.models import Preferences, User
from followups import messages
from followups.delivery import claim, dispatch_due, gather, recover
from followups.models import Mail, Promise, Reminder
from followups.models.mail import LEASE
from followups.proof import history_of, proofs, standing_of
from followups.reminders import replan_all
from followups.restored import hold_after_restore
from tests.factories import PromiseFactory
from tests.followups.conftest import utc

LONDON = "Europe/London"
DUE = utc("2026-03-05 17:00")
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    """Monday morning, standing still, unless a test moves it."""
    traveller = time_machine.travel(utc("2026-03-02 07:30"), tick=False)
    yield traveller.start()
    traveller.stop()


@pytest.fixture
def promise(user: User) -> Promise:
    """Of Monday morning, for Thursday at five, with no reminder beforehand."""
    Preferences.objects.of(user).update(lead_minutes=0)
    return made(user)


def made(user: User) -> Promise:
    return PromiseFactory(
        owner=user, due_on=DUE.date(), due_time=dt.time(17), time_zone=LONDON, what="two names"
    )


def going(user: User, clock) -> Mail:
    """The mail of the moment, which is being handed over."""
    clock.move_to(DUE + 2 * SECOND)
    gather(DUE)
    (mail,) = claim(DUE, size=9)
    assert mail.begin(messages.contents_of([mail])[mail.pk].revisions, user.email, DUE)
    return mail


def going_late(user: User) -> Mail:
    """What was missed, in one mail that is being handed over."""
    now = DUE + 30 * MINUTE
    gather(now)
    (mail,) = claim(now, size=9)
    assert mail.begin(messages.contents_of([mail])[mail.pk].revisions, user.email, now)
    return mail


def end(promise: Promise, verb: str) -> None:
    promise.refresh_from_db()
    getattr(promise, verb)()


def take_up_again(promise: Promise) -> None:
    promise.refresh_from_db()
    if promise.trashed_at:
        promise.restore()
    else:
        promise.reopen()


def told(promise: Promise) -> list[str]:
    """What of it went, or was kept here."""
    gone = Reminder.objects.of(promise.owner).gone().filter(promise=promise)
    return list(
        gone.filter(mail__state=Mail.State.KEPT)
        .order_by("due_utc")
        .values_list("occasion", flat=True)
    )


def proof_of(user: User, promise: Promise, now: dt.datetime) -> str:
    rows = Reminder.objects.of(user).for_list().filter(promise=promise, mail__isnull=False)
    return " ".join(one.words for one in proofs(user, rows, now, with_cancelled=True))


UNDONE = pytest.mark.parametrize("verb", ["keep", "release", "mark_broken", "trash"])


@UNDONE
@pytest.mark.parametrize("ended", ["later", "unknown"])
def test_it_still_goes_when_it_comes_back_unsent(user, promise, clock, verb, ended):
    mail = going(user, clock)
    clock.shift(3)
    end(promise, verb)
    take_up_again(promise)
    if ended == "later":
        mail.postpone("451 later", DUE + 10 * SECOND)
    else:
        mail.leave_in_doubt("The line broke.", DUE + 10 * SECOND)
    clock.move_to(DUE + 5 * MINUTE)
    assert dispatch_due() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.ambiguous) == (Mail.State.KEPT, ended == "unknown")
    assert told(promise) == ["due"]


@UNDONE
def test_a_failed_one_can_be_sent_after_all(user, promise, clock, verb):
    mail = going(user, clock)
    mail.fail("550 no")
    clock.shift(60)
    end(promise, verb)
    clock.shift(60)
    take_up_again(promise)
    assert mail.retry()
    assert dispatch_due() == 1
    assert told(promise) == ["due"]


@UNDONE
def test_a_mail_in_doubt_goes_again_under_its_own_name(user, promise, clock, verb):
    mail = going(user, clock)
    mail.leave_in_doubt("The line broke.", DUE)
    clock.shift(20)
    end(promise, verb)
    mail.refresh_from_db()
    assert mail.state == Mail.State.CANCELLED
    clock.shift(20)
    take_up_again(promise)
    clock.move_to(DUE + 3 * MINUTE)
    assert dispatch_due() == 1
    assert Mail.objects.of(user).get() == mail
    mail.refresh_from_db()
    assert (mail.state, mail.ambiguous) == (Mail.State.KEPT, True)
    assert told(promise) == ["due"]


def test_of_a_shared_mail_in_doubt_only_what_is_taken_up_goes_again(user, promise, clock):
    second = made(user)
    clock.move_to(DUE + 30 * MINUTE)
    mail = going_late(user)
    mail.leave_in_doubt("The line broke.", DUE + 30 * MINUTE)
    for one in (promise, second):
        end(one, "keep")
    take_up_again(second)
    clock.shift(120)
    assert dispatch_due() == 1
    assert (told(promise), told(second)) == ([], ["due"])
    assert Mail.objects.of(user).count() == 1


@pytest.mark.parametrize("in_doubt", [False, True])
def test_what_was_dropped_for_its_end_goes_when_that_is_undone(user, promise, clock, in_doubt):
    """The mail came back, and was dropped before the ending was undone."""
    mail = going(user, clock)
    end(promise, "keep")
    if in_doubt:
        mail.leave_in_doubt("The line broke.", DUE)
    else:
        mail.postpone("451 later", DUE)
    clock.move_to(DUE + 2 * MINUTE)
    assert dispatch_due() == 0
    mail.refresh_from_db()
    assert mail.state == Mail.State.CANCELLED
    clock.shift(60)
    take_up_again(promise)
    assert dispatch_due() == 1
    assert told(promise) == ["due"]
    mail.refresh_from_db()
    assert mail.state == (Mail.State.KEPT if in_doubt else Mail.State.CANCELLED)


def test_a_retry_of_what_has_ended_loses_nothing_when_that_is_undone(user, promise, clock):
    mail = going(user, clock)
    mail.fail("550 no")
    clock.shift(60)
    end(promise, "keep")
    assert mail.retry()
    assert dispatch_due() == 0
    clock.shift(60)
    take_up_again(promise)
    assert dispatch_due() == 1
    assert told(promise) == ["due"]


@pytest.mark.parametrize("aside", [False, True])
def test_a_failed_mail_of_a_former_moment_hides_nothing_that_is_missed(
    user, promise, clock, aside
):
    mail = going(user, clock)
    mail.fail("550 no")
    assert not aside or mail.settle()
    clock.shift(600)
    promise.refresh_from_db()
    promise.snooze(due_on=dt.date(2026, 3, 9), due_time=dt.time(17), time_zone=LONDON)
    clock.move_to(utc("2026-03-09 16:50"))
    end(promise, "keep")
    clock.move_to(utc("2026-03-09 17:20"))
    take_up_again(promise)
    assert dispatch_due() == 1
    assert told(promise) == ["due"]


def test_a_failed_lead_hides_no_missed_moment(user, clock):
    promise = made(user)
    clock.move_to(DUE - 14 * MINUTE)
    gather(DUE - 15 * MINUTE)
    (mail,) = claim(DUE - 15 * MINUTE, size=9)
    mail.fail("550 no")
    end(promise, "keep")
    clock.move_to(DUE + 3 * MINUTE)
    take_up_again(promise)
    assert dispatch_due() == 1
    assert told(promise) == ["due"]


def test_a_failed_digest_of_a_former_day_hides_no_lost_one(user, clock):
    """Moved to another day, and the digest alone wanted only after that day's: its own mail."""
    wishes = Preferences.objects.of(user)
    wishes.update(lead_minutes=0, digest_only=True)
    promise = made(user)
    clock.move_to(utc("2026-03-05 08:00"))
    gather(utc("2026-03-05 08:00"))
    (mail,) = claim(utc("2026-03-05 08:00"), size=9)
    mail.fail("550 no")
    clock.shift(60)
    promise.refresh_from_db()
    promise.snooze(due_on=dt.date(2026, 3, 9), due_time=dt.time(17), time_zone=LONDON)
    wishes.update(digest_only=False)
    replan_all(user)
    clock.move_to(utc("2026-03-09 10:00"))
    wishes.update(digest_only=True)
    replan_all(user)
    clock.move_to(utc("2026-03-09 17:00"))
    assert dispatch_due() == 1
    assert told(promise) == ["due"]


def test_a_move_there_and_back_plans_nothing_beside_a_failed_mail(user, promise, clock):
    """Nobody looked meanwhile, so the moment between is owed: as the one that failed."""
    going(user, clock).fail("550 no")
    for minutes, to in ((5, dt.time(17, 10)), (20, dt.time(17))):
        clock.move_to(DUE + minutes * MINUTE)
        promise.refresh_from_db()
        promise.snooze(due_on=DUE.date(), due_time=to, time_zone=LONDON)
    live = Reminder.across_owners.live().filter(promise=promise, occasion="due")
    assert [row.mail.state for row in live] == [Mail.State.FAILED]


@UNDONE
def test_a_250_that_is_read_late_counts_though_its_promise_has_ended(user, promise, clock, verb):
    mail = going(user, clock)
    clock.move_to(DUE + 3 * MINUTE)
    recover(DUE + 3 * MINUTE)
    end(promise, verb)
    assert mail.accept("250 taken", DUE + 4 * MINUTE)
    mail.refresh_from_db()
    assert (mail.state, mail.ambiguous) == (Mail.State.SENT, False)
    assert not mail.reminders.exclude(cancelled_at=None).exists()
    clock.shift(120)
    take_up_again(promise)
    assert dispatch_due() == 0


def test_a_250_that_is_read_late_tells_nothing_of_what_was_not_in_it(user, promise, clock):
    second = made(user)
    gather(DUE + 30 * MINUTE)
    clock.move_to(DUE + 20 * MINUTE)
    end(promise, "keep")
    clock.move_to(DUE + 31 * MINUTE)
    (mail,) = claim(DUE + 31 * MINUTE, size=9)
    contents = messages.contents_of([mail])[mail.pk]
    assert mail.begin(contents.revisions, user.email, DUE + 31 * MINUTE)
    recover(DUE + 31 * MINUTE + LEASE)
    assert mail.accept("250 taken", DUE + 35 * MINUTE)
    assert not Reminder.across_owners.filter(mail=mail, promise=promise, cancelled_at=None)
    assert Reminder.across_owners.filter(mail=mail, promise=second, cancelled_at=None).exists()


def test_a_cancelled_mail_that_may_have_arrived_says_so(user, promise, clock):
    mail = going(user, clock)
    mail.leave_in_doubt("The line broke.", DUE)
    end(promise, "keep")
    mail.refresh_from_db()
    assert standing_of(mail) == [
        "Cancelled: nothing in it was wanted any more.",
        "It may have arrived before that, nobody can tell.",
    ]
    assert not any("sent once more" in sentence for sentence in history_of(mail))
    assert proof_of(user, promise, DUE).endswith("nobody can tell.")


@pytest.mark.parametrize("how", ["failed", "restored"])
def test_what_was_not_in_a_mail_is_not_told_as_sent(user, promise, clock, how):
    second = made(user)
    clock.move_to(DUE + 30 * MINUTE)
    if how == "failed":
        going_late(user).fail("550 no")
    else:
        hold_after_restore(DUE + 30 * MINUTE, copied_at=DUE - HOUR)
    end(second, "keep")
    mail = Mail.objects.of(user).get()
    clock.shift(60)
    assert mail.retry()
    assert dispatch_due() == 1
    assert [row.promise for row in Reminder.objects.of(user).gone()] == [promise]
    assert proof_of(user, second, DUE + HOUR).startswith("Cancelled")


def test_what_ended_while_the_server_asked_for_a_sign_in_is_not_told_as_sent(user, promise, clock):
    """It went back as if never touched: no try is counted, and yet it had begun."""
    second = made(user)
    clock.move_to(DUE + 30 * MINUTE)
    mail = going_late(user)
    end(second, "keep")
    mail.release()
    assert dispatch_due() == 1
    assert [row.promise for row in Reminder.objects.of(user).gone()] == [promise]
