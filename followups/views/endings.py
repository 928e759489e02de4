"""What is done to a promise: kept, moved, ended otherwise, opened again, asked after."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.owned import StaleVersion
from accounts.pages import own_or_404, where_from
from accounts.requests import OwnerRequest
from followups import nudges
from followups.forms import EndingForm, SnoozeForm
from followups.models import Promise
from followups.models.promise import NotOpen, Refused
from followups.views.promises import promise_page


def _own(request: OwnerRequest, pk: int) -> Promise:
    promise: Promise = own_or_404(
        Promise.objects.of(request.user).with_names().select_related("call"), pk
    )
    return promise


def _changed(
    request: OwnerRequest,
    promise: Promise,
    said: str,
    *,
    nudge: Promise | None = None,
    moved: bool = False,
) -> HttpResponse:
    """After a verb: the row as it is now, or, without htmx, the page it came from.

    To those who listen the row alone says nothing, so what happened is announced with it.
    `nudge` is one that was just made: its row comes with that of theirs. One that was just
    `moved` offers to move it back.
    """
    if request.htmx:
        promise = _own(request, promise.pk)  # how often it was moved, and whether it is nudged
        context = {"promise": promise, "nudge": nudge, "just_nudged": nudge, "just_moved": moved}
        row = render(request, "followups/_promise_rows.html", context)
        stands = said if promise.is_open else promise.ending_words
        return trigger_client_event(row, "announce", {"value": f"{promise.headline}: {stands}"})
    messages.success(request, said)
    return redirect(where_from(request, promise.get_absolute_url()))


def _refused(
    request: OwnerRequest,
    promise: Promise,
    snooze_form: SnoozeForm | None = None,
    ending_form: EndingForm | None = None,
    refused: object = "",
) -> HttpResponse:
    """The page with what stands in the way, in place of the row that was pressed."""
    page = promise_page(
        request, promise, snooze_form=snooze_form, ending_form=ending_form, refused=str(refused)
    )
    return retarget(reswap(page, "innerHTML"), "body") if request.htmx else page


def _do(
    request: OwnerRequest,
    promise: Promise,
    verb: Callable[[Promise], object],
    said: str,
    form: EndingForm | None = None,
    *,
    moves: bool = False,
) -> HttpResponse:
    """Apply a verb to an own promise. One that ended meanwhile is shown as it is now.

    What was typed in `form` about another ending is given back: it is nowhere else.
    """
    typed = form.words if form else ""
    try:
        verb(promise)
    except Refused as error:
        return _refused(request, promise, ending_form=form, refused=error)
    except (NotOpen, StaleVersion):
        promise, moves = _own(request, promise.pk), False
        said = _("It had been changed already; this is how it stands.")
        if typed and typed != promise.outcome:
            said += " " + _("You wrote: “%(typed)s”.") % {"typed": typed}
    return _changed(request, promise, said, moved=moves)


def _end(request: OwnerRequest, pk: int, verb: Callable[..., object], said: str) -> HttpResponse:
    """End an own promise as the form says; `verb` is a method of `Promise`."""
    promise = _own(request, pk)
    form = EndingForm(request.POST, promise=promise, zone=request.user.zone)
    if not form.is_valid() and promise.is_open:
        return _refused(request, promise, ending_form=form)
    words, when, on = form.words, form.moment, form.day
    return _do(request, promise, lambda current: verb(current, words, now=when, on=on), said, form)


@require_POST
def keep(request: OwnerRequest, pk: int) -> HttpResponse:
    return _end(request, pk, Promise.keep, _("Kept."))


@require_POST
def release(request: OwnerRequest, pk: int) -> HttpResponse:
    return _end(request, pk, Promise.release, _("Released."))


@require_POST
def mark_broken(request: OwnerRequest, pk: int) -> HttpResponse:
    return _end(request, pk, Promise.mark_broken, _("Marked as broken."))


@require_POST
def no_show(request: OwnerRequest, pk: int) -> HttpResponse:
    return _end(request, pk, Promise.mark_no_show, _("A no-show, on their record."))


@require_POST
def reopen(request: OwnerRequest, pk: int) -> HttpResponse:
    return _do(request, _own(request, pk), lambda promise: promise.reopen(), _("Open again."))


@require_POST
def snooze(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = _own(request, pk)
    form = SnoozeForm(request.POST, promise=promise, zone_name=request.user.time_zone)
    if not form.is_valid():
        return _refused(request, promise, snooze_form=form)
    return _do(request, promise, lambda current: form.snooze(), _("Moved."), moves=True)


@require_POST
def snooze_undo(request: OwnerRequest, pk: int) -> HttpResponse:
    return _do(request, _own(request, pk), lambda promise: promise.move_back(), _("Moved back."))


@require_POST
def nudge(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = _own(request, pk)
    try:
        made = nudges.ask_after(promise)
    except Refused as error:
        return _refused(request, promise, refused=error)
    except NotOpen:
        return _changed(request, promise, _("It had been changed already; this is how it stands."))
    day = date_format(made.due_on, "l j F")
    said = _("You are to ask after it on %(day)s.") % {"day": day}
    return _changed(request, promise, said, nudge=_own(request, made.pk))


@require_POST
def nudge_undo(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = _own(request, pk)
    gone = nudges.never_mind(promise)
    said = _("Not to be asked after.")
    if request.htmx and gone:
        context = {"promise": _own(request, pk), "gone": gone}
        row = render(request, "followups/_promise_rows.html", context)
        return trigger_client_event(row, "announce", {"value": f"{promise.headline}: {said}"})
    return _changed(request, promise, said)
