"""Pages of the reminder engine: what went, what waits, and whether it lives."""

from __future__ import annotations

from django.contrib import messages
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import answers_without_account
from accounts.pages import choice, own_or_404, page_of
from accounts.requests import OwnerRequest
from followups.health import engine_troubles
from followups.models import Mail, Reminder
from followups.tasks import nudge


@require_safe
def reminder_list(request: OwnerRequest) -> HttpResponse:
    """What waits, soonest first, or what went, newest first; above both, what needs a look."""
    show = choice(request, "show", ["waiting", "gone"])
    rows = Reminder.objects.of(request.user).for_list()
    if show == "waiting":
        rows = rows.not_gone().order_by("due_utc", "pk")
    else:
        rows = rows.gone().order_by("-due_utc", "-pk")
    context = {
        "page": page_of(request, rows),
        "show": show,
        "troubled": list(Mail.objects.of(request.user).troubled().order_by("-due_utc")[:20]),
        "kept": list(Mail.objects.of(request.user).kept().order_by("-sent_at")[:20]),
    }
    return render(request, "followups/reminder_list.html", context)


@require_safe
def mail_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    """One mail: where it stands, and its text if it was kept here."""
    mail = own_or_404(Mail.objects.of(request.user), pk)
    reminders = mail.reminders.select_related("promise__recruiter", "promise__firm")
    context = {"mail": mail, "reminders": list(reminders.order_by("due_utc", "pk"))}
    template = "followups/mail_detail.html"
    return render(request, f"{template}#standing" if request.htmx else template, context)


@require_POST
def send_test(request: OwnerRequest) -> HttpResponse:
    """Send me a test: a real mail by the real way. Its page tells how far it has come."""
    now = timezone.now()
    mail = Mail.objects.create(
        owner=request.user, kind=Mail.Kind.TEST, due_utc=now, not_before=now
    )
    nudge()
    return redirect(mail)


@require_POST
def mail_retry(request: OwnerRequest, pk: int) -> HttpResponse:
    mail = own_or_404(Mail.objects.of(request.user).troubled(), pk)
    mail.retry()
    nudge()
    messages.success(request, _("It goes again within seconds."))
    return redirect(mail)


@require_POST
def mail_settle(request: OwnerRequest, pk: int) -> HttpResponse:
    mail = own_or_404(Mail.objects.of(request.user).troubled(), pk)
    mail.settle()
    messages.success(request, _("Set aside."))
    return redirect("followups:reminder_list")


@answers_without_account
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. It asks nothing of any other part."""
    return JsonResponse({"status": "ok"})


@answers_without_account
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: database, migrations and reminder engine are well; else 503 with the reasons.

    The reasons name no user, no firm and nothing that was typed.
    """
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        reasons = [_("Migrations have not been applied.")] if pending else []
        if not pending:
            reasons += [trouble.text for trouble in engine_troubles(timezone.now())]
    except DatabaseError:
        reasons = [_("The database does not answer.")]
    status = "unready" if reasons else "ok"
    return JsonResponse({"status": status, "reasons": reasons}, status=503 if reasons else 200)
