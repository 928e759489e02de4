"""Windows for the browser suite. Whatever a window noticed fails the test that used it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.installations import Installation
from tests.engines.mail_server import MailServer

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")

from tests.browser import windows  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from accounts.models import User
    from contacts.models import Recruiter

Opener = Callable[..., "Page"]

# Milliseconds. Cores are shared: what is waited for has come when it is there, however slowly.
PATIENCE = 60_000
sync_api.expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if windows.path_of_chromium() is None:
        pytest.skip("needs Chromium: apt-get install chromium, or set CHROMIUM to its path")
    # Playwright runs an event loop in this thread, and Django would refuse its database there.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_api.sync_playwright() as playwright:
        browser = windows.launch(playwright)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def session_of(user: User) -> str:
    """The value of a session cookie with which `user` is signed in."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.cookies["wordkeeper"].value


@pytest.fixture
def open_window(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Opener]:
    """Opens windows: on the live server, unless `base_url` names another place.

    `user=` signs in. `expect={404}` names statuses that the test means to meet.
    """
    watches: list[windows.Watch] = []
    with ExitStack() as stack:

        def open_one(
            *, base_url: str = "", user: User | None = None, expect: Any = (), **options: Any
        ) -> Page:
            session = session_of(user) if user else None
            base_url = base_url or request.getfixturevalue("live_server").url
            page, watch = stack.enter_context(
                windows.window(chromium, base_url, session=session, **options)
            )
            watch.expected.update(expect)
            watches.append(watch)
            page.set_default_timeout(PATIENCE)
            page.watch = watch  # type: ignore[attr-defined]
            return page

        yield open_one
    faults = [fault for watch in watches for fault in watch.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(live_server: Any, user: User, open_window: Opener) -> Page:
    """A desktop on which `user` is signed in."""
    return open_window(user=user)


@pytest.fixture
def phone(live_server: Any, user: User, open_window: Opener) -> Page:
    return open_window(user=user, size="phone")


@pytest.fixture
def plain(live_server: Any, user: User, open_window: Opener) -> Page:
    """The same without JavaScript."""
    return open_window(user=user, javascript=False)


@pytest.fixture
def installation(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation with a data folder of its own, on SQLite; whatever it started is stopped.

    All share their collected static files: to compress them takes seconds.
    """
    static = tmp_path_factory.getbasetemp() / "static"
    static.mkdir(exist_ok=True)
    one = Installation(tmp_path, static=static)
    yield one
    one.stop()


@pytest.fixture
def mail_server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    request.node.user_properties.append(("uses", "smtp"))
    with MailServer() as server:
        yield server


@pytest.fixture
def engine_is_well(db: None) -> None:
    """No banner about a worker that does not run."""
    from django.utils import timezone

    from followups.models import Heartbeat

    Heartbeat.beat(Heartbeat.ENGINE, timezone.now())


@pytest.fixture
def jane(user: User) -> Recruiter:
    """Somebody known: she has rung before, and I owe her two names."""
    from contacts.models import Firm
    from tests import factories

    firm = factories.FirmFactory(owner=user, name="Hartwell Search", kind=Firm.Kind.RETAINED)
    jane = factories.RecruiterFactory(owner=user, name="Jane Doe", firm=firm)
    factories.PhoneFactory(owner=user, recruiter=jane, number="+12125550100")
    factories.CallFactory(owner=user, recruiter=jane, firm=firm, notes="a COO search in Leeds")
    factories.PromiseFactory(owner=user, recruiter=jane, firm=firm, what="send two names")
    factories.RecruiterFactory(owner=user, name="Janus Quill")
    return jane
