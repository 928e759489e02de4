"""A year of calls and promises in minutes, and every reminder in its local minute.

    python -m tests.chaos.year --seed 7 [--days 365] [--calls 500]

Time is injected: it stands still, and is moved to wherever something happens. Three people make
promises, keep, move, drop and reopen them, throw them away and take them back, change their minds
about how they want to be reminded, and travel; now and then nothing runs, for minutes or a week.
Mails go the whole real way to an SMTP server, and are compared with what an oracle
(tests/chaos/oracle.py) says must come at that moment: those, and no others. On SQLite, or on the
PostgreSQL that DATABASE_URL names (in a database of its own beside it).
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import logging
import os
import random
import re
import sys
import tempfile
import time
import zoneinfo
from collections import Counter
from collections.abc import Iterator
from typing import Any

import time_machine

from tests.chaos.habits import HOMES, Habits, Somebody
from tests.chaos.oracle import DAY, HOUR, LATE, MINUTE, Wishes, mails_at
from tests.engines.mail_server import MailServer

BEGIN = dt.datetime(2026, 1, 5, 6, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
# A tick comes so long after the moment; people do things at another second.
TICK, ACT = 5 * SECOND, 30 * SECOND
MOST_IN_A_MAIL = 50


class Wrong(AssertionError):
    """A reminder that came and should not have, or did not and should."""


class Year(Habits):
    """The whole of it; `run` raises `Wrong` with the story of the promise in question."""

    def __init__(self, seed: int, days: int, calls: int, server: MailServer, clock: Any) -> None:
        self.random = random.Random(seed)
        self.seed, self.server, self.clock = seed, server, clock
        self.now, self.end = BEGIN, BEGIN + days * DAY
        self.figures: Counter[str] = Counter()
        self.seen = len(server.mails)
        self.way = _way(server)
        self.down = self._down_times(days)
        self.people = [self._somebody(n, zone) for n, zone in enumerate(HOMES)]
        self.acts = self._acts(days, calls)

    # What is to happen, and when -----------------------------------------------------------------

    def _minute(self) -> dt.datetime:
        """Any minute of the time, at the second at which people act."""
        minutes = int((self.end - BEGIN) / MINUTE)
        return BEGIN + self.random.randrange(minutes) * MINUTE + ACT

    def _acts(self, days: int, calls: int) -> list[tuple[dt.datetime, str]]:
        often = {"call": calls, "edit": calls * 5, "settings": days // 4, "travel": days // 8}
        acts = [(self._minute(), what) for what, n in often.items() for _ in range(n)]
        # Around each clock change, promises that are due in the hours that it moves.
        day = BEGIN.date()
        for day in (BEGIN.date() + n * DAY for n in range(days)):
            for zone in HOMES:
                if _changes(zone, day):
                    acts += [
                        (_noon(day - self.random.randint(1, 3) * DAY), f"night {zone} {day}")
                    ] * 4
        return sorted(act for act in acts if act[0] > BEGIN)

    def _down_times(self, days: int) -> list[tuple[dt.datetime, dt.datetime]]:
        """When no worker runs: often for minutes, now and then for hours, sometimes for days."""
        lengths = [
            (days // 5, 40 * MINUTE),
            (days // 12, 15 * HOUR),
            (max(1, days // 90), 8 * DAY),
        ]
        found = []
        for many, longest in lengths:
            for _ in range(many):
                begin = self._minute()
                found.append((begin, begin + max(2 * MINUTE, self.random.random() * longest)))
        return sorted(found)

    def _is_down(self, moment: dt.datetime) -> bool:
        return any(begin <= moment < end for begin, end in self.down)

    # The people ----------------------------------------------------------------------------------

    def _somebody(self, number: int, zone: str) -> Somebody:
        from tests.factories import RecruiterFactory, UserFactory

        user = UserFactory(email=f"year{number}@example.org", time_zone=zone)
        return Somebody(user, Wishes(zone), RecruiterFactory.create_batch(5, owner=user))

    def run(self) -> Counter[str]:
        acts = iter([*self.acts, (self.end, "end")])
        at, what = next(acts)
        random_ticks = sorted(self._minute() + 3 * SECOND for _ in range(len(self.acts) // 5))
        ends = sorted(end for _begin, end in self.down)
        others = iter(sorted([*random_ticks, *ends]))
        other = next(others, self.end)
        while True:
            tick = max(min(self._next_due(), other), self.now + TICK)
            if at <= tick:
                self._move_to(at)
                if what == "end":
                    return self.figures
                self._act(what)
                at, what = next(acts)
                continue
            while other <= tick:
                other = next(others, self.end + DAY)
            if self._is_down(tick):
                # The first moment at which something runs again.
                over = max(end for begin, end in self.down if begin <= tick < end)
                if over >= at:
                    self._move_to(at)
                    if what == "end":
                        return self.figures
                    self._act(what)
                    at, what = next(acts)
                    continue
                tick = over
            self._move_to(tick)
            if not self._is_down(tick):
                self._tick()

    def _move_to(self, moment: dt.datetime) -> None:
        self.now = moment
        self.clock.move_to(moment)

    def _next_due(self) -> dt.datetime:
        """When the product means to send next, or when the oracle says that it must."""
        from django.db.models import Min

        from followups.models import Reminder

        moments = [
            moment
            for somebody in self.people
            for promise in somebody.promises.values()
            for moment in promise.waiting.values()
        ]
        theirs = Reminder.across_owners.waiting().aggregate(at=Min("due_utc"))["at"]
        return min([*moments, *([theirs] if theirs else []), self.end + DAY]) + TICK

    # A look at what is due -----------------------------------------------------------------------

    def _tick(self) -> None:
        from followups.delivery import dispatch_due

        dispatch_due(self.now, server=self.way)
        self.figures["ticks"] += 1
        came = self._mails_that_came()
        for somebody in self.people:
            must = Counter(mails_at(self.now, somebody.promises))
            if (did := came.get(somebody.user.email, Counter())) != must:
                self._wrong(somebody, must, did)
            for key in set().union(*must) if must else ():
                promise = somebody.promises[key]
                late = max(self.now - moment for moment in promise.due_by(self.now).values())
                said = ", ".join(promise.due_by(self.now))
                self.figures["reminders"] += len(promise.due_by(self.now))
                self.figures["after down-time"] += late > MINUTE
                promise.story.append(self._line(somebody, f"reminded: {said}"))
                promise.go(self.now)

    def _mails_that_came(self) -> dict[str, Counter[frozenset[int]]]:
        """By addressee: the promises in each mail that the server took since the last look."""
        from followups.models import Mail

        came: dict[str, Counter[frozenset[int]]] = {}
        new, self.seen = self.server.mails[self.seen :], len(self.server.mails)
        for received in new:
            self.figures["mails"] += 1
            mail = Mail.across_owners.get(message_id=received.message["Message-ID"])
            text = received.message.get_body(("plain",)).get_content()
            named = {int(pk) for pk in re.findall(r"/promises/(\d+)/\s", text)}
            inside = set(
                mail.reminders.filter(cancelled_at=None).values_list("promise", flat=True)
            )
            if mail.state != Mail.State.SENT or (
                named != inside and len(inside) <= MOST_IN_A_MAIL
            ):
                raise Wrong(f"seed {self.seed}: mail {mail.pk} names {named} and is of {inside}")
            if ("goes out late" in text) != (self.now - mail.due_utc > LATE):
                raise Wrong(
                    f"seed {self.seed}: mail {mail.pk} does not say how late it is: {text}"
                )
            to = came.setdefault(received.recipients[0], Counter())
            to[frozenset(inside)] += 1
        return came

    def _wrong(self, somebody: Somebody, must: Counter[Any], did: Counter[Any]) -> None:
        from followups.models import Reminder

        odd = set().union(*must.keys(), *did.keys()) if must or did else set()
        if all_same := (set().union(*must) if must else set()) ^ (
            set().union(*did) if did else set()
        ):
            odd = all_same
        lines = [
            f"seed {self.seed}: at {self._line(somebody, '')}",
            f"must come: {[sorted(mail) for mail in must.elements()]}",
            f"came:      {[sorted(mail) for mail in did.elements()]}",
            f"wishes: {somebody.wishes}",
        ]
        for key in sorted(odd)[:3]:
            told = somebody.promises[key]
            lines += [f"promise {key}: {told}".split(", story=")[0], *told.story]
            rows = Reminder.across_owners.filter(promise=key).order_by("pk")
            lines += [
                f"  row: {r.revision} {r.occasion} {r.due_utc:%m-%d %H:%M:%S} {r.standing}"
                for r in rows
            ][-30:]
        raise Wrong("\n".join(lines))


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC) + ACT


def _changes(zone: str, day: dt.date) -> bool:
    there = zoneinfo.ZoneInfo(zone)
    offsets = [dt.datetime.combine(day + n * DAY, dt.time(), there).utcoffset() for n in (0, 1)]
    return offsets[0] != offsets[1]


def _way(server: MailServer) -> Any:
    from crm.environment import MailServer as Way

    return Way(
        host="127.0.0.1",
        port=server.port,
        security="none",
        username="",
        password="",
        sender="wordkeeper@example.org",
    )


def simulate(*, seed: int, days: int, calls: int) -> Counter[str]:
    """Live through it, in whatever database Django is connected to; figures of what happened.

    Raises `Wrong` at the first reminder that is not as the oracle has it.
    """
    with MailServer() as server, time_machine.travel(BEGIN, tick=False) as clock:
        return Year(seed, days, calls, server, clock).run()


@contextlib.contextmanager
def _database() -> Iterator[str]:
    """A database of its own, thrown away afterwards; its engine."""
    with tempfile.TemporaryDirectory(prefix="wordkeeper-year-") as folder:
        os.environ["WORDKEEPER_DATA"] = folder
        for name in (
            "EMAIL_URL",
            "SECRET_KEY",
            "PUBLIC_URL",
            "HOST",
            "PORT",
            "DEBUG",
            "REDIS_URL",
        ):
            os.environ.pop(name, None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
        import django
        from django.conf import settings

        database = settings.DATABASES["default"]
        if database["ENGINE"].endswith("sqlite3"):
            database.setdefault("TEST", {})["NAME"] = f"{folder}/year.sqlite3"
        django.setup()
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        logging.getLogger("followups").setLevel(logging.WARNING)
        from django.db import connection

        before = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        if connection.vendor == "sqlite":
            # What a power failure would leave of it is another test's matter.
            connection.cursor().execute("PRAGMA synchronous = OFF")
        try:
            yield connection.vendor
        finally:
            connection.creation.destroy_test_db(before, verbosity=0)


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    options.add_argument("--days", type=int, default=365)
    options.add_argument("--calls", type=int, default=500)
    chosen = options.parse_args()
    print(f"seed {chosen.seed}, {chosen.days} days, {chosen.calls} calls", flush=True)
    began = time.monotonic()
    with _database() as engine:
        try:
            figures = simulate(seed=chosen.seed, days=chosen.days, calls=chosen.calls)
        except Wrong as wrong:
            print(wrong)
            return 1
    print(", ".join(f"{n} {what}" for what, n in figures.items()))
    print(f"{engine}: each in its local minute, in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
