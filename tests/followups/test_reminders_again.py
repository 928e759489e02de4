"""What comes back from its end or the trash, and what other preferences or another zone change."""

import datetime as dt
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Preferences, User
from accounts.owned import StaleVersion
from followups.models import Mail, Promise, Reminder
from followups.reminders import plan, replan, replan_all
from tests.factories import PromiseFactory, UserFactory
from tests.followups.conftest import utc
from tests.followups.planning import LONDON, MONDAY, date, in_mail, time, waiting


@pytest.fixture
def promise(user, at):
    """Of Monday morning, for Thursday at five."""
    return PromiseFactory(owner=user, due_on=date("2026-03-05"), due_time=time("17:00"))


# What comes back from its end, or from the trash --------------------------------------------------


def test_a_promise_reopened_after_its_moment_is_reminded_of_at_once(promise, at):
    """Kept by mistake just before its moment, and its reminder never went."""
    at("2026-03-05 16:58")
    in_mail(promise, "lead", Mail.State.SENT)
    promise.keep()
    at("2026-03-05 17:03")
    promise.reopen()
    assert waiting(promise)[:2] == [
        (utc("2026-03-05 17:00"), "due"),
        (utc("2026-03-05 18:00"), "overdue_1"),
    ]
    at("2026-03-05 17:04")
    promise.what = "Two names"
    promise.save()
    assert [occasion for _, occasion in waiting(promise)][:2] == ["due", "overdue_1"]


def test_a_promise_reopened_after_its_reminder_is_not_reminded_of_twice(promise, at):
    at("2026-03-05 17:01")
    for occasion in ("lead", "due"):
        in_mail(promise, occasion, Mail.State.SENT)
    promise.keep()
    at("2026-03-05 17:03")
    promise.reopen()
    assert waiting(promise)[0] == (utc("2026-03-05 18:00"), "overdue_1")


def test_a_promise_reopened_before_its_moment_waits_for_it(promise, at):
    at("2026-03-05 16:40")
    promise.keep()
    at("2026-03-05 16:50")
    promise.reopen()
    assert waiting(promise)[0] == (utc("2026-03-05 17:00"), "due")


def test_a_promise_reopened_long_after_is_told_once_and_not_for_each_that_it_missed(promise, at):
    at("2026-03-05 16:40")
    promise.keep()
    promise.what = "a word about it, while it has ended"
    promise.save()
    at("2026-03-09 12:00")
    promise.reopen()
    assert waiting(promise)[:2] == [
        (utc("2026-03-08 17:00"), "overdue_3"),
        (utc("2026-03-12 17:00"), "overdue_4"),
    ]


def test_what_they_owe_and_was_ended_by_mistake_is_told_at_once(user, at):
    theirs = Promise.Party.THEM
    promise = PromiseFactory(
        owner=user, owed_by=theirs, due_on=date("2026-03-05"), due_time=time("17:00")
    )
    at("2026-03-05 17:30")
    promise.keep()
    at("2026-03-05 18:30")
    promise.reopen()
    assert waiting(promise)[0] == (utc("2026-03-05 18:00"), "overdue_1")


def test_a_promise_out_of_the_trash_is_told_what_it_missed(promise, at):
    at("2026-03-05 16:40")
    promise.trash()
    at("2026-03-05 17:03")
    promise.restore()
    assert waiting(promise)[0] == (utc("2026-03-05 17:00"), "due")


def test_a_day_out_of_the_trash_is_told_before_it_is_over(user, at):
    promise = PromiseFactory(owner=user, due_on=date("2026-03-02"))
    promise.trash()
    at("2026-03-02 10:00")
    promise.restore()
    assert waiting(promise)[0] == (utc("2026-03-02 08:00"), "digest")


def test_a_day_out_of_the_trash_that_was_told_is_not_told_again(user, at):
    promise = PromiseFactory(owner=user, due_on=date("2026-03-02"))
    at("2026-03-02 09:00")
    in_mail(promise, "digest", Mail.State.SENT)
    promise.trash()
    at("2026-03-02 10:00")
    promise.restore()
    assert waiting(promise)[0] == (utc("2026-03-03 08:00"), "overdue_1")


def test_a_promise_moved_into_the_past_owes_nothing_for_a_while_in_the_trash(user, at):
    promise = PromiseFactory(
        owner=user,
        owed_by=Promise.Party.THEM,
        due_on=date("2026-03-05"),
        due_time=time("17:00"),
    )
    at("2026-03-04 12:00")
    promise.snooze(due_on=date("2026-03-01"), due_time=time("09:00"), time_zone=LONDON)
    assert waiting(promise) == []
    at("2026-03-04 12:05")
    promise.trash()
    at("2026-03-09 12:00")
    promise.restore()
    assert waiting(promise) == []


