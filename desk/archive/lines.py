"""The rows in an archive, line by line, each looked at before it becomes a row of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from accounts import archived
from accounts.owned import OwnedModel
from desk.archive import kinds
from desk.backup.archive import BackupError

# Bytes. A sheet that is being typed has 100,000 characters at most, and nothing else as many.
LONGEST = 4 << 20


def read(blocks: Iterable[bytes], part: str) -> Iterator[dict[str, Any]]:
    """The objects in a part, in order. Raises `BackupError` for what is none or too long."""
    number = 0
    for number, line in enumerate(_split(blocks, part), start=1):
        try:
            said = json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise bad(part, number, "is unreadable") from error
        if not isinstance(said, dict) or said.pop("id", None) != number:
            raise bad(part, number, "is not the row that it should be")
        yield said


def bad(part: str, number: int, why: str) -> BackupError:
    return BackupError(f"This archive cannot be brought back: line {number} of {part} {why}.")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _split(blocks: Iterable[bytes], part: str) -> Iterator[bytes]:
    waiting, count = b"", 0
    for block in blocks:
        *lines, waiting = (waiting + block).split(b"\n")
        for line in lines:
            count += 1
            if len(line) > LONGEST:
                raise bad(part, count, "is longer than any row")
            yield line
        if len(waiting) > LONGEST:
            raise bad(part, count + 1, "is longer than any row")
    if waiting:
        raise bad(part, count + 1, "is cut short")


def row(model: type[OwnedModel], said: dict[str, Any], owner: Any) -> OwnedModel:
    """The row that a line tells of, unsaved, without relations and files.

    Raises `ValueError`, in words, for whatever a row of ours could not have been.
    """
    fields = {one.name: one for one in kinds.kept_fields(model)}
    if unknown := said.keys() - fields.keys():
        raise ValueError(f"has the field {min(unknown)[:60]!r}, which this version does not know")
    made = model(owner=owner)
    for name, one in fields.items():
        if isinstance(one, models.ForeignKey | models.FileField):
            continue
        if name in said:
            setattr(made, one.attname, _value(one, said[name]))
        elif not one.has_default() and not one.null and not one.empty_strings_allowed:
            raise ValueError(f"has no {name}")
    for check in archived.checks_of(model._meta.label):
        try:
            check(made)
        except (ValueError, OverflowError) as error:
            raise ValueError(f"cannot be: {error}") from error
    return made


def _value(one: models.Field, value: Any) -> Any:
    if value is None:
        if not one.null:
            raise ValueError(f"has no {one.name}")
        return None
    if isinstance(one, models.CharField | models.TextField) and not isinstance(value, str):
        raise ValueError(f"has no text in {one.name}")
    check_text(value)
    try:
        read = one.to_python(value)
        if one.choices and read not in dict(one.flatchoices) and read not in one.empty_values:
            raise ValueError
        if isinstance(one, models.DateTimeField) and timezone.is_naive(read):
            raise ValueError
        one.run_validators(read)
    except (ValidationError, ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"has something else than a {one.name}") from error
    return read


def check_text(value: Any) -> None:
    """No NUL, which PostgreSQL does not take, and no half of a pair, which no file does."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ValueError("has a sign that is in no text")
    elif isinstance(value, dict):
        for key, inner in value.items():
            check_text(key)
            check_text(inner)
    elif isinstance(value, list):
        for inner in value:
            check_text(inner)


def check_language(code: str) -> None:
    """Raises `ValueError` for what is no language tag."""
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}", code):
        raise ValueError(code)
