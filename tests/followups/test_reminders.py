"""Which reminders a promise gets (`plan`), and the rows that follow it (`replan`)."""

import datetime as dt
import random
import zoneinfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Preferences, User
from accounts.owned import StaleVersion
from followups.models import Mail, Promise, Reminder
from followups.reminders import plan, replan, replan_all
from tests.factories import PromiseFactory, UserFactory
from tests.followups.conftest import utc

LONDON = "Europe/London"
# A Monday, early: before that day's digest and outside quiet hours.
MONDAY = utc("2026-03-02 07:30")


def made(owner_zone: str = LONDON, **fields: object) -> tuple[Promise, Preferences]:
    """An unsaved promise of mine and its owner's preferences, none of them in the database."""
    names = {field.name for field in Preferences._meta.get_fields()}
    wishes = {name: fields.pop(name) for name in list(fields) if name in names - {"owner"}}
    owner = User(email="ann@example.org", time_zone=owner_zone)
    values = {
        "owner": owner,
        "kind": Promise.Kind.CALL_BACK,
        "due_on": dt.date(2026, 3, 5),
        "time_zone": LONDON,
        "agreed_at": MONDAY,
    }
    return Promise(**{**values, **fields}), Preferences(owner=owner, **wishes)


def planned(owner_zone: str = LONDON, **fields: object) -> list[str]:
    """The plan, each as “occasion day time” on the user's clock."""
    promise, preferences = made(owner_zone, **fields)
    zone = zoneinfo.ZoneInfo(owner_zone)
    return [
        f"{row.occasion} {row.due_utc.astimezone(zone):%a %d %b %H:%M}"
        for row in plan(promise, preferences)
    ]


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def time(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


# The plan ----------------------------------------------------------------------------------------


def test_it_reminds_before_at_and_ever_less_often_after_a_fixed_time():
    assert planned(due_time=time("17:00")) == [
        "lead Thu 05 Mar 16:45",
        "due Thu 05 Mar 17:00",
        "overdue_1 Thu 05 Mar 18:00",
        "overdue_2 Fri 06 Mar 17:00",
        "overdue_3 Sun 08 Mar 17:00",
        "overdue_4 Thu 12 Mar 17:00",
        "overdue_5 Thu 19 Mar 17:00",
        "overdue_6 Sat 04 Apr 17:00",  # summer time by then
    ]


def test_it_reminds_of_a_day_by_the_digest_of_working_days():
    assert planned(due_on=date("2026-03-05")) == [
        "digest Thu 05 Mar 08:00",
        "overdue_1 Fri 06 Mar 08:00",
        "overdue_2 Mon 09 Mar 08:00",  # the 8th is a Sunday
        "overdue_3 Thu 12 Mar 08:00",
        "overdue_4 Thu 19 Mar 08:00",
        "overdue_5 Mon 06 Apr 08:00",  # the 4th is a Saturday
    ]


@pytest.mark.parametrize(
    ("due_on", "working_days", "digest"),
    [
        ("2026-03-05", [0, 1, 2, 3, 4], "Thu 05 Mar"),
        ("2026-03-07", [0, 1, 2, 3, 4], "Fri 06 Mar"),
        ("2026-03-08", [0, 1, 2, 3, 4], "Fri 06 Mar"),
        ("2026-03-09", [0, 1, 2, 3, 4], "Mon 09 Mar"),
        ("2026-03-08", [6], "Sun 08 Mar"),
        ("2026-03-13", [6], "Sun 08 Mar"),
        ("2026-03-08", [], "Sun 08 Mar"),  # nobody who never works is never reminded
        ("2026-03-08", [0, 1, 2, 3, 4, 9], "Fri 06 Mar"),
    ],
)
def test_a_day_off_is_reminded_of_on_the_last_working_day_before(due_on, working_days, digest):
    rows = planned(due_on=date(due_on), working_days=working_days)
    assert rows[0] == f"digest {digest} 08:00"


def test_two_overdue_mails_that_a_weekend_pushes_together_are_one():
    # Three days after Friday is Monday; so is the first working day after Saturday.
    rows = planned(due_on=date("2026-03-06"))
    assert rows[:3] == [
        "digest Fri 06 Mar 08:00",
        "overdue_2 Mon 09 Mar 08:00",
        "overdue_3 Fri 13 Mar 08:00",
    ]


@pytest.mark.parametrize(
    ("fields", "rows"),
    [
        # The moment of a fixed time is never held.
        ({"due_time": time("23:30")}, ["due Thu 05 Mar 23:30"]),
        ({"due_time": time("22:10")}, ["lead Thu 05 Mar 21:55", "due Thu 05 Mar 22:10"]),
        # A lead in quiet hours waits for their end, and is left out if the moment is no later.
        ({"due_time": time("07:10")}, ["lead Thu 05 Mar 07:00", "due Thu 05 Mar 07:10"]),
        ({"due_time": time("07:00")}, ["due Thu 05 Mar 07:00"]),
        ({"due_time": time("06:00")}, ["due Thu 05 Mar 06:00"]),
        # An overdue mail waits, too.
        ({"due_time": time("21:30")}, ["lead Thu 05 Mar 21:15", "overdue_1 Fri 06 Mar 07:00"]),
        # A digest within quiet hours comes when they end.
        ({"digest_time": time("06:00")}, ["digest Thu 05 Mar 07:00"]),
        # Held past the end of its day it would be late: the one before is the last in time.
        ({"digest_time": time("23:00")}, ["digest Thu 05 Mar 07:00"]),
        (
            {
                "due_time": time("23:30"),
                "quiet_from": None,
                "quiet_until": None,
                "lead_minutes": 60,
            },
            ["lead Thu 05 Mar 22:30", "due Thu 05 Mar 23:30", "overdue_1 Fri 06 Mar 00:30"],
        ),
    ],
)
def test_quiet_hours_hold_all_but_the_moment_of_a_fixed_time(fields, rows):
    found = planned(**fields)
    for row in rows:
        assert row in found, found
    leads = [row for row in rows if row.startswith("lead")]
    assert [row for row in found if row.startswith("lead")] == leads


@pytest.mark.parametrize(("minutes", "lead"), [(0, []), (1, ["16:59"]), (24 * 60, ["17:00"])])
def test_the_lead_time_is_the_users(minutes, lead):
    rows = planned(due_time=time("17:00"), lead_minutes=minutes)
    assert [row[-5:] for row in rows if row.startswith("lead")] == lead


def test_what_they_owe_is_followed_up_twice_and_never_before_it_is_late():
    theirs = Promise.Party.THEM
    assert planned(owed_by=theirs, due_time=time("17:00")) == [
        "overdue_1 Thu 05 Mar 18:00",
        "overdue_2 Fri 06 Mar 17:00",
    ]
    assert planned(owed_by=theirs) == ["overdue_1 Fri 06 Mar 08:00", "overdue_2 Mon 09 Mar 08:00"]


@pytest.mark.parametrize("state", sorted(set(Promise.State) - {Promise.State.OPEN}))
def test_a_promise_that_has_ended_gets_none(state):
    assert planned(state=state, due_time=time("17:00")) == []


@pytest.mark.parametrize(
    ("on", "at", "moment"),
    [
        ("2026-03-29", "01:30", "2026-03-29 01:30"),  # left out: an hour later on the clock
        ("2026-10-25", "01:30", "2026-10-25 00:30"),  # comes twice: the first
    ],
)
def test_a_clock_change_moves_a_skipped_time_forward_and_repeats_none(on, at, moment):
    promise, preferences = made(due_on=date(on), due_time=time(at))
    due = [row.due_utc for row in plan(promise, preferences) if row.occasion == "due"]
    assert due == [utc(moment)]


def test_the_morning_after_a_clock_change_is_at_the_same_time_of_day():
    promise, preferences = made(
        due_on=date("2026-03-29"), working_days=list(range(7)), agreed_at=utc("2026-03-02 00:00")
    )
    assert plan(promise, preferences)[0].due_utc == utc("2026-03-29 07:00")


def test_the_promise_keeps_its_zone_and_the_quiet_hours_are_where_the_user_is():
    # Promised in London for five in the afternoon; in Tokyo, where the user is, that is night.
    rows = planned("Asia/Tokyo", due_time=time("17:00"))
    assert rows[:2] == ["due Fri 06 Mar 02:00", "overdue_1 Fri 06 Mar 07:00"]


@pytest.mark.parametrize(
    ("owner_zone", "promise_zone", "digest"),
    [
        # By the end of Thursday in Auckland is Thursday 03:00 in Los Angeles: Thursday's digest
        # there would come when it is over.
        ("America/Los_Angeles", "Pacific/Auckland", "Wed 04 Mar 08:00"),
        # The end of Thursday in Los Angeles is Friday evening in Auckland. Thursday was meant.
        ("Pacific/Auckland", "America/Los_Angeles", "Thu 05 Mar 08:00"),
    ],
)
def test_the_digest_comes_before_the_day_is_over_where_the_promise_was_made(
    owner_zone, promise_zone, digest
):
    rows = planned(owner_zone, time_zone=promise_zone, agreed_at=utc("2026-02-20 00:00"))
    assert rows[0] == f"digest {digest}"
    promise, preferences = made(owner_zone, time_zone=promise_zone)
    overdue = [row for row in plan(promise, preferences) if row.occasion.startswith("overdue")]
    assert all(row.due_utc >= promise.derive_due_utc() for row in overdue)


@pytest.mark.parametrize(
    ("agreed_at", "due_on", "again"),
    [
        ("2026-03-05 07:59", "2026-03-05", []),  # the digest will tell
        ("2026-03-05 10:00", "2026-03-05", ["lead Thu 05 Mar 16:00"]),
        ("2026-03-05 15:30", "2026-03-05", ["lead Thu 05 Mar 16:30"]),
        ("2026-03-05 20:50", "2026-03-05", ["lead Thu 05 Mar 21:50"]),
        ("2026-03-05 21:30", "2026-03-05", []),  # quiet hours, and then the day is over
        ("2026-03-05 10:00", "2026-03-06", []),
        # Made on a Friday for the weekend, after Friday's digest.
        ("2026-03-06 10:00", "2026-03-07", ["lead Fri 06 Mar 16:00"]),
        ("2026-03-06 22:00", "2026-03-08", ["lead Sat 07 Mar 07:00"]),
    ],
)
def test_a_promise_made_after_its_digest_is_told_again_in_the_afternoon(agreed_at, due_on, again):
    rows = planned(due_on=date(due_on), agreed_at=utc(agreed_at))
    assert [row for row in rows if row.startswith("lead")] == again


@pytest.mark.parametrize(
    ("by_kind", "lead"),
    [
        ({"call_back": 60}, ["16:00"]),
        ({"call_back": 0}, []),
        ({"send_names": 60}, ["16:45"]),
        ({}, ["16:45"]),
        # What somebody else wrote into the row, and nobody can read.
        (None, ["16:45"]),
        ([60], ["16:45"]),
        ("an hour", ["16:45"]),
        ({"call_back": "60"}, ["16:45"]),
        ({"call_back": None}, ["16:45"]),
        ({"call_back": True}, ["16:45"]),
        ({"call_back": 1.5}, ["16:45"]),
        ({"call_back": -60}, ["16:45"]),
        ({"call_back": 10**30}, ["16:45"]),
        ({"call_back": {"minutes": 60}}, ["16:45"]),
    ],
)
def test_the_lead_time_is_that_of_the_kind(by_kind, lead):
    rows = planned(due_time=time("17:00"), lead_by_kind=by_kind)
    assert [row[-5:] for row in rows if row.startswith("lead")] == lead


@pytest.mark.parametrize("days", [None, "monday", {"0": True}, 5])
def test_working_days_that_cannot_be_read_are_the_usual_ones(days):
    assert planned(due_on=date("2026-03-07"), working_days=days)[0] == "digest Fri 06 Mar 08:00"


def test_what_cannot_be_read_is_logged_without_a_word_of_it(caplog):
    planned(due_time=time("17:00"), lead_by_kind={"call_back": "secret"}, working_days="secret")
    planned(working_days="secret")
    assert {record.message for record in caplog.records} == {
        "preferences None: lead times that cannot be read",
        "preferences None: working days that cannot be read",
    }


def test_the_digest_tells_a_fixed_time_where_no_single_mail_is_wanted():
    assert planned(due_time=time("17:00"), digest_only=True) == [
        "digest Thu 05 Mar 08:00",
        "overdue_2 Fri 06 Mar 08:00",  # the first is the single mail an hour later
        "overdue_3 Mon 09 Mar 08:00",  # the 8th is a Sunday
        "overdue_4 Thu 12 Mar 08:00",
        "overdue_5 Thu 19 Mar 08:00",
        "overdue_6 Mon 06 Apr 08:00",  # the 4th is a Saturday
    ]


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        # On a day off, too, if that is its day.
        ({"due_on": date("2026-03-07")}, "digest Sat 07 Mar 08:00"),
        ({"due_time": time("08:00")}, "digest Thu 05 Mar 08:00"),
        # Before that morning's digest it has its own mail, on the moment.
        ({"due_time": time("07:59")}, "due Thu 05 Mar 07:59"),
        ({"due_time": time("00:00")}, "due Thu 05 Mar 00:00"),
        # So it has if it was agreed on after the digest.
        ({"agreed_at": utc("2026-03-05 08:00")}, "due Thu 05 Mar 17:00"),
        ({"agreed_at": utc("2026-03-05 07:59")}, "digest Thu 05 Mar 08:00"),
        # A digest that quiet hours hold until after the moment tells it too late.
        (
            {"due_time": time("09:00"), "quiet_from": time("22:00"), "quiet_until": time("10:00")},
            "due Thu 05 Mar 09:00",
        ),
    ],
)
def test_what_the_digest_cannot_tell_in_time_has_its_own_mail(fields, first):
    rows = planned(**{"due_time": time("17:00"), "digest_only": True, **fields})
    assert rows[0] == first
    assert not [row for row in rows if row.startswith("lead")]


