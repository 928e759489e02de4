"""What a mail says. Names and amounts stay out of what a preview or a lock screen shows."""

from __future__ import annotations

import datetime as dt
import functools
import logging
import re
import zoneinfo
from collections.abc import Collection
from dataclasses import dataclass, replace

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.encoding import punycode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import phones
from accounts.models import Preferences, User
from followups import local_time, mime, transport
from followups.brief_lines import Standing, lines_for, standing_of
from followups.links import Link, Purpose, act_path
from followups.models import Mail, Promise, Reminder
from followups.models.mail import LATE, id_domain

log = logging.getLogger("followups.messages")

# More than this nobody reads in a mail; the rest is counted.
MOST = 50

# What turns the letters after it around (U+202E and its kind), also those that are not its own.
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


@dataclass(frozen=True)
class Line:
    """One promise, as a mail tells it. Moments are in the reader's own zone."""

    what: str
    who: str
    when: str
    there: str
    is_late: bool
    phone: str
    phone_display: str
    my_number: str
    url: str
    # Of them: it is they who kept it.
    is_theirs: bool
    keep_url: str
    snooze_url: str
    call_sheet_url: str
    brief_url: str
    # How it stands with them; no pay, no referred name, no client told in confidence.
    brief: list[str]


def day_words(day: dt.date, today: dt.date) -> str:
    words = formats.date_format(day, "l j F" if abs(day - today).days < 300 else "l j F Y")
    if day == today:
        return str(_("today, %(day)s") % {"day": words})
    if day == today + dt.timedelta(days=1):
        return str(_("tomorrow, %(day)s") % {"day": words})
    return words


def when_words(promise: Promise, user: User, now: dt.datetime) -> str:
    """The promise's moment on the user's own clock."""
    today = now.astimezone(user.zone).date()
    local = promise.due_utc.astimezone(user.zone)
    if promise.due_time is not None:
        words = _("%(day)s at %(time)s")
    elif promise.due_utc == local_time.end_of_day(promise.due_on, user.zone):
        return str(_("by the end of %(day)s") % {"day": day_words(promise.due_on, today)})
    else:  # its day ends where the user is not
        words = _("by %(day)s at %(time)s")
    return str(words % {"day": day_words(local.date(), today), "time": f"{local:%H:%M}"})


def on_words(moment: dt.datetime, user: User) -> str:
    """A moment on the user's own clock, as it is told of what is over."""
    local = moment.astimezone(user.zone)
    day = formats.date_format(local.date(), "l j F Y")
    return str(_("%(day)s at %(time)s") % {"day": day, "time": f"{local:%H:%M}"})


def ended_words(promise: Promise, user: User) -> str:
    """How and when it ended; "" while it is open. Of what was said about it there is no word."""
    if promise.ended_at is None:
        return ""
    words = {
        Promise.State.KEPT: _("Kept on %(when)s."),
        Promise.State.KEPT_LATE: _("Kept late, on %(when)s."),
        Promise.State.RELEASED: _("Released on %(when)s."),
        Promise.State.BROKEN: _("Marked as broken on %(when)s."),
        Promise.State.NO_SHOW: _("Marked as a no-show on %(when)s."),
    }
    when = on_words(promise.ended_at, user)
    if promise.ended_on:  # no hour was said
        when = formats.date_format(promise.ended_on, "l j F Y")
    return str(words[Promise.State(promise.state)] % {"when": when})


def there_words(promise: Promise, user: User) -> str:
    """The same moment on the recruiter's clock, where that is known to be another."""
    zone_name = promise.recruiter.time_zone if promise.recruiter else ""
    if not zone_name or promise.due_time is None:
        return ""
    here = promise.due_utc.astimezone(user.zone)
    there = promise.due_utc.astimezone(zoneinfo.ZoneInfo(zone_name))
    if here.utcoffset() == there.utcoffset():
        return ""
    if here.date() == there.date():
        return str(_("%(time)s for them") % {"time": f"{there:%H:%M}"})
    day = formats.date_format(there.date(), "l")
    return str(_("%(day)s, %(time)s for them") % {"day": day, "time": f"{there:%H:%M}"})


def number_for(promise: Promise) -> str:
    """The number to call (E.164): the one agreed on, else the newest that is known of them."""
    if promise.phone:
        return promise.phone
    if promise.recruiter:
        known = max(promise.recruiter.phones.all(), key=lambda phone: phone.pk, default=None)
        if known:
            return str(known.number)
    return promise.firm.switchboard if promise.firm else ""


