"""Calls of a telephone's log, matched by number to the recruiters who have it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import phones
from accounts.models import User
from calls.models import Call
from contacts.models import Firm, Phone, Recruiter
from desk.importing.cleaned import line_of
from desk.importing.entries import Direction, LoggedCall, Unreadable
from desk.importing.matching import NotClear, unreadable
from desk.importing.numbers import numbers_of
from desk.importing.run import ImportRow, ImportRun

Verdict = ImportRow.Verdict
# A name for all calls of all logs: with it the same file, another day, means the same calls.
LOGGED = uuid.UUID("5b0c2d7e-5a1b-4a67-9a5e-0f2f3f1f7f10")
# As of a clock that is a little ahead (calls.models.call).
AHEAD = dt.timedelta(hours=1)
LONGEST = 24 * 60


def key_of(owner: User, number: str, moment: dt.datetime) -> uuid.UUID:
    """What a logged call is known by for good, also in the trash. `moment` is UTC."""
    return uuid.uuid5(LOGGED, f"{owner.pk} {number} {moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}")


@dataclass
class CallMatcher:
    """Judges the calls of one log, part by part."""

    owner: User
    seen: set[uuid.UUID] = field(default_factory=set)

    def judge(self, run: ImportRun, entries: Iterable[LoggedCall | Unreadable]) -> list[ImportRow]:
        rows: list[tuple[ImportRow, LoggedCall | None, str]] = []
        for entry in entries:
            row = ImportRow(owner_id=run.owner_id, run=run, at=entry.at)
            if isinstance(entry, Unreadable):
                rows.append((unreadable(row, entry.text, entry.why), None, ""))
                continue
            row.what = ImportRow.What.CALL
            # Of two that are called at once neither is more theirs.
            numbers, _is_more = numbers_of(entry.number, self.owner.phone_region)
            number = numbers[0] if len(numbers) == 1 else ""
            # Of nobody known the number itself is the name.
            shown = phones.display(number) if number else line_of(entry.number)
            row.name, row.hint = line_of(entry.name) or shown, shown
            rows.append((row, entry, number))
        callers = Callers.of(self.owner, {number for _row, _one, number in rows if number})
        keys = {
            row.at: key_of(self.owner, number, one.moment)
            for row, one, number in rows
            if one is not None
        }
        there = self._there(keys.values())
        for row, one, number in rows:
            if one is not None:
                self._judge(row, one, number, callers, keys[row.at], there)
        self._same_minute([row for row, _one, _n in rows if row.verdict == Verdict.NEW])
        return [row for row, _one, _number in rows]

    def _there(self, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, bool]:
        """Whether a call of this key is in the trash; none: there is no such call."""
        rows = Call.across_owners.filter(owner=self.owner, client_key__in=list(keys))
        return {key: at is not None for key, at in rows.values_list("client_key", "trashed_at")}

    def _judge(
        self,
        row: ImportRow,
        one: LoggedCall,
        number: str,
        callers: Callers,
        key: uuid.UUID,
        there: dict[uuid.UUID, bool],
    ) -> None:
        row.data = {"moment": one.moment.astimezone(dt.UTC).isoformat(), **_said(one)}
        if one.moment > timezone.now() + AHEAD:
            row.verdict, row.why = Verdict.UNREADABLE, _("Its day is in the future.")
            return
        if not number:
            row.verdict, row.why = Verdict.UNCLEAR, _("There is no number to know them by.")
            return
        try:
            recruiter = callers.who_has(number)
        except NotClear as error:
            row.verdict, row.why = Verdict.UNCLEAR, str(error)[:500]
            return
        row.name, row.target = recruiter.name, recruiter.pk
        row.target_version = None  # whatever else is changed in them, it is their call
        row.data |= {"key": str(key), "firm_id": recruiter.firm_id}
        row.verdict = Verdict.NEW
        if key in there:
            row.verdict = Verdict.SAME
            row.why = _("You have thrown this call away.") if there[key] else ""
        elif key in self.seen:
            row.verdict, row.why = Verdict.SAME, _("It stands in this file twice.")
        self.seen.add(key)

    def _same_minute(self, rows: list[ImportRow]) -> None:
        """Calls that were logged by hand: with the same recruiter, in the same minute."""
        if not rows:
            return
        moments = [dt.datetime.fromisoformat(row.data["moment"]) for row in rows]
        minute = dt.timedelta(minutes=1)
        known = Call.objects.of(self.owner).filter(
            recruiter__in={row.target for row in rows},
            occurred_at__gte=min(moments) - minute,
            occurred_at__lte=max(moments) + minute,
        )
        pairs = known.values_list("recruiter", "occurred_at")
        taken = {(pk, at.replace(second=0, microsecond=0)) for pk, at in pairs}
        for row, moment in zip(rows, moments, strict=True):
            if (row.target, moment.replace(second=0, microsecond=0)) in taken:
                row.verdict, row.why = Verdict.SAME, _("You have logged it yourself.")


def _said(one: LoggedCall) -> dict[str, Any]:
    outgoing = one.direction is Direction.OUTGOING
    if one.is_voicemail:
        outcome = Call.Outcome.VOICEMAIL
    elif one.was_missed or one.seconds <= 0:
        outcome = Call.Outcome.MISSED
    else:
        outcome = Call.Outcome.TALKED
    minutes = min(max(1, round(one.seconds / 60)), LONGEST) if one.seconds > 0 else None
    return {
        "direction": str(Call.Direction.OUTGOING if outgoing else Call.Direction.INCOMING),
        "outcome": str(outcome),
        "minutes": minutes if outcome != Call.Outcome.MISSED else None,
    }


@dataclass
class Callers:
    """Who has which number."""

    by_number: dict[str, dict[int, Recruiter]] = field(default_factory=lambda: defaultdict(dict))
    firms: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    of_firm: dict[int, dict[int, Recruiter]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, owner: User, numbers: set[str]) -> Callers:
        callers = cls()
        found = Phone.objects.of(owner).filter(number__in=numbers)
        for phone in found.select_related("recruiter", "firm"):
            if phone.recruiter and phone.recruiter.trashed_at is None:
                callers.by_number[phone.number][phone.recruiter.pk] = phone.recruiter
            if phone.firm and phone.firm.trashed_at is None:
                callers.firms[phone.number][phone.firm.pk] = phone.firm.name
        for firm in Firm.objects.of(owner).filter(switchboard__in=numbers):
            callers.firms[firm.switchboard][firm.pk] = firm.name
        pks = {pk for some in callers.firms.values() for pk in some}
        for one in Recruiter.objects.of(owner).filter(firm__in=pks).order_by("pk"):
            callers.of_firm[one.firm_id][one.pk] = one
        return callers

    def who_has(self, number: str) -> Recruiter:
        """Raises `NotClear`, in words, unless it is one recruiter."""
        people = list(self.by_number[number].values())
        if len(people) == 1:
            return people[0]
        if people:
            names = ", ".join(one.name for one in people[:3])
            raise NotClear(_("Several have this number: %(names)s.") % {"names": names})
        firms = self.firms[number]
        if not firms:
            raise NotClear(_("Nobody of yours has this number."))
        there = [one for firm in firms for one in self.of_firm[firm].values()]
        if len(there) == 1:
            return there[0]
        name = next(iter(firms.values()))
        if there:
            raise NotClear(
                _("It is the number of %(firm)s, where you know several.") % {"firm": name}
            )
        raise NotClear(
            _("It is the number of %(firm)s, where you know nobody yet.") % {"firm": name}
        )
