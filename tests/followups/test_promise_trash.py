"""What becomes of a promise in the trash, and of what hangs on it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Preferences, User
from followups.models import Promise, Reminder
from followups.models.promise import Refused
from followups.nudges import ask_after
from tests.factories import PromiseFactory


def overdue(user: User) -> Promise:
    day = timezone.localdate() - dt.timedelta(days=3)
    return PromiseFactory(owner=user, owed_by="them", due_on=day)


def test_what_is_to_ask_after_it_goes_to_the_trash_with_it(user: User) -> None:
    theirs = overdue(user)
    nudge = ask_after(theirs)
    theirs.trash()
    nudge = Promise.across_owners.get(pk=nudge.pk)
    assert nudge.trash_group == theirs.trash_group
    assert not Reminder.across_owners.live().filter(promise=nudge).exists()


def test_a_nudge_whose_place_is_taken_does_not_come_back(user: User) -> None:
    theirs = overdue(user)
    nudge = ask_after(theirs)
    nudge.trash()
    ask_after(theirs)
    with pytest.raises(Refused):
        Promise.across_owners.get(pk=nudge.pk).restore()


@pytest.mark.parametrize("days", [[[1]], 5, None, "mon", ["1"]])
def test_it_is_asked_after_whatever_stands_for_working_days(user: User, days: object) -> None:
    Preferences.objects.of(user).update(working_days=days if days is not None else {})
    assert ask_after(overdue(user)).due_on > timezone.localdate()


@pytest.mark.parametrize("day", [dt.date(1969, 12, 31), dt.date(2200, 1, 1)])
def test_no_promise_is_due_where_no_calendar_reaches(user: User, day: dt.date) -> None:
    promise = PromiseFactory(owner=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.of(user).filter(pk=promise.pk).update(due_on=day)
