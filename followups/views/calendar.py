"""The calendar: its secret address, what is read there, and one promise as a file."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import answers_without_account
from accounts.models import Preferences
from accounts.pages import own_or_404
from accounts.requests import OwnerRequest
from followups import calendar
from followups.models import CalendarFeed, Promise

CONTENT_TYPE = "text/calendar; charset=utf-8"


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_feed(request: OwnerRequest) -> HttpResponse:
    """The page of the secret address; a POST makes one, or a new one in place of the old."""
    return _renew(request) if request.method == "POST" else _page(request)


@reauthentication_required
def _renew(request: OwnerRequest) -> HttpResponse:
    """Shown in the answer itself, and never again: a redirect would have to keep it somewhere."""
    token = CalendarFeed.renew(request.user)
    return _page(request, settings.PUBLIC_URL + reverse("followups:calendar", args=[token]))


def _page(request: OwnerRequest, address: str = "") -> HttpResponse:
    context = {
        "feed": CalendarFeed.objects.of(request.user).first(),
        "preferences": Preferences.objects.of(request.user).first(),
        "address": address,
        # What a browser hands to the calendar program that it knows.
        "subscribe": f"webcal://{address.partition('://')[2]}" if address else "",
        "public_url": settings.PUBLIC_URL,
        "is_reachable": settings.OVER_HTTPS,
    }
    return render(request, "followups/calendar_feed.html", context)


@require_POST
def calendar_revoke(request: OwnerRequest) -> HttpResponse:
    CalendarFeed.across_owners.filter(owner=request.user).delete()
    messages.success(request, _("Revoked. Nothing is read under the old address any more."))
    return redirect("followups:calendar_feed")


@answers_without_account
@require_safe
def calendar_read(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads: no session, the secret in the address alone.

    A secret that is unknown, renewed or revoked is not found, and nothing tells which.
    """
    feed = CalendarFeed.behind(token)
    if feed is None:
        raise Http404
    now = timezone.now()
    feed.note_reading(now)
    entries = calendar.entries_of(calendar.standing(feed.owner, now), feed.owner)
    etag = calendar.etag(entries)
    response = get_conditional_response(request, etag)
    if response is None:
        response = HttpResponse(calendar.write(entries), content_type=CONTENT_TYPE)
    # `no-cache`: kept by the program that read it, and asked after each time.
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def promise_calendar(request: OwnerRequest, pk: int) -> HttpResponse:
    """One promise, to be put into any calendar; the same event as in the feed."""
    rows = Promise.objects.of(request.user).select_related("recruiter", "firm")
    entries = calendar.entries_of([own_or_404(rows, pk)], request.user)
    response = HttpResponse(calendar.write(entries), content_type=CONTENT_TYPE)
    # Its name says nothing: it lies in a folder of downloads.
    response.headers["Content-Disposition"] = f'attachment; filename="promise-{pk}.ics"'
    return response
