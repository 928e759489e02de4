"""A firm's page: who they are, whether they are real, and all that happened there."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.pages import own_or_404
from accounts.requests import OwnerRequest
from accounts.trashed import just_trashed
from calls.models import Call, Opportunity
from contacts.models import Firm, FirmCheck, OffLimits
from contacts.off_limits import has_off_limits, limits_of
from contacts.vetting import vetting_of
from desk.events import rest_of
from desk.firm_people import people_of
from desk.owed import Side, both_ways
from desk.timeline import Asked, Timeline
from followups.models import Promise


def feed_of(owner: User, firm: int, asked: Asked) -> Timeline:
    """What happened with the firm of this id, whoever spoke for it that day."""
    return Timeline(
        Call.objects.of(owner).filter(firm=firm),
        Promise.objects.of(owner).filter(firm=firm),
        FirmCheck.objects.of(owner).filter(firm=firm),
        rest={kind: rows.filter(firm=firm) for kind, rows in rest_of(owner).items()},
        asked=asked,
    )


@require_safe
def firm_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    """Twelve queries: what can be asked along with another thing is (tests/test_queries.py)."""
    user, today = request.user, timezone.localdate()
    feed = feed_of(user, pk, Asked.of(request))
    firms = Firm.objects.of(user).annotate(events=feed.total, is_limited=has_off_limits())
    firm: Any = own_or_404(firms, pk)
    owed = both_ways(user, firm=firm.pk)
    people = people_of(user, firm.pk)
    context = {
        "firm": firm,
        "owed": owed,
        "asked": feed.asked,
        "timeline": feed.page(firm.events),
        "people": people,
        "asked_of": people.named(feed.asked.recruiter),
        "vetting": vetting_of(firm, feed.checks or ()),
        "to_vet": to_vet(owed),
        "limits": limits_of(firm, on=today) if firm.is_limited else [],
        "today": today,
        "results": FirmCheck.Result.choices,
        "trashed_check": just_trashed(request, FirmCheck, name="check"),
        "trashed_limit": just_trashed(request, OffLimits, name="limit"),
        "opportunities": list(Opportunity.objects.of(user).filter(firm=firm).for_list()[:10]),
    }
    return render(request, "desk/firm_detail.html", context)


def to_vet(owed: list[Side]) -> list[Promise]:
    """What I promised myself, and have not done: to look into the firm."""
    mine = [row for side in owed if not side.is_theirs for row in side.open]
    return [row for row in mine if row.kind == Promise.Kind.VET_FIRM]
