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
from django.db.models import Exists, OuterRef

from search import words
from search.kinds import Document, Kind, all_kinds, known_as
from search.models import TAG, SearchDocument, Words, engine, place_of

# Rows read, and documents written, at once.
PART = 500


class _State(threading.local):
    """What waits to be made anew in this thread."""

    def __init__(self) -> None:
        self.depth = 0
        self.marked: dict[str, set[int]] = defaultdict(set)
        # Of those, rows that were made here: nobody else sees them yet.
        self.new: dict[str, set[int]] = defaultdict(set)
        # Rows about to be deleted together, whose followers are marked already.
        self.told: dict[type[models.Model], set[int]] = defaultdict(set)


_state = _State()


def mark(kind: Kind, pks: Iterable[int], *, new: bool = False) -> None:
    """Make these documents anew when the outermost `gathered` ends. `new`: of rows just made."""
    pks = set(pks)
    _state.marked[kind.name] |= pks
    if new:
        _state.new[kind.name] |= pks


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
                _state.new.clear()
                _state.told.clear()


def _bring_up_to_date() -> None:
    fresh: list[SearchDocument] = []
    # In one order always: whoever holds documents waits only for such as come later.
    for kind in all_kinds():
        pks = sorted(_state.marked.pop(kind.name, ()))
        for at in range(0, len(pks), PART):
            fresh += _made_anew(kind, pks[at : at + PART])
            if len(fresh) >= PART:
                _write(fresh)
                fresh = []
    _write(fresh)


def _made_anew(kind: Kind, pks: list[int]) -> list[SearchDocument]:
    """The documents of these rows; those of rows that are gone, or in the trash, go."""
    if known := sorted(set(pks) - _state.new.get(kind.name, set())):
        engine().hold(kind.name, known)
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


# What a row can change. Made anew a document is one to be found, however it was made (search/ahead.py).
WRITTEN = "owner title hint body happened_at is_veiled place words trash_group".split()


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
    tags += (about_tag(known_as(name), pk) for name, pk in document.about if pk is not None)
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


def about_tag(kind: Kind, pk: int) -> str:
    """Of a kind that is registered, never of what somebody sent: it stands in the engine's query."""
    return f"{TAG}a{kind.name}{pk:d}"


# All of it ---------------------------------------------------------------------------------------


Progress = Callable[[str, int], None]


def rebuild(progress: Progress = lambda label, done: None) -> int:
    """Make every document anew, of everybody; returns how many rows were gone through.

    Part by part, so that others can write meanwhile. Whatever ends it midway leaves the rest as it
    was; whoever runs it again makes it whole.
    """
    _take_out_forgotten_kinds()
    total = sum(_fill(kind, _all_of(kind), progress) for kind in all_kinds())
    _take_out_what_is_gone()
    return total


def complete(progress: Progress = lambda label, done: None) -> int:
    """Make the documents that are missing, part by part; returns how many rows had none."""
    _take_out_forgotten_kinds()
    return sum(_fill(kind, _without_document(kind), progress) for kind in all_kinds())


def _fill(kind: Kind, rows: models.QuerySet, progress: Progress) -> int:
    done, last = 0, 0
    while pks := _next(rows, last):
        _make_part(kind, pks)
        last, done = pks[-1], done + len(pks)
        progress(str(kind.label), done)
    return done


def _make_part(kind: Kind, pks: list[int]) -> None:
    with transaction.atomic():
        # Of a row that has no document yet there is none to be held.
        engine().keep_out_others()
        _write(_made_anew(kind, pks))


def _next(rows: models.QuerySet, after: int) -> list[int]:
    return list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:PART])


def _all_of(kind: Kind) -> models.QuerySet:
    return kind.model._base_manager.filter(trashed_at=None)


def _without_document(kind: Kind) -> models.QuerySet:
    theirs = SearchDocument.across_owners.filter(kind=kind.name, object_id=OuterRef("pk"))
    return _all_of(kind).filter(~Exists(theirs))


def _take_out_what_is_gone() -> None:
    """Documents of rows that are no more, or in the trash."""
    documents = SearchDocument.across_owners
    for kind in all_kinds():
        theirs = documents.filter(kind=kind.name)
        gone = theirs.filter(~Exists(_all_of(kind).filter(pk=OuterRef("object_id"))))
        while pks := list(gone.order_by("object_id").values_list("object_id", flat=True)[:PART]):
            _make_part(kind, pks)


def _take_out_forgotten_kinds() -> None:
    """First of all: one that has another name now would stand in its own way."""
    names = [kind.name for kind in all_kinds()]
    forgotten = SearchDocument.across_owners.exclude(kind__in=names)
    while ids := list(forgotten.values_list("pk", flat=True)[:PART]):
        SearchDocument.across_owners.filter(pk__in=ids).delete()


def leave_no_trace() -> None:
    """Words that no document has any more go from the files of the index, too."""
    engine().leave_no_trace()
