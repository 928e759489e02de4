"""The page of one opportunity, and a no to it: both show and end what stands in other rooms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import pages
from accounts.owned import StaleVersion
from accounts.prepared import prepared
from accounts.requests import OwnerRequest
from calls import opportunity_guard
from calls.collision_words import all_in_words
from calls.decline_text import decline_text
from calls.forms.opportunities import DeclineForm, RevealForm, StageForm
from calls.models import Call, Disclosure, Opportunity, Referral, StageChange
from desk.declined import (
    end_decisions,
    name_instead,
    open_decisions,
    reopen_decisions,
    take_back_names,
)
from desk.forms.call_sheet import CallSheetForm
from desk.owed import both_ways
from desk.questions import unanswered, unknown_of_firm


@require_safe
def opportunity_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    opportunity, user = _own(request, pk), request.user
    submissions, asked = opportunity_guard.about(opportunity, on=timezone.localdate())
    about = {"owner": user.pk, "opportunity": opportunity.pk}
    context = {
        "opportunity": opportunity,
        "said": all_in_words(asked),
        "submissions": submissions,
        "stages": _stages(**about),
        "owed": both_ways(user, opportunity=opportunity.pk),
        "calls": pages.page_of(
            request, Call.objects.of(user).filter(opportunity=opportunity).for_list()
        ),
        "referrals": _referrals(**about),
        "told": _told(**about),
        "unanswered": _unanswered(opportunity),
        "reveal_form": None
        if opportunity.client
        else RevealForm(instance=opportunity, owner=user),
        "stage_form": StageForm(initial={"stage": opportunity.next_stage}),
        "decline_words": _words_of(opportunity) if opportunity.declined_on else "",
    }
    return render(request, "desk/opportunity_detail.html", context)


def _unanswered(opportunity: Opportunity) -> list[str]:
    """The questions of the call sheet that this assignment, or its firm, still leaves open."""
    if not opportunity.is_open:
        return []
    names = [*unanswered(opportunity), *unknown_of_firm(opportunity.firm)]
    fields = CallSheetForm.base_fields
    return [str(fields[name].label) for name in names if name != "in_confidence"]


def _words_of(opportunity: Opportunity) -> str:
    """The words for a no that was said."""
    return decline_text(
        opportunity.title,
        to=opportunity.recruiter.name if opportunity.recruiter else "",
        reason=opportunity.decline_reason,
        wanted_instead=opportunity.wanted_instead,
        named_instead=opportunity.named_instead.splitlines(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_decline(request: OwnerRequest, pk: int) -> HttpResponse:
    """Say no: the words for it are shown as often as wanted (`show`), then it is saved."""
    opportunity = _own(request, pk)
    decisions = open_decisions(opportunity)
    form = DeclineForm(pages.posted(request), opportunity=opportunity, decisions=len(decisions))
    is_meant = request.method == "POST" and "show" not in request.POST
    if is_meant and form.is_valid() and _decline(request, opportunity, form):
        return redirect(opportunity)
    context = {
        "form": form,
        "opportunity": opportunity,
        "words": form.words(),
        "decisions": decisions,
    }
    status = 422 if form.errors else 200
    return render(request, "desk/opportunity_decline.html", context, status=status)


def _decline(request: OwnerRequest, opportunity: Opportunity, form: DeclineForm) -> bool:
    """Whether the no is saved, and with it what it keeps; all of it or nothing."""
    today = timezone.localdate()
    try:
        with transaction.atomic():
            opportunity.decline(today, **form.said)
            named = name_instead(opportunity, form.names, on=today)
            ended = end_decisions(opportunity) if form.cleaned_data["end_promises"] else []
    except StaleVersion:
        form.add_error(None, _("This was changed elsewhere just now. Save again."))
        return False
    said = _("Declined. The words for it stand on this page.")
    if ended:
        said += " " + _("Your promise to give a decision is kept.")
    if named:
        said += " " + ngettext(
            "%(n)s referral is noted.", "%(n)s referrals are noted.", len(named)
        ) % {"n": len(named)}
    messages.success(request, said)
    return True


@require_POST
def opportunity_reconsider(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undo the no, and what it kept on that day."""
    opportunity = _own(request, pk)
    if opportunity.declined_on is None:
        return redirect(opportunity)
    try:
        with transaction.atomic():
            reopened = reopen_decisions(opportunity)
            taken_back = take_back_names(opportunity)
            opportunity.reconsider()
    except StaleVersion:
        messages.warning(request, _("It had been changed already; this is how it stands."))
        return redirect(opportunity)
    said = _("It is open again.")
    if reopened:
        said += " " + _("So is your promise to give a decision.")
    if taken_back:
        said += " " + _("Whom you named instead is in the trash.")
    messages.success(request, said)
    return redirect(opportunity)


def _own(request: OwnerRequest, pk: int) -> Opportunity:
    opportunity: Opportunity = pages.first_or_404(_rows, owner=request.user.pk, pk=pk)
    return opportunity


# Prepared (accounts/prepared.py): they take longer to write than to answer ------------------------


@prepared
def _rows(owner: Any, pk: Any) -> QuerySet:
    return Opportunity.objects.of(owner).filter(pk=pk).for_list()


@prepared
def _stages(owner: Any, opportunity: Any) -> QuerySet:
    return StageChange.objects.of(owner).filter(opportunity=opportunity).order_by("on", "pk")


@prepared
def _referrals(owner: Any, opportunity: Any) -> QuerySet:
    return Referral.objects.of(owner).filter(opportunity=opportunity).for_list()[:20]


@prepared
def _told(owner: Any, opportunity: Any) -> QuerySet:
    return Disclosure.objects.of(owner).filter(opportunity=opportunity).for_list()[:20]
