"""The page of a résumé: who holds it, and whom it goes to now."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Resume
from accounts.owned import StaleVersion
from accounts.pages import own_or_404, posted
from accounts.requests import OwnerRequest
from desk.forms.resume_sent import ResumeSentForm
from desk.holders import holders_of


@require_http_methods(["GET", "HEAD", "POST"])
def resume_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    resume = own_or_404(Resume.objects.of(request.user), pk)
    form = ResumeSentForm(posted(request), owner=request.user, resume=resume)
    if request.method == "POST" and form.is_valid():
        try:
            is_new = form.save()
        except StaleVersion:
            form.add_error(None, _("This was changed elsewhere just now. Save again."))
        else:
            name = {"name": form.cleaned_data["recruiter"].name}
            said = _("Noted: %(name)s has it.") if is_new else _("%(name)s has it already.")
            messages.success(request, said % name)
            return redirect(resume)
    context = {"resume": resume, "holders": holders_of(resume), "form": form}
    return render(request, "desk/resume_detail.html", context, status=422 if form.errors else 200)
