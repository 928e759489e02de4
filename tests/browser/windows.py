"""Chromium, and windows in it that notice whatever a user should never meet.

Used by the browser suite and by docs/pictures.py.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Whatever wants to leave this machine is noted, and does not.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
SIZES = {"small": (320, 640), "phone": (360, 800), "desktop": (1440, 900)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# Chromium says this of every answer that is no success; whether one was expected is for us to say.
FAILED_TO_LOAD = "Failed to load resource: the server responded with a status of "
# A page that is left drops what it was still asking for. A request that fails says more than this.
LEFT = ("htmx:sendAbort", "htmx:afterRequest")


def path_of_chromium() -> str | None:
    given = os.environ.get("CHROMIUM")
    names = [given] if given else NAMES
    return next((found for name in names if (found := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(
        executable_path=path_of_chromium(), args=ARGUMENTS, headless=True
    )


@dataclass
class Watch:
    """What went wrong in a window: errors, broken policy, answers nobody expected, other hosts."""

    host: str
    # Beyond success and 422, which a refused form answers.
    expected: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    # The addresses of whole pages that were loaded, in order.
    navigations: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> Self:
        context.on("request", self._on_request)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("response", self._on_response)
        context.on("page", lambda page: page.on("framenavigated", self._on_navigation))
        return self

    def _on_request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self.host:
            self.faults.append(f"request to another host: {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.text.startswith((FAILED_TO_LOAD, *LEFT)):
            return
        if message.type in {"error", "warning"}:
            where = message.page.url if message.page else "?"
            self.faults.append(f"{message.type} on {where}: {message.text}")

    def _on_response(self, response: Response) -> None:
        status = response.status
        if status >= 400 and status not in {422, *self.expected}:
            self.faults.append(f"{status} {response.request.method} {response.url}")

    def _on_navigation(self, frame: Any) -> None:
        if frame.parent_frame is None and frame.url != "about:blank":
            self.navigations.append(frame.url)


@contextlib.contextmanager
def window(
    browser: Browser,
    base_url: str,
    *,
    size: str = "desktop",
    scheme: str = "light",
    javascript: bool = True,
    session: str | None = None,
    **options: Any,
) -> Iterator[tuple[Page, Watch]]:
    """A fresh window on `base_url`, signed in if the value of a session cookie is given.

    The phone has fingers: rules for coarse pointers hold there.
    """
    width, height = SIZES[size]
    touch = size != "desktop"
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=javascript,
        has_touch=touch,
        is_mobile=touch,
        locale="en-GB",
        **options,
    )
    if session:
        context.add_cookies([{"name": "wordkeeper", "value": session, "url": base_url}])
    watch = Watch(host=urlsplit(base_url).netloc).over(context)
    try:
        yield context.new_page(), watch
    finally:
        context.close()
