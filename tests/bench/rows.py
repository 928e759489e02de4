"""The rows that the figures are measured on: invented, the same for the same seed.

`manage.py demo` makes a year that reads well. This makes many rows in little time, through
`bulk_create`; no promise has reminders, because nothing here sends any.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from accounts.models import User
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Phone, Recruiter
from contacts.names import fold
from desk import demo_words as words
from followups.models import Promise

BATCH = 2_000
YEARS = 10
# A user's rows for each call of theirs: 5,000 recruiters, 1,000 firms at 100,000 calls.
RECRUITERS, FIRMS, OPPORTUNITIES, PROMISES = 0.05, 0.01, 0.05, 0.3
# Promises that are open at once do not become more with the years.
OPEN_PROMISES = 60
# The beginnings of numbers, and how many digits follow.
REGIONS = [("+4420", 8), ("+44161", 7), ("+1212", 7), ("+1415", 7), ("+4930", 8), ("+4144", 7)]


@dataclass
class Account:
    """One user's rows."""

    user: User
    calls: int
    dice: random.Random
    now: dt.datetime  # UTC; the last call is a little before

    def make(self) -> None:
        self.firms = self._bulk(Firm, self._firms())
        self.recruiters = self._bulk(Recruiter, self._recruiters())
        self._bulk(Phone, self._phones())
        self.clients = self._bulk(Employer, self._clients())
        self.opportunities = self._bulk(Opportunity, self._opportunities())
        self.latest: deque[Call] = deque(maxlen=500)
        self._bulk(Call, self._calls(), keep=False)
        self._bulk(Promise, self._promises(), keep=False)

    def _bulk(self, model: Any, rows: Iterator[Any], *, keep: bool = True) -> list[Any]:
        """Write `rows` in parts, so that any number needs little memory."""
        kept: list[Any] = []
        for part in batched(rows, BATCH):
            made = model.objects.bulk_create(part)
            if keep:
                kept += made
        return kept

    def _count(self, share: float) -> int:
        return max(3, int(self.calls * share))

    def _some(self, rows: list[Any]) -> Any:
        """One of `rows`; the first ones far more often, as one speaks with few people a lot."""
        return rows[int(len(rows) * self.dice.random() ** 3)]

    def _firms(self) -> Iterator[Firm]:
        for number in range(self._count(FIRMS)):
            word = self.dice.choice(words.LAST_NAMES)
            ending = self.dice.choice(words.FIRM_ENDINGS)
            name = f"{word} {ending} {number}"
            yield Firm(owner=self.user, name=name, folded_name=fold(name))

    def _recruiters(self) -> Iterator[Recruiter]:
        for _number in range(self._count(RECRUITERS)):
            first, last = self.dice.choice(words.FIRST_NAMES), self.dice.choice(words.LAST_NAMES)
            name = f"{first} {last}"
            firm = self._some(self.firms) if self.dice.random() < 0.9 else None
            yield Recruiter(owner=self.user, name=name, folded_name=fold(name), firm=firm)

    def _phones(self) -> Iterator[Phone]:
        for recruiter in self.recruiters:
            for _number in range(self.dice.choice([1, 1, 1, 2])):
                begins, digits = self.dice.choice(REGIONS)
                number = f"{begins}{self.dice.randrange(2 * 10 ** (digits - 1), 10**digits)}"
                yield Phone(owner=self.user, recruiter=recruiter, number=number)

    def _clients(self) -> Iterator[Employer]:
        for number in range(self._count(FIRMS)):
            name = f"{self.dice.choice(words.CLIENTS)} {number}"
            yield Employer(owner=self.user, name=name, folded_name=fold(name))

    def _opportunities(self) -> Iterator[Opportunity]:
        for _number in range(self._count(OPPORTUNITIES)):
            recruiter = self._some(self.recruiters)
            named = self.dice.random() < 0.6
            yield Opportunity(
                owner=self.user,
                title=self.dice.choice(words.POSITIONS),
                recruiter=recruiter,
                firm=recruiter.firm,
                client=self.dice.choice(self.clients) if named else None,
                client_disclosure="named" if named else "withheld",
                created_at=self._moment(),
            )

    def _moment(self) -> dt.datetime:
        return self.now - dt.timedelta(minutes=self.dice.randrange(5, YEARS * 365 * 24 * 60))

    def _calls(self) -> Iterator[Call]:
        for _number in range(self.calls):
            recruiter = self._some(self.recruiters)
            position = self._some(self.opportunities) if self.dice.random() < 0.3 else None
            call = Call(
                owner=self.user,
                recruiter=recruiter,
                firm=recruiter.firm,
                opportunity=position,
                occurred_at=self._moment(),
                outcome=self.dice.choice(["talked", "talked", "bad_time", "voicemail"]),
                notes=self.dice.choice(words.NOTES),
            )
            self.latest.append(call)
            yield call

    def _promises(self) -> Iterator[Promise]:
        for number in range(self._count(PROMISES)):
            call = self.dice.choice(self.latest)
            recruiter = self._some(self.recruiters)
            is_open = number < min(OPEN_PROMISES, self._count(PROMISES) // 2)
            due = (
                self.now + dt.timedelta(days=self.dice.randrange(-3, 20))
                if is_open
                else self._moment()
            )
            state = (
                "open" if is_open else self.dice.choice(["kept", "kept", "kept_late", "broken"])
            )
            yield Promise(
                owner=self.user,
                owed_by=self.dice.choice(["me", "me", "them"]),
                kind="call_back",
                what=self.dice.choice(["", "Two names for the interim role"]),
                due_on=due.date(),
                time_zone=self.user.time_zone,
                due_utc=due,
                recruiter=recruiter,
                firm=recruiter.firm,
                call=call,
                state=state,
                ended_at=None if is_open else due,
                revision=1,
            )


def make_user(email: str) -> User:
    user: User = User.objects.create_user(email=email, password=None, time_zone="Europe/London")
    return user


def make(*, calls: int, others: int, seed: int, now: dt.datetime) -> Account:
    """One account with `calls` calls, beside ten that share `others` calls between them."""
    dice = random.Random(seed)
    for number in range(10):
        Account(make_user(f"other{number}@example.org"), others // 10, dice, now).make()
    account = Account(make_user("bench@example.org"), calls, dice, now)
    account.make()
    return account
