"""Lists and forms of what was said. The page of one call is desk's."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.pages import own_or_404, page_of, posted, save_form
from accounts.requests import OwnerRequest
from calls.forms import CallForm
from calls.models import Call


@require_safe
def call_list(request: OwnerRequest) -> HttpResponse:
    rows = Call.objects.of(request.user).for_list()
    return render(request, "calls/call_list.html", {"page": page_of(request, rows)})


@require_http_methods(["GET", "HEAD", "POST"])
def call_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    call = own_or_404(Call.objects.of(request.user).select_related("named_by"), pk)
    form = CallForm(posted(request), instance=call, owner=request.user)
    if request.method == "POST" and save_form(request, form):
        return redirect("desk:call_detail", pk)
    context = {"form": form, "call": call}
    return render(request, "calls/call_form.html", context, status=422 if form.errors else 200)
