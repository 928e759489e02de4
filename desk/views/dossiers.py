"""Today, and the page of whoever it was."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.pages import own_or_404
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
    call = own_or_404(Call.objects.of(request.user).for_list().select_related("named_by"), pk)
    promises = Promise.objects.of(request.user).filter(call=call).by_urgency()
    context = {
        "call": call,
        "promises": list(promises),
        "said": _said_of(call),
        "told": list(Disclosure.objects.of(request.user).filter(call=call).for_list()[:20]),
        "referrals": list(Referral.objects.of(request.user).filter(call=call).for_list()[:20]),
    }
    return render(request, "desk/call_detail.html", context)


def _said_of(call: Call) -> list[Said]:
    """What the guard says of the assignment that was spoken of, once its client is known."""
    if call.opportunity is None or call.opportunity.client is None:
        return []
    _submissions, asked = about(call.opportunity, on=timezone.localdate())
    return all_in_words(asked)
