"""Referrals both ways: whom I named to a recruiter, and who named me."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.owned import StaleVersion
from accounts.pages import choice, own_or_404, page_of, posted, save_form, where_from
from accounts.requests import OwnerRequest
from accounts.trashed import just_trashed, restore, trash
from calls.forms.referrals import ReferralForm
from calls.models import Call, Referral
from calls.views.named import keeping, named_row
from contacts.models import Firm, Person, Recruiter

OF_WHOM = {"person": Person, "recruiter": Recruiter, "firm": Firm}
DIRECTIONS = [
    ("", _("Both ways")),
    (Referral.Direction.BY_ME, _("I named them")),
    (Referral.Direction.OF_ME, _("They named me")),
]
SHOWS = [("", _("All")), ("open", _("Not known yet")), ("answered", _("Known"))]


@require_safe
def referral_list(request: OwnerRequest) -> HttpResponse:
    """All, newest first; one direction, answered or not, of one person, recruiter or firm.

    htmx asks for the rows alone: a dossier unfolds them (templates/desk/_named_fold.html).
    """
    of_whom = {name: named_row(request, name, model) for name, model in OF_WHOM.items()}
    direction = choice(request, "direction", [value for value, _words in DIRECTIONS])
    show = choice(request, "show", [value for value, _words in SHOWS])
    rows = Referral.objects.of(request.user).for_list().about(**of_whom)
    rows = rows.filter(direction=direction) if direction else rows
    if show:
        rows = rows.unanswered() if show == "open" else rows.exclude(outcome="")
    context = {
        **of_whom,
        "page": page_of(request, rows),
        "direction": direction,
        "directions": DIRECTIONS,
        "show": show,
        "shows": SHOWS,
        "trashed": just_trashed(request, Referral),
        "but_direction": keeping(**of_whom, show=show),
        "but_show": keeping(**of_whom, direction=direction),
        "but_whom": keeping(direction=direction, show=show),
        "keep": keeping(**of_whom, direction=direction, show=show),
    }
    part = "#named" if request.htmx.target == "named" else ""
    return render(request, f"calls/referral_list.html{part}", context)


@require_http_methods(["GET", "HEAD", "POST"])
def referral_new(request: OwnerRequest) -> HttpResponse:
    """A new one, of `?person=`, to `?recruiter=` or on `?call=`, if they are named."""
    named = {
        "person": named_row(request, "person", Person),
        "recruiter": named_row(request, "recruiter", Recruiter),
        "call": named_row(request, "call", Call),
    }
    return _edit(request, ReferralForm(posted(request), owner=request.user, **named))


@require_http_methods(["GET", "HEAD", "POST"])
def referral_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    referral = own_or_404(Referral.objects.of(request.user).for_list(), pk)
    form = ReferralForm(posted(request), instance=referral, owner=request.user)
    return _edit(request, form)


def _edit(request: OwnerRequest, form: ReferralForm) -> HttpResponse:
    if request.method == "POST" and save_form(request, form):
        return redirect(form.instance.person)
    context = {"form": form, "referral": form.instance}
    return render(request, "calls/referral_form.html", context, status=422 if form.errors else 200)


@require_POST
def referral_contacted(request: OwnerRequest, pk: int) -> HttpResponse:
    """The recruiter has rung them, as I heard today."""
    return _note(request, pk, Referral.note_contacted, _("Noted: they were contacted."))


@require_POST
def referral_thank(request: OwnerRequest, pk: int) -> HttpResponse:
    """I thanked them today."""
    return _note(request, pk, Referral.note_thanks, _("Noted: thanked."))


def _note(
    request: OwnerRequest, pk: int, verb: Callable[[Referral, dt.date], None], said: Any
) -> HttpResponse:
    """Note it as of today; a second press is none."""
    referral = own_or_404(Referral.objects.of(request.user).select_related("person"), pk)
    try:
        verb(referral, timezone.localdate())
    except StaleVersion:
        messages.warning(request, _("It had been changed already; this is how it stands."))
    else:
        messages.success(request, said)
    return redirect(where_from(request, referral.person.get_absolute_url()))


@require_POST
def referral_trash(request: OwnerRequest, pk: int) -> HttpResponse:
    return trash(request, Referral, pk, to=reverse("calls:referral_list"))


@require_POST
def referral_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undo `referral_trash`; a second press changes nothing."""
    restore(request, Referral, pk)
    return redirect("calls:referral_list")
