"""The ledger: what I owe and what they owe, open and ended, of everybody or of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.pages import choice, own_or_404, page_of
from accounts.requests import OwnerRequest
from contacts.models import Firm, Recruiter
from followups.models import Promise
from followups.models.promise_rows import PromiseQuerySet


@dataclass(frozen=True)
class Pill:
    """One choice in a row of them: where it leads, and how many are there."""

    words: str
    address: str
    count: int
    is_chosen: bool


class Ledger:
    """Which promises an address asks for, and the addresses of its neighbours."""

    def __init__(self, request: OwnerRequest) -> None:
        self.user = request.user
        self.show = choice(request, "show", ["open", "ended"])
        self.whose = choice(request, "whose", ["all", "mine", "theirs"])
        self.kind = choice(request, "kind", ["", *Promise.Kind.values])
        self.sort = choice(request, "sort", ["when", "who"])
        self.recruiter = _named(request, "recruiter", Recruiter)
        self.firm = _named(request, "firm", Firm)

    @cached_property
    def rows(self) -> PromiseQuerySet:
        """Of whomever and whatever it is about, before sides are told apart."""
        rows = Promise.objects.of(self.user)
        if self.recruiter:
            rows = rows.filter(recruiter=self.recruiter)
        if self.firm:
            rows = rows.with_firm(self.firm)
        return rows.filter(kind=self.kind) if self.kind else rows

    @cached_property
    def counts(self) -> dict[str, int]:
        return self.rows.count_by_side(of_all=not self.is_filtered)

    def count(self, show: str, whose: str) -> int:
        sides = {"all": ["me", "them"], "mine": ["me"], "theirs": ["them"]}[whose]
        return sum(self.counts[f"{side}_{show}"] for side in sides)

    @property
    def how_many(self) -> int:
        return self.count(self.show, self.whose)

    @property
    def shown(self) -> PromiseQuerySet:
        rows = self.rows
        if self.whose != "all":
            # Said so that no index of all of a user's is taken for those of one recruiter.
            rows = rows.exclude(owed_by="them" if self.whose == "mine" else "me")
        if self.sort == "who":
            if self.show == "open":
                return rows.open().by_who()
            return rows.ended().by_who("-ended_at", "-pk")
        if self.show == "open":
            return rows.open().by_urgency()
        rows = rows.last_ended_first()
        return rows.by_the_index_of_endings() if self.has_index else rows

    @property
    def has_index(self) -> bool:
        """Whether an index has the rows in this order; else there may be thousands to sort."""
        return self.sort == "when" and not (self.recruiter or self.firm)

    def query(self, **changed: str) -> str:
        """The rest of an address, with what is as usual left out, ending in “&” if not empty."""
        values = {
            "show": self.show if self.show != "open" else "",
            "whose": self.whose if self.whose != "all" else "",
            "recruiter": self.recruiter.pk if self.recruiter else "",
            "firm": self.firm.pk if self.firm else "",
            "kind": self.kind,
            "sort": self.sort if self.sort != "when" else "",
        } | changed
        said = urlencode({name: value for name, value in values.items() if value})
        return said and said + "&"

    @property
    def keep(self) -> str:
        return self.query()

    @property
    def without_who(self) -> str:
        return "?" + self.query(recruiter="", firm="").rstrip("&")

    @property
    def states(self) -> list[Pill]:
        words = {"open": _("Open"), "ended": _("Ended")}
        return [
            Pill(
                said, "?" + self.query(show=show), self.count(show, self.whose), show == self.show
            )
            for show, said in words.items()
        ]

    @property
    def sides(self) -> list[Pill]:
        words = {"all": _("All"), "mine": _("Mine"), "theirs": _("Theirs")}
        return [
            Pill(
                said,
                "?" + self.query(whose=whose),
                self.count(self.show, whose),
                whose == self.whose,
            )
            for whose, said in words.items()
        ]

    @property
    def kinds(self) -> list[tuple[str, Any]]:
        return list(Promise.Kind.choices)

    @property
    def is_filtered(self) -> bool:
        return bool(self.recruiter or self.firm or self.kind)


def _named(request: OwnerRequest, name: str, model: type[Recruiter | Firm]) -> Any:
    """The own row that the address names by its id; another's is as unknown as none."""
    said = request.GET.get(name, "")
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and len(said) < 20):
        raise Http404
    return own_or_404(model.objects.of(request.user), int(said))


@require_safe
def promise_list(request: OwnerRequest) -> HttpResponse:
    ledger = Ledger(request)
    page = page_of(request, ledger.shown, count=ledger.how_many, in_two_steps=not ledger.has_index)
    new = reverse("followups:promise_new")
    if ledger.recruiter or ledger.firm:
        who = {"recruiter": ledger.recruiter, "firm": ledger.firm}
        new += "?" + urlencode({name: row.pk for name, row in who.items() if row})
    context = {"ledger": ledger, "page": page, "new_address": new}
    return render(request, "followups/promise_list.html", context)
