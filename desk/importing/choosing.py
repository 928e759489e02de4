"""What a user says of single rows of the preview: this one is a recruiter, that one a friend.

It is kept with the run, by the row's place in the file, so that a file that is read anew is judged
by it, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from desk.importing import staging, work
from desk.importing.entries import Circle, Contact, Labelled
from desk.importing.run import ImportRow, ImportRun
from desk.importing.staging import CHOSEN

State, Verdict = ImportRun.State, ImportRow.Verdict
# What is judged again when it is somebody else.
JUDGED = (
    *("what", "verdict", "name", "hint", "why", "data", "target", "target_version"),
    *("fills", "differs", "only_differs"),
)
PEOPLE: Mapping[str, Circle] = {
    ImportRow.What.RECRUITER: Circle.RECRUITER,
    ImportRow.What.PERSON: Circle.PERSON,
}


def other_of(row: ImportRow, run: ImportRun) -> str:
    """What its user may say that it is, or ""; of what is known that stands already."""
    is_open = row.verdict == Verdict.NEW or str(row.at) in run.recognised.get(CHOSEN, {})
    if not is_open or row.twin_of is not None or row.what not in PEOPLE:
        return ""
    return str(next(one for one in PEOPLE.values() if one != PEOPLE[row.what]))


def choose(row: ImportRow, circle: str) -> bool:
    """Let it be a recruiter, or one of my network; False where that is not to be chosen.

    1. Somebody new to whom no other row adds is judged again alone.
    2. Else all is read anew: what is known of them is not in the row, nor what the others say.
    """
    with transaction.atomic():
        run = ImportRun.objects.of(row.owner_id).select_for_update().get(pk=row.run_id)
        if run.state != State.READY or other_of(row, run) != circle:
            return False
        chosen = run.recognised.get(CHOSEN, {}) | {str(row.at): circle}
        run.recognised |= {CHOSEN: chosen}
        row.run = run
        rows = ImportRow.objects.of(row.owner_id).filter(run=run)
        if row.verdict == Verdict.NEW and not rows.filter(twin_of=row.at).exists():
            _judge(row, run, circle)
            return True
        work.move(run, (State.READY,), State.READING, recognised=run.recognised, why="")
    work.start(run)
    return True


def _judge(row: ImportRow, run: ImportRun, circle: str) -> None:
    owner = User.objects.get(pk=row.owner_id)
    said = row.data
    entry = Contact(
        at=row.at,
        name=said["name"],
        firm=said.get("firm", ""),
        title=said.get("title", ""),
        notes=said.get("notes", ""),
        phones=tuple(Labelled(*one) for one in said.get("phones", [])),
        emails=tuple(Labelled(*one) for one in said.get("emails", [])),
        circle=Circle(circle),
    )
    [judged] = staging.matcher_of(run, owner).judge(run, [entry])
    for name in JUDGED:
        setattr(row, name, getattr(judged, name))
    values = {name: getattr(row, name) for name in JUDGED}
    ImportRow.objects.of(owner).filter(pk=row.pk).update(**values)
    run.counts = staging.count(run)
    runs = ImportRun.objects.of(owner).filter(pk=run.pk)
    runs.update(recognised=run.recognised, counts=run.counts)
