"""Pages of the reminder engine: what went, what waits, and whether it lives."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import answers_without_account
from accounts.models import Preferences
from accounts.pages import choice, own_or_404, page_of, where_from
from accounts.requests import OwnerRequest
from followups.health import engine_troubles
from followups.models import Mail, Promise, Reminder
from followups.proof import history_of, proofs
from followups.tasks import nudge

SHOWN = ["waiting", "gone", "cancelled", "trouble", "all"]
# Lists in which nothing is cancelled, so that nobody asks why.
NOT_CANCELLED = {"waiting", "gone"}
# An id has fewer digits than this: a longer number is no row's, and no database takes it.
ID_DIGITS = 19
# Of the reminders of a mail that was held for many, so many are listed.
MOST_IN_IT = 200
# So many of what needs a look, or was kept here, stand above the others.
ABOVE = 5


@require_http_methods(["GET", "HEAD", "POST"])
def reminder_list(request: OwnerRequest) -> HttpResponse:
    """Which reminders went when, what waits and why; of all promises, or of `?promise=`.

    A POST sends, or sets aside, many mails that need a look.
    """
    return _deal_with_many(request) if request.method == "POST" else _list(request)


def _list(request: OwnerRequest, refused: str = "") -> HttpResponse:
    promise = _promise_asked_for(request)
    show = choice(request, "show", ["all", *SHOWN] if promise else SHOWN)
    mails = Mail.objects.of(request.user).troubled().select_related("owner")
    mails = mails.order_by("-due_utc", "-pk")
    rows = Reminder.objects.of(request.user).for_list().shown_as(show)
    if promise:
        rows, mails = rows.filter(promise=promise), mails.about(promise)
        if show == "all":  # its story, from the beginning
            rows = rows.order_by("due_utc", "pk")
    elif show == "waiting":  # what is overdue weeks later would bury what is next
        rows = rows.next_of_each()
    page = page_of(request, mails if show == "trouble" else rows)
    context: dict[str, object] = {"page": page, "show": show, "promise": promise}
    if show == "trouble":
        context["held"] = Mail.objects.of(request.user).held().count()
    else:
        told = proofs(request.user, page, timezone.now(), with_cancelled=show not in NOT_CANCELLED)
        context["proofs"] = told
    if not promise and show == "waiting":
        context["troubled"] = list(mails[: ABOVE + 1])
        kept = Mail.objects.of(request.user).kept().order_by("-sent_at", "-pk")
        context["kept"] = list(kept[: ABOVE + 1])
    context["refused"] = refused
    status = 422 if refused else 200
    return render(request, "followups/reminder_list.html", context, status=status)


def _promise_asked_for(request: OwnerRequest) -> Promise | None:
    """The promise that `?promise=` names: another's, or nothing at all, is not found."""
    asked = request.GET.get("promise")
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < ID_DIGITS):
        raise Http404
    return own_or_404(Promise.objects.of(request.user).with_names(), int(asked))


def _deal_with_many(request: OwnerRequest) -> HttpResponse:
    """Of the ids posted each must be the user's own, or nothing is done. All need no ids."""
    mine = Mail.objects.of(request.user)
    verb = request.POST.get("do", "")
    rows = {"send_held": mine.held(), "settle_all": mine.troubled()}.get(verb)
    if rows is None:
        ids = set(request.POST.getlist("mail"))
        known = {str(pk) for pk in mine.filter(pk__in=_numbers(ids)).values_list("pk", flat=True)}
        if not ids:
            return _list(request, _("Choose at least one."))
        if ids != known or verb not in {"send", "settle"}:
            return _list(request, _("Nothing was done: choose again."))
        rows = mine.filter(pk__in=known)
    if verb.startswith("send"):
        count = rows.send_again()
        nudge()
        said = ngettext("One goes within seconds.", "%(n)s go within seconds.", count)
    else:
        count = rows.set_aside()
        said = ngettext("One set aside.", "%(n)s set aside.", count)
    messages.success(request, said % {"n": count})
    return redirect("followups:reminder_list")


def _numbers(texts: Iterable[str]) -> list[int]:
    """Those of these that may be the id of a row."""
    return [int(one) for one in texts if one.isascii() and one.isdigit() and len(one) < ID_DIGITS]


@require_safe
def mail_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    """One mail: where it stands, and its text if it was kept here."""
    mail = own_or_404(Mail.objects.of(request.user).select_related("owner"), pk)
    reminders = Reminder.objects.of(request.user).for_list().filter(mail=mail)
    context = {
        "mail": mail,
        "history": history_of(mail),
        "is_in_trash": Reminder.objects.of(request.user)
        .filter(mail=mail)
        .exclude(promise__trashed_at=None)
        .exists(),
        "reminders": list(reminders.order_by("due_utc", "pk")[:MOST_IN_IT]),
    }
    template = "followups/mail_detail.html"
    return render(request, f"{template}#standing" if request.htmx else template, context)


@require_POST
def unmute(request: OwnerRequest) -> HttpResponse:
    """Reminders go by mail again, after a mail's own link turned them off."""
    Preferences.objects.of(request.user).get().unmute()
    messages.success(request, _("Reminders go out by mail again."))
    return redirect(where_from(request, reverse("followups:reminder_list")))


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
