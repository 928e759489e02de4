"""Writing an archive: one account's rows, as of one moment, in a file that any version reads.

Ids are numbers from 1 on, model by model, in the order in which the rows were made: the archive
tells nothing of how many rows others have, and is the same again once it was brought back.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import uuid
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db import connection, models, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

import crm
from accounts.models import User
from accounts.owned import OwnedModel
from desk.archive import kinds
from desk.archive.manifest import AccountWriter, Contents
from desk.backup import archive, schema
from desk.backup.archive import BackupError
from desk.backup.copying import in_order
from desk.importing.run import ImportRun

# Rows read at once.
PART = 500


@dataclass(frozen=True)
class Written:
    """What went into an archive."""

    path: Path
    rows: int
    files: int
    missing_files: int
    size: int  # bytes


def archive_to(path: Path, owner: User, *, force: bool = False) -> Written:
    """Write the archive of `owner` to `path`, mode 600, under its name once it is whole.

    Raises `BackupError`: when `path` exists (unless `force`), or the disk will not take it.
    """
    path = path.absolute()
    taken = BackupError(f"{path} exists already; --force writes over it.")
    if path.exists() and not force:
        raise taken
    if not path.parent.is_dir():
        raise BackupError(f"There is no folder {path.parent}.")
    with in_order(path), archive.beside(path, "draft") as draft:
        with archive.new_file(draft) as file:
            contents = write(file, owner)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        try:
            archive.put_in_place(draft, path, replace=force)
        except FileExistsError:
            raise taken from None
    files = sum(name.startswith("files/") for name in contents.parts)
    return Written(path, sum(contents.rows.values()), files, contents.missing_files, size)


def write(file: IO[bytes], owner: User, *, now: dt.datetime | None = None) -> Contents:
    """Write the archive of `owner` into `file`; of any number of rows a few are held at once.

    `now` (UTC) is when it was made.
    """
    with _one_moment(), AccountWriter(file) as writer:
        owner.refresh_from_db()
        contents = Contents(
            made_at=now or timezone.now(),
            version=crm.__version__,
            migrations=schema.applied(),
            account={name: getattr(owner, name) for name in kinds.ACCOUNT},
        )
        numbers = {model: _ids(model, owner) for model in kinds.kept_models()}
        groups: dict[uuid.UUID, uuid.UUID] = {}
        for model, ids in numbers.items():
            if not ids:
                continue
            there: set[str] = set()
            for part, kept in _files(model, owner, ids, contents):
                with kept:
                    writer.add(part, archive.blocks_of(kept), pack=False)
                there.add(part)
            writer.add(kinds.rows_part(model), _lines(model, owner, numbers, groups, there))
            contents.rows[model._meta.label] = len(ids)
        writer.finish(contents)
    return contents


@contextlib.contextmanager
def _one_moment() -> Iterator[None]:
    """All of it as of one moment. On SQLite who writes meanwhile waits for their turn."""
    first = not connection.in_atomic_block
    with transaction.atomic():
        if first and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _rows(model: type[OwnedModel], owner: User) -> models.QuerySet:
    # Not `objects`: what is in the trash goes along. What is hidden until an import is whole does
    # not: here it would be in the trash for good.
    groups = ImportRun.objects.of(owner).values("group")
    rows = model.across_owners.filter(owner=owner).exclude(trash_group__in=groups)
    return rows.order_by("pk")


def _ids(model: type[OwnedModel], owner: User) -> array[int]:
    """Ascending, eight bytes each: the place of an id among them is its number in the archive."""
    return array("q", _rows(model, owner).values_list("pk", flat=True).iterator(PART))


def number_of(ids: array[int], pk: int) -> int:
    place = bisect_left(ids, pk)
    if place == len(ids) or ids[place] != pk:
        raise BackupError("A row of this account points to one that is not its own.")
    return place + 1


def _files(
    model: type[OwnedModel], owner: User, ids: array[int], contents: Contents
) -> Iterator[tuple[str, Any]]:
    for one in kinds.files(model):
        rows = _rows(model, owner).exclude(**{one.name: ""}).values_list("pk", one.name)
        for pk, name in rows.iterator(PART):
            try:
                kept = one.storage.open(name)
            except FileNotFoundError:
                contents.missing_files += 1
                continue
            yield kinds.file_part(model, one.name, number_of(ids, pk)), kept


def _lines(
    model: type[OwnedModel],
    owner: User,
    numbers: dict[Any, array[int]],
    groups: dict[uuid.UUID, uuid.UUID],
    there: set[str],
) -> Iterator[bytes]:
    fields = kinds.kept_fields(model)
    rows = _rows(model, owner).values_list("pk", *(one.attname for one in fields))
    for number, (_pk, *values) in enumerate(rows.iterator(PART), start=1):
        said: dict[str, Any] = {"id": number}
        for one, value in zip(fields, values, strict=True):
            if isinstance(one, models.ForeignKey) and value is not None:
                value = number_of(numbers[one.related_model], value)
            elif isinstance(one, models.FileField):
                part = kinds.file_part(model, one.name, number)
                value = part if part in there else ""
            elif one.name == "trash_group" and value is not None:
                # Numbered, too: in the order in which they are met.
                value = groups.setdefault(value, uuid.UUID(int=len(groups) + 1))
            said[one.name] = value
        # Sorted, also within: PostgreSQL keeps the keys of a JSON in an order of its own.
        text = json.dumps(said, default=_as_text, ensure_ascii=False, sort_keys=True)
        yield text.encode() + b"\n"


def _as_text(value: Any) -> str:
    """Not Django's encoder: it cuts moments to milliseconds."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, uuid.UUID | FieldFile):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be archived yet")
