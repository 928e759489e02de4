"""Bringing an archive back whole into an account that holds nothing: all of it, or nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import uuid
from array import array
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import DataError, IntegrityError, models, transaction
from django.utils import timezone

from accounts.files import LARGEST, kind_of
from accounts.models import Kit, Preferences, User
from accounts.owned import OwnedModel
from accounts.trash import list_what_is_there
from calls.last_calls import follow
from contacts.models import Recruiter
from desk.archive import kinds, lines
from desk.archive.manifest import AccountArchive
from desk.backup import schema
from desk.backup.archive import BackupError
from desk.backup.copying import in_order
from followups.restored import hold_and_replan

# Rows written at once.
PART = 500


class _Rehearsed(Exception):
    """All went well, and nothing of it is to stay."""


@dataclass(frozen=True)
class BroughtBack:
    """What came of an archive."""

    made_at: dt.datetime  # when it was written, UTC
    rows: dict[str, int]  # by model
    files: int
    held: int  # mails that wait for their owner's word


def bring_back(
    path: Path, owner: User, *, rehearse: bool = False, now: dt.datetime | None = None
) -> BroughtBack:
    """Put what is in the archive at `path` into the account of `owner`, which must be empty.

    1. The file is whole, to the byte, and of no newer version.
    2. The account holds nothing but its preferences and an empty kit, which are replaced.
    3. Every row is looked at, gets a number of this database, and points to the rows it did.
    4. Files come under new random names.
    5. What was unsent and due is held, and the rest planned as things stand here.

    Raises `BackupError`, and then everything is as it was; so it is after a rehearsal.
    """
    moment = now or timezone.now()
    with in_order(path), AccountArchive(path.absolute()) as copy:
        _refuse_unfit(copy)
        copy.verify()
        back = _Back(copy, owner)
        try:
            with transaction.atomic():
                back.make()
                held = hold_and_replan(owner, moment, copied_at=copy.manifest.made_at)
                done = BroughtBack(
                    copy.manifest.made_at, copy.manifest.rows, len(back.stored), held
                )
                if rehearse:
                    raise _Rehearsed
        except _Rehearsed:
            back.remove_files()
        except (IntegrityError, DataError) as error:
            back.remove_files()
            raise BackupError(
                "This archive cannot be brought back: its rows do not fit together."
            ) from error
        except BaseException:
            back.remove_files()
            raise
    return done


def _refuse_unfit(copy: AccountArchive) -> None:
    contents = copy.manifest
    schema.refuse_newer(contents.migrations, what="This archive was made by")
    known = {model._meta.label: model for model in kinds.kept_models()}
    if unknown := contents.rows.keys() - known.keys():
        raise BackupError(
            f"This archive was made by a newer Wordkeeper: {min(unknown)[:60]} is not known here."
        )
    wanted = {kinds.rows_part(known[label]) for label in contents.rows}
    rows = {name for name in contents.parts if name.startswith("rows/")}
    if rows != wanted:
        raise BackupError("This archive is not whole: it tells of rows that are not in it.")


@dataclass
class _Back:
    """One archive on its way in. The numbers of its rows are held, eight bytes each, no row."""

    copy: AccountArchive
    owner: User
    # By model: the id here of each row in the archive, in its order.
    ids: dict[type[OwnedModel], array[int]] = field(default_factory=dict)
    # Where files were put, to be taken away again if it all comes to nothing.
    stored: list[tuple[Any, str]] = field(default_factory=list)
    # What went to the trash together does so here, under a name that nobody else's has.
    groups: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    # Files of the archive that a row has named.
    named: set[str] = field(default_factory=set)

    def make(self) -> None:
        User.objects.select_for_update().get(pk=self.owner.pk)
        _refuse_occupied(self.owner)
        self._account()
        for model in kinds.kept_models():
            if model._meta.label in self.copy.manifest.rows:
                if model in {Preferences, Kit}:
                    model.across_owners.filter(owner=self.owner).delete()
                self._bring(model)
        files = {name for name in self.copy.manifest.parts if name.startswith("files/")}
        if files != self.named:
            raise BackupError("This archive holds a file that belongs to no row of it.")
        follow(self.ids.get(Recruiter, []))
        list_what_is_there(self.owner)

    def _account(self) -> None:
        for name, value in self.copy.manifest.account.items():
            setattr(self.owner, name, value)
        others = {one.name for one in User._meta.fields} - {*kinds.ACCOUNT}
        try:
            self.owner.clean_fields(exclude=others)
            lines.check_language(self.owner.locale)
        except (ValidationError, ValueError) as error:
            raise BackupError("This archive tells of no place and language.") from error
        self.owner.save(update_fields=[*kinds.ACCOUNT])

    def _bring(self, model: type[OwnedModel]) -> None:
        """Write the rows of `model`. What points to rows of the same kind is filled in after."""
        self.ids[model] = array("q")
        later: dict[str, list[tuple[int, int]]] = {}
        batch: list[OwnedModel] = []
        with contextlib.closing(self._rows(model)) as rows:
            for number, made, own in rows:
                for name, target in own.items():
                    later.setdefault(name, []).append((number, target))
                batch.append(made)
                if len(batch) == PART:
                    self._save(model, batch)
                    batch = []
        self._save(model, batch)
        if len(self.ids[model]) != self.copy.manifest.rows[model._meta.label]:
            raise BackupError(
                f"This archive is not whole: rows of {model._meta.label} are missing."
            )
        for name, pairs in later.items():
            for number, target in pairs:
                row = model.across_owners.filter(pk=self.ids[model][number - 1])
                row.update(**{f"{name}_id": self._id_of(model, target)})

    def _save(self, model: type[OwnedModel], batch: list[OwnedModel]) -> None:
        # Past the models' own `save`: nothing is planned, counted or dated anew.
        made = model.objects.bulk_create(batch, batch_size=PART)
        self.ids[model].extend(one.pk for one in made)

    def _rows(self, model: type[OwnedModel]) -> Generator[tuple[int, OwnedModel, dict[str, int]]]:
        """Each row with its number, and what it says of rows of its own kind."""
        part = kinds.rows_part(model)
        with contextlib.closing(self.copy.read(part)) as blocks:
            for number, said in enumerate(lines.read(blocks, part), start=1):
                try:
                    made = lines.row(model, said, self.owner)
                    own = self._join(made, said)
                    if made.trash_group:
                        made.trash_group = self.groups.setdefault(made.trash_group, uuid.uuid4())
                    for file in kinds.files(model):
                        self._put(made, file, number, said.get(file.name))
                except ValueError as error:
                    raise lines.bad(part, number, str(error)) from error
                yield number, made, own

    def _join(self, made: OwnedModel, said: dict[str, Any]) -> dict[str, int]:
        """Let a row point to those it did; which of its own kind is returned, by the field."""
        own = {}
        for one in kinds.relations(type(made)):
            target = said.get(one.name)
            if target is None:
                if not one.null:
                    raise ValueError(f"has no {one.name}")
            elif one.related_model is type(made):
                own[one.name] = target
            else:
                setattr(made, one.attname, self._id_of(one.related_model, target))
        return own

    def _id_of(self, model: Any, number: Any) -> int:
        ids = self.ids.get(model, array("q"))
        if type(number) is not int or not 0 < number <= len(ids):
            raise BackupError("This archive is not whole: a row points to one that is not in it.")
        return ids[number - 1]

    def _put(self, made: OwnedModel, one: models.FileField, number: int, part: Any) -> None:
        """Write the file that goes with a row, if it is of a kind that is taken here at all."""
        if not part:
            setattr(made, one.name, "")
            return
        kept = self.copy.manifest.parts.get(part) if isinstance(part, str) else None
        if kept is None or part != kinds.file_part(type(made), one.name, number):
            raise ValueError("names a file that is not its own")
        if kept.size > LARGEST:
            raise ValueError("has a file that is larger than any")
        content = File(io.BytesIO(b"".join(self.copy.read(part))), name=one.name)
        try:
            kind_of(content)
        except ValidationError as error:
            raise ValueError("has a file of a kind that is not taken") from error
        name = one.storage.save(one.generate_filename(made, one.name), content)
        self.stored.append((one.storage, name))
        self.named.add(part)
        setattr(made, one.name, name)

    def remove_files(self) -> None:
        for storage, name in self.stored:
            storage.delete(name)


def _refuse_occupied(owner: User) -> None:
    kit = Kit.of(owner)
    for model in kinds.kept_models():
        if model in {Preferences, Kit}:
            continue
        if model.across_owners.filter(owner=owner).exists():
            break
    else:
        if kit.is_empty:
            return
    raise BackupError("This account holds something already: an archive goes into an empty one.")
