"""An archive that comes in by the import page: tried as a whole first, and then brought back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from desk.archive import bring_back
from desk.backup.archive import BackupError
from desk.importing.entries import ImportRefused
from desk.importing.run import ImportRun

ARCHIVE = "archive"
# It comes back in one piece, and says nothing until it has.
LONGEST = dt.timedelta(hours=1)
# Counted for nobody: what follows from other rows, or is no thing of its own.
NOT_TOLD = {
    "accounts.preferences",
    "accounts.kit",
    "accounts.trashgroup",
    "followups.reminder",
    "followups.reschedule",
    "followups.mail",
    "followups.usedlink",
    "calls.stagechange",
}


def rehearse(run: ImportRun) -> None:
    """All of it is tried and taken back, so that the preview says what will be."""
    run.becomes(ImportRun.State.READY, counts=_bring(run, rehearse=True))


def bring_in(run: ImportRun) -> None:
    with transaction.atomic():
        # Together: killed in between, it would be refused by what it had brought back itself.
        brought = _bring(run, rehearse=False)
        run.becomes(ImportRun.State.DONE, brought=brought, done_at=timezone.now())


def _bring(run: ImportRun, *, rehearse: bool) -> dict[str, int]:
    run.goes_on(lease=LONGEST)
    owner = User.objects.get(pk=run.owner_id)
    try:
        done = bring_back(Path(run.file.path), owner, rehearse=rehearse)
    except BackupError as error:
        raise ImportRefused(str(error)) from error
    labels = {label.lower(): count for label, count in done.rows.items() if count}
    return {label: count for label, count in labels.items() if label not in NOT_TOLD}
