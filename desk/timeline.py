"""One feed of what happened with a firm, a recruiter or an opportunity, newest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import CharField, QuerySet, Value

from calls.models import Call, CallQuerySet
from followups.models import Promise
from followups.models.promise_rows import PromiseQuerySet

PER_PAGE = 30


@dataclass(frozen=True)
class Event:
    """Something that happened at `at` (UTC): exactly one of `call` and `promise`."""

    at: dt.datetime
    call: Call | None = None
    promise: Promise | None = None


class Timeline:
    """Calls, and promises that have ended, merged by the database and fetched a page at a time.

    It has what `Paginator` asks of a list, so that a firm with thousands of calls costs as many
    queries as one with three.
    """

    def __init__(self, calls: CallQuerySet, promises: PromiseQuerySet) -> None:
        self.calls, self.promises = calls, promises
        said = (
            calls.order_by()
            .annotate(event=Value("call", output_field=CharField()))
            .values_list("id", "occurred_at", "event")
        )
        ended = (
            promises.ended()
            .order_by()
            .annotate(event=Value("promise", output_field=CharField()))
            .values_list("id", "ended_at", "event")
        )
        self.moments = said.union(ended, all=True)

    def count(self) -> int:
        return self.moments.count()

    def __getitem__(self, part: slice) -> list[Event]:
        rows: list[tuple[int, dt.datetime, str]] = list(
            self.moments.order_by("-occurred_at", "-id")[part]
        )
        calls = self._found(self.calls.for_list(), rows, "call")
        promises = self._found(self.promises.with_names(), rows, "promise")
        return [
            Event(at=at, call=calls.get(pk))
            if kind == "call"
            else Event(at, promise=promises.get(pk))
            for pk, at, kind in rows
        ]

    @staticmethod
    def _found(rows: QuerySet, moments: list[tuple[int, dt.datetime, str]], kind: str) -> Any:
        wanted = [pk for pk, _at, which in moments if which == kind]
        return {row.pk: row for row in rows.filter(pk__in=wanted)} if wanted else {}


def timeline(calls: CallQuerySet, promises: PromiseQuerySet, *, page: str | None) -> Page:
    return Paginator(Timeline(calls, promises), PER_PAGE).get_page(page)  # type: ignore[arg-type]