def what_words(promise: Promise, standing: Standing | None = None) -> str:
    """What was promised; of words that name somebody or speak of pay the kind alone."""
    said = promise.headline
    if standing and promise.what and not standing.may_be_said(promise):
        said = capfirst(str(promise.get_kind_display()))
    if promise.owed_by == Promise.Party.THEM:
        return str(_("They promised: %(what)s") % {"what": said})
    return said


def who_words(promise: Promise) -> str:
    return ", ".join(part.name for part in (promise.recruiter, promise.firm) if part)


def _call_sheet_url(promise: Promise) -> str:
    """Where the call with them is logged, once signed in, and the promise ticked as kept."""
    if promise.recruiter_id is None:
        return ""
    return f"{settings.PUBLIC_URL}{_call_sheet_path()}?promise={promise.pk}"


@functools.cache
def _call_sheet_path() -> str:
    return reverse("desk:call_sheet")


@functools.cache
def _brief_path() -> str:
    return reverse("desk:promise_brief", args=[0])


def _brief_url(promise: Promise) -> str:
    """Where everything known of them stands, once signed in."""
    return settings.PUBLIC_URL + _brief_path().replace("/0/", f"/{promise.pk}/")


def line_for(
    promise: Promise, user: User, now: dt.datetime, standing: Standing | None = None
) -> Line:
    number = number_for(promise)
    return Line(
        what=what_words(promise, standing),
        who=who_words(promise),
        when=when_words(promise, user, now),
        there=there_words(promise, user),
        # A mail on the moment itself takes a few seconds; that is not late.
        is_late=promise.is_late_at(now - LATE),
        phone=number,
        phone_display=phones.display(number) if number else "",
        my_number=promise.my_number_display,
        url=settings.PUBLIC_URL + promise.get_absolute_url(),
        is_theirs=promise.owed_by == Promise.Party.THEM,
        keep_url=Link.about(Purpose.KEEP, promise, now).url,
        snooze_url=Link.about(Purpose.SNOOZE, promise, now).url,
        call_sheet_url=_call_sheet_url(promise),
        brief_url=_brief_url(promise),
        brief=lines_for(promise, standing, user, now) if standing else [],
    )


@dataclass(frozen=True)
class Contents:
    """What a mail is written from, as it was read; `Mail.begin` makes sure that it still holds."""

    reminders: list[Reminder]
    preferences: Preferences
    # None says nothing of it.
    standing: Standing | None = None

    @property
    def revisions(self) -> frozenset[tuple[int, int]]:
        return frozenset((reminder.pk, reminder.revision) for reminder in self.reminders)

    @property
    def promises(self) -> list[Promise]:
        """Each once, soonest first."""
        distinct = {reminder.promise_id: reminder.promise for reminder in self.reminders}
        return sorted(distinct.values(), key=lambda promise: (promise.due_utc, promise.pk))


def contents_of(mails: Collection[Mail]) -> dict[int, Contents]:
    """What is still wanted in each of these mails, by the mail's id, in a few queries for all."""
    reminders: dict[int | None, list[Reminder]] = {mail.pk: [] for mail in mails}
    rows = Reminder.across_owners.live().filter(mail__in=list(reminders))
    for row in rows.select_related("promise__recruiter", "promise__firm").prefetch_related(
        "promise__recruiter__phones"
    ):
        reminders[row.mail_id].append(row)
    owners = {mail.owner_id for mail in mails}
    found = {
        preferences.owner_id: preferences
        for preferences in Preferences.across_owners.filter(owner__in=owners)
    }
    contents = {
        mail.pk: Contents(reminders[mail.pk], found.get(mail.owner_id) or Preferences())
        for mail in mails
    }
    told = {one.pk: one for each in contents.values() for one in each.promises[:MOST]}
    standing = standing_of(told.values())
    return {pk: replace(each, standing=standing) for pk, each in contents.items()}


@dataclass(frozen=True)
class Letter:
    """A mail as it is written: `content` is all of it, headers and bodies; `text` is to keep."""

    subject: str
    text: str
    content: bytes


