from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SearchConfig(AppConfig):
    """The room that finds anything: rooms above say how their kinds are found (search/kinds.py)."""

    name = "search"

    def ready(self) -> None:
        from accounts import archived

        archived.leave_out("search.SearchDocument", "it is made anew of the other rows")
        archived.leave_out("search.HiddenGroup", "it says what is not found for a minute")
        post_migrate.connect(_keep_whole, sender=self, dispatch_uid="search")


def _keep_whole(using: str = "default", verbosity: int = 1, **kwargs: Any) -> None:
    """After each `migrate`: what SQLite has lost is made again; rows of before come in."""
    from search import upkeep

    upkeep.after_migrate(using, quiet=verbosity < 1)
