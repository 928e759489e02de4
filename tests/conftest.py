"""What every test stands on: a data folder of its own, fast passwords, two accounts.

Settings read the environment when they are imported, so it is set here, before Django is. The
database and the broker are the caller's choice (`DATABASE_URL`, `REDIS_URL`); everything else
that somebody's shell may hold is left out, so that a run says the same everywhere.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import hypothesis
import pytest

from tests.examples import TIMES

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

# A worker of xdist inherits the environment of the process that started it.
STARTED_HERE = "PYTEST_XDIST_WORKER" not in os.environ
if STARTED_HERE:
    os.environ["WORDKEEPER_DATA"] = tempfile.mkdtemp(prefix="wordkeeper-tests-")
DATA = Path(os.environ["WORDKEEPER_DATA"])
(DATA / "static").mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is not there
for name in (
    *("ALLOWED_HOSTS", "DEBUG", "EMAIL_URL", "HOST", "PORT", "PUBLIC_URL", "SECRET_KEY"),
    *("STATIC_ROOT", "TRUSTED_PROXIES"),
):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

# What decides whether a change lands says the same each time: the examples follow from the test.
# `make audit` looks for what nobody has thought of: EXAMPLES=20 are twenty times as many, and
# others every time. Slow is no failure: cores are shared.
hypothesis.settings.register_profile(
    "suite", deadline=None, derandomize=TIMES == 1, max_examples=100 * TIMES
)
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    if DATA.resolve() != settings.DATA_DIR:
        # DJANGO_SETTINGS_MODULE in pyproject.toml, or --ds, would do that.
        pytest.exit(
            f"Settings were loaded too early: tests would write to {settings.DATA_DIR}.", 4
        )
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in real life: in memory, threads would share locks that know no waiting.
        database.setdefault("TEST", {})["NAME"] = str(DATA / "test.sqlite3")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks for no database says the same on any."""
    for item in items:
        asks = "db" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db")
        if not asks and "engines" not in item.path.parts:
            item.add_marker("once")


def pytest_unconfigure(config: pytest.Config) -> None:
    if STARTED_HERE:
        shutil.rmtree(DATA, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _tables_are_emptied_and_no_more() -> Iterator[None]:
    """After a test that commits, `flush` makes content types and permissions anew, for which
    nothing here asks: half a second each time."""
    with mock.patch("django.core.management.commands.flush.emit_post_migrate_signal"):
        yield


@pytest.fixture(autouse=True)
def _own_limits() -> None:
    """Rate limits are counted in the cache, and Redis does not forget them with a transaction.

    A prefix for each test rather than `clear`, which would empty the whole of it: the tests of
    a parallel worker, or whatever else somebody keeps in the Redis that they named.
    """
    from django.core.cache import caches

    caches["default"].key_prefix = uuid.uuid4().hex


@pytest.fixture
def user(db: None) -> User:
    from tests.factories import UserFactory

    return UserFactory(email="ann@example.org", time_zone="Europe/London")


@pytest.fixture
def other(user: User) -> User:
    """Somebody else with an account here. Not one of their words may reach `user`."""
    from tests.factories import UserFactory

    return UserFactory(email="bob@example.org", time_zone="Europe/London")


@pytest.fixture
def client(user: User) -> Client:
    """A browser in which `user` is signed in."""
    from django.test import Client

    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def anonymous(user: User) -> Client:
    """A browser in which nobody is signed in, where an account exists."""
    from django.test import Client

    return Client()
