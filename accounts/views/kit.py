"""The kit: what I say, my résumés and what I earn, on one page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import kit_gaps, resume_holders
from accounts.forms import KitForm
from accounts.models import Compensation, Kit, Preferences, Resume
from accounts.owned import StaleVersion
from accounts.pages import page_of, posted
from accounts.requests import OwnerRequest
from accounts.trashed import just_trashed


@require_http_methods(["GET", "HEAD", "POST"])
def kit(request: OwnerRequest) -> HttpResponse:
    """What I keep ready for a recruiter who asks."""
    mine = Kit.of(request.user)
    evening = Preferences.objects.of(request.user).get().evening_time
    form = KitForm(posted(request), instance=mine, owner=request.user)
    # Before the form is cleaned: what was typed and refused is in `mine` afterwards.
    context = {
        "form": form,
        "is_empty": mine.is_empty,
        "looked_over_on": mine.looked_over_on,
        "evening": evening,
        **_beside(request),
    }
    if request.method == "POST" and form.is_valid():
        try:
            form.save()
        except StaleVersion:
            form.add_error(None, _("This was changed elsewhere just now. Save again."))
        else:
            messages.success(request, _("Saved. It stands beside the call sheet."))
            return redirect("accounts:kit")
    return render(request, "accounts/kit.html", context, status=422 if form.errors else 200)


def _beside(request: OwnerRequest) -> dict[str, object]:
    """The résumés with how many hold each, of when the pay is, and what wants a look."""
    page = page_of(request, Resume.objects.of(request.user))
    held = resume_holders.count(request.user, [resume.pk for resume in page])
    return {
        "page": page,
        "resumes": [(resume, held.get(resume.pk, 0)) for resume in page],
        "paid_as_of": Compensation.objects.of(request.user)
        .values_list("as_of", flat=True)
        .first(),
        "gaps": kit_gaps.find(request.user, timezone.localdate()),
        "trashed": just_trashed(request, Resume),
    }


@require_POST
def kit_look_over(request: OwnerRequest) -> HttpResponse:
    """All of it still holds, as of today. Nothing else of the kit is touched."""
    mine = Kit.of(request.user)
    try:
        mine.look_over(timezone.localdate())
    except StaleVersion:
        messages.warning(request, _("It had been changed already; this is how it stands."))
    else:
        messages.success(request, _("Noted: all of it still holds."))
    return redirect("accounts:kit")
