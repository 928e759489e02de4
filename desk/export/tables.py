"""One table a kind, as CSV: what the page of a row shows, in the words of the page."""

from __future__ import annotations

import csv
import io
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.functional import Promise as Lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Compensation, Resume, User
from accounts.owned import OwnedModel, OwnedQuerySet
from calls.models import Call, Disclosure, Opportunity, Referral, Submission
from contacts.models import Employer, Employment, Firm, FirmCheck, OffLimits, Person, Recruiter
from desk.export.cells import cell, phone
from followups.models import Promise

# Rows read at once: none is held while a slow browser takes its time.
PART = 500

type Column = tuple[str | Lazy, Callable[[Any], Any]]


@dataclass(frozen=True)
class Table:
    """`fields` are the model's own, in order; `more` is what stands in other rows."""

    model: type[OwnedModel]
    fields: tuple[str, ...]
    more: tuple[Column, ...] = ()
    prefetch: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))

    @property
    def columns(self) -> list[Column]:
        own = [(self.model._meta.get_field(name)) for name in self.fields]
        return [*((one.verbose_name, _shown(one)) for one in own), *self.more]  # type: ignore[union-attr]


def _shown(one: Any) -> Callable[[Any], Any]:
    """How a field is written: a choice in words, a row by its name, a phone in groups."""
    if one.choices:
        return lambda row: getattr(row, f"get_{one.name}_display")()
    if one.name in {"phone", "my_number", "switchboard"}:
        return lambda row: phone(getattr(row, one.name))
    if isinstance(one, models.ForeignKey):
        return lambda row: "" if getattr(row, one.attname) is None else str(getattr(row, one.name))
    return lambda row: getattr(row, one.name)


PHONES: Column = (
    _("phones"),
    lambda row: "; ".join(phone(one.number) for one in row.phones.all()),
)
EMAILS: Column = (_("e-mails"), lambda row: "; ".join(one.address for one in row.emails.all()))
REACH: Any = {"more": (PHONES, EMAILS), "prefetch": ("phones", "emails")}
CREATED: Column = (_("noted on"), lambda row: row.created_at)

TABLES: dict[str, Table] = {
    "calls": Table(
        Call,
        (
            *("occurred_at", "recruiter", "firm", "opportunity", "direction", "channel"),
            *("outcome", "purpose", "duration_minutes", "found_me_through", "named_by"),
            *("resume_wanted", "next_step", "notes"),
        ),
    ),
    "firms": Table(
        Firm,
        (
            *("name", "kind", "aesc_member", "founded", "website", "switchboard"),
            *("specialties", "past_clients", "notes"),
        ),
        **REACH,
    ),
    "recruiters": Table(
        Recruiter,
        (
            *("name", "firm", "title", "standing", "best_times", "country", "time_zone"),
            *("verified_how", "verified_on", "notes"),
        ),
        **REACH,
    ),
    "people": Table(Person, ("name", "relation", "position", "notes"), **REACH),
    "opportunities": Table(
        Opportunity,
        (
            *("title", "recruiter", "firm", "client_disclosure", "client", "withheld_why"),
            *("location", "reports_to", "basis", "compensation", "jd", "stage", "declined_on"),
            *("decline_reason", "wanted_instead", "named_instead"),
        ),
        (CREATED,),
    ),
    "promises": Table(
        Promise,
        (
            *("owed_by", "kind", "what", "how_many", "due_on", "due_time", "time_zone"),
            *("recruiter", "firm", "opportunity", "phone", "my_number", "state", "ended_at"),
            "outcome",
        ),
        (CREATED,),
    ),
    "submissions": Table(
        Submission,
        (
            *("role", "opportunity", "recruiter", "firm", "client", "permission", "limits"),
            *("resume", "asked_on", "decided_on", "submitted_on", "exclusive_until"),
            *("ownership_until", "active_with_firm_since", "released_on", "withdrawn_on"),
        ),
    ),
    "referrals": Table(
        Referral,
        (
            *("direction", "person", "recruiter", "firm", "opportunity", "named_on"),
            *("asked_first", "may_use_my_name", "contacted_on", "outcome", "treated_well"),
            *("thanked_on", "why", "notes"),
        ),
    ),
    "told": Table(
        Disclosure,
        (
            *("told_on", "recruiter", "firm", "opportunity", "topic", "what", "resume"),
            "pass_on",
        ),
    ),
    "employers": Table(Employer, ("name", "other_names", "parent")),
    "employments": Table(Employment, ("employer", "started_on", "ended_on")),
    "off-limits": Table(OffLimits, ("firm", "employer", "until", "certainty", "noted_on")),
    "checks": Table(FirmCheck, ("firm", "way", "result", "checked_on", "notes")),
    "resumes": Table(Resume, ("label", "made_on")),
    "compensation": Table(Compensation, ("as_of", "base", "bonus", "equity", "benefits")),
}


def counts(owner: User) -> dict[str, int]:
    """How many rows each table would have, by one query."""
    asked = {}
    for place, table in enumerate(TABLES.values()):
        rows = table.model.objects.of(OuterRef("pk")).order_by().values("owner")
        number = Subquery(rows.annotate(n=Count("pk")).values("n"))
        asked[f"n{place}"] = Coalesce(number, 0)
    found = User.objects.filter(pk=owner.pk).values_list(*asked.values())[0]
    return dict(zip(TABLES, found, strict=True))


def in_parts(rows: OwnedQuerySet) -> Iterator[Any]:
    """`rows` by id, a few at a time: SQLite could not be written to while one query stands open."""
    last = 0
    while part := list(rows.filter(pk__gt=last).order_by("pk")[:PART]):
        yield from part
        last = part[-1].pk


def write(table: Table, owner: User) -> Iterator[bytes]:
    """The table's lines, the first with the mark by which Excel knows UTF-8.

    In the language of whoever asks, and moments in the zone where they are.
    """
    related = [name for name in table.fields if table.model._meta.get_field(name).is_relation]
    rows = table.model.objects.of(owner).prefetch_related(*table.prefetch)
    if related:
        rows = rows.select_related(*related)
    # The lines are made after the request is over, when its language is no longer in force.
    return _lines(table.columns, rows, owner.zone, translation.get_language())


def _lines(
    columns: list[Column], rows: OwnedQuerySet, zone: zoneinfo.ZoneInfo, language: str
) -> Iterator[bytes]:
    with translation.override(language):
        heads = [capfirst(str(label)) for label, _value in columns]
    yield b"\xef\xbb\xbf" + _line(heads)
    for row in in_parts(rows):
        with translation.override(language):
            said = [cell(value(row), zone) for _label, value in columns]
        yield _line(said)


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)  # RFC 4180, with CR LF
    return text.getvalue().encode(errors="replace")
