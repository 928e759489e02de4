"""Everything in: a file, what would be done with each of its rows, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.models.trash_group import in_words
from accounts.pages import choice, own_or_404, page_of
from accounts.requests import OwnerRequest
from contacts.finding import rank
from desk.forms.imports import ChoicesForm, ColumnsForm, FileForm
from desk.importing import archives, choosing, intake, staging, wording, work
from desk.importing.entries import ImportRefused
from desk.importing.run import ImportRow, ImportRun
from followups.health import STALE_AFTER
from followups.models import Heartbeat

State, Verdict = ImportRun.State, ImportRow.Verdict
TABS = [str(one) for one in Verdict]


@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: OwnerRequest) -> HttpResponse:
    """Hand in a file; it leads to its preview. Below, what has been handed in so far."""
    is_post = request.method == "POST"
    form = FileForm(request.POST if is_post else None, request.FILES if is_post else None)
    if is_post and form.is_valid():
        try:
            intake.refuse_one_too_many(request.user)
            run = intake.take_in(request.user, form.cleaned_data["file"])
        except ImportRefused as error:
            form.add_error("file", str(error))
        else:
            work.start(run)
            return redirect(run)
    page = page_of(request, _to_be_listed(ImportRun.objects.of(request.user)))
    runs = [(run, wording.what_it_is(run), wording.outcome(run)) for run in page]
    context = {"form": form, "page": page, "runs": runs}
    status = 422 if form.errors else 200
    return render(request, "desk/import_file.html", context, status=status)


def _to_be_listed(runs: Any) -> Any:
    """Those that are not done with come first. What its user has cancelled is not listed, nor is
    a rehearsal.
    """
    runs = runs.exclude(state=State.CANCELLED, why="").defer("made", "added", "changed")
    open_ones = Q(state__in=(*ImportRun.WAITING, *ImportRun.WORKING))
    return runs.order_by(rank(open_ones), "-created_at", "-pk")


def _own(request: OwnerRequest, pk: int) -> Any:
    return own_or_404(ImportRun.objects.of(request.user).defer("changed"), pk)


@require_safe
def import_run(request: OwnerRequest, pk: int) -> HttpResponse:
    """The preview of a file, how far it has come, or what came of it."""
    run = _own(request, pk)
    if request.htmx and request.htmx.target == "progress":
        return _progress(request, run)
    context: dict[str, Any] = {"run": run, "what": wording.what_it_is(run)}
    if run.is_working:
        context["is_alone"] = _is_alone()
    elif run.state == State.COLUMNS:
        context["columns"] = ColumnsForm(run=run)
    elif run.state == State.READY:
        context |= _preview(request, run)
    else:
        context["outcome"] = wording.outcome(run)
    return render(request, "desk/import_run.html", context)


def _progress(request: OwnerRequest, run: ImportRun) -> HttpResponse:
    """While it is at work; once it is not, the page is asked for as a whole."""
    context = {"run": run, "is_alone": _is_alone()}
    response = render(request, "desk/import_run.html#progress", context)
    if not run.is_working:
        response.headers["HX-Refresh"] = "true"
    return response


def _is_alone() -> bool:
    """Whether no worker runs that could take it up."""
    beat = Heartbeat.last(Heartbeat.ENGINE)
    return beat is None or timezone.now() - beat > STALE_AFTER


def _preview(request: OwnerRequest, run: ImportRun) -> dict[str, Any]:
    if run.kind == archives.ARCHIVE:
        words = in_words(run.counts)
        return {"archive": words}
    there = [one for one in TABS if run.counts.get(one)] or TABS[:1]
    show = choice(request, "show", there)
    rows = ImportRow.objects.of(request.user).filter(run=run, verdict=show).order_by("at")
    page = page_of(request, rows, count=run.counts.get(show, 0))
    for row in page:
        _word(row, run)
    return {
        "page": page,
        "show": show,
        "tabs": [(one, Verdict(one).label, run.counts[one]) for one in there if run.counts],
        "taken": staging.count_taken(run),
        "left_out": wording.left_out(run),
        "is_otherwise": Verdict.SAME in there and _is_otherwise(run),
        "choices": None if run.kind == "call_log" else ChoicesForm(run=run),
        "columns": ColumnsForm(run=run) if run.kind == "csv" else None,
    }


def _is_otherwise(run: ImportRun) -> bool:
    """Whether it says something otherwise that would come in if it overwrote."""
    return ImportRow.objects.of(run.owner_id).filter(run=run, only_differs=True).exists()


def _word(row: Any, run: ImportRun) -> None:
    """What its line says of it."""
    row.ways = wording.ways(row)
    row.differences = wording.differences(row, overwrites=run.overwrites)
    row.moment = wording.moment(row)
    row.call_words = wording.call_words(row)
    row.other = choosing.other_of(row, run)


@require_POST
def import_row(request: OwnerRequest, pk: int) -> HttpResponse:
    """Leave a row out, or take it along after all; or say whether it is a recruiter."""
    rows = ImportRow.objects.of(request.user).select_related("run").defer("run__changed")
    row: Any = own_or_404(rows, pk)
    page = request.POST.get("page", "1")
    page = page if page.isascii() and page.isdigit() else "1"
    if circle := request.POST.get("as"):
        was = row.verdict
        choosing.choose(row, circle)
        if row.verdict != was or not rows.filter(pk=pk).exists():
            return _shown_anew(request, row, page)
    elif row.run.state == State.READY and row.can_be_taken:
        row.is_left_out = request.POST.get("take") != "yes"
        ImportRow.objects.of(request.user).filter(pk=pk).update(is_left_out=row.is_left_out)
    if not request.htmx:
        return redirect(f"{row.run.get_absolute_url()}?show={row.verdict}&page={page}#row-{pk}")
    _word(row, row.run)
    context = {"row": row, "run": row.run, "taken": staging.count_taken(row.run), "oob": True}
    return render(request, "desk/_import_row.html", context)


def _shown_anew(request: OwnerRequest, row: Any, page: str) -> HttpResponse:
    """Where it stands now: it is judged otherwise, or all of the file is read anew."""
    rows = ImportRow.objects.of(request.user).filter(run=row.run_id, at=row.at)
    place = row.run.get_absolute_url()
    if now := rows.first():
        place += f"?show={now.verdict}&page={page if now.verdict == row.verdict else 1}"
    return HttpResponseClientRedirect(place) if request.htmx else redirect(place)


@require_POST
def import_columns(request: OwnerRequest, pk: int) -> HttpResponse:
    """Say what the columns hold; the file is then read anew."""
    run = _own(request, pk)
    if run.kind != "csv" or not run.is_waiting:
        return redirect(run)
    form = ColumnsForm(request.POST, run=run)
    if not form.is_valid():
        context = {"run": run, "what": wording.what_it_is(run)}
        if run.state == State.READY:
            context |= _preview(request, run)
        context["columns"] = form
        return render(request, "desk/import_run.html", context, status=422)
    if work.move(run, ImportRun.WAITING, State.READING, mapping=form.mapping, why=""):
        work.start(run)
    return redirect(run)


@require_POST
def import_choose(request: OwnerRequest, pk: int) -> HttpResponse:
    """Whom it is about, and whether it overwrites."""
    run = _own(request, pk)
    form = ChoicesForm(request.POST, run=run)
    if run.state != State.READY or not form.is_valid():
        return redirect(run)
    chosen = form.cleaned_data
    if chosen["overwrites"] != run.overwrites:
        staging.choose_overwriting(run, chosen["overwrites"])
    circle = chosen.get("circle", run.circle)
    if circle != run.circle and work.move(
        run, (State.READY,), State.READING, circle=circle, why=""
    ):
        work.start(run)
    return redirect(run)


@require_POST
def import_bring_in(request: OwnerRequest, pk: int) -> HttpResponse:
    """Do what the preview says."""
    run = _own(request, pk)
    small = work.is_small(run) if run.state == State.READY else False
    if work.move(run, (State.READY,), State.BRINGING_IN, why="", done=0, of=0):
        if small:
            work.work(run)
        else:
            work.nudge()
    return redirect(run)


@require_POST
def import_cancel(request: OwnerRequest, pk: int) -> HttpResponse:
    """Forget the file and all that was read of it."""
    run = _own(request, pk)
    if work.cancel(run):
        messages.success(request, _("Cancelled. Nothing was brought in, and the file is gone."))
        return redirect("desk:import_file")
    return redirect(run)


@require_POST
def import_undo(request: OwnerRequest, pk: int) -> HttpResponse:
    """Take back what it has made, as far as nobody has used it since."""
    run = _own(request, pk)
    if run.can_be_undone and work.move(run, (State.DONE,), State.UNDOING, done=0, of=0, why=""):
        work.start(run)
    return redirect(run)
