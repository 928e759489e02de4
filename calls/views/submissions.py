"""Submissions: through whom my résumé goes to which client, and what the guard says of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.owned import StaleVersion
from accounts.pages import choice, own_or_404, page_of, posted, save_form, where_from
from accounts.requests import OwnerRequest
from accounts.trashed import just_trashed, restore, trash
from calls.collision_words import in_words
from calls.forms.submissions import SubmissionForm
from calls.guard import collisions
from calls.models import Opportunity, Submission
from calls.views.named import named_row


@require_safe
def submission_list(request: OwnerRequest) -> HttpResponse:
    """What binds me now, or all of them, newest first."""
    show = choice(request, "show", ["open", "all"])
    rows = Submission.objects.of(request.user).for_list()
    if show == "open":
        rows = rows.open_on(timezone.localdate())
    page = page_of(request, rows)
    context = {
        "page": page,
        "show": show,
        "keep": "show=all&" if show == "all" else "",
        "trashed": just_trashed(request, Submission),
    }
    return render(request, "calls/submission_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def submission_new(request: OwnerRequest) -> HttpResponse:
    """A new one, for the opportunity in `?opportunity=` if there is one."""
    opportunity = named_row(request, "opportunity", Opportunity)
    form = SubmissionForm(posted(request), owner=request.user, opportunity=opportunity)
    return _edit(request, form, opportunity=opportunity)


@require_http_methods(["GET", "HEAD", "POST"])
def submission_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    submission = _own(request, pk)
    form = SubmissionForm(posted(request), instance=submission, owner=request.user)
    return _edit(request, form, submission=submission)


def _edit(
    request: OwnerRequest,
    form: SubmissionForm,
    *,
    submission: Submission | None = None,
    opportunity: Opportunity | None = None,
) -> HttpResponse:
    if request.method == "POST" and save_form(request, form):
        return redirect(form.instance)
    context = {"form": form, "submission": submission, "opportunity": opportunity}
    status = 422 if form.errors or form.warnings else 200
    return render(request, "calls/submission_form.html", context, status=status)


@require_safe
def submission_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    submission = _own(request, pk)
    found = collisions(submission, on=timezone.localdate())
    context = {
        "submission": submission,
        "said": in_words(submission, found),
    }
    return render(request, "calls/submission_detail.html", context)


@require_POST
def withdraw(request: OwnerRequest, pk: int) -> HttpResponse:
    """I take it back, as of today; a second press is none."""
    return _do(request, pk, lambda row: row.withdraw(timezone.localdate()), _("Withdrawn."))


@require_POST
def release(request: OwnerRequest, pk: int) -> HttpResponse:
    """The firm has let me go, as of today; a second press is none."""
    return _do(request, pk, lambda row: row.release(timezone.localdate()), _("Released."))


@require_POST
def stand_again(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undo a withdrawal or a release."""
    return _do(request, pk, Submission.stand_again, _("It stands again."))


@require_POST
def submission_trash(request: OwnerRequest, pk: int) -> HttpResponse:
    return trash(request, Submission, pk, to=reverse("calls:submission_list"))


@require_POST
def submission_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undo `submission_trash`; a second press changes nothing."""
    return redirect(restore(request, Submission, pk))


def _do(
    request: OwnerRequest, pk: int, verb: Callable[[Submission], None], said: str
) -> HttpResponse:
    submission = _own(request, pk)
    try:
        verb(submission)
    except StaleVersion:
        messages.warning(request, _("It had been changed already; this is how it stands."))
    else:
        messages.success(request, said)
    return redirect(where_from(request, submission.get_absolute_url()))


def _own(request: OwnerRequest, pk: int) -> Submission:
    rows = Submission.objects.of(request.user).for_list().select_related("resume")
    submission: Submission = own_or_404(rows, pk)
    return submission
