"""The first account, and the kit and the settings of the signed-in user."""

from django.conf import settings as configuration
from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import first_account as founding
from accounts.forms import FirstAccountForm, KitForm, PreferencesForm, UserForm
from accounts.middleware import answers_without_account
from accounts.models import Kit, Preferences
from accounts.owned import StaleVersion
from accounts.pages import posted
from accounts.requests import OwnerRequest
from accounts.signals import preferences_changed
from accounts.time_zones import time_zone_names


@answers_without_account
@require_http_methods(["GET", "HEAD", "POST"])
def first_account(request: HttpRequest) -> HttpResponse:
    if founding.exists():
        return redirect("account_login")
    form = FirstAccountForm(posted(request), code_required=configuration.SETUP_CODE_REQUIRED)
    if request.method == "POST" and form.is_valid():
        try:
            user = founding.make(
                email=form.cleaned_data["email"],
                password=form.cleaned_data["password"],
                time_zone=form.cleaned_data["time_zone"],
            )
        except founding.AlreadyMade:
            return redirect("account_login")
        login(request, user, "allauth.account.auth_backends.AuthenticationBackend")
        return redirect("desk:today")
    context = {"form": form, "time_zones": time_zone_names()}
    return render(
        request, "accounts/first_account.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def kit(request: OwnerRequest) -> HttpResponse:
    """What I keep ready for a recruiter who asks."""
    mine = Kit.of(request.user)
    evening = Preferences.objects.of(request.user).get().evening_time
    form = KitForm(posted(request), instance=mine, owner=request.user)
    # Before the form is cleaned: what was typed and refused is in `mine` afterwards.
    context = {"form": form, "is_empty": mine.is_empty, "evening": evening}
    if request.method == "POST" and form.is_valid():
        try:
            form.save()
        except StaleVersion:
            form.add_error(None, _("This was changed elsewhere just now. Save again."))
        else:
            messages.success(request, _("Saved. It stands beside the call sheet."))
            return redirect("accounts:kit")
    return render(request, "accounts/kit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: OwnerRequest) -> HttpResponse:
    """My zone, and how I want to be reminded. A change replans what has not gone yet."""
    preferences = Preferences.objects.of(request.user).get()
    user_form = UserForm(posted(request), instance=request.user)
    form = PreferencesForm(posted(request), instance=preferences, owner=request.user)
    if request.method == "POST" and all([user_form.is_valid(), form.is_valid()]):
        with transaction.atomic():
            user_form.save()
            saved = form.save()
            changed = [*user_form.changed_data, *form.changed_data]
            preferences_changed.send(Preferences, preferences=saved, changed=changed)
        messages.success(request, _("Saved. What has not gone yet follows the new settings."))
        return redirect("accounts:settings")
    if user_form.errors:
        request.user.refresh_from_db()
    status = 422 if user_form.errors or form.errors else 200
    context = {
        "form": form,
        "user_form": user_form,
        "time_zones": time_zone_names(),
        "mail_server": configuration.MAIL_SERVER,
    }
    return render(request, "accounts/settings.html", context, status=status)
