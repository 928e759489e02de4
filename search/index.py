"""The index: documents made of rows, and made anew when a row is changed (search/following.py).

    with gathered():
        …  # many changes, of which each document is made anew once, at the end

Whatever is read for a document is read from the database, so that the index is what `rebuild` would
make of it, whatever was changed on an object and not saved.
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, cast

from django.db import models, transaction

from search import words
from search.kinds import Document, Kind, all_kinds
from search.models import TAG, SearchDocument, Words, engine, place_of

# Rows read, and documents written, at once.
PART = 500


class _State(threading.local):
    """What waits to be made anew in this thread."""

    def __init__(self) -> None:
        self.depth = 0
        self.marked: dict[str, set[int]] = defaultdict(set)
        # Rows about to be deleted together, whose followers are marked already.
        self.told: dict[type[models.Model], set[int]] = defaultdict(set)


_state = _State()


def mark(kind: Kind, pks: Iterable[int]) -> None:
    """Make these documents anew when the outermost `gathered` ends."""
    _state.marked[kind.name].update(pks)


def tell(model: type[models.Model], pks: Iterable[int]) -> None:
    _state.told[model].update(pks)


def is_told(model: type[models.Model], pk: int) -> bool:
    return pk in _state.told.get(model, ())


@contextlib.contextmanager
def gathered() -> Iterator[None]:
    """Changes within are brought to the index together, in one transaction with them."""
    with transaction.atomic(savepoint=False):
        _state.depth += 1
        try:
            yield
            if _state.depth == 1:
                _bring_up_to_date()
        finally:
            _state.depth -= 1
            if not _state.depth:
                _state.marked.clear()
                _state.told.clear()


def _bring_up_to_date() -> None:
    kinds = {kind.name: kind for kind in all_kinds()}
    fresh: list[SearchDocument] = []
    for name in list(_state.marked):
        kind = kinds[name]
        pks = sorted(_state.marked.pop(name))
        for at in range(0, len(pks), PART):
            fresh += _made_anew(kind, pks[at : at + PART])
            if len(fresh) >= PART:
                _write(fresh)
                fresh = []
    _write(fresh)


def _made_anew(kind: Kind, pks: list[int]) -> list[SearchDocument]:
    """The documents of these rows; those of rows that are gone, or in the trash, go."""
    made = [row for row in map(_document_of(kind), _rows(kind, pks)) if row is not None]
    gone = set(pks) - {row.object_id for row in made}
    if gone:
        SearchDocument.across_owners.filter(kind=kind.name, object_id__in=gone).delete()
    return made


def _rows(kind: Kind, pks: Iterable[int]) -> Iterable[Any]:
    rows = kind.model._base_manager.filter(pk__in=pks, trashed_at=None)
    return kind.reads(rows)


def _write(documents: list[SearchDocument]) -> None:
    if documents:
        SearchDocument.across_owners.bulk_create(
            documents,
            update_conflicts=True,
            unique_fields=["kind", "object_id"],
            update_fields=WRITTEN,
        )


WRITTEN = (
    "owner title hint body happened_at is_veiled place words".split()  # what a row can change
)


# One document ------------------------------------------------------------------------------------


def _document_of(kind: Kind) -> Callable[[Any], SearchDocument | None]:
    def made(row: Any) -> SearchDocument | None:
        document = kind.document(row)
        if document is None:
            return None
        return SearchDocument(
            owner_id=row.owner_id,
            kind=kind.name,
            object_id=row.pk,
            title=document.title,
            hint=document.hint,
            body=document.body,
            happened_at=document.moment,
            is_veiled=document.is_veiled,
            place=place_of(document.moment, row.pk, kind.number),
            words=cast(Any, words_in(kind, row.owner_id, document)),
        )

    return made


def words_in(kind: Kind, owner_id: int, document: Document) -> Words:
    """Its tags, the words of its title, and the others, as both engines look for them."""
    rest = " \n".join((document.hint, document.body, document.also))
    title = [*words.words_of(document.title), *words.joined_in(document.title)]
    body = [*words.words_of(rest), *words.joined_in(rest)]
    tags = [owner_tag(owner_id), kind_tag(owner_id, kind)]
    tags += (about_tag(name, pk) for name, pk in document.about if pk is not None)
    texts = f"{document.title} \n{rest}"
    numbers = chain(map(words.digits_of, document.numbers), words.numbers_in(texts))
    tags += (f"{TAG}n{end}" for number in dict.fromkeys(numbers) for end in words.ends_of(number))
    if kind.is_named:
        tags += (f"{TAG}m{left}" for word in title for left in sorted(words.shortened(word)))
    return list(dict.fromkeys(tags)), words.fitting(title), words.fitting(body)


def owner_tag(owner_id: int) -> str:
    return f"{TAG}o{owner_id}"


def kind_tag(owner_id: int, kind: Kind) -> str:
    """Of one owner: so that other people's rows are passed over at once."""
    return f"{TAG}o{owner_id}k{kind.number}"


def about_tag(kind: str, pk: int) -> str:
    return f"{TAG}a{kind}{pk}"


# All of it ---------------------------------------------------------------------------------------


def rebuild(progress: Callable[[str, int], None] = lambda label, done: None) -> int:
    """Make every document anew, of everybody; returns how many there are. All or nothing."""
    total = 0
    with transaction.atomic():
        engine().empty()
        for kind in all_kinds():
            done, last = 0, 0
            while pks := _next(kind, last):
                _write(_made_anew(kind, pks))
                last, done = pks[-1], done + len(pks)
                progress(str(kind.label), done)
            total += done
    return total


def _next(kind: Kind, after: int) -> list[int]:
    rows = kind.model._base_manager.filter(pk__gt=after, trashed_at=None).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:PART])


def is_missing() -> bool:
    """Whether there are rows to be found, and no document at all."""
    if SearchDocument.across_owners.exists():
        return False
    return any(kind.model._base_manager.filter(trashed_at=None).exists() for kind in all_kinds())


def leave_no_trace() -> None:
    """Words that no document has any more go from the files of the index, too."""
    engine().leave_no_trace()
