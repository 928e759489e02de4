"""What `make setup` ends with: lock files, settings and a database work together."""

import re

import pytest
from django.core.management import call_command
from django.db import connection

from tests.engines.servers import PROJECT

PINNED = r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?: ; [^\\]+?)? \\"
HASH = r"    --hash=sha256:[0-9a-f]{64}(?: \\)?"


@pytest.mark.django_db
def test_it_stands() -> None:
    call_command("check", databases=["default"])
    assert "accounts_user" in connection.introspection.table_names()


def pinned(lock: str) -> set[tuple[str, str]]:
    found = set()
    for line in (PROJECT / lock).read_text().splitlines():
        if match := re.fullmatch(PINNED, line):
            found.add((match["name"], match["version"]))
        else:
            assert re.fullmatch(HASH, line), line
    return found


def test_the_locks_hold_names_versions_and_hashes_and_agree() -> None:
    """No address: whoever installs uses the registry of their own choice."""
    run, develop = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert "pytest" in dict(develop)
    assert "pytest" not in dict(run)
    assert run <= develop
