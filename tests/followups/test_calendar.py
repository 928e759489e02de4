"""What is owed, as the text of a calendar: read back by packages that know nothing of us."""

from __future__ import annotations

import datetime as dt
import re
import uuid
import zoneinfo
from typing import Any

import hypothesis
import icalendar
import pytest
import recurring_ical_events
from hypothesis import strategies as st

from accounts.models import Preferences, User
from followups import calendar, local_time
from followups.models import Promise
from tests.examples import examples
from tests.factories import FirmFactory, PromiseFactory, RecruiterFactory

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def unsaved(zone: str = "Europe/London", **values: Any) -> Promise:
    """A promise as it would be saved, without a database."""
    owner = User(pk=7, email="ann@example.org", time_zone=zone)
    given: dict[str, Any] = {
        "pk": 3,
        "owner": owner,
        "kind": "call_back",
        "agreed_at": NOW,
        "due_on": dt.date(2026, 7, 1),
        "due_time": dt.time(18),
        "time_zone": zone,
    }
    return Promise(**{**given, **values})


def written(*promises: Promise, **preferences: Any) -> bytes:
    owner = promises[0].owner
    return calendar.write(
        calendar.entries_of(promises, owner, Preferences(owner=owner, **preferences))
    )


def events(text: bytes) -> list[Any]:
    parsed = icalendar.Calendar.from_ical(text)
    assert not parsed.errors
    found = list(parsed.walk("VEVENT"))
    assert not [event.errors for event in found if event.errors]
    return found


def event(text: bytes) -> Any:
    (only,) = events(text)
    return only


def by_its_own_zone(text: bytes) -> dt.datetime:
    """The beginning of the one event (UTC) by what the text itself says of its zone.

    Its name is made one that nobody knows, so that no reader takes its own rules for it; a new
    one each time, for they are remembered by their names.
    """
    components = icalendar.Calendar.from_ical(text).walk("VTIMEZONE")
    if not components:  # a place that has UTC the year round
        assert re.search(rb"\r\nDTSTART:[0-9]{8}T[0-9]{6}Z\r\n", text)
        return event(text)["DTSTART"].dt
    (component,) = components
    unknown = text.replace(component["TZID"].encode(), f"Nowhere/{uuid.uuid4().hex}".encode())
    (found,) = recurring_ical_events.of(icalendar.Calendar.from_ical(unknown)).all()
    return found["DTSTART"].dt.astimezone(dt.UTC)


def plain(text: bytes) -> str:
    """The text unfolded, a property a line."""
    return text.replace(b"\r\n ", b"").decode()


# Moments ------------------------------------------------------------------------------------------

AROUND_CHANGES = [
    ("Europe/London", "2026-03-28 09:00", "2026-03-28 09:00"),
    ("Europe/London", "2026-03-29 03:30", "2026-03-29 02:30"),
    ("Europe/London", "2026-03-29 02:00", "2026-03-29 01:00"),
    ("Europe/London", "2026-03-29 01:30", "2026-03-29 01:30"),  # skipped: an hour later
    ("Europe/London", "2026-10-25 01:30", "2026-10-25 00:30"),  # twice: the first
    ("Europe/London", "2026-10-25 02:00", "2026-10-25 02:00"),
    ("America/New_York", "2026-03-08 03:15", "2026-03-08 07:15"),
    ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),
    ("America/New_York", "2026-11-01 02:00", "2026-11-01 07:00"),
    ("America/St_Johns", "2026-07-01 12:00", "2026-07-01 14:30"),
    ("America/Santiago", "2026-04-05 09:00", "2026-04-05 13:00"),
    ("Asia/Kolkata", "2026-07-01 09:00", "2026-07-01 03:30"),
    ("Asia/Tokyo", "2026-07-01 00:10", "2026-06-30 15:10"),
    ("Australia/Lord_Howe", "2026-10-04 03:00", "2026-10-03 16:00"),
    ("Australia/Sydney", "2026-04-05 02:30", "2026-04-04 15:30"),
    ("Africa/Casablanca", "2026-02-20 09:00", "2026-02-20 09:00"),
    ("Pacific/Auckland", "2026-09-27 03:30", "2026-09-26 14:30"),
    ("Pacific/Kiritimati", "2026-12-31 23:50", "2026-12-31 09:50"),
    ("Europe/Dublin", "2026-12-31 23:50", "2026-12-31 23:50"),
]


