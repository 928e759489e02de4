"""What people do in the year (tests/chaos/year.py): done by the product, and told to the oracle."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.chaos.oracle import DAY, Told, Wishes, wall

if TYPE_CHECKING:
    from accounts.models import Preferences, User
    from contacts.models import Recruiter
    from followups.models import Promise

HOMES = ["Europe/London", "America/New_York", "Asia/Kolkata"]
ZONES = [
    *HOMES,
    *("Asia/Tokyo", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Cairo"),
    *("America/Los_Angeles", "America/Sao_Paulo", "America/Santiago", "Asia/Kathmandu"),
    *("Europe/Paris", "Pacific/Auckland", "Pacific/Chatham"),
]


@dataclass
class Somebody:
    user: User
    wishes: Wishes
    recruiters: list[Recruiter]
    promises: dict[int, Told] = field(default_factory=dict)


class Habits:
    """Calls, edits, settings and journeys, each at `now`, as `random` has it."""

    random: random.Random
    now: dt.datetime
    people: list[Somebody]
    figures: Counter[str]

    def _line(self, somebody: Somebody, words: str) -> str:
        here = wall(self.now, somebody.wishes.zone)
        return f"{self.now:%Y-%m-%d %H:%M:%S} ({here:%a %d %H:%M} {somebody.wishes.zone}) {words}"

    # What people do ------------------------------------------------------------------------------

    def _act(self, what: str) -> None:
        somebody = self.random.choice(self.people)
        match what.split():
            case ["call"]:
                self._call(somebody)
            case ["edit"]:
                self._edit(somebody)
            case ["settings"]:
                self._settle(somebody)
            case ["travel"]:
                self._settle(somebody, travel=True)
            case ["night", zone, day]:
                at = dt.time(self.random.randrange(4), self.random.randrange(60))
                self._promise(somebody, dt.date.fromisoformat(day), at, zone)
        self.figures[what.split()[0]] += 1

    def _call(self, somebody: Somebody) -> None:
        from tests.factories import CallFactory

        recruiter = self.random.choice(somebody.recruiters)
        call = CallFactory(owner=somebody.user, recruiter=recruiter, occurred_at=self.now)
        for _ in range(self.random.choice([1, 1, 2])):
            on, at, zone = self._moment(somebody)
            self._promise(somebody, on, at, zone, call=call, recruiter=recruiter)

    def _moment(self, somebody: Somebody) -> tuple[dt.date, dt.time | None, str]:
        """A day and perhaps a time, mostly to come, mostly where the user is."""
        zone = somebody.wishes.zone
        if self.random.random() < 0.2:
            zone = self.random.choice(ZONES)
        days = self.random.choice([-1, 0, 0, 1, 1, 2, 3, 5, 8])
        on = wall(self.now, zone).date() + days * DAY
        at = dt.time(self.random.randrange(24), self.random.choice([0, 15, 30, 45, 7]))
        return on, self.random.choice([None, at, at]), zone

    def _promise(
        self, somebody: Somebody, on: dt.date, at: dt.time | None, zone: str, **links: Any
    ) -> None:
        from followups.models import Promise

        promise = Promise(
            owner=somebody.user,
            owed_by=self.random.choice(["me", "me", "me", "them"]),
            kind=self.random.choice(Promise.Kind.values),
            due_on=on,
            due_time=at,
            time_zone=zone,
            **{"recruiter": somebody.recruiters[0], **links},
        )
        promise.save()
        told = Told(somebody.wishes, promise.owed_by == "me", promise.kind, on, at, zone, self.now)
        told.changed(self.now, agreed=True, is_new=True)
        told.story.append(self._line(somebody, f"made: {promise.owed_by} {on} {at} {zone}"))
        somebody.promises[promise.pk] = told
        self.figures["promises"] += 1

    def _edit(self, somebody: Somebody) -> None:
        from followups.models import Promise

        recent = list(somebody.promises)[-25:]
        if not recent:
            return
        key = self.random.choice(recent)
        told = somebody.promises[key]
        promise = Promise.across_owners.get(pk=key)
        if told.in_trash:
            verb = "restore"
        elif not told.is_open:
            verb = self.random.choice(["reopen", "reopen", "words", "trash"])
        else:
            # Endings are rarer than changes of mind, so that promises get late, too.
            verbs = [
                "keep",
                "release",
                "mark_broken",
                "snooze",
                "snooze",
                "words",
                "kind",
                "trash",
            ]
            verb = self.random.choice(verbs)
        agreed = self._do(verb, promise, told, somebody)
        told.story.append(
            self._line(somebody, f"{verb}: {told.due_on} {told.due_time} {told.zone}")
        )
        told.changed(self.now, agreed=agreed)
        self.figures[verb] += 1

    def _do(self, verb: str, promise: Promise, told: Told, somebody: Somebody) -> bool:
        """Do it, to both; whether its moment was agreed on anew."""
        match verb:
            case "keep" | "release" | "mark_broken":
                getattr(promise, verb)("said so")
                told.is_open = False
            case "reopen":
                promise.reopen()
                told.is_open = True
                return True
            case "trash" | "restore":
                getattr(promise, verb)()
                told.in_trash = verb == "trash"
            case "snooze":
                before = told.due
                told.due_on, told.due_time, told.zone = self._moment(somebody)
                promise.snooze(due_on=told.due_on, due_time=told.due_time, time_zone=told.zone)
                return told.due != before
            case "kind":
                promise.kind = told.kind = self.random.choice(type(promise).Kind.values)
                promise.save()
            case "words":
                promise.what = f"as said at {self.now:%H:%M}"
                promise.save()
        return False

    def _settle(self, somebody: Somebody, *, travel: bool = False) -> None:
        """Other wishes, or another place: saved and told as the settings do it."""
        from django.db import transaction

        from accounts.models import Preferences, User
        from accounts.signals import preferences_changed

        wishes, user = somebody.wishes, somebody.user
        preferences = Preferences.objects.of(user).get()
        name = "time_zone" if travel else self._wish(wishes, preferences)
        with transaction.atomic():
            if travel:
                home = HOMES[self.people.index(somebody)]
                wishes.zone = self.random.choice([home, self.random.choice(ZONES)])
                User.objects.filter(pk=user.pk).update(time_zone=wishes.zone)
                user.time_zone = wishes.zone
            preferences.save()
            preferences_changed.send(Preferences, preferences=preferences, changed=[name])
        for told in somebody.promises.values():
            if told.is_live:
                told.story.append(self._line(somebody, f"{name}: {wishes}"))
                told.changed(self.now)

    def _wish(self, wishes: Wishes, preferences: Preferences) -> str:
        pick = self.random
        name = pick.choice(
            [
                "digest_time",
                "digest_only",
                "quiet_from",
                "working_days",
                "lead_minutes",
                "lead_by_kind",
            ]
        )
        match name:
            case "digest_time":
                wishes.digest = dt.time(
                    pick.choice([0, 1, 5, 6, 7, 8, 9, 12, 23]), pick.choice([0, 30])
                )
                preferences.digest_time = wishes.digest
            case "digest_only":
                preferences.digest_only = wishes.digest_only = not wishes.digest_only
            case "quiet_from":
                hours = [(22, 7), (23, 6), (0, 6), (12, 14), (1, 2), (20, 9), (3, 3), (9, 8)]
                some = [(dt.time(a, 30 if a == 1 else 0), dt.time(b, 30)) for a, b in hours]
                wishes.quiet = pick.choice([None, *some])
                preferences.quiet_from, preferences.quiet_until = wishes.quiet or (None, None)
            case "working_days":
                wishes.working = pick.choice(
                    [[0, 1, 2, 3, 4], [6, 0, 1, 2, 3], [2], [], list(range(7))]
                )
                preferences.working_days = wishes.working
            case "lead_minutes":
                wishes.lead = preferences.lead_minutes = pick.choice([0, 5, 15, 15, 60, 1440])
            case "lead_by_kind":
                kinds = {"send_names": 1440, "call_back": 5, "take_their_call": 0, "vet_firm": 120}
                chosen = pick.sample(sorted(kinds), pick.randrange(4))
                wishes.leads = preferences.lead_by_kind = {kind: kinds[kind] for kind in chosen}
        return name
