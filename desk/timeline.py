"""One feed of what happened with a firm, a recruiter or an opportunity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    F,
    IntegerField,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedQuerySet
from accounts.pages import choice, read_id
from calls.models import Call, CallQuerySet
from contacts.models import FirmCheck
from desk.events import KINDS, Note
from followups.models import Promise
from followups.models.promise_rows import PromiseQuerySet

PER_PAGE = 30
# Everything, or one kind of it.
SHOWS = {
    "all": _("Everything"),
    "calls": _("Calls"),
    "promises": _("Promises"),
    # Checks, submissions, names, and what they were told.
    "rest": _("The rest"),
}
# The kinds of which there may be thousands, and what they are in order by.
MANY = {"call": "occurred_at", "promise": "ended_at"}
SORTS = {"newest": _("Newest first"), "oldest": _("Oldest first")}


# Of a row: its id, when it happened (UTC), its kind, and of a note what its words are made of.
type Moment = tuple[int, dt.datetime, str, str, str]


class Choice(NamedTuple):
    """One way to look at a timeline, and the address that asks for it."""

    value: str
    label: Any
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class Asked:
    """What an address asks of a timeline: “?show=calls&sort=oldest&recruiter=7&page=2”."""

    show: str = "all"
    sort: str = "newest"
    # With whom: of a firm's timeline a recruiter's id, of a recruiter's a firm's.
    recruiter: int | None = None
    firm: int | None = None
    page: str | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        return cls(
            show=choice(request, "show", list(SHOWS)),
            sort=choice(request, "sort", list(SORTS)),
            recruiter=read_id(request.GET.get("recruiter", "")),
            firm=read_id(request.GET.get("firm", "")),
            page=request.GET.get("page"),
        )

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.show == "all" and self.recruiter is None and self.firm is None

    @property
    def keep(self) -> str:
        """The rest of the address of another page of it."""
        defaults = Asked()
        names = ("show", "sort", "recruiter", "firm")
        kept = {name: getattr(self, name) for name in names}
        said = {name: value for name, value in kept.items() if value != getattr(defaults, name)}
        return urlencode(said) + "&" if said else ""

    def address(self, **changes: Any) -> str:
        """The address of the same timeline, changed so, from its first page."""
        return "?" + replace(self, page=None, **changes).keep.rstrip("&") + "#history"

    @property
    def shows(self) -> list[Choice]:
        return [
            Choice(show, label, self.address(show=show), is_chosen=show == self.show)
            for show, label in SHOWS.items()
        ]

    @property
    def sorts(self) -> list[Choice]:
        return [
            Choice(sort, label, self.address(sort=sort), is_chosen=sort == self.sort)
            for sort, label in SORTS.items()
        ]

    @property
    def everything(self) -> str:
        return self.address(show="all", recruiter=None, firm=None)


@dataclass(frozen=True)
class Event:
    """Something that happened at `at` (UTC): exactly one of the four."""

    at: dt.datetime
    call: Call | None = None
    promise: Promise | None = None
    check: FirmCheck | None = None
    note: Note | None = None

    @property
    def year(self) -> int:
        """In the active zone (the user's); what is noted by its day is of that day's year."""
        noted = self.check.checked_on if self.check else self.note and self.note.day
        return noted.year if noted else timezone.localtime(self.at).year


class Timeline:
    """Calls, promises that have ended, checks and notes, merged by the database, page by page.

    It has what `Paginator` asks of a list, so that a firm with thousands of calls costs as many
    queries as one with three. `checks` are the few of one firm; `rest` is of `events.KINDS`.
    """

    def __init__(
        self,
        calls: CallQuerySet,
        promises: PromiseQuerySet,
        checks: OwnedQuerySet | None = None,
        *,
        rest: Mapping[str, Any] | None = None,
        asked: Asked | None = None,
    ) -> None:
        self.asked = asked or Asked()
        self.calls, self.promises = (
            self._narrowed(calls),
            self._narrowed(promises.ended().by_the_index_of_endings()),
        )
        self.checks = checks
        show = self.asked.show
        self.parts: dict[str, Any] = {}
        if show in {"all", "calls"}:
            self.parts["call"] = self.calls
        if show in {"all", "promises"}:
            self.parts["promise"] = self.promises
        if show in {"all", "rest"}:
            # A check is not made with one recruiter.
            if checks is not None and self.asked.recruiter is None:
                self.parts["check"] = checks
            for kind, rows in (rest or {}).items():
                self.parts[kind] = self._narrowed(rows)

    def _narrowed(self, rows: Any) -> Any:
        if self.asked.recruiter is not None:
            rows = rows.filter(recruiter=self.asked.recruiter)
        if self.asked.firm is not None:
            rows = rows.filter(firm=self.asked.firm)
        return rows

    @property
    def total(self) -> Any:
        """How many there are, to be asked along with the row of a page (`annotate`)."""
        total: Any = Value(0)
        for rows in self.parts.values():
            of_owner = rows.order_by().values("owner").annotate(many=Count("pk")).values("many")
            total = total + Coalesce(Subquery(of_owner, output_field=IntegerField()), 0)
        return total

    def count(self) -> int:
        return sum(rows.count() for rows in self.parts.values())

    def moments(self, part: slice) -> QuerySet:
        """What stands on this part of it, in its order."""
        found = [self._moments(kind, rows, part.stop) for kind, rows in self.parts.items()]
        rows = found[0].union(*found[1:], all=True) if len(found) > 1 else found[0]
        sign = "" if self.asked.sort == "oldest" else "-"
        return rows.order_by(f"{sign}moment", f"{sign}id")[part]

    def _moments(self, kind: str, rows: Any, most: int) -> Any:
        """Those of one kind, of which no more than `most` can stand there."""
        moment: dict[str, Any] = {"call": F("occurred_at"), "promise": F("ended_at")}
        moment["check"] = Cast("checked_on", DateTimeField())
        note = KINDS.get(kind)
        text = CharField()
        if field := MANY.get(kind):
            # Of thousands an index has the last; all of them would be merged, and then cut. These
            # are found by their ids: by their owner SQLite would walk through all of the user's.
            sign = "" if self.asked.sort == "oldest" else "-"
            last = rows.order_by(f"{sign}{field}", f"{sign}pk").values("pk")[:most]
            rows = rows.model._base_manager.filter(pk__in=last)
        return (
            rows.order_by()
            .annotate(
                event=Value(kind, output_field=text),
                moment=note.moment if note else moment[kind],
                code=F(note.code) if note else Value("", output_field=text),
                about=note.about if note else Value("", output_field=text),
            )
            .values_list("id", "moment", "event", "code", "about")
        )

    def __getitem__(self, part: slice) -> list[Event]:
        if not self.parts:
            return []
        moments = self.moments_of(part)
        found: dict[str, list[Any]] = {
            "call": self.calls_of(_of_kind("call", moments)),
            "promise": self.promises_of(_of_kind("promise", moments)),
            # The few checks of a firm are on its page anyway: read once, they are read for both.
            "check": self.all_checks if "check" in self.parts else [],
        }
        by_id = {kind: {row.pk: row for row in rows} for kind, rows in found.items()}
        return [
            Event(at, note=Note(kind, pk, at, code, about))
            if kind in KINDS
            else Event(at, **{kind: by_id[kind].get(pk)})
            for pk, at, kind, code, about in moments
        ]

    # What it asks of the database; a dossier asks the same in a quicker way ------------------------

    def moments_of(self, part: slice) -> list[Moment]:
        return list(self.moments(part))

    def calls_of(self, ids: list[int]) -> list[Call]:
        return list(self.calls.for_list().filter(pk__in=ids)) if ids else []

    @cached_property
    def all_checks(self) -> list[FirmCheck]:
        return list(self.checks or ())

    def promises_of(self, ids: list[int]) -> list[Promise]:
        return list(self.promises.with_names().filter(pk__in=ids)) if ids else []

    def page(self, count: int | None = None) -> Page:
        """The page that was asked for; `count` is how many there are, where that is known."""
        paginator: Paginator = Paginator(self, PER_PAGE)  # type: ignore[arg-type]
        if count is not None:
            paginator.count = count
        return paginator.get_page(self.asked.page)


def _of_kind(kind: str, moments: list[Moment]) -> list[int]:
    return [pk for pk, _at, which, _code, _about in moments if which == kind]


def timeline(calls: CallQuerySet, promises: PromiseQuerySet, *, page: str | None) -> Page:
    """All of these, newest first."""
    return Timeline(calls, promises, asked=Asked(page=page)).page()
