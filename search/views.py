"""Find anything."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import OwnerRequest
from search import kinds
from search.results import MOST, Filters, Whom, find

MOST_LETTERS = 200


@require_http_methods(["GET", "HEAD", "POST"])
def results(request: OwnerRequest) -> HttpResponse:
    """The form posts, so that no name is left in the history; a link may ask by `?q=`."""
    asked = request.POST if request.method == "POST" else request.GET
    typed = asked.get("q", "")[:MOST_LETTERS].replace("\x00", "")  # PostgreSQL has no NUL
    filters = _filters(asked)
    page = _page(asked)
    context = {
        "typed": typed,
        "filters": filters,
        "since": asked.get("since", "") if filters.since else "",
        "whom": filters.whom and filters.whom.document(request.user),
        "kinds": kinds.all_kinds(),
        "found": find(request.user, typed, filters, page=page),
        "next_page": page + 1,
        "most": MOST,
    }
    template = "search/results.html"
    if request.htmx.target == "found":
        template += "#found"
    return render(request, template, context)


def _filters(asked: QueryDict) -> Filters:
    """What it is narrowed to; what makes no sense narrows nothing.

    `more` and `only` are what was pressed beside a result, and go before what is set.
    """
    if "everything" in asked:
        return Filters()
    since = None
    try:
        day = dt.date.fromisoformat(asked.get("since", ""))
        since = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    except (ValueError, OverflowError):
        pass
    kind = kinds.named(asked.get("more") or asked.get("kind", ""))
    return Filters(kind, Whom.read(asked.get("only") or asked.get("whom", "")), since)


def _page(asked: QueryDict) -> int:
    """All up to this page is shown; from 1."""
    page = asked.get("page", "1")
    return max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 4 else 1
