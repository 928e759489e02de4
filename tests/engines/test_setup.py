"""What `make setup` ends with: the environment, the settings and a database work together."""

import pytest
from django.core.management import call_command
from django.db import connection


@pytest.mark.django_db
def test_it_stands() -> None:
    call_command("check", databases=["default"])
    assert "accounts_user" in connection.introspection.table_names()
