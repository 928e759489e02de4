"""Today, and the page of whoever it was."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.pages import own_or_404
from accounts.requests import OwnerRequest
from calls.models import Call, Opportunity
from contacts.models import Firm, Person, Recruiter
from desk import today as day
from desk.models import Draft
from desk.owed import both_ways
from desk.timeline import timeline
from followups.models import Promise
from followups.record import both_words


@require_safe
def today(request: OwnerRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "day": day.gather(request.user, now),
        "drafts": list(Draft.objects.of(request.user).on_offer(now)),
    }
    return render(request, "desk/today.html", context)


@require_safe
def call_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    call = own_or_404(Call.objects.of(request.user).for_list().select_related("named_by"), pk)
    promises = Promise.objects.of(request.user).filter(call=call).by_urgency()
    context = {"call": call, "promises": list(promises)}
    return render(request, "desk/call_detail.html", context)


@require_safe
def firm_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    firm = own_or_404(Firm.objects.of(request.user), pk)
    promises = Promise.objects.of(request.user).with_firm(firm)
    calls = Call.objects.of(request.user).with_firm(firm)
    context = {
        "firm": firm,
        "owed": both_ways(promises),
        "timeline": timeline(calls, promises, page=request.GET.get("page")),
        "recruiters": list(
            firm.recruiters.order_by("folded_name").prefetch_related("phones")[:50]
        ),
        "opportunities": list(
            Opportunity.objects.of(request.user).filter(firm=firm).for_list()[:10]
        ),
    }
    return render(request, "desk/firm_detail.html", context)


@require_safe
def recruiter_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    recruiter = own_or_404(Recruiter.objects.of(request.user).select_related("firm"), pk)
    promises = Promise.objects.of(request.user).filter(recruiter=recruiter)
    calls = Call.objects.of(request.user).filter(recruiter=recruiter)
    my_word, their_word = both_words(promises)
    context = {
        "recruiter": recruiter,
        "my_word": my_word,
        "their_word": their_word,
        "phones": list(recruiter.phones.order_by("-pk")),
        "emails": list(recruiter.emails.order_by("-pk")),
        "owed": both_ways(promises),
        "timeline": timeline(calls, promises, page=request.GET.get("page")),
    }
    return render(request, "desk/recruiter_detail.html", context)


@require_safe
def person_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    person = own_or_404(Person.objects.of(request.user), pk)
    context = {
        "person": person,
        "phones": list(person.phones.order_by("-pk")),
        "emails": list(person.emails.order_by("-pk")),
    }
    return render(request, "desk/person_detail.html", context)
