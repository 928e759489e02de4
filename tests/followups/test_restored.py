"""What a restored copy still meant to send is held, and goes only when its owner says so."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from followups import delivery
from followups.models import Heartbeat, Mail, Mailer, Reminder
from followups.restored import hold_after_restore
from tests.factories import MailFactory, PromiseFactory, ReminderFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = dt.timedelta(hours=1)
COPIED_AT = NOW - 5 * HOUR


def hold(now=NOW):
    return hold_after_restore(now, copied_at=COPIED_AT)


def reminder(owner, due_utc, **fields):
    promise = PromiseFactory(owner=owner, due_on=(NOW + dt.timedelta(days=9)).date())
    Reminder.across_owners.filter(promise=promise).delete()
    return ReminderFactory(owner=owner, promise=promise, due_utc=due_utc, **fields)


def test_reminders_due_before_the_restore_are_held_as_one_mail_for_each_owner(user, other):
    mine = [reminder(user, NOW - 3 * HOUR), reminder(user, NOW - 2 * HOUR)]
    theirs = reminder(other, NOW - HOUR)
    assert hold() == 2
    (mail,) = Mail.objects.of(user)
    assert (mail.kind, mail.state, mail.due_utc) == ("catch_up", "held", mine[0].due_utc)
    assert {row.pk for row in mail.reminders.all()} == {row.pk for row in mine}
    theirs.refresh_from_db()
    assert theirs.mail.owner == other
    assert list(Mail.objects.of(user).troubled()) == [mail]


def test_a_held_mail_says_from_when_the_copy_is_on_its_owners_calendar():
    # 23:30 in London is the next day in Tokyo.
    copied_at = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
    for zone in ("Europe/London", "Asia/Tokyo"):
        reminder(UserFactory(time_zone=zone), NOW - HOUR)
    hold_after_restore(NOW, copied_at=copied_at)
    answers = dict(Mail.across_owners.values_list("owner__time_zone", "answer"))
    end = "it may have gone already. Send it, or set it aside."
    assert answers == {
        "Europe/London": f"Restored from a copy of 1 March 2026: {end}",
        "Asia/Tokyo": f"Restored from a copy of 2 March 2026: {end}",
    }


def test_what_falls_due_after_the_restore_goes_as_usual(user):
    later = reminder(user, NOW + HOUR)
    mail = MailFactory(owner=user, due_utc=NOW + HOUR)
    assert hold() == 0
    later.refresh_from_db()
    mail.refresh_from_db()
    assert later.mail is None
    assert mail.state == Mail.State.SCHEDULED


@pytest.mark.parametrize("state", ["scheduled", "claimed", "sending"])
def test_a_mail_on_its_way_in_the_copy_is_held_under_its_message_id(user, state):
    leased = state != "scheduled"
    mail = MailFactory(
        owner=user,
        state=state,
        due_utc=NOW - HOUR,
        not_before=NOW + HOUR,  # its next try would be later
        token=uuid.uuid4() if leased else None,
        lease_until=NOW + HOUR if leased else None,
    )
    before = mail.message_id
    assert hold() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.token, mail.lease_until) == ("held", None, None)
    assert mail.message_id == before
    assert mail.ambiguous == (state == "sending")


@pytest.mark.parametrize("state", ["sent", "kept", "failed", "held", "cancelled"])
def test_a_mail_that_had_come_to_its_end_stays_as_it_was(user, state):
    MailFactory(owner=user, state=state, due_utc=NOW - HOUR, sent_at=NOW - HOUR, answer="250 ok")
    before = Mail.across_owners.values().get()
    assert hold() == 0
    assert Mail.across_owners.values().get() == before


def test_what_is_no_longer_wanted_is_not_held(user):
    cancelled = reminder(user, NOW - HOUR, cancelled_at=NOW - 2 * HOUR)
    ended = reminder(user, NOW - HOUR)
    ended.promise.keep()
    assert hold() == 0
    cancelled.refresh_from_db()
    assert cancelled.mail is None


def test_holding_twice_holds_nothing_more(user):
    reminder(user, NOW - HOUR)
    assert hold() == 1
    before = Mail.across_owners.values().get()
    assert hold() == 0
    assert Mail.across_owners.values().get() == before


def test_no_heartbeat_is_left_and_a_paused_mailer_stays_paused(user):
    Heartbeat.beat(Heartbeat.ENGINE, NOW)
    Mailer.load().pause("535 no", NOW)
    hold()
    assert Heartbeat.last(Heartbeat.ENGINE) is None
    assert Mailer.load().is_paused


@pytest.mark.django_db(transaction=True)
def test_nothing_held_goes_before_its_owner_asks(user, smtp, way):
    reminder(user, NOW - HOUR)
    mail = MailFactory(owner=user, due_utc=NOW - HOUR)
    hold()
    for minutes in range(0, 300, 20):
        delivery.dispatch_due(NOW + dt.timedelta(minutes=minutes), server=way)
    assert smtp.given == []
    mail.refresh_from_db()
    assert mail.retry()
    delivery.dispatch_due(timezone.now() + HOUR, server=way)
    assert [one.message["Message-ID"] for one in smtp.mails] == [mail.message_id]


@pytest.mark.django_db(transaction=True)
def test_a_change_of_the_promise_does_not_send_what_is_held(user, smtp, way):
    promise = PromiseFactory(
        owner=user, due_on=NOW.date(), due_time=dt.time(0, 0), time_zone="UTC"
    )
    row = ReminderFactory(owner=user, promise=promise, occasion="due", due_utc=promise.due_utc)
    Reminder.across_owners.exclude(pk=row.pk).delete()
    hold()
    promise.what = "Other words"
    promise.save()
    delivery.dispatch_due(NOW, server=way)
    assert smtp.given == []


def test_many_reminders_of_one_owner_are_one_mail(user):
    promise = PromiseFactory(owner=user, due_on=(NOW + dt.timedelta(days=9)).date())
    Reminder.across_owners.filter(promise=promise).delete()
    Reminder.across_owners.bulk_create(
        Reminder(
            owner=user,
            promise=promise,
            revision=promise.revision,
            occasion=f"overdue_{number}",
            due_utc=NOW - number * HOUR,
        )
        for number in range(1, 1201)
    )
    assert hold() == 1
    assert Mail.objects.of(user).get().reminders.count() == 1200
