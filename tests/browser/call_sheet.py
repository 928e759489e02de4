"""The call sheet in a window: typed into, sent, saved or refused."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

from django.utils import timezone
from playwright.sync_api import Locator, Page, Response, expect

from calls.models import Call

SHEET = "/calls/new/"
SAVE = re.compile("^Save the call$")


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


def in_full(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}, 16:00"
