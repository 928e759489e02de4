"""What was merged just now, for the page that follows; and where an earlier address leads."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts.owned import OwnedModel
from accounts.pages import LARGEST_ID, read_id
from accounts.requests import OwnerRequest
from contacts.models import Kind, Merge

type View = Callable[..., HttpResponse]


def just_merged(request: OwnerRequest, model: type[OwnedModel], pk: int) -> Merge | None:
    """The merge that `?merged=` names, if it is into this row and stands; asked for only then."""
    merged = read_id(request.GET.get("merged", ""))
    if merged is None:
        return None
    standing = Merge.objects.of(request.user).standing()
    found: Merge | None = standing.filter(pk=merged, kind=Kind.of(model), kept=pk).first()
    return found


def merge_of(request: OwnerRequest, kind: Kind, kept: int, gone: int) -> Merge | None:
    """The merge by which these two (ids) are one already."""
    standing = Merge.objects.of(request.user).standing()
    found: Merge | None = standing.filter(kind=kind, kept=kept, gone=gone).first()
    return found


def leads_to_kept(kind: Kind) -> Callable[[View], View]:
    """Of a row (`pk`) that was merged, the page of this view leads to that of the kept one.

    Its address may stand in a bookmark, and is one step back from the merge. What is sent to it is
    as unknown as ever.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def page(request: OwnerRequest, pk: int) -> HttpResponse:
            try:
                return view(request, pk)
            except Http404:
                if request.method == "POST" or (kept := _kept_of(request, kind, pk)) is None:
                    raise
                match: Any = request.resolver_match
                return redirect(match.view_name, pk=kept)

        return page

    return decorate


def _kept_of(request: OwnerRequest, kind: Kind, gone: int) -> int | None:
    if gone > LARGEST_ID:
        return None
    rows = kind.model.objects.of(request.user).now_part_of(pk=gone)
    found: int | None = rows.values_list("pk", flat=True).first()
    return found
