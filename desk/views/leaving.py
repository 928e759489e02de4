"""Deleting the account: what goes, whether it is really its user, and the end."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User, in_words
from accounts.pages import posted
from accounts.requests import OwnerRequest
from desk import leaving
from desk.backup import registry
from desk.forms.leaving import LeavingForm


@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: OwnerRequest) -> HttpResponse:
    """By POST, with the e-mail typed and the password given a moment ago, the account goes."""
    user = request.user
    here = reverse("desk:account_delete")
    again = f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}"
    is_sure = did_recently_reauthenticate(request)
    if request.method == "POST" and not is_sure:
        return redirect(again)
    form = LeavingForm(posted(request), user=user)
    if request.method == "POST" and form.is_valid():
        leaving.delete_account(user)
        logout(request)
        messages.success(request, _("The account and everything in it is deleted."))
        return redirect("account_login")
    context = {
        "form": form,
        "again": again,
        "is_sure": is_sure,
        "goes": in_words(leaving.outlook(user)),
        "backups": registry.kept_from_before(timezone.now()),
        "is_founder": user.is_founder,
        "is_alone": not User.objects.exclude(pk=user.pk).exists(),
    }
    status = 422 if form.errors else 200
    return render(request, "desk/account_delete.html", context, status=status)
