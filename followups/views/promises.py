"""What is owed: the list, the promise, its verbs."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.owned import StaleVersion
from accounts.pages import choice, own_or_404, page_of, posted, where_from
from accounts.requests import OwnerRequest
from followups.forms import PromiseForm, SnoozeForm
from followups.models import Promise
from followups.models.promise import NotOpen
from followups.tasks import nudge

OUTCOME_LENGTH = 500


@require_safe
def promise_list(request: OwnerRequest) -> HttpResponse:
    """Open promises by urgency, or ended ones newest first; mine, theirs or all."""
    show = choice(request, "show", ["open", "ended"])
    whose = choice(request, "whose", ["all", "mine", "theirs"])
    rows = Promise.objects.of(request.user).with_names()
    if whose != "all":
        rows = rows.mine() if whose == "mine" else rows.theirs()
    rows = (
        rows.open().by_urgency() if show == "open" else rows.ended().order_by("-ended_at", "-pk")
    )
    context = {"page": page_of(request, rows), "show": show, "whose": whose}
    return render(request, "followups/promise_list.html", context)


def _page(
    request: OwnerRequest, promise: Promise, snooze_form: SnoozeForm | None = None
) -> HttpResponse:
    context = {
        "promise": promise,
        "snooze_form": snooze_form
        or SnoozeForm(promise=promise, zone_name=request.user.time_zone),
        "reschedules": list(promise.reschedules.all()),
        "reminders": list(
            promise.reminders.filter(cancelled_at=None)
            .select_related("mail")
            .order_by("due_utc", "pk")[:50]
        ),
    }
    invalid = snooze_form is not None and snooze_form.errors
    return render(
        request, "followups/promise_detail.html", context, status=422 if invalid else 200
    )


@require_safe
def promise_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    rows = Promise.objects.of(request.user).with_names().select_related("call")
    return _page(request, own_or_404(rows, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def promise_new(request: OwnerRequest) -> HttpResponse:
    initial = {name: request.GET.get(name) for name in ("recruiter", "firm")}
    form = PromiseForm(posted(request), owner=request.user, initial=initial)
    return _edit(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def promise_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = own_or_404(Promise.objects.of(request.user), pk)
    form = PromiseForm(posted(request), instance=promise, owner=request.user)
    return _edit(request, form, promise)


def _edit(request: OwnerRequest, form: PromiseForm, promise: Promise | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = form.save()
        except StaleVersion:
            form.add_error(None, _("This was changed elsewhere just now. Save again."))
        else:
            nudge()
            messages.success(request, _("Saved."))
            return redirect(saved)
    context = {"form": form, "promise": promise}
    status = 422 if form.errors else 200
    return render(request, "followups/promise_form.html", context, status=status)


def _changed(request: OwnerRequest, promise: Promise, said: str) -> HttpResponse:
    """After a verb: the row as it is now, or, without htmx, the page it came from.

    To those who listen the row alone says nothing, so what happened is announced with it.
    """
    if request.htmx:
        row = render(request, "followups/_promise_row.html", {"promise": promise})
        stands = said if promise.is_open else promise.get_state_display()
        return trigger_client_event(row, "announce", {"value": f"{promise.headline}: {stands}"})
    messages.success(request, said)
    return redirect(where_from(request, promise.get_absolute_url()))


def _do(
    request: OwnerRequest, pk: int, verb: Callable[[Promise], object], said: str
) -> HttpResponse:
    """Apply a verb to an own promise. One that ended meanwhile is shown as it is now."""
    promise = own_or_404(Promise.objects.of(request.user).with_names(), pk)
    try:
        verb(promise)
    except (NotOpen, StaleVersion):
        promise = own_or_404(Promise.objects.of(request.user).with_names(), pk)
        said = _("It had been changed already; this is how it stands.")
    return _changed(request, promise, said)


def _outcome(request: OwnerRequest) -> str:
    said = request.POST.get("outcome", "").replace("\x00", "")  # PostgreSQL has no NUL
    return said.strip()[:OUTCOME_LENGTH]


@require_POST
def keep(request: OwnerRequest, pk: int) -> HttpResponse:
    return _do(request, pk, lambda promise: promise.keep(_outcome(request)), _("Kept."))


@require_POST
def release(request: OwnerRequest, pk: int) -> HttpResponse:
    return _do(request, pk, lambda promise: promise.release(_outcome(request)), _("Released."))


@require_POST
def mark_broken(request: OwnerRequest, pk: int) -> HttpResponse:
    said = _("Marked as broken.")
    return _do(request, pk, lambda promise: promise.mark_broken(_outcome(request)), said)


@require_POST
def reopen(request: OwnerRequest, pk: int) -> HttpResponse:
    return _do(request, pk, lambda promise: promise.reopen(), _("Open again."))


@require_POST
def snooze(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = own_or_404(Promise.objects.of(request.user).with_names(), pk)
    form = SnoozeForm(request.POST, promise=promise, zone_name=request.user.time_zone)
    if not form.is_valid():
        # The page with its form takes the place of the row that was pressed.
        page = _page(request, promise, form)
        return retarget(reswap(page, "innerHTML"), "body") if request.htmx else page
    return _do(request, pk, lambda current: _snooze(form, current), _("Moved."))


def _snooze(form: SnoozeForm, promise: Promise) -> None:
    form.promise = promise
    form.snooze()
