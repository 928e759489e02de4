"""A recruiter's page: how to reach them, whether they keep their word, and all that was said."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.pages import first_or_404, own_or_404, posted, read_id, save_form
from accounts.prepared import prepared
from accounts.requests import OwnerRequest
from calls.models import Call
from contacts.forms import MoveForm
from contacts.merges import just_merged, leads_to_kept
from contacts.models import Email, Firm, Kind, Phone, Recruiter
from desk import dossier
from desk.dossier import Dossier
from desk.known import time_there
from desk.owed import both_ways
from desk.timeline import Asked
from followups.record import both_words_with


@require_safe
@leads_to_kept(Kind.RECRUITER)
def recruiter_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    user = request.user
    feed = Dossier(user, Asked.of(request), recruiter=pk)
    recruiter = first_or_404(dossier.recruiters, **feed.given)
    my_word, their_word = both_words_with(user.pk, recruiter.pk)
    firms = firms_of(owner=user.pk, recruiter=recruiter.pk)
    context = {
        "recruiter": recruiter,
        "there": time_there(recruiter.time_zone),
        "my_word": my_word,
        "their_word": their_word,
        "phones": _phones(owner=user.pk, recruiter=recruiter.pk),
        "emails": _emails(owner=user.pk, recruiter=recruiter.pk),
        "owed": both_ways(user, recruiter=recruiter.pk),
        "asked": feed.asked,
        "timeline": feed.page(recruiter.events),
        "firms": firms,
        "asked_of": next((one for one in firms if one.pk == feed.asked.firm), None),
        "move_form": MoveForm(instance=recruiter, owner=user),
        "moved_from": _moved_from(request, recruiter),
        "merged": just_merged(request, Recruiter, pk),
    }
    return render(request, "desk/recruiter_detail.html", context)


def _moved_from(request: OwnerRequest, recruiter: Recruiter) -> int | None:
    """The firm to go back to (0: none), unless they are back: the back button shows it again."""
    before = read_id(request.GET.get("moved", ""))
    return None if before == (recruiter.firm_id or 0) else before


@prepared
def _phones(owner: Any, recruiter: Any) -> QuerySet:
    return Phone.objects.of(owner).filter(recruiter=recruiter).order_by("-pk")


@prepared
def _emails(owner: Any, recruiter: Any) -> QuerySet:
    return Email.objects.of(owner).filter(recruiter=recruiter).order_by("-pk")


@prepared
def firms_of(owner: Any, recruiter: Any) -> QuerySet:
    """The firms for which they spoke, the latest first: `call_count`, `from_at` and `spoke_at`.

    From indexes alone: of a recruiter with thousands of calls no call is read.
    """
    said = Call.objects.of(owner).filter(recruiter=recruiter).order_by()
    of_firm = said.filter(firm=OuterRef("pk")).values("firm")
    rows = Firm.objects.of(owner).filter(pk__in=said.values("firm"))
    rows = rows.annotate(
        call_count=Subquery(of_firm.annotate(many=Count("pk")).values("many")),
        from_at=Subquery(of_firm.annotate(at=Min("occurred_at")).values("at")),
        spoke_at=Subquery(of_firm.annotate(at=Max("occurred_at")).values("at")),
    )
    return rows.order_by("-spoke_at", "-pk")[:20]


@require_http_methods(["GET", "HEAD", "POST"])
def recruiter_move(request: OwnerRequest, pk: int) -> HttpResponse:
    """They work elsewhere now. Calls, promises and submissions keep the firm of their day."""
    recruiter = own_or_404(Recruiter.objects.of(request.user).select_related("firm"), pk)
    before = recruiter.firm_id
    form = MoveForm(posted(request), instance=recruiter, owner=request.user)
    if request.method == "POST" and save_form(request, form):
        if recruiter.firm_id == before:
            return redirect(recruiter)
        query = {} if "undo" in request.POST else {"moved": before or 0}
        return redirect(reverse("desk:recruiter_detail", args=[pk], query=query))
    context = {"form": form, "recruiter": recruiter}
    return render(request, "desk/recruiter_move.html", context, status=422 if form.errors else 200)
