"""The verbs of a promise on Today: by htmx one row changes, without JavaScript the page comes back."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from followups.models import Promise
from tests.browser.conftest import Opener
from tests.factories import FirmFactory, PromiseFactory, RecruiterFactory

NAMES, INFORMATION = Promise.Kind.SEND_NAMES, Promise.Kind.SEND_INFORMATION


@pytest.fixture
def promise(user: User, engine_is_well: None) -> Promise:
    """Mine, late since yesterday, to somebody at a firm."""
    firm = FirmFactory(owner=user, name="Oakline Partners")
    who = RecruiterFactory(owner=user, name="Miriam Oduya", firm=firm)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    return PromiseFactory(
        owner=user, recruiter=who, firm=firm, kind=NAMES, how_many=2, due_on=yesterday
    )


def row(page: Page, promise: Promise) -> Any:
    return page.locator(f"#promise-{promise.pk}")


def state(promise: Promise) -> str:
    promise.refresh_from_db()
    return promise.state


def choose(page: Page, promise: Promise, words: str) -> None:
    """Press an entry of the row's menu."""
    row(page, promise).locator(".menu > summary").click()
    row(page, promise).get_by_role("button", name=re.compile(f"^{words}")).click()


def stayed(page: Page) -> bool:
    """Whether everything since the first page happened without loading another."""
    return len(page.watch.navigations) == 1  # type: ignore[attr-defined]


def test_keeping_changes_the_row_and_says_so(page: Page, promise: Promise) -> None:
    page.goto("/")
    row(page, promise).get_by_role("button", name=re.compile("Kept ?: Send 2 names")).click()
    expect(row(page, promise)).to_contain_text("kept late")
    expect(page.locator("#live")).to_have_text("Send 2 names: kept late")
    assert state(promise) == "kept_late"
    assert stayed(page)


def test_undo_opens_it_again_and_says_so(page: Page, promise: Promise) -> None:
    page.goto("/")
    row(page, promise).get_by_role("button", name="Kept").click()
    row(page, promise).get_by_role("button", name="Undo").click()
    expect(row(page, promise).get_by_role("button", name="Kept")).to_be_visible()
    expect(page.locator("#live")).to_have_text("Send 2 names: Open again.")
    assert state(promise) == "open"
    assert stayed(page)


