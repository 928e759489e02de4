"""What the tests of the reminder engine share: moments, plans in local time, a mail server."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import time_machine

from crm.environment import MailServer
from tests.engines import mail_server
from tests.followups.certificates import write_certificate

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
def smtp(request: pytest.FixtureRequest) -> Iterator[mail_server.MailServer]:
    """A real SMTP server, which can be told to fail."""
    request.node.user_properties.append(("uses", "smtp"))
    with mail_server.MailServer() as server:
        yield server


@pytest.fixture
def way(smtp: mail_server.MailServer) -> MailServer:
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


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timeouts of tenths of a second; the order between them stays as it is."""
    from followups import transport

    monkeypatch.setattr(transport, "VERB_TIMEOUT", 0.3)
    monkeypatch.setattr(transport, "GREETING_DEADLINE", 0.8)
    monkeypatch.setattr(transport, "MAIL_DEADLINE", 1.0)
    monkeypatch.setattr(transport, "GOODBYE_DEADLINE", 0.2)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("certificate") / "server.pem"
    write_certificate(file)
    return file


@pytest.fixture
def certified(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS for “localhost”, whose certificate is trusted here."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def at():
    """Set the clock: `at("2026-03-02 09:00")`; it stands still between two settings."""
    traveller = time_machine.travel(utc("2026-03-02 07:30"), tick=False)
    clock = traveller.start()
    yield lambda text: clock.move_to(utc(text))
    traveller.stop()
