"""Deleting an account: everything of its owner goes, and nothing of anybody else.

Every owned model is walked, so that one that is new cannot be forgotten.
"""

from __future__ import annotations

import logging

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CharField, Count, Value

from accounts import erasing
from accounts.belonging import owned_models
from accounts.models import Kit, Preferences, SavedForm, TrashGroup, User
from contacts.models import Merge, NotTheSame
from desk import traces
from desk.models import ImportRow, ImportRun
from followups.models import CalendarFeed, Mail, Mailer, Reminder, Reschedule, UsedLink

logger = logging.getLogger(__name__)

# Rows read at once.
PART = 500
# What nobody has written down as a thing of its own.
NOT_TOLD = {
    Preferences,
    TrashGroup,
    UsedLink,
    CalendarFeed,
    Reminder,
    Reschedule,
    Kit,
    Mail,
    SavedForm,
    Merge,
    NotTheSame,
    ImportRun,
    ImportRow,
}


def outlook(user: User) -> dict[str, int]:
    """How many rows of each model would go, by `app.model`: in one query."""
    counted = [
        model.across_owners.filter(owner=user)
        .order_by()
        .annotate(leaving=Value(model._meta.label_lower, output_field=CharField()))
        .values("leaving")
        .annotate(leaving_rows=Count("pk"))
        .values_list("leaving", "leaving_rows")
        for model in owned_models()
        if model not in NOT_TOLD and not model.is_derived
    ]
    return dict(counted[0].union(*counted[1:], all=True))


def delete_account(user: User) -> None:
    """Delete `user` and everything of theirs; all or nothing.

    1. Who is the founder hands that on to whoever has been here longest, and may sign in: without
       one, anybody could make the first account anew. Their mail server goes: its password is theirs.
    2. Every owned row, whatever state it is in, with its files.
    3. Their sessions, in whatever browser, and the account with all that sign-in keeps of it.

    Then what is left of deleted text in SQLite's file goes.
    """
    pk = user.pk
    with transaction.atomic():
        # All of them, always in one order: two who leave at once could hand on to each other.
        list(User.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        user = User.objects.select_for_update().get(pk=pk)
        erasing.overwrite_what_goes()
        if user.is_founder:
            Mailer.load().take_down()
        erasing.erase_everything(user)
        _end_sessions(pk)
        user.delete()
        if user.is_founder:
            _hand_on()
    traces.drop()
    logger.info("account %s was deleted", pk)


def _hand_on() -> None:
    """To the first who is there: of those who may sign in, if there is any."""
    heirs = User.objects.order_by("-is_active", "joined_at", "pk").values_list("pk", flat=True)
    for pk in heirs:
        if User.objects.filter(pk=pk).update(is_founder=True):
            return


def _end_sessions(pk: int) -> None:
    last = ""
    sessions = Session.objects.order_by("session_key")
    while part := list(sessions.filter(session_key__gt=last)[:PART]):
        last = part[-1].session_key
        mine = [one.pk for one in part if one.get_decoded().get("_auth_user_id") == str(pk)]
        Session.objects.filter(pk__in=mine).delete()
