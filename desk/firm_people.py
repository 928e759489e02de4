"""Who speaks for a firm now, and who did and has gone elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.prepared import prepared
from calls.models import Call
from contacts.models import Phone, Recruiter

# Of both, by name; a firm of more is not read through on its page.
MOST = 30


@dataclass(frozen=True)
class People:
    """`here` work there now; `gone` spoke for it in its calls, and are elsewhere now.

    Each has `call_count` and `spoke_at` (UTC), of this firm's calls alone, and `number` (E.164).
    """

    here: list[Recruiter]
    gone: list[Recruiter]

    @property
    def is_cut(self) -> bool:
        return MOST in {len(self.here), len(self.gone)}

    def named(self, pk: int | None) -> Recruiter | None:
        return next((one for one in self.here + self.gone if one.pk == pk), None)


def people_of(owner: User, firm: int) -> People:
    """The people of the firm of this id, by one query."""
    found = _people(owner=owner.pk, firm=firm)
    return People(
        here=[one for one in found if one.firm_id == firm],
        gone=[one for one in found if one.firm_id != firm],
    )


@prepared
def _people(owner: Any, firm: Any) -> QuerySet:
    recruiters = Recruiter.objects.of(owner)
    said = Call.objects.of(owner).filter(firm=firm)
    elsewhere = recruiters.filter(pk__in=said.order_by().values("recruiter")).filter(
        Q(firm=None) | ~Q(firm=firm)
    )
    wanted = [
        rows.order_by("folded_name", "pk").values("pk")[:MOST]
        for rows in (recruiters.filter(firm=firm), elsewhere)
    ]
    theirs = said.filter(recruiter=OuterRef("pk")).order_by().values("recruiter")
    first = Phone.objects.of(owner).filter(recruiter=OuterRef("pk")).order_by("pk")
    # By their ids alone: with their owner SQLite would walk through all of the user's by name.
    return (
        Recruiter.across_owners.filter(Q(pk__in=wanted[0]) | Q(pk__in=wanted[1]))
        .select_related("firm")
        .annotate(
            call_count=Coalesce(
                Subquery(theirs.annotate(many=Count("pk")).values("many")),
                0,
                output_field=IntegerField(),
            ),
            spoke_at=Subquery(theirs.annotate(last=Max("occurred_at")).values("last")),
            number=Subquery(first.values("number")[:1]),
        )
        .order_by("folded_name", "pk")
    )
