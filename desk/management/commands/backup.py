"""`manage.py backup FILE`: a copy of everything, made while it runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.backup import BackupError, back_up


class Command(BaseCommand):
    help = (
        "Copy everything (database, uploaded files, the key) into one file, mode 600, while "
        "Wordkeeper runs. See docs/backup.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="write over an existing file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = back_up(options["file"], force=options["force"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{made.path}: {made.rows} rows and {made.files} files, {made.size >> 10} KB. Whoever "
            "has it can read everything: keep it as you would keep the original."
        )
        if not made.has_key:
            self.stdout.write("SECRET_KEY was given from outside and is not in it: keep it, too.")
