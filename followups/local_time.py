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


def after_quiet_hours(
    moment: dt.datetime, zone: zoneinfo.ZoneInfo, start: dt.time | None, end: dt.time | None
) -> dt.datetime:
    """`moment` (UTC), or the end of the quiet hours that it falls in, in UTC.

    They begin and end at the moments that `to_utc` gives for both times: in a repeated hour at
    the first, and where a clock change skips one as much later. Hours of no length are none: a
    whole day of them would never end.
    """
    if start is None or end is None or start == end:
        return moment
    today = moment.astimezone(zone).date()
    for day in (today - dt.timedelta(days=1), today):
        over = to_utc(day if start < end else day + dt.timedelta(days=1), end, zone)
        if to_utc(day, start, zone) <= moment < over:
            return over
    return moment
