"""Moments to press instead of typing them: when something is due, when to be called back.

A chip's value is the local day, with a time if it has one (`2026-11-24T18:00`), and its label
says that moment in full, so that a sheet which is open past midnight still means what it showed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _

VALUE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d))?", re.ASCII)
# What is nearer than this is no moment to be called back at: it is now.
AT_LEAST = dt.timedelta(minutes=15)
FRIDAY = 4


@dataclass(frozen=True)
class Chip:
    """A local day, with or without a time, and what to call it ("" where its date says all)."""

    on: dt.date
    at: dt.time | None
    name: str

    @property
    def value(self) -> str:
        return value_of(self.on, self.at)

    @property
    def label(self) -> str:
        """The name with the day, and the time where it has one: “Tomorrow, Wed 25 Nov”."""
        day = formats.date_format(self.on, "D j M")
        moment = f"{day} {self.at:%H:%M}" if self.at else day
        return f"{self.name}, {moment}" if self.name else moment

    @property
    def words(self) -> str:
        """The name, with the time where it has one; short, for a row of buttons."""
        return f"{self.name} {self.at:%H:%M}" if self.at else self.name


def value_of(on: dt.date, at: dt.time | None) -> str:
    return f"{on:%Y-%m-%d}T{at:%H:%M}" if at else f"{on:%Y-%m-%d}"


def read_value(value: str) -> tuple[dt.date, dt.time | None]:
    """The local day and time that a chip's value stands for; `ValueError` if it is none."""
    match = VALUE.fullmatch(value)
    if match is None:
        raise ValueError(f"no chip: {value[:30]!r}")
    day, time = match.groups()
    return dt.date.fromisoformat(day), dt.time.fromisoformat(time) if time else None


def in_full(on: dt.date, at: dt.time | None) -> str:
    """A local day and time as it is echoed before it is saved: “Tuesday 24 November 2026, 16:00”."""
    day = formats.date_format(on, "l j F Y")
    return f"{day}, {at:%H:%M}" if at else day


def due_chips(now: dt.datetime, times: Mapping[str, dt.time]) -> list[Chip]:
    """When something may be due, at `now` (aware, on the user's clock)."""
    today = now.date()
    tomorrow, friday = today + dt.timedelta(days=1), _next(FRIDAY, today)
    chips = []
    if dt.datetime.combine(today, times["eod"]) > now.replace(tzinfo=None):
        chips.append(Chip(today, times["eod"], _("Today")))
    chips.append(Chip(tomorrow, None, _("Tomorrow")))
    if friday != tomorrow:
        chips.append(Chip(friday, None, ""))
    if (week := today + dt.timedelta(days=7)) != friday:
        chips.append(Chip(week, None, _("In a week")))
    return chips


def callback_chips(now: dt.datetime, times: Mapping[str, dt.time]) -> list[Chip]:
    """When they may ring again, at `now` (aware, on the user's clock): what is still to come.

    Of lunch there is always one on offer; an afternoon or evening that is over is not.
    """
    today = now.date()
    tomorrow = today + dt.timedelta(days=1)
    soonest = (now + AT_LEAST).replace(tzinfo=None)

    def is_ahead(part: str) -> bool:
        return dt.datetime.combine(today, times[part]) >= soonest

    chips = []
    if is_ahead("lunch"):
        chips.append(Chip(today, times["lunch"], _("At lunch")))
    if is_ahead("afternoon"):
        chips.append(Chip(today, times["afternoon"], _("Late afternoon")))
    if is_ahead("evening"):
        chips.append(Chip(today, times["evening"], _("This evening")))
    chips.append(Chip(tomorrow, times["morning"], _("Tomorrow morning")))
    if not is_ahead("lunch"):
        chips.append(Chip(tomorrow, times["lunch"], _("Tomorrow at lunch")))
    if not is_ahead("evening"):
        chips.append(Chip(tomorrow, times["evening"], _("Tomorrow evening")))
    return chips


def next_working_day(today: dt.date, working_days: list[int]) -> dt.date:
    """The first working day after `today`; the next day where no day is one (0 is Monday)."""
    ahead = (today + dt.timedelta(days=n) for n in range(1, 8))
    return next(
        (day for day in ahead if day.weekday() in working_days), today + dt.timedelta(days=1)
    )


def _next(weekday: int, today: dt.date) -> dt.date:
    return today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
