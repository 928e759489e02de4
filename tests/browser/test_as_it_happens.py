"""As fast as it happens: how many actions a call takes, and that nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.models import Kit, User
from calls.models import Call
from contacts.models import Recruiter
from desk.models import Draft
from followups.models import Promise
from tests.browser.conftest import Opener, session_of
from tests.engines.servers import until
from tests.factories import FirmFactory, PersonFactory, PhoneFactory, RecruiterFactory

SHEET = "/calls/new/"
# What a key press or a click is worth; letters of a name are typed anyway.
MOST_ACTIONS = 4
KEPT = re.compile(r"\?draft=[0-9a-f-]{36}$")


@pytest.fixture(autouse=True)
def _well(engine_is_well: None) -> None:
    pass


@pytest.fixture
def jane(user: User) -> Recruiter:
    firm = FirmFactory(owner=user, name="Hartwell Search")
    jane = RecruiterFactory(owner=user, name="Jane Doe", firm=firm)
    PhoneFactory(owner=user, recruiter=jane, number="+12125550100")
    kit = Kit.of(user)
    kit.callback_number, kit.evening_number = "+442079460001", "+447700900002"
    kit.save()
    return jane


class Hand:
    """Somebody at a keyboard whose every press and click is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def click(self, what: Any) -> None:
        self.actions += 1
        what.click()

    def type(self, letters: str) -> None:
        self.page.keyboard.type(letters)


