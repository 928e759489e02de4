"""`manage.py purge`: the trash without what has been in it for 30 days."""

from typing import Any

from django.core.management.base import BaseCommand

from desk.purge import purge


class Command(BaseCommand):
    help = (
        "Delete for good what was thrown away 30 days ago or before. It happens by itself once a "
        "day while Wordkeeper runs. See docs/trash.md."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Rows deleted for good: {purge()}")
