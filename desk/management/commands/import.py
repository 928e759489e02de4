"""`manage.py import FILE --email E`: what the import page does, without a browser."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from desk.archive import bring_back
from desk.archive.accounts import account
from desk.backup.archive import BackupError
from desk.importing import archives, intake, reading, staging, wording, work
from desk.importing.entries import ImportRefused
from desk.importing.run import ImportRow, ImportRun

# How a table of columns is told on the command line: “Who=name” or “3=phone”, from 1.
MAP_HELP = (
    "what a column holds, such as “Who=name” or “3=phone” (columns count from 1); repeatable"
)

# As the page says it.
NOTHING = "There is nothing in it. The file has a beginning, and no row below it."


class Command(BaseCommand):
    help = (
        "Bring in contacts (CSV, vCard), calls of a telephone (XML), or an archive that `export` "
        "has written, which goes into an empty account: all of it or nothing. See docs/import.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--email", required=True, help="whose account")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--json", action="store_true", help="say what came of it as JSON")
        parser.add_argument(
            "--as",
            dest="circle",
            choices=[str(one) for one in ImportRun.Circle],
            default=str(ImportRun.Circle.TITLES),
            help="what contacts become that do not say it themselves",
        )
        parser.add_argument("--overwrite", action="store_true", help="overwrite what differs")
        parser.add_argument(
            "--map", action="append", default=[], metavar="COL=FIELD", help=MAP_HELP
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            owner = account(options["email"])
            with options["file"].open("rb") as file:
                recognised = reading.recognise(file, size=options["file"].stat().st_size)
        except OSError as error:
            raise CommandError(f"The file cannot be opened: {error.strerror}.") from error
        except (BackupError, ImportRefused) as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        if recognised.format == archives.ARCHIVE:
            self._bring_back(owner, options)
        else:
            self._bring_in(owner, recognised, options)

    # Contacts and calls --------------------------------------------------------------------------

    def _bring_in(self, owner: User, recognised: Any, options: dict[str, Any]) -> None:
        chosen: dict[str, Any] = {"circle": options["circle"], "overwrites": options["overwrite"]}
        if options["map"]:
            chosen["mapping"] = _mapping(options["map"], recognised)
        try:
            with options["file"].open("rb") as opened:
                run = intake.take_in(owner, File(opened, name="import"), **chosen)
        except ImportRefused as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        try:
            said = self._work(run, dry_run=options["dry_run"])
        except BaseException:
            run.refresh_from_db()
            work.cancel(run)
            raise
        if options["json"]:
            self.stdout.write(json.dumps(said))
            return
        if not said["preview"]:
            self.stdout.write(NOTHING)
        for name, count in said["preview"].items():
            self.stdout.write(f"{ImportRow.Verdict(name).label}: {count}")
        if said["left_out"]:
            self.stdout.write(said["left_out"])
        for row in said["rows"]:
            self.stdout.write(f"  number {row['at']}, {row['name']}: {row['why']}")
        if not options["dry_run"]:
            brought = ", ".join(f"{label} {n}" for label, n in said["brought"].items())
            self.stdout.write(f"Brought in: {brought or 'nothing new'}.")

    def _work(self, run: ImportRun, *, dry_run: bool) -> dict[str, Any]:
        if run.state == ImportRun.State.COLUMNS:
            raise CommandError("Say with --map which column holds the names. Nothing was changed.")
        work.work(run)
        self._refuse(run, ImportRun.State.READY)
        said: dict[str, Any] = {
            "format": run.kind,
            "shape": run.shape,
            "preview": run.counts,
            "dry_run": dry_run,
            "rows": _told(run),
            "left_out": wording.left_out(run),
            "would_bring_in": staging.count_taken(run),
            "brought": {},
        }
        if dry_run:
            work.cancel(run)
            return said
        work.move(run, (ImportRun.State.READY,), ImportRun.State.BRINGING_IN, why="")
        work.work(run)
        self._refuse(run, ImportRun.State.DONE)
        return said | {"brought": run.brought, "run": run.pk}

    def _refuse(self, run: ImportRun, wanted: str) -> None:
        run.refresh_from_db()
        if run.state != wanted:
            why = run.why or "Somebody else is at work on it."
            raise CommandError(f"{why} Nothing was changed.")

    # An archive ----------------------------------------------------------------------------------

    def _bring_back(self, owner: User, options: dict[str, Any]) -> None:
        rehearse = options["dry_run"]
        try:
            done = bring_back(options["file"], owner, rehearse=rehearse)
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


MOST_TOLD = 50


def _told(run: ImportRun) -> list[dict[str, Any]]:
    """The first of those that cannot be brought in, and why."""
    verdicts = (ImportRow.Verdict.UNCLEAR, ImportRow.Verdict.UNREADABLE)
    rows = ImportRow.objects.of(run.owner_id).filter(run=run, verdict__in=verdicts)
    return list(rows.order_by("at").values("at", "verdict", "name", "why")[:MOST_TOLD])


def _mapping(said: list[str], recognised: Any) -> dict[str, str]:
    """Columns, from 0, to fields. Raises `CommandError` for a column or a field there is none of."""
    mapping: dict[str, str] = {}
    headers = {header.strip().casefold(): at for at, header in enumerate(recognised.headers)}
    for one in said:
        column, _equals, field = one.rpartition("=")
        column, field = column.strip(), field.strip()
        if field not in reading.FIELDS:
            raise CommandError(f"There is no field “{field}”: {', '.join(reading.FIELDS)}.")
        at = headers.get(column.casefold())
        if at is None and column.isascii() and column.isdigit() and 0 < int(column[:6]):
            at = int(column[:6]) - 1
        if at is None:
            raise CommandError(f"There is no column “{column}” in the file.")
        mapping[str(at)] = field
    return mapping
