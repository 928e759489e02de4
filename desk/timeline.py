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
        self.calls, self.promises = self._narrowed(calls), self._narrowed(promises.ended())
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

    @property
    def moments(self) -> QuerySet:
        found = [self._moments(kind, rows) for kind, rows in self.parts.items()]
        return found[0].union(*found[1:], all=True) if len(found) > 1 else found[0]

    @staticmethod
    def _moments(kind: str, rows: Any) -> Any:
        moment: dict[str, Any] = {"call": F("occurred_at"), "promise": F("ended_at")}
        moment["check"] = Cast("checked_on", DateTimeField())
        note = KINDS.get(kind)
        text = CharField()
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
        order = ["moment", "id"] if self.asked.sort == "oldest" else ["-moment", "-id"]
        rows: list[Moment] = list(self.moments.order_by(*order)[part])
        found = {
            "call": self._found(self.calls.for_list(), rows, "call"),
            "promise": self._found(self.promises.with_names(), rows, "promise"),
            # The few checks of a firm are on its page anyway: read once, they are read for both.
            "check": {row.pk: row for row in self.checks or ()} if "check" in self.parts else {},
        }
        return [
            Event(at, note=Note(kind, pk, at, code, about))
            if kind in KINDS
            else Event(at, **{kind: found[kind].get(pk)})
            for pk, at, kind, code, about in rows
        ]

    @staticmethod
    def _found(rows: Any, moments: list[Moment], kind: str) -> Any:
        wanted = [pk for pk, _at, which, _code, _about in moments if which == kind]
        return {row.pk: row for row in rows.filter(pk__in=wanted)} if wanted else {}

    def page(self, count: int | None = None) -> Page:
        """The page that was asked for; `count` is how many there are, where that is known."""
        paginator: Paginator = Paginator(self, PER_PAGE)  # type: ignore[arg-type]
        if count is not None:
            paginator.count = count
        return paginator.get_page(self.asked.page)


def timeline(calls: CallQuerySet, promises: PromiseQuerySet, *, page: str | None) -> Page:
    """All of these, newest first."""
    return Timeline(calls, promises, asked=Asked(page=page)).page()
