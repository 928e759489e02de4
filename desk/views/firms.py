"""A firm's page: who they are, whether they are real, and all that happened there."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.pages import first_or_404
from accounts.prepared import prepared
from accounts.requests import OwnerRequest
from accounts.trashed import just_trashed
from calls.models import Opportunity
from contacts.merges import just_merged, leads_to_kept
from contacts.models import Firm, FirmCheck, Kind, OffLimits
from contacts.off_limits import limits_of
from contacts.vetting import vetting_of
from desk import dossier
from desk.dossier import Dossier
from desk.firm_people import people_of
from desk.owed import Side, both_ways
from desk.timeline import Asked
from followups.models import Promise


@require_safe
@leads_to_kept(Kind.FIRM)
def firm_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    """Twelve queries: what can be asked along with another thing is (tests/test_queries.py)."""
    user, today = request.user, timezone.localdate()
    feed = Dossier(user, Asked.of(request), firm=pk)
    firm = first_or_404(dossier.firms, **feed.given)
    owed = both_ways(user, firm=firm.pk)
    people = people_of(user, firm.pk)
    context = {
        "firm": firm,
        "owed": owed,
        "asked": feed.asked,
        "timeline": feed.page(firm.events),
        "people": people,
        "asked_of": people.named(feed.asked.recruiter),
        "vetting": vetting_of(firm, feed.all_checks),
        "to_vet": to_vet(owed),
        "limits": limits_of(firm, on=today) if firm.is_limited else [],
        "today": today,
        "results": FirmCheck.Result.choices,
        "trashed_check": just_trashed(request, FirmCheck, name="check"),
        "trashed_limit": just_trashed(request, OffLimits, name="limit"),
        "merged": just_merged(request, Firm, pk),
        "opportunities": _opportunities(owner=user.pk, firm=firm.pk),
    }
    return render(request, "desk/firm_detail.html", context)


@prepared
def _opportunities(owner: Any, firm: Any) -> QuerySet:
    return Opportunity.objects.of(owner).filter(firm=firm).for_list()[:10]


def to_vet(owed: list[Side]) -> list[Promise]:
    """What I promised myself, and have not done: to look into the firm."""
    mine = [row for side in owed if not side.is_theirs for row in side.open]
    return [row for row in mine if row.kind == Promise.Kind.VET_FIRM]
