"""Make the search index anew from all rows: `manage.py reindex`."""

from typing import Any

from django.core.management.base import BaseCommand

from search import index
from search.models import engine


class Command(BaseCommand):
    help = (
        "Make what the search finds anew, from all rows. It is kept with every change, so this is "
        "needed only after rows were written past Wordkeeper."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        def tell(label: str, done: int) -> None:
            if options["verbosity"] > 0:
                self.stdout.write(f"\r{label}: {done:,}", ending="")
                self.stdout.flush()

        engine().make()
        total = index.rebuild(tell)
        self.stdout.write(self.style.SUCCESS(f"\n{total:,} rows can be found."))