@pytest.mark.parametrize(("zone", "local", "moment"), AROUND_CHANGES)
def test_a_time_falls_on_the_right_instant(zone: str, local: str, moment: str) -> None:
    at = dt.datetime.fromisoformat(local)
    text = written(unsaved(zone, due_on=at.date(), due_time=at.time()))
    expected = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    assert by_its_own_zone(text) == expected
    begins = event(text)["DTSTART"]
    assert begins.params["TZID"] == zone
    assert begins.dt.astimezone(dt.UTC) == expected


# "right/…" counts leap seconds, which no calendar does.
ZONES = sorted(name for name in zoneinfo.available_timezones() if not name.startswith("right/"))


@examples(60)
@hypothesis.given(
    st.sampled_from(ZONES),
    st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31)),
    st.times().map(lambda at: at.replace(microsecond=0, second=0)),
)
def test_it_is_right_in_every_zone(zone: str, on: dt.date, at: dt.time) -> None:
    text = written(unsaved(zone, due_on=on, due_time=at))
    assert by_its_own_zone(text) == local_time.to_utc(on, at, zoneinfo.ZoneInfo(zone))


def test_a_clock_change_is_written_where_it_happens() -> None:
    """On the clock before it (RFC 5545, 3.6.5): London's goes forward at 01:00, not at 02:00."""
    text = plain(written(unsaved()))
    assert "DTSTART:20260329T010000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\n" in text
    assert "DTSTART:20261025T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\n" in text


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_a_time_in_utc_needs_no_zone(zone: str) -> None:
    text = written(unsaved(zone))
    assert b"DTSTART:20260701T180000Z" in text
    assert b"VTIMEZONE" not in text


def test_each_zone_is_written_once() -> None:
    years = [2026, 2031, 2026]
    promises = [unsaved(due_on=dt.date(year, 7, 1), pk=n) for n, year in enumerate(years)]
    text = written(*promises, unsaved("Asia/Tokyo", owner=promises[0].owner))
    assert text.count(b"BEGIN:VTIMEZONE") == 2
    assert [one["DTSTART"].dt.utcoffset() for one in events(text)][:3] == [
        dt.timedelta(hours=1)
    ] * 3


def test_a_call_takes_half_an_hour_and_a_deadline_a_quarter() -> None:
    assert event(written(unsaved()))["DURATION"].dt == dt.timedelta(minutes=30)
    assert event(written(unsaved(kind="send_names")))["DURATION"].dt == dt.timedelta(minutes=15)
    (found,) = recurring_ical_events.of(
        icalendar.Calendar.from_ical(
            written(unsaved(due_on=dt.date(2026, 10, 25), due_time=dt.time(1, 50)))
        )
    ).all()
    assert found["DTEND"].dt - found["DTSTART"].dt == dt.timedelta(minutes=30)


def test_a_day_is_a_whole_day_and_leaves_one_free() -> None:
    text = written(unsaved(due_time=None))
    one = event(text)
    assert one["DTSTART"].dt == dt.date(2026, 7, 1)
    assert one["DTEND"].dt == dt.date(2026, 7, 2)
    assert "DTSTART;VALUE=DATE:20260701" in plain(text)
    assert one["TRANSP"] == "TRANSPARENT"
    assert event(written(unsaved()))["TRANSP"] == "OPAQUE"


# Alarms -------------------------------------------------------------------------------------------


def alarms(text: bytes) -> list[dt.timedelta]:
    return [alarm["TRIGGER"].dt for alarm in event(text).walk("VALARM")]


@pytest.mark.parametrize(
    ("preferences", "minutes"),
    [
        ({}, [-15, 0]),
        ({"lead_minutes": 0}, [0]),
        ({"lead_by_kind": {"call_back": 60}}, [-60, 0]),
        ({"lead_by_kind": {"call_back": 0}}, [0]),
        ({"lead_by_kind": {"send_names": 60}, "lead_minutes": 5}, [-5, 0]),
    ],
)
def test_it_rings_as_the_mails_go(preferences: dict[str, Any], minutes: list[int]) -> None:
    found = alarms(written(unsaved(), **preferences))
    assert found == [dt.timedelta(minutes=one) for one in minutes]


def test_a_day_rings_at_the_hour_of_the_digest() -> None:
    text = written(unsaved(due_time=None), digest_time=dt.time(7, 30))
    assert alarms(text) == [dt.timedelta(hours=7, minutes=30)]


