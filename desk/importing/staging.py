"""Reading a file into rows that say what would be done with each: the preview."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts import inserting
from accounts.models import User
from desk.importing import archives
from desk.importing.calls import CallMatcher
from desk.importing.entries import Circle
from desk.importing.matching import Matcher
from desk.importing.my_firms import MyFirms
from desk.importing.put_away import PutAway
from desk.importing.run import ImportRow, ImportRun

# Rows compared and written at once.
PART = 500
# In what was recognised of a file: who its user says that single rows are (desk/importing/choosing).
CHOSEN = "chosen"

State = ImportRun.State


def stage(run: ImportRun) -> None:
    """Read the file of a run that was taken, and leave it ready to be looked at.

    1. What an earlier reading has left goes; what its user left out stays so, or took along.
    2. Part by part rows are read, compared with what is known, and written.

    Killed midway it is begun again. Raises `ImportRefused` where the file cannot be read, and
    `Superseded` where the run was cancelled.
    """
    if run.kind == archives.ARCHIVE:
        archives.rehearse(run)
        return
    said = dict(_rows(run).filter(verdict__in=ImportRow.TAKEN).values_list("at", "is_left_out"))
    forget_rows(run)
    run.goes_on(read_at=timezone.now(), done=0, of=0)
    owner = User.objects.get(pk=run.owner_id)
    matcher = matcher_of(run, owner)
    done = 0
    left_out: Counter[int] = Counter()
    for part in _parts(_entries(run, left_out)):
        rows = matcher.judge(run, part)
        for row in rows:
            row.is_left_out = said.get(row.at, row.is_left_out)
        done += len(rows)
        with transaction.atomic():
            inserting.let_be_begun_anew()
            run.goes_on(done=done)
            inserting.insert(rows)
    recognised = run.recognised | {"left_out": {str(at): left_out[at] for at in sorted(left_out)}}
    run.becomes(State.READY, counts=count(run), done=done, of=done, recognised=recognised)


def matcher_of(run: ImportRun, owner: User) -> Any:
    if run.kind == "call_log":
        return CallMatcher(owner)
    chosen = {int(at): Circle(one) for at, one in run.recognised.get(CHOSEN, {}).items()}
    told = PutAway.of(owner), MyFirms(owner)
    return Matcher(owner, run.circle, run.overwrites, *told, chosen)


def _entries(run: ImportRun, left_out: Counter[int] | None = None) -> Iterator[Any]:
    from desk.importing import reading

    said = {name: value for name, value in run.recognised.items() if name != CHOSEN}
    recognised = reading.Recognised.from_json(said)
    mapping = {int(at): name for at, name in run.mapping.items()} if run.mapping else None
    with run.file.open("rb") as file:
        yield from reading.read(
            cast(BinaryIO, file), recognised, mapping=mapping, left_out=left_out
        )


def _parts(entries: Iterable[Any]) -> Iterator[list[Any]]:
    for part in itertools.batched(entries, PART):
        yield list(part)


def _rows(run: ImportRun) -> Any:
    return ImportRow.objects.of(run.owner_id).filter(run=run)


def count(run: ImportRun) -> dict[str, int]:
    """How many rows of each verdict."""
    found = _rows(run).order_by().values_list("verdict").annotate(n=Count("pk"))
    return dict(found)


def count_taken(run: ImportRun) -> int:
    """How many would be brought in: what adds to a row that is left out is left out with it."""
    left_out = _rows(run).filter(is_left_out=True).values("at")
    return taken(run).filter(Q(twin_of=None) | ~Q(twin_of__in=left_out)).count()


def taken(run: ImportRun) -> Any:
    return _rows(run).filter(Q(is_left_out=False), verdict__in=ImportRow.TAKEN)


def choose_overwriting(run: ImportRun, overwrites: bool) -> None:
    """Let what differs be overwritten, or not: rows with nothing else then change, or are known."""
    verdicts = ImportRow.Verdict
    with transaction.atomic():
        ImportRun.objects.of(run.owner_id).filter(pk=run.pk).update(overwrites=overwrites)
        _rows(run).filter(only_differs=True).update(
            verdict=verdicts.CHANGES if overwrites else verdicts.SAME
        )
        run.overwrites, run.counts = overwrites, count(run)
        ImportRun.objects.of(run.owner_id).filter(pk=run.pk).update(counts=run.counts)


def forget_rows(run: ImportRun) -> None:
    """What was read goes, part by part."""
    while pks := list(_rows(run).order_by("pk").values_list("pk", flat=True)[: 4 * PART]):
        with transaction.atomic():
            _rows(run).filter(pk__in=pks)._raw_delete(ImportRow.across_owners.db)
