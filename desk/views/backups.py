"""The backup of each day: whether there is one, and where."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import OwnerRequest, for_the_founder
from desk.backup import daily
from desk.backup.registry import daily_folder


@for_the_founder
@require_safe
def backups(request: OwnerRequest) -> HttpResponse:
    context = {
        "copies": daily.copies(),
        "failure": daily.failure(),
        "folder": daily_folder(),
        "days": settings.BACKUP_DAYS,
    }
    return render(request, "desk/backups.html", context)
