"""`manage.py restore FILE`: everything as it was when the copy was made."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from desk.backup import BackupError, registry, restore


class Command(BaseCommand):
    help = (
        "Put a backup in the place of everything that is here. Reminders that fell due since it "
        "was made are held, and nothing is sent again without being asked. See docs/backup.md."
    )
    # A damaged database is one that this is for.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--force",
            action="store_true",
            help="even where accounts are (they are kept as a backup) or something runs",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = restore(options["file"], force=options["force"])
        except BackupError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        self.stdout.write(
            f"Restored as of {done.made_at:%Y-%m-%d %H:%M} UTC: {done.rows} rows, {done.files} "
            "files. Everybody signs in anew."
        )
        if done.held:
            self.stdout.write(
                f"Held mails: {done.held}. They had not gone when the copy was made and may have "
                "since; they stand on Today and under Reminders."
            )
        if done.kept:
            self.stdout.write(f"What was here before is in {done.kept}")
        since = registry.wishes(since=done.made_at)
        if since:
            paths = ", ".join(
                f"{reverse('desk:person_detail', args=[one.person])} ({one.at:%Y-%m-%d})"
                for one in since
            )
            self.stdout.write(f"Anonymised since, and named again in this copy: {paths}")
        self.stdout.write(
            "A copy does not know who was anonymised after it was made: do it again for them."
        )
        if not done.same_key:
            self.stdout.write(
                "The copy was made under another SECRET_KEY: set that one again, or type the mail "
                "server's password anew; links in mails that were sent do not work."
            )
