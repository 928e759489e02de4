"""What can be found: one row for everything, of all kinds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedModel

# Tags, words of the title, other words: what both engines look into.
Words = tuple[list[str], list[str], list[str]]
# No word that somebody can type begins so.
TAG, TITLE = "_", "="


class WordsField(models.TextField):
    """The words of a document: its tags, those of its title, the rest.

    Three lines on SQLite, which triggers hand on to FTS5; a tsvector on PostgreSQL. Either is made
    of the very same words. It is written and searched, never read.

    A word of the title is there a second time, marked as such: asked for by a weight or a column,
    both engines would look through all texts in which the word stands somewhere.
    """

    def db_type(self, connection: Any) -> str | None:
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_internal_type(self) -> str:
        return "TextField"

    def db_check(self, connection: Any) -> str | None:
        return None

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if not isinstance(value, tuple):
            return value
        return as_vector(value) if connection.vendor == "postgresql" else as_lines(value)

    def formfield(self, **kwargs: Any) -> None:
        return None


def as_lines(words: Words) -> str:
    """`words` as three lines: tags and marked words, the title, the rest."""
    tags, title, body = words
    marked = [*tags, *(f"{TITLE}{word}" for word in title)]
    return "\n".join(" ".join(line) for line in (marked, title, body))


# PostgreSQL keeps no more of one word.
MOST_POSITIONS = 255


def as_vector(words: Words) -> str:
    """`words` as PostgreSQL writes a tsvector: tags without a place, all others with theirs.

    Words are letters and digits alone, so that quotes need no thought.
    """
    tags, title, body = words
    places: dict[str, list[str]] = {}
    for at, word in enumerate(title, 1):
        places.setdefault(word, []).append(str(at))
        places.setdefault(f"{TITLE}{word}", []).append(str(at))
    # A phrase does not run on from the title into the rest.
    for at, word in enumerate(body, len(title) + 2):
        places.setdefault(word, []).append(str(at))
    parts = ["'" + "' '".join(dict.fromkeys(tags)) + "'"] if tags else []
    parts += [f"'{word}':{','.join(at[:MOST_POSITIONS])}" for word, at in places.items()]
    return " ".join(parts)


class SearchDocument(OwnedModel):
    """One thing that can be found. It follows from its row, and is made anew from that.

    Nobody edits it, and of what is in the trash there is none.
    """

    is_derived = True

    kind = models.CharField(_("kind"), max_length=20)
    object_id = models.PositiveBigIntegerField()
    title = models.TextField(_("title"), blank=True)
    # With whom, or where: what tells it from its namesakes.
    hint = models.TextField(blank=True)
    body = models.TextField(_("text"), blank=True)
    happened_at = models.DateTimeField()
    # What is said of pay is found, and not shown before it is asked for.
    is_veiled = models.BooleanField(default=False)
    # Its number in the order of time (see `place_of`), and in SQLite's table of words.
    place = models.BigIntegerField(unique=True)
    words = WordsField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("what can be found")
        verbose_name_plural = _("what can be found")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="one_document_a_row")
        ]
        indexes = [
            models.Index(fields=["owner", "-place"], name="document_by_time"),
            models.Index(fields=["owner", "kind", "-place"], name="document_by_kind_and_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class HiddenGroup(OwnedModel):
    """Documents that bear this group are not to be found yet (search/ahead.py)."""

    is_derived = True

    group = models.UUIDField(unique=True, editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("what is not found yet")
        verbose_name_plural = _("what is not found yet")

    def __str__(self) -> str:
        return f"group {self.pk}"


# Said in SQL of a document by both engines.
IS_SHOWN = '(trash_group IS NULL OR trash_group NOT IN (SELECT "group" FROM search_hiddengroup))'


def kind_number_at(place: int) -> int:
    """The number of the kind that stands at this place."""
    return place & ((1 << KINDS) - 1)


FIRST_MINUTE = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
MINUTES, ROWS, KINDS = 28, 31, 4  # bits; together 63, as a number in a database has


def place_of(moment: dt.datetime, object_id: int = 0, kind: int = 0) -> int:
    """Where a row stands in the order of time: its minute, then its id, then the kind's number.

    FTS5 gives rows by their number and nothing else without looking at all of them.
    """
    minutes = (moment - FIRST_MINUTE) // dt.timedelta(minutes=1)
    minutes = min(max(minutes, 0), (1 << MINUTES) - 1)
    return (minutes << ROWS | object_id % (1 << ROWS)) << KINDS | kind


def engine() -> Any:
    """The module that looks into the words, of the database that is used."""
    from search import postgresql, sqlite

    return postgresql if connection.vendor == "postgresql" else sqlite
