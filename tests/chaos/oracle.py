"""When somebody must be reminded of a promise, told by a plain reading of the rules and of clocks.

Written beside the product and not with it: it asks neither `plan` nor `local_time`. It walks the
minutes of a zone's clock, and keeps for each promise what it still waits for and what has gone.
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from dataclasses import dataclass, field

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
LATE = 10 * MINUTE
LATER = [1, 3, 7, 14, 30]  # days


# Clocks ------------------------------------------------------------------------------------------


def wall(moment: dt.datetime, zone: str) -> dt.datetime:
    """What a clock in `zone` shows at `moment` (UTC)."""
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@functools.lru_cache(maxsize=20_000)
def minutes_of(zone: str, day: dt.date) -> dict[dt.time, dt.datetime]:
    """Each minute that clocks in `zone` show on that day, and the first moment (UTC) they do.

    A minute that they leave out comes as much later as the clock was put forward.
    """
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    ahead = wall(noon, zone) - noon.replace(tzinfo=None)
    moment = noon - ahead - 16 * HOUR
    found: dict[dt.time, dt.datetime] = {}
    before = wall(moment - MINUTE, zone)
    for _ in range(32 * 60):
        shown = wall(moment, zone)
        skipped = before + MINUTE
        while shown > skipped:
            if skipped.date() == day:
                later = moment + (skipped - (before + MINUTE))
                found.setdefault(skipped.time(), later)
            skipped += MINUTE
        if shown.date() == day:
            found.setdefault(shown.time(), moment)
        before = shown
        moment += MINUTE
    return found


def clock(zone: str, day: dt.date, at: dt.time) -> dt.datetime:
    """The moment (UTC) at which clocks in `zone` show `at` on that day, for the first time."""
    return minutes_of(zone, day)[at]


# What is wanted ----------------------------------------------------------------------------------


@dataclass
class Wishes:
    """What one user has set, as the oracle knows it."""

    zone: str
    lead: int = 15
    leads: dict[str, int] = field(default_factory=dict)
    digest: dt.time = dt.time(8)
    digest_only: bool = False
    quiet: tuple[dt.time, dt.time] | None = (dt.time(22), dt.time(7))
    working: list[int] = field(default_factory=lambda: [0, 1, 2, 3, 4])

    def held(self, moment: dt.datetime) -> dt.datetime:
        """`moment`, or the end of the quiet hours it falls in."""
        if self.quiet is None or self.quiet[0] == self.quiet[1]:
            return moment
        start, end = self.quiet
        today = wall(moment, self.zone).date()
        for day in (today - DAY, today):
            begins = clock(self.zone, day, start)
            ends = clock(self.zone, day if start < end else day + DAY, end)
            if begins <= moment < ends:
                return ends
        return moment

    def morning(self, day: dt.date) -> dt.datetime:
        return self.held(clock(self.zone, day, self.digest))

    def works(self, day: dt.date) -> bool:
        return not self.working or day.weekday() in self.working


@dataclass
class Told:
    """One promise: what was agreed on, what it waits for, what has gone, and its story."""

    wishes: Wishes
    mine: bool
    kind: str
    due_on: dt.date
    due_time: dt.time | None
    zone: str
    agreed_at: dt.datetime
    is_open: bool = True
    in_trash: bool = False
    # Occasion → moment (UTC).
    waiting: dict[str, dt.datetime] = field(default_factory=dict)
    gone: dict[str, dt.datetime] = field(default_factory=dict)
    # What it waited for when it ended or went to the trash.
    dropped: dict[str, dt.datetime] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.is_open and not self.in_trash

    @property
    def due(self) -> dt.datetime:
        if self.due_time is None:
            return clock(self.zone, self.due_on + DAY, dt.time(0))
        return clock(self.zone, self.due_on, self.due_time)

    # The rules, in the order in which docs/reminders.md tells them ------------------------------

    def wanted(self, *, without_digest: bool = False) -> dict[str, dt.datetime]:
        """Each occasion and its moment, as the promise and the wishes stand."""
        if not self.is_live:
            return {}
        wishes, due = self.wishes, self.due
        here = wall(due - MINUTE if self.due_time is None else due, wishes.zone).date()
        before: dict[str, dt.datetime] = {}
        if self.due_time is None:
            before = self._of_a_day(here)
        elif wishes.digest_only:
            morning = wishes.morning(here)
            if self.agreed_at < morning <= due and not without_digest:
                before["digest"] = morning
            else:
                before["due"] = due
        else:
            before["due"] = due
            lead = wishes.leads.get(self.kind, wishes.lead)
            if lead and wishes.held(due - lead * MINUTE) < due:
                before["lead"] = wishes.held(due - lead * MINUTE)
        if self.due_time is None or wishes.digest_only:
            late = self._mornings_after(here)
            first = 2 if self.mine and self.due_time is not None else 1
        else:
            at = [clock(self.zone, self.due_on + n * DAY, self.due_time) for n in LATER]
            late = [
                wishes.held(moment) for moment in [due + HOUR, *at][: None if self.mine else 2]
            ]
            first = 1
        # Of several at one moment it is the last.
        after = {
            f"overdue_{n}": moment
            for n, moment in enumerate(late, first)
            if moment not in late[n - first + 1 :]
        }
        return {**(before if self.mine else {}), **after}

    def _of_a_day(self, here: dt.date) -> dict[str, dt.datetime]:
        wishes, day = self.wishes, min(self.due_on, here)
        while not wishes.works(day) or wishes.morning(day) >= self.due:
            day -= DAY
        found = {"digest": wishes.morning(day)}
        if found["digest"] <= self.agreed_at:
            four = clock(wishes.zone, wall(self.agreed_at, wishes.zone).date(), dt.time(16))
            again = wishes.held(max(four, self.agreed_at + HOUR))
            if again < self.due:
                found["lead"] = again
        return found

    def _mornings_after(self, here: dt.date) -> list[dt.datetime]:
        found = []
        for delay in LATER if self.mine else LATER[:2]:
            day = here + delay * DAY
            while not self.wishes.works(day):
                day += DAY
            found.append(self.wishes.morning(day))
        return found

    # What a change does --------------------------------------------------------------------------

    def changed(self, now: dt.datetime, *, agreed: bool = False, is_new: bool = False) -> None:
        """Reckon anew what it waits for. `agreed`: its moment was agreed on just now."""
        if agreed:
            self.agreed_at = now
            self.gone = {}
        old, self.waiting = self.waiting, {}
        if not self.is_live:
            self.dropped = old or self.dropped
            return
        missed = any(moment <= now for moment in self.dropped.values())
        self.dropped = {}
        rows = self.wanted()
        is_over = rows.get("digest", now + DAY) <= now and self.due_time is not None
        if is_over and "digest" not in self.gone and "digest" not in old:
            # This morning's has gone without it: it has its own mail.
            rows = self.wanted(without_digest=True)
        last_gone = max(self.gone.values(), default=dt.datetime.min.replace(tzinfo=dt.UTC))
        debts = {occasion for occasion, moment in old.items() if moment <= now}
        for occasion, moment in rows.items():
            moved_here = occasion in old and not agreed and moment > last_gone
            if occasion not in self.gone and (moment > now or occasion in debts or moved_here):
                self.waiting[occasion] = moment
        # Nothing that was due is forgotten, and no moment is reached without a word.
        past = sorted((moment, occasion) for occasion, moment in rows.items() if moment <= now)
        if not past or any(moment <= max(now, self.due) for moment in self.waiting.values()):
            return
        moment, occasion = past[-1]
        unsaid = occasion not in self.gone and moment > last_gone
        alone = not is_new and self.agreed_at < moment <= now < self.due
        if unsaid and (debts or missed or alone):
            self.waiting[occasion] = moment

    def due_by(self, now: dt.datetime) -> dict[str, dt.datetime]:
        return {occasion: at for occasion, at in self.waiting.items() if at <= now}

    def go(self, now: dt.datetime) -> None:
        for occasion, moment in self.due_by(now).items():
            self.gone[occasion] = moment
            del self.waiting[occasion]


def mails_at(now: dt.datetime, of_one_user: dict[int, Told]) -> list[frozenset[int]]:
    """The mails that one user must get at `now`: the promises in each, by their id."""
    due = [
        (moment, key, occasion)
        for key, promise in of_one_user.items()
        for occasion, moment in promise.due_by(now).items()
    ]
    if any(moment <= now - LATE for moment, _key, _occasion in due):
        return [frozenset(key for _moment, key, _occasion in due)]
    mails: dict[object, set[int]] = {}
    for moment, key, occasion in due:
        is_own = of_one_user[key].due_time is not None and occasion in {"lead", "due"}
        mails.setdefault((key, occasion) if is_own else moment, set()).add(key)
    return [frozenset(keys) for keys in mails.values()]