def test_a_new_promise_made_late_in_the_day_is_not_told_at_once(user, at):
    at("2026-03-05 23:00")
    promise = PromiseFactory(owner=user, due_on=date("2026-03-05"))
    promise.what = "and a word"
    promise.save()
    assert waiting(promise)[0] == (utc("2026-03-06 08:00"), "overdue_1")


# Preferences and zones ----------------------------------------------------------------------------


def test_other_preferences_replan_every_open_promise(promise, user, other):
    PromiseFactory(owner=user, due_on=date("2026-03-04"))
    PromiseFactory(owner=other, due_on=date("2026-03-04"))
    PromiseFactory(owner=user).keep()
    Preferences.objects.of(user).update(lead_minutes=60, digest_time=time("09:00"))
    assert replan_all(user) == 2
    moments = [moment for moment, _ in waiting(promise)]
    assert moments[0] == utc("2026-03-05 16:00")
    rows = Reminder.across_owners.live().filter(owner=user, occasion="digest")
    assert [row.due_utc for row in rows] == [utc("2026-03-04 09:00")]
    assert Reminder.across_owners.live().get(owner=other, occasion="digest").due_utc == utc(
        "2026-03-04 08:00"
    )


def test_another_zone_moves_digest_and_quiet_hours_but_no_promise(promise, user):
    User.objects.filter(pk=user.pk).update(time_zone="Asia/Tokyo")
    assert replan_all(user.pk) == 1
    promise.refresh_from_db()
    assert promise.due_utc == utc("2026-03-05 17:00")
    assert waiting(promise)[0] == (utc("2026-03-05 17:00"), "due")  # the lead would be at night


def test_other_preferences_lose_nothing_that_was_due(user, at):
    promise = PromiseFactory(owner=user, due_on=date("2026-03-02"))
    at("2026-03-02 08:30")  # no worker ran at eight
    Preferences.objects.of(user).update(digest_time=time("07:00"))
    replan_all(user)
    assert waiting(promise)[0] == (utc("2026-03-02 07:00"), "digest")


def test_other_preferences_send_nothing_twice(user, at):
    at("2026-03-01 12:00")
    promise = PromiseFactory(owner=user, due_on=date("2026-03-02"))
    in_mail(promise, "digest", Mail.State.SENT)
    at("2026-03-02 08:30")
    Preferences.objects.of(user).update(digest_time=time("07:00"))
    replan_all(user)
    assert waiting(promise)[0] == (utc("2026-03-03 07:00"), "overdue_1")


def wants(user, **wishes):
    Preferences.objects.of(user).update(**wishes)
    replan_all(user)


def test_the_digest_alone_after_this_mornings_leaves_todays_their_moment(promise, user, at):
    """Else a promise for this afternoon would be told by nothing at all."""
    at("2026-03-05 10:00")
    wants(user, digest_only=True)
    later = [(utc("2026-03-05 17:00"), "due"), (utc("2026-03-06 08:00"), "overdue_2")]
    assert waiting(promise)[:2] == later
    promise.refresh_from_db()
    promise.what = "Two names"
    promise.save()
    assert waiting(promise)[:2] == later


def test_the_digest_alone_the_evening_before_tells_it_then(promise, user, at):
    at("2026-03-04 20:00")
    wants(user, digest_only=True)
    assert waiting(promise)[0] == (utc("2026-03-05 08:00"), "digest")
    at("2026-03-05 08:01")
    in_mail(promise, "digest", Mail.State.SENT)
    promise.refresh_from_db()
    promise.what = "Two names"
    promise.save()
    assert waiting(promise)[0] == (utc("2026-03-06 08:00"), "overdue_2")


def test_a_moment_that_no_worker_told_is_owed_to_who_wants_the_digest_alone(promise, user, at):
    at("2026-03-05 17:05")
    wants(user, digest_only=True)
    assert waiting(promise)[0] == (utc("2026-03-05 17:00"), "due")


def test_a_digest_that_no_worker_sent_is_owed_to_who_wants_single_mails(promise, user, at):
    wants(user, digest_only=True)
    at("2026-03-05 17:05")  # no worker ran since yesterday
    wants(user, digest_only=False)
    assert waiting(promise)[:2] == [
        (utc("2026-03-05 17:00"), "due"),
        (utc("2026-03-05 18:00"), "overdue_1"),
    ]


def test_other_working_days_say_nothing_over_again(user, at):
    """What was told on Monday of a Friday is not told on Monday once more, by another number."""
    promise = PromiseFactory(owner=user, due_on=date("2026-03-06"))
    at("2026-03-09 08:01")
    in_mail(promise, "digest", Mail.State.SENT)
    in_mail(promise, "overdue_2", Mail.State.SENT)
    at("2026-03-09 10:00")
    wants(user, working_days=list(range(7)))  # by these the 7th and the 9th were its days
    assert waiting(promise)[0] == (utc("2026-03-13 08:00"), "overdue_3")


