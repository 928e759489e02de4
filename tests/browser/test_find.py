"""Finding as one types, in a real browser."""

from __future__ import annotations

import datetime as dt
from typing import Any

from playwright.sync_api import Page, expect

from accounts.models import User
from tests.factories import CallFactory, FirmFactory, RecruiterFactory


def test_it_finds_as_one_types_and_keeps_no_name_in_the_address(
    page: Page, user: User, live_server: Any
) -> None:
    firm = FirmFactory(owner=user, name="Müller & Søhne")
    grace = RecruiterFactory(owner=user, name="Grace O’Brien", firm=firm)
    for number in range(7):
        CallFactory(owner=user, recruiter=grace, firm=firm, notes=f"about the chair, {number}")
    page.goto(f"{live_server.url}/search/")
    page.locator("#id_q").press_sequentially("muller cha")
    found = page.locator("#found")
    expect(found.locator("mark").first).to_have_text("Müller")
    expect(found.locator(".row")).to_have_count(5)
    found.get_by_role("button", name="More calls").click()
    expect(found.locator(".row")).to_have_count(7)
    page.locator("#id_q").fill("obrien")
    expect(found.locator("mark").first).to_have_text("O’Brien")
    found.get_by_role("button", name="No filter").click()
    expect(page.locator("#find-kind")).to_have_value("")
    found.get_by_role("button", name="Only theirs").first.click()
    expect(found).to_contain_text("Only what is about Grace O’Brien")
    assert page.url == f"{live_server.url}/search/"


def test_a_day_is_typed_part_by_part_and_then_holds(
    page: Page, user: User, live_server: Any
) -> None:
    """After the first digit of its year it is a day already, in the year 2."""
    grace = RecruiterFactory(owner=user, name="Grace O’Brien")
    for year in (2024, 2026):
        at = dt.datetime(year, 3, 1, 12, tzinfo=dt.UTC)
        CallFactory(owner=user, recruiter=grace, notes=f"said in {year}", occurred_at=at)
    page.goto(f"{live_server.url}/search/")
    page.locator("#id_q").press_sequentially("said")
    rows = page.locator("#found .row")
    expect(rows).to_have_count(2)
    since = page.locator("#find-since")
    since.focus()
    page.keyboard.type("0202")
    with page.expect_response("**/search/"):
        page.keyboard.type("2")
    page.keyboard.type("025")
    expect(rows).to_have_count(1)
    expect(since).to_have_value("2025-02-02")
    expect(since).to_be_focused()


def test_enter_finds_without_leaving_the_page(page: Page, user: User, live_server: Any) -> None:
    """Or the way back from what was found would ask whether to send it again."""
    RecruiterFactory(owner=user, name="Grace O’Brien")
    page.goto(f"{live_server.url}/search/")
    page.locator("#id_q").fill("grac")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Grace O’Brien").click()
    page.wait_for_url("**/recruiters/**")
    page.go_back()
    expect(page.locator("#id_q")).to_be_visible()
