"""Sheets that are not saved yet: kept while they are typed, offered again, thrown away."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import own_or_404
from accounts.requests import OwnerRequest
from desk.call_sheet import saved_before
from desk.models import Draft, holds_something

LATEST = 2**62


@require_POST
def draft_keep(request: OwnerRequest) -> HttpResponse:
    """Keep the sheet as it stands in the browser now; 204, or 422 for what is no sheet.

    200 with words: the sheet is a call already, and nothing more of it is kept.
    `owner` is whose page it was typed on: 403 if somebody else has signed in there meanwhile.
    """
    if request.POST.get("owner", request.user.tag) != request.user.tag:
        return HttpResponse(status=403)
    typed_at = request.POST.get("typed_at", "")
    try:
        key = uuid.UUID(request.POST.get("client_key", ""))
        at = int(typed_at[:16]) if typed_at.isascii() and typed_at.isdigit() else 0
        if saved_before(request.user, key):
            return HttpResponse(
                _("This sheet is saved already. What is new is kept once you save again.")
            )
        if holds_something(request.POST):
            Draft.keep(request.user, key, request.POST, typed_at=min(at, LATEST))
        else:
            Draft.forget(request.user, key)
    except ValueError:
        return HttpResponse(_("This is too much to keep as a draft."), status=422)
    return HttpResponse(status=204)


@require_safe
def draft_list(request: OwnerRequest) -> HttpResponse:
    """The sheets on offer: for a page that was open before its draft arrived."""
    return _on_offer(request, None)


@require_POST
def draft_discard(request: OwnerRequest, pk: int) -> HttpResponse:
    draft = own_or_404(Draft.objects.of(request.user), pk)
    draft.trash()
    return _on_offer(request, draft)


@require_POST
def draft_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    draft = own_or_404(Draft.across_owners.filter(owner=request.user), pk)
    if draft.trashed_at:
        draft.restore()
    return _on_offer(request, None)


def _on_offer(request: OwnerRequest, discarded: Draft | None) -> HttpResponse:
    drafts = Draft.objects.of(request.user).on_offer(timezone.now())
    context = {"drafts": list(drafts), "discarded": discarded}
    page = "desk/_drafts.html" if request.htmx else "desk/draft_list.html"
    return render(request, page, context)