def test_the_day_of_a_fixed_time_is_the_users_own():
    # Five in the afternoon in London is two at night in Tokyo, a day later.
    rows = planned("Asia/Tokyo", due_time=time("17:00"), digest_only=True)
    assert rows[:2] == ["due Fri 06 Mar 02:00", "overdue_3 Mon 09 Mar 08:00"]


def test_what_they_owe_is_told_by_the_digest_alone_and_twice():
    theirs = Promise.Party.THEM
    assert planned(owed_by=theirs, due_time=time("17:00"), digest_only=True) == [
        "overdue_1 Fri 06 Mar 08:00",
        "overdue_2 Mon 09 Mar 08:00",
    ]


def test_it_plans_for_preferences_that_belong_to_nobody_yet():
    promise, _ = made(due_time=time("17:00"), time_zone="Asia/Tokyo")
    assert [row.occasion for row in plan(promise, Preferences())][:2] == ["lead", "due"]


# The rows ----------------------------------------------------------------------------------------


def waiting(promise: Promise) -> list[tuple[dt.datetime, str]]:
    rows = Reminder.across_owners.live().filter(promise=promise, mail=None)
    return list(rows.order_by("due_utc").values_list("due_utc", "occasion"))


def in_mail(promise: Promise, occasion: str, state: str, **fields: object) -> Reminder:
    """The promise's reminder of that occasion, put into a mail which is in that state."""
    reminder = Reminder.across_owners.live().get(promise=promise, occasion=occasion)
    if state in {Mail.State.CLAIMED, Mail.State.SENDING}:
        fields = {
            "token": "0" * 32,
            "lease_until": reminder.due_utc + dt.timedelta(minutes=1),
            **fields,
        }
    if state == Mail.State.SENT:
        fields = {"sent_at": reminder.due_utc, **fields}
    reminder.mail = Mail.objects.create(
        owner=promise.owner,
        kind=Mail.Kind.REMINDER,
        state=state,
        due_utc=reminder.due_utc,
        not_before=reminder.due_utc,
        **fields,
    )
    Reminder.across_owners.filter(pk=reminder.pk).update(mail=reminder.mail)
    return reminder


@pytest.fixture
def at():
    """Set the clock: `at("2026-03-02 09:00")`; it stands still between two settings."""
    traveller = time_machine.travel(MONDAY, tick=False)
    clock = traveller.start()
    yield lambda text: clock.move_to(utc(text))
    traveller.stop()


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


# What comes back from its end, or from the trash ---------------------------------------------------


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


# Preferences and zones ---------------------------------------------------------------------------


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
    with django_assert_max_num_queries(7):  # two of them the transaction's
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
