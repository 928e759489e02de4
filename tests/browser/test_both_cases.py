"""The two stories that the dossier was made for, told through the browser as they would happen."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from calls.models import Call, Opportunity, Referral, Submission
from followups.models import Promise
from tests.browser.conftest import Opener
from tests.documents import PDF

SHEET = "/calls/new/"
# A Tuesday in London, at the office.
MORNING = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    """The server's clock; it goes on by itself. Who moves it far opens a new window."""
    traveller = time_machine.travel(MORNING, tick=True)
    yield traveller.start()
    traveller.stop()


@pytest.fixture(autouse=True)
def _well(clock: Any, engine_is_well: None) -> None:
    pass


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}", re.IGNORECASE)).first.click()


def choose(page: Page, letters: str, name: str) -> None:
    page.get_by_label("Who is calling?").press_sequentially(letters)
    page.keyboard.press("Enter")
    expect(page.locator("#known")).to_contain_text(name)


def pill(page: Page | Locator, question: str, answer: str) -> None:
    group = page.get_by_role("group", name=question)
    group.get_by_role("radio", name=answer, exact=True).check()


def promise_on_the_sheet(page: Page, number: int, what: str, words: str) -> None:
    press(page, re.escape(what))
    when = page.locator(f"[name=promises-{number}-due_words]")
    when.press_sequentially(words)
    expect(page.locator(".entry").nth(number).locator(".echo")).to_contain_text("2026")


def save_the_call(page: Page) -> Call:
    press(page, "Save the call")
    page.wait_for_url(re.compile(r"/calls/\d+/$"))
    return Call.across_owners.get(pk=page.url.split("/")[-2])


def test_a_bad_moment_becomes_a_search_that_is_declined_with_two_names(
    user: User, open_window: Opener, clock: Any, live_server: Any
) -> None:
    # A bad moment: four presses, and she rings again in the evening.
    page = open_window(user=user)
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Jane Doe")
    page.locator("#id_firm").fill("Hartwell Search")
    page.get_by_label("Their number").fill("+44 20 7946 0018")
    press(page, "This evening")
    page.wait_for_url(re.compile(r"/calls/\d+/$"))
    to_take = Promise.objects.of(user).get()
    assert (to_take.kind, to_take.due_time) == ("take_their_call", dt.time(18))

    # She rings; the brief is open, and the call is logged from it.
    clock.move_to(MORNING.replace(hour=18, minute=1))
    page.goto(f"/promises/{to_take.pk}/brief/")
    expect(page.locator("h1")).to_contain_text("Jane Doe")
    page.get_by_role("link", name="Log the call").first.click()
    expect(page.get_by_label("Who is calling?")).to_have_value("Jane Doe")
    expect(page.locator(f"[name=keeps][value='{to_take.pk}']")).to_be_checked()
    page.get_by_label("Notes").fill("A family group, the founder steps back. Two days in Leeds.")
    pill(page, "Why are they calling?", "For me")
    page.get_by_label("Position").fill("Chief financial officer")
    page.get_by_label("Client", exact=True).fill("Acme Foods")
    page.get_by_label("Told in confidence").check()
    pill(page, "Retained or contingent, for this one?", "Retained")
    pill(page, "Is there a job description?", "Asked for")
    promise_on_the_sheet(page, 0, "+ I send names", "fri 4pm")
    page.locator("[name=promises-0-how_many]").fill("2")
    first = save_the_call(page)
    to_take.refresh_from_db()
    assert (to_take.state, to_take.outcome) == ("kept", "we talked")
    about = first.opportunity
    assert about
    assert about.client_disclosure == Opportunity.Disclosure.IN_CONFIDENCE
    assert (about.basis, about.jd) == ("retained", "asked")

    # No, with thanks; one of the two asked not to be named.
    page.goto(about.get_absolute_url())
    expect(page.locator("#main")).to_contain_text("Acme Foods, in confidence")
    page.get_by_role("link", name="Decline").click()
    page.get_by_label("Why", exact=True).fill("It is too much travel for me now.")
    page.get_by_label("What you would want instead").fill("A group within an hour of London.")
    page.get_by_label("Whom you name instead").fill("Tom Brandt")
    page.get_by_label("Who asked not to be named").fill("Priya Nair")
    press(page, "Show the words")
    words = page.get_by_role("region", name="To read out, or to send")
    expect(words).to_contain_text("Tom Brandt")
    expect(words).not_to_contain_text("Priya")
    press(page, "Decline")
    expect(page.get_by_role("heading", name="Declined")).to_be_visible()
    about.refresh_from_db()
    assert about.declined_on == MORNING.date()

    # The names that were promised: both named, and one of them not told of by whom.
    names = Promise.objects.of(user).get(kind="send_names")
    page.goto(names.get_absolute_url())
    page.get_by_role("link", name=re.compile("name", re.I)).first.click()
    for number, (name, mine) in enumerate((("Tom Brandt", "Yes"), ("Priya Nair", "No"))):
        line = page.get_by_role("group", name=f"Name {number + 1}")
        line.get_by_label("Name", exact=True).fill(name)
        pill(line, "Did you ask them first?", "Yes")
        pill(line, "May your name be used?", mine)
    press(page, "Named them")
    page.wait_for_url(re.compile(r"/promises/\d+/$"))
    names.refresh_from_db()
    assert (names.state, names.outcome) == ("kept", "named them")
    named = Referral.objects.of(user).order_by("pk").values_list("person__name", "may_use_my_name")
    assert list(named) == [("Tom Brandt", "yes"), ("Priya Nair", "no")]

    # A month later she rings for somebody else, and says whom.
    clock.move_to(MORNING + dt.timedelta(days=30))
    page = open_window(user=user)
    page.goto(SHEET)
    choose(page, "jan", "Jane Doe")
    page.get_by_label("Position").fill("Finance director")
    page.get_by_label("Client", exact=True).fill("Borealis Rail")
    page.get_by_label("Notes").fill("They would see me in January.")
    promise_on_the_sheet(page, 0, "+ I call back", "in a week")
    save_the_call(page)

    # Before calling back: all that matters, on one page.
    call_back = Promise.objects.of(user).get(kind="call_back")
    page.goto(f"/promises/{call_back.pk}/brief/")
    brief = page.locator(".brief")
    for said in (
        "Call back",
        "They would see me in January.",
        "the founder steps back",
        "Finance director",
        "Borealis Rail",
        "Tom Brandt",
        "Priya Nair",
        "your name kept out",
    ):
        expect(brief).to_contain_text(said)
    # What was declined is no open opportunity any more.
    expect(page.locator("section", has=page.locator("#open"))).not_to_contain_text("Acme")
    expect(page.locator("h1 + *, .page__summary").first).to_contain_text("+44 20 7946 0018")


