"""The sheet for a call that is going on, and what it asks for while somebody types."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Kit
from accounts.pages import posted, read_id
from accounts.requests import OwnerRequest
from accounts.trash import hold
from calls.models import Call, Opportunity
from contacts.models import Firm, Recruiter
from contacts.names import fold
from desk import call_sheet as sheet
from desk import callers, chips
from desk.clock import Clock
from desk.forms.call_sheet import CallSheetForm, unchecked_sheet
from desk.forms.promise_lines import (
    AT_HAND,
    PromiseLineFormSet,
    echo_of,
    unchecked_lines,
    wanted,
)
from desk.kept import kept_of
from desk.known import known_of
from desk.models import Draft
from desk.questions import open_questions
from desk.views.onward import onward
from followups.models import Promise
from followups.tasks import nudge


@require_http_methods(["GET", "HEAD", "POST"])
def call_sheet(request: OwnerRequest) -> HttpResponse:
    """An empty sheet, one with a caller, or the draft that the address names; POST saves it."""
    if request.method == "POST":
        return _one_more(request) if "add" in request.POST else _save(request)
    if key := _key(request.GET.get("draft", "")):
        if saved := sheet.saved_before(request.user, key):
            return redirect(saved)
        return _go_on(request, key)
    promise = _own_or_none(request.user, Promise, request.GET.get("promise", ""))
    recruiter = _own_or_none(request.user, Recruiter, request.GET.get("recruiter", ""))
    recruiter = recruiter or (promise and promise.recruiter)
    firm = _own_or_none(request.user, Firm, request.GET.get("firm", ""))
    options = _options(request)
    initial = _initial(recruiter, firm, promise)
    if about := _own_or_none(request.user, Opportunity, request.GET.get("about", "")):
        initial["about"] = about.pk
    form = CallSheetForm(initial=initial, **options)
    lines = PromiseLineFormSet(prefix="promises", form_kwargs=options)
    return _sheet(request, form, lines, recruiter)


def _options(request: OwnerRequest) -> dict[str, Any]:
    return {"owner": request.user, "clock": Clock.of(request.user)}


def _own_or_none(owner: Any, model: Any, value: str) -> Any:
    """The own row of this id, or None: a link or a draft may have outlived its row."""
    pk = read_id(value)
    if pk is None:
        return None
    rows = model.objects.of(owner).filter(pk=pk)
    further = {Recruiter: ["firm"], Promise: ["recruiter__firm"]}.get(model, [])
    return rows.select_related(*further).first() if further else rows.first()


def _key(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def _initial(
    recruiter: Recruiter | None, firm: Firm | None, promise: Promise | None
) -> dict[str, Any]:
    if recruiter is None:
        return {"firm": firm.name} if firm else {}
    return {
        "recruiter": recruiter.pk,
        "who": recruiter.name,
        "firm": recruiter.firm.name if recruiter.firm else "",
        "phone": sheet.newest_number(recruiter),
        "keeps": [promise.pk] if promise else [],
    }


def _save(request: OwnerRequest) -> HttpResponse:
    options = _options(request)
    form = CallSheetForm(request.POST, **options)
    lines = PromiseLineFormSet(posted(request), prefix="promises", form_kwargs=options)
    with transaction.atomic():
        # Whoever is found now is neither thrown away nor merged before the call is theirs.
        hold(request.user.pk)
        call = _saved(form, lines)
    if call is None:
        return _sheet(request, form, lines, form.cleaned_data.get("recruiter"), status=422)
    nudge()
    kept = kept_of(call, form.cleaned_data["keeps"])
    messages.success(request, _said(form, wanted(lines), kept))
    return onward(request, call.get_absolute_url())


def _saved(form: CallSheetForm, lines: Any) -> Call | None:
    """The call of a sheet that is valid, and says no more than the call that it has made before."""
    if not all([form.is_valid(), lines.is_valid()]):
        return None
    promised = wanted(lines)
    before = sheet.saved_before(form.owner, form.cleaned_data["client_key"])
    if before and sheet.says_more(form, promised, before):
        form.ask_whether_new(before)
        return None
    return sheet.save(form, promised)


def _said(form: CallSheetForm, promised: list[Any], kept: list[Promise]) -> str:
    """What the page says of a sheet that was saved: above all when they will talk again."""
    if not form.afterwards:
        said = _("Saved. Every promise has its reminders.") if promised else _("Saved.")
        if kept:
            headlines = ", ".join(promise.headline for promise in kept)
            said += " " + _("Kept: %(headlines)s.") % {"headlines": headlines}
        return said
    moment = chips.in_full(form.afterwards.due_on, form.afterwards.due_time)
    if form.afterwards.kind == Promise.Kind.CALL_BACK:
        return _("Saved. You call back by %(moment)s.") % {"moment": moment}
    return _("Saved. They ring you on %(moment)s.") % {"moment": moment}


def _one_more(request: OwnerRequest) -> HttpResponse:
    """The sheet as it was posted, with one more promise: for browsers without scripts."""
    options = _options(request)
    form = unchecked_sheet(request.POST, **options)
    lines = unchecked_lines(request.POST, more=request.POST["add"][:50], **options)
    recruiter = _own_or_none(request.user, Recruiter, request.POST.get("recruiter", ""))
    return _sheet(request, form, lines, recruiter)


def _go_on(request: OwnerRequest, key: uuid.UUID) -> HttpResponse:
    """The draft of this key as it was typed; a sheet that has none yet keeps its key."""
    draft = Draft.objects.of(request.user).filter(client_key=key).first()
    fields = draft.query if draft else Draft().query
    fields["client_key"] = str(key)
    options = _options(request)
    form = unchecked_sheet(fields, **options)
    if draft and draft.is_captured:
        # Everything is in its field: Enter saves.
        del form.fields["who"].widget.attrs["autofocus"]
    lines = unchecked_lines(fields, **options)
    recruiter = _own_or_none(request.user, Recruiter, fields.get("recruiter", ""))
    return _sheet(request, form, lines, recruiter or _namesake(request, fields), draft=draft)


def _namesake(request: OwnerRequest, fields: Any) -> Recruiter | None:
    """The one recruiter whom a typed name can mean."""
    mine = Recruiter.objects.of(request.user).select_related("firm")
    found = mine.known_as(fields.get("who", ""), 2)
    return found[0] if len(found) == 1 else None


def _sheet(
    request: OwnerRequest,
    form: CallSheetForm,
    lines: Any,
    recruiter: Recruiter | None,
    *,
    draft: Draft | None = None,
    status: int = 200,
) -> HttpResponse:
    about = _own_or_none(request.user, Opportunity, str(form["about"].value() or ""))
    kit = Kit.of(request.user)
    drafts = Draft.objects.of(request.user).on_offer(timezone.now())
    context = {
        "form": form,
        "lines": lines,
        "known": known_of(recruiter, _ticked(form)),
        "kit": kit,
        "draft": draft,
        "drafts": [one for one in drafts if one != draft] if not form.is_bound else [],
        "at_hand": AT_HAND,
        **_asked(form, kit, recruiter, about),
    }
    template = "desk/call_sheet.html"
    if request.method != "POST" and request.htmx.target == "caller":
        template += "#caller"
    return render(request, template, context, status=status)


def _ticked(form: CallSheetForm) -> set[int]:
    """The ids of the promises that are ticked on the sheet, whether they exist or not."""
    ids = (read_id(str(value)) for value in form["keeps"].value() or [])
    return {one for one in ids if one}


def _asked(
    form: CallSheetForm, kit: Kit, recruiter: Recruiter | None, about: Opportunity | None
) -> dict[str, Any]:
    """The fields of the open questions, and the assignments that are known of the caller.

    What was answered stays to be seen, known by now or not.
    """
    firm = _firm_of(form, recruiter)
    questions = open_questions(kit, recruiter=recruiter, firm=firm, about=about)
    rest = [name for name in ANSWERS if name not in questions.asked + questions.noted]
    answered = [name for name in rest if form[name].value() or form[name].errors]
    known = Opportunity.objects.of(form.owner).filter(recruiter=recruiter).for_list()
    return {
        "asked": [form[name] for name in questions.asked + answered],
        # On a phone the questions are folded away, unless one of them is answered, or wrongly.
        "ask_open": any(form[name].value() or form[name].errors for name in questions.asked),
        "noted": [form[name] for name in questions.noted],
        "assignments": list(known[:5]) if recruiter else [],
        "about": about,
    }


def _firm_of(form: CallSheetForm, recruiter: Recruiter | None) -> Firm | None:
    """The firm that is typed, if it is known."""
    typed = str(form["firm"].value() or "")
    if recruiter and recruiter.firm and recruiter.firm.folded_name == fold(typed):
        return recruiter.firm
    known = Firm.objects.of(form.owner).known_as(typed, 1) if typed else []
    return known[0] if known else None


ANSWERS = (
    *("client", "in_confidence", "withheld_why", "jd", "basis", "location", "reports_to"),
    *("aesc_member", "founded", "past_clients", "found_me_through", "named_by"),
    *("resume_wanted", "next_step", "callback_number", "best_times"),
)


@require_POST
def caller_options(request: OwnerRequest) -> HttpResponse:
    """Who the typed letters could mean. A POST, so that no log or history keeps the letters."""
    typed = request.POST.get("who", "")[:200].replace("\x00", "")  # PostgreSQL has no NUL
    context = {"found": callers.find(request.user, typed), "typed": typed}
    return render(request, "desk/caller_options.html", context)


@require_POST
def question_list(request: OwnerRequest) -> HttpResponse:
    """The questions that are still open, now that the caller or the assignment is known."""
    form = unchecked_sheet(request.POST, **_options(request))
    recruiter = _own_or_none(request.user, Recruiter, request.POST.get("recruiter", ""))
    about = _own_or_none(request.user, Opportunity, request.POST.get("about", ""))
    context = {"form": form, **_asked(form, Kit.of(request.user), recruiter, about)}
    return render(request, "desk/call_sheet.html#questions", context)


@require_POST
def due_echo(request: OwnerRequest) -> HttpResponse:
    """What plain words about a moment mean, in full, while they are typed."""
    name = request.htmx.trigger_name or next(
        (name for name in request.POST if name.endswith("_words")), ""
    )
    words = request.POST.get(name, "")[:100].strip()
    context: dict[str, str] = {"seen_name": name.removesuffix("words") + "seen"}
    if words:
        context |= echo_of(words, Clock.of(request.user))
    return render(request, "desk/due_echo.html", context)