def compose(mail: Mail, contents: Contents, now: dt.datetime, *, sender: str) -> Letter | None:
    """The mail, or None when nothing in it is wanted any more.

    `now` (UTC) decides what counts as late. Written in the addressee's language and zone. A
    reminder matters more than its looks: when what was written about the promises (a name, a
    zone, a template) brings the writing down, the mail says in plain words that something is
    due, and where to see it.
    """
    if mail.kind != Mail.Kind.TEST and not contents.reminders:
        return None
    try:
        return _compose(mail, contents, now, sender)
    except Exception:
        log.exception("mail %s is written plainly", mail.pk)
    text = f"Something you promised is due. See it here:\n\n{settings.PUBLIC_URL}/\n"
    return _letter(mail, "Reminder", text, None, contents, sender, now)


def _compose(mail: Mail, contents: Contents, now: dt.datetime, sender: str) -> Letter:
    user = mail.owner
    with translation.override(user.locale), timezone.override(user.zone):
        if mail.kind == Mail.Kind.TEST:
            text, html = _render("test", {"home": settings.PUBLIC_URL})
            return _letter(mail, str(_("A test")), text, html, contents, sender, now)
        discreet = contents.preferences.discreet_mail
        lines = [
            line_for(promise, user, now, contents.standing) for promise in contents.promises[:MOST]
        ]
        context = {
            "lines": lines,
            "more": len(contents.promises) - len(lines),
            "zone": user.time_zone.replace("_", " "),
            "discreet": discreet,
            "was_due": mail.due_utc if now - mail.due_utc > LATE else None,
            "was_tried": mail.attempts > 0,
            "home": settings.PUBLIC_URL,
            "mute_url": Link.to_mute(user.pk, now).url,
        }
        text, html = _render("reminder", context)
        subject = _subject(mail, contents.promises, lines[0], discreet=discreet)
        return _letter(mail, subject, text, html, contents, sender, now)


def _render(name: str, context: dict[str, object]) -> tuple[str, str]:
    text = render_to_string(f"followups/email/{name}.txt", context)
    return text, render_to_string(f"followups/email/{name}.html", context)


def _subject(mail: Mail, promises: list[Promise], first: Line, *, discreet: bool) -> str:
    count = len(promises)
    if mail.kind == Mail.Kind.CATCH_UP and count > 1:
        return ngettext("%(n)s thing you missed", "%(n)s things you missed", count) % {"n": count}
    if count > 1 or mail.kind == Mail.Kind.DIGEST:
        return ngettext("One thing for today", "%(n)s things for today", count) % {"n": count}
    if discreet:
        return str(_("Reminder: %(when)s") % {"when": first.when})
    return f"{first.what}: {first.who}, {first.when}"


def _letter(
    mail: Mail,
    subject: str,
    text: str,
    html: str | None,
    contents: Contents,
    sender: str,
    now: dt.datetime,
) -> Letter:
    subject, text = subject.translate(TURNS), text.translate(TURNS)
    html = html.translate(TURNS) if html else html
    headers = {
        "Subject": subject,
        "From": f"Wordkeeper <{transport.envelope_address(sender)}>",
        "To": transport.envelope_address(mail.owner.email),
        "Message-ID": mail.message_id,
        # RFC 3834: nobody's out-of-office should answer this.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    about = {reminder.promise_id for reminder in contents.reminders}
    if len(about) == 1:
        # All that is said of one promise stands together in the reader's mail program.
        headers["References"] = f"<promise-{about.pop()}@{id_domain()}>"
    if mail.kind != Mail.Kind.TEST:
        headers |= _unsubscribe(mail, now)
    return Letter(" ".join(subject.split()), _kept(text), mime.write(headers, text, html, now))


def _unsubscribe(mail: Mail, now: dt.datetime) -> dict[str, str]:
    """One press in the mail program mutes (RFC 8058), and can do nothing else.

    That asks for https, and so does its sense: over plain http whoever carries the request could
    read the link. There the foot of the mail has it alone.
    """
    if not settings.OVER_HTTPS:
        return {}
    url = Link.to_mute(mail.owner_id, now).url
    url = url.replace(settings.PUBLIC_HOST, punycode(settings.PUBLIC_HOST), 1)
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _kept(text: str) -> str:
    """The text as the app may keep it: without the links that act.

    Who reads it there is signed in, and what opens something does not lie about in the database.
    """
    ours = re.escape(settings.PUBLIC_URL + act_path())
    return re.sub(rf"^.*{ours}\S+\n", "", text, flags=re.MULTILINE)
