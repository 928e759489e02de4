"""From whom a firm may not take people, and whether that is where I work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.companies import Companies
from contacts.models import Employer, Employment, Firm, OffLimits


@dataclass(frozen=True)
class Limit:
    """An entry, as it stands on a local day. `mine` is the employer of mine that it means."""

    entry: OffLimits
    holds: bool
    mine: Employer | None = None
    # Where I work on that day, if anywhere is noted.
    works: bool = False

    @property
    def concerns_me(self) -> bool:
        return self.holds and self.mine is not None

    @property
    def sentence(self) -> str:
        """“May not take people from Acme until 3 May 2027 (confirmed).”"""
        entry = self.entry
        words = {"employer": entry.employer.name, "sure": entry.get_certainty_display()}
        if entry.until is None:
            return _("May not take people from %(employer)s (%(sure)s).") % words
        words["day"] = date_format(entry.until, "j F Y")
        if not self.holds:
            return _("Could not take people from %(employer)s until %(day)s; over.") % words
        return _("May not take people from %(employer)s until %(day)s (%(sure)s).") % words

    @property
    def meaning(self) -> str:
        """What it means for me today."""
        if not self.holds:
            return _("It means nothing any more.")
        if self.mine is not None and self.mine.pk != self.entry.employer_id:
            words = {"employer": self.entry.employer.name, "mine": self.mine.name}
            return (
                _("You work at %(mine)s, which counts as %(employer)s: they may fall silent.")
                % words
            )
        if self.mine is not None:
            return _("You work there: they may fall silent on you.")
        if self.works:
            return _("You do not work there, so it does not concern you today.")
        return _("It is not noted where you work, so nobody can say whether it concerns you.")


def has_off_limits(pk_of_firm: str = "pk") -> Exists:
    """To annotate firms with: whether they have an entry at all."""
    entries = OffLimits.across_owners.filter(firm=OuterRef(pk_of_firm), trashed_at=None)
    return Exists(entries)


def limits_of(firm: Firm, *, on: dt.date) -> list[Limit]:
    """The entries of `firm` as they stand on `on`, a local day; what concerns me comes first.

    One query: every company, beside it this firm's entry for it and my work there. Which of them
    are one company follows from all of them (contacts/companies.py).
    """
    rows = list(
        Employer.objects.of(firm.owner_id)
        .annotate(
            entry=FilteredRelation(
                "off_limits",
                condition=Q(off_limits__firm=firm.pk, off_limits__trashed_at=None),
            ),
            job=FilteredRelation("employments", condition=Q(employments__trashed_at=None)),
            entry_pk=F("entry__pk"),
            entry_until=F("entry__until"),
            entry_certainty=F("entry__certainty"),
            entry_noted_on=F("entry__noted_on"),
            job_pk=F("job__pk"),
            job_from=F("job__started_on"),
            job_until=F("job__ended_on"),
        )
        .only("owner", "name", "other_names", "parent")
        .order_by("folded_name", "pk", "entry_until", "entry_pk")
    )
    companies = Companies(rows)
    mine = {row.pk: row for row in rows if row.job_pk and _covers(row, on)}
    limits = [
        Limit(
            entry=entry,
            holds=entry.covers(on),
            mine=_one_of(companies, entry.employer, list(mine.values())),
            works=bool(mine),
        )
        for entry in _entries(rows, firm)
    ]
    return sorted(limits, key=lambda one: (not one.concerns_me, not one.holds))


def _covers(row: Employer, day: dt.date) -> bool:
    job = Employment(started_on=row.job_from, ended_on=row.job_until)  # type: ignore[attr-defined]
    return job.covers(day)


def _entries(rows: list[Employer], firm: Firm) -> list[OffLimits]:
    """The entries that the rows carry, each once: two jobs at one employer repeat them."""
    found: dict[int, OffLimits] = {}
    for row in rows:
        pk = row.entry_pk  # type: ignore[attr-defined]
        if pk and pk not in found:
            found[pk] = OffLimits(
                pk=pk,
                owner_id=firm.owner_id,
                firm=firm,
                employer=row,
                until=row.entry_until,  # type: ignore[attr-defined]
                certainty=row.entry_certainty,  # type: ignore[attr-defined]
                noted_on=row.entry_noted_on,  # type: ignore[attr-defined]
            )
    return list(found.values())


def _one_of(companies: Companies, employer: Employer, mine: list[Employer]) -> Employer | None:
    """The one of mine that is the same company; the very same before one that counts as it."""
    same = [row for row in mine if companies.are_one(employer, row)]
    return min(same, key=lambda row: row.pk != employer.pk, default=None)