def stay(page: Page) -> None:
    """Mark the page, so that a page load can be told from a swap."""
    page.evaluate("window.stayed = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def saved(page: Page) -> Call:
    page.wait_for_url(re.compile(r"/calls/\d+/$"))
    return Call.across_owners.get(pk=page.url.split("/")[-2])


def evening(page: Page) -> Any:
    return page.get_by_role("button", name=re.compile("evening"))


def kept(page: Page) -> None:
    expect(page.locator("#kept")).to_have_class(re.compile("saved--yes"))


# How many actions ---------------------------------------------------------------------------------


def test_a_bad_moment_of_somebody_known_takes_four_actions(page: Page, jane: Recruiter) -> None:
    page.goto("/")
    stay(page)
    hand = Hand(page)
    hand.press("n")
    expect(page.get_by_label("Who is calling?")).to_be_focused()
    hand.type("jan")
    hand.press("Enter")
    expect(page.locator("#known")).to_contain_text("Jane Doe")
    hand.click(evening(page))
    call = saved(page)
    assert stayed(page)
    assert hand.actions <= MOST_ACTIONS
    promise = Promise.across_owners.get()
    assert (call.recruiter, call.outcome) == (jane, "bad_time")
    assert (promise.kind, promise.due_time) == ("take_their_call", dt.time(18))
    assert (promise.phone, promise.my_number) == ("+12125550100", "+447700900002")
    expect(page.locator(".flash")).to_contain_text("They ring you on")
    expect(page.locator("h1")).to_contain_text("Jane Doe")
    expect(page.locator(".nav-link[aria-current]").first).to_have_text("Calls")


def test_enter_waits_for_the_callers_that_are_on_their_way(page: Page, jane: Recruiter) -> None:
    """Typed faster than the server answers, and still Jane: nobody is made, nothing is saved."""
    page.goto(SHEET)
    page.route("**/callers/", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.get_by_label("Who is calling?").press_sequentially("jan", delay=0)
    page.keyboard.press("Enter")
    expect(page.locator("[name=recruiter]")).to_have_value(str(jane.pk))
    assert not Call.across_owners.exists()


def choose(page: Page, letters: str, name: str) -> None:
    who = page.get_by_label("Who is calling?")
    who.fill("")
    who.press_sequentially(letters)
    page.keyboard.press("Enter")
    expect(page.locator("#known")).to_contain_text(name)


def test_what_is_typed_while_the_questions_come_stays(page: Page, jane: Recruiter) -> None:
    """Chosen and typed on, on a slow line: the questions that come late take no letter along."""
    page.goto(SHEET)
    page.route("**/questions/", lambda route: (page.wait_for_timeout(600), route.continue_()))
    choose(page, "jan", "Jane Doe")
    page.get_by_label("Position").press_sequentially("Finance director", delay=60)
    expect(page.locator("#ask .chip")).to_be_visible()
    page.wait_for_timeout(1500)
    expect(page.get_by_label("Position")).to_have_value("Finance director")
    expect(page.get_by_label("Position")).to_be_focused()
    page.unroute("**/questions/")


def test_a_firm_typed_first_stays_when_the_caller_is_chosen(page: Page, jane: Recruiter) -> None:
    page.goto(SHEET)
    page.locator("#id_firm").press_sequentially("Northgate")
    choose(page, "jan", "Jane Doe")
    expect(page.locator("#id_firm")).to_have_value("Northgate")
    expect(page.locator("#moved")).to_contain_text("You knew Jane Doe at Hartwell Search")
    page.wait_for_url(KEPT)
    kept(page)
    page.reload()
    expect(page.locator("#id_firm")).to_have_value("Northgate")
    expect(page.locator("#moved")).to_be_visible()
    page.get_by_role("button", name="Save the call").click()
    call = saved(page)
    assert (call.recruiter, call.firm and call.firm.name) == (jane, "Northgate")


def test_a_firm_that_nobody_typed_goes_with_its_caller(page: Page, jane: Recruiter) -> None:
    firm = FirmFactory(owner=jane.owner, name="Southgate")
    RecruiterFactory(owner=jane.owner, name="Bob Ray", firm=firm)
    page.goto(SHEET)
    for letters, name, theirs in (
        ("jan", "Jane Doe", "Hartwell Search"),
        ("bob", "Bob Ray", "Southgate"),
    ):
        # What the last choice asked for may still be on its way, and bring the field anew.
        page.wait_for_load_state("networkidle")
        choose(page, letters, name)
        expect(page.locator("#id_firm")).to_have_value(theirs)
        expect(page.locator("#moved")).to_be_hidden()


def test_enter_waits_for_the_right_caller_however_slow_the_line(
    page: Page, jane: Recruiter
) -> None:
    """What was found for other letters is nobody to take, and a slow answer is one, too."""
    RecruiterFactory(owner=jane.owner, name="Bob Ray")

    def slowly(route: Route) -> None:
        page.wait_for_timeout(2500)
        route.continue_()

    page.goto(SHEET)
    who = page.get_by_label("Who is calling?")
    who.fill("jan")
    expect(page.locator("#callers")).to_contain_text("Jane Doe")
    page.route("**/calls/new/callers/", slowly)
    who.fill("bob")
    page.keyboard.press("Enter")
    expect(page.locator("#known")).to_contain_text("Bob Ray")


def test_enter_goes_on_when_no_answer_comes(page: Page, jane: Recruiter) -> None:
    page.goto(SHEET)
    page.route("**/calls/new/callers/", lambda route: route.abort())
    page.get_by_label("Who is calling?").fill("jan")
    page.keyboard.press("Enter")
    expect(page.locator("#id_firm")).to_be_focused()
    page.watch.faults.clear()  # type: ignore[attr-defined]  # Chromium says of it on the console


@pytest.mark.parametrize("outcome", ["Missed", "Voicemail", "Message taken"])
def test_nobody_reached_takes_two_actions_on_the_sheet(
    page: Page, jane: Recruiter, outcome: str
) -> None:
    page.goto(SHEET)
    hand = Hand(page)
    hand.type("jan")
    hand.press("Enter")
    expect(page.locator("#known")).to_contain_text("Jane Doe")
    hand.click(page.get_by_role("button", name=outcome))
    call = saved(page)
    assert hand.actions == 2
    assert call.get_outcome_display() == outcome.lower()
    promise = Promise.across_owners.get()
    assert promise.kind == "call_back"
    assert timezone.localdate() < promise.due_on <= timezone.localdate() + dt.timedelta(days=3)


def test_one_line_takes_the_line_and_two_keys(page: Page, user: User) -> None:
    page.goto("/capture/")
    stay(page)
    hand = Hand(page)
    hand.type("Jane Doe @ Hartwell Search +1 212 555 0100, CFO at Acme, call back tomorrow 4pm, ")
    hand.type("I send 2 names in two weeks, she sends the JD")
    hand.press("Enter")
    expect(page.get_by_label("Who is calling?")).to_have_value("Jane Doe")
    expect(page.get_by_role("button", name="Save the call")).to_be_focused()
    in_a_week = timezone.localdate() + dt.timedelta(days=7)
    expect(page.locator(".read")).to_contain_text(f"{in_a_week.day} {in_a_week:%B %Y}")
    hand.press("Enter")
    call = saved(page)
    assert stayed(page)
    assert hand.actions == 2
    assert call.firm is not None
    assert call.opportunity is not None
    assert (call.recruiter.name, call.firm.name) == ("Jane Doe", "Hartwell Search")
    assert str(call.opportunity) == "CFO, Acme"
    assert [(one.owed_by, one.kind, one.how_many) for one in call.promises.order_by("pk")] == [
        ("me", "call_back", None),
        ("me", "send_names", 2),
        ("them", "send_information", None),
    ]


def test_the_line_stands_on_today(page: Page, user: User) -> None:
    page.goto("/")
    page.keyboard.press("c")
    page.keyboard.type("Jane Doe @ Hartwell Search, call back tomorrow 4pm")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Who is calling?")).to_have_value("Jane Doe")


def test_a_line_that_is_no_call_stays_to_be_mended(page: Page, user: User) -> None:
    page.goto("/")
    page.keyboard.press("c")
    page.keyboard.type("buy milk")
    page.keyboard.press("Enter")
    expect(page.locator("#capture-error")).to_contain_text("nothing is saved")
    expect(page.locator("#capture-line")).to_have_value("buy milk")
    assert not Draft.across_owners.exists()


def test_what_the_line_left_open_is_asked(page: Page, user: User) -> None:
    page.goto("/capture/")
    page.keyboard.type("Jane Doe @ Hartwell Search, call back next friday")
    page.keyboard.press("Enter")
    expect(page.locator(".unclear")).to_contain_text("next friday")
    page.get_by_role("button", name="Save the call").click()
    expect(page.locator(".entry .field__errors")).to_be_visible()
    assert not Call.across_owners.exists()


# Words for moments ----------------------------------------------------------------------------------


def test_words_are_echoed_while_they_are_typed(page: Page, jane: Recruiter) -> None:
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Jane Doe")
    page.get_by_role("button", name="I send names").click()
    words = page.locator("[name=promises-0-due_words]")
    words.press_sequentially("next friday")
    expect(page.locator(".entry .echo__unclear")).to_be_visible()
    words.fill("in two weeks")
    day = timezone.localdate() + dt.timedelta(days=14)
    expect(page.locator(".entry .echo__moment")).to_contain_text(f"{day.day} {day:%B %Y}")
    page.get_by_role("button", name="Save the call").click()
    assert saved(page).promises.get().due_on == day


def test_a_bad_moment_in_words_is_one_press_once_it_was_echoed(
    page: Page, jane: Recruiter
) -> None:
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Jane Doe")
    go = page.get_by_role("button", name="Save with this time")
    expect(go).to_be_hidden()
    page.locator("[name=bad_words]").press_sequentially("tomorrow 4pm")
    go.click()
    assert saved(page).promises.get().due_time == dt.time(16)


def test_a_chip_takes_the_place_of_words(page: Page, jane: Recruiter) -> None:
    page.goto(SHEET)
    page.get_by_role("button", name="I send names").click()
    page.locator("[name=promises-0-due_words]").press_sequentially("in two weeks")
    expect(page.locator(".entry .echo__moment")).to_be_visible()
    page.get_by_role("radio", name=re.compile("Tomorrow")).check()
    expect(page.locator("[name=promises-0-due_words]")).to_have_value("")
    expect(page.locator("[name=promises-0-due_seen][value]:not([value=''])")).to_have_count(0)


# Nothing lost ---------------------------------------------------------------------------------------


def fill(page: Page) -> None:
    page.get_by_label("Who is calling?").press_sequentially("Miriam Oduya")
    page.get_by_label("Notes").press_sequentially("Half a sent")
    page.get_by_role("button", name="I send names").click()
    page.locator("[name=promises-0-what]").press_sequentially("two na")


def holds_all(page: Page) -> None:
    expect(page.get_by_label("Who is calling?")).to_have_value("Miriam Oduya")
    expect(page.get_by_label("Notes")).to_have_value("Half a sent")
    expect(page.locator("[name=promises-0-kind]")).to_have_value("send_names")
    expect(page.locator("[name=promises-0-what]")).to_have_value("two na")


def test_a_reload_gives_back_what_was_typed(page: Page, user: User) -> None:
    page.goto(SHEET)
    fill(page)
    page.wait_for_url(KEPT)
    kept(page)
    page.reload()
    holds_all(page)


def test_a_closed_tab_is_offered_again(page: Page, user: User, open_window: Opener) -> None:
    page.goto(SHEET)
    fill(page)
    kept(page)
    page.close()
    again = open_window(user=user)
    again.goto("/")
    expect(again.locator("#drafts")).to_contain_text("Miriam Oduya")
    again.get_by_role("link", name="Go on").click()
    holds_all(again)


def test_another_user_of_the_same_browser_sees_nothing(
    page: Page, user: User, other: User
) -> None:
    page.goto(SHEET)
    with_no_server(page)
    fill(page)
    expect(page.locator("#kept")).to_have_class(re.compile("saved--no"))
    page.unroute("**/draft/")
    page.context.add_cookies(
        [{"name": "wordkeeper", "value": session_of(other), "url": page.url.split("/calls")[0]}]
    )
    page.goto("/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#drafts")).not_to_contain_text("Miriam")
    assert not Draft.across_owners.exists()


def with_no_server(page: Page) -> None:
    page.route("**/draft/", lambda route: route.abort())
    page.watch.faults = Ignoring()  # type: ignore[attr-defined]


class Ignoring(list[str]):
    """Chromium reports a request that did not get through as an error of the page."""

    def append(self, fault: str) -> None:
        if "ERR_" not in fault:
            super().append(fault)


def test_a_lost_network_keeps_it_on_the_device_until_it_is_back(page: Page, user: User) -> None:
    page.goto(SHEET)
    with_no_server(page)
    fill(page)
    expect(page.locator("#kept")).to_contain_text("on this device")
    assert not Draft.across_owners.exists()
    page.unroute("**/draft/")
    kept(page)
    assert Draft.across_owners.get().headline == "Miriam Oduya"
    assert page.evaluate("localStorage.length") == 0


def test_a_tab_closed_without_a_network_is_offered_when_it_is_back(page: Page, user: User) -> None:
    page.goto(SHEET)
    with_no_server(page)
    fill(page)
    expect(page.locator("#kept")).to_contain_text("on this device")
    page.goto("about:blank")
    page.unroute("**/draft/")
    page.goto("/")
    expect(page.locator("#drafts")).to_contain_text("Miriam Oduya")
    page.get_by_role("link", name="Go on").click()
    holds_all(page)


def test_an_expired_session_costs_nothing(
    live_server: Any, user: User, open_window: Opener
) -> None:
    user.set_password("a long enough secret")
    user.save()
    page = open_window(user=user)
    page.goto(SHEET)
    page.get_by_label("Who is calling?").press_sequentially("Mir")
    kept(page)
    Session.objects.all().delete()
    page.get_by_label("Who is calling?").fill("")
    fill(page)
    expect(page.locator("#gone")).to_be_visible()
    page.locator("#gone").get_by_role("link").click()
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", "a long enough secret")
    page.keyboard.press("Enter")
    page.wait_for_url(KEPT)
    holds_all(page)


def test_signing_out_leaves_nothing_on_the_device(page: Page, user: User) -> None:
    page.goto(SHEET)
    with_no_server(page)
    fill(page)
    expect(page.locator("#kept")).to_contain_text("on this device")
    page.goto("/")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url(re.compile("sign-in"))
    assert page.evaluate("localStorage.length") == 0


def test_who_is_forgotten_stands_in_no_sheet_on_the_device(page: Page, user: User) -> None:
    pat = PersonFactory(owner=user, name="Pat Doerenburg")
    page.goto(SHEET)
    with_no_server(page)
    page.get_by_label("Notes").fill("Pat Doerenburg named me")
    expect(page.locator("#kept")).to_contain_text("on this device")
    page.goto(pat.get_absolute_url())
    page.get_by_role("button", name="Anonymise").click()
    page.get_by_role("button", name="Forget them").click()
    expect(page.locator("#flash")).to_contain_text("stands nowhere")
    # Asked from here: what polls in the page would evaluate a string, which its policy forbids.
    until(lambda: page.evaluate("localStorage.length") == 0, "nothing is left on the device")
    page.unroute("**/draft/")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#drafts")).not_to_contain_text("Doerenburg")
    assert "Doerenburg" not in str([draft.data for draft in Draft.across_owners.all()])


def test_a_draft_thrown_away_can_be_brought_back(page: Page, user: User) -> None:
    page.goto(SHEET)
    fill(page)
    kept(page)
    page.goto("/")
    page.get_by_role("button", name="Throw away").click()
    expect(page.locator("#drafts")).to_contain_text("Thrown away")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("#drafts")).to_contain_text("Miriam Oduya")


