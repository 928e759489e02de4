"""The brief as it is used: one screen, the number at the thumb, one printed page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from followups.models import Mail
from tests.browser.believable import fill
from tests.browser.conftest import Opener
from tests.browser.test_every_page import looks_of, set_up_mail
from tests.desk.big_firm import WORDY, big_firm

PAPERS = ["A4", "Letter"]


def pages_of(page: Page, paper: str) -> int:
    """How many pages it prints on."""
    pdf = page.pdf(format=paper, prefer_css_page_size=False)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def is_cut(page: Page) -> list[str]:
    """The sections that the one page of print would cut off."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 900})
    cut: list[str] = page.evaluate(
        """() => {
            const page = document.querySelector('.brief');
            const {right, bottom} = page.getBoundingClientRect();
            return [...page.querySelectorAll('.section')].filter((section) => {
                const box = section.getBoundingClientRect();
                return box.bottom > bottom + 1 || box.right > right + 1;
            }).map((section) => section.textContent.trim().slice(0, 40));
        }"""
    )
    return cut


@pytest.fixture(params=["endless", "wordy"])
def firm(request: pytest.FixtureRequest, user: User) -> Any:
    names = {"endless": {}, "wordy": {"name": WORDY[:200]}}
    return big_firm(user, calls=500, **names[request.param])


def fill_without_banners(user: User) -> Any:
    """A year in which no mail failed: a banner would take its own room from the screen."""
    rows = fill(user)
    set_up_mail()
    troubled = Mail.objects.of(user).exclude(state=Mail.State.SENT)
    troubled.update(state=Mail.State.CANCELLED)
    return rows


def every_brief(firm: Any) -> list[str]:
    recruiter = firm.recruiters.get()
    promise = recruiter.promises.order_by("pk")[0]
    return [f"{row.get_absolute_url()}brief/" for row in (firm, recruiter, promise)]


def test_it_prints_on_one_page_whatever_is_in_it(
    live_server: Any, user: User, open_window: Opener, firm: Any
) -> None:
    page = open_window(user=user)
    for path in every_brief(firm):
        page.goto(path)
        assert [pages_of(page, paper) for paper in PAPERS] == [1, 1], path
        page.emulate_media(media="print")
        assert page.locator(".side:visible, .button:visible, .menu:visible").count() == 0
        assert page.locator("#say .facts").is_visible()
        page.emulate_media(media="null")


def test_it_prints_all_of_a_usual_one(live_server: Any, user: User, open_window: Opener) -> None:
    rows = fill(user)
    page = open_window(user=user)
    for row in (rows.firm, rows.recruiter, rows.promise):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(media="null")
        page.goto(f"{row.get_absolute_url()}brief/")
        assert pages_of(page, "A4") == 1
        assert is_cut(page) == []


def test_what_is_folded_is_printed(live_server: Any, user: User, open_window: Opener) -> None:
    rows = fill(user)
    phone = open_window(user=user, size="phone")
    phone.goto(f"{rows.recruiter.get_absolute_url()}brief/")
    facts = phone.locator("#who .facts")
    assert not facts.is_visible()
    phone.emulate_media(media="print")
    assert facts.is_visible()


def test_it_fits_one_screen(live_server: Any, user: User, open_window: Opener) -> None:
    rows = fill_without_banners(user)
    page = open_window(user=user)
    for row in (rows.firm, rows.recruiter, rows.promise):
        page.goto(f"{row.get_absolute_url()}brief/")
        assert page.evaluate("document.documentElement.scrollHeight") <= 900, row


def test_the_number_is_at_the_thumb(live_server: Any, user: User, open_window: Opener) -> None:
    rows = fill_without_banners(user)
    phone = open_window(user=user, size="phone")
    for row in (rows.firm, rows.recruiter, rows.promise):
        phone.goto(f"{row.get_absolute_url()}brief/")
        call = phone.locator(".savebar").get_by_role("link", name="Call +1")
        assert call.get_attribute("href") == "tel:+12125550100"
        for _ in range(2):
            box = call.bounding_box()
            assert box is not None
            assert 600 < box["y"] < 800 - 40
            phone.mouse.wheel(0, 4000)
        # Two thumbs: no more than two screens of it.
        assert phone.evaluate("document.documentElement.scrollHeight") <= 2 * 800, row
        assert not phone.locator(".bar").is_visible()


@pytest.mark.parametrize("size", ["small", "phone", "desktop"])
def test_it_is_well_however_much_there_is(
    live_server: Any, user: User, open_window: Opener, firm: Any, size: str
) -> None:
    page = open_window(user=user, size=size)
    for path in every_brief(firm):
        page.goto(path)
        faults = list(looks_of(page))
        assert not faults, "\n".join([path, *faults])


def test_pay_is_in_the_page_once_it_is_asked_for(
    live_server: Any, user: User, open_window: Opener, firm: Any
) -> None:
    page = open_window(user=user)
    page.goto(every_brief(firm)[0])
    assert "180,000" not in page.content()
    page.get_by_role("link", name="Show").first.click()
    page.wait_for_url("**/brief/?pay=shown#told")
    assert "180,000" in page.content()
