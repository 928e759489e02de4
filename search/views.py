"""Find anything."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.requests import OwnerRequest
from search import kinds

MOST_LETTERS = 200


@require_http_methods(["GET", "HEAD", "POST"])
def results(request: OwnerRequest) -> HttpResponse:
    """The form posts, so that no name is left in the history; a link may ask by `?q=`."""
    asked = request.POST if request.method == "POST" else request.GET
    typed = asked.get("q", "")[:MOST_LETTERS].replace("\x00", "")  # PostgreSQL has no NUL
    context = {"typed": typed, "found": kinds.results(request.user, typed)}
    template = "search/results.html"
    if request.htmx.target == "found":
        template += "#found"
    return render(request, template, context)