def test_a_saved_sheet_leaves_no_draft(page: Page, user: User) -> None:
    page.goto(SHEET)
    page.get_by_label("Who is calling?").press_sequentially("Miriam")
    page.get_by_label("Notes").press_sequentially("In a hurry")
    page.get_by_role("button", name="Save the call").click()
    saved(page)
    page.wait_for_timeout(1500)
    page.goto("/")
    expect(page.locator("#drafts")).not_to_contain_text("Miriam")


@pytest.mark.parametrize("why", ["no server", "too much"])
def test_a_copy_on_the_device_goes_once_the_mended_sheet_is_saved(
    page: Page, user: User, why: str
) -> None:
    """Refused, mended, saved: what stands on the device by then is no unsaved sheet."""
    page.watch.expected.add(422)  # type: ignore[attr-defined]
    page.goto(SHEET)
    page.get_by_label("Who is calling?").press_sequentially("Miriam")
    if why == "no server":
        with_no_server(page)
    page.locator("#id_phone").fill("letters")
    page.get_by_label("Notes").fill("x" * (100_001 if why == "too much" else 10))
    expect(page.locator("#kept")).to_have_class(re.compile("saved--no"))
    assert page.evaluate("localStorage.length") == 1
    page.get_by_role("button", name="Save the call").click()
    expect(page.locator(".field--bad").first).to_be_visible()
    page.route("**/draft/", lambda route: route.abort())
    page.watch.faults = Ignoring()  # type: ignore[attr-defined]
    page.locator("#id_phone").fill("")
    page.get_by_label("Notes").fill("In a hurry")
    page.get_by_role("button", name="Save the call").click()
    saved(page)
    page.wait_for_timeout(1000)
    assert page.evaluate("localStorage.length") == 0
    page.unroute("**/draft/")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#drafts")).not_to_contain_text("Miriam")


# Keys -----------------------------------------------------------------------------------------------


def test_keys_rest_while_somebody_types(page: Page, user: User) -> None:
    page.goto(SHEET)
    page.get_by_label("Notes").press_sequentially("n c / ?")
    expect(page.get_by_label("Notes")).to_have_value("n c / ?")
    expect(page.locator("#keys")).to_be_hidden()


def test_a_question_mark_shows_the_keys(page: Page, user: User) -> None:
    page.goto("/firms/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_c_goes_to_the_line_from_anywhere(page: Page, user: User) -> None:
    page.goto("/firms/")
    page.keyboard.press("c")
    expect(page.locator("#capture-line")).to_be_focused()
