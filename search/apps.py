from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The room that finds anything: rooms above say how their kinds are found (search/kinds.py)."""

    name = "search"
