"""What I earn, as a whole, as of a day. Nowhere but here and on its form, and only when asked for."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import CompensationForm
from accounts.models import Compensation
from accounts.pages import own_or_404, page_of, posted, save_form
from accounts.requests import OwnerRequest
from accounts.trashed import just_trashed, restore, trash


@require_safe
def compensation_list(request: OwnerRequest) -> HttpResponse:
    """All of it, the newest first; of a fragment, which other pages fetch when asked, that alone."""
    page = page_of(request, Compensation.objects.of(request.user))
    context = {
        "page": page,
        "packages": page.object_list[:1] if request.htmx else page.object_list,
        "trashed": just_trashed(request, Compensation),
    }
    part = "#packages" if request.htmx else ""
    return render(request, f"accounts/compensation_list.html{part}", context)


@require_http_methods(["GET", "HEAD", "POST"])
def compensation_new(request: OwnerRequest) -> HttpResponse:
    return _edit(request, CompensationForm(posted(request), owner=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def compensation_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    row = own_or_404(Compensation.objects.of(request.user), pk)
    return _edit(request, CompensationForm(posted(request), instance=row, owner=request.user))


def _edit(request: OwnerRequest, form: CompensationForm) -> HttpResponse:
    """Saved, it is veiled again: the kit's page says of when it is, and no more."""
    if request.method == "POST" and save_form(request, form):
        return redirect(f"{reverse('accounts:kit')}#compensation")
    return render(
        request,
        "accounts/compensation_form.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require_POST
def compensation_trash(request: OwnerRequest, pk: int) -> HttpResponse:
    return trash(request, Compensation, pk, to=reverse("accounts:compensation_list"))


@require_POST
def compensation_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    restore(request, Compensation, pk)
    return redirect("accounts:compensation_list")
