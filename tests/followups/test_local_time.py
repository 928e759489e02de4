"""Wall clocks: gaps, repeated hours, quiet hours past midnight, and every zone there is."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups import local_time

LONDON = zoneinfo.ZoneInfo("Europe/London")
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
# Clocks there skip, or repeat, the hour before or after midnight.
CAIRO = zoneinfo.ZoneInfo("Africa/Cairo")
NUUK = zoneinfo.ZoneInfo("America/Nuuk")
LORD_HOWE = zoneinfo.ZoneInfo("Australia/Lord_Howe")

zones = st.sampled_from(sorted(zoneinfo.available_timezones())).map(zoneinfo.ZoneInfo)
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
times = st.times().map(lambda time: time.replace(microsecond=0))
moments = st.datetimes(
    dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC)
)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("on", "at", "zone", "moment"),
    [
        ("2026-01-15", "09:00", LONDON, "2026-01-15 09:00"),
        ("2026-07-15", "09:00", LONDON, "2026-07-15 08:00"),
        # The hour from 01:00 to 02:00 is left out on 29 March.
        ("2026-03-29", "00:59", LONDON, "2026-03-29 00:59"),
        ("2026-03-29", "01:00", LONDON, "2026-03-29 01:00"),
        ("2026-03-29", "01:30", LONDON, "2026-03-29 01:30"),
        ("2026-03-29", "02:00", LONDON, "2026-03-29 01:00"),
        # The hour from 01:00 to 02:00 comes twice on 25 October.
        ("2026-10-25", "01:30", LONDON, "2026-10-25 00:30"),
        ("2026-10-25", "02:00", LONDON, "2026-10-25 02:00"),
        ("2026-03-08", "02:30", NEW_YORK, "2026-03-08 07:30"),
        ("2026-11-01", "01:30", NEW_YORK, "2026-11-01 05:30"),
        # Half an hour, by way of change.
        ("2026-10-04", "02:15", LORD_HOWE, "2026-10-03 15:45"),
    ],
)
def test_it_knows_the_moment_of_a_wall_time(on, at, zone, moment):
    found = local_time.to_utc(dt.date.fromisoformat(on), dt.time.fromisoformat(at), zone)
    assert found == utc(moment)


@pytest.mark.parametrize(
    ("on", "at", "zone", "skipped"),
    [
        ("2026-03-29", "00:59", LONDON, False),
        ("2026-03-29", "01:00", LONDON, True),
        ("2026-03-29", "01:59", LONDON, True),
        ("2026-03-29", "02:00", LONDON, False),
        ("2026-10-25", "01:30", LONDON, False),
        ("2026-04-24", "00:30", CAIRO, True),
    ],
)
def test_it_knows_what_a_clock_change_leaves_out(on, at, zone, skipped):
    found = local_time.is_skipped(dt.date.fromisoformat(on), dt.time.fromisoformat(at), zone)
    assert found is skipped


@pytest.mark.parametrize(
    ("on", "zone", "moment"),
    [
        ("2026-03-06", LONDON, "2026-03-07 00:00"),
        ("2026-07-06", LONDON, "2026-07-06 23:00"),
        ("2026-04-23", CAIRO, "2026-04-23 22:00"),  # there is no 00:00; the day ends as it would
        ("2026-10-29", CAIRO, "2026-10-29 22:00"),  # 23:00 comes twice, midnight once
        ("2026-03-28", NUUK, "2026-03-29 01:00"),
    ],
)
def test_it_knows_when_a_day_is_over(on, zone, moment):
    found = local_time.end_of_day(dt.date.fromisoformat(on), zone)
    assert found == utc(moment)


@pytest.mark.parametrize(
    ("moment", "zone", "start", "end", "held_until"),
    [
        ("2026-03-02 23:30", LONDON, "22:00", "07:00", "2026-03-03 07:00"),
        ("2026-03-02 03:30", LONDON, "22:00", "07:00", "2026-03-02 07:00"),
        ("2026-03-02 07:00", LONDON, "22:00", "07:00", "2026-03-02 07:00"),
        ("2026-03-02 12:00", LONDON, "22:00", "07:00", "2026-03-02 12:00"),
        ("2026-07-02 21:30", LONDON, "22:00", "07:00", "2026-07-03 06:00"),
        # A night with a clock change: 07:00 is 07:00.
        ("2026-03-28 23:00", LONDON, "22:00", "07:00", "2026-03-29 06:00"),
        ("2026-10-24 22:00", LONDON, "22:00", "07:00", "2026-10-25 07:00"),
        ("2026-03-02 12:00", LONDON, "12:00", "13:00", "2026-03-02 13:00"),
        ("2026-03-02 13:00", LONDON, "12:00", "13:00", "2026-03-02 13:00"),
        ("2026-03-02 00:00", LONDON, "00:00", "06:00", "2026-03-02 06:00"),
        ("2026-03-02 23:59", LONDON, "18:00", "00:00", "2026-03-03 00:00"),
        ("2026-03-03 00:00", LONDON, "18:00", "00:00", "2026-03-03 00:00"),
        # All but a minute of the day, and all but a minute of the night.
        ("2026-03-02 12:00", LONDON, "00:00", "23:59", "2026-03-02 23:59"),
        ("2026-03-02 23:59", LONDON, "00:00", "23:59", "2026-03-02 23:59"),
        ("2026-03-02 12:00", LONDON, "12:00", "11:59", "2026-03-03 11:59"),
        # Quiet until a time that is left out: as much later, for whatever falls before.
        ("2026-03-29 00:30", LONDON, "22:00", "01:30", "2026-03-29 01:30"),
        ("2026-03-29 01:10", LONDON, "22:00", "01:30", "2026-03-29 01:30"),
        ("2026-03-29 01:30", LONDON, "22:00", "01:30", "2026-03-29 01:30"),
        # Quiet from a time that is left out: from as much later.
        ("2026-03-29 01:10", LONDON, "01:30", "07:00", "2026-03-29 01:10"),
        ("2026-03-29 01:30", LONDON, "01:30", "07:00", "2026-03-29 06:00"),
        # Quiet from a time that comes twice: from the first, also through the second hour.
        ("2026-10-25 00:30", LONDON, "01:30", "07:00", "2026-10-25 07:00"),
        ("2026-10-25 01:10", LONDON, "01:30", "07:00", "2026-10-25 07:00"),
        # Quiet until a time that comes twice: until the first; the second is quiet no more.
        ("2026-10-25 00:15", LONDON, "22:00", "01:30", "2026-10-25 00:30"),
        ("2026-10-25 01:15", LONDON, "22:00", "01:30", "2026-10-25 01:15"),
    ],
)
def test_it_holds_what_falls_into_quiet_hours_until_they_end(moment, zone, start, end, held_until):
    found = local_time.after_quiet_hours(
        utc(moment), zone, dt.time.fromisoformat(start), dt.time.fromisoformat(end)
    )
    assert found == utc(held_until)


def test_it_holds_nothing_when_there_are_no_quiet_hours():
    moment = utc("2026-03-02 03:00")
    assert local_time.after_quiet_hours(moment, LONDON, None, None) == moment
    assert local_time.after_quiet_hours(moment, LONDON, dt.time(3), dt.time(3)) == moment


@given(on=days, at=times, zone=zones)
def test_a_wall_time_comes_back_as_it_was_unless_it_is_skipped(on, at, zone):
    back = local_time.to_utc(on, at, zone).astimezone(zone)
    if local_time.is_skipped(on, at, zone):
        # Forward, never back, and by no more than a clock change.
        assert dt.datetime.combine(on, at) < back.replace(tzinfo=None)
        assert back.replace(tzinfo=None) - dt.datetime.combine(on, at) <= dt.timedelta(hours=3)
    else:
        assert (back.date(), back.time().replace(fold=0)) == (on, at)
        assert back.fold == 0  # of two the first


@given(on=days, zone=zones)
def test_a_day_ends_as_the_next_begins(on, zone):
    end = local_time.end_of_day(on, zone)
    assert (end - dt.timedelta.resolution).astimezone(zone).date() == on
    assert end.astimezone(zone).date() == on + dt.timedelta(days=1)


@given(moment=moments, zone=zones, start=times, end=times)
def test_what_is_held_is_never_early_and_waits_less_than_a_day_and_a_clock_change(
    moment, zone, start, end
):
    held = local_time.after_quiet_hours(moment, zone, start, end)
    assert dt.timedelta(0) <= held - moment <= dt.timedelta(hours=27)
    if start != end and held != moment:
        local = held.astimezone(zone)
        assert local.time() == end or local_time.is_skipped(local.date(), end, zone)
        assert local_time.after_quiet_hours(held, zone, start, end) == held


@given(moment=moments, later=moments, zone=zones, start=times, end=times)
def test_of_two_moments_the_later_is_never_held_for_less(moment, later, zone, start, end):
    first, second = sorted([moment, later])
    assert local_time.after_quiet_hours(first, zone, start, end) <= (
        local_time.after_quiet_hours(second, zone, start, end)
    )
