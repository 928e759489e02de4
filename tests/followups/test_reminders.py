"""The rows that follow the plan (`replan`)."""

import pytest

from accounts.models import Preferences
from followups.models import Mail, Reminder
from followups.reminders import plan
from tests.factories import PromiseFactory
from tests.followups.conftest import utc
from tests.followups.planning import LONDON, date, in_mail, time, waiting


@pytest.fixture
def promise(user, at):
    """Of Monday morning, for Thursday at five."""
    return PromiseFactory(owner=user, due_on=date("2026-03-05"), due_time=time("17:00"))


def test_saving_a_promise_makes_a_row_for_every_moment_to_come(promise, user):
    preferences = Preferences.objects.of(user).get()
    assert waiting(promise) == [(row.due_utc, row.occasion) for row in plan(promise, preferences)]


def test_no_row_is_made_for_a_moment_that_has_passed(user, at):
    at("2026-03-05 17:30")
    late = PromiseFactory(owner=user, due_on=date("2026-03-05"), due_time=time("17:00"))
    assert [occasion for _, occasion in waiting(late)] == [
        "overdue_1",
        "overdue_2",
        "overdue_3",
        "overdue_4",
        "overdue_5",
        "overdue_6",
    ]


def test_a_change_cancels_what_has_not_gone_and_plans_anew(promise, user):
    before = set(Reminder.across_owners.filter(promise=promise).values_list("pk", flat=True))
    promise.snooze(due_on=date("2026-03-06"), due_time=time("09:00"), time_zone=LONDON)
    old = Reminder.across_owners.filter(pk__in=before)
    assert all(row.cancelled_at for row in old)
    preferences = Preferences.objects.of(user).get()
    assert waiting(promise) == [(row.due_utc, row.occasion) for row in plan(promise, preferences)]


@pytest.mark.parametrize("verb", ["keep", "release", "mark_broken", "trash"])
def test_its_end_cancels_all(promise, verb):
    getattr(promise, verb)()
    assert not Reminder.across_owners.filter(promise=promise, cancelled_at=None).exists()


def test_a_second_thought_plans_again(promise):
    promise.keep()
    promise.reopen()
    assert len(waiting(promise)) == 8


def test_what_comes_back_from_the_trash_is_planned_again(promise):
    promise.trash()
    promise.restore()
    assert len(waiting(promise)) == 8


def test_a_promise_reopened_after_its_digest_is_told_again_that_day(user, at):
    promise = PromiseFactory(owner=user, due_on=date("2026-03-02"))
    promise.keep()
    at("2026-03-02 10:00")
    promise.reopen()
    assert waiting(promise)[0] == (utc("2026-03-02 16:00"), "lead")


def test_a_promise_moved_to_today_after_the_digest_is_told_again_that_day(promise, at):
    at("2026-03-03 10:00")
    promise.snooze(due_on=date("2026-03-03"), due_time=None, time_zone=LONDON)
    assert waiting(promise)[0] == (utc("2026-03-03 16:00"), "lead")


def test_an_edit_of_words_alone_tells_nothing_twice(user, at):
    promise = PromiseFactory(owner=user, due_on=date("2026-03-02"))
    in_mail(promise, "digest", Mail.State.SENT)
    at("2026-03-02 10:00")
    promise.what = "Two names for the interim role"
    promise.save()
    assert waiting(promise)[0] == (utc("2026-03-03 08:00"), "overdue_1")


def test_what_was_due_and_had_not_gone_is_kept_through_a_change(promise, at):
    at("2026-03-05 17:05")  # no worker ran at 16:45 and 17:00
    promise.what = "Two names"
    promise.save()
    assert [occasion for _, occasion in waiting(promise)][:3] == ["lead", "due", "overdue_1"]


def test_what_was_due_and_is_put_off_is_no_longer_due(promise, at):
    at("2026-03-05 17:05")
    promise.snooze(due_on=date("2026-03-06"), due_time=time("09:00"), time_zone=LONDON)
    assert waiting(promise)[:2] == [
        (utc("2026-03-06 08:45"), "lead"),
        (utc("2026-03-06 09:00"), "due"),
    ]


