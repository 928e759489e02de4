"""A believable year of calls, of any size and the same for the same seed: nobody in it exists.

Numbers are from the ranges kept for fiction: 555-01xx in North America, and Ofcom's for drama in
the United Kingdom (https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama).
Addresses end in example.net (RFC 2606).
"""

from __future__ import annotations

import bisect
import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import transaction

from accounts.models import Kit, Preferences, User
from accounts.owned import OwnedModel
from calls.models import Call, Disclosure, Opportunity, Referral, Submission
from contacts.models import (
    Email,
    Employer,
    Employment,
    Firm,
    OffLimits,
    Person,
    Phone,
    Recruiter,
)
from contacts.names import fold
from desk import demo_words as words
from desk.demo_dossier import Dossier
from followups.models import Promise

BATCH = 2_000
YEAR = dt.timedelta(days=365)
DAY = dt.timedelta(days=1)
# How many of what a year's calls hold, for each call.
FIRMS, RECRUITERS, OPPORTUNITIES = 1 / 25, 1 / 9, 1 / 5
PROMISED = 0.7
# What was promised in the last days may still be open; what is older has ended.
SETTLED_AFTER = dt.timedelta(days=12)
# How long one speaks of an opportunity.
SPOKEN_OF = dt.timedelta(days=60)
# Keys made of names: no browser makes such, so that the demo knows its own calls.
KEYS = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.wordkeeper.example")

Progress = Callable[[int], None]


class InUse(Exception):
    """The account holds what somebody typed; demo data never goes there."""


def clear(user: User) -> None:
    """Take out what an earlier demo made; the preferences stay, the kit is written over.

    Raises `InUse` when `user` has anything that the demo did not make.
    """
    rows: list[Any] = [
        model
        for model in apps.get_models()
        if issubclass(model, OwnedModel) and model not in {Preferences, Kit}
    ]
    is_empty = not any(model.across_owners.filter(owner=user).exists() for model in rows)
    if is_empty and Kit.of(user).is_empty:
        return
    keys = Call.across_owners.filter(owner=user).values_list("client_key", flat=True)
    if {key.version for key in keys.iterator()} != {5}:
        raise InUse(user.email)
    # What names another row goes before it.
    first = (Submission, Disclosure, Referral, OffLimits, Employment)
    for model in (*first, Promise, Call, Opportunity, Recruiter, *rows):
        model.across_owners.filter(owner=user).delete()


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


def began(opportunity: Opportunity) -> dt.datetime:
    return opportunity.created_at


