"""How things stand today: what is late, what comes, what they owe, in a sentence and in rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import kit_gaps
from accounts.models import User
from calls.models import Call
from followups import local_time
from followups.models import Promise
from followups.record import Record, in_words, my_word

DAYS_AHEAD = dt.timedelta(days=7)
MOST_ROWS = 50


@dataclass(frozen=True)
class Today:
    """What the page shows. Moments of the day are on the user's own clock."""

    now: dt.datetime
    late: list[Promise]
    today: list[Promise]
    week: list[Promise]
    theirs: list[Promise]
    last_calls: list[Call]
    record: Record
    late_count: int
    # What my kit lacks, or has not been looked at for half a year.
    kit_gaps: list[kit_gaps.Gap]

    @property
    def title(self) -> str:
        return formats.date_format(self.now.date(), "l j F")

    @property
    def is_empty(self) -> bool:
        return not (self.late or self.today or self.week or self.theirs or self.last_calls)

    @property
    def summary(self) -> str:
        """The sentence under the title, so that a glance is enough."""
        if not self.today and not self.late_count:
            return str(_("Nothing is due today. Nobody is waiting for you."))
        parts = []
        if self.today:
            parts.append(
                ngettext("%(n)s promise today", "%(n)s promises today", len(self.today))
                % {"n": in_words(len(self.today))}
            )
        if self.late_count:
            parts.append(
                ngettext("%(n)s is late", "%(n)s are late", self.late_count)
                % {"n": in_words(self.late_count)}
            )
        sentence = capfirst(", ".join(parts)) + "."
        timed = [promise for promise in self.today if promise.due_time]
        if timed and not self.late_count:
            first = timed[0].due_utc.astimezone(self.now.tzinfo)
            sentence += " " + _("Nobody is waiting for you before %(time)s.") % {
                "time": f"{first:%H:%M}"
            }
        return sentence


def gather(user: User, now: dt.datetime) -> Today:
    """Everything on Today for `user` at `now` (UTC)."""
    local = now.astimezone(user.zone)
    today = local.date()
    last_day = today + DAYS_AHEAD
    # Its last moment belongs to it: then what is due “by the end of the day” is due.
    week_ends = local_time.end_of_day(last_day, user.zone)
    mine = Promise.objects.of(user).open().mine()
    coming = list(
        mine.filter(due_utc__gte=now, due_utc__lte=week_ends).by_urgency()[: 2 * MOST_ROWS]
    )
    days = [(_day_of(promise, user), promise) for promise in coming]
    theirs = Promise.objects.of(user).open().theirs().filter(due_utc__lte=week_ends)
    late = list(mine.due_before(now).by_urgency()[:MOST_ROWS])
    last_calls = list(Call.objects.of(user).for_list()[:5])
    return Today(
        now=local,
        late=late,
        today=[promise for day, promise in days if day <= today],
        week=[promise for day, promise in days if today < day <= last_day],
        theirs=list(theirs.by_urgency()[:MOST_ROWS]),
        last_calls=last_calls,
        record=my_word(Promise.objects.of(user)),
        late_count=mine.due_before(now).count(),
        # Before the first call there is something better to do than to fill in a form.
        kit_gaps=kit_gaps.find(user, today) if last_calls else [],
    )


def _day_of(promise: Promise, user: User) -> dt.date:
    """The day on which it is to be kept, on the calendar of `user`."""
    if promise.due_time is None:
        return promise.due_on
    return promise.due_utc.astimezone(user.zone).date()
