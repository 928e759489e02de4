"""The kept-word record: of the promises that ended, how many were kept, and how late.

Counted are the last 200 that ended kept or not, so that a record costs the same after thirty
years as after one; a record that leaves older ones out says so. Who was released owed nothing
any more, and a nudge was promised to nobody: neither counts. What is late, and from when it is
counted, says `followups.models.lateness`.
"""

from __future__ import annotations

import datetime as dt
import statistics
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.prepared import prepared
from followups.models import Promise
from followups.models.promise_rows import COUNTED as COUNTED_STATES
from followups.models.promise_rows import PromiseQuerySet
from followups.models.words import Party, State

COUNTED = 200
LAST = 10

MARKS = {State.KEPT: "✓", State.KEPT_LATE: "~", State.BROKEN: "×", State.NO_SHOW: "–"}


@dataclass(frozen=True)
class Ending:
    """How one promise ended, and how late (nothing for one that was in time, or never kept)."""

    state: State
    late_by: dt.timedelta | None = None

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def words(self) -> str:
        if self.late_by is not None:
            return str(_("%(span)s late") % {"span": span_words(self.late_by)})
        return str(self.state.label)


@dataclass(frozen=True)
class Record:
    """The last promises of one side that ended kept or not, newest first."""

    endings: list[Ending]
    # Whether there are older ones, which are not counted.
    has_more: bool = False

    @property
    def of(self) -> int:
        return len(self.endings)

    @property
    def kept(self) -> int:
        """In time or late."""
        return self.in_time + self.late

    @property
    def in_time(self) -> int:
        return self._count(State.KEPT)

    @property
    def late(self) -> int:
        return self._count(State.KEPT_LATE)

    @property
    def broken(self) -> int:
        return self._count(State.BROKEN)

    @property
    def no_shows(self) -> int:
        return self._count(State.NO_SHOW)

    def _count(self, state: State) -> int:
        return sum(ending.state == state for ending in self.endings)

    @cached_property
    def last(self) -> list[Ending]:
        """The last ten, oldest first, as one reads."""
        return self.endings[:LAST][::-1]

    @property
    def sentence(self) -> str:
        """What of the last ten was not in time."""
        last = Record(self.endings[:LAST])
        return last._exceptions() or str(_("all of them in time."))

    @property
    def all_words(self) -> str:
        """The same of all that is counted, for where there are more than ten."""
        return self._exceptions() if self.of > LAST else ""

    def _exceptions(self) -> str:
        parts = [
            _("%(n)s late") % {"n": in_words(self.late)} if self.late else "",
            _("%(n)s broken") % {"n": in_words(self.broken)} if self.broken else "",
            ngettext("%(n)s no-show", "%(n)s no-shows", self.no_shows)
            % {"n": in_words(self.no_shows)}
            if self.no_shows
            else "",
        ]
        said = ", ".join(part for part in parts if part)
        return said and said + "."

    @property
    def median_late(self) -> dt.timedelta | None:
        spans = [ending.late_by for ending in self.endings if ending.late_by is not None]
        return statistics.median(spans) if spans else None  # type: ignore[type-var]

    @property
    def worst_late(self) -> dt.timedelta | None:
        spans = [ending.late_by for ending in self.endings if ending.late_by is not None]
        return max(spans, default=None)

    @property
    def late_words(self) -> str:
        """How late the late ones were; "" where none was."""
        median, worst = self.median_late, self.worst_late
        if median is None or worst is None:
            return ""
        if self.late == 1:
            return str(_("The late one: %(span)s.") % {"span": span_words(worst)})
        spans = {"usual": span_words(median), "worst": span_words(worst)}
        return str(_("Usually %(usual)s late, %(worst)s at worst.") % spans)

    @property
    def covers(self) -> str:
        """What the figure leaves out; "" where it counts everything."""
        return str(_("The last %(n)s that ended.") % {"n": self.of}) if self.has_more else ""


def my_word(promises: PromiseQuerySet) -> Record:
    """My own record over all `promises` of a user."""
    return _record(_last(promises.counted().by_the_index_of_endings(), COUNTED + 1))


def both_words(promises: PromiseQuerySet) -> tuple[Record, Record]:
    """My record and theirs over `promises` with one recruiter or firm, by one question."""
    return _both(_last(promises.ended(), 2 * COUNTED + 1))


def both_words_with(owner: int, recruiter: int) -> tuple[Record, Record]:
    """The same with one recruiter (of these ids), by a prepared question."""
    return _both([Row(*row) for row in _ended_with(owner=owner, recruiter=recruiter)])


@prepared
def _ended_with(owner: Any, recruiter: Any) -> QuerySet:
    rows = Promise.objects.of(owner).filter(recruiter=recruiter).ended()
    rows = rows.by_the_index_of_endings()
    return _rows(rows, 2 * COUNTED + 1)


def _both(both: list[Row]) -> tuple[Record, Record]:
    cut, both = len(both) > 2 * COUNTED, both[: 2 * COUNTED]
    theirs = [row for row in both if row.is_theirs and row.state != State.RELEASED]
    mine = [row for row in both if not row.is_theirs and row.state in COUNTED_STATES]
    return (
        _record([row for row in mine if row.follows is None], cut=cut),
        _record(theirs, cut=cut),
    )


class Row(NamedTuple):
    """What a record asks of a promise that ended."""

    state: str
    judged_by: dt.datetime
    ended_at: dt.datetime
    owed_by: str
    follows: int | None

    @property
    def is_theirs(self) -> bool:
        """A no-show is on their record, whoever was to take that call."""
        return self.owed_by == Party.THEM or self.state == State.NO_SHOW


def _last(counted: PromiseQuerySet, how_many: int) -> list[Row]:
    return [Row(*row) for row in _rows(counted, how_many)]


def _rows(counted: PromiseQuerySet, how_many: int) -> QuerySet:
    rows = counted.order_by("-ended_at", "-pk")[:how_many]
    rows = rows.annotate(judged_by=Coalesce("judged_utc", "due_utc"))
    return rows.values_list(*Row._fields)


def _record(rows: list[Row], *, cut: bool = False) -> Record:
    """Of what ended, newest first; `cut` says that older ones were not asked for."""
    return Record([_ending(row) for row in rows[:COUNTED]], has_more=cut or len(rows) > COUNTED)


def _ending(row: Row) -> Ending:
    late = max(row.ended_at - row.judged_by, dt.timedelta())
    return Ending(State(row.state), late if row.state == State.KEPT_LATE else None)


def span_words(span: dt.timedelta) -> str:
    """How long, in one unit: “5 minutes”, “2 hours”, “3 days”."""
    minutes = max(round(span.total_seconds() / 60), 1)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(minutes / (24 * 60))
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def in_words(count: int) -> str:
    """A count in words while words are shorter to read."""
    words = [_("none"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six")]
    return str(words[count]) if count < len(words) else str(count)
