"""Making one of two rows that are the same, and two again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import in_words
from accounts.owned import CannotComeBack, StaleVersion
from accounts.pages import own_or_404, posted, read_id
from accounts.requests import OwnerRequest
from contacts.merges import merge_of
from contacts.models import Kind, Merge
from desk import merging
from desk.forms.merge import MergeForm, OtherForm

RELATED = {Kind.RECRUITER: ["firm"], Kind.EMPLOYER: ["parent"]}


def _rows(request: OwnerRequest, kind: Kind) -> QuerySet:
    rows = kind.model.objects.of(request.user)
    if kind is Kind.PERSON:
        rows = rows.filter(anonymised_at=None)
    related = RELATED.get(kind)
    return rows.select_related(*related) if related else rows


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: OwnerRequest, pk: int, kind: Kind) -> HttpResponse:
    """The two beside each other, and what comes along; by POST they are one.

    422 where something stands in the way, or one was changed since it was shown.
    """
    kept = own_or_404(_rows(request, kind), pk)
    named = request.POST.get("with") or request.GET.get("with", "")
    if not named:
        return _choose(request, kept, kind)
    other = read_id(named) or 0
    if done := merge_of(request, kind, pk, other):
        # Pressed twice, or back from the page that followed.
        return redirect(f"{kept.get_absolute_url()}?merged={done.pk}")
    gone = own_or_404(_rows(request, kind).exclude(pk=pk), other)
    form = MergeForm(posted(request), kept=kept, gone=gone)
    if request.method == "POST" and form.is_valid() and (done := form.merge()):
        return redirect(f"{kept.get_absolute_url()}?merged={done.pk}")
    if form.errors:
        # As they stand now, for the next try.
        kept, gone = (own_or_404(_rows(request, kind), row.pk) for row in (kept, gone))
        form.data = {**request.POST.dict(), "version": kept.version, "other_version": gone.version}
    context = {
        "form": form,
        "kept": kept,
        "gone": gone,
        "along": in_words(merging.along(gone)),
        "swap": reverse(f"desk:{kind}_merge", args=[gone.pk], query={"with": kept.pk}),
    }
    return render(request, "desk/merge.html", context, status=422 if form.errors else 200)


def _choose(request: OwnerRequest, row: Any, kind: Kind) -> HttpResponse:
    form = OtherForm(posted(request), row=row, owner=request.user)
    if request.method == "POST" and form.is_valid():
        query = {"with": form.cleaned_data["other"].pk}
        return redirect(reverse(f"desk:{kind}_merge", args=[row.pk], query=query))
    context = {"form": form, "row": row}
    return render(request, "desk/merge_choose.html", context, status=422 if form.errors else 200)


@require_POST
def merge_undo(request: OwnerRequest, pk: int) -> HttpResponse:
    """Two of them again; what was changed meanwhile stays, and is told."""
    done = own_or_404(Merge.objects.of(request.user), pk)
    kept = Kind(done.kind).model.objects.of(request.user).filter(pk=done.kept).first()
    try:
        left = merging.undo(done)
    except CannotComeBack as error:
        messages.error(request, str(error))
        return redirect(reverse("desk:duplicates", query={"show": "merged"}))
    except StaleVersion:
        messages.warning(request, _("It had been changed already; this is how it stands."))
    else:
        messages.success(request, _("They are two again."))
        if left.fields or left.rows:
            messages.warning(request, _words_of(left))
    return redirect(kept or "desk:duplicates")


def _words_of(left: merging.Undone) -> str:
    """What stays, since it was changed after the merge."""
    said = []
    if left.fields:
        names = ", ".join(left.fields)
        said.append(_("What you have changed since stays: %(names)s.") % {"names": names})
    if left.rows:
        said.append(
            ngettext(
                "%(n)s thing has moved on since, and stays where it is.",
                "%(n)s things have moved on since, and stay where they are.",
                left.rows,
            )
            % {"n": left.rows}
        )
    return " ".join(said)
