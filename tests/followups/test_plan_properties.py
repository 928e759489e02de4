"""Whatever is promised, wherever and however its owner wants to be reminded: what holds of a plan.

Over all zones of the tz database and two years, with both clock changes in each. A minute in the
suite; `PLAN_EXAMPLES=20000` looks longer.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import time
import zoneinfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accounts.models import Preferences, User
from followups.models import Promise
from followups.reminders import Planned, plan

EXAMPLES = int(os.environ.get("PLAN_EXAMPLES", "100"))
often = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
ME, THEM = Promise.Party.ME, Promise.Party.THEM

NAMES = sorted(zoneinfo.available_timezones())
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2027, 12, 31)


def changes_of(zone: zoneinfo.ZoneInfo) -> list[dt.date]:
    """The local days of the two years on which the clocks of `zone` change."""
    found = []
    day = FIRST
    while day <= LAST:
        here = dt.datetime.combine(day, dt.time(), zone).utcoffset()
        if dt.datetime.combine(day + DAY, dt.time(), zone).utcoffset() != here:
            found.append(day)
        day += DAY
    return found


# A zone, and the days around its clock changes as often as all the others.
CHANGES = {name: changes_of(zoneinfo.ZoneInfo(name)) for name in NAMES}
ONES_THAT_CHANGE = [name for name in NAMES if CHANGES[name]]
zones = st.sampled_from(NAMES) | st.sampled_from(ONES_THAT_CHANGE)
minutes = st.integers(0, 24 * 60 - 1).map(lambda n: dt.time(n // 60, n % 60))
# Where clocks change, and where days begin and end.
times = minutes | st.sampled_from(
    [dt.time(hour, minute) for hour in (0, 1, 2, 3, 7, 8, 22, 23) for minute in (0, 30, 59)]
)
agreements = st.datetimes(
    dt.datetime(2025, 12, 20), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC)
)


@st.composite
def days_in(draw: st.DrawFn, zone: str) -> dt.date:
    days = st.dates(FIRST, LAST)
    if CHANGES[zone]:
        near = st.sampled_from(CHANGES[zone]).flatmap(
            lambda day: st.integers(-3, 3).map(lambda n: min(LAST, max(FIRST, day + n * DAY)))
        )
        days |= near
    return draw(days)


@st.composite
def cases(draw: st.DrawFn, **fixed: object) -> tuple[Promise, Preferences]:
    """An unsaved promise, and what its owner wants; `fixed` fields are as given."""
    there = draw(zones)
    here = there if draw(st.booleans()) else draw(zones)
    quiet = draw(st.none() | st.tuples(times, times))
    due_on = draw(days_in(there))
    # Often agreed on not long before it is due.
    before = st.integers(-1000, 10_000).map(
        lambda n: dt.datetime.combine(due_on, dt.time(12), dt.UTC) - n * MINUTE
    )
    values = {
        "owed_by": draw(st.sampled_from([ME, ME, THEM])),
        "kind": draw(st.sampled_from(Promise.Kind.values)),
        "due_on": due_on,
        "due_time": draw(st.none() | times),
        "time_zone": there,
        "agreed_at": draw(agreements | before),
    }
    kinds = st.dictionaries(st.sampled_from(Promise.Kind.values), st.integers(0, 7 * 24 * 60))
    wishes = {
        "lead_minutes": draw(st.sampled_from([0, 1, 15, 60, 1440]) | st.integers(0, 7 * 24 * 60)),
        "lead_by_kind": draw(kinds),
        "digest_only": draw(st.booleans()),
        "digest_time": draw(times),
        "working_days": draw(st.lists(st.integers(0, 6), unique=True)),
        "quiet_from": quiet and quiet[0],
        "quiet_until": quiet and quiet[1],
    }
    owner = User(email="ann@example.org", time_zone=here)
    for name, value in fixed.items():
        (values if name in values else wishes)[name] = value
    return Promise(owner=owner, **values), Preferences(owner=owner, **wishes)


# A reading of the wall clock that knows nothing of how the plan reads it --------------------------


def wall(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """What the clock on the wall shows, with no zone to it."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def shown(moment: dt.datetime, on: dt.date, at: dt.time, zone: zoneinfo.ZoneInfo) -> bool:
    """Whether `moment` is the first at which the clock shows this day and time.

    Or, where a clock change leaves them out, the moment at which it would have been that late
    by the clock as it went before.
    """
    wanted = dt.datetime.combine(on, at)
    if wall(moment, zone) == wanted:
        # The first: in the three hours before, the clock had not shown it yet.
        return all(wall(moment - n * MINUTE * 15, zone) != wanted for n in range(1, 13))
    before = moment
    for _ in range(24 * 4):  # back, across the change
        before -= 15 * MINUTE
        if wall(before, zone) < wanted:
            break
    skipped = wall(moment, zone) - wanted
    return (
        dt.timedelta(0) < skipped <= DAY
        and wall(before, zone) + (moment - before) == wanted
        and not any(wall(before + n * MINUTE, zone) == wanted for n in range(16))
    )


