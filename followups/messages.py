"""What a mail says. Names and amounts stay out of what a preview or a lock screen shows."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Preferences, User
from followups.models import Mail, Promise, Reminder

LATE = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Line:
    """One promise, as a mail tells it. Moments are in the reader's own zone."""

    promise: Promise
    when: str
    there: str
    is_late: bool
    url: str


def day_words(day: dt.date, today: dt.date) -> str:
    """A day as one says it: “today”, “tomorrow”, or in full."""
    if day == today:
        return str(_("today"))
    if day == today + dt.timedelta(days=1):
        return str(_("tomorrow"))
    return formats.date_format(day, "l j F")


def when_words(promise: Promise, user: User, now: dt.datetime) -> str:
    """The promise's moment on the user's own clock, with its zone."""
    today = now.astimezone(user.zone).date()
    if promise.due_time is None:
        return str(
            _("by the end of %(day)s") % {"day": formats.date_format(promise.due_on, "l j F")}
        )
    local = promise.due_utc.astimezone(user.zone)
    day = formats.date_format(local.date(), "l j F")
    if local.date() == today:
        day = str(_("today, %(day)s") % {"day": day})
    return str(_("%(day)s at %(time)s") % {"day": day, "time": f"{local:%H:%M}"})


def there_words(promise: Promise, user: User) -> str:
    """The same moment on the recruiter's clock, where that is known to be another."""
    zone_name = promise.recruiter.time_zone if promise.recruiter else ""
    if not zone_name or promise.due_time is None:
        return ""
    here = promise.due_utc.astimezone(user.zone)
    there = promise.due_utc.astimezone(zoneinfo.ZoneInfo(zone_name))
    if here.utcoffset() == there.utcoffset():
        return ""
    return str(_("%(time)s for them") % {"time": f"{there:%H:%M}"})


def line_for(promise: Promise, user: User, now: dt.datetime) -> Line:
    return Line(
        promise=promise,
        when=when_words(promise, user, now),
        there=there_words(promise, user),
        # A mail on the moment itself takes a few seconds; that is not late.
        is_late=promise.is_late_at(now - LATE),
        url=settings.PUBLIC_URL + promise.get_absolute_url(),
    )


def compose(mail: Mail, now: dt.datetime, *, sender: str) -> EmailMessage | None:
    """The mail as it goes over the wire, or None when nothing in it is wanted any more.

    `now` (UTC) decides what counts as late. Written in the addressee's language and zone.
    """
    user = mail.owner
    with translation.override(user.locale), timezone.override(user.zone):
        if mail.kind == Mail.Kind.TEST:
            return _message(mail, str(_("A test")), "test", {"mail": mail}, sender)
        promises = _wanted(mail)
        if not promises:
            return None
        preferences = Preferences.objects.of(user).get()
        lines = [line_for(promise, user, now) for promise in promises]
        due = mail.due_utc.astimezone(user.zone)
        context = {
            "mail": mail,
            "lines": lines,
            "zone": user.time_zone,
            "discreet": preferences.discreet_mail,
            "was_due": due if now - mail.due_utc > LATE else None,
            "home": settings.PUBLIC_URL,
        }
        subject = _subject(mail, lines, discreet=preferences.discreet_mail)
        return _message(mail, subject, "reminder", context, sender, promises=promises)


def _wanted(mail: Mail) -> list[Promise]:
    """The promises in this mail that are still open, each once, soonest first."""
    rows = Reminder.across_owners.live().filter(mail=mail.pk)
    chosen = Promise.objects.of(mail.owner_id).filter(pk__in=rows.values("promise"))
    return list(chosen.by_urgency().select_related("call"))


def _subject(mail: Mail, lines: list[Line], *, discreet: bool) -> str:
    first = lines[0]
    if len(lines) > 1 or mail.kind == Mail.Kind.DIGEST:
        return ngettext("One thing for today", "%(n)s things for today", len(lines)) % {
            "n": len(lines)
        }
    if discreet:
        return str(_("Reminder: %(when)s") % {"when": first.when})
    who = first.promise.recruiter or first.promise.firm
    return f"{first.promise.headline}: {who}, {first.when}"


def _message(
    mail: Mail,
    subject: str,
    template: str,
    context: dict[str, object],
    sender: str,
    promises: list[Promise] | None = None,
) -> EmailMessage:
    headers = {
        "Message-ID": mail.message_id,
        # RFC 3834: nobody's out-of-office should answer this.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if promises and len(promises) == 1:
        # All that is said of one promise stands together in the reader's mail program.
        headers["References"] = f"<promise-{promises[0].pk}@{settings.PUBLIC_HOST}>"
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"followups/email/{template}.txt", context),
        from_email=f"Wordkeeper <{sender}>",
        to=[mail.owner.email],
        headers=headers,
    )
    message.attach_alternative(
        render_to_string(f"followups/email/{template}.html", context), "text/html"
    )
    return message.message(policy=SMTP)


def plain_text(message: EmailMessage) -> str:
    """The text part of a composed mail."""
    part = message.get_body(("plain",))
    return part.get_content() if part is not None else ""
