"""A believable year of calls, of any size and the same for the same seed: nobody in it exists.

Numbers are from the ranges kept for fiction: 555-01xx in North America, and Ofcom's for drama in
the United Kingdom (https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from accounts.models import User
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Person, Phone, Recruiter
from contacts.names import fold
from desk import demo_words as words
from followups.models import Promise

BATCH = 2_000
YEAR = dt.timedelta(days=365)
# How many of what a year's calls hold, for each call.
FIRMS, RECRUITERS, OPPORTUNITIES = 1 / 25, 1 / 9, 1 / 5
PROMISED = 0.7

Progress = Callable[[int], None]


def parts(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """`rows` in lists of at most `BATCH`, so that any number needs little memory."""
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class Demo:
    """One account's data. `now` (UTC) is the end of its year."""

    def __init__(self, user: User, *, calls: int, seed: int, now: dt.datetime) -> None:
        self.user, self.count, self.now = user, calls, now
        self.random = random.Random(seed)
        self.firms: list[Firm] = []
        self.recruiters: list[Recruiter] = []
        self.numbers: dict[int, str] = {}
        self.opportunities: list[Opportunity] = []

    def make(self, progress: Progress = lambda done: None) -> None:
        """Write it all, or nothing."""
        with transaction.atomic():
            self._contacts()
            self._opportunities()
            done = 0
            for calls in parts(self._calls()):
                Call.objects.bulk_create(calls)
                promises = [self._ended_promise(call) for call in calls if call.recruiter_id]
                Promise.objects.bulk_create(promise for promise in promises if promise)
                done += len(calls)
                progress(done)
            self._open_promises()

    # Whom I know ---------------------------------------------------------------------------------

    def _contacts(self) -> None:
        pick = self.random
        taken: set[str] = set()
        firms = []
        for number in range(max(3, round(self.count * FIRMS))):
            name = f"{pick.choice(words.LAST_NAMES)} {pick.choice(words.FIRM_ENDINGS)}"
            if fold(name) in taken:
                name = f"{name} {number}"
            taken.add(fold(name))
            firms.append(
                Firm(
                    owner=self.user,
                    name=name,
                    folded_name=fold(name),
                    kind=pick.choices(Firm.Kind.values, [3, 5, 3, 1])[0],
                    aesc_member=pick.choices(Firm.Membership.values, [4, 3, 2])[0],
                    founded=pick.choice([None, pick.randint(1962, 2021)]),
                    specialties=pick.choice(words.SPECIALTIES),
                )
            )
        self.firms = Firm.objects.bulk_create(firms, BATCH)
        people = [self._named(Recruiter) for _ in range(max(4, round(self.count * RECRUITERS)))]
        for recruiter in people:
            recruiter.firm = pick.choice(self.firms)
            recruiter.title = pick.choice(words.TITLES)
            recruiter.standing = pick.choices(Recruiter.Standing.values, [5, 2, 3, 1])[0]
        self.recruiters = Recruiter.objects.bulk_create(people, BATCH)
        phones = [
            Phone(owner=self.user, recruiter=recruiter, number=self._number())
            for recruiter in self.recruiters
        ]
        Phone.objects.bulk_create(phones, BATCH)
        self.numbers = {phone.recruiter_id: phone.number for phone in phones}  # type: ignore[misc]
        known = [self._named(Person) for _ in range(min(40, max(3, self.count // 20)))]
        for person in known:
            person.position = pick.choice(words.POSITIONS)
            person.relation = pick.choice(words.RELATIONS)
        Person.objects.bulk_create(known)

    def _named(self, model: type[Any]) -> Any:
        first, last = self.random.choice(words.FIRST_NAMES), self.random.choice(words.LAST_NAMES)
        name = f"{first} {last}"
        return model(owner=self.user, name=name, folded_name=fold(name))

    def _number(self) -> str:
        pick = self.random
        form = pick.choice(["+1{area}55501{two:02}", "+44207946{four:04}", "+447700900{three:03}"])
        return form.format(
            area=pick.choice(["212", "312", "415", "617"]),
            two=pick.randrange(100),
            three=pick.randrange(1000),
            four=pick.randrange(1000),
        )

    def _opportunities(self) -> None:
        pick = self.random
        clients = Employer.objects.bulk_create(
            Employer(owner=self.user, name=name, folded_name=fold(name)) for name in words.CLIENTS
        )
        rows = []
        for _ in range(max(3, round(self.count * OPPORTUNITIES))):
            recruiter = pick.choice(self.recruiters)
            disclosure = pick.choices(Opportunity.Disclosure.values, [4, 3, 3])[0]
            withheld = disclosure == Opportunity.Disclosure.WITHHELD
            rows.append(
                Opportunity(
                    owner=self.user,
                    title=pick.choice(words.POSITIONS),
                    recruiter=recruiter,
                    firm=recruiter.firm,
                    client_disclosure=disclosure,
                    client=None if withheld else pick.choice(clients),
                    location=pick.choice(words.PLACES),
                    basis=pick.choices(Opportunity.Basis.values, [4, 4, 2])[0],
                    created_at=self.now - YEAR * pick.random(),
                )
            )
        self.opportunities = Opportunity.objects.bulk_create(rows, BATCH)

    # What was said -------------------------------------------------------------------------------

    def _calls(self) -> Iterator[Call]:
        """Calls spread over the year, in office hours, oldest first; the last one is today."""
        by_recruiter: dict[int, list[Opportunity]] = {}
        for opportunity in self.opportunities:
            by_recruiter.setdefault(opportunity.recruiter_id or 0, []).append(opportunity)
        for number in range(self.count):
            recruiter = self.random.choice(self.recruiters)
            yield self._call(recruiter, by_recruiter.get(recruiter.pk, []), number)

    def _call(self, recruiter: Recruiter, about: list[Opportunity], number: int) -> Call:
        pick = self.random
        outcome = pick.choices(Call.Outcome.values, [12, 4, 2, 1, 2])[0]
        talked = outcome == Call.Outcome.TALKED
        opportunity = pick.choice(about) if talked and about and pick.random() < 0.8 else None
        return Call(
            owner=self.user,
            recruiter=recruiter,
            firm=recruiter.firm,
            opportunity=opportunity,
            occurred_at=self._moment(number),
            duration_minutes=pick.randint(3, 45) if talked else None,
            direction=pick.choices(Call.Direction.values, [4, 1])[0],
            outcome=outcome,
            purpose=pick.choice(["assignment", "names", "market"]) if talked else "",
            found_me_through=pick.choice(words.FOUND_THROUGH) if talked else "",
            notes=pick.choice(words.NOTES if talked else words.SHORT_NOTES),
        )

    def _moment(self, number: int) -> dt.datetime:
        """A moment in office hours (UTC) for the call of this number out of `count`."""
        local = (self.now - YEAR + YEAR * (number + 1) / self.count).astimezone(self.user.zone)
        if local.weekday() > 4:
            local -= dt.timedelta(days=local.weekday() - 4)
        local = local.replace(
            hour=self.random.randint(8, 18), minute=self.random.randrange(60), second=0, fold=0
        )
        return min(local.astimezone(dt.UTC), self.now - dt.timedelta(minutes=30))

    # What is owed --------------------------------------------------------------------------------

    def _ended_promise(self, call: Call) -> Promise | None:
        """What came of the call and is over by now: mostly kept."""
        pick = self.random
        if pick.random() > PROMISED or self.now - call.occurred_at < dt.timedelta(days=9):
            return None
        promise = self._promise(call, call.occurred_at + dt.timedelta(days=pick.randint(1, 7)))
        promise.state = pick.choices(["kept", "kept_late", "released", "broken"], [30, 3, 2, 1])[0]
        late = promise.state in {Promise.State.KEPT_LATE, Promise.State.BROKEN}
        promise.ended_at = promise.due_utc + dt.timedelta(hours=pick.randint(1, 30) * (late or -1))
        promise.ended_at = max(promise.ended_at, call.occurred_at)
        if promise.state.startswith("kept"):
            promise.outcome = pick.choice(words.OUTCOMES)
        promise.revision = 1
        return promise

    def _promise(
        self, call: Call, due: dt.datetime, *, kind: str = "", mine: bool | None = None
    ) -> Promise:
        pick = self.random
        kind = kind or pick.choice(list(words.PROMISED))
        mine = pick.random() < 0.75 if mine is None else mine
        local = due.astimezone(self.user.zone)
        by_phone = {"call_back", "take_their_call"}
        timed = kind in by_phone or pick.random() < 0.2
        promise = Promise(
            owner=self.user,
            owed_by=Promise.Party.ME if mine else Promise.Party.THEM,
            kind=kind if mine else Promise.Kind.SEND_INFORMATION,
            what=pick.choice(words.PROMISED[kind] if mine else words.THEIRS),
            due_on=local.date(),
            due_time=dt.time(local.hour, pick.choice([0, 15, 30, 45])) if timed and mine else None,
            time_zone=self.user.time_zone,
            phone=self.numbers[call.recruiter_id] if kind in by_phone and mine else "",
            recruiter_id=call.recruiter_id,
            firm_id=call.firm_id,
            call=call,
            opportunity_id=call.opportunity_id,
        )
        promise.due_utc = promise.derive_due_utc()
        return promise

    def _open_promises(self) -> None:
        """A handful that are open: late, today, this week, and theirs; with their reminders."""
        recent = list(Call.objects.of(self.user).order_by("-occurred_at", "-pk")[:8])
        today = self.now.astimezone(self.user.zone)
        mine = [
            ("send_names", dt.timedelta(days=-2)),
            ("take_their_call", dt.timedelta(hours=2)),
            ("call_back", dt.timedelta(hours=5)),
            ("give_decision", dt.timedelta(days=1)),
            ("call_back", dt.timedelta(days=3)),
            ("vet_firm", dt.timedelta(days=6)),
        ]
        for call, (kind, ahead) in zip(recent, mine, strict=False):
            self._promise(call, today + ahead, kind=kind, mine=True).save()
        for call, days in zip(recent[len(mine) :], (-1, 2), strict=False):
            self._promise(call, today + dt.timedelta(days=days), mine=False).save()