@pytest.mark.parametrize(
    ("values", "preferences", "hours"),
    [
        # All by the digest: at its hour, on the day itself.
        ({}, {"digest_only": True}, [-9]),
        # Sunday's digest comes on Friday.
        ({"due_on": dt.date(2026, 3, 8), "due_time": None}, {}, [-40]),
        # Quiet hours hold what comes beforehand: until they end, or for good.
        ({"due_time": dt.time(9)}, {"lead_minutes": 180, "quiet_until": dt.time(7)}, [-2, 0]),
        ({"due_time": dt.time(6, 30)}, {"lead_minutes": 60}, [0]),
        ({"due_time": None}, {"digest_time": dt.time(5)}, [7]),
    ],
)
def test_it_rings_only_when_a_mail_would(
    values: dict[str, Any], preferences: dict[str, Any], hours: list[int]
) -> None:
    base = {"due_on": dt.date(2026, 3, 5), "due_time": dt.time(17)}
    found = alarms(written(unsaved(**{**base, **values}), **preferences))
    assert found == [dt.timedelta(hours=one) for one in hours]


def test_it_does_not_ring_for_what_was_over_when_it_was_agreed_on() -> None:
    promise = unsaved(due_on=dt.date(2026, 3, 5), due_time=dt.time(17))
    promise.agreed_at = dt.datetime(2026, 3, 5, 16, 50, tzinfo=dt.UTC)
    assert alarms(written(promise)) == [dt.timedelta(0)]


def test_what_turns_words_around_is_left_out() -> None:
    assert calendar.one_line("Ring \u202eeca\u202c back \u2067now\u2069") == "Ring eca back now"


def test_what_they_owe_does_not_ring() -> None:
    assert alarms(written(unsaved(owed_by="them"))) == []


# Words --------------------------------------------------------------------------------------------

SECRETS = {"what": "Ring about Acme", "phone": "+442079460958"}


@pytest.mark.parametrize(
    ("kind", "owed_by", "title"),
    [
        ("call_back", "me", "Call"),
        ("take_their_call", "me", "Call"),
        ("send_names", "me", "Deadline"),
        ("call_back", "them", "Call expected"),
        ("send_information", "them", "Expected"),
    ],
)
def test_it_is_discreet(db: None, user: User, kind: str, owed_by: str, title: str) -> None:
    firm = FirmFactory(owner=user, name="Hartwell Search")
    recruiter = RecruiterFactory(owner=user, name="Grace Okonkwo")
    promise = PromiseFactory(
        owner=user, firm=firm, recruiter=recruiter, kind=kind, owed_by=owed_by, **SECRETS
    )
    text = written(promise)
    assert event(text)["SUMMARY"] == title
    assert event(text)["DESCRIPTION"] == f"http://127.0.0.1:8000/promises/{promise.pk}/"
    for secret in ("Grace", "Okonkwo", "Hartwell", "Acme", "7946"):
        assert secret not in plain(text)


def test_it_names_them_when_discretion_is_off(db: None, user: User) -> None:
    firm = FirmFactory(owner=user, name="Hartwell Search")
    recruiter = RecruiterFactory(owner=user, name="Grace Okonkwo")
    promise = PromiseFactory(owner=user, firm=firm, recruiter=recruiter, **SECRETS)
    one = event(written(promise, discreet_mail=False))
    assert one["SUMMARY"] == "Ring about Acme: Grace Okonkwo, Hartwell Search"
    assert one["DESCRIPTION"].startswith("+44 20 7946 0958\n")
    promise.owed_by = "them"
    one = event(written(promise, discreet_mail=False))
    assert one["SUMMARY"].startswith("They promised: Ring about Acme")


BREAKS = [
    *("\r\n", "\n", "\r", "\x00", "\x07", "\x0b", "\x0c", "\x1c", "\x1e", "\x7f", "\x85"),
    *("\u2028", "\u2029"),
]


@pytest.mark.parametrize("between", BREAKS)
def test_nothing_typed_becomes_a_line(between: str) -> None:
    evil = f"Call{between}ATTACH:https://evil.example/{between}BEGIN:VALARM{between}END:VEVENT"
    text = written(unsaved(what=evil), discreet_mail=False)
    one = event(text)
    assert "ATTACH" not in one
    assert len(one.walk("VALARM")) == 2
    assert plain(text).count("\r\nEND:VEVENT\r\n") == 1
    assert not set(between) & set(plain(text).replace("\r\n", ""))
    assert not [line for line in plain(text).splitlines() if line.startswith("ATTACH")]


def test_it_folds_at_75_octets_and_breaks_no_letter() -> None:
    what = "Zoë Müller-Łukasiewicz, 名前を二人; a\\b 🎻 " * 5
    text = written(unsaved(what=what), discreet_mail=False)
    lines = text.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert [line.decode() for line in lines]
    assert event(text)["SUMMARY"] == what.strip()
    assert b"\n" not in text.replace(b"\r\n", b"")