def is_quiet(moment: dt.datetime, preferences: Preferences) -> bool:
    """Whether the clock shows a time within the quiet hours, by the plain look of it."""
    start, end = preferences.quiet_from, preferences.quiet_until
    if start is None or end is None or start == end:
        return False
    at = wall(moment, preferences.owner.zone).time()
    return start <= at < end if start < end else at >= start or at < end


def clock_changes_near(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> bool:
    return len({(moment + n * DAY).astimezone(zone).utcoffset() for n in (-1, 0, 1)}) > 1


def by_occasion(rows: list[Planned]) -> dict[str, dt.datetime]:
    return {row.occasion: row.due_utc for row in rows}


def overdue(rows: list[Planned]) -> list[dt.datetime]:
    return [row.due_utc for row in rows if row.occasion.startswith("overdue")]


# What holds --------------------------------------------------------------------------------------


@often
@given(cases())
def test_it_is_in_order_and_says_each_thing_once(case):
    rows = plan(*case)
    assert rows == sorted(rows)
    assert len({(row.occasion, row.channel) for row in rows}) == len(rows)
    late = overdue(rows)
    assert all(first < second for first, second in itertools.pairwise(late))
    numbers = [int(row.occasion[8:]) for row in rows if row.occasion.startswith("overdue")]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= 6 for number in numbers)


@often
@given(cases(owed_by=ME))
def test_the_mail_on_the_moment_is_on_the_moment(case):
    promise, preferences = case
    found = by_occasion(plan(promise, preferences))
    if "due" in found:
        assert promise.due_time is not None
        assert found["due"] == promise.derive_due_utc()
        assert shown(found["due"], promise.due_on, promise.due_time, promise.zone)
    if promise.due_time is not None and not preferences.digest_only:
        assert "due" in found


@often
@given(cases(owed_by=ME))
def test_mine_is_told_at_or_before_its_moment_unless_agreed_too_late(case):
    promise, preferences = case
    due = promise.derive_due_utc()
    before = [row for row in plan(promise, preferences) if row.due_utc <= due]
    assert before, "an open promise of mine without a reminder"
    if promise.due_time is not None and promise.agreed_at < due:
        assert any(row.due_utc > promise.agreed_at for row in before)


@often
@given(cases(owed_by=THEM))
def test_theirs_is_told_when_it_is_late_and_at_most_twice(case):
    promise, preferences = case
    rows = plan(promise, preferences)
    assert 1 <= len(rows) <= 2
    assert overdue(rows) == [row.due_utc for row in rows]


@often
@given(cases())
def test_it_is_late_only_after_the_moment(case):
    promise, preferences = case
    due = promise.derive_due_utc()
    for moment in overdue(plan(promise, preferences)):
        # A digest at midnight comes with the end of the day itself.
        assert moment > due or (promise.due_time is None and moment == due)


@often
@given(cases(digest_only=False, owed_by=ME))
def test_a_lead_is_as_long_before_as_its_kind_says_or_later(case):
    promise, preferences = case
    assume(promise.due_time is not None)
    due = promise.derive_due_utc()
    wanted = preferences.lead_by_kind.get(promise.kind, preferences.lead_minutes)
    lead = by_occasion(plan(promise, preferences)).get("lead")
    if not wanted:
        assert lead is None
    elif lead is not None:
        assert due - wanted * MINUTE <= lead < due
        if not is_quiet(due - wanted * MINUTE, preferences) and not clock_changes_near(
            lead, preferences.owner.zone
        ):
            assert lead == due - wanted * MINUTE
    elif not clock_changes_near(due - wanted * MINUTE, preferences.owner.zone):
        assert is_quiet(due - wanted * MINUTE, preferences)


@often
@given(cases())
def test_nothing_but_the_moment_comes_in_quiet_hours(case):
    promise, preferences = case
    zone = preferences.owner.zone
    for row in plan(promise, preferences):
        if row.occasion == "due" or row.due_utc.astimezone(zone).fold:
            continue  # of an hour that comes twice, the first was quiet
        if is_quiet(row.due_utc, preferences):
            # Only where the end, or the beginning, is a time that this night's clock left out.
            assert clock_changes_near(row.due_utc, zone), row


@often
@given(cases())
def test_the_digest_is_at_its_local_hour_or_held_by_the_quiet_hours(case):
    promise, preferences = case
    zone = preferences.owner.zone
    rows = plan(promise, preferences)
    mornings = [
        row
        for row in rows
        if row.occasion == "digest"
        or (
            row.occasion.startswith("overdue")
            and (promise.due_time is None or preferences.digest_only)
        )
    ]
    for row in mornings:
        day = wall(row.due_utc, zone).date()
        if shown(row.due_utc, day, preferences.digest_time, zone):
            continue
        # Else it waited for the end of the quiet hours, of that day or of the night before it.
        assert preferences.quiet_from != preferences.quiet_until
        assert shown(row.due_utc, day, preferences.quiet_until, zone)


