"""Whether reminders can be trusted right now, and if not, why: for /readyz and the banner."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Preferences, User
from accounts.prepared import prepared
from followups.models import Heartbeat, Mail, Mailer, Reminder

STALE_AFTER = dt.timedelta(seconds=60)
OVERDUE_AFTER = dt.timedelta(minutes=5)
# How long a death under `manage.py up`, mended by a restart, is worth telling.
TELL_DEATHS_FOR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Trouble:
    """Something that stands between a promise and its reminder. `level` is "late" or "now".

    `text` may be told to anybody; `detail`, the mail server's own words, to the founder alone.
    What is mended at `url` by a press is `pressed`: a button there, not a link.
    """

    level: str
    text: str
    url: str = ""
    link: str = ""
    detail: str = ""
    pressed: bool = False


def clock_words(moment: dt.datetime) -> str:
    """A UTC moment on the active zone's clock, with the day unless it is today."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return f"{local:%H:%M}"
    return date_format(local, "j F, H:i")


@dataclass(frozen=True)
class Standing:
    """What the database knows of the engine, and how many mails of one user need a look."""

    beat: dt.datetime | None
    paused_because: str | None
    has_overdue: bool
    troubled: int = 0
    muted_at: dt.datetime | None = None
    # The host of the server set in the app, if there is one; `EMAIL_URL` is not asked here.
    host: str | None = None


def standing(now: dt.datetime) -> Standing:
    mailer = Mailer.load()
    return Standing(
        beat=Heartbeat.last(Heartbeat.ENGINE),
        paused_because=mailer.paused_because if mailer.is_paused else None,
        has_overdue=any(rows.exists() for rows in _overdue(now - OVERDUE_AFTER)),
    )


def standing_for(user: User, now: dt.datetime) -> Standing:
    """The same for `user`, in one query: every whole page asks."""
    return Standing(**_standing_of(user=user.pk, since=now - OVERDUE_AFTER)[0])


@prepared
def _standing_of(user: Any, since: Any) -> QuerySet:
    troubled = Mail.objects.of(user).troubled().order_by().values("owner").annotate(n=Count("pk"))
    reminders, mails, leases = _overdue(since)
    return User.objects.filter(pk=user).values(
        beat=Subquery(Heartbeat.objects.filter(name=Heartbeat.ENGINE).values("beat_at")),
        paused_because=Subquery(
            Mailer.objects.exclude(paused_at=None).values("paused_because")[:1]
        ),
        has_overdue=Exists(reminders) | Exists(mails) | Exists(leases),
        troubled=Coalesce(Subquery(troubled.values("n")), 0),
        muted_at=Subquery(Preferences.objects.of(user).values("muted_at")[:1]),
        host=Subquery(Mailer.objects.values("host")[:1]),
    )


def engine_troubles(now: dt.datetime, known: Standing | None = None) -> list[Trouble]:
    """What is wrong with the engine itself: it is these that make /readyz say 503."""
    known = known or standing(now)
    troubles = []
    beat = known.beat
    if beat is None:
        troubles.append(Trouble("late", _("Reminders are not going out: no worker has run yet.")))
    elif abs(now - beat) > STALE_AFTER:  # ahead of us: the clock was, when the engine last ran
        troubles.append(
            Trouble(
                "late",
                _("Reminders are not going out: no worker has run since %(since)s.")
                % {"since": clock_words(beat)},
            )
        )
    if known.paused_because is not None:
        troubles.append(
            Trouble(
                "late",
                _("Mail is paused and tried every 15 minutes."),
                detail=known.paused_because,
            )
        )
    elif not troubles and known.has_overdue:
        troubles.append(
            Trouble("late", _("Reminders are going out late: some wait for over five minutes."))
        )
    return troubles


def _overdue(since: Any) -> list[QuerySet]:
    """Rows due before `since` (UTC) that nothing has taken up, or that were taken up and dropped.

    A mail that waits for its next try has been taken up; it is told as what it is.
    """
    return [
        Reminder.across_owners.waiting().filter(due_utc__lt=since),
        Mail.across_owners.filter(state=Mail.State.SCHEDULED, not_before__lt=since),
        Mail.across_owners.filter(lease_until__lt=since),
    ]


def deaths(now: dt.datetime) -> list[Trouble]:
    """Parts that died under `manage.py up` and were started again, from the note it keeps."""
    names = {"web": _("The web server"), "worker": _("The worker")}
    return [
        Trouble(
            "now",
            _("%(part)s stopped at %(time)s and was started again.")
            % {"part": name, "time": clock_words(died_at)},
        )
        for part, name in names.items()
        if (died_at := _died_at(part)) and now - died_at < TELL_DEATHS_FOR
    ]


def _died_at(part: str) -> dt.datetime | None:
    """When `part` last died (UTC). A note that cannot be read must not take the page with it."""
    try:
        note = json.loads((settings.DATA_DIR / "supervisor.json").read_text())
        return dt.datetime.fromisoformat(note[part]["died_at"]).astimezone(dt.UTC)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def troubles_for(user: User, now: dt.datetime | None = None) -> list[Trouble]:
    """All that `user` should know now, gravest first."""
    now = now or timezone.now()
    known = standing_for(user, now)
    troubles = engine_troubles(now, known)
    setup_url = reverse("followups:mail_setup")
    if not user.is_founder:  # whoever set up the mail server, and can mend it
        troubles = [replace(trouble, detail="") for trouble in troubles]
    elif known.paused_because is not None:
        troubles = [
            replace(trouble, url=setup_url, link=_("Mend it")) if trouble.detail else trouble
            for trouble in troubles
        ]
    url = reverse("followups:reminder_list")
    if count := known.troubled:
        text = ngettext(
            "One reminder needs a look: it did not go, or perhaps it did.",
            "%(n)s reminders need a look: they did not go, or perhaps they did.",
            count,
        ) % {"n": count}
        troubles.append(Trouble("late", text, url, _("See which")))
    troubles += deaths(now)
    if known.muted_at:
        text = _("Reminders by mail are off since %(since)s: they are kept here.")
        text %= {"since": clock_words(known.muted_at)}
        unmute = reverse("followups:unmute")
        troubles.append(Trouble("now", text, unmute, _("Turn on again"), pressed=True))
    if settings.MAIL_SERVER is None and not known.host:
        text = _("No mail server is set: reminders are kept here and do not reach you elsewhere.")
        if user.is_founder:
            troubles.append(Trouble("now", text, setup_url, _("Set up mail")))
        else:
            troubles.append(Trouble("now", text, url, _("Read them")))
    if not settings.OVER_HTTPS and settings.SETUP_CODE_REQUIRED:
        text = _("This page is reached without encryption: others on the way can read along.")
        troubles.append(Trouble("now", text))
    return troubles
