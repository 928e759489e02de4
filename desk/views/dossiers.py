"""Today, and the page of whoever it was."""

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
from calls.collision_words import Said, all_in_words
from calls.models import Call, Disclosure, Referral
from calls.opportunity_guard import about
from desk import today as day
from desk.backup import daily
from desk.models import Draft
from followups.models import Promise


@require_safe
def today(request: OwnerRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "day": day.gather(request.user, now),
        "drafts": list(Draft.objects.of(request.user).on_offer(now)),
        "backup_failure": daily.failure() if request.user.is_founder else None,
    }
    return render(request, "desk/today.html", context)


@require_safe
def call_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    owner = request.user.pk
    call = first_or_404(_calls, owner=owner, pk=pk)
    context = {
        "call": call,
        "promises": _promises(owner=owner, call=pk),
        "said": _said_of(call),
        "told": _told(owner=owner, call=pk),
        "referrals": _referrals(owner=owner, call=pk),
    }
    return render(request, "desk/call_detail.html", context)


def _said_of(call: Call) -> list[Said]:
    """What the guard says of the assignment that was spoken of, once its client is known."""
    if call.opportunity is None or call.opportunity.client is None:
        return []
    _submissions, asked = about(call.opportunity, on=timezone.localdate())
    return all_in_words(asked)


# Prepared (accounts/prepared.py): they take longer to write than to answer ------------------------


@prepared
def _calls(owner: Any, pk: Any) -> QuerySet:
    return Call.objects.of(owner).filter(pk=pk).for_list().select_related("named_by")


@prepared
def _promises(owner: Any, call: Any) -> QuerySet:
    return Promise.objects.of(owner).filter(call=call).by_urgency()


@prepared
def _told(owner: Any, call: Any) -> QuerySet:
    return Disclosure.objects.of(owner).filter(call=call).for_list()[:20]


@prepared
def _referrals(owner: Any, call: Any) -> QuerySet:
    return Referral.objects.of(owner).filter(call=call).for_list()[:20]
