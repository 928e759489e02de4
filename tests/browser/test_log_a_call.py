"""Logging a call, as somebody does it who has the telephone in the other hand."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Response, Route, expect

from accounts.models import User
from calls.models import Call, Opportunity
from contacts.models import Firm, Phone, Recruiter
from followups.models import Promise
from tests.browser.conftest import Opener
from tests.factories import (
    CallFactory,
    FirmFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
)

SHEET = "/calls/new/"
SAVE = re.compile("^Save the call$")
# The sheet, or its draft.
BARE = re.compile(r"/calls/new/(\?draft=[0-9a-f-]{36})?$")


@pytest.fixture(autouse=True)
def _well(engine_is_well: None) -> None:
    pass


@pytest.fixture
def jane(user: User) -> Recruiter:
    """Somebody known: she has rung before, and I owe her two names."""
    firm = FirmFactory(owner=user, name="Hartwell Search", kind=Firm.Kind.RETAINED)
    jane = RecruiterFactory(owner=user, name="Jane Doe", firm=firm)
    PhoneFactory(owner=user, recruiter=jane, number="+12125550100")
    CallFactory(owner=user, recruiter=jane, firm=firm, notes="a COO search in Leeds")
    PromiseFactory(owner=user, recruiter=jane, firm=firm, what="send two names")
    RecruiterFactory(owner=user, name="Janus Quill")
    return jane


def tomorrow() -> str:
    return (timezone.localdate() + dt.timedelta(days=1)).isoformat()


def one_more(page: Page, label: str, **values: str) -> Locator:
    """One more promise, by the button that says `label`; its moment is left open."""
    number = page.locator("#promises-entries .entry").count()
    page.get_by_role("button", name=f"+ {label}", exact=True).click()
    entry = page.locator("#promises-entries .entry").nth(number)
    expect(entry).to_be_visible()
    for name, value in values.items():
        entry.locator(f"[name$=-{name}]").fill(value)
    return entry


def by_chip(entry: Locator, label: str = "Tomorrow") -> None:
    entry.get_by_role("radio", name=re.compile(label)).check()


def by_calendar(entry: Locator, day: str, time: str = "") -> None:
    if not entry.locator("details[open]").count():
        entry.get_by_text("From the calendar").click()
    entry.locator("[name$=-due_on]").fill(day)
    entry.locator("[name$=-due_time]").fill(time)


def ask(page: Page) -> None:
    """Unfold the questions, where they are folded."""
    if not page.locator("#ask[open]").count():
        page.locator("#ask > summary").click()


def save(page: Page) -> None:
    page.get_by_role("button", name=SAVE).click()


def refuse(page: Page) -> None:
    """Save what cannot be saved. The draft may be on its way just then: that is not the answer."""

    def is_of_the_sheet(answer: Response) -> bool:
        return answer.request.method == "POST" and urlsplit(answer.url).path == SHEET

    with page.expect_response(is_of_the_sheet) as answer:
        save(page)
    assert answer.value.status == 422


def saved(page: Page) -> Call:
    """The one call there is now, whose page is shown."""
    page.wait_for_url(re.compile(r"/calls/\d+/$"))
    return Call.across_owners.get(pk=page.url.split("/")[-2])


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


def in_full(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}, 16:00"


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


def test_a_position_that_is_known_is_not_made_twice(page: Page, jane: Recruiter) -> None:
    for _ in range(2):
        page.goto(f"{SHEET}?recruiter={jane.pk}")
        page.get_by_label("Position").fill("CFO")
        save(page)
        saved(page)
    assert Opportunity.across_owners.count() == 1
