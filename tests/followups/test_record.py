"""The kept-word record, mine and theirs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from followups import record
from followups.models import Promise
from tests.factories import FirmFactory, PromiseFactory, RecruiterFactory

pytestmark = pytest.mark.django_db

# Due at noon UTC of these days.
DAY = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def ended(
    user: User, state: str, after: dt.timedelta = -HOUR, number: int = 0, **values: Any
) -> Promise:
    """A promise that was due `number` days after the first, and ended `after` its moment."""
    due = DAY + dt.timedelta(days=number)
    return PromiseFactory(
        owner=user,
        due_on=due.date(),
        due_time=due.time(),
        time_zone="UTC",
        state=state,
        ended_at=due + after,
        **values,
    )


def mine(user: User, **of: Any) -> record.Record:
    return record.my_word(Promise.objects.of(user).filter(**of))


def theirs(user: User, **of: Any) -> record.Record:
    return record.both_words(Promise.objects.of(user).filter(**of))[1]


def test_it_counts_mine_and_leaves_the_rest_out(user: User, other: User) -> None:
    ended(user, "kept")
    ended(user, "kept_late", 2 * HOUR)
    ended(user, "broken")
    ended(user, "released")
    ended(user, "kept", owed_by="them")
    ended(user, "no_show", kind="take_their_call")  # theirs, though I was to take the call
    ended(user, "kept", follows=ended(user, "broken", owed_by="them"))  # promised to nobody
    ended(user, "kept").trash()
    ended(other, "broken")
    PromiseFactory(owner=user)
    found = mine(user)
    assert record.both_words(Promise.objects.of(user))[0] == found
    counts = (found.of, found.kept, found.in_time, found.late, found.broken, found.no_shows)
    assert counts == (3, 2, 1, 1, 1, 0)


def test_it_counts_theirs_with_every_no_show(user: User) -> None:
    ended(user, "kept", owed_by="them")
    ended(user, "broken", owed_by="them")
    ended(user, "released", owed_by="them")
    ended(user, "no_show", owed_by="them")
    ended(user, "no_show", kind="take_their_call")
    ended(user, "broken")
    found = theirs(user)
    assert (found.of, found.kept, found.broken, found.no_shows) == (4, 1, 1, 2)
    assert found.sentence == "one broken, two no-shows."


def test_it_is_of_one_recruiter_or_firm(user: User) -> None:
    grace, firm = RecruiterFactory(owner=user), FirmFactory(owner=user)
    ended(user, "kept", recruiter=grace, firm=firm)
    ended(user, "broken", firm=firm)
    ended(user, "broken")
    assert (mine(user, recruiter=grace).kept, mine(user, recruiter=grace).of) == (1, 1)
    assert (mine(user, firm=firm).kept, mine(user, firm=firm).of) == (1, 2)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ([], ""),
        ([2], "The late one: 2 hours."),
        ([2, 72, 1], "Usually 2 hours late, 3 days at worst."),
        ([1, 3], "Usually 2 hours late, 3 hours at worst."),
    ],
)
def test_it_says_how_late(user: User, hours: list[int], words: str) -> None:
    ended(user, "kept")
    for late in hours:
        ended(user, "kept_late", late * HOUR)
    assert mine(user).late_words == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "1 minute"),
        (1, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (47 * 60, "47 hours"),
        (48 * 60, "2 days"),
        (60 * 24 * 365, "365 days"),
    ],
)
def test_it_tells_a_span_in_one_unit(minutes: int, words: str) -> None:
    assert record.span_words(dt.timedelta(minutes=minutes)) == words


def test_it_is_late_from_the_end_of_the_day_where_it_was_promised(user: User) -> None:
    # The day in Auckland ends at 11:00 UTC.
    promise = PromiseFactory(owner=user, due_on=dt.date(2026, 11, 2), time_zone="Pacific/Auckland")
    promise.keep(now=dt.datetime(2026, 11, 2, 11, 0, tzinfo=dt.UTC))
    assert mine(user).in_time == 1
    promise.reopen()
    promise.keep(now=dt.datetime(2026, 11, 2, 14, 0, tzinfo=dt.UTC))
    assert mine(user).late_words == "The late one: 3 hours."


def test_it_shows_the_last_ten_oldest_first_in_words_and_marks(user: User) -> None:
    ended(user, "broken", number=0)
    for number in range(1, 11):
        state = "kept_late" if number == 10 else "kept"
        ended(user, state, 3 * HOUR, number=number)
    found = mine(user)
    assert [ending.mark for ending in found.last] == ["✓"] * 9 + ["~"]
    assert [ending.words for ending in found.last] == ["kept"] * 9 + ["3 hours late"]
    assert found.sentence == "one late."
    assert found.all_words == "one late, one broken."


def test_it_says_so_when_every_word_was_kept(user: User) -> None:
    ended(user, "kept")
    assert (mine(user).sentence, mine(user).all_words) == ("all of them in time.", "")


def test_it_costs_the_same_after_thirty_years_and_says_what_it_covers(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "COUNTED", 3)
    for number in range(3):
        ended(user, "kept", number=number)
    assert mine(user).covers == ""
    ended(user, "broken", number=-1)
    with CaptureQueriesContext(connection) as asked:
        found = mine(user)
    assert len(asked) == 1
    assert "LIMIT 4" in asked.captured_queries[0]["sql"]
    assert (found.of, found.broken, found.covers) == (3, 0, "The last 3 that ended.")


def test_it_tells_both_sides_of_the_last_ones(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "COUNTED", 2)
    for number in range(4):
        ended(user, "kept", number=number)
    ended(user, "broken", number=-1, owed_by="them")
    with CaptureQueriesContext(connection) as asked:
        mine, theirs = record.both_words(Promise.objects.of(user))
    assert len(asked) == 1
    assert (mine.of, theirs.of) == (2, 0)  # the one of theirs is older than the last four
    assert mine.has_more
    assert theirs.has_more


def test_it_is_empty_of_nothing(user: User) -> None:
    found = mine(user)
    assert (found.of, found.kept, found.late_words, found.covers) == (0, 0, "", "")
