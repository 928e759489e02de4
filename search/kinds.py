"""What can be found, and how: each room registers its kinds when it is ready."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet


@dataclass(frozen=True)
class Document:
    """A row as it is found: its title, what tells it apart, its text, its moment (UTC)."""

    title: str
    moment: dt.datetime
    hint: str = ""
    body: str = ""
    # Found by, though not shown: another name, a number's raw form.
    also: str = ""
    # Numbers to call, in E.164.
    numbers: tuple[str, ...] = ()
    # Of what it is: pairs of a kind's name and an id, none of them None.
    about: tuple[tuple[str, int | None], ...] = ()
    is_veiled: bool = False


@dataclass(frozen=True)
class Names:
    """A row of `model` whose `fields` stand in documents of the rows that `lookup` leads from."""

    model: type[Model]
    lookup: str
    fields: frozenset[str] = frozenset({"name"})


@dataclass(frozen=True)
class Part:
    """A row of `model` stands in the document of the row that its `holder` names."""

    model: type[Model]
    holder: str


@dataclass(frozen=True)
class Kind:
    """How rows of `model` are found. `number` is its own for ever, from 0 to 15.

    `document` makes a row, read with what `reads` asks for, into what is found; None for a row
    that is not to be found. `address` leads to a row by its id.
    """

    name: str
    number: int
    label: Any  # of several, translated when it is shown
    model: type[Model]
    document: Callable[[Any], Document | None]
    address: Callable[[int], str]
    reads: Callable[[QuerySet], QuerySet] = lambda rows: rows
    follows: tuple[Names | Part, ...] = ()
    # Fields that no document is made of.
    ignores: frozenset[str] = frozenset()
    # Found by a misspelled name, too.
    is_named: bool = False
    # What else can be sought by: "only what is about them".
    is_whom: bool = False


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """From a room's `AppConfig.ready`. Raises `ValueError` for a number that is taken."""
    from search import following

    if any(kind.number == one.number and kind.name != one.name for one in _kinds.values()):
        raise ValueError(f"{kind.name}: the number {kind.number} is another kind's")
    _kinds[kind.name] = kind
    following.follow(kind)


def all_kinds() -> Iterable[Kind]:
    """In the order in which they are shown."""
    return sorted(_kinds.values(), key=lambda kind: kind.number)


def named(name: str) -> Kind | None:
    return _kinds.get(name)


def known_as(name: str) -> Kind:
    """As `named`, for a name of our own. Raises `KeyError`."""
    return _kinds[name]
