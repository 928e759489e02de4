"""Two that are one: found, made one with a thumb, and made two again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from contacts.models import Recruiter
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.test_every_page import LOOKS, looks_of


@pytest.fixture
def twice(user: User) -> tuple[Recruiter, Recruiter]:
    """One recruiter, there twice, with a history under each name."""
    firm = factories.FirmFactory(owner=user, name="Brandt & Partners")
    kept = factories.RecruiterFactory(
        owner=user, name="Katharina Okonkwo-Lindqvist", title="Partner", notes="Calls late.\nKind."
    )
    gone = factories.RecruiterFactory(
        owner=user, name="Katharina Okonkwo Lindqvist", firm=firm, notes="Knows the sector."
    )
    for row in (kept, gone):
        factories.PhoneFactory(owner=user, recruiter=row, number="+442079460001")
        factories.CallFactory(owner=user, recruiter=row, notes="What was said of the search.")
    factories.PromiseFactory(owner=user, recruiter=gone)
    return kept, gone


@LOOKS
def test_two_are_made_one_and_two_again(
    live_server: Any, user: User, twice: Any, open_window: Opener, size: str
) -> None:
    page = open_window(user=user, size=size)
    page.goto("/duplicates/")
    expect(page.get_by_text("Same number")).to_be_visible()
    faults = list(looks_of(page))
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Make one of them?")).to_be_visible()
    faults += looks_of(page)
    page.get_by_text("Knows the sector.", exact=True).click()
    page.get_by_role("button", name="Make one of them").click()
    expect(page.get_by_text("They are one now.")).to_be_visible()
    faults += looks_of(page)
    assert Recruiter.objects.of(user).get().notes == "Knows the sector."
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("They are two again.")).to_be_visible()
    assert Recruiter.objects.of(user).count() == 2
    page.goto("/duplicates/")
    page.get_by_role("button", name="Not the same").click()
    expect(page.get_by_text("They are not offered again.")).to_be_visible()
    faults += looks_of(page)
    assert not faults, "\n".join(faults)


def test_the_other_one_is_found_by_its_letters(page: Page, twice: Any) -> None:
    kept, gone = twice
    page.goto(kept.get_absolute_url())
    page.get_by_role("link", name="Merge with…").click()
    page.get_by_label("Merge with").press_sequentially("Katharina Okonkwo L")
    page.get_by_role("button", name=gone.name).click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Make one of them?")).to_be_visible()
    page.get_by_role("link", name="Keep the other one instead").click()
    page.get_by_role("button", name="Make one of them").click()
    expect(page.get_by_role("heading", name=gone.name, level=1)).to_be_visible()


def test_without_scripts_it_goes_by_the_name(plain: Page, twice: Any) -> None:
    kept, gone = twice
    plain.goto(f"/recruiters/{kept.pk}/merge/")
    plain.get_by_label("Merge with").fill(gone.name)
    plain.get_by_role("button", name="Compare").click()
    plain.get_by_role("button", name="Make one of them").click()
    plain.get_by_role("button", name="Undo").click()
    expect(plain.get_by_text("They are two again.")).to_be_visible()


@LOOKS
def test_who_is_there_is_said_while_somebody_new_is_typed(
    live_server: Any, user: User, twice: Any, open_window: Opener, size: str
) -> None:
    page = open_window(user=user, size=size)
    page.goto("/recruiters/new/")
    page.get_by_label("Name").press_sequentially("Katharina Okonkwo-Lindqvis")
    expect(page.get_by_role("link", name=twice[0].name)).to_be_visible()
    faults = list(looks_of(page))
    assert not faults, "\n".join(faults)
    assert "Katharina" not in page.url
    page.get_by_label("Name").fill("Somebody else")
    expect(page.get_by_role("link", name=twice[0].name)).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Somebody else", level=1)).to_be_visible()
