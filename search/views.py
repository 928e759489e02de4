"""Find anything."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import reselect, retarget

from accounts.requests import OwnerRequest
from search import kinds
from search.results import MOST, Filters, Whom, find

MOST_LETTERS = 200
# All below the line that is typed, and the results alone: answered alike.
REGIONS = {"found", "hits"}


@require_http_methods(["GET", "HEAD", "POST"])
def results(request: OwnerRequest) -> HttpResponse:
    """The form posts, so that no name is left in the history; a link may ask by `?q=`."""
    asked = request.POST if request.method == "POST" else request.GET
    typed = asked.get("q", "")[:MOST_LETTERS].replace("\x00", "")  # PostgreSQL has no NUL
    filters, unread = _filters(asked)
    page = _page(asked)
    context = {
        "typed": typed,
        "filters": filters,
        "since": asked.get("since", "") if filters.since or unread else "",
        "since_error": unread and _("No day can be read there; write it as 2026-06-15."),
        "whom": filters.whom and filters.whom.document(request.user),
        "kinds": kinds.all_kinds(),
        "found": find(request.user, typed, filters, page=page),
        "next_page": page + 1,
        "most": MOST,
    }
    template = "search/results.html"
    if request.htmx.target in REGIONS:
        template += "#found"
    response = render(request, template, context, status=422 if unread else 200)
    # What is wrong with a filter stands beside it, where alone the results were asked for.
    return reselect(retarget(response, "#found"), "#found") if unread else response


def _filters(asked: QueryDict) -> tuple[Filters, bool]:
    """What it is narrowed to, and whether there is a day that cannot be read.

    What makes no sense narrows nothing; of what the page offers no choice but the day can be that.
    `more` and `only` are what was pressed beside a result, and go before what is set.
    """
    if "everything" in asked:
        return Filters(), False
    since, unread = None, False
    if written := asked.get("since", "").strip(" "):
        try:
            day = dt.date.fromisoformat(written)
            since = timezone.make_aware(dt.datetime.combine(day, dt.time()))
        except (ValueError, OverflowError):
            unread = True
    kind = kinds.named(asked.get("more") or asked.get("kind", ""))
    whom = Whom.read(asked.get("only") or asked.get("whom", ""))
    return Filters(kind, whom, since), unread


def _page(asked: QueryDict) -> int:
    """All up to this page is shown; from 1."""
    page = asked.get("page", "1")
    return max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 4 else 1
