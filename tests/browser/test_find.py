"""Finding as one types, in a real browser."""

from __future__ import annotations

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
