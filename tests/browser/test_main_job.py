"""The main job, end to end: everything real but the telephone.

`manage.py up` on a data folder of its own, Chromium for the hands, an SMTP server for the mailbox.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import time
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.engines.installations import Installation, Running
from tests.engines.mail_server import MailServer
from tests.engines.servers import until

EMAIL, PASSWORD = "ann@example.org", "a long enough secret"
# Half an hour off, so that no mistake about zones can hide in whole hours.
ZONE = ZoneInfo("Asia/Kolkata")
# To fill in the form and save it, seconds; what is due sooner is promised a minute later.
TIME_TO_TYPE = 20
# Arrival is awaited so long. How late it was is reported, and judged where figures are measured.
PATIENCE = 180


@pytest.fixture
def running(installation: Installation, mail_server: MailServer) -> Running:
    return installation.up(EMAIL_URL=mail_server.url)


def make_the_first_account(page: Page) -> None:
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Welcome")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Your time zone").fill(ZONE.key)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("link", name="Log the first call")).to_be_visible()


def log_a_call(page: Page, due: dt.datetime) -> None:
    page.get_by_role("link", name="Log the first call").click()
    page.get_by_label("Who is calling?").fill("Jane Doe")
    page.get_by_label("Firm").fill("Hartwell Search")
    page.get_by_label("Their number").fill("+1 212 555 0100")
    page.get_by_role("button", name="I call back").click()
    page.get_by_text("From the calendar").click()
    page.locator("[name=promises-0-due_on]").fill(f"{due:%Y-%m-%d}")
    page.locator("[name=promises-0-due_time]").fill(f"{due:%H:%M}")
    page.get_by_role("button", name=re.compile("^Save the call$")).click()
    expect(page.locator("h1")).to_have_text("Jane Doe, Hartwell Search")


def next_minute() -> dt.datetime:
    """The next full minute that leaves time to type, on the user's clock."""
    later = dt.datetime.now(ZONE) + dt.timedelta(seconds=TIME_TO_TYPE)
    return later.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)


def test_a_call_is_logged_and_its_reminder_comes_by_mail(
    installation: Installation,
    mail_server: MailServer,
    running: Running,
    open_window: Opener,
    record_property: pytest.RecordProperty,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = open_window(base_url=installation.url)
    make_the_first_account(page)
    due = next_minute()
    log_a_call(page, due)
    assert time.time() < due.timestamp(), "the test itself was too slow to promise anything"
    assert mail_server.mails == []

    # The mail comes at its moment, not before.
    (mail,) = mail_server.wait_for_mails(1, within=PATIENCE)
    lateness = mail.at - due.timestamp()
    record_property("lateness_seconds", round(lateness, 2))
    with capsys.disabled():
        print(f"\n  the reminder came {lateness:.1f} s after its moment")
    assert lateness >= 0

    # It says who, when on the user's clock, which number, and leads back.
    assert mail.recipients == (EMAIL,)
    message = mail.message
    text_part, html_part = message.get_body(("plain",)), message.get_body(("html",))
    assert text_part is not None
    assert html_part is not None
    for words in (text_part.get_content(), html_part.get_content()):
        assert "Jane Doe" in words
        assert "Hartwell Search" in words
        assert f"{due:%H:%M}" in words
        assert "Asia/Kolkata" in words
        assert "tel:+12125550100" in words
    assert "Jane" not in message["Subject"]
    link = re.search(rf"{re.escape(installation.url)}/promises/\d+/", text_part.get_content())
    assert link is not None
    assert link[0] in html_part.get_content()
    page.goto(link[0])
    expect(page.locator("h1")).to_have_text("Call back")
    expect(page.locator("main")).to_contain_text("Jane Doe")

    # Its row says that it went, and what the server answered.
    page.goto("/reminders/?show=gone")
    row = page.locator(".row", has_text="Jane Doe")
    expect(row).to_contain_text("sent")
    expect(row).to_contain_text("250 2.0.0 taken")
    assert [one.at for one in mail_server.given] == [mail.at]


def test_a_worker_that_dies_is_told_on_the_terminal_and_on_today(
    installation: Installation, running: Running, open_window: Opener
) -> None:
    page = open_window(base_url=installation.url)
    make_the_first_account(page)
    until(lambda: installation.status("/readyz") == 200, "the engine is not ready")
    page.reload()
    expect(page.locator(".banner:visible")).to_have_count(0)
    first = running.child("celery")
    os.kill(first, signal.SIGKILL)
    running.wait_for(
        "the worker process died (exit code -9, SIGKILL); it is started again in 1 s."
    )
    until(lambda: running.child("celery") != first, "the worker is not back")
    until(
        lambda: "worker" in json.loads((installation.data / "supervisor.json").read_text()),
        "no note",
    )
    page.goto("/")
    expect(page.locator(".banner:visible")).to_contain_text("The worker stopped at")
    expect(page.locator(".banner:visible")).to_contain_text("started again")


def test_a_test_reminder_goes_the_whole_way_and_says_so(
    installation: Installation, mail_server: MailServer, running: Running, open_window: Opener
) -> None:
    page = open_window(base_url=installation.url)
    make_the_first_account(page)
    page.goto("/settings/")
    page.get_by_role("button", name="Send me a test").click()
    # The page asks again by itself until it has gone.
    standing = page.locator("#standing")
    expect(standing.locator(".chip")).to_have_text("sent", timeout=60_000)
    expect(standing).to_contain_text("250 2.0.0 taken")
    expect(page.locator("#live")).to_have_text("sent")
    assert mail_server.wait_for_mails(1)[0].recipients == (EMAIL,)


def test_ways_in_by_mail_exist_where_there_is_a_mail_server(
    installation: Installation, mail_server: MailServer, running: Running, open_window: Opener
) -> None:
    page = open_window(base_url=installation.url)
    make_the_first_account(page)
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.locator("h1")).to_have_text("Sign in")
    page.get_by_role("link", name="Mail me a code instead").click()
    page.locator("[name=email]").fill(EMAIL)
    page.get_by_role("button", name="Mail it").click()
    (mail,) = mail_server.wait_for_mails(1)
    body = mail.message.get_body(("plain",))
    assert body is not None
    code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", body.get_content(), re.MULTILINE)
    assert code is not None, body.get_content()
    page.locator("[name=code]").fill(code[1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Log the first call")).to_be_visible()
