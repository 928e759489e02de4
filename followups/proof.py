"""What can be proven of a reminder and of a mail, in sentences for whoever waits for it.

Moments are told in the active zone, the user's own, to the second.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Preferences, User
from followups.models import Mail, Mailer, Reminder, Reschedule
from followups.plans import DIGEST, plan

# What is cancelled and what takes its place are written down one after the other.
AT_ONCE = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class Proof:
    """A reminder, and what is to be said of it."""

    reminder: Reminder
    sentences: list[str]

    @property
    def words(self) -> str:
        return " ".join(self.sentences)


def moment(value: dt.datetime) -> str:
    """A UTC moment on the user's clock: “24 November 2026, 09:42:03”."""
    local = timezone.localtime(value)
    return f"{date_format(local, 'j F Y')}, {local:%H:%M:%S}"


def span(length: dt.timedelta) -> str:
    """“3 seconds”, “12 minutes”, “5 hours”, “2 days”: the largest unit that fits twice, or one."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 120:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    if seconds < 2 * 3600:
        return _("%(n)s minutes") % {"n": seconds // 60}
    if seconds < 48 * 3600:
        return _("%(n)s hours") % {"n": seconds // 3600}
    return _("%(n)s days") % {"n": seconds // (24 * 3600)}


def proofs(
    user: User, reminders: Iterable[Reminder], now: dt.datetime, *, with_cancelled: bool
) -> list[Proof]:
    """What is to be said of each of these reminders of `user`, in as many queries for any number.

    They come with their promise and mail (`for_list`).
    """
    rows = list(reminders)
    teller = _Teller(user, now)
    if with_cancelled:
        teller.look_up([row for row in rows if row.cancelled_at])
    return [Proof(row, teller.sentences(row)) for row in rows]


class _Teller:
    def __init__(self, user: User, now: dt.datetime) -> None:
        self.user, self.now = user, now
        self.preferences = Preferences.objects.of(user).first() or Preferences(owner=user)
        self.preferences.owner = user
        self.mailer = Mailer.load()
        self.later: dict[int, list[Reminder]] = defaultdict(list)
        self.moves: dict[int, list[dt.datetime]] = defaultdict(list)

    def look_up(self, cancelled: list[Reminder]) -> None:
        """What took the place of these, and when their promises were moved."""
        promises = {row.promise_id for row in cancelled}
        since = min((row.cancelled_at for row in cancelled if row.cancelled_at), default=self.now)
        later = Reminder.objects.of(self.user).filter(promise__in=promises, created_at__gte=since)
        for row in later.order_by("created_at", "pk"):
            self.later[row.promise_id].append(row)
        moves = Reschedule.objects.of(self.user).filter(promise__in=promises)
        for promise, created_at in moves.values_list("promise", "created_at"):
            self.moves[promise].append(created_at)

    def sentences(self, row: Reminder) -> list[str]:
        if row.cancelled_at:
            said = _("Cancelled %(when)s:") % {"when": moment(row.cancelled_at)}
            words = [said, self._why(row, row.cancelled_at)]
            if row.mail and row.mail.ambiguous and row.mail.state == Mail.State.CANCELLED:
                words.append(_("It may have arrived before that, nobody can tell."))
            return words
        if row.mail is None:
            return [*self._planned(row), *self._in_the_way()]
        stands = standing_of(row.mail, since=row.due_utc)
        return [*stands, *self._in_the_way()] if row.mail.state in Mail.WAITING else stands

    def _planned(self, row: Reminder) -> list[str]:
        if row.due_utc <= self.now:
            return [_("It is due, and not taken up yet.")]
        freely = self._without_quiet_hours(row)
        if freely is not None:
            said = _("It waits for the end of your quiet hours: its time would be %(when)s.")
            return [said % {"when": moment(freely)}]
        return []  # that it is planned for its time stands beside it

    def _without_quiet_hours(self, row: Reminder) -> dt.datetime | None:
        """When it would go if there were no quiet hours, if that is before it does."""
        if self.preferences.quiet_until is None:
            return None
        freely = copy.copy(self.preferences)
        freely.quiet_from = freely.quiet_until = None
        moments = {one.key: one.due_utc for one in plan(row.promise, freely)}
        planned = moments.get((row.occasion, row.channel))
        return planned if planned is not None and planned < row.due_utc else None

    def _in_the_way(self) -> list[str]:
        """What holds up all of them."""
        if self.preferences.muted_at:
            said = _("Reminders by mail are off since %(since)s: it will be kept here.")
            return [said % {"since": moment(self.preferences.muted_at)}]
        if self.mailer.paused_at and self.mailer.probe_at:
            said = _("Mail is paused since %(since)s; the server is tried again %(at)s.")
            words = {"since": moment(self.mailer.paused_at), "at": moment(self.mailer.probe_at)}
            # The server's own words may name its user: they are the founder's.
            reason = self.mailer.paused_because if self.user.is_founder else ""
            return [said % words, *([reason] if reason else [])]
        return []

    def _why(self, row: Reminder, cancelled_at: dt.datetime) -> str:
        """Why it was cancelled then, as far as the rows tell."""
        promise = row.promise
        later = [one for one in self.later[row.promise_id] if one.created_at >= cancelled_at]
        if not later and not promise.is_open:
            return _("the promise had ended (%(how)s).") % {"how": promise.get_state_display()}
        moved = any(abs(cancelled_at - at) < AT_ONCE for at in self.moves[row.promise_id])
        same = next((one for one in later if one.occasion == row.occasion), None)
        if same is not None and same.due_utc != row.due_utc:
            said = _("the promise was moved; planned anew for %(when)s.")
            if not moved:
                said = _("the promise or your settings were changed; planned anew for %(when)s.")
            return said % {"when": moment(same.due_utc)}
        if moved:
            return _("the promise was moved.")
        if same is not None:
            return _(
                "planned anew for the same moment, when the promise or your settings changed."
            )
        digest = next((one for one in later if one.occasion == DIGEST), None)
        if digest is not None:
            said = _("the morning digest of %(when)s takes its place.")
            return said % {"when": moment(digest.due_utc)}
        return _("it was no longer wanted when the promise or your settings changed.")


def standing_of(mail: Mail, *, since: dt.datetime | None = None) -> list[str]:
    """Where a mail stands. How late it went is counted from `since`, else from its own time."""
    to = mail.recipient or mail.owner.email
    tries = ngettext("one try", "%(n)s tries", mail.attempts) % {"n": mail.attempts}
    match mail.state:
        case Mail.State.SENT if mail.sent_at:
            late = span(mail.sent_at - (since or mail.due_utc))
            said = _("Went %(when)s to %(to)s, %(late)s after its time.")
            words = [said % {"when": moment(mail.sent_at), "to": to, "late": late}]
        case Mail.State.KEPT if mail.sent_at:
            words = [
                _("Kept here %(when)s, to be read in the app.") % {"when": moment(mail.sent_at)}
            ]
        case Mail.State.SCHEDULED if mail.attempts:
            said = _("Not gone after %(tries)s; the next is %(when)s.")
            words = [said % {"tries": tries, "when": moment(mail.not_before)}]
        case Mail.State.SCHEDULED:
            words = [
                _("Written down as a mail; it goes %(when)s.") % {"when": moment(mail.not_before)}
            ]
        case Mail.State.CLAIMED:
            words = [_("Picked up by a worker this moment.")]
        case Mail.State.SENDING:
            words = [_("Being handed to the mail server this moment.")]
        case Mail.State.FAILED:
            words = [_("Given up after %(tries)s: it did not go.") % {"tries": tries}]
        case Mail.State.HELD if mail.ambiguous:
            words = [_("Held for you: it may have arrived, nobody can tell.")]
        case Mail.State.HELD:
            words = [_("Held for you: it has not been sent.")]
        case _:
            words = [_("Cancelled: nothing in it was wanted any more.")]
            if mail.ambiguous:
                words.append(_("It may have arrived before that, nobody can tell."))
    if mail.ambiguous and mail.state not in {Mail.State.HELD, Mail.State.CANCELLED}:
        words.append(_("It may have arrived twice, under the same Message-ID."))
    if mail.settled_at:
        words.append(_("You set it aside %(when)s.") % {"when": moment(mail.settled_at)})
    return words


def history_of(mail: Mail) -> list[str]:
    """All that is known of a mail, from its time to now, a sentence a step."""
    told = [_("Its time was %(when)s.") % {"when": moment(mail.due_utc)}]
    late = mail.created_at - mail.due_utc
    if late < dt.timedelta(seconds=1):
        told.append(_("It was written down as a mail at once."))
    else:
        said = _("It was written down as a mail %(when)s, %(late)s after that.")
        told.append(said % {"when": moment(mail.created_at), "late": span(late)})
    if mail.first_tried_at:
        said = ngettext(
            "The first try was %(when)s; one has failed so far.",
            "The first try was %(when)s; %(n)s have failed so far.",
            mail.attempts,
        )
        told.append(said % {"when": moment(mail.first_tried_at), "n": mail.attempts})
    if mail.ambiguous:
        told.append(
            _(
                "Once the line broke, or the sender stopped, after the whole mail had been handed "
                "over and before the server’s answer: it may have arrived then."
            )
        )
        if mail.state != Mail.State.CANCELLED:
            said = _(
                "It is sent once more under the same Message-ID, and if that ends alike, held for "
                "you."
            )
            told[-1] += f" {said}"
    if mail.state == Mail.State.SCHEDULED and not mail.attempts:
        # That it is written down was said.
        told.append(_("It goes %(when)s.") % {"when": moment(mail.not_before)})
        return told
    return [*told, *standing_of(mail)]
