from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The room that finds anything. Its document table and page come with the search itself."""

    name = "search"