def test_what_has_not_begun_to_go_is_taken_out_of_its_mail(promise, at):
    reminder = in_mail(promise, "lead", Mail.State.SCHEDULED)
    at("2026-03-05 16:46")
    promise.what = "Two names"
    promise.save()
    reminder.refresh_from_db()
    assert reminder.cancelled_at
    assert reminder.mail.state == Mail.State.CANCELLED
    assert waiting(promise)[0] == (utc("2026-03-05 16:45"), "lead")


def test_a_mail_that_another_promise_shares_stays(promise, user, at):
    reminder = in_mail(promise, "lead", Mail.State.CLAIMED)
    shared = PromiseFactory(owner=user, due_on=date("2026-03-05"), due_time=time("17:00"))
    Reminder.across_owners.filter(promise=shared, occasion="lead").update(mail=reminder.mail)
    at("2026-03-05 16:46")
    promise.keep()
    reminder.mail.refresh_from_db()
    assert reminder.mail.state == Mail.State.CLAIMED


@pytest.mark.parametrize("state", [Mail.State.SENT, Mail.State.KEPT])
def test_what_has_gone_is_never_sent_again(promise, at, state):
    in_mail(promise, "lead", state, sent_at=utc("2026-03-05 16:45"))
    at("2026-03-05 16:46")
    for words in ("one name", "two names"):
        promise.what = words
        promise.save()
    assert waiting(promise)[0] == (utc("2026-03-05 17:00"), "due")


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (Mail.State.SENDING, {}),
        (Mail.State.FAILED, {}),
        (Mail.State.HELD, {"ambiguous": True}),
        (Mail.State.SCHEDULED, {"ambiguous": True}),
        (Mail.State.CLAIMED, {"ambiguous": True}),
    ],
)
def test_what_may_have_gone_stays_with_its_mail_through_a_change(promise, at, state, fields):
    """Planned again it would go under another Message-ID; dropped it would be lost."""
    reminder = in_mail(promise, "lead", state, **fields)
    at("2026-03-05 16:46")
    for words in ("one name", "two names"):
        promise.what = words
        promise.save()
    reminder.refresh_from_db()
    assert reminder.cancelled_at is None
    assert reminder.mail.state == state
    assert reminder in Reminder.across_owners.live()
    assert waiting(promise)[0] == (utc("2026-03-05 17:00"), "due")


@pytest.mark.parametrize(
    ("state", "fields", "left"),
    [
        (Mail.State.SENDING, {}, Mail.State.SENDING),
        (Mail.State.HELD, {"ambiguous": True}, Mail.State.HELD),
        (Mail.State.SCHEDULED, {"ambiguous": True}, Mail.State.CANCELLED),
    ],
)
@pytest.mark.parametrize("verb", ["keep", "snooze"])
def test_what_may_have_gone_and_is_not_wanted_any_more_goes_no_further(
    promise, at, state, fields, left, verb
):
    reminder = in_mail(promise, "lead", state, **fields)
    at("2026-03-05 16:46")
    if verb == "keep":
        promise.keep()
    else:
        promise.snooze(due_on=date("2026-03-06"), due_time=time("09:00"), time_zone=LONDON)
    reminder.refresh_from_db()
    assert reminder.mail.state == left
    assert reminder not in Reminder.across_owners.live()


def test_a_user_without_preferences_is_reminded_as_usual(promise, user):
    Preferences.objects.of(user).delete()
    promise.save()
    assert len(waiting(promise)) == 8


def test_a_promise_and_its_plan_are_saved_together_or_not_at_all(promise, monkeypatch):
    monkeypatch.setattr("followups.reminders.plan", lambda *_: 1 / 0)
    promise.due_time = time("18:00")
    with pytest.raises(ZeroDivisionError):
        promise.save()
    promise.refresh_from_db()
    assert promise.due_time == time("17:00")
    assert len(waiting(promise)) == 8


def test_only_the_due_moment_of_a_promise_is_needed_to_plan_it_anew(promise):
    promise.what = "Two names"
    promise.save(update_fields=["what"])
    promise.refresh_from_db()
    assert promise.what == "Two names"
    assert len(waiting(promise)) == 8
