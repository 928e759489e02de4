"""Everything out, in a browser: the password first, then the file, and the page stays."""

from __future__ import annotations

import csv
from typing import Any

from playwright.sync_api import Page

from accounts.models import User
from tests import factories
from tests.factories import PASSWORD


def type_the_password(phone: Page) -> None:
    phone.goto("/export/")
    phone.get_by_role("button", name="Download Firms").click()
    phone.get_by_label("Password").fill(PASSWORD)
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/export/?chosen=firms")


def test_a_table_is_downloaded_once_the_password_is_typed(
    live_server: Any, user: User, phone: Page
) -> None:
    factories.FirmFactory(owner=user, name="Hartwell Search")
    type_the_password(phone)
    with phone.expect_download() as coming:
        phone.get_by_role("button", name="Download Firms").click()
    assert coming.value.suggested_filename.startswith("firms-")
    with open(coming.value.path(), encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["Name"] == "Hartwell Search"
    assert phone.url.endswith("/export/?chosen=firms")


def test_two_tables_are_downloaded_one_right_after_the_other(
    live_server: Any, user: User, phone: Page
) -> None:
    type_the_password(phone)
    for name in ("Firms", "Calls"):
        with phone.expect_download(timeout=6000) as coming:
            phone.get_by_role("button", name=f"Download {name}").click()
        assert coming.value.suggested_filename.startswith(name.lower())
        phone.wait_for_timeout(700)


def test_a_double_press_is_one_download(live_server: Any, user: User, phone: Page) -> None:
    type_the_password(phone)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.method))
    with phone.expect_download():
        phone.get_by_role("button", name="Download Firms").dblclick()
    phone.wait_for_timeout(700)
    assert asked.count("POST") == 1
