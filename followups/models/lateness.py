"""By which moment a word is judged, and until when it counts as kept in time.

- Without an hour: until its day is over, in its own zone.
- With an hour: ten minutes more. The reminder of that moment may take as long to arrive, and who
  acts on it is not late.
- A call that is to be taken: four hours more, on the same day there. It can be over only after
  its moment, and they ring when they ring.
- A move does not undo that a moment was missed: what the other side did not ask for, after a
  moment had passed, leaves that moment to be judged by.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followups import local_time
from followups.models.mail import LATE
from followups.models.words import Kind, Party

if TYPE_CHECKING:
    from followups.models.promise import Promise

CALL_LASTS = dt.timedelta(hours=4)


@dataclass(frozen=True)
class Deadline:
    """What was agreed on, its moment, and the last at which it is kept in time (both UTC)."""

    on: dt.date
    at: dt.time | None
    moment: dt.datetime
    in_time_until: dt.datetime


def deadline_of(promise: Promise) -> Deadline:
    """The earliest moment that was missed and then moved by its own side, else the last agreed."""
    other_side = Party.ME if promise.is_theirs else Party.THEM
    kind = promise.kind
    deadlines = [_deadline(promise.due_on, promise.due_time, promise.zone, kind)]
    for move in promise.reschedules.exclude(asked_by=other_side):
        before = _deadline(move.due_on, move.due_time, zoneinfo.ZoneInfo(move.time_zone), kind)
        if move.created_at > before.in_time_until:
            deadlines.append(before)
    return min(deadlines, key=lambda deadline: deadline.moment)


def _deadline(on: dt.date, at: dt.time | None, zone: zoneinfo.ZoneInfo, kind: str) -> Deadline:
    if at is None:
        moment = local_time.end_of_day(on, zone)
        return Deadline(on, at, moment, moment)
    moment = local_time.to_utc(on, at, zone)
    until = moment + LATE
    if kind == Kind.TAKE_THEIR_CALL:
        until = max(until, min(moment + CALL_LASTS, local_time.end_of_day(on, zone)))
    return Deadline(on, at, moment, until)
