"""Lists and forms of whom I know. Their dossiers are desk's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import OwnedForm
from accounts.models import User
from accounts.owned import OwnedModel, StaleVersion
from accounts.pages import choice, own_or_404, page_of, posted
from accounts.requests import OwnerRequest
from accounts.time_zones import time_zone_names
from contacts import finding
from contacts.forms import FirmForm, PersonForm, RecruiterForm
from contacts.models import Firm, Person, Recruiter
from contacts.pickers import FirmPicker, PickerField, RecruiterPicker


def _sorted_page(request: OwnerRequest, rows: QuerySet) -> tuple[str, Page]:
    """A page by name or by who spoke last, each row with how often and when last we spoke.

    Calls are counted for the rows of the page alone: for all of them it takes half a second.
    """
    sort = choice(request, "sort", ["name", "last"])
    if sort == "last":
        last = F("last_call_at") if rows.model is Recruiter else _last_call_of_firm()
        rows = rows.annotate(last=last).order_by(
            F("last").desc(nulls_last=True), "folded_name", "pk"
        )
    else:
        rows = rows.order_by("folded_name", "pk")
    page = page_of(request, rows)
    seen = Q(calls__trashed_at=None)
    counted = rows.model.objects.of(request.user).annotate(
        call_count=Count("calls", filter=seen), spoke_at=Max("calls__occurred_at", filter=seen)
    )
    spoke = counted.filter(pk__in=[row.pk for row in page]).values_list(
        "pk", "call_count", "spoke_at"
    )
    found = {pk: calls for pk, *calls in spoke}
    for row in page:
        row.call_count, row.last_call_at = found.get(row.pk, (0, None))
    return sort, page


def _last_call_of_firm() -> Subquery:
    """When last we spoke (UTC): one look into an index for each row."""
    # Calls are a room above, whose models this one does not import.
    calls: Any = Firm._meta.get_field("calls")
    rows = calls.related_model.across_owners.filter(
        **{calls.field.name: OuterRef("pk")}, trashed_at=None
    )
    return Subquery(rows.order_by("-occurred_at").values("occurred_at")[:1])


@require_safe
def firm_list(request: OwnerRequest) -> HttpResponse:
    sort, page = _sorted_page(request, Firm.objects.of(request.user))
    context = {"page": page, "sort": sort}
    return render(request, "contacts/firm_list.html", context)


@require_safe
def recruiter_list(request: OwnerRequest) -> HttpResponse:
    sort, page = _sorted_page(request, Recruiter.objects.of(request.user).select_related("firm"))
    context = {"page": page, "sort": sort}
    return render(request, "contacts/recruiter_list.html", context)


@require_safe
def person_list(request: OwnerRequest) -> HttpResponse:
    rows = Person.objects.of(request.user).order_by("folded_name", "pk")
    return render(request, "contacts/person_list.html", {"page": page_of(request, rows)})


def typed_letters(request: OwnerRequest) -> str:
    """What was typed into a picker: the one value posted, whatever its field is called."""
    values = (value for name, value in request.POST.items() if name != "csrfmiddlewaretoken")
    return str(next(values, ""))[:200].replace("\x00", "").strip()  # PostgreSQL has no NUL


def picker_options(
    request: OwnerRequest, picker: type[PickerField], find: Callable[[User, str], list[Any]]
) -> HttpResponse:
    """What the typed letters could mean. A POST, so that no log or history keeps the letters."""
    typed = typed_letters(request)
    options = picker.options(find(request.user, typed))
    context = {"options": options, "typed": typed, "unknown": picker.unknown}
    return render(request, "contacts/picker_options.html", context)


@require_POST
def firm_options(request: OwnerRequest) -> HttpResponse:
    return picker_options(request, FirmPicker, finding.firms)


@require_POST
def recruiter_options(request: OwnerRequest) -> HttpResponse:
    return picker_options(request, RecruiterPicker, finding.recruiters)


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
