"""Who is likely there twice, what was merged, and what is not the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import choice, own_or_404, page_of, read_id
from accounts.requests import OwnerRequest
from contacts.duplicates import Pair, pairs
from contacts.models import Kind, Merge, NotTheSame
from desk.views.merges import RELATED

MERGED = "merged"


@dataclass(frozen=True)
class Shown:
    """A likely pair with its rows: the one that would be kept comes first."""

    kept: Any
    gone: Any
    why: list[str]
    compare: str


@dataclass(frozen=True)
class Merged:
    """A merge with its rows."""

    done: Merge
    kept: Any
    gone: Any


@require_safe
def duplicates(request: OwnerRequest) -> HttpResponse:
    """The likely pairs of one kind, the likeliest first; or what was merged, the latest first."""
    show = choice(request, "show", [*Kind.values, MERGED])
    if show == MERGED:
        page = page_of(request, Merge.objects.of(request.user).standing())
        page.object_list = _with_rows(request, list(page))
    else:
        page = page_of(request, pairs(request.user, Kind(show)))
        page.object_list = _shown(request, Kind(show), list(page))
    context = {"page": page, "show": show, "kinds": Kind, "apart": _just_parted(request)}
    return render(request, "desk/duplicates.html", context)


def _shown(request: OwnerRequest, kind: Kind, found: list[Pair]) -> list[Shown]:
    ids = {pk for pair in found for pk in (pair.one, pair.other)}
    rows = kind.model.objects.of(request.user).select_related(*RELATED.get(kind, ["owner"]))
    by_pk = rows.in_bulk(ids)
    shown = []
    for pair in found:
        if not (pair.one in by_pk and pair.other in by_pk):
            continue  # thrown away this very moment
        # Of recruiters the one that was spoken with last is the one that is in use.
        kept, gone = sorted((by_pk[pair.one], by_pk[pair.other]), key=_spoken_with)
        address = reverse(f"desk:{kind}_merge", args=[kept.pk], query={"with": gone.pk})
        shown.append(Shown(kept, gone, pair.words, address))
    return shown


def _spoken_with(row: Any) -> tuple[float, int]:
    last = getattr(row, "last_call_at", None)
    return -(last.timestamp() if last else 0), row.pk


def _with_rows(request: OwnerRequest, merges: list[Merge]) -> list[Merged]:
    """Each with its two rows, as far as they are still there; one query a kind."""
    rows_of: dict[str, dict[int, Any]] = {}
    for kind in Kind:
        mine = [done for done in merges if done.kind == kind]
        ids = {pk for done in mine for pk in (done.kept, done.gone)}
        rows = kind.model.across_owners.filter(owner=request.user, pk__in=ids) if ids else []
        rows_of[kind] = {row.pk: row for row in rows}
    return [
        Merged(done, rows_of[done.kind].get(done.kept), rows_of[done.kind].get(done.gone))
        for done in merges
    ]


def _just_parted(request: OwnerRequest) -> NotTheSame | None:
    pk = read_id(request.GET.get("apart", ""))
    told = NotTheSame.objects.of(request.user)
    found: NotTheSame | None = None if pk is None else told.filter(pk=pk).first()
    return found


@require_POST
def not_the_same(request: OwnerRequest) -> HttpResponse:
    """These two are not one: they are not offered again."""
    kind = request.POST.get("kind", "")
    ids = sorted({read_id(request.POST.get(name, "")) or 0 for name in ("one", "other")})
    if kind not in Kind.values or len(ids) != 2:
        raise Http404
    one, other = (own_or_404(Kind(kind).model.objects.of(request.user), pk).pk for pk in ids)
    told, _new = NotTheSame.objects.of(request.user).get_or_create(kind=kind, one=one, other=other)
    return redirect(reverse("desk:duplicates", query={"show": kind, "apart": told.pk}))


@require_POST
def same_again(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undo that: they may be one after all."""
    told = own_or_404(NotTheSame.objects.of(request.user), pk)
    told.delete()
    return redirect(reverse("desk:duplicates", query={"show": told.kind}))
