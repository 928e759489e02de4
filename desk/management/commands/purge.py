"""`manage.py purge`: the trash without what has been in it for 30 days."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.purge import PurgeFailed, purge


class Command(BaseCommand):
    help = (
        "Delete for good what was thrown away 30 days ago or before. It happens by itself once a "
        "day while Wordkeeper runs. See docs/trash.md."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            gone = purge()
        except PurgeFailed as error:
            raise CommandError(f"Not all of it was done, the log says why: {error}") from error
        self.stdout.write(f"Rows deleted for good: {gone}")
