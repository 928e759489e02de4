"""Which tables a database has, by the migrations that were applied to it."""

from __future__ import annotations

from django.core.cache import caches
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from desk.backup.archive import BackupError

Migrations = list[tuple[str, str]]

MIGRATIONS_TABLE = MigrationRecorder.Migration._meta.db_table
SESSIONS_TABLE = "django_session"


def applied() -> Migrations:
    """What was applied to the database that Django's connection stands on, oldest first."""
    rows = MigrationRecorder(connection)
    if not rows.has_table():
        return []
    found = rows.migration_qs.order_by("pk").values_list("app", "name")
    return [(app, name) for app, name in found]


def passing_tables() -> set[str]:
    """Tables that nobody misses: who is signed in just now, and what is counted just now."""
    cache = caches["default"]
    in_database = isinstance(cache, BaseDatabaseCache)
    return {SESSIONS_TABLE, cache._table if in_database else "cache"}  # type: ignore[attr-defined]


def refuse_newer(migrations: Migrations, *, what: str) -> MigrationLoader:
    """Raises `BackupError` if this version of Wordkeeper does not know all `migrations`."""
    loader = MigrationLoader(None, replace_migrations=False)
    unknown = [node for node in migrations if node not in loader.graph.nodes]
    if unknown:
        raise BackupError(
            f"{what} a newer Wordkeeper than this one ({unknown[0][0]} {unknown[0][1]} is not "
            "known here): bring this one up to date first."
        )
    for node in migrations:
        for parent in loader.graph.node_map[node].parents:
            if parent.key not in migrations:
                raise BackupError(f"{what} no whole Wordkeeper: {parent.key[1]} is missing.")
    return loader


def tables(migrations: Migrations, *, what: str) -> list[str]:
    """The tables that hold rows once these were applied, but for those that nobody misses."""
    loader = refuse_newer(migrations, what=what)
    state = loader.project_state(migrations)
    names = {
        model._meta.db_table
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return sorted(names - passing_tables())