def test_a_source_call_ends_with_the_guard_that_speaks_at_the_reveal(
    user: User, open_window: Opener, live_server: Any
) -> None:
    # Somebody unknown, for names only.
    page = open_window(user=user, expect={422})
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Rick Moss")
    page.locator("#id_firm").fill("Quickhire")
    page.get_by_label("Their number").fill("+44 20 7946 0020")
    pill(page, "Why are they calling?", "For names")
    page.get_by_label("Position").fill("Plant director")
    pill(page, "Retained or contingent, for this one?", "Contingent")
    pill(page, "Is there a job description?", "Refused")
    page.get_by_label("Vet them afterwards").check()
    call = save_the_call(page)
    firm, about = call.firm, call.opportunity
    assert firm
    assert about
    page.goto(about.get_absolute_url())
    press(page, "Today: source")
    expect(page.locator(".chip--good").first).to_have_text("source")

    # Vetted after the call.
    page.goto(firm.get_absolute_url())
    expect(page.locator("#vetting")).to_contain_text("Nothing")
    press(page.locator("#vetting li", has_text="switchboard"), "Right")
    expect(page.locator("#vetting .chip--good").first).to_be_visible()
    press(page, "Kept: they look sound")
    assert Promise.objects.of(user).get(kind="vet_firm").state == "kept"

    # A candidate after all; a résumé for one client and no other.
    page.goto("/resumes/new/")
    page.get_by_label("Label").fill("Short, 2026")
    page.locator("input[type=file]").set_input_files(
        {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    press(page, "Save")
    page.goto(about.get_absolute_url())
    page.get_by_text("They named the client").click()
    reveal = page.locator("form[action$='/reveal/']")
    reveal.get_by_label("Client needed", exact=True).fill("Acme Foods")
    press(reveal, "Save")
    expect(page.locator("#main")).to_contain_text("Acme Foods")
    page.get_by_text("Another stage, or another day").click()
    page.locator("form[action$='/stage/']").last.get_by_label("My part").select_option(
        label="Candidate"
    )
    press(page.locator("form[action$='/stage/']").last, "Note it")
    page.get_by_role("link", name="New submission").click()
    pill(page, "Permission", "Given")
    page.get_by_label("Its limits").fill("For Acme Foods alone, not passed on.")
    page.get_by_label("Résumé").select_option(label="Short, 2026")
    page.get_by_label("Exclusive until").fill("2027-01-31")
    press(page, "Save")
    page.wait_for_url(re.compile(r"/submissions/\d+/$"))
    assert Submission.objects.of(user).get().permission == "given"

    # The user knows that Sunrise is a brand of theirs.
    client = Opportunity.objects.of(user).get(pk=about.pk).client
    assert client
    page.goto(f"/employers/{client.pk}/edit/")
    page.get_by_label("Other names").fill("Sunrise Brands")
    press(page, "Save")

    # A second firm, a client withheld, and then the reveal.
    page.goto(SHEET)
    page.get_by_label("Who is calling?").fill("Nora Lindt")
    page.locator("#id_firm").fill("Northgate")
    pill(page, "Why are they calling?", "For me")
    page.get_by_label("Position").fill("Operations director")
    second = save_the_call(page).opportunity
    assert second
    assert second.client is None
    page.goto(second.get_absolute_url())
    expect(page.locator("#guard")).to_have_count(0)
    page.get_by_text("They named the client").click()
    reveal = page.locator("form[action$='/reveal/']")
    reveal.get_by_label("Client needed", exact=True).fill("Sunrise Brands GmbH & Co. KG")
    press(reveal, "Save")
    guard = page.locator("#guard")
    expect(guard).to_contain_text("Look before you save")
    expect(guard).to_contain_text("Quickhire")
    expect(guard).to_contain_text("Acme Foods, which is one with Sunrise Brands GmbH & Co. KG")
    expect(guard).to_contain_text("until the end of 31 January 2027")
    second.refresh_from_db()
    assert second.client is None

    # It warns, it never blocks.
    press(page, "Save it all the same")
    page.wait_for_url(re.compile(r"/opportunities/\d+/$"))
    second.refresh_from_db()
    assert second.client
    assert second.client.name == "Sunrise Brands GmbH & Co. KG"
    expect(page.locator("#guard")).to_contain_text("Quickhire")