class Demo:
    """One account's data. `now` (UTC) is the end of its year."""

    def __init__(self, user: User, *, calls: int, seed: int, now: dt.datetime) -> None:
        self.user, self.count = user, calls
        self.seed, self.random = seed, random.Random(seed)
        self.now = now.replace(minute=0, second=0, microsecond=0)
        self.today = self.now.astimezone(user.zone).date()
        self.firms: list[Firm] = []
        self.recruiters: list[Recruiter] = []
        # Whoever changed firms in that year: where they were before, and until when.
        self.before: dict[int, tuple[Firm, dt.datetime]] = {}
        self.numbers: dict[int, str] = {}
        self.opportunities: list[Opportunity] = []  # oldest first

    def make(self, progress: Progress = lambda done: None) -> None:
        """Write it all, or nothing. Raises `InUse` when the account holds anything else."""
        with transaction.atomic():
            clear(self.user)
            self._kit()
            self._firms()
            self._recruiters()
            self._people()
            self._opportunities()
            done = 0
            recent: list[Call] = []
            for calls in parts(self._calls()):
                Call.objects.bulk_create(calls)
                promises = [self._ended_promise(call) for call in calls]
                Promise.objects.bulk_create(promise for promise in promises if promise)
                recent = [*recent, *calls][-100:]
                done += len(calls)
                progress(done)
            self._open_promises(recent[::-1])
            Dossier(self).make(recent[::-1])

    # What I keep ready ---------------------------------------------------------------------------

    def _kit(self) -> None:
        kit = Kit.of(self.user)
        for name, value in words.KIT.items():
            setattr(kit, name, value)
        kit.save()

    # Whom I know ---------------------------------------------------------------------------------

    def _firms(self) -> None:
        pick = self.random
        names: dict[str, str] = {}
        while len(names) < max(3, round(self.count * FIRMS)):
            name = f"{pick.choice(words.LAST_NAMES)} {pick.choice(words.FIRM_ENDINGS)}"
            if fold(name) in names:
                name = f"{pick.choice(words.LAST_NAMES)}, {name}"
            names.setdefault(fold(name), name)
        self.firms = Firm.objects.bulk_create(
            (
                Firm(
                    owner=self.user,
                    name=name,
                    folded_name=folded,
                    kind=pick.choices(Firm.Kind.values, [3, 5, 3, 1])[0],
                    aesc_member=pick.choices(Firm.Membership.values, [4, 3, 2])[0],
                    founded=pick.choice([None, pick.randint(1962, 2021)]),
                    switchboard=pick.choice(["", self._number()]),
                    specialties=pick.choice(words.SPECIALTIES),
                    past_clients=pick.choice(["", pick.choice(words.CLIENTS)]),
                    notes=pick.choices(["", pick.choice(words.FIRM_NOTES)], [2, 1])[0],
                    created_at=self._day_in_the_year(),
                )
                for folded, name in names.items()
            ),
            BATCH,
        )

    def _recruiters(self) -> None:
        pick = self.random
        people = []
        for _ in range(max(4, round(self.count * RECRUITERS))):
            recruiter = self._named(Recruiter)
            recruiter.firm = self._often(self.firms)
            recruiter.title = pick.choice(words.TITLES)
            recruiter.standing = pick.choices(Recruiter.Standing.values, [5, 2, 3, 1])[0]
            recruiter.time_zone = pick.choices(["", pick.choice(words.ZONES)], [3, 1])[0]
            recruiter.best_times = pick.choices(["", pick.choice(words.TIMES)], [3, 1])[0]
            recruiter.notes = pick.choices(["", pick.choice(words.RECRUITER_NOTES)], [2, 1])[0]
            people.append(recruiter)
        self.recruiters = Recruiter.objects.bulk_create(people, BATCH)
        for recruiter in self.recruiters:
            if pick.random() < 0.1:
                moved_on = self.now - YEAR * pick.uniform(0.2, 0.8)
                self.before[recruiter.pk] = (self._often(self.firms), moved_on)
        phones = [
            Phone(owner=self.user, recruiter=recruiter, number=self._number())
            for recruiter in self.recruiters
        ]
        Phone.objects.bulk_create(phones, BATCH)
        self.numbers = {phone.recruiter_id: phone.number for phone in phones}  # type: ignore[misc]
        Email.objects.bulk_create(
            (
                Email(owner=self.user, recruiter=recruiter, address=self._address(recruiter))
                for recruiter in self.recruiters
                if pick.random() < 0.4
            ),
            BATCH,
        )

    def _people(self) -> None:
        pick = self.random
        known = [self._named(Person) for _ in range(min(40, max(3, self.count // 20)))]
        for person in known:
            person.position = pick.choice(words.POSITIONS)
            person.relation = pick.choice(words.RELATIONS)
        Person.objects.bulk_create(known)

    def _named(self, model: type[Any]) -> Any:
        first, last = self.random.choice(words.FIRST_NAMES), self.random.choice(words.LAST_NAMES)
        name = f"{first} {last}"
        created_at = self._day_in_the_year()
        return model(owner=self.user, name=name, folded_name=fold(name), created_at=created_at)

    def _often(self, rows: list[Any]) -> Any:
        """One of `rows`; a few of them come up often and most hardly ever, as in life."""
        return rows[int(len(rows) * self.random.random() ** 2.5)]

    def _number(self) -> str:
        pick = self.random
        form = pick.choice(["+1{area}55501{two:02}", "+44207946{four:04}", "+447700900{three:03}"])
        return form.format(
            area=pick.choice(["212", "312", "415", "617"]),
            two=pick.randrange(100),
            three=pick.randrange(1000),
            four=pick.randrange(1000),
        )

    @staticmethod
    def _address(recruiter: Recruiter) -> str:
        words_of_it = fold(recruiter.name).encode("ascii", "ignore").decode().split()
        return f"{'.'.join(words_of_it)}@example.net"

    def _day_in_the_year(self) -> dt.datetime:
        return self.now - YEAR * self.random.random()

    # What was said -------------------------------------------------------------------------------

    def _opportunities(self) -> None:
        pick = self.random
        clients = Employer.objects.bulk_create(
            Employer(owner=self.user, name=name, folded_name=fold(name)) for name in words.CLIENTS
        )
        rows = []
        for _ in range(max(3, round(self.count * OPPORTUNITIES))):
            recruiter = self._often(self.recruiters)
            created_at = self._day_in_the_year()
            disclosure = pick.choices(Opportunity.Disclosure.values, [4, 3, 3])[0]
            withheld = disclosure == Opportunity.Disclosure.WITHHELD
            rows.append(
                Opportunity(
                    owner=self.user,
                    title=pick.choice(words.POSITIONS),
                    recruiter=recruiter,
                    firm=self._firm_of(recruiter, created_at),
                    client_disclosure=disclosure,
                    client=None if withheld else pick.choice(clients),
                    location=pick.choice(words.PLACES),
                    basis=pick.choices(Opportunity.Basis.values, [4, 4, 2])[0],
                    created_at=created_at,
                )
            )
        rows.sort(key=began)
        self.opportunities = Opportunity.objects.bulk_create(rows, BATCH)

    def _firm_of(self, recruiter: Recruiter, day: dt.datetime) -> Firm | None:
        """The firm for which `recruiter` spoke on that day."""
        firm, until = self.before.get(recruiter.pk, (recruiter.firm, self.now))
        return firm if day < until else recruiter.firm

    def _calls(self) -> Iterator[Call]:
        """Calls spread over the year, in office hours, oldest first; the last one is today's."""
        for number in range(self.count):
            yield self._call(self._moment(number), number)

    def _spoken_of(self, moment: dt.datetime) -> Opportunity | None:
        """One of the opportunities of the weeks before `moment`, if there is any."""
        first = bisect.bisect_left(self.opportunities, moment - SPOKEN_OF, key=began)
        after = bisect.bisect_right(self.opportunities, moment, key=began)
        return self.opportunities[self.random.randrange(first, after)] if first < after else None

    def _call(self, moment: dt.datetime, number: int) -> Call:
        pick = self.random
        outcome = pick.choices(Call.Outcome.values, [12, 4, 2, 1, 2])[0]
        talked = outcome == Call.Outcome.TALKED
        opportunity = self._spoken_of(moment) if talked and pick.random() < 0.6 else None
        recruiter = opportunity.recruiter if opportunity else None
        recruiter = recruiter or self._often(self.recruiters)
        return Call(
            owner=self.user,
            recruiter=recruiter,
            firm=self._firm_of(recruiter, moment),
            opportunity=opportunity,
            occurred_at=moment,
            created_at=moment,
            duration_minutes=pick.randint(3, 45) if talked else None,
            direction=pick.choices(Call.Direction.values, [4, 1])[0],
            channel=pick.choices(Call.Channel.values, [20, 3, 1, 1, 1])[0] if talked else "phone",
            outcome=outcome,
            purpose=pick.choices(Call.Purpose.values, [1, 8, 4, 2, 1, 1, 2])[0] if talked else "",
            found_me_through=pick.choice(words.FOUND_THROUGH) if talked else "",
            notes=pick.choice(words.NOTES if talked else words.SHORT_NOTES),
            client_key=uuid.uuid5(KEYS, f"{self.seed} {number}"),
        )

    def _moment(self, number: int) -> dt.datetime:
        """A moment in office hours, before now (UTC), for the call of this number of `count`."""
        share = YEAR * (number + self.random.random()) / self.count
        local = (self.now - YEAR + share).astimezone(self.user.zone)
        local = local.replace(
            hour=self.random.randint(8, 18), minute=self.random.randrange(60), fold=0
        )
        while local.weekday() > 4 or local > self.now:
            local -= DAY
        return local.astimezone(dt.UTC).replace(second=0, microsecond=0)

    # What is owed --------------------------------------------------------------------------------

    def _ended_promise(self, call: Call) -> Promise | None:
        """What came of the call and is over by now: mostly kept."""
        pick = self.random
        if pick.random() > PROMISED or self.now - call.occurred_at < SETTLED_AFTER:
            return None
        due = call.occurred_at.astimezone(self.user.zone) + DAY * pick.randint(1, 7)
        while due.weekday() > 4:
            due += DAY
        promise = self._promise(call, due)
        mine = promise.owed_by == Promise.Party.ME
        ends = ["kept", "kept_late", "released", "broken", "no_show"]
        promise.state = pick.choices(ends, [30, 3, 2, 1, 0 if mine else 4])[0]
        if promise.state in {Promise.State.KEPT, Promise.State.RELEASED}:
            ended_at = promise.due_utc - dt.timedelta(hours=pick.randint(1, 40))
            promise.ended_at = max(ended_at, call.occurred_at + dt.timedelta(minutes=30))
        else:
            promise.ended_at = promise.due_utc + dt.timedelta(hours=pick.randint(1, 30))
        if promise.state in {Promise.State.KEPT, Promise.State.KEPT_LATE}:
            promise.outcome = pick.choice(words.OUTCOMES)
        promise.created_at = promise.agreed_at = call.occurred_at
        promise.revision = 1
        return promise

    def _promise(
        self, call: Call, due: dt.datetime, *, kind: str = "", mine: bool | None = None
    ) -> Promise:
        """A promise made in `call`, due at the local `due` or by the end of that day."""
        pick = self.random
        mine = pick.random() < 0.75 if mine is None else mine
        kind = kind or pick.choice(list(words.PROMISED if mine else words.THEIRS))
        by_phone = kind in {"call_back", "take_their_call"}
        promise = Promise(
            owner=self.user,
            owed_by=Promise.Party.ME if mine else Promise.Party.THEM,
            kind=kind,
            what=pick.choice((words.PROMISED if mine else words.THEIRS)[kind]),
            how_many=2 if kind == "send_names" else None,
            due_on=due.date(),
            due_time=dt.time(due.hour, pick.choice([0, 15, 30, 45])) if by_phone else None,
            time_zone=self.user.time_zone,
            phone=self.numbers[call.recruiter_id] if by_phone and mine else "",
            recruiter_id=call.recruiter_id,
            firm_id=call.firm_id,
            call=call,
            opportunity_id=call.opportunity_id,
        )
        promise.due_utc = promise.derive_due_utc()
        return promise

    def _open_promises(self, recent: list[Call]) -> None:
        """What is open: late, today, this week, theirs; each planned with its reminders.

        Day by day a handful, so that the first screen is full and not crowded.
        """
        mine = [
            ("send_names", -2),
            ("call_back", 0),
            ("send_resume", 0),
            ("give_decision", 1),
            ("call_back", 3),
            ("vet_firm", 6),
            ("take_their_call", 8),
        ]
        theirs = [("send_information", -1), ("call_back", 2), ("give_decision", 5)]
        rows = [(kind, days, True) for kind, days in mine]
        rows += [(kind, days, False) for kind, days in theirs]
        for number, (kind, days, is_mine) in enumerate(rows):
            call = recent[number % len(recent)]
            due = self._open_until(days)
            promise = self._promise(call, due, kind=kind, mine=is_mine)
            promise.save()
            if (kind, days) == ("give_decision", 1):  # it had been promised for an earlier day
                later = self._open_until(4).date()
                promise.snooze(due_on=later, due_time=None, time_zone=self.user.time_zone)

    def _open_until(self, days: int) -> dt.datetime:
        """A moment so many days from today (local): today's is still to come, while it can be."""
        now = self.now.astimezone(self.user.zone)
        hour = min(now.hour + 2, 23) if days == 0 else self.random.randint(9, 17)
        return (now + DAY * days).replace(hour=hour, fold=0)
