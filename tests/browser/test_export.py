"""Everything out, in a browser: the password first, then the file, and the page stays."""

from __future__ import annotations

import csv
from typing import Any

from playwright.sync_api import Page

from accounts.models import User
from tests import factories
from tests.factories import PASSWORD


def test_a_table_is_downloaded_once_the_password_is_typed(
    live_server: Any, user: User, phone: Page
) -> None:
    factories.FirmFactory(owner=user, name="Hartwell Search")
    phone.goto("/export/")
    phone.get_by_role("button", name="Download Firms").click()
    phone.get_by_label("Password").fill(PASSWORD)
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/export/")
    with phone.expect_download() as coming:
        phone.get_by_role("button", name="Download Firms").click()
    assert coming.value.suggested_filename.startswith("firms-")
    with open(coming.value.path(), encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["Name"] == "Hartwell Search"
    assert phone.url.endswith("/export/")
