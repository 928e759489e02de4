"""`manage.py export FILE --email E`: all of one account in one file that any version reads."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.archive import archive_to
from desk.archive.accounts import account
from desk.backup.archive import BackupError


class Command(BaseCommand):
    help = (
        "Write everything that one account holds, uploaded files included, into one archive, "
        "mode 600. See docs/export.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--email", required=True, help="whose account")
        parser.add_argument("--force", action="store_true", help="write over an existing file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            owner = account(options["email"])
            done = archive_to(options["file"], owner, force=options["force"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{done.path}: {done.rows} rows and {done.files} files, {done.size >> 10} KB. Whoever "
            "has it can read everything: keep it as you would keep the original."
        )
        if done.missing_files:
            self.stdout.write(f"Files that were not there any more: {done.missing_files}.")
