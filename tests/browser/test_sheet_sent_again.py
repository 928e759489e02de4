"""A sheet that is refused, sent twice, or finds no server: nothing is lost, or saved twice."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from calls.models import Call
from contacts.models import Recruiter
from followups.models import Promise
from tests.browser.call_sheet import (
    SAVE,
    SHEET,
    ask,
    by_calendar,
    by_chip,
    one_more,
    refuse,
    save,
    saved,
)
from tests.browser.conftest import Opener
from tests.factories import FirmFactory, RecruiterFactory


@pytest.fixture(autouse=True)
def _well(engine_is_well: None) -> None:
    pass


TYPED = {
    "firm": "Oakline Partners",
    "phone": "twelve",
    "position": "Interim CFO",
    "client": "Northwind",
    "found_me_through": "Priya Raman",
    "promises-0-what": "two names",
    "promises-0-due_words": "soon",
    "promises-0-due_time": "09:15",
    "notes": "Starts in January.",
}


@pytest.mark.parametrize("javascript", [True, False])
def test_a_refusal_keeps_everything_and_says_where(
    live_server: Any, user: User, open_window: Opener, javascript: bool
) -> None:
    page = open_window(user=user, javascript=javascript)
    page.goto(SHEET)
    entry = one_more(page, "I send names")
    entry.get_by_text("From the calendar").click()
    entry.locator("[name$=kind]").select_option("")
    ask(page)
    for name, value in TYPED.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("radio", name="For names").check()
    page.get_by_role("radio", name="Voicemail").check()
    page.get_by_label("Told in confidence").check()
    page.locator(".entry").get_by_role("radio", name="They", exact=True).check()
    refuse(page)
    assert not Call.across_owners.exists()
    for name, value in TYPED.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
        expect(page.locator(f"[name={name}]")).to_be_visible()
    for box in (
        "purpose][value=names",
        "outcome][value=voicemail",
        "promises-0-owed_by][value=them",
    ):
        expect(page.locator(f"[name={box}]")).to_be_checked()
    expect(page.get_by_label("Told in confidence")).to_be_checked()
    for field in ("who", "phone", "promises-0-kind", "promises-0-due_words"):
        beside = page.locator(f".field--bad:has([name={field}]) .field__errors")
        expect(beside).to_be_visible()
        expect(page.locator(".form-errors")).to_contain_text(beside.inner_text().strip())
    bad = page.locator("[name=who]")
    expect(bad).to_have_attribute("aria-invalid", "true")
    assert "id_who_error" in (bad.get_attribute("aria-describedby") or "")
    if javascript:
        expect(bad).to_be_focused()
        expect(bad).to_be_in_viewport()


def test_the_focus_goes_to_the_first_bad_field_wherever_it_is(page: Page) -> None:
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    one_more(page, "I send names", what="two names").locator("[name$=kind]").select_option("")
    save(page)
    expect(page.locator("[name=promises-0-kind]")).to_be_focused()
    expect(page.locator("[name=promises-0-kind]")).to_be_in_viewport()


def test_on_a_phone_the_bars_do_not_cover_the_bad_field(phone: Page) -> None:
    phone.goto(SHEET)
    phone.get_by_label("Who is calling?").fill("Miriam Oduya")
    one_more(phone, "I call back")
    save(phone)
    expect(phone.locator(".form-errors")).to_be_attached()
    field = phone.locator("[name=promises-0-due_chip]").first
    expect(field).to_be_focused()
    box, bar = field.bounding_box(), phone.locator(".savebar").bounding_box()
    assert box is not None
    assert bar is not None
    assert 0 <= box["y"] <= box["y"] + box["height"] <= bar["y"]
    assert field.evaluate(
        """field => {
            const {x, y, width, height} = field.getBoundingClientRect();
            const label = field.closest('label');
            return [y + 1, y + height - 1].every(
                (at) => label.contains(document.elementFromPoint(x + width / 2, at)));
        }"""
    )


def test_a_long_note_is_still_there_after_its_refusal(page: Page) -> None:
    note = ("They said that they would. " * 4000)[:100_000]
    assert not note[-1].isspace()
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    page.get_by_label("Notes").fill(note)
    save(page)
    expect(page.locator("#id_notes_field .field__errors")).to_contain_text("100000 characters")
    assert page.get_by_label("Notes").input_value() == note
    assert not Call.across_owners.exists()
    page.get_by_label("Notes").fill(note[:20_000])
    save(page)
    assert saved(page).notes == note[:20_000].strip()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_time_that_a_clock_change_skips_is_told_beside_it(
    live_server: Any, user: User, open_window: Opener, javascript: bool
) -> None:
    page = open_window(user=user, javascript=javascript)
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    # Clocks in London go from 01:00 to 02:00 on the last Sunday of March.
    by_calendar(one_more(page, "I call back"), "2027-03-28", "01:30")
    save(page)
    beside = page.locator("#id_promises-0-due_time_field .field__errors")
    expect(beside).to_contain_text("the clocks go forward")
    expect(beside).to_contain_text("02:30")
    expect(page.locator("[name=promises-0-due_time]")).to_have_value("01:30")
    assert not Call.across_owners.exists()
    page.fill("[name=promises-0-due_time]", "02:30")
    save(page)
    saved(page)
    promise = Promise.across_owners.get()
    assert promise.due_utc == dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC)


def test_of_two_with_one_name_it_asks_which(page: Page, user: User, jane: Recruiter) -> None:
    other = RecruiterFactory(
        owner=user, name="Jane Doe", firm=FirmFactory(owner=user, name="Quill")
    )
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Jane Doe")
    save(page)
    expect(page.locator(".field__errors")).to_contain_text("Which one is it?")
    page.locator("label.suggest__item", has_text="Quill").click()
    save(page)
    assert saved(page).recruiter == other


def test_a_double_click_saves_one_call(page: Page) -> None:
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    by_chip(one_more(page, "I call back"))
    page.get_by_role("button", name=SAVE).dblclick()
    saved(page)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".flash")).to_have_count(1)
    assert Call.across_owners.count() == Promise.across_owners.count() == 1


def test_a_double_click_without_javascript_saves_one_call(plain: Page) -> None:
    plain.goto(SHEET)
    plain.get_by_label("Who is calling?").fill("Miriam Oduya")
    plain.get_by_role("button", name=SAVE).dblclick()
    saved(plain)
    plain.wait_for_load_state("networkidle")
    assert Call.across_owners.count() == Recruiter.across_owners.count() == 1


def test_reload_back_and_forward_do_not_save_again(page: Page) -> None:
    page.goto("/")
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    save(page)
    saved(page)
    page.reload()
    page.go_back()
    expect(page.locator("h1")).to_have_text("A call, now")
    page.go_forward()
    page.wait_for_url(re.compile(r"/calls/\d+/$"))
    assert Call.across_owners.count() == 1


def test_the_same_sheet_sent_again_is_the_same_call(page: Page) -> None:
    """What a retry after a lost answer, or a page brought back by the browser, would send."""
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    key = page.locator("[name=client_key]").input_value()
    save(page)
    call = saved(page)
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    page.locator("[name=client_key]").evaluate("(field, key) => { field.value = key; }", key)
    save(page)
    assert saved(page) == call
    assert Call.across_owners.count() == 1


def test_a_reload_after_a_refusal_does_not_save(page: Page) -> None:
    page.goto(SHEET)
    page.get_by_label("Notes").fill("no caller yet")
    save(page)
    expect(page.locator(".form-errors")).to_be_visible()
    page.reload()
    assert not Call.across_owners.exists()


def test_a_refused_sheet_is_kept_like_any_other(page: Page) -> None:
    """The press comes before the sheet has kept itself, and the refusal a second later."""

    def slowly(route: Route) -> None:
        page.wait_for_timeout(1000)
        route.continue_()

    page.goto(SHEET)
    page.route("**/calls/new/", slowly)
    page.get_by_label("Notes").fill("no caller yet")
    save(page)
    expect(page.locator(".form-errors")).to_be_visible()
    page.wait_for_url(re.compile(r"\?draft="))
    page.unroute("**/calls/new/")
    page.reload()
    expect(page.get_by_label("Notes")).to_have_value("no caller yet")


def test_when_the_server_is_gone_what_was_typed_is_not(page: Page) -> None:
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    page.get_by_label("Notes").fill("in the lift")
    page.context.set_offline(True)
    save(page)
    expect(page.locator("#net")).to_be_visible()
    expect(page.locator("#net")).to_be_in_viewport()
    page.context.set_offline(False)
    page.watch.faults.clear()  # type: ignore[attr-defined]  # Chromium says of it on the console
    expect(page.get_by_label("Notes")).to_have_value("in the lift")
    save(page)
    assert saved(page).notes == "in the lift"


def test_signed_out_meanwhile_what_was_typed_stays(page: Page) -> None:
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    page.get_by_label("Notes").fill("a long talk")
    page.context.clear_cookies(name="wordkeeper")
    save(page)
    expect(page.locator("#gone")).to_be_visible()
    expect(page.locator("#gone")).to_be_in_viewport()
    expect(page.get_by_label("Notes")).to_have_value("a long talk")
    page.watch.faults.clear()  # type: ignore[attr-defined]
    assert not Call.across_owners.exists()
