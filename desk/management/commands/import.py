"""`manage.py import FILE --email E`: an archive, whole, into an account that holds nothing."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.archive import bring_back
from desk.archive.accounts import account
from desk.backup.archive import BackupError


class Command(BaseCommand):
    help = (
        "Bring an archive that `export` has written back into an empty account: all of it or "
        "nothing. See docs/export.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--email", required=True, help="whose account, which must be empty")
        parser.add_argument("--dry-run", action="store_true", help="try all of it, keep nothing")
        parser.add_argument("--json", action="store_true", help="say what came of it as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        rehearse = options["dry_run"]
        try:
            done = bring_back(options["file"], account(options["email"]), rehearse=rehearse)
        except BackupError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        if options["json"]:
            said = {
                "made_at": done.made_at.isoformat(),
                "rows": done.rows,
                "files": done.files,
                "held": done.held,
                "dry_run": rehearse,
            }
            self.stdout.write(json.dumps(said))
            return
        done_it = "Would bring back" if rehearse else "Brought back"
        self.stdout.write(
            f"{done_it} what stood in the archive of {done.made_at:%Y-%m-%d %H:%M} UTC: "
            f"{sum(done.rows.values())} rows, {done.files} files."
        )
        if done.held:
            self.stdout.write(
                f"Held mails: {done.held}. They had not gone when the archive was made and may "
                "have since; they stand on Today and under Reminders."
            )
