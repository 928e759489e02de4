"""The user's own clock: what time it is there, and what they mean by words for times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.utils import timezone

from accounts.models import Preferences, User
from desk import chips
from desk.chips import Chip
from followups import due


@dataclass(frozen=True)
class Clock:
    """`now` is aware, in the user's zone; `times` says what “lunch” and “evening” are."""

    now: dt.datetime
    times: Mapping[str, dt.time]
    locale: str
    working_days: list[int]

    @classmethod
    def of(cls, user: User) -> Self:
        preferences = Preferences.objects.of(user).first() or Preferences(owner=user)
        return cls(
            now=timezone.now().astimezone(user.zone),
            times=preferences.times,
            locale=user.locale,
            working_days=preferences.working_days,
        )

    def read(self, words: str) -> tuple[dt.date, dt.time | None]:
        """The local day and time that plain words mean; raises `due.UnclearDue`."""
        zone = self.now.tzinfo
        found = due.read(
            words,
            now=self.now,
            zone=zone,  # type: ignore[arg-type]
            locale=self.locale,
            times=self.times,
        )
        return found.due_on, found.due_time

    @property
    def due_chips(self) -> list[Chip]:
        return chips.due_chips(self.now, self.times)

    @property
    def callback_chips(self) -> list[Chip]:
        return chips.callback_chips(self.now, self.times)

    @property
    def next_working_day(self) -> dt.date:
        return chips.next_working_day(self.now.date(), self.working_days)

    @property
    def in_a_week(self) -> dt.date:
        return self.now.date() + dt.timedelta(days=7)
