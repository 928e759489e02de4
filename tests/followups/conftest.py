"""What the tests of the reminder engine share: moments, plans in local time, a mail server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import hypothesis
import pytest

from crm.environment import MailServer
from tests.engines import servers

# Slow is no failure: two cores are shared.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _stays() -> Iterator[None]:
    """A test that asks the engine to leave must not stop those after it."""
    yield
    from followups.delivery import leaving

    leaving.clear()


@pytest.fixture
def smtp(request: pytest.FixtureRequest) -> Iterator[servers.MailServer]:
    """A real SMTP server, which can be told to fail."""
    request.node.user_properties.append(("uses", "smtp"))
    with servers.MailServer() as server:
        yield server


@pytest.fixture
def way(smtp: servers.MailServer) -> MailServer:
    """`smtp` as the settings would name it."""
    return way_to(smtp.port)


def way_to(port: int, **changes: object) -> MailServer:
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "",
        "password": "",
        "sender": "wordkeeper@example.org",
    }
    return MailServer(**{**values, **changes})  # type: ignore[arg-type]


def utc(text: str) -> dt.datetime:
    """“2026-03-02 17:00” in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
