"""What the links of a mail open, in a browser in which nobody is signed in."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Preferences, User
from followups.links import Link, Purpose
from followups.models import Promise
from tests.browser.conftest import Opener
from tests.browser.test_every_page import LOOKS, faults_of, looks_of
from tests.factories import FirmFactory, PromiseFactory, RecruiterFactory


@pytest.fixture
def promise(user: User) -> Promise:
    firm = FirmFactory(owner=user, name="Quillon & Sons, Executive Search and Interim Management")
    recruiter = RecruiterFactory(owner=user, name="Zebediah Pike-Featherstonehaugh", firm=firm)
    what = "Send the names of two or three people for the interim role in Rotterdam"
    return PromiseFactory(owner=user, recruiter=recruiter, firm=firm, what=what)


@LOOKS
def test_its_pages_are_well(
    live_server: Any, user: User, promise: Promise, open_window: Opener, size: str
) -> None:
    now = timezone.now()
    page = open_window(size=size, expect={404})
    keep = f"/act/{Link.about(Purpose.KEEP, promise, now).token}/"
    snooze = f"/act/{Link.about(Purpose.SNOOZE, promise, now).token}/"
    mute = f"/act/{Link.to_mute(user.pk, now).token}/"
    faults = []
    for path in (mute, keep, f"{snooze}?until=pick"):
        faults += [f"{path}: {fault}" for fault in faults_of(page, path)]
    page.fill("[name=due_on]", "2001-01-01")
    page.get_by_role("button", name="Move", exact=True).click()
    page.locator(".field--bad").wait_for()
    faults += looks_of(page)
    page.goto(keep)
    page.get_by_role("button", name="Kept", exact=True).click()
    page.get_by_role("button", name="open it again").wait_for()
    faults += looks_of(page)
    page.goto("/act/unknown/")
    faults += looks_of(page)
    assert not faults, "\n".join(faults)
    assert Promise.objects.of(user).get().state == "kept"


@LOOKS
def test_the_app_says_well_that_mails_are_off(
    live_server: Any,
    user: User,
    engine_is_well: None,
    open_window: Opener,
    size: str,
) -> None:
    page = open_window(user=user, size=size)
    faults = []
    for path in ("/", "/settings/"):
        Preferences.objects.of(user).get().mute()
        faults += [f"{path}: {fault}" for fault in faults_of(page, path)]
        page.get_by_role("button", name="Turn on again").first.click()
        page.get_by_text("go out by mail again").wait_for()
        assert not Preferences.objects.of(user).get().is_muted
    assert not faults, "\n".join(faults)
