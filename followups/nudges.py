"""Asking after what they owe and said nothing of: a promise of mine that follows one of theirs.

It is to ring them on the next working day, at any hour of it: nobody waits for it at a fixed
one. There is at most one open nudge of a promise, and it ends with it.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Preferences
from contacts.models import NAME_LENGTH
from followups.messages import number_for
from followups.models import Promise
from followups.models.promise import NotOpen, NotYet, Refused
from followups.models.words import State
from followups.plans import working_day
from followups.reminders import preferences_of


def ask_after(promise: Promise, *, now: dt.datetime | None = None) -> Promise:
    """The open nudge of `promise`, made if there is none. `now` is UTC.

    Raises `NotOpen` when theirs has ended meanwhile, `Refused` when it is not theirs at all,
    `NotYet` while they have time left.
    """
    if not promise.is_theirs:
        raise Refused(_("This is your own promise: there is nobody to nudge."))
    with transaction.atomic():
        # Held first, as everywhere: of two presses at once the second finds the first's nudge.
        now = now or timezone.now()
        preferences = preferences_of(promise.owner_id)
        promise = Promise.objects.of(promise.owner_id).get(pk=promise.pk)
        if not promise.is_open:
            raise NotOpen
        if there := open_nudge_of(promise):
            return there
        if not promise.may_be_nudged:
            raise NotYet(_("They still have time for it."))
        nudge = Promise(
            owner_id=promise.owner_id,
            owed_by=Promise.Party.ME,
            kind=Promise.Kind.CALL_BACK,
            what=_("Ask after: %(what)s") % {"what": _in_words(promise)},
            due_on=_next_working_day(preferences, now),
            time_zone=preferences.owner.time_zone,
            phone=number_for(promise),
            recruiter_id=promise.recruiter_id,
            firm_id=promise.firm_id,
            opportunity_id=promise.opportunity_id,
            call_id=promise.call_id,
            follows=promise,
        )
        nudge.what = nudge.what[:NAME_LENGTH]
        nudge.save()
    return nudge


def never_mind(promise: Promise) -> Promise | None:
    """Take the open nudge of `promise` back, to the trash; None where there is none."""
    with transaction.atomic():
        preferences_of(promise.owner_id)
        nudge = open_nudge_of(promise)
        if nudge:
            nudge.trash()
    return nudge


def end_with(promise: Promise) -> None:
    """Theirs has ended: what was to ask after it is no longer needed."""
    if not promise.is_theirs or not (nudge := open_nudge_of(promise)):
        return
    nudge.ended_with_theirs = True
    nudge.release(_because(promise))


def bring_back(promise: Promise) -> None:
    """Theirs is open again: so is the nudge that had ended with it, unless another stands."""
    if not promise.is_theirs:
        return
    ended = Promise.objects.of(promise.owner_id).filter(
        follows=promise, state=State.RELEASED, ended_with_theirs=True
    )
    nudge = ended.order_by("-ended_at", "-pk").first()
    if nudge and not place_taken(nudge):
        nudge.reopen()


def place_taken(nudge: Promise) -> bool:
    """Whether another open nudge follows the same promise of theirs."""
    if not nudge.follows_id:
        return False
    others = Promise.objects.of(nudge.owner_id).open().filter(follows=nudge.follows_id)
    return others.exclude(pk=nudge.pk).exists()


def is_settled(nudge: Promise) -> bool:
    """Whether what it asks after has ended, or is theirs no more."""
    if not nudge.follows_id:
        return False
    followed = Promise.objects.of(nudge.owner_id).filter(pk=nudge.follows_id)
    return followed.exclude(state=State.OPEN, owed_by=Promise.Party.THEM).exists()


def open_nudge_of(promise: Promise) -> Promise | None:
    """What is to ask after `promise`, if that is not done yet."""
    return Promise.objects.of(promise.owner_id).open().filter(follows=promise).first()


def _in_words(promise: Promise) -> str:
    if promise.what or promise.how_many:
        return promise.headline
    return str(promise.get_kind_display())


def _because(promise: Promise) -> str:
    match promise.state:
        case State.KEPT | State.KEPT_LATE:
            return _("They did it meanwhile.")
        case State.RELEASED:
            return _("You no longer want it.")
    return _("They did not do it.")


def _next_working_day(preferences: Preferences, now: dt.datetime) -> dt.date:
    tomorrow = now.astimezone(preferences.owner.zone).date() + dt.timedelta(days=1)
    return working_day(tomorrow, preferences, step=1)
