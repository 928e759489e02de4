"""What an installation needs besides its tables' migrations."""

from django.core.management import call_command


def make_cache_table(using: str = "default", **kwargs: object) -> None:
    """Make the cache's table where the cache is the database (it is, without Redis).

    Rate limits count there; without the table each sign-in would fail.
    """
    call_command("createcachetable", database=using, verbosity=0)
