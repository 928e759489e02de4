"""A promise: its page, and the form that makes or mends it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.pages import own_or_404, posted, save_form
from accounts.requests import OwnerRequest
from followups import local_time
from followups.forms import EndingForm, PromiseForm, SnoozeForm
from followups.models import Promise, Reschedule
from followups.tasks import nudge


@dataclass(frozen=True)
class Move:
    """One move of a promise: from where to where, its times on the active (the user's) clock."""

    before: Reschedule
    from_on: dt.date
    from_time: dt.time | None
    to_on: dt.date
    to_time: dt.time | None


def _moves(promise: Promise) -> list[Move]:
    """Newest first: each led to where the next one began, the newest to where it stands."""
    moves, to = [], _here(promise)
    for before in promise.reschedules.all():
        moves.append(Move(before, *_here(before), *to))
        to = _here(before)
    return moves


def _here(stood: Promise | Reschedule) -> tuple[dt.date, dt.time | None]:
    """The day that was meant or, with an hour, the day and time of that moment where one is."""
    if stood.due_time is None:
        return stood.due_on, None
    zone = zoneinfo.ZoneInfo(stood.time_zone)
    here = timezone.localtime(local_time.to_utc(stood.due_on, stood.due_time, zone))
    return here.date(), here.time()


def promise_page(
    request: OwnerRequest,
    promise: Promise,
    *,
    snooze_form: SnoozeForm | None = None,
    ending_form: EndingForm | None = None,
    refused: str = "",
) -> HttpResponse:
    """The promise with all that can be done to it; 422 where a form or a verb was refused."""
    user = request.user
    reminders = promise.reminders.filter(cancelled_at=None).select_related("mail")
    shown = list(reminders.order_by("due_utc", "pk")[:50])
    context = {
        "promise": promise,
        "snooze_form": snooze_form or SnoozeForm(promise=promise, zone_name=user.time_zone),
        "ending_form": ending_form or EndingForm(promise=promise, zone=user.zone),
        "moves": _moves(promise),
        "nudges": list(promise.nudges.order_by("-pk")[:20]) if promise.is_theirs else [],
        "reminders": shown,
        "was_cancelled": not (shown or promise.is_open) and promise.reminders.exists(),
        "proof_address": f"{reverse('followups:reminder_list')}?promise={promise.pk}",
        "refused": refused,
    }
    forms = [form for form in (snooze_form, ending_form) if form is not None]
    invalid = refused or any(form.errors for form in forms)
    return render(
        request, "followups/promise_detail.html", context, status=422 if invalid else 200
    )


@require_safe
def promise_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    rows = Promise.objects.of(request.user).with_names().select_related("call", "follows")
    return promise_page(request, own_or_404(rows, pk))


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
    if request.method == "POST" and save_form(request, form):
        nudge()
        return redirect(form.instance)
    context = {"form": form, "promise": promise}
    status = 422 if form.errors else 200
    return render(request, "followups/promise_form.html", context, status=status)