def test_the_focus_stays_in_the_row(page: Page, promise: Promise) -> None:
    page.goto("/")
    kept = row(page, promise).get_by_role("button", name="Kept")
    kept.focus()
    page.keyboard.press("Enter")
    undo = row(page, promise).get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(kept).to_be_focused()
    row(page, promise).locator(".menu > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # in an hour
    expect(page.locator("#live")).to_have_text("Send 2 names: Moved.")
    expect(row(page, promise).locator(":focus")).to_have_count(1)


@pytest.mark.parametrize(
    ("words", "days"), [("In an hour", None), ("Tomorrow", 1), ("In a week", 7)]
)
def test_later_moves_it_and_keeps_where_it_stood(
    page: Page, promise: Promise, words: str, days: int | None
) -> None:
    page.goto("/")
    choose(page, promise, words)
    expect(page.locator("#live")).to_have_text("Send 2 names: Moved.")
    expect(row(page, promise)).not_to_contain_text("Late:")
    promise.refresh_from_db()
    if days is None:
        hence = promise.due_utc - timezone.now()
        assert dt.timedelta(minutes=58) < hence <= dt.timedelta(minutes=60)
    else:
        today = timezone.now().astimezone(promise.owner.zone).date()
        assert promise.due_on == today + dt.timedelta(days=days)
    assert promise.reschedules.count() == 1
    assert stayed(page)


@pytest.mark.parametrize(
    ("words", "said", "ends"),
    [
        ("They released me", "they released you", "released"),
        ("I broke it", "broken", "broken"),
        ("Kept, called: no names came to mind", "kept late", "kept_late"),
    ],
)
def test_it_ends_otherwise(page: Page, promise: Promise, words: str, said: str, ends: str) -> None:
    page.goto("/")
    choose(page, promise, words)
    expect(page.locator("#live")).to_have_text(f"Send 2 names: {said}")
    assert state(promise) == ends
    assert stayed(page)


def test_what_they_owe_has_words_of_its_own(page: Page, promise: Promise) -> None:
    promise.owed_by, promise.kind, promise.what = "them", INFORMATION, "send the job description"
    promise.save()
    page.goto("/")
    choose(page, promise, "They did not")
    expect(page.locator("#live")).to_have_text("Send the job description: they did not")
    row(page, promise).get_by_role("button", name="Undo").click()
    row(page, promise).get_by_role("button", name="They did", exact=False).first.click()
    expect(row(page, promise)).to_contain_text("they did, late")


def test_their_silence_becomes_a_nudge_and_back(page: Page, promise: Promise) -> None:
    promise.owed_by, promise.kind, promise.what = "them", INFORMATION, "send the job description"
    promise.save()
    page.goto("/")
    row(page, promise).get_by_role("button", name="Nudge them").click()
    expect(row(page, promise)).to_contain_text("you ask after it")
    nudge = promise.nudges.get()
    expect(row(page, nudge)).to_contain_text("Ask after: Send the job description")
    row(page, promise).get_by_role("button", name="Undo").click()
    expect(row(page, nudge)).to_have_count(0)
    expect(row(page, promise)).not_to_contain_text("you ask after it")
    assert not promise.nudges.exists()
    assert stayed(page)


def test_what_ended_elsewhere_is_shown_as_it_stands(page: Page, promise: Promise) -> None:
    page.goto("/")
    Promise.objects.of(promise.owner).get().release("by another window")
    row(page, promise).get_by_role("button", name="Kept").click()
    expect(row(page, promise)).to_contain_text("released")
    assert state(promise) == "released"


def test_a_double_press_is_one(page: Page, promise: Promise) -> None:
    page.goto("/")
    row(page, promise).get_by_role("button", name="Kept").dblclick()
    expect(row(page, promise)).to_contain_text("kept late")
    page.wait_for_load_state("networkidle")
    expect(row(page, promise)).to_contain_text("kept late")
    assert state(promise) == "kept_late"


def test_escape_and_a_press_outside_close_the_menu(page: Page, promise: Promise) -> None:
    page.goto("/")
    summary = row(page, promise).locator(".menu > summary")
    summary.click()
    page.keyboard.press("Escape")
    expect(page.locator(".menu[open]")).to_have_count(0)
    expect(summary).to_be_focused()
    summary.click()
    page.locator("h1").click()
    expect(page.locator(".menu[open]")).to_have_count(0)


def test_an_open_menu_lies_above_the_rows_below(phone: Page, promise: Promise) -> None:
    for _ in range(4):
        PromiseFactory(owner=promise.owner, recruiter=promise.recruiter, due_on=promise.due_on)
    phone.goto("/")
    row(phone, promise).locator(".menu > summary").click()
    covered = (
        row(phone, promise)
        .locator(".menu__panel")
        .evaluate(
            """panel => [...panel.querySelectorAll('a, button')].filter((one) => {
            const {left, top, width, height} = one.getBoundingClientRect();
            if (!width) return false;
            return !one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }).map((one) => one.textContent)"""
        )
    )
    assert covered == []


def test_nothing_answers_and_it_is_said(page: Page, promise: Promise) -> None:
    page.goto("/")
    page.context.set_offline(True)
    row(page, promise).get_by_role("button", name="Kept").click()
    expect(page.locator("#net")).to_be_visible()
    page.context.set_offline(False)
    row(page, promise).get_by_role("button", name="Kept").click()
    expect(row(page, promise)).to_contain_text("kept late")
    expect(page.locator("#net")).to_be_hidden()
    page.watch.faults.clear()  # type: ignore[attr-defined]  # Chromium says of it on the console


@pytest.mark.parametrize(
    ("words", "flash", "ends"),
    [
        ("They released me", "Released.", "released"),
        ("I broke it", "Marked as broken.", "broken"),
        ("Tomorrow", "Moved.", "open"),
    ],
)
def test_the_menu_without_javascript(
    plain: Page, promise: Promise, words: str, flash: str, ends: str
) -> None:
    plain.goto("/")
    choose(plain, promise, words)
    expect(plain.locator(".flash")).to_have_text(flash)
    assert plain.url.endswith("/")
    expect(plain.locator("h1")).to_be_visible()
    assert state(promise) == ends


def test_keep_and_undo_without_javascript(plain: Page, promise: Promise) -> None:
    plain.goto("/promises/")
    row(plain, promise).get_by_role("button", name="Kept").click()
    expect(plain.locator(".flash")).to_have_text("Kept.")
    assert plain.url.endswith("/promises/")
    assert state(promise) == "kept_late"
    plain.goto("/promises/?show=ended")
    row(plain, promise).get_by_role("button", name="Undo").click()
    expect(plain.locator(".flash")).to_have_text("Open again.")
    assert state(promise) == "open"


def test_moving_to_a_moment_that_is_over_says_so(page: Page, promise: Promise) -> None:
    page.goto(promise.get_absolute_url())
    page.fill("[name=due_on]", "2020-01-01")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".field--bad")).to_contain_text("over already")
    expect(page.locator("[name=due_on]")).to_be_focused()
    assert not promise.reschedules.exists()


@pytest.mark.parametrize("javascript", [True, False])
def test_its_own_page_ends_it_with_words(
    live_server: Any, user: User, open_window: Opener, promise: Promise, javascript: bool
) -> None:
    page = open_window(user=user, javascript=javascript)
    page.goto(promise.get_absolute_url())
    page.fill("[name=outcome]", "rang: no names came to mind")
    form = page.locator("form:has([name=outcome])")
    form.get_by_role("button", name="Kept", exact=True).click()
    expect(page.locator("main")).to_contain_text("rang: no names came to mind")
    assert state(promise) == "kept_late"
