"""What the index needs after a migration: SQLite's triggers, and the rows of before it was there."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from search import index
from search.models import SearchDocument, engine


def after_migrate(using: str, *, quiet: bool = False) -> None:
    """Make what is missing. A database that stands between two versions is left alone."""
    if using != "default" or not _has_table() or _is_on_its_way():
        return
    engine().make()
    said = quiet

    def tell(_label: str, _done: int) -> None:
        nonlocal said
        if not said:
            print("  Making what can be found …")
        said = True

    # What was killed midway is finished by the next `migrate`.
    index.complete(tell)


def _has_table() -> bool:
    return SearchDocument._meta.db_table in connection.introspection.table_names()


def _is_on_its_way() -> bool:
    """Whether migrations are left to be applied, by whoever wanted only some."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
