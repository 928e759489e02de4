"""One line of plain words to a call with its promises, looked at before it is saved."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import OwnerRequest
from desk.captured import preview
from desk.clock import Clock
from desk.views.onward import onward

MOST_LETTERS = 2000


@require_http_methods(["GET", "HEAD", "POST"])
def capture(request: OwnerRequest) -> HttpResponse:
    """The line; POST turns it into a draft of a sheet and goes there."""
    if request.method != "POST":
        return render(request, "desk/capture.html", {"line": ""})
    line = request.POST.get("line", "").replace("\x00", "").strip()
    if len(line) > MOST_LETTERS:
        error = _("That is no line any more: %(most)s letters fit. Use the call sheet.")
        return _ask_again(request, line, error % {"most": MOST_LETTERS})
    draft = preview(request.user, line, Clock.of(request.user)) if line else None
    if draft is None:
        error = _(
            "This does not read like a call with a recruiter, so nothing is saved. Say who rang, "
            "such as “Jane Doe @ Hartwell Search, call back Tue 4pm”."
        )
        return _ask_again(request, line, error)
    return onward(request, draft.get_absolute_url())


def _ask_again(request: OwnerRequest, line: str, error: str) -> HttpResponse:
    return render(request, "desk/capture.html", {"line": line, "error": error}, status=422)
