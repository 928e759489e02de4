"""How long before its moment each kind of promise is told."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Preferences
from accounts.owned import StaleVersion
from accounts.pages import posted
from accounts.requests import OwnerRequest
from accounts.signals import preferences_changed
from followups.lead_times import LeadTimesForm, in_words
from followups.reminders import preferences_of


@require_http_methods(["GET", "HEAD", "POST"])
def lead_times(request: OwnerRequest) -> HttpResponse:
    """A time for each kind of promise. A change replans what has not gone yet."""
    preferences = Preferences.objects.of(request.user).get()
    before = preferences.lead_by_kind
    form = LeadTimesForm(posted(request), instance=preferences, owner=request.user)
    if request.method == "POST" and form.is_valid():
        changed = ["lead_by_kind"] if form.by_kind != before else []
        try:
            with transaction.atomic():
                # Held as every change of a promise holds them, the user first: else the two
                # could wait for each other.
                preferences_of(request.user.pk)
                saved = form.save()
                preferences_changed.send(Preferences, preferences=saved, changed=changed)
        except StaleVersion:
            form.add_error(None, _("This was changed elsewhere just now. Save again."))
        else:
            messages.success(request, _("Saved. What has not gone yet follows the new times."))
            return redirect("followups:lead_times")
    usual = in_words(preferences.lead_minutes)
    context = {"form": form, "usual": usual, "preferences": preferences}
    status = 422 if form.errors else 200
    return render(request, "followups/lead_times.html", context, status=status)