def test_other_working_days_lose_no_reminder_that_is_still_to_come(user, at):
    """Counted anew, the last would have had the number of one that has gone."""
    at("2026-03-05 20:00")
    wants(user, working_days=list(range(7)))
    promise = PromiseFactory(owner=user, due_on=date("2026-03-06"))
    at("2026-03-20 10:00")
    for occasion in ("digest", "overdue_1", "overdue_2", "overdue_3", "overdue_4"):
        in_mail(promise, occasion, Mail.State.SENT)
    wants(user, working_days=[0, 1, 2, 3, 4])  # the 7th and the 9th are one now
    assert waiting(promise) == [(utc("2026-04-06 07:00"), "overdue_5")]


def test_the_digest_alone_loses_no_reminder_that_is_still_to_come(promise, user, at):
    at("2026-03-19 18:00")
    for occasion in ("lead", "due", *(f"overdue_{number}" for number in range(1, 6))):
        in_mail(promise, occasion, Mail.State.SENT)
    wants(user, digest_only=True)
    assert waiting(promise) == [(utc("2026-04-06 07:00"), "overdue_6")]


def test_other_lead_times_replan(promise, user, at):
    wants(user, lead_by_kind={"call_back": 60})
    assert waiting(promise)[0] == (utc("2026-03-05 16:00"), "lead")


def test_new_rules_of_a_zone_move_the_moment_of_its_promises(promise, user):
    Promise.across_owners.filter(pk=promise.pk).update(due_utc=utc("2026-03-05 16:00"))
    replan_all(user)
    promise.refresh_from_db()
    assert promise.due_utc == utc("2026-03-05 17:00")


def test_no_edit_that_was_begun_before_undoes_it(promise, user):
    """A stale copy would bring back the old revision, and with it mails of the old plan."""
    replan_all(user)
    with pytest.raises(StaleVersion):
        promise.save()


def test_replanning_takes_as_many_queries_for_many_promises_as_for_few(user, at):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            replan_all(user)
        return len(captured)

    PromiseFactory(owner=user)
    few = queries()
    PromiseFactory.create_batch(20, owner=user)
    assert queries() == few


def test_saving_a_promise_takes_few_queries(user, at, django_assert_max_num_queries):
    promise = PromiseFactory.build(owner=user, recruiter=PromiseFactory(owner=user).recruiter)
    # Two of them are the transaction's, and two of the index in which it is found.
    with django_assert_max_num_queries(9):
        promise.save()


def test_rows_and_plan_agree_after_any_edits(user, at):
    """No reminder without a row, no row without a reminder: after a month of changes of mind."""
    random.seed(20260302)
    preferences = Preferences.objects.of(user).get()
    promise = PromiseFactory(owner=user, due_on=date("2026-03-05"))
    moment = MONDAY
    for _ in range(60):
        moment += dt.timedelta(minutes=random.randint(1, 900))
        at(f"{moment:%Y-%m-%d %H:%M}")
        match random.randint(0, 4):
            case 0 if promise.is_open:
                promise.keep()
            case 1 if not promise.is_open:
                promise.reopen()
            case 2 | 3 if promise.is_open:
                promise.snooze(
                    due_on=moment.date() + dt.timedelta(days=random.randint(0, 9)),
                    due_time=random.choice([None, time("09:00"), time("23:15")]),
                    time_zone=random.choice([LONDON, "Asia/Kolkata", "America/New_York"]),
                )
            case _:
                promise.what = f"{moment}"
                promise.save()
        rows = Reminder.across_owners.filter(promise=promise, cancelled_at=None, mail=None)
        to_come = [(row.due_utc, row.occasion) for row in rows if row.due_utc > moment]
        assert sorted(to_come) == [
            (row.due_utc, row.occasion)
            for row in plan(promise, preferences)
            if row.due_utc > moment
        ]
        assert not rows.exclude(pk__in=Reminder.across_owners.live()).exists()


def test_an_account_with_reminders_can_be_deleted(promise, user):
    in_mail(promise, "lead", Mail.State.SENDING)
    user.delete()
    assert not Reminder.across_owners.exists()
    assert not Mail.across_owners.exists()


def test_a_new_account_has_nothing_to_replan(db):
    assert replan_all(UserFactory()) == 0


def test_planning_anew_changes_nothing_of_what_stands(promise):
    before = waiting(promise)
    Promise.across_owners.filter(pk=promise.pk).update(revision=promise.revision + 1)
    promise.refresh_from_db()
    replan(promise)
    assert waiting(promise) == before
