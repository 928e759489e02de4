"""What a view of this product is handed."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class OwnerRequest(HttpRequest):
    """A request of somebody signed in: the middleware lets no other reach these views."""

    user: User
    htmx: HtmxDetails


def for_the_founder(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """To everybody else the page answers as one that does not exist, whatever the method."""

    @functools.wraps(view)
    def guarded(request: OwnerRequest) -> HttpResponse:
        if not request.user.is_founder:
            raise Http404
        return view(request)

    return guarded
