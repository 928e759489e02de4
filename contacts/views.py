"""Lists and forms of whom I know. Their dossiers are desk's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Max, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import OwnedForm
from accounts.owned import OwnedModel, StaleVersion
from accounts.pages import choice, own_or_404, page_of, posted
from accounts.requests import OwnerRequest
from accounts.time_zones import time_zone_names
from contacts.forms import FirmForm, PersonForm, RecruiterForm
from contacts.models import Firm, Person, Recruiter

SORTS = {
    "name": ("folded_name", "pk"),
    "last": (F("last_call_at").desc(nulls_last=True), "folded_name", "pk"),
}


def _sorted(request: OwnerRequest, rows: QuerySet) -> tuple[str, QuerySet]:
    sort = choice(request, "sort", list(SORTS))
    return sort, rows.order_by(*SORTS[sort])


def _with_calls(rows: QuerySet) -> QuerySet:
    """With how often and when last we spoke."""
    seen = Q(calls__trashed_at=None)
    return rows.annotate(
        call_count=Count("calls", filter=seen), last_call_at=Max("calls__occurred_at", filter=seen)
    )


@require_safe
def firm_list(request: OwnerRequest) -> HttpResponse:
    sort, rows = _sorted(request, _with_calls(Firm.objects.of(request.user)))
    context = {"page": page_of(request, rows), "sort": sort}
    return render(request, "contacts/firm_list.html", context)


@require_safe
def recruiter_list(request: OwnerRequest) -> HttpResponse:
    rows = _with_calls(Recruiter.objects.of(request.user).select_related("firm"))
    sort, rows = _sorted(request, rows)
    context = {"page": page_of(request, rows), "sort": sort}
    return render(request, "contacts/recruiter_list.html", context)


@require_safe
def person_list(request: OwnerRequest) -> HttpResponse:
    rows = Person.objects.of(request.user).order_by("folded_name", "pk")
    return render(request, "contacts/person_list.html", {"page": page_of(request, rows)})


def _edit(
    request: OwnerRequest, form_class: type[OwnedForm], instance: OwnedModel | None, template: str
) -> HttpResponse:
    """The form of one row, new or known: shown, or saved."""
    form = form_class(posted(request), instance=instance, owner=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            saved: Any = form.save()
        except StaleVersion:
            form.add_error(None, _("This was changed elsewhere just now. Save again."))
        else:
            messages.success(request, _("Saved."))
            return redirect(saved)
    context = {"form": form, "object": instance, "time_zones": time_zone_names()}
    return render(request, template, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def firm_new(request: OwnerRequest) -> HttpResponse:
    return _edit(request, FirmForm, None, "contacts/firm_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
def firm_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    firm = own_or_404(Firm.objects.of(request.user), pk)
    return _edit(request, FirmForm, firm, "contacts/firm_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
def recruiter_new(request: OwnerRequest) -> HttpResponse:
    return _edit(request, RecruiterForm, None, "contacts/recruiter_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
def recruiter_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    recruiter = own_or_404(Recruiter.objects.of(request.user), pk)
    return _edit(request, RecruiterForm, recruiter, "contacts/recruiter_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: OwnerRequest) -> HttpResponse:
    return _edit(request, PersonForm, None, "contacts/person_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    person = own_or_404(Person.objects.of(request.user), pk)
    return _edit(request, PersonForm, person, "contacts/person_form.html")
