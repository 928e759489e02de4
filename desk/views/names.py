"""The page on which a promise to send names is kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.owned import StaleVersion
from accounts.pages import own_or_404, posted
from accounts.requests import OwnerRequest
from desk import names
from desk.forms.names import ToWhomForm, name_lines
from followups.models import Promise
from followups.models.promise import NotOpen
from followups.tasks import nudge

NONE = "none"


@require_http_methods(["GET", "HEAD", "POST"])
def promise_names(request: OwnerRequest, pk: int) -> HttpResponse:
    """Whom I name; “Nobody came to mind” is the other way to keep it."""
    rows = Promise.objects.of(request.user).with_names().select_related("owner")
    promise = own_or_404(rows, pk)
    if promise.is_theirs:
        raise Http404
    if not promise.is_open:
        messages.info(request, _("It has ended already; this is how it stands."))
        return redirect(promise)
    if request.method == "POST" and request.POST.get("said") == NONE:
        return _keep(request, promise)
    data = posted(request)
    to_whom, lines = ToWhomForm(data, promise=promise), name_lines(promise, data)
    if request.method == "POST" and all([to_whom.is_valid(), lines.is_valid()]):
        return _keep(request, promise, to_whom, lines)
    context = {"promise": promise, "to_whom": to_whom, "lines": lines}
    return render(
        request, "desk/promise_names.html", context, status=422 if to_whom.is_bound else 200
    )


def _keep(
    request: OwnerRequest,
    promise: Promise,
    to_whom: ToWhomForm | None = None,
    lines: object = None,
) -> HttpResponse:
    """Keep it, with the names or with none; whoever was quicker counts."""
    try:
        if to_whom is None:
            names.nobody_came_to_mind(promise)
            said = _("Kept: nobody came to mind, and you said so.")
        else:
            recruiter = promise.recruiter or to_whom.cleaned_data["recruiter"]
            people = lines.people  # type: ignore[attr-defined]
            named = names.name_them(promise, recruiter, people, on=timezone.localdate())
            said = ngettext("Kept: you named %(n)s.", "Kept: you named %(n)s.", len(named)) % {
                "n": len(named)
            }
    except (NotOpen, StaleVersion):
        said = _("It had been changed already; this is how it stands.")
    else:
        nudge()
    messages.success(request, said)
    return redirect(promise)
