"""From the wall clock of a place to UTC and back. A promise means wall time; rows hold both."""

import datetime as dt
import zoneinfo


def to_utc(on: dt.date, at: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The UTC moment at which clocks in `zone` show `at` on the day `on`.

    A time that a clock change skips moves forward by what was skipped (01:30 → 02:30); of an
    hour that comes twice the first counts. Both are PEP 495 with fold=0.
    """
    return dt.datetime.combine(on, at.replace(fold=0), tzinfo=zone).astimezone(dt.UTC)


def is_skipped(on: dt.date, at: dt.time, zone: zoneinfo.ZoneInfo) -> bool:
    """Whether a clock change leaves this local time out."""
    back = to_utc(on, at, zone).astimezone(zone)
    return (back.date(), back.time().replace(fold=0)) != (on, at.replace(fold=0))


def end_of_day(on: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The UTC moment at which the local day `on` is over."""
    return to_utc(on + dt.timedelta(days=1), dt.time.min, zone)


def in_quiet_hours(at: dt.time, start: dt.time, end: dt.time) -> bool:
    """Whether local `at` lies in [start, end), which may reach past midnight."""
    return start <= at < end if start <= end else at >= start or at < end


def after_quiet_hours(
    moment: dt.datetime, zone: zoneinfo.ZoneInfo, start: dt.time | None, end: dt.time | None
) -> dt.datetime:
    """`moment` (UTC), or the end of the quiet hours that it falls in, in UTC."""
    if start is None or end is None or start == end:
        return moment
    local = moment.astimezone(zone)
    if not in_quiet_hours(local.time(), start, end):
        return moment
    ends_on = local.date() if local.time() < end else local.date() + dt.timedelta(days=1)
    return max(moment, to_utc(ends_on, end, zone))
