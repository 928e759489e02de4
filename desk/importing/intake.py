"""A file that is handed in: what it is, whether it is taken at all, and the run that it becomes."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.files import LARGEST_POST
from accounts.models import User
from desk.importing import columns, own_tables, reading
from desk.importing.entries import ImportRefused
from desk.importing.run import ImportRun

# Of one user, waiting to be looked at: each has a file on the disk.
MOST_WAITING = 5
# Without one of these columns nobody can be made.
NAMES = frozenset({"name", "first_name", "last_name", "firm"})
A_LOG = gettext_lazy(
    "This looks like a log of calls; calls come in as the XML of SMS Backup & Restore."
)
WORDS = re.compile(r"[^\W\d_]{2,}(?:[ .'’-]+[^\W\d_]+)*\.?")


def take_in(owner: User, file: File[Any], **chosen: Any) -> ImportRun:
    """A run of `file`, saved, and kept on the disk until it is brought in or cancelled.

    What its columns were said to be is remembered from the last table that had the same ones.
    `chosen` are fields of the run. Raises `ImportRefused`, in words; then nothing is kept.
    """
    size = file.size or 0
    if size > LARGEST_POST:
        raise ImportRefused(_("This file is larger than 40 MB."))
    recognised: Any = reading.recognise(file.file, size=size)  # type: ignore[arg-type]
    run = ImportRun(owner=owner, kind=recognised.format, shape=recognised.shape)
    run.recognised = recognised.as_json()
    if recognised.format == "csv":
        run.signature = reading.signature(recognised)
        if run.shape not in own_tables.CIRCLES:
            run.mapping = _remembered(owner, run.signature)
    for name, value in chosen.items():
        setattr(run, name, value)
    if recognised.format == "csv" and not run.mapping and columns.is_log(recognised.headers):
        raise ImportRefused(str(A_LOG))
    if recognised.format == "csv" and (not has_names(columns_of(run)) or _is_foreign(run)):
        run.state = ImportRun.State.COLUMNS
    file.seek(0)
    run.file.save("", file, save=False)
    run.touched_at = timezone.now()
    try:
        run.save()
    except BaseException:
        run.file.storage.delete(run.file.name or "")
        raise
    return run


def refuse_one_too_many(owner: User) -> None:
    """Raises `ImportRefused` where so many wait already that one more should not.

    None of them is dropped for it: what was said of its columns and rows would go unasked.
    """
    rows = ImportRun.objects.of(owner)
    waiting = rows.filter(state__in=(*ImportRun.WAITING, ImportRun.State.READING)).count()
    if waiting >= MOST_WAITING:
        words = ngettext(
            "%(n)s file waits already. Bring one in, or cancel one: they stand first below.",
            "%(n)s files wait already. Bring one in, or cancel one: they stand first below.",
            waiting,
        )
        raise ImportRefused(words % {"n": waiting})


def columns_of(run: ImportRun) -> dict[int, str]:
    """What its columns hold: as its user says, else as was recognised."""
    said = run.mapping or run.recognised.get("mapping", {})
    return {int(at): name for at, name in said.items()}


def has_names(mapping: dict[int, str]) -> bool:
    return bool(NAMES & set(mapping.values()))


def _is_foreign(run: ImportRun) -> bool:
    """Whether people may stand there of whom only the firm was made out: “Imię;Nazwisko;Firma”.

    Words stand left of the firm then, in columns of which nobody has said what they are.
    """
    said = columns_of(run)
    fields = {name: at for at, name in sorted(said.items(), reverse=True)}
    if run.mapping or NAMES & set(fields) != {"firm"}:
        return False
    rows = run.recognised.get("sample", [])
    before = (
        row[at] for row in rows for at in range(min(fields["firm"], len(row))) if at not in said
    )
    return any(WORDS.fullmatch(cell) for cell in before)


def _remembered(owner: User, signature: str) -> dict[str, str]:
    rows = ImportRun.objects.of(owner).filter(signature=signature).exclude(mapping={})
    last = rows.order_by("-created_at", "-pk").first()
    return last.mapping if last else {}
