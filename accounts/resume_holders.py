"""How many hold which résumé. Whom it went to is known in higher rooms: desk says how to count."""

from __future__ import annotations

from collections.abc import Callable, Collection

from accounts.models import User

# Of these résumés of that user (by id), how many people or firms have each.
Count = Callable[[User, Collection[int]], dict[int, int]]

_counts: list[Count] = []


def register(count: Count) -> None:
    """Called once, by the room that knows (in `AppConfig.ready`)."""
    _counts[:] = [count]


def count(owner: User, resumes: Collection[int]) -> dict[int, int]:
    """How many hold each of `resumes`; one that nobody holds may be left out."""
    return _counts[0](owner, resumes) if _counts else {}
