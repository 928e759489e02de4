"""The mail server of the installation, set by whoever founded it."""

from __future__ import annotations

from allauth.account.internal.flows import reauthentication
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.pages import posted
from accounts.requests import OwnerRequest, for_the_founder
from followups.mail_check import try_out
from followups.mail_setup import PROVIDERS, MailSetupForm, first_values, provider
from followups.models import Mail, Mailer
from followups.tasks import nudge


@for_the_founder
@sensitive_post_parameters("password", "own_password", "typed")
@require_http_methods(["GET", "HEAD", "POST"])
def mail_setup(request: OwnerRequest) -> HttpResponse:
    """The mail server: tried, then saved; what is wrong with it stands beside its field.

    1. Whose password was not asked in the last minutes is asked for it.
    2. The server is tried, within ten seconds. “Save anyway” leaves that out.
    3. It is in force with the next tick. A test goes the real way, if one was asked for.
    """
    if settings.MAIL_SERVER is not None:
        return _page(request, 422 if request.method == "POST" else 200, fixed=settings.MAIL_SERVER)
    mailer = Mailer.load()
    chosen = provider(request.GET.get("preset", ""))
    form = MailSetupForm(
        posted(request),
        initial=first_values(mailer, chosen, request.user),
        mailer=mailer,
        user=request.user,
        is_known=reauthentication.did_recently_reauthenticate(request),
    )
    found = None
    if request.method == "POST" and _is_their_own(request, form) and form.is_valid():
        if "own_password" in form.fields:
            reauthentication.reauthenticate_by_password(request)
            del form.fields["own_password"]
        if "anyway" not in request.POST:
            found = try_out(form.server, request.user.email)
        if found is None:
            mailer.set_up(form.server, timezone.now())
            return _saved(request)
        form.add_error(found.field, found.text)
    return _page(
        request,
        422 if form.errors else 200,
        form=form,
        mailer=mailer,
        providers=PROVIDERS,
        chosen=chosen,
        may_save_anyway=found is not None,
    )


def _page(request: OwnerRequest, status: int, **context: object) -> HttpResponse:
    return render(request, "followups/mail_setup.html", context, status=status)


def _is_their_own(request: OwnerRequest, form: MailSetupForm) -> bool:
    """Whether the form may be looked at: passwords are not guessed here faster than elsewhere."""
    if "own_password" not in form.fields:
        return True
    if ratelimit.consume(request, action="reauthenticate", user=request.user):
        return True
    form.hold(_("Too many tries. Wait a few minutes."))
    return False


def _saved(request: OwnerRequest) -> HttpResponse:
    """To the page of the test, where its way can be watched; else back."""
    if "test" not in request.POST:
        messages.success(request, _("Saved. Mails go through it from now on."))
        nudge()
        return redirect("followups:mail_setup")
    now = timezone.now()
    mail = Mail.objects.create(
        owner=request.user, kind=Mail.Kind.TEST, due_utc=now, not_before=now
    )
    nudge()
    messages.success(request, _("Saved. A test is on its way."))
    return redirect(mail)


@for_the_founder
@require_POST
def mail_take_down(request: OwnerRequest) -> HttpResponse:
    """Use no server any more; what falls due is kept here."""
    Mailer.load().take_down()
    messages.success(request, _("Removed, with its password. Mails are kept here from now on."))
    return redirect("followups:mail_setup")
