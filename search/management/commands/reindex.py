"""Make the search index anew from all rows: `manage.py reindex`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from search import index
from search.models import engine


class Command(BaseCommand):
    help = (
        "Make what the search finds anew, from all rows. It is kept with every change, so this is "
        "needed only after rows were written past Wordkeeper. Others can write meanwhile; if it is "
        "stopped, run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from-nothing",
            action="store_true",
            help="Take everything out first. Until it is done, only what is in again is found.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        def tell(label: str, done: int) -> None:
            if options["verbosity"] > 0:
                self.stdout.write(f"\r{label}: {done:,}", ending="")
                self.stdout.flush()

        engine().make()
        if options["from_nothing"]:
            with transaction.atomic():
                engine().empty()
        total = index.rebuild(tell)
        self.stdout.write(self.style.SUCCESS(f"\n{total:,} rows can be found."))
