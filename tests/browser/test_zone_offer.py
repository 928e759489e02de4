"""The browser knows where it is: its time is offered, once, and taken in one press."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import Opener


@pytest.fixture
def open_in(open_window: Opener, user: User, engine_is_well: None, live_server: Any) -> Any:
    """Open a page in a browser that stands in some zone."""

    def open_one(zone: str, path: str = "/", **options: Any) -> Page:
        page = open_window(user=user, timezone_id=zone, **options)
        page.goto(path)
        return page

    return open_one


def offer(page: Page) -> Any:
    return page.locator(".zone")


def test_it_offers_the_time_of_the_place_and_takes_it_in_one_press(open_in: Any, user: User):
    page = open_in("Asia/Tokyo", "/promises/?show=theirs")
    expect(offer(page)).to_contain_text("You seem to be in Tokyo: use its time?")
    offer(page).get_by_role("button", name="Use it").click()
    expect(page.locator("#flash")).to_contain_text("Your time is Tokyo’s now.")
    assert page.url.endswith("/promises/?show=theirs")
    user.refresh_from_db()
    assert user.time_zone == "Asia/Tokyo"
    expect(offer(page)).to_have_count(0)


def test_not_now_is_remembered_by_the_server_for_that_place(open_in: Any, user: User):
    page = open_in("Asia/Tokyo")
    offer(page).get_by_role("button", name="Not now").click()
    page.wait_for_load_state()
    expect(page.locator("h1")).to_be_visible()
    expect(offer(page)).to_have_count(0)
    page.goto("/firms/")
    expect(page.locator("h1")).to_be_visible()
    expect(offer(page)).to_have_count(0)
    kept = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "Tokyo" not in kept
    user.refresh_from_db()
    assert user.time_zone == "Europe/London"


@pytest.mark.parametrize(
    ("mine", "there"),
    [
        ("Europe/London", "Europe/London"),
        ("Asia/Kolkata", "Asia/Calcutta"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/London", "Europe/Jersey"),  # the same clock all year
        ("Europe/London", "UTC"),  # what a browser says that tells nobody where it is
    ],
)
def test_it_is_silent_where_the_clocks_agree(open_in: Any, user: User, mine: str, there: str):
    user.time_zone = mine
    user.save()
    page = open_in(there)
    expect(page.locator("h1")).to_be_visible()
    expect(offer(page)).to_have_count(0)


def test_it_speaks_where_they_agree_only_for_a_part_of_the_year(open_in: Any):
    # London and Abidjan agree in winter, London and Lagos in summer.
    for place in ("Abidjan", "Lagos"):
        expect(offer(open_in(f"Africa/{place}"))).to_contain_text(place)


@pytest.mark.parametrize("path", ["/calls/new/", "/settings/", "/firms/new/"])
def test_it_does_not_come_between_where_something_is_typed(open_in: Any, path: str):
    page = open_in("Asia/Tokyo", path)
    expect(page.locator("main form").first).to_be_attached()
    expect(offer(page)).to_have_count(0)


def test_it_shows_nothing_without_scripts(open_in: Any):
    page = open_in("Asia/Tokyo", javascript=False)
    expect(page.locator("h1")).to_be_visible()
    expect(offer(page)).to_have_count(0)
