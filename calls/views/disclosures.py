"""What I told whom: so that the next talk says the same."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.pages import choice, own_or_404, page_of, posted, save_form
from accounts.requests import OwnerRequest
from accounts.trashed import just_trashed, restore, trash
from calls.forms.disclosures import DisclosureForm
from calls.models import Call, Disclosure
from calls.views.named import keeping, named_row
from contacts.models import Firm, Recruiter


@require_safe
def disclosure_list(request: OwnerRequest) -> HttpResponse:
    """All, newest first; of one recruiter, firm or topic, if the address names one.

    htmx asks for the rows alone: a dossier unfolds them (templates/desk/_told_fold.html).
    """
    topic = choice(request, "topic", ["", *Disclosure.Topic.values])
    recruiter = named_row(request, "recruiter", Recruiter)
    firm = named_row(request, "firm", Firm)
    rows = Disclosure.objects.of(request.user).for_list()
    rows = rows.filter(topic=topic) if topic else rows
    rows = rows.filter(recruiter=recruiter) if recruiter else rows
    rows = rows.at_firm(firm) if firm else rows
    context = {
        "page": page_of(request, rows),
        "topic": topic,
        "topics": [("", _("Everything")), *Disclosure.Topic.choices],
        "recruiter": recruiter,
        "firm": firm,
        "trashed": just_trashed(request, Disclosure),
        "of_whom": keeping(recruiter=recruiter, firm=firm),
        "keep": keeping(recruiter=recruiter, firm=firm, topic=topic),
    }
    part = "#told" if request.htmx.target == "told" else ""
    return render(request, f"calls/disclosure_list.html{part}", context)


@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_new(request: OwnerRequest) -> HttpResponse:
    """A new one, told to `?recruiter=` or on `?call=`, if they are named."""
    call = named_row(request, "call", Call)
    recruiter = named_row(request, "recruiter", Recruiter)
    form = DisclosureForm(posted(request), owner=request.user, call=call, recruiter=recruiter)
    return _edit(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    disclosure = own_or_404(Disclosure.objects.of(request.user).for_list(), pk)
    form = DisclosureForm(posted(request), instance=disclosure, owner=request.user)
    return _edit(request, form)


def _edit(request: OwnerRequest, form: DisclosureForm) -> HttpResponse:
    if request.method == "POST" and save_form(request, form):
        if form.instance.call:
            return redirect(form.instance.call)
        return redirect("calls:disclosure_list")
    context = {"form": form, "disclosure": form.instance}
    return render(
        request, "calls/disclosure_form.html", context, status=422 if form.errors else 200
    )


@require_POST
def disclosure_trash(request: OwnerRequest, pk: int) -> HttpResponse:
    return trash(request, Disclosure, pk, to=reverse("calls:disclosure_list"))


@require_POST
def disclosure_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undo `disclosure_trash`; a second press changes nothing."""
    restore(request, Disclosure, pk)
    return redirect("calls:disclosure_list")
