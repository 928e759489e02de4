"""Which reminders a promise gets (`plan`), and the rows that follow it (`replan`)."""

import datetime as dt
import random
import zoneinfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.models import Preferences, User
from accounts.owned import StaleVersion
from followups import local_time
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
        "overdue_1 Mon 09 Mar 08:00",
        "overdue_2 Fri 13 Mar 08:00",
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


def test_it_plans_for_preferences_that_belong_to_nobody_yet():
    promise, _ = made(due_time=time("17:00"), time_zone="Asia/Tokyo")
    assert [row.occasion for row in plan(promise, Preferences())][:2] == ["lead", "due"]


# Properties, over all zones and two years --------------------------------------------------------

zones = st.sampled_from(sorted(zoneinfo.available_timezones()))
moments = st.datetimes(
    dt.datetime(2025, 12, 1), dt.datetime(2028, 1, 1), timezones=st.just(dt.UTC)
)
minutes = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def anything(draw):
    quiet = draw(st.none() | st.tuples(minutes, minutes))
    return made(
        draw(zones),
        due_on=draw(st.dates(date("2026-01-01"), date("2027-12-31"))),
        due_time=draw(st.none() | minutes),
        time_zone=draw(zones),
        owed_by=draw(st.sampled_from(Promise.Party)),
        agreed_at=draw(
            st.datetimes(
                dt.datetime(2025, 12, 1), dt.datetime(2028, 1, 1), timezones=st.just(dt.UTC)
            )
        ),
        lead_minutes=draw(st.integers(0, 7 * 24 * 60)),
        digest_time=draw(minutes),
        working_days=draw(st.lists(st.integers(0, 6), unique=True)),
        quiet_from=quiet and quiet[0],
        quiet_until=quiet and quiet[1],
    )


@given(anything())
def test_any_plan_is_sorted_and_says_each_thing_once(made_up):
    rows = plan(*made_up)
    assert rows == sorted(rows)
    assert len({(row.occasion, row.channel) for row in rows}) == len(rows)
    overdue = [row.due_utc for row in rows if row.occasion.startswith("overdue")]
    assert overdue == sorted(set(overdue))


@given(anything())
def test_any_promise_of_mine_is_reminded_of_before_it_is_late_and_none_is_early(made_up):
    promise, preferences = made_up
    rows = plan(promise, preferences)
    due = promise.derive_due_utc()
    before = [row for row in rows if not row.occasion.startswith("overdue")]
    if promise.owed_by == Promise.Party.ME:
        assert before, "an open promise of mine without a reminder"
    else:
        assert not before
    for row in rows:
        match row.occasion:
            case "due":
                assert row.due_utc == due
            case "digest":
                assert row.due_utc < due
            case "lead" if promise.due_time is not None:
                lead = dt.timedelta(minutes=preferences.lead_minutes)
                assert due - lead <= row.due_utc < due
            case "lead":
                assert promise.agreed_at < row.due_utc < due
            case _:
                assert row.due_utc >= due


@given(anything())
def test_any_plan_is_quiet_but_for_the_moment_of_a_fixed_time(made_up):
    promise, preferences = made_up
    assume(preferences.quiet_from is not None)
    assume(preferences.quiet_from != preferences.quiet_until)
    zone = preferences.owner.zone
    for row in plan(promise, preferences):
        local = row.due_utc.astimezone(zone)
        if row.occasion == "due" or local.fold:
            continue  # of an hour that comes twice, the first was quiet
        if local_time.is_skipped(local.date(), preferences.quiet_until, zone):
            continue
        quiet = (preferences.quiet_from, preferences.quiet_until)
        assert not local_time.in_quiet_hours(local.time(), *quiet)


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
