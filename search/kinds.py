"""What can be found, and how: each room registers its kinds when it is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User


@dataclass(frozen=True)
class Found:
    """One thing that was found: its name, what tells it from its namesakes, its page."""

    name: str
    hint: str
    url: str


@dataclass(frozen=True)
class Kind:
    """`find` gives the best few of an owner's rows for some letters, the best first."""

    label: Any  # translated when it is shown
    find: Callable[[User, str], list[Found]]


_kinds: dict[str, Kind] = {}


def register(name: str, label: Any, find: Callable[[User, str], list[Found]]) -> None:
    _kinds[name] = Kind(label, find)


def results(owner: User, text: str) -> list[tuple[Any, list[Found]]]:
    """What `owner` has for `text`, by kind; kinds of which there is nothing are left out."""
    if not text.strip():
        return []
    by_kind = [(kind.label, kind.find(owner, text)) for kind in _kinds.values()]
    return [(label, found) for label, found in by_kind if found]
