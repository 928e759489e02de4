"""The first account, and the settings of the signed-in user."""

from django.conf import settings as configuration
from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import first_account as founding
from accounts import last_backup, way_out
from accounts.forms import FirstAccountForm, PreferencesForm, UserForm, ZoneForm
from accounts.middleware import answers_without_account
from accounts.models import Preferences
from accounts.owned import StaleVersion
from accounts.pages import posted, where_from
from accounts.requests import OwnerRequest
from accounts.signals import preferences_changed
from accounts.time_zones import place_of, time_zone_names

# In the session: zones that its user was offered, and did not want.
DECLINED = "zones_declined"


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
def settings(request: OwnerRequest) -> HttpResponse:
    """My zone, and how I want to be reminded. A change replans what has not gone yet."""
    preferences = Preferences.objects.of(request.user).get()
    user_form = UserForm(posted(request), instance=request.user)
    form = PreferencesForm(posted(request), instance=preferences, owner=request.user)
    if request.method == "POST" and all([user_form.is_valid(), form.is_valid()]):
        try:
            with transaction.atomic():
                # The user first, as every change of a promise holds the two.
                user_form.save()
                saved = form.save()
                changed = [*user_form.changed_data, *form.changed_data]
                preferences_changed.send(Preferences, preferences=saved, changed=changed)
        except StaleVersion:
            form.add_error(None, _("This was changed elsewhere just now. Save again."))
        else:
            messages.success(request, _("Saved. What has not gone yet follows the new settings."))
            return redirect("accounts:settings")
    return _settings_page(request, user_form, form)


def _settings_page(
    request: OwnerRequest, user_form: UserForm, form: PreferencesForm
) -> HttpResponse:
    """The settings: 422 where either form was refused."""
    if user_form.errors:
        request.user.refresh_from_db()
    context = {
        "form": form,
        "user_form": user_form,
        "time_zones": time_zone_names(),
        "mail_server": way_out.server(),
        "last_backup": last_backup.ask(),
    }
    status = 422 if user_form.errors or form.errors else 200
    return render(request, "accounts/settings.html", context, status=status)


@require_POST
def change_zone(request: OwnerRequest) -> HttpResponse:
    """My zone alone, where the browser saw that I am elsewhere. What has not gone is replanned.

    What is no zone is refused on the settings' page, where another can be typed.
    """
    form = ZoneForm(request.POST, instance=request.user)
    if not form.is_valid():
        user_form = UserForm(form.as_typed_in_settings(), instance=request.user)
        preferences = Preferences.objects.of(request.user).get()
        user_form.is_valid()
        return _settings_page(
            request, user_form, PreferencesForm(instance=preferences, owner=request.user)
        )
    with transaction.atomic():
        user = form.save()
        preferences = Preferences.objects.of(user).get()
        preferences_changed.send(Preferences, preferences=preferences, changed=form.changed_data)
    messages.success(
        request,
        _("Your time is %(place)s’s now. Promises with a fixed time keep their moment.")
        % {"place": place_of(user.time_zone)},
    )
    return redirect(where_from(request, reverse("desk:today")))


@require_POST
def keep_zone(request: OwnerRequest) -> HttpResponse:
    """Not now: until I sign out I am not asked about that zone again."""
    form = ZoneForm(request.POST, instance=request.user)
    if form.is_valid():
        declined = request.session.get(DECLINED, [])
        zone = form.cleaned_data["time_zone"]
        # The latest few: the session is no place to keep what anybody cares to post.
        request.session[DECLINED] = [*[name for name in declined if name != zone][-9:], zone]
        request.user.refresh_from_db()
        return redirect(where_from(request, reverse("desk:today")))
    return change_zone(request)