@examples(100)
@hypothesis.given(st.text(max_size=200))
def test_it_reads_back_whatever_was_typed(what: str) -> None:
    text = written(unsaved(what=f"x{what}"), discreet_mail=False)
    assert event(text)["SUMMARY"] == calendar.one_line(f"X{what}")
    assert max(len(line) for line in text.split(b"\r\n")) <= 75


def test_its_name_says_nothing_and_it_asks_to_be_read_hourly() -> None:
    text = plain(written(unsaved()))
    assert "X-WR-CALNAME:Wordkeeper\r\n" in text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert "X-PUBLISHED-TTL:PT1H\r\n" in text
    assert "METHOD" not in text


# What stays, moves and goes -----------------------------------------------------------------------


def of(user: User, now: dt.datetime | None = None) -> dict[int, calendar.Entry]:
    """The calendar of `user`, by promise."""
    rows = list(calendar.standing(user, now or dt.datetime.now(dt.UTC)))
    entries = calendar.entries_of(rows, user)
    return dict(zip([row.pk for row in rows], entries, strict=True))


def test_a_move_keeps_the_event_and_counts_on(user: User) -> None:
    promise = PromiseFactory(owner=user, due_time=dt.time(18))
    before = of(user)[promise.pk]
    promise.snooze(due_on=promise.due_on, due_time=dt.time(19), time_zone=promise.time_zone)
    after = of(user)[promise.pk]
    assert after.uid == before.uid
    assert after.sequence > before.sequence
    assert after.changed_at > before.changed_at
    assert after.starts != before.starts
    one = event(calendar.write([after]))
    assert one["DTSTAMP"].dt == one["LAST-MODIFIED"].dt == after.changed_at.replace(microsecond=0)


@pytest.mark.parametrize("verb", ["keep", "release", "mark_broken", "trash"])
def test_what_ended_is_cancelled_for_90_days_and_then_gone(user: User, verb: str) -> None:
    promise = PromiseFactory(owner=user, what="Names for Acme")
    before = of(user)[promise.pk]
    Preferences.objects.of(user).update(discreet_mail=False)
    getattr(promise, verb)()
    entry = of(user)[promise.pk]
    assert entry.is_cancelled
    assert entry.uid == before.uid
    assert entry.sequence > before.sequence
    one = event(calendar.write([entry]))
    assert one["STATUS"] == "CANCELLED"
    assert one.walk("VALARM") == []
    assert "Acme" not in one["SUMMARY"]
    ended = promise.ended_at or promise.trashed_at
    assert of(user, ended + dt.timedelta(days=89))
    assert not of(user, ended + dt.timedelta(days=91))


def test_what_is_open_again_is_confirmed_again(user: User) -> None:
    promise = PromiseFactory(owner=user)
    promise.keep()
    cancelled = of(user)[promise.pk]
    promise.reopen()
    entry = of(user)[promise.pk]
    assert not entry.is_cancelled
    assert entry.uid == cancelled.uid
    assert entry.sequence > cancelled.sequence
    assert event(calendar.write([entry]))["STATUS"] == "CONFIRMED"


def test_what_is_late_stays(user: User) -> None:
    promise = PromiseFactory(owner=user, due_on=dt.date(2020, 1, 1))
    assert not of(user)[promise.pk].is_cancelled


def test_it_holds_nobody_elses(user: User, other: User) -> None:
    PromiseFactory(owner=other)
    PromiseFactory(owner=other).trash()
    PromiseFactory(owner=other).keep()
    assert of(user) == {}


def test_two_installations_have_no_event_in_common(user: User) -> None:
    promise = PromiseFactory(owner=user)
    there = User(pk=user.pk, joined_at=user.joined_at + dt.timedelta(days=1))
    assert calendar.uid_of(promise, user) != calendar.uid_of(promise, there)


def test_a_thousand_promises_cost_one_query(user: User, django_assert_num_queries: Any) -> None:
    first = PromiseFactory(owner=user, due_time=dt.time(18))
    Promise.across_owners.bulk_create(
        Promise(
            owner=user,
            recruiter=first.recruiter,
            kind="call_back",
            due_on=first.due_on + dt.timedelta(days=number),
            due_time=dt.time(9),
            time_zone="America/New_York",
            due_utc=first.due_utc,
        )
        for number in range(1000)
    )
    preferences = Preferences.objects.of(user).get()
    with django_assert_num_queries(1):
        entries = calendar.entries_of(calendar.standing(user, NOW), user, preferences)
    assert len(events(calendar.write(entries))) == 1001
