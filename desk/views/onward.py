"""Where to go once a form did its work."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.requests import OwnerRequest


def onward(request: OwnerRequest, path: str) -> HttpResponse:
    """Go to the page at `path`: by a redirect, or for htmx without a page load.

    A page load costs a second on a phone.
    """
    if not request.htmx:
        return redirect(path)
    there = {
        "path": path,
        "target": "#main",
        "select": "#main",
        "swap": "outerHTML show:window:top",
    }
    return HttpResponse(headers={"HX-Location": json.dumps(there)})
