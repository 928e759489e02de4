"""To the trash, back, and for good: by a finger as by a mouse, in the light and in the dark."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from accounts.models import User
from tests import factories
from tests.browser.believable import fill
from tests.browser.conftest import Opener
from tests.browser.test_every_page import LOOKS, looks_of


@LOOKS
def test_a_firm_is_thrown_away_and_comes_back(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    firm = fill(user).firm
    page = open_window(user=user, size=size)
    page.goto(firm.get_absolute_url())
    page.get_by_role("link", name="Throw away…").click()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_text("can be undone for 30 days")).to_be_visible()
    faults = list(looks_of(page))
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("heading", name=firm.name, level=1)).to_be_visible()
    assert not faults, "\n".join(faults)


@LOOKS
def test_the_account_is_not_deleted_by_a_slip(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    page = open_window(user=user, size=size, expect={422})
    page.goto("/settings/delete/")
    page.get_by_role("link", name="Go on with your password").click()
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Type your e-mail").fill("nobody")
    page.get_by_role("button", name="Delete the account for good").click()
    page.locator(".form-errors").wait_for()
    faults = list(looks_of(page))
    assert not faults, "\n".join(faults)
    assert User.objects.filter(pk=user.pk).exists()
    page.get_by_label("Type your e-mail").fill(user.email)
    page.get_by_role("button", name="Delete the account for good").click()
    page.wait_for_url("**/welcome/")
    assert not User.objects.exists()


CUT_OFF = """[...document.querySelectorAll(".points > li")]
    .filter((one) => one.scrollHeight > one.clientHeight + 1).map((one) => one.textContent.trim())"""


def test_what_goes_for_good_is_read_to_its_end(
    live_server: Any, user: User, open_window: Opener
) -> None:
    rows = fill(user)
    page = open_window(user=user, size="phone")
    for path in ("/settings/delete/", rows.firm.get_absolute_url() + "trash/"):
        page.goto(path)
        expect(page.locator(".points > li").first).to_be_visible()
        assert page.evaluate(CUT_OFF) == [], path
