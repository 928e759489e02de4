"""A browser that dies in the middle of a call loses nothing older than two seconds.

    KILLED_SHEETS=200 SEED=7 python -m pytest -s tests/browser/test_killed_browser.py

Sheets are typed into at random, field by field, and Chromium is killed with SIGKILL wherever that
happens to be. Ten of them in the suite, 200 in `make audit`; the seed is printed.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page

from accounts.models import User
from desk.models import Draft
from tests.browser import windows
from tests.browser.conftest import Opener, session_of

SHEETS = int(os.environ.get("KILLED_SHEETS", "10"))
SEED = int(os.environ.get("SEED", random.randrange(10**6)))
# Seconds.
MUST_HOLD = 2.0
SHORTEST, LONGEST = 2.2, 5.0
# Letters, well within what every one of the fields takes.
MOST = 80

WORDS = (
    "Jane Doe rang from Hartwell Search about the CFO seat in Leeds; reports to the chair, "
    "retained, client withheld. Müller & Söhne — “quoted”, 日本, 50 % < 60 %. "
).split()
FIELDS = ("who", "firm", "phone", "position", "notes", "location", "next_step", "bad_words")


@dataclass
class Typed:
    """What stood in each field, and since when (`time.monotonic()`)."""

    states: dict[str, list[tuple[float, str]]] = field(default_factory=dict)

    def note(self, name: str, value: str) -> None:
        self.states.setdefault(name, []).append((time.monotonic(), value))

    def may_be(self, name: str, killed_at: float) -> list[str]:
        """What may stand there again: its state two seconds before the end, or any later one."""
        before = [value for at, value in self.states[name] if at <= killed_at - MUST_HOLD]
        after = [value for at, value in self.states[name] if at > killed_at - MUST_HOLD]
        return [before[-1] if before else "", *after]


@contextlib.contextmanager
def mortal(kind: BrowserType, folder: Path) -> Iterator[tuple[Browser, int]]:
    """A Chromium in a process group of its own, with the number of that group."""
    command = [
        *(windows.path_of_chromium() or "", *windows.ARGUMENTS, "--headless=new"),
        *("--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"),
    ]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, process_group=0
    )
    assert process.stderr is not None
    try:
        lines = iter(process.stderr.readline, "")
        address = next(match[1] for line in lines if (match := re.search(r"on (ws://\S+)", line)))
        yield kind.connect_over_cdp(address), process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()


def type_until(page: Page, chance: random.Random, moment: float) -> Typed:
    """Type here and there until `moment` (`time.monotonic()`), as fast as somebody types."""
    typed = Typed()
    texts: dict[str, str] = {}
    while time.monotonic() < moment:
        name = chance.choice([one for one in FIELDS if len(texts.get(one, "")) < MOST])
        box = page.locator(f"[name={name}]")
        box.focus()
        for letter in f"{chance.choice(WORDS)} ":
            if time.monotonic() >= moment:
                break
            page.keyboard.insert_text(letter)
            texts[name] = texts.get(name, "") + letter
            typed.note(name, texts[name])
            time.sleep(chance.uniform(0.01, 0.08))
    return typed


def missing(page: Page, typed: Typed, killed_at: float) -> list[str]:
    """The fields of which too much is gone, as the user finds them again from Today."""
    page.goto("/")
    drafts = page.get_by_role("link", name="Go on")
    if drafts.count():
        drafts.first.click()
        page.wait_for_url(re.compile("draft="))
    else:
        page.goto("/calls/new/")
    lost = []
    for name in typed.states:
        found = page.locator(f"[name={name}]").input_value()
        if found not in (allowed := typed.may_be(name, killed_at)):
            lost.append(f"{name}: {found!r}, and it was {allowed[0]!r} for two seconds")
    return lost


def test_a_killed_browser_loses_nothing_older_than_two_seconds(
    live_server: Any,
    user: User,
    engine_is_well: None,
    chromium: Browser,
    open_window: Opener,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance = random.Random(SEED)
    cookie = {"name": "wordkeeper", "value": session_of(user), "url": live_server.url}
    survivor = open_window(user=user)
    lost, typed_fields = [], 0
    for number in range(SHEETS):
        with mortal(chromium.browser_type, tmp_path / f"{number}") as (browser, group):
            browser.contexts[0].add_cookies([cookie])  # type: ignore[list-item]
            page = browser.contexts[0].new_page()
            page.goto(f"{live_server.url}/calls/new/")
            page.locator("details#ask").evaluate("fold => fold.open = true")
            typed = type_until(page, chance, time.monotonic() + chance.uniform(SHORTEST, LONGEST))
            killed_at = time.monotonic()
            os.killpg(group, signal.SIGKILL)
        typed_fields += len(typed.states)
        lost += missing(survivor, typed, killed_at)
        Draft.across_owners.all().delete()
    with capsys.disabled():
        print(f"\n  {SHEETS} sheets, {typed_fields} fields, seed {SEED}: {len(lost)} lost")
    assert not lost, "\n".join([f"seed {SEED}", *lost])
