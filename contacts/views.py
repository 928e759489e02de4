"""Lists and forms of whom I know. Their dossiers are desk's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import phones, trashed
from accounts.forms import OwnedForm
from accounts.models import User
from accounts.owned import OwnedModel
from accounts.pages import choice, own_or_404, page_of, posted, read_id, save_form
from accounts.requests import OwnerRequest
from accounts.time_zones import time_zone_names
from contacts import finding
from contacts.companies import spelled_alike
from contacts.forms import EmployerForm, EmploymentForm, FirmForm, PersonForm, RecruiterForm
from contacts.merges import just_merged, leads_to_kept
from contacts.models import Employer, Employment, Firm, Kind, Person, Recruiter
from contacts.pickers import EmployerPicker, FirmPicker, PersonPicker, PickerField, RecruiterPicker
from contacts.resembling import lies_in_trash, resembling


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


@require_POST
def person_options(request: OwnerRequest) -> HttpResponse:
    return picker_options(request, PersonPicker, finding.people)


@require_POST
def resembling_options(request: OwnerRequest, kind: Kind) -> HttpResponse:
    """Who is there already of those that the typed name and number may mean; it blocks nothing."""
    typed = {
        name: request.POST.get(name, "")[:200].replace("\x00", "").strip()
        for name in ("name", "phone", "switchboard", "firm_name")
    }
    try:
        written = typed["phone"] or typed["switchboard"]
        number = phones.parse(written, region=request.user.phone_region) if written else ""
    except ValidationError:
        number = ""  # half a number
    found = resembling(
        request.user, kind, name=typed["name"], number=number, firm=typed["firm_name"]
    )
    context = {"found": found, "in_trash": lies_in_trash(request.user, kind, typed["name"])}
    return render(request, "contacts/resembling.html", context)


def _edit(
    request: OwnerRequest,
    form_class: type[OwnedForm],
    instance: OwnedModel | None,
    template: str,
    **initial: Any,
) -> HttpResponse:
    """The form of one row, new or known: shown, or saved."""
    form = form_class(posted(request), instance=instance, initial=initial, owner=request.user)
    if request.method == "POST" and save_form(request, form):
        return redirect(form.instance)
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
    """A new one, of `?firm=` if it is named: the page of a firm asks for who works there."""
    firm = Firm.objects.of(request.user).filter(pk=read_id(request.GET.get("firm", ""))).first()
    return _edit(request, RecruiterForm, None, "contacts/recruiter_form.html", firm=firm)


@require_http_methods(["GET", "HEAD", "POST"])
def recruiter_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    recruiter = own_or_404(Recruiter.objects.of(request.user), pk)
    return _edit(request, RecruiterForm, recruiter, "contacts/recruiter_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: OwnerRequest) -> HttpResponse:
    return _edit(request, PersonForm, None, "contacts/person_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    # Who is anonymised stays so: there is nothing to write down of them.
    people = Person.objects.of(request.user).filter(anonymised_at=None)
    person = own_or_404(people, pk)
    return _edit(request, PersonForm, person, "contacts/person_form.html")


# Companies, and where I work ----------------------------------------------------------------------


@require_POST
def employer_options(request: OwnerRequest) -> HttpResponse:
    return picker_options(request, EmployerPicker, finding.employers)


@require_safe
def employer_list(request: OwnerRequest) -> HttpResponse:
    """By name, each with what it belongs to, its other names, and whether I worked there."""
    worked = Employment.objects.of(request.user).filter(employer=OuterRef("pk"))
    rows = Employer.objects.of(request.user).select_related("parent")
    rows = rows.annotate(worked=Exists(worked)).order_by("folded_name", "pk")
    return render(request, "contacts/employer_list.html", {"page": page_of(request, rows)})


@require_http_methods(["GET", "HEAD", "POST"])
def employer_new(request: OwnerRequest) -> HttpResponse:
    return _edit_employer(request, EmployerForm(posted(request), owner=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@leads_to_kept(Kind.EMPLOYER)
def employer_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    employer = own_or_404(Employer.objects.of(request.user).select_related("parent"), pk)
    form = EmployerForm(posted(request), instance=employer, owner=request.user)
    return _edit_employer(request, form)


def _edit_employer(request: OwnerRequest, form: EmployerForm) -> HttpResponse:
    """Saved, it is said with which others a spelling makes it one: nobody has joined them."""
    known = form.instance.pk is not None
    if request.method == "POST" and save_form(request, form):
        for other in _alike(form.instance):
            words = {"name": form.instance.name, "other": other.name}
            messages.info(request, _("%(name)s and %(other)s count as one company.") % words)
        return redirect("contacts:employer_list")
    context = {
        "form": form,
        "object": form.instance if known else None,
        "alike": _alike(form.instance) if known and not form.errors else [],
        "merged": just_merged(request, Employer, form.instance.pk) if known else None,
    }
    return render(
        request, "contacts/employer_form.html", context, status=422 if form.errors else 200
    )


def _alike(employer: Employer) -> list[Employer]:
    others = Employer.objects.of(employer.owner_id).only("name", "other_names")
    return spelled_alike(employer, others)[:10]


@require_safe
def employment_list(request: OwnerRequest) -> HttpResponse:
    """Where I work first, then where I worked, the latest first."""
    rows = Employment.objects.of(request.user).select_related("employer")
    order = [F("ended_on").desc(nulls_first=True), F("started_on").desc(nulls_last=True), "-pk"]
    context = {
        "page": page_of(request, rows.order_by(*order)),
        "today": timezone.localdate(),
        "trashed": trashed.just_trashed(request, Employment),
    }
    return render(request, "contacts/employment_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def employment_new(request: OwnerRequest) -> HttpResponse:
    return _edit_employment(request, EmploymentForm(posted(request), owner=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def employment_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    job = own_or_404(Employment.objects.of(request.user).select_related("employer"), pk)
    return _edit_employment(
        request, EmploymentForm(posted(request), instance=job, owner=request.user)
    )


def _edit_employment(request: OwnerRequest, form: EmploymentForm) -> HttpResponse:
    known = form.instance.pk is not None
    if request.method == "POST" and save_form(request, form):
        return redirect("contacts:employment_list")
    context = {"form": form, "object": form.instance if known else None}
    return render(
        request, "contacts/employment_form.html", context, status=422 if form.errors else 200
    )


@require_POST
def employment_trash(request: OwnerRequest, pk: int) -> HttpResponse:
    return trashed.trash(request, Employment, pk, to=reverse("contacts:employment_list"))


@require_POST
def employment_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    trashed.restore(request, Employment, pk)
    return redirect("contacts:employment_list")
