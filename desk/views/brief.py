"""The brief of a firm, of a recruiter and of a promise: one page, three ways to it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import OwnerRequest
from contacts.merges import leads_to_kept
from contacts.models import Kind
from desk import brief


@require_safe
@leads_to_kept(Kind.FIRM)
def firm_brief(request: OwnerRequest, pk: int) -> HttpResponse:
    firm = brief.firm_of(request.user, pk)
    return _page(request, brief.brief_of_firm(firm, *_asked(request), with_pay=_pay(request)))


@require_safe
@leads_to_kept(Kind.RECRUITER)
def recruiter_brief(request: OwnerRequest, pk: int) -> HttpResponse:
    recruiter = brief.recruiter_of(request.user, pk)
    found = brief.brief_of_recruiter(recruiter, *_asked(request), with_pay=_pay(request))
    return _page(request, found)


@require_safe
def promise_brief(request: OwnerRequest, pk: int) -> HttpResponse:
    """That of its recruiter, else of its firm, with the promise on top."""
    promise = brief.promise_of(request.user, pk)
    return _page(
        request, brief.brief_of_promise(promise, *_asked(request), with_pay=_pay(request))
    )


def _asked(request: OwnerRequest) -> tuple:
    return request.user, timezone.now()


def _pay(request: OwnerRequest) -> bool:
    """Whether what was said of pay is asked for: else it is not in the page."""
    return request.GET.get("pay") == "shown"


def _page(request: OwnerRequest, found: brief.Brief) -> HttpResponse:
    return render(request, "desk/brief.html", {"brief": found})
