"""A file in, looked at, brought in and taken back: by a finger as by a mouse."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from accounts.models import User
from contacts.models import Person, Recruiter
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.test_every_page import LOOKS, looks_of
from tests.desk.imports import LINKEDIN, table


def hand_in(page: Page, content: str) -> None:
    page.goto("/import/")
    file = {"name": "Connections.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.get_by_label("File").set_input_files(files=[file])
    page.get_by_role("button", name="Look at it").click()
    page.locator("h1").wait_for()


@LOOKS
def test_connections_come_in_and_go_back(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    factories.PersonFactory(owner=user, name="Bo Lind", position="Baker")
    page = open_window(user=user, size=size)
    faults: list[str] = []
    hand_in(page, LINKEDIN)
    expect(page.get_by_role("heading", name="LinkedIn connections")).to_be_visible()
    faults += looks_of(page)
    page.get_by_role("button", name="Leave out Cleo Marsh").click()
    expect(page.get_by_role("button", name="Take along Cleo Marsh")).to_be_visible()
    expect(page.get_by_role("button", name="Bring in 1")).to_be_visible()
    page.get_by_role("link", name="known already").click()
    expect(page.get_by_text("stays (the file says")).to_be_visible()
    faults += looks_of(page)
    page.get_by_label("Overwrite what differs").check()
    page.get_by_role("button", name="Show it so").click()
    expect(page.get_by_role("button", name="Bring in 2")).to_be_visible()
    page.get_by_role("button", name="Bring in 2").click()
    expect(page.get_by_text("It is in. The file is gone")).to_be_visible()
    faults += looks_of(page)
    assert [one.name for one in Recruiter.objects.of(user)] == ["Anna Berg"]
    assert Person.objects.of(user).get().position == "Chief Financial Officer, Acme"
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert not Recruiter.objects.of(user).exists()
    assert Person.objects.of(user).get().position == "Baker"
    assert not faults, "\n".join(faults)


@LOOKS
def test_a_table_of_ones_own_is_explained_once(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    page = open_window(user=user, size=size)
    file = table("Anna Berg,Northgate,Partner", header="Wer genau,Wo genau,Was genau")
    hand_in(page, file)
    page.get_by_label("Wer genau").select_option("name")
    page.get_by_label("Wo genau").select_option("firm")
    faults = list(looks_of(page))
    page.get_by_role("button", name="Read it so").click()
    expect(page.get_by_role("button", name="Bring in 1")).to_be_visible()
    hand_in(page, file)
    expect(page.get_by_role("button", name="Bring in 1")).to_be_visible()
    assert not faults, "\n".join(faults)


def test_one_row_is_taken_as_a_recruiter(live_server: Any, user: User, page: Page) -> None:
    factories.RecruiterFactory(owner=user, name="Cleo Marsh")
    hand_in(page, table("Bo Lind,Acme,CFO,,,", "Cleo Marsh,Acme,CFO,,c@acme.example,"))
    page.get_by_role("button", name="Take as a recruiter Bo Lind").click()
    page.get_by_role("button", name="Take as one of my network Bo Lind").click()
    page.get_by_role("button", name="Take as a recruiter Bo Lind").click()
    expect(page.get_by_role("button", name="Take as one of my network Bo Lind")).to_be_visible()
    expect(page.get_by_role("button", name="Leave out Bo Lind")).to_be_visible()
    page.get_by_role("button", name="Bring in 2").click()
    page.get_by_text("It is in.").wait_for()
    assert {one.name for one in Recruiter.objects.of(user)} == {"Bo Lind", "Cleo Marsh"}


def test_it_works_without_scripts(live_server: Any, user: User, plain: Page) -> None:
    hand_in(plain, LINKEDIN)
    plain.get_by_role("button", name="Leave out Bo Lind").click()
    plain.get_by_role("button", name="Take as one of my network Cleo Marsh").click()
    plain.get_by_role("button", name="Bring in 2").click()
    plain.get_by_text("It is in.").wait_for()
    assert Person.objects.of(user).get().name == "Cleo Marsh"
