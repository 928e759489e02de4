"""Whether a firm is real: what was checked, noted in one press."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import trashed
from accounts.pages import own_or_404, posted, save_form
from accounts.requests import OwnerRequest
from contacts.forms import FirmCheckForm
from contacts.models import Firm, FirmCheck


def vetting_page(firm: Firm) -> str:
    """The address of the firm's page, at the list of its checks."""
    return f"{firm.get_absolute_url()}#vetting"


@require_http_methods(["GET", "HEAD", "POST"])
def firm_check(request: OwnerRequest, pk: int) -> HttpResponse:
    """Note a check: one press on the firm's page, with a day and words where they matter."""
    firm = own_or_404(Firm.objects.of(request.user), pk)
    form = FirmCheckForm(
        posted(request),
        instance=FirmCheck(firm=firm),
        owner=request.user,
        initial={"way": request.GET.get("way", "")},
    )
    return _edit(request, firm, form)


@require_http_methods(["GET", "HEAD", "POST"])
def check_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    check = own_or_404(FirmCheck.objects.of(request.user).select_related("firm"), pk)
    form = FirmCheckForm(posted(request), instance=check, owner=request.user)
    return _edit(request, check.firm, form)


def _edit(request: OwnerRequest, firm: Firm, form: FirmCheckForm) -> HttpResponse:
    known = form.instance.pk is not None
    if request.method == "POST" and save_form(request, form):
        return redirect(vetting_page(firm))
    context = {"form": form, "firm": firm, "check": form.instance if known else None}
    return render(request, "desk/check_form.html", context, status=422 if form.errors else 200)


@require_POST
def check_trash(request: OwnerRequest, pk: int) -> HttpResponse:
    check = own_or_404(FirmCheck.objects.of(request.user).select_related("firm"), pk)
    to = check.firm.get_absolute_url()
    return trashed.trash(request, FirmCheck, pk, to=to, at="#vetting", name="check")


@require_POST
def check_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    check = trashed.restore(request, FirmCheck, pk)
    return redirect(vetting_page(check.firm))
