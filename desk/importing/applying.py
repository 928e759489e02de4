"""Bringing in: all of it or nothing, and nobody waits for it.

1. Part by part, rows are written hidden, with their documents; each part is a short transaction.
2. One transaction looks whether what the preview said still holds, shows all of them, writes what
   changes in rows that were there, and says that it is done.

Killed before that, nothing is seen of it, and whoever takes it up deletes what is there and begins
anew.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import inserting
from accounts.models import User
from calls.models import Call
from contacts import places
from contacts.models import Email, Firm, Person, Phone, Recruiter
from desk.importing import archives, hidden, notes, showing
from desk.importing.cleaned import ADDRESS_LENGTH, LABEL_LENGTH, fold
from desk.importing.conflicts import MEANWHILE, Conflict
from desk.importing.hidden import Ranges
from desk.importing.run import ImportRow, ImportRun
from desk.importing.staging import forget_rows, taken
from search import ahead

# Rows of the file whose rows are written at once: others wait for no longer than that takes. With
# PostgreSQL nobody waits, and many small transactions take it a quarter of the time.
PART, BY_ENGINE = 400, {"postgresql": 4}

What, Verdict = ImportRow.What, ImportRow.Verdict


def bring_in(run: ImportRun) -> None:
    """Bring in what is taken of a run that was taken up. Raises `Superseded`, `ImportRefused`.

    Where something has changed since it was looked at, nothing is brought in, and it is read anew.
    """
    if run.kind == archives.ARCHIVE:
        archives.bring_in(run)
        clear(run)
        return
    hidden.sweep(run, lambda done: run.goes_on())
    run.goes_on(made={}, added={}, done=0, of=taken(run).filter(twin_of=None).count())
    try:
        _Writer(run).write()
        with transaction.atomic():
            showing.show(run)
    except (Conflict, IntegrityError) as error:
        run.refresh_from_db()
        hidden.sweep(run, lambda done: run.goes_on())
        why = str(error) if isinstance(error, Conflict) else MEANWHILE
        run.becomes(ImportRun.State.READING, made={}, added={}, why=str(why))
        return
    hidden.tell_planner(run)
    clear(run)


def clear(run: ImportRun) -> None:
    """What the file said is kept no longer."""
    run.drop_file()
    forget_rows(run)


class _Writer:
    """Writes the hidden rows of one run, part by part."""

    def __init__(self, run: ImportRun) -> None:
        self.run, self.now = run, timezone.now()
        self.owner = User.objects.get(pk=run.owner_id)
        self.made: Ranges = {}
        self.added: Ranges = {}
        self.done = 0
        self.has_twins = True

    def write(self) -> None:
        ahead.begin(self.owner.pk, self.run.group)
        self.has_twins = taken(self.run).exclude(twin_of=None).exists()
        rows = taken(self.run).filter(twin_of=None)
        # Firms first: the people who name them are then theirs.
        self._in_parts(rows.filter(what=What.FIRM), self._write_contacts)
        self._in_parts(rows.filter(what=What.CALL), self._write_calls)
        others = rows.exclude(what__in=(What.FIRM, What.CALL))
        self._in_parts(others, self._write_contacts)

    def _in_parts(self, rows: Any, write: Any) -> None:
        last, most = 0, PART * BY_ENGINE.get(connection.vendor, 1)
        while part := list(rows.filter(at__gt=last).order_by("at")[:most]):
            last = part[-1].at
            self._join_twins(part)
            with transaction.atomic():
                inserting.let_be_begun_anew()
                # First of all: a run that was taken over is written to no more.
                self.run.goes_on()
                write(part)
                self.done += len(part)
                self.run.goes_on(made=self.made, added=self.added, done=self.done)

    def _join_twins(self, part: list[ImportRow]) -> None:
        """What rows further down say of the same people."""
        if not self.has_twins:
            return
        by_at = {row.at: row for row in part}
        rows = taken(self.run).filter(twin_of__in=by_at)
        for twin in rows.order_by("at"):
            data = by_at[twin.twin_of].data
            for name in ("phones", "emails"):
                data[name] = [*data.get(name, []), *twin.data.get(name, [])]
            data["notes"] = notes.joined(data.get("notes", ""), twin.data.get("notes", ""))

    # People and firms ----------------------------------------------------------------------------

    def _write_contacts(self, part: list[ImportRow]) -> None:
        firms = self._firms(part)
        made: dict[str, list[Any]] = {"firm": [], "recruiter": [], "person": []}
        ways: dict[int, list[Any]] = {}
        added: list[Any] = []
        for row in part:
            if row.verdict == Verdict.NEW:
                one = self._new(row, firms)
                if one is None:
                    continue
                made[row.what].append(one)
                ways[id(one)] = self._ways(row, one)
            else:
                added += self._ways(row, None)
        for some in made.values():
            self._insert(some)
        mine = [way for some in made.values() for one in some for way in ways[id(one)]]
        for way in mine:
            for name in ("recruiter", "person", "firm"):
                if holder := getattr(way, f"_{name}", None):
                    setattr(way, name, holder)
        for ranges, some in ((self.made, mine), (self.added, added)):
            for model in (Phone, Email):
                of_kind = [way for way in some if type(way) is model]
                hidden.insert(self.run, of_kind, ranges, at=self.now)
        for some in made.values():
            for one in some:
                one._prefetched_objects_cache = {
                    "phones": [way for way in ways[id(one)] if type(way) is Phone],
                    "emails": [way for way in ways[id(one)] if type(way) is Email],
                }
            ahead.make(some, group=self.run.group)

    def _insert(self, rows: list[Any]) -> None:
        hidden.insert(self.run, rows, self.made, at=self.now)

    def _firms(self, part: list[ImportRow]) -> dict[str, Any]:
        """The firms that these rows name, by folded name; those that are not there are made."""
        names: dict[str, str] = {}
        for row in part:
            said = [row.data.get("firm", "")] if row.what == What.RECRUITER else []
            for name in said if row.verdict == Verdict.NEW else self._new_firms(row):
                if fold(name):
                    names.setdefault(fold(name), name)
            if row.what == What.FIRM and row.verdict == Verdict.NEW:
                names.setdefault(fold(row.data["name"]), "")
        found = {
            one.folded_name: one
            for one in hidden.hidden(self.run, Firm).filter(folded_name__in=names)
        }
        known = Firm.objects.of(self.owner).filter(folded_name__in=names)
        found |= {one.folded_name: one for one in known}
        new: list[Any] = [
            Firm(owner=self.owner, name=name, folded_name=folded, created_at=self.now)
            for folded, name in names.items()
            if name and folded not in found
        ]
        self._insert(new)
        for one in new:
            one._prefetched_objects_cache = {"phones": [], "emails": []}
        ahead.make(new, group=self.run.group)
        return found | {one.folded_name: one for one in new}

    def _new_firms(self, row: ImportRow) -> list[str]:
        """Those that somebody known is to have."""
        changes = [*row.fills, *(row.differs if self.run.overwrites else [])]
        return [new for name, _old, new in changes if name == "firm"]

    def _new(self, row: ImportRow, firms: dict[str, Any]) -> Any:
        data = row.data
        common = {
            "owner": self.owner,
            "name": data["name"],
            "folded_name": fold(data["name"]),
            "notes": data.get("notes", ""),
            "created_at": self.now,
        }
        numbers = [number for number, _label in data.get("phones", [])]
        if row.what == What.FIRM:
            if common["folded_name"] in firms:
                return None  # made meanwhile: found by the look at the end
            return Firm(**common, switchboard=numbers[0] if numbers else "")
        if row.what == What.PERSON:
            parts = filter(None, (data.get("title"), data.get("firm")))
            return Person(**common, position=", ".join(parts)[:200])
        place = places.place_of(numbers[0]) if numbers else places.Place()
        return Recruiter(
            **common,
            firm=firms.get(fold(data.get("firm", ""))),
            title=data.get("title", ""),
            country=place.country,
            time_zone=place.time_zone,
        )

    def _ways(self, row: ImportRow, holder: Any) -> list[Any]:
        """Numbers and addresses, of `holder` or of somebody known. A new firm's first is its own."""
        whose = {} if holder is not None else {f"{row.what}_id": row.target}
        numbers = row.data.get("phones", [])
        if isinstance(holder, Firm):
            numbers = numbers[1:]
        common = {"owner": self.owner, "created_at": self.now, **whose}
        found = dict(reversed(numbers))
        ways: list[Any] = [
            Phone(**common, number=number, label=label[:LABEL_LENGTH])
            for number, label in reversed(found.items())
        ]
        ways += [
            Email(**common, address=address[:ADDRESS_LENGTH], label=label[:LABEL_LENGTH])
            for address, label in row.data.get("emails", [])
        ]
        for way in ways if holder is not None else ():
            setattr(way, f"_{row.what}", holder)
        return ways

    # Calls ---------------------------------------------------------------------------------------

    def _write_calls(self, part: list[ImportRow]) -> None:
        pks = {row.target for row in part}
        known = Recruiter.objects.of(self.owner).filter(pk__in=pks).select_related("firm")
        recruiters = {one.pk: one for one in known}
        if len(recruiters) != len(pks):
            raise Conflict(MEANWHILE)
        calls = [self._call(row, recruiters[row.target]) for row in part if row.target]
        self._insert(calls)
        ahead.make(calls, group=self.run.group)

    def _call(self, row: ImportRow, recruiter: Recruiter) -> Call:
        data = row.data
        return Call(
            owner=self.owner,
            recruiter=recruiter,
            firm=recruiter.firm,
            occurred_at=dt.datetime.fromisoformat(data["moment"]),
            duration_minutes=data["minutes"],
            direction=data["direction"],
            outcome=data["outcome"],
            channel=Call.Channel.PHONE,
            client_key=data["key"],
            created_at=self.now,
        )
