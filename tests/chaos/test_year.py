"""Some weeks of the year (tests/chaos/year.py), and that it would find a fault."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.chaos import year


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", "followups")


@pytest.mark.django_db
def test_each_promise_of_some_weeks_is_reminded_of_in_its_local_minute() -> None:
    figures = year.simulate(seed=20260329, days=21, calls=25)
    for what in ("promises", "mails", "after down-time", "snooze", "reopen", "travel"):
        assert figures[what], what


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("OVERDUE_AFTER", dt.timedelta(minutes=59)),  # a minute early
        ("AFTERNOON", dt.time(16, 1)),  # a minute late
        ("OVERDUE_DAYS", [1, 3, 14, 30]),  # one not at all
    ],
)
def test_it_finds_a_reminder_that_is_not_in_its_minute(
    name: str, wrong: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"followups.plans.{name}", wrong)
    with pytest.raises(year.Wrong, match="seed 3"):
        year.simulate(seed=3, days=60, calls=50)


@pytest.mark.django_db
def test_it_finds_a_mail_that_comes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing were remembered of what has gone."""
    from followups.models.reminder import ReminderEngineQuerySet

    monkeypatch.setattr(ReminderEngineQuerySet, "told", lambda rows: rows.none())
    with pytest.raises(year.Wrong, match="seed 3"):
        year.simulate(seed=3, days=60, calls=50)
