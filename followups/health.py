"""Whether reminders can be trusted right now, and if not, why: for /readyz and the banner."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from followups.models import Heartbeat, Mail, Mailer, Reminder

STALE_AFTER = dt.timedelta(seconds=60)
OVERDUE_AFTER = dt.timedelta(minutes=5)
# How long a death under `manage.py up`, mended by a restart, is worth telling.
TELL_DEATHS_FOR = dt.timedelta(hours=12)


@dataclass(frozen=True)
class Trouble:
    """Something that stands between a promise and its reminder. `level` is "late" or "now"."""

    level: str
    text: str
    url: str = ""
    link: str = ""


def clock_words(moment: dt.datetime) -> str:
    """A UTC moment on the active zone's clock, with the day unless it is today."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return f"{local:%H:%M}"
    return date_format(local, "j F, H:i")


def engine_troubles(now: dt.datetime) -> list[Trouble]:
    """What is wrong with the engine itself: it is these that make /readyz say 503."""
    troubles = []
    beat = Heartbeat.last(Heartbeat.ENGINE)
    if beat is None:
        troubles.append(Trouble("late", _("Reminders are not going out: no worker has run yet.")))
    elif now - beat > STALE_AFTER:
        troubles.append(
            Trouble(
                "late",
                _("Reminders are not going out: no worker has run since %(since)s.")
                % {"since": clock_words(beat)},
            )
        )
    mailer = Mailer.load()
    if mailer.is_paused:
        troubles.append(
            Trouble(
                "late",
                _("Mail is paused and tried every 15 minutes. %(reason)s")
                % {"reason": mailer.paused_because},
            )
        )
    elif not troubles and _has_overdue(now):
        troubles.append(
            Trouble("late", _("Reminders are going out late: some wait for over five minutes."))
        )
    return troubles


def _has_overdue(now: dt.datetime) -> bool:
    """A due row that nothing has taken up for five minutes.

    A mail that waits for its next try has been taken up; it is told as what it is.
    """
    since = now - OVERDUE_AFTER
    if Reminder.across_owners.waiting().filter(due_utc__lt=since).exists():
        return True
    return Mail.across_owners.filter(state=Mail.State.SCHEDULED, not_before__lt=since).exists()


def deaths(now: dt.datetime) -> list[Trouble]:
    """Parts that died under `manage.py up` and were started again, from the note it keeps."""
    try:
        note = json.loads((settings.DATA_DIR / "supervisor.json").read_text())
    except (OSError, ValueError):
        return []
    names = {"web": _("The web server"), "worker": _("The worker")}
    troubles = []
    for part, name in names.items():
        died_at = parse_datetime(str(note.get(part, {}).get("died_at", "")))
        if died_at and now - died_at < TELL_DEATHS_FOR:
            troubles.append(
                Trouble(
                    "now",
                    _("%(part)s stopped at %(time)s and was started again.")
                    % {"part": name, "time": clock_words(died_at)},
                )
            )
    return troubles


def troubles_for(user: User, now: dt.datetime | None = None) -> list[Trouble]:
    """All that `user` should know now, gravest first."""
    now = now or timezone.now()
    troubles = engine_troubles(now)
    url = reverse("followups:reminder_list")
    count = Mail.objects.of(user).troubled().count()
    if count:
        text = ngettext(
            "One reminder could not be delivered.",
            "%(n)s reminders could not be delivered.",
            count,
        ) % {"n": count}
        troubles.append(Trouble("late", text, url, _("See which")))
    troubles += deaths(now)
    if settings.MAIL_SERVER is None:
        text = _("No mail server is set: reminders are kept here and do not reach you elsewhere.")
        troubles.append(Trouble("now", text, url, _("Read them")))
    if not settings.OVER_HTTPS and settings.SETUP_CODE_REQUIRED:
        text = _("This page is reached without encryption: others on the way can read along.")
        troubles.append(Trouble("now", text))
    return troubles
