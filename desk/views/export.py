"""Everything out: a table of each kind, cards, a calendar, and the whole as one archive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import Any

from allauth.account.internal.flows import reauthentication
from django.conf import settings
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.requests import OwnerRequest
from desk import archive
from desk.export import cards, tables
from followups import calendar
from followups.models import Promise

CSV, VCARD = "text/csv; charset=utf-8", "text/vcard; charset=utf-8"
CALENDAR, ZIP = "text/calendar; charset=utf-8", "application/zip"
# What is no table, as one speaks of it.
OTHERS = {
    "archive": gettext_lazy("the archive"),
    "cards": gettext_lazy("the cards"),
    "calendar": gettext_lazy("the calendar"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: OwnerRequest) -> HttpResponseBase:
    """What can be taken out, and how much of it there is; a POST is answered with the file.

    Whose password was not asked in the last minutes is asked for it, and then offered what was
    chosen: with allauth's own way the file would come, and the page of the password stay.
    """
    if request.method != "POST":
        return _page(request)
    if not reauthentication.did_recently_reauthenticate(request):
        query = {
            "next": reverse("desk:export", query={"chosen": request.POST.get("what", "")[:40]})
        }
        return redirect(reverse("account_reauthenticate", query=query))
    return _file(request)


def _page(request: OwnerRequest, *, error: str = "") -> HttpResponse:
    counts = tables.counts(request.user)
    found = [(name, table.label, counts[name]) for name, table in tables.TABLES.items()]
    context = {
        "tables": found,
        "cards": counts["recruiters"] + counts["people"],
        "open_promises": Promise.objects.of(request.user).open().count(),
        "error": error,
        "chosen": _chosen(request),
    }
    return render(request, "desk/export.html", context, status=422 if error else 200)


def _chosen(request: OwnerRequest) -> tuple[str, str] | None:
    """What was to be downloaded when the password was asked for, and how it is called."""
    what = request.GET.get("chosen", "")
    named = {name: table.label for name, table in tables.TABLES.items()} | OTHERS
    if what not in named or not reauthentication.did_recently_reauthenticate(request):
        return None
    return what, str(named[what])


def _file(request: OwnerRequest) -> HttpResponseBase:
    """By POST, so that no other site's link begins a download. Its name says nothing of whose."""
    what, owner = request.POST.get("what", ""), request.user
    if what in tables.TABLES:
        rows = tables.write(tables.TABLES[what], owner)
        return _streamed(rows, CSV, f"{what}.csv")
    if what == "cards":
        return _streamed(cards.write(owner), VCARD, "contacts.vcf")
    if what == "calendar":
        rows = Promise.objects.of(owner).open().select_related("recruiter", "firm")
        text = calendar.write(calendar.entries_of(rows.order_by("due_utc", "pk"), owner))
        return _streamed([text], CALENDAR, "promises.ics")
    if what == "archive":
        return _archive(request)
    return _page(request, error=_("Choose what to take out."))


def _archive(request: OwnerRequest) -> HttpResponseBase:
    """Written to the disk first: the database waits for no browser. Its file has no name there,
    so nothing is left of it however this ends.
    """
    file = tempfile.TemporaryFile(dir=settings.DATA_DIR)  # noqa: SIM115 (the answer closes it)
    try:
        archive.write(file, request.user)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _attached(FileResponse(file, content_type=ZIP), "wordkeeper.zip")


def _streamed(parts: Iterable[bytes], content_type: str, name: str) -> HttpResponseBase:
    return _attached(StreamingHttpResponse(parts, content_type=content_type), name)


def _attached(response: Any, name: str) -> HttpResponseBase:
    stem, _dot, ending = name.partition(".")
    dated = f"{stem}-{timezone.localdate():%Y-%m-%d}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{dated}"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
