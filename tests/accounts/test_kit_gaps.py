"""What my kit lacks or has not been looked at for half a year, on its page and on Today."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import kit_gaps
from accounts.models import Kit, User
from tests.addresses import check_refusals
from tests.factories import CallFactory, CompensationFactory, ResumeFactory
from tests.pages import html, send

TODAY = dt.date(2026, 11, 22)
HALF_A_YEAR_AGO = dt.date(2026, 5, 22)
LONG_AGO = HALF_A_YEAR_AGO - dt.timedelta(days=1)


def said(*, resume: Any = TODAY, compensation: Any = TODAY, **kit: Any) -> list[str]:
    whole = {"pitch": "I turn plants round.", "callback_number": "+442079460018"}
    mine = Kit(**{**whole, "looked_over_on": TODAY, **kit})
    found = kit_gaps.gaps(
        mine, newest_resume=resume, newest_compensation=compensation, today=TODAY
    )
    return [gap.text for gap in found]


def test_a_whole_kit_lacks_nothing() -> None:
    assert said() == []


def test_half_a_year_to_the_day_is_not_too_old() -> None:
    day = HALF_A_YEAR_AGO
    assert said(resume=day, compensation=day, looked_over_on=day) == []


@pytest.mark.parametrize(
    ("kit", "words"),
    [
        ({"pitch": ""}, "There is no pitch yet."),
        ({"looked_over_on": None}, "Does all of your kit still hold?"),
        ({"looked_over_on": LONG_AGO}, "You last looked over your kit in May 2026."),
        ({"callback_number": ""}, "There is no number on which they ring you back."),
        ({"resume": None}, "There is no résumé yet."),
        ({"resume": LONG_AGO}, "Your newest résumé is of May 2026."),
        ({"compensation": None}, "What you earn is not noted yet."),
        ({"compensation": LONG_AGO}, "What you earn was last noted in May 2026."),
    ],
)
def test_each_gap_is_a_sentence(kit: dict[str, Any], words: str) -> None:
    assert said(**kit) == [words]


def test_a_number_for_the_evening_will_do() -> None:
    assert said(callback_number="", evening_number="+447700900018") == []


def test_an_empty_kit_lacks_everything() -> None:
    kit = Kit()
    found = kit_gaps.gaps(kit, newest_resume=None, newest_compensation=None, today=TODAY)
    assert len(found) == 4
    assert all(gap.url.startswith("/") for gap in found)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (dt.date(2026, 8, 31), dt.date(2026, 2, 28)),
        (dt.date(2024, 8, 31), dt.date(2024, 2, 29)),
        (dt.date(2026, 6, 30), dt.date(2025, 12, 30)),
        (dt.date(2026, 1, 1), dt.date(2025, 7, 1)),
    ],
)
def test_six_months_before(day: dt.date, before: dt.date) -> None:
    assert kit_gaps.months_before(day, 6) == before


def test_it_looks_at_the_newest_of_mine_by_one_query(user: User, other: User) -> None:
    Kit.objects.of(user).update(pitch="x", callback_number="+442079460018", looked_over_on=TODAY)
    for owner, day in ((user, LONG_AGO), (user, TODAY), (other, LONG_AGO)):
        ResumeFactory(owner=owner, made_on=day)
        CompensationFactory(owner=owner, as_of=day)
    with CaptureQueriesContext(connection) as asked:
        assert kit_gaps.find(user, TODAY) == []
    assert len(asked) == 1
    ResumeFactory(owner=user, made_on=TODAY + dt.timedelta(1)).trash()
    assert kit_gaps.find(user, TODAY) == []


def test_what_is_in_the_trash_counts_for_nothing(user: User) -> None:
    ResumeFactory(owner=user, made_on=TODAY).trash()
    assert "There is no résumé yet." in [gap.text for gap in kit_gaps.find(user, TODAY)]


def test_an_account_without_a_kit_lacks_everything(user: User) -> None:
    Kit.objects.of(user).delete()
    assert len(kit_gaps.find(user, TODAY)) == 4


def test_the_kit_says_what_it_lacks(client: Client, user: User) -> None:
    page = html(client.get("/kit/"))
    assert "There is no résumé yet." in page
    assert 'href="/resumes/new/"' in page


def test_today_says_the_first_of_it_in_one_line(client: Client, user: User) -> None:
    CallFactory(owner=user)
    page = html(client.get("/"))
    assert "There is no pitch yet." in page
    assert "And 3 more" in page
    assert "There is no résumé yet." not in page


def test_today_says_nothing_before_the_first_call(client: Client, user: User) -> None:
    assert "Your kit" not in html(client.get("/"))


def test_today_says_nothing_of_a_whole_kit(client: Client, user: User) -> None:
    CallFactory(owner=user)
    ResumeFactory(owner=user)
    CompensationFactory(owner=user)
    send(client, "/kit/", having="pitch", pitch="x", callback_number="020 7946 0018")
    assert "Your kit" not in html(client.get("/"))


def test_all_of_it_still_holds_by_one_press(client: Client, user: User) -> None:
    Kit.objects.of(user).update(pitch="x", looked_over_on=dt.date(2020, 1, 1))
    for _press in range(2):
        assert client.post("/kit/looked-over/").headers["Location"] == "/kit/"
    kit = Kit.objects.of(user).get()
    assert kit.looked_over_on == dt.datetime.now(user.zone).date()
    assert (kit.pitch, kit.version) == ("x", 2)


def test_saving_the_kit_looks_it_over(client: Client, user: User) -> None:
    send(client, "/kit/", having="pitch", pitch="x")
    assert Kit.objects.of(user).get().looked_over_on == dt.datetime.now(user.zone).date()


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("accounts:kit_look_over", client=client, anonymous=anonymous, other=other)
