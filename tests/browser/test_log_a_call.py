"""Logging a call, as somebody does it who has the telephone in the other hand."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from calls.models import Call, Opportunity
from contacts.models import Phone, Recruiter
from followups.models import Promise
from tests.browser.call_sheet import (
    SHEET,
    by_calendar,
    by_chip,
    in_full,
    one_more,
    refuse,
    save,
    saved,
    tomorrow,
)
from tests.browser.conftest import Opener
from tests.factories import RecruiterFactory

# The sheet, or its draft.
BARE = re.compile(r"/calls/new/(\?draft=[0-9a-f-]{36})?$")


@pytest.fixture(autouse=True)
def _well(engine_is_well: None) -> None:
    pass


def test_somebody_new_with_a_position_and_two_promises(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Log a call").first.click()
    expect(page.get_by_label("Who is calling?")).to_be_focused()
    page.keyboard.type("Miriam Oduya")
    expect(page.locator("#callers")).to_contain_text("Somebody new")
    page.get_by_label("Firm", exact=True).fill("Oakline Partners")
    page.get_by_label("Their number").fill("020 7946 0011")
    page.get_by_label("Position").fill("Interim CFO")
    page.get_by_label("Client", exact=True).fill("Northwind")
    page.get_by_label("Told in confidence").check()
    expect(page.locator(".entry")).to_have_count(0)
    by_chip(one_more(page, "I send names", what="two names"))
    theirs_now = one_more(page, "They owe me")
    expect(page.locator("[name=promises-1-due_chip]").first).to_be_focused()
    expect(theirs_now.get_by_role("radio", name="They", exact=True)).to_be_checked()
    by_calendar(theirs_now, tomorrow(), "16:30")
    page.get_by_label("Notes").fill("Starts in January.\nSix months.")
    save(page)

    call = saved(page)
    expect(page.locator(".flash")).to_be_visible()
    assert call.recruiter.name == "Miriam Oduya"
    assert call.firm is not None
    assert call.firm.name == "Oakline Partners"
    assert call.notes == "Starts in January.\nSix months."
    assert call.opportunity is not None
    assert str(call.opportunity) == "Interim CFO, Northwind, in confidence"
    assert Phone.across_owners.get().number == "+442079460011"
    mine, theirs = Promise.across_owners.order_by("pk")
    assert (mine.owed_by, mine.kind, mine.what, mine.due_time) == (
        "me",
        "send_names",
        "two names",
        None,
    )
    assert (theirs.owed_by, theirs.kind, theirs.due_time) == (
        "them",
        "send_information",
        dt.time(16, 30),
    )
    assert {mine.call_id, theirs.call_id} == {call.pk}
    assert {mine.due_on.isoformat(), theirs.due_on.isoformat()} == {tomorrow()}
    for words in (
        "Miriam Oduya",
        "Oakline Partners",
        "Interim CFO",
        "Two names",
        "Starts in January",
    ):
        expect(page.locator("main")).to_contain_text(words)


@pytest.mark.parametrize("letters", ["jan", "doe jane", "hartw", "212 555", "+1 (212) 555-01"])
def test_a_known_caller_is_found_while_typing(page: Page, jane: Recruiter, letters: str) -> None:
    page.goto(SHEET)
    page.evaluate("window.stayed = true")
    page.keyboard.type(letters)
    option = page.locator("#callers .suggest__item", has_text="Jane Doe")
    expect(option).to_contain_text("Hartwell Search · +1 212-555-0100")
    option.click()
    expect(page.get_by_label("Firm", exact=True)).to_have_value("Hartwell Search")
    expect(page.get_by_label("Who is calling?")).to_have_value("Jane Doe")
    known = page.locator("#known")
    expect(known).to_contain_text("a COO search in Leeds")
    expect(known).to_contain_text("Send two names")
    # Nothing was loaded but parts of this page, and the address says no name and no number.
    assert page.evaluate("window.stayed")
    for address in page.watch.navigations:  # type: ignore[attr-defined]
        assert BARE.search(address), address
    expect(page.locator("#callers .suggest__item")).to_have_count(0)
    save(page)
    assert saved(page).recruiter == jane
    assert Recruiter.across_owners.count() == 2


@pytest.mark.parametrize(
    "keys", [[], ["Tab"], ["ArrowDown"], ["ArrowDown", "ArrowDown", "ArrowUp"]]
)
def test_choosing_takes_keys_alone(page: Page, jane: Recruiter, keys: list[str]) -> None:
    page.goto(SHEET)
    page.keyboard.type("jan")
    expect(page.locator("#callers a.suggest__item")).to_have_count(2)
    expect(page.locator("#callers .suggest__item").last).to_contain_text("Somebody new")
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("#known")).to_contain_text("Jane Doe")
    # On with the next field, not from the top of the page.
    expect(page.locator("#caller :focus")).to_have_count(1)
    # In the name Enter picks; everywhere else it saves.
    assert Call.across_owners.count() == 1
    if page.locator("[name=who]:focus").count():
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert saved(page).recruiter == jane


@pytest.mark.parametrize("keys", [["Shift+Enter"], ["ArrowUp", "Enter"]])
def test_keys_alone_say_that_it_is_somebody_new(
    page: Page, jane: Recruiter, keys: list[str]
) -> None:
    page.goto(SHEET)
    page.keyboard.type("Jane Doe")
    expect(page.locator("#callers a.suggest__item")).to_have_count(1)
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("#callers .suggest__item")).to_have_count(0)
    expect(page.get_by_label("Firm", exact=True)).to_be_focused()
    page.keyboard.type("Quill")
    page.keyboard.press("Enter")
    newcomer = saved(page).recruiter
    assert newcomer != jane
    assert newcomer.name == "Jane Doe"


def test_a_late_answer_to_the_letters_does_not_undo_the_choice(
    page: Page, jane: Recruiter
) -> None:
    page.goto(SHEET)
    page.keyboard.type("jan")
    option = page.locator("#callers .suggest__item", has_text="Jane Doe")
    expect(option).to_be_visible()
    # In one breath: another letter, whose answer is still to come, and the press.
    page.evaluate(
        """() => {
            const who = document.getElementById('id_who');
            who.value = 'jane';
            who.dispatchEvent(new Event('input', {bubbles: true}));
            setTimeout(() => document.querySelector('#callers a').click(), 149);
        }"""
    )
    expect(page.locator("#known")).to_contain_text("a COO search in Leeds")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Who is calling?")).to_have_value("Jane Doe")
    expect(page.locator("#callers .suggest__item")).to_have_count(0)


def test_what_was_typed_below_outlives_the_choice(page: Page, jane: Recruiter) -> None:
    page.goto(SHEET)
    page.get_by_label("Notes").fill("She spoke before I knew who she was")
    page.get_by_label("Who is calling?").press_sequentially("hartw")
    page.locator("#callers .suggest__item").first.click()
    expect(page.locator("#known")).to_contain_text("Jane Doe")
    expect(page.get_by_label("Notes")).to_have_value("She spoke before I knew who she was")
    page.get_by_label("Who is calling?").fill("Somebody Else")
    save(page)
    # Typed over the choice: the name that stands there counts.
    assert saved(page).recruiter.name == "Somebody Else"


def test_a_number_that_was_typed_outlives_the_choice(page: Page, jane: Recruiter) -> None:
    page.goto("/calls/new/")
    page.get_by_label("Their number").fill("+44 7700 900999")
    page.get_by_label("Who is calling?").press_sequentially("jane")
    expect(page.locator("#callers a").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Who is calling?")).to_have_value(jane.name)
    expect(page.get_by_label("Their number")).to_have_value("+44 7700 900999")


def test_a_name_with_marks_is_shown_as_words(page: Page, user: User) -> None:
    RecruiterFactory(owner=user, name="<img src=x onerror=alert(1)> & Sons")
    page.goto(SHEET)
    page.keyboard.type("sons")
    option = page.locator("#callers a.suggest__item")
    expect(option).to_contain_text("<img src=x onerror=alert(1)>")
    option.click()
    expect(page.locator("#known h3")).to_contain_text("<img src=x onerror=alert(1)>")


def test_without_javascript_the_typed_name_is_enough(plain: Page, jane: Recruiter) -> None:
    plain.goto(SHEET)
    plain.get_by_label("Who is calling?").fill("jane doe")
    plain.get_by_label("Notes").fill("bad moment")
    save(plain)
    assert saved(plain).recruiter == jane


def test_without_javascript_another_promise_comes_from_the_server(plain: Page) -> None:
    plain.goto(SHEET)
    plain.get_by_label("Who is calling?").fill("Miriam Oduya")
    plain.get_by_label("Position").fill("Interim CFO")
    plain.get_by_label("Notes").fill("kept, whatever is pressed")
    plain.get_by_role("radio", name="For names").check()
    first = one_more(plain, "I send names", what="two names")
    by_calendar(first, tomorrow(), "09:15")
    first.get_by_role("radio", name="They", exact=True).check()
    second = one_more(plain, "I call back")
    expect(plain.locator(".entry")).to_have_count(2)
    expect(plain.get_by_label("Who is calling?")).to_have_value("Miriam Oduya")
    expect(plain.get_by_label("Notes")).to_have_value("kept, whatever is pressed")
    expect(plain.locator("[name=purpose][value=names]")).to_be_checked()
    expect(plain.locator("[name=promises-0-what]")).to_have_value("two names")
    expect(plain.locator("[name=promises-0-due_on]")).to_have_value(tomorrow())
    expect(plain.locator("[name=promises-0-due_time]")).to_be_visible()
    expect(plain.locator("[name=promises-0-due_time]")).to_have_value("09:15")
    expect(plain.locator("[name=promises-0-owed_by][value=them]")).to_be_checked()
    by_chip(second)
    save(plain)
    call = saved(plain)
    assert call.purpose == Call.Purpose.NAMES
    kinds = Promise.across_owners.order_by("pk").values_list("kind", "owed_by")
    assert list(kinds) == [("send_names", "them"), ("call_back", "me")]


@pytest.mark.parametrize("javascript", [True, False])
def test_words_are_shown_as_a_full_date_before_they_are_saved(
    live_server: Any, user: User, open_window: Opener, javascript: bool
) -> None:
    page = open_window(user=user, javascript=javascript)
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    entry = one_more(page, "I call back")
    by_chip(entry, "In a week")
    entry.get_by_label("By when, in words").fill("tomorrow 4pm")
    day = timezone.localdate() + dt.timedelta(days=1)
    if javascript:
        expect(entry.locator(".echo")).to_have_text(in_full(day))
        # The last one counts: words take the chip's place.
        expect(entry.locator("[name$=due_chip]:checked")).to_have_count(0)
    else:
        refuse(page)
        assert not Call.across_owners.exists()
        expect(entry.locator(".field__errors")).to_contain_text(in_full(day))
        expect(entry.get_by_label("By when, in words")).to_have_value("tomorrow 4pm")
    save(page)
    saved(page)
    promised = Promise.across_owners.get()
    assert (promised.due_on, promised.due_time) == (day, dt.time(16))


def test_enter_saves_and_adds_no_promise(plain: Page) -> None:
    plain.goto(SHEET)
    plain.get_by_label("Who is calling?").fill("Miriam Oduya")
    plain.get_by_label("Position").fill("Interim CFO")
    plain.keyboard.press("Enter")
    assert saved(plain).recruiter.name == "Miriam Oduya"


def test_every_control_is_reached_by_tab_in_the_order_of_the_page(
    page: Page, jane: Recruiter
) -> None:
    page.goto(f"{SHEET}?recruiter={jane.pk}")
    entry = one_more(page, "I send names")
    entry.get_by_text("From the calendar").click()
    page.locator(".skip").focus()
    page.keyboard.press("Shift+Tab")
    reached: list[list[Any]] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
                const all = [...document.querySelectorAll('*')];
                const one = document.activeElement;
                return one === document.body ? null :
                    [all.indexOf(one),
                     !one.matches('button') && one.name || one.textContent.trim(),
                     one.matches(':focus-visible'),
                     one.closest('label, body').getBoundingClientRect().height];
            }"""
        )
        if here is None or here in reached[:1]:  # once round
            break
        if here[0] not in [one[0] for one in reached]:  # a date has a stop for each part
            reached.append(here)
    places, names = [one[0] for one in reached], [one[1] for one in reached]
    assert places == sorted(places)
    assert names[0] == "Skip to the page"
    assert [one for one in reached if not one[2]] == []
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('#sheet :is(input, select, textarea, button)')]
            .filter((one) => one.type !== 'hidden' && one.checkVisibility() && !one.closest('.sr'))
            .map((one) => one.matches('button') ? one.textContent.trim() : one.name)"""
    )
    assert {"promises-0-due_on", "promises-0-how_many", "Missed", "+ I call back"} <= set(wanted)
    assert set(wanted) <= set(names)
    assert names.index("who") < names.index("notes") < names.index("promises-0-kind")
    assert names.index("promises-0-due_time") < names.index("+ I call back")
    assert names.index("+ I call back") < names.index("Save the call")


def test_enter_in_a_field_saves(page: Page) -> None:
    page.goto(SHEET)
    page.keyboard.type("Miriam Oduya")
    page.keyboard.press("Enter")
    # Of a name it only makes sure whose it is: nobody is known by it.
    expect(page.get_by_label("Firm", exact=True)).to_be_focused()
    assert not Call.across_owners.exists()
    page.keyboard.press("Enter")
    assert saved(page).recruiter.name == "Miriam Oduya"


@pytest.mark.parametrize("javascript", [True, False])
def test_enter_in_the_words_of_a_bad_moment_does_not_lose_them(
    live_server: Any, user: User, open_window: Opener, javascript: bool
) -> None:
    page = open_window(user=user, javascript=javascript)
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    page.get_by_label("Another time, in words").fill("tomorrow 4pm")
    day = timezone.localdate() + dt.timedelta(days=1)
    if javascript:
        expect(page.locator(".bad-moment .echo")).to_have_text(in_full(day))
    page.keyboard.press("Enter")
    if not javascript:
        expect(page.locator(".bad-moment .field__errors")).to_contain_text(in_full(day))
        page.get_by_label("Another time, in words").press("Enter")
    assert saved(page).outcome == Call.Outcome.BAD_TIME
    promised = Promise.across_owners.get()
    assert (promised.kind, promised.due_on, promised.due_time) == (
        "take_their_call",
        day,
        dt.time(16),
    )


def test_without_javascript_a_bad_moment_can_be_told_in_words(plain: Page) -> None:
    plain.goto(SHEET)
    plain.get_by_label("Who is calling?").fill("Miriam Oduya")
    plain.get_by_label("Another time, in words").fill("tomorrow 4pm")
    plain.get_by_role("button", name="Save with this time").click()
    expect(plain.locator(".bad-moment .field__errors")).to_contain_text("16:00")
    plain.get_by_role("button", name="Save with this time").click()
    assert saved(plain).outcome == Call.Outcome.BAD_TIME
    assert Promise.across_owners.get().due_time == dt.time(16)


def test_a_promise_that_is_left_out_is_not_saved(page: Page) -> None:
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    by_chip(one_more(page, "I call back"))
    page.get_by_label("Leave this one out").check()
    expect(page.locator("[name=promises-0-kind]")).to_be_hidden()
    save(page)
    saved(page)
    assert not Promise.across_owners.exists()


def test_eight_promises_and_no_more(page: Page) -> None:
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Miriam Oduya")
    more = page.locator("#promises-add")
    for _ in range(8):
        expect(more).to_be_visible()
        by_chip(one_more(page, "I call back"))
    expect(more).to_be_hidden()
    save(page)
    saved(page)
    assert Promise.across_owners.count() == 8


def test_a_position_that_is_known_is_not_made_twice(page: Page, jane: Recruiter) -> None:
    for _ in range(2):
        page.goto(f"{SHEET}?recruiter={jane.pk}")
        page.get_by_label("Position").fill("CFO")
        save(page)
        saved(page)
    assert Opportunity.across_owners.count() == 1
