"""From whom a firm may not take people: its entries, and the form that makes and mends them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import trashed
from accounts.pages import own_or_404, posted, save_form
from accounts.requests import OwnerRequest
from contacts.forms import OffLimitsForm
from contacts.models import Firm, OffLimits


def _page(firm: Firm) -> str:
    return f"{firm.get_absolute_url()}#off-limits"


@require_http_methods(["GET", "HEAD", "POST"])
def off_limits_new(request: OwnerRequest, pk: int) -> HttpResponse:
    """An entry of the firm of this id."""
    firm = own_or_404(Firm.objects.of(request.user), pk)
    entry = OffLimits(firm=firm, noted_on=timezone.localdate())
    return _edit(request, firm, OffLimitsForm(posted(request), instance=entry, owner=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def off_limits_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    entry = own_or_404(OffLimits.objects.of(request.user).select_related("firm", "employer"), pk)
    form = OffLimitsForm(posted(request), instance=entry, owner=request.user)
    return _edit(request, entry.firm, form)


def _edit(request: OwnerRequest, firm: Firm, form: OffLimitsForm) -> HttpResponse:
    known = form.instance.pk is not None
    if request.method == "POST" and save_form(request, form):
        return redirect(_page(firm))
    context = {"form": form, "firm": firm, "entry": form.instance if known else None}
    return render(
        request, "desk/off_limits_form.html", context, status=422 if form.errors else 200
    )


@require_POST
def off_limits_trash(request: OwnerRequest, pk: int) -> HttpResponse:
    entry = own_or_404(OffLimits.objects.of(request.user).select_related("firm"), pk)
    to = entry.firm.get_absolute_url()
    return trashed.trash(request, OffLimits, pk, to=to, at="#off-limits", name="limit")


@require_POST
def off_limits_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    entry = trashed.restore(request, OffLimits, pk)
    return redirect(_page(entry.firm))