@often
@given(cases(quiet_from=None, quiet_until=None))
def test_a_day_is_told_on_its_last_working_day(case):
    promise, preferences = case
    assume(promise.due_time is None and promise.owed_by == ME)
    zone, due = preferences.owner.zone, promise.derive_due_utc()
    morning = by_occasion(plan(promise, preferences))["digest"]
    day = wall(morning, zone).date()
    assert morning < due
    assert day <= promise.due_on
    working = preferences.working_days
    assert not working or day.weekday() in working
    # None of the days between would have done.
    later = day + DAY
    while later <= promise.due_on:
        then = dt.datetime.combine(later, preferences.digest_time, zone).astimezone(dt.UTC)
        assert (working and later.weekday() not in working) or then >= due
        later += DAY


@often
@given(cases(owed_by=ME))
def test_what_is_late_waits_for_working_days_in_the_digest(case):
    promise, preferences = case
    assume(promise.due_time is None or preferences.digest_only)
    assume(preferences.working_days)
    assume(preferences.quiet_from is None or preferences.quiet_from == preferences.quiet_until)
    for moment in overdue(plan(promise, preferences)):
        day = wall(moment, preferences.owner.zone).date()
        assert day.weekday() in preferences.working_days


@often
@given(cases(digest_only=True, owed_by=ME))
def test_who_wants_the_digest_alone_gets_no_single_mail_where_that_does(case):
    promise, preferences = case
    assume(promise.due_time is not None)
    due, zone = promise.derive_due_utc(), preferences.owner.zone
    found = by_occasion(plan(promise, preferences))
    assert "lead" not in found
    assert ("due" in found) != ("digest" in found)
    if "digest" in found:
        assert promise.agreed_at < found["digest"] <= due
        if preferences.quiet_from is None:
            assert wall(found["digest"], zone).date() == wall(due, zone).date()
    assert "due" in by_occasion(plan(promise, preferences, digest_is_over=True))


@often
@given(cases())
def test_it_falls_off_and_ends(case):
    promise, preferences = case
    late = overdue(plan(promise, preferences))
    assert len(late) <= 6
    assert not late or late[-1] - promise.derive_due_utc() <= 40 * DAY


@often
@given(cases(), st.lists(st.integers(0, 6), unique=True))
def test_a_number_stands_for_one_place_in_the_rhythm_whatever_is_wanted(case, other_days):
    """What has gone is known by its number: it must not mean another mail after a change."""
    promise, preferences = case
    for wishes in ({"digest_only": True}, {"digest_only": False}, {"working_days": other_days}):
        first = by_occasion(plan(promise, preferences))
        for name, value in wishes.items():
            setattr(preferences, name, value)
        second = by_occasion(plan(promise, preferences))
        if promise.owed_by == THEM and "digest_only" in wishes:
            continue  # two in all, in either way of telling
        for name in set(first) & set(second):
            if name.startswith("overdue"):
                # A weekend (or six days off) and a night, but not the next place in the rhythm.
                assert abs(first[name] - second[name]) <= 8 * DAY
        last = [max(rows) for rows in (first, second)]
        assert last[0] == last[1] or not all(name.startswith("overdue") for name in last)


@often
@given(cases(), st.sampled_from(sorted(set(Promise.State) - {Promise.State.OPEN})))
def test_what_has_ended_gets_none(case, state):
    promise, preferences = case
    promise.state = state
    assert plan(promise, preferences) == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(Promise.Kind.values), inner, max_size=4)
    ),
    max_leaves=6,
)


@often
@given(cases(), JUNK, JUNK)
def test_nothing_in_the_row_stops_a_plan(case, leads, days):
    promise, preferences = case
    usual = by_occasion(plan(promise, preferences))
    preferences.lead_by_kind, preferences.working_days = leads, days
    found = by_occasion(plan(promise, preferences))
    assert found.get("due") == usual.get("due")
    assert found


@often
@given(cases())
def test_the_same_is_planned_again_and_nothing_is_changed_by_it(case):
    promise, preferences = case
    state = dict(vars(promise)), dict(vars(preferences))
    first = plan(promise, preferences)
    assert plan(promise, preferences) == first
    again = Promise(**{f.attname: getattr(promise, f.attname) for f in Promise._meta.fields})
    again.owner = promise.owner
    assert plan(again, preferences) == first
    assert (dict(vars(promise)), dict(vars(preferences))) == state


@pytest.fixture
def process_zone():
    """Put this process, and what C tells it of time, into another zone."""
    before = os.environ.get("TZ")

    def move(name: str) -> None:
        os.environ["TZ"] = name
        time.tzset()

    yield move
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@settings(often, suppress_health_check=[*HealthCheck])
@given(case=cases(), name=zones)
def test_the_zone_of_the_process_is_nothing_to_it(process_zone, case, name):
    first = plan(*case)
    process_zone(name)
    assert plan(*case) == first
