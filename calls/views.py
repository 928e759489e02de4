"""Lists and forms of what was said. The page of one call is desk's."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import OwnedForm
from accounts.owned import StaleVersion
from accounts.pages import own_or_404, page_of, posted
from accounts.requests import OwnerRequest
from calls.forms import CallForm, OpportunityForm
from calls.models import Call, Opportunity
from calls.pickers import OpportunityPicker, opportunities
from contacts.views import picker_options


@require_safe
def call_list(request: OwnerRequest) -> HttpResponse:
    rows = Call.objects.of(request.user).for_list()
    return render(request, "calls/call_list.html", {"page": page_of(request, rows)})


@require_http_methods(["GET", "HEAD", "POST"])
def call_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    call = own_or_404(Call.objects.of(request.user).select_related("named_by"), pk)
    form = CallForm(posted(request), instance=call, owner=request.user)
    if request.method == "POST" and _saved(request, form):
        return redirect("desk:call_detail", pk)
    context = {"form": form, "call": call}
    return render(request, "calls/call_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    opportunity = own_or_404(Opportunity.objects.of(request.user).for_list(), pk)
    form = OpportunityForm(posted(request), instance=opportunity, owner=request.user)
    if request.method == "POST" and _saved(request, form):
        return redirect("calls:opportunity_list")
    context = {"form": form, "opportunity": opportunity}
    status = 422 if form.errors else 200
    return render(request, "calls/opportunity_form.html", context, status=status)


def _saved(request: OwnerRequest, form: OwnedForm) -> bool:
    """Whether the form was valid and is saved; what stands in the way is said on it."""
    if not form.is_valid():
        return False
    try:
        form.save()
    except StaleVersion:
        form.add_error(None, _("This was changed elsewhere just now. Save again."))
        return False
    messages.success(request, _("Saved."))
    return True


@require_safe
def opportunity_list(request: OwnerRequest) -> HttpResponse:
    rows = Opportunity.objects.of(request.user).for_list()
    return render(request, "calls/opportunity_list.html", {"page": page_of(request, rows)})


@require_POST
def opportunity_options(request: OwnerRequest) -> HttpResponse:
    return picker_options(request, OpportunityPicker, opportunities)
