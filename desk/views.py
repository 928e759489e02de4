"""Where it all comes together: Today, the call sheet, and the page of whoever it was."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.pages import LARGEST_ID, own_or_404, posted
from accounts.requests import OwnerRequest
from calls.models import Call, Opportunity
from contacts.models import Firm, Person, Recruiter
from desk import call_sheet as sheet
from desk import callers
from desk import today as day
from desk.forms import CallSheetForm, PromiseLineFormSet, one_more_line, wanted
from desk.known import known_of
from desk.timeline import timeline
from followups.models import Promise
from followups.tasks import nudge


@require_safe
def today(request: OwnerRequest) -> HttpResponse:
    return render(request, "desk/today.html", {"day": day.gather(request.user, timezone.now())})


def _own_or_none(request: OwnerRequest, model: Any, name: str) -> Any:
    """The own row that the address names by id, or None: a link may have outlived its row."""
    value = request.GET.get(name, "")
    # Python refuses to read thousands of digits as a number, so their count comes first.
    if not (value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= LARGEST_ID):
        return None
    return model.objects.of(request.user).filter(pk=value).first()


@require_http_methods(["GET", "HEAD", "POST"])
def call_sheet(request: OwnerRequest) -> HttpResponse:
    """The sheet for a call that is going on. With htmx, GET fills in the chosen caller."""
    options = {"owner": request.user}
    if "add" in request.POST:
        form, lines = one_more_line(request.POST, **options)
        return _sheet(request, form, lines, None)
    lines = PromiseLineFormSet(posted(request), prefix="promises", form_kwargs=options)
    if request.method == "POST":
        form = CallSheetForm(request.POST, **options)
        if all([form.is_valid(), lines.is_valid()]):
            promised = wanted(lines)
            saved = sheet.saved_before(request.user, form.cleaned_data["client_key"])
            if saved and sheet.says_more(form, promised, saved):
                form.ask_whether_new(saved)
                return _sheet(request, form, lines, None, status=422)
            call = sheet.save(form, promised)
            nudge()
            said = _("Saved. Every promise has its reminders.") if promised else _("Saved.")
            messages.success(request, said)
            there = call.get_absolute_url()
            return HttpResponseClientRedirect(there) if request.htmx else redirect(there)
        recruiter = form.cleaned_data.get("recruiter") if form.is_bound else None
        return _sheet(request, form, lines, recruiter, status=422)
    recruiter = _own_or_none(request, Recruiter, "recruiter")
    firm = _own_or_none(request, Firm, "firm")
    form = CallSheetForm(initial=_initial(recruiter, firm), **options)
    return _sheet(request, form, lines, recruiter)


def _initial(recruiter: Recruiter | None, firm: Firm | None) -> dict[str, Any]:
    if recruiter is None:
        return {"firm": firm.name} if firm else {}
    phone = recruiter.phones.order_by("-pk").first()
    return {
        "recruiter": recruiter.pk,
        "who": recruiter.name,
        "firm": recruiter.firm.name if recruiter.firm else "",
        "phone": phone.number if phone else "",
    }


def _sheet(
    request: OwnerRequest,
    form: CallSheetForm,
    lines: Any,
    recruiter: Recruiter | None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "lines": lines, "known": known_of(recruiter)}
    template = "desk/call_sheet.html"
    if request.htmx and request.method != "POST":
        template += "#caller"
    return render(request, template, context, status=status)


@require_POST
def caller_options(request: OwnerRequest) -> HttpResponse:
    """Who the typed letters could mean. A POST, so that no log or history keeps the letters."""
    typed = request.POST.get("who", "")[:200].replace("\x00", "")  # PostgreSQL has no NUL
    context = {"found": callers.find(request.user, typed), "typed": typed}
    return render(request, "desk/caller_options.html", context)


@require_safe
def call_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    call = own_or_404(Call.objects.of(request.user).for_list(), pk)
    promises = Promise.objects.of(request.user).filter(call=call).by_urgency()
    context = {"call": call, "promises": list(promises)}
    return render(request, "desk/call_detail.html", context)


@require_safe
def firm_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    firm = own_or_404(Firm.objects.of(request.user), pk)
    promises = Promise.objects.of(request.user).with_firm(firm)
    calls = Call.objects.of(request.user).with_firm(firm)
    context = {
        "firm": firm,
        "owed": list(promises.open().by_urgency()[:50]),
        "timeline": timeline(calls, promises, page=request.GET.get("page")),
        "recruiters": list(
            firm.recruiters.order_by("folded_name").prefetch_related("phones")[:50]
        ),
        "opportunities": list(
            Opportunity.objects.of(request.user).filter(firm=firm).for_list()[:10]
        ),
    }
    return render(request, "desk/firm_detail.html", context)


@require_safe
def recruiter_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    recruiter = own_or_404(Recruiter.objects.of(request.user).select_related("firm"), pk)
    promises = Promise.objects.of(request.user).filter(recruiter=recruiter)
    calls = Call.objects.of(request.user).filter(recruiter=recruiter)
    context = {
        "recruiter": recruiter,
        "phones": list(recruiter.phones.order_by("-pk")),
        "emails": list(recruiter.emails.order_by("-pk")),
        "owed": list(promises.open().by_urgency()[:50]),
        "timeline": timeline(calls, promises, page=request.GET.get("page")),
    }
    return render(request, "desk/recruiter_detail.html", context)


@require_safe
def person_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    person = own_or_404(Person.objects.of(request.user), pk)
    context = {
        "person": person,
        "phones": list(person.phones.order_by("-pk")),
        "emails": list(person.emails.order_by("-pk")),
    }
    return render(request, "desk/person_detail.html", context)
