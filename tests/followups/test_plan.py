"""Which reminders a promise gets (`plan`)."""

import pytest

from accounts.models import Preferences
from followups.models import Promise
from followups.reminders import plan
from tests.followups.conftest import utc
from tests.followups.planning import date, made, planned, time


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
