"""A promise: its moment, its verbs, and what must never be false of it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.owned import StaleVersion
from followups.models import Promise, Reminder
from followups.models.promise import NotOpen
from tests.factories import CallFactory, FirmFactory, PromiseFactory, RecruiterFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
BEFORE, AFTER = NOW - dt.timedelta(hours=1), NOW + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_half_past_nine() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def due_at(user: User, moment: dt.datetime, **values: Any) -> Promise:
    """A promise due at `moment` (UTC)."""
    return PromiseFactory(
        owner=user, due_on=moment.date(), due_time=moment.time(), time_zone="UTC", **values
    )


def waiting(promise: Promise) -> int:
    """How many reminders are still to go."""
    rows = Reminder.objects.of(promise.owner_id).filter(promise=promise, cancelled_at=None)
    return rows.filter(revision=promise.revision).count() if promise.is_open else rows.count()


# Moments ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "at", "zone", "utc"),
    [
        ("2026-07-01", "18:00", "Europe/London", "2026-07-01 17:00"),
        ("2026-12-01", "18:00", "Europe/London", "2026-12-01 18:00"),
        ("2026-07-01", None, "Europe/London", "2026-07-01 23:00"),
        ("2026-07-01", "18:00", "America/New_York", "2026-07-01 22:00"),
        ("2026-07-01", None, "Asia/Tokyo", "2026-07-01 15:00"),
        # The clocks go forward: the hour that is skipped moves the moment on.
        ("2027-03-28", "01:30", "Europe/London", "2027-03-28 01:30"),
        # The clocks go back: of the hour that comes twice the first counts.
        ("2027-10-31", "01:30", "Europe/London", "2027-10-31 00:30"),
    ],
)
def test_it_derives_its_moment(user: User, on: str, at: str | None, zone: str, utc: str) -> None:
    promise = PromiseFactory(
        owner=user,
        due_on=dt.date.fromisoformat(on),
        due_time=dt.time.fromisoformat(at) if at else None,
        time_zone=zone,
    )
    promise.refresh_from_db()
    assert promise.due_utc == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)


@given(
    on=st.dates(dt.date(1970, 1, 1), dt.date(2199, 12, 31)),
    at=st.none() | st.times(),
    zone=st.sampled_from(
        [
            "Europe/London",
            "America/New_York",
            "Pacific/Auckland",
            "Asia/Kathmandu",
            "UTC",
            "Pacific/Kiritimati",
            "Pacific/Pago_Pago",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
        ]
    ),
)
def test_it_refuses_exactly_the_times_that_a_clock_change_skips(
    on: dt.date, at: dt.time | None, zone: str
) -> None:
    promise = Promise(due_on=on, due_time=at, time_zone=zone)
    due = promise.derive_due_utc()
    shown = due.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    meant = dt.datetime.combine(on, at.replace(fold=0)) if at is not None else None
    if meant is None or shown == meant:
        promise.clean()
        return
    with pytest.raises(ValidationError) as refused:
        promise.clean()
    assert set(refused.value.message_dict) == {"due_time"}


@pytest.mark.parametrize("on", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"])
def test_it_refuses_a_day_beyond_the_calendar(on: str) -> None:
    promise = Promise(due_on=dt.date.fromisoformat(on), time_zone="Asia/Tokyo")
    with pytest.raises(ValidationError) as refused:
        promise.clean()
    assert set(refused.value.message_dict) == {"due_on"}


def test_it_is_late_after_its_moment_while_it_is_open(user: User) -> None:
    promise = due_at(user, NOW)
    assert not promise.is_late_at(NOW)
    assert promise.is_late_at(AFTER)
    promise.keep()
    assert not promise.is_late_at(AFTER)


# Verbs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("due", "state"), [(AFTER, "kept"), (NOW, "kept"), (BEFORE, "kept_late")])
def test_it_is_kept_in_time_or_late(user: User, due: dt.datetime, state: str) -> None:
    promise = due_at(user, due)
    promise.keep("Nobody came to mind")
    promise.refresh_from_db()
    assert (promise.state, promise.outcome) == (state, "Nobody came to mind")
    assert promise.ended_at == NOW
    assert waiting(promise) == 0


@pytest.mark.parametrize(("verb", "state"), [("release", "released"), ("mark_broken", "broken")])
def test_it_ends_in_other_ways(user: User, verb: str, state: str) -> None:
    promise = due_at(user, AFTER)
    assert waiting(promise) > 0
    getattr(promise, verb)("They found somebody")
    promise.refresh_from_db()
    assert (promise.state, promise.outcome) == (state, "They found somebody")
    assert promise.ended_at == NOW
    assert waiting(promise) == 0


@pytest.mark.parametrize("ended", ["keep", "release", "mark_broken"])
@pytest.mark.parametrize("verb", ["keep", "release", "mark_broken"])
def test_it_ends_once(user: User, ended: str, verb: str) -> None:
    promise = due_at(user, AFTER)
    getattr(promise, ended)("first")
    with pytest.raises(NotOpen):
        getattr(promise, verb)("second")
    promise.refresh_from_db()
    assert promise.outcome == "first"


def test_it_cannot_be_moved_once_it_has_ended(user: User) -> None:
    promise = due_at(user, AFTER)
    promise.keep()
    with pytest.raises(NotOpen):
        promise.snooze(due_on=dt.date(2027, 1, 1), due_time=None, time_zone="UTC")
    assert not promise.reschedules.exists()


def test_it_opens_again_and_reminds_again(user: User) -> None:
    promise = due_at(user, AFTER)
    planned = waiting(promise)
    promise.keep("by mistake")
    promise.reopen()
    promise.refresh_from_db()
    assert (promise.state, promise.ended_at, promise.judged_utc) == ("open", None, None)
    assert waiting(promise) == planned


def test_it_keeps_every_move_as_history(user: User) -> None:
    promise = PromiseFactory(owner=user, due_on=dt.date(2026, 11, 25), due_time=dt.time(12))
    promise.snooze(due_on=dt.date(2026, 11, 26), due_time=None, time_zone="Asia/Tokyo")
    with time_machine.travel(AFTER, tick=False):
        promise.snooze(due_on=dt.date(2026, 11, 27), due_time=dt.time(9), time_zone="UTC")
    promise.refresh_from_db()
    assert promise.due_utc == dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC)
    history = [(row.due_on.day, row.due_time, row.time_zone) for row in promise.reschedules.all()]
    assert history == [(26, None, "Asia/Tokyo"), (25, dt.time(12), "Europe/London")]
    assert {row.owner_id for row in promise.reschedules.all()} == {user.pk}
    due = Reminder.objects.of(user).filter(promise=promise, cancelled_at=None, occasion="due")
    assert [row.due_utc for row in due] == [promise.due_utc]


def test_it_moves_whole_or_not_at_all(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    promise = due_at(user, AFTER)
    monkeypatch.setattr("followups.reminders.replan", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        promise.snooze(due_on=dt.date(2027, 1, 1), due_time=None, time_zone="UTC")
    promise.refresh_from_db()
    assert promise.due_utc == AFTER
    assert not promise.reschedules.exists()


def test_it_refuses_a_lost_update(user: User) -> None:
    promise = due_at(user, AFTER)
    meanwhile = Promise.objects.of(user).get()
    meanwhile.keep("theirs")
    with pytest.raises(StaleVersion):
        promise.mark_broken("mine")
    promise.refresh_from_db()
    assert (promise.state, promise.outcome) == ("kept", "theirs")


def test_it_cancels_its_reminders_in_the_trash_and_plans_them_on_the_way_back(user: User) -> None:
    promise = due_at(user, AFTER)
    planned = waiting(promise)
    promise.trash()
    assert waiting(promise) == 0
    promise.restore()
    assert waiting(promise) == planned


# Words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "headline"),
    [
        ({}, "Call back"),
        ({"what": "two names for the role"}, "Two names for the role"),
        ({"kind": "send_names", "how_many": 1}, "Send 1 name"),
        ({"kind": "send_names", "how_many": 3}, "Send 3 names"),
        ({"kind": "send_names"}, "Send names"),
        ({"kind": "vet_firm"}, "Vet the firm"),
    ],
)
def test_it_is_said_in_a_few_words(values: dict[str, Any], headline: str) -> None:
    assert Promise(**{"kind": "call_back", **values}).headline == headline


# What the database refuses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "kept"},  # ended, and nobody knows when
        {"ended_at": NOW},  # open, and ended
        {"recruiter": None},  # owed to nobody
        {"state": "no_show", "ended_at": NOW},  # mine, and theirs on the record
        {"due_utc": None},
        {"due_on": None},
    ],
)
def test_it_refuses_what_can_not_be(user: User, wrong: dict[str, Any]) -> None:
    right = {
        "owner": user,
        "kind": "call_back",
        "recruiter": RecruiterFactory(owner=user),
        "due_on": NOW.date(),
        "due_utc": NOW,
        "time_zone": "UTC",
    }
    Promise.across_owners.bulk_create([Promise(**right)])
    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.across_owners.bulk_create([Promise(**{**right, **wrong})])


def test_it_takes_a_no_show_of_theirs(user: User) -> None:
    for values in ({"owed_by": "them"}, {"kind": "take_their_call"}):
        PromiseFactory(owner=user, state="no_show", ended_at=NOW, **values)


def test_it_may_be_owed_to_a_firm_alone(user: User) -> None:
    PromiseFactory(owner=user, recruiter=None, firm=FirmFactory(owner=user))


def test_it_outlives_its_call(user: User) -> None:
    call = CallFactory(owner=user)
    promise = PromiseFactory(owner=user, call=call, recruiter=call.recruiter)
    call.delete()
    promise.refresh_from_db()
    assert promise.call is None
