"""Choosing one of many in a form: by keyboard, by mouse, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from followups.models import Promise
from tests.browser.test_every_page import looks_of
from tests.factories import FirmFactory, RecruiterFactory

NEW = "/promises/new/"


@pytest.fixture
def _known(user: User, engine_is_well: None) -> None:
    firm = FirmFactory(owner=user, name="Oakline Partners")
    RecruiterFactory(owner=user, name="Miriam Oduya", firm=firm)
    RecruiterFactory(owner=user, name="Mirko Vane")


def fill_in(page: Page) -> None:
    page.get_by_label("Promise needed", exact=True).select_option("call_back")
    page.get_by_label("By the day").fill("2099-01-05")


def saved(page: Page, user: User) -> Promise:
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/promises/*/")
    return Promise.objects.of(user).select_related("recruiter", "firm").get()


@pytest.mark.usefixtures("_known")
def test_it_is_chosen_by_keyboard(page: Page, user: User) -> None:
    page.goto(NEW)
    fill_in(page)
    who, firm = page.get_by_label("Recruiter", exact=True), page.get_by_label("Firm", exact=True)
    who.press_sequentially("mir")
    expect(page.locator("#id_recruiter_found button")).to_have_count(2)
    assert not list(looks_of(page))
    who.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(who).to_have_value("Mirko Vane")
    expect(who).to_be_focused()
    expect(page.locator("#id_recruiter_found button")).to_have_count(0)
    expect(page.locator("#live")).to_have_text("Mirko Vane")
    # The second picker of the page has its own list.
    firm.press_sequentially("oak")
    expect(page.locator("#id_firm_found button")).to_have_count(1)
    firm.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(firm).to_have_value("Oakline Partners")
    promise = saved(page, user)
    assert (promise.recruiter.name, promise.firm.name) == ("Mirko Vane", "Oakline Partners")


@pytest.mark.usefixtures("_known")
def test_it_is_chosen_by_touch(phone: Page, user: User) -> None:
    phone.goto(NEW)
    fill_in(phone)
    phone.get_by_label("Recruiter", exact=True).press_sequentially("miriam")
    phone.get_by_role("button", name="Miriam Oduya").tap()
    expect(phone.get_by_label("Recruiter", exact=True)).to_have_value("Miriam Oduya")
    assert saved(phone, user).recruiter.name == "Miriam Oduya"


@pytest.mark.usefixtures("_known")
def test_a_name_is_enough_without_scripts(plain: Page, user: User) -> None:
    plain.goto(NEW)
    fill_in(plain)
    plain.get_by_label("Recruiter", exact=True).fill("mirko vane")
    assert saved(plain, user).recruiter.name == "Mirko Vane"
