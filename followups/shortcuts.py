"""“Later” in one press: the moments that a promise can be moved to without typing one.

A shortcut never pulls a promise forward: what is still ahead moves on from its own moment, what
is over from now.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from followups.models import Promise

DAYS = {"tomorrow": 1, "week": 7}


@dataclass(frozen=True)
class Shortcut:
    """A moment to choose at one press: how it is posted, what it is called, when it is."""

    until: str
    label: str
    on: dt.date
    at: dt.time | None
    words: str


def offered(promise: Promise, now: dt.datetime) -> list[Shortcut]:
    """What can be pressed at `now` (aware, local), soonest first.

    A day that is not over has no hour to count from: an hour more is offered of others only.
    """
    is_ahead = promise.derive_due_utc() > now
    codes = ["tomorrow", "week"] if is_ahead and promise.due_time is None else ["hour", *DAYS]
    return [_offer(until, promise, now, is_ahead=is_ahead) for until in codes]


def _offer(until: str, promise: Promise, now: dt.datetime, *, is_ahead: bool) -> Shortcut:
    on, at = shortcut(until, promise, now)
    words = date_format(on, "D j M")
    words = f"{words}, {at:%H:%M}" if at else words
    if at and on == now.date():
        words = f"{at:%H:%M}"
    # From another day than today it is no tomorrow.
    later = is_ahead if until == "hour" else (on - now.date()).days != DAYS[until]
    labels = {
        "hour": _("An hour later") if later else _("In an hour"),
        "tomorrow": _("A day later") if later else _("Tomorrow"),
        "week": _("A week later") if later else _("In a week"),
    }
    return Shortcut(until, labels[until], on, at, words)


def shortcut(until: str, promise: Promise, now: dt.datetime) -> tuple[dt.date, dt.time | None]:
    """The local day and time that a shortcut means at `now` (aware, local).

    "hour" counts on the clock of the world, so it is right across a clock change; of a day that
    is not over it means the next. The others keep the promise's time of day, told on the clock
    of `now` where the promise has another.
    """
    due = promise.derive_due_utc()
    if promise.due_time is None:
        return _day_later(until, promise, now, due)
    there = due.astimezone(now.tzinfo)
    if until == "hour":
        return _to_the_minute(in_an_hour(max(now, there)))
    day = max(now.date(), there.date()) + dt.timedelta(days=DAYS[until])
    return day, promise.due_time if promise.zone == now.tzinfo else there.time().replace(fold=0)


def _day_later(
    until: str, promise: Promise, now: dt.datetime, due: dt.datetime
) -> tuple[dt.date, dt.time | None]:
    if due <= now:
        if until == "hour":
            return _to_the_minute(in_an_hour(now))
        return now.date() + dt.timedelta(days=DAYS[until]), None
    # Where its day ends later than here, the next day here might be over before it.
    last_here = (due - dt.timedelta(microseconds=1)).astimezone(now.tzinfo).date()
    day = max(now.date(), promise.due_on, last_here)
    return day + dt.timedelta(days=DAYS.get(until, 1)), None


def _to_the_minute(moment: dt.datetime) -> tuple[dt.date, dt.time]:
    return moment.date(), moment.time().replace(second=0, microsecond=0)


def in_an_hour(now: dt.datetime) -> dt.datetime:
    later = (now.astimezone(dt.UTC) + dt.timedelta(hours=1)).astimezone(now.tzinfo)
    if later.fold:
        # The second pass of an hour that comes twice cannot be named: the first would count, and
        # it is over. The next full hour can.
        later = later.replace(minute=0, fold=0) + dt.timedelta(hours=1)
    return later
