"""Preferences and zone may change at any hour; no reminder is lost by it, and none comes twice."""

import datetime as dt

import pytest
import time_machine

from accounts.models import Preferences, User
from contacts.models import Recruiter
from followups.delivery import dispatch_due
from followups.models import Mail, Promise, Reminder
from followups.reminders import replan_all

UTC = dt.UTC
TUESDAY = dt.date(2026, 11, 24)


def at(clock: str) -> dt.datetime:
    """That time on Tuesday, 24 November 2026, UTC (and so in London)."""
    return dt.datetime.combine(TUESDAY, dt.time.fromisoformat(clock), UTC)


@pytest.fixture
def preferences(user: User) -> Preferences:
    user.time_zone = "Europe/London"
    user.save()
    preferences = Preferences.objects.of(user).get()
    preferences.digest_time = dt.time(9, 0)
    preferences.save()
    return preferences


def by_tuesday(user: User) -> Promise:
    """Promised on Monday noon, by the end of Tuesday."""
    with time_machine.travel(at("12:00") - dt.timedelta(days=1), tick=False):
        recruiter = Recruiter.objects.create(owner=user, name="Jane Doe")
        return Promise.objects.create(
            owner=user,
            kind="send_names",
            recruiter=recruiter,
            due_on=TUESDAY,
            time_zone="Europe/London",
        )


def digest_moves(preferences: Preferences, to: str, *, when: str) -> None:
    with time_machine.travel(at(when), tick=False):
        preferences.digest_time = dt.time.fromisoformat(to)
        preferences.save()
        replan_all(preferences.owner)


def look(clock: str) -> int:
    with time_machine.travel(at(clock), tick=False):
        return dispatch_due(at(clock))


@pytest.mark.django_db
def test_it_goes_at_once_when_its_hour_is_moved_into_the_past(
    user: User, preferences: Preferences
) -> None:
    by_tuesday(user)
    digest_moves(preferences, "08:00", when="08:30")
    assert look("08:31") == 1
    assert look("09:01") == 0


@pytest.mark.django_db
def test_it_goes_at_once_where_the_morning_is_over_after_a_flight(
    user: User, preferences: Preferences
) -> None:
    user.time_zone = "America/New_York"
    user.save()
    by_tuesday(user)  # its digest is at 14:00 UTC, nine o'clock in New York
    with time_machine.travel(at("10:00"), tick=False):
        user.time_zone = "Europe/London"
        user.save()
        replan_all(user)
    assert look("10:01") == 1
    assert look("14:01") == 0


@pytest.mark.django_db
def test_a_digest_that_went_does_not_come_again_later_that_day(
    user: User, preferences: Preferences
) -> None:
    by_tuesday(user)
    assert look("09:00") == 1
    digest_moves(preferences, "10:00", when="09:05")
    assert look("10:01") == 0
    assert Mail.objects.of(user).count() == 1


@pytest.mark.django_db
def test_a_promise_that_is_moved_is_reminded_of_its_new_moment_alone(
    user: User, preferences: Preferences
) -> None:
    promise = by_tuesday(user)
    with time_machine.travel(at("08:30"), tick=False):
        promise.snooze(due_on=TUESDAY, due_time=dt.time(8, 40), time_zone="Europe/London")
    # Fifteen minutes before has passed already: nothing goes but on the moment itself.
    assert look("08:31") == 0
    assert look("08:40") == 1
    assert list(Reminder.objects.of(user).gone().values_list("occasion", flat=True)) == ["due"]
