"""SQLite's engine: FTS5, over the words that are made in `search.words`.

The table of words keeps no text of its own; triggers hand it what is written into the documents.
SQLite drops triggers with their table, and a migration that changes a table makes it anew: so all
of it is made after every `migrate` (search/apps.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import connection, transaction

from search.models import IS_SHOWN
from search.query import Ask, Group, Term, written

# It walks through all that match from the newest on, of whichever kind they are.
BY_KIND = False
TABLE = "search_words"
SOURCE = "search_searchdocument"
# Words come folded and parted by blanks; beyond ASCII all is a letter to this tokenizer.
MAKE = f"""
    CREATE VIRTUAL TABLE {TABLE} USING fts5(
        tags, title, body, content='', tokenize="ascii tokenchars '_='", prefix='1 2 3 4 5 6 7 8'
    )
"""


def _columns(words: str) -> str:
    """The three lines of `words`, an SQL expression, as three columns."""
    rest = f"substr({words}, instr({words}, char(10)) + 1)"
    tags = f"substr({words}, 1, instr({words}, char(10)) - 1)"
    title = f"substr({rest}, 1, instr({rest}, char(10)) - 1)"
    return f"{tags}, {title}, substr({rest}, instr({rest}, char(10)) + 1)"


_IN = f"INSERT INTO {TABLE}(rowid, tags, title, body)"
_ADD = f"{_IN} VALUES (new.place, {_columns('new.words')});"
_REMOVE = (
    f"INSERT INTO {TABLE}({TABLE}, rowid, tags, title, body) "  # noqa: S608
    f"VALUES ('delete', old.place, {_columns('old.words')});"
)
TRIGGERS = {
    "search_words_added": f"AFTER INSERT ON {SOURCE} BEGIN {_ADD} END",
    "search_words_removed": f"AFTER DELETE ON {SOURCE} BEGIN {_REMOVE} END",
    "search_words_changed": (
        f"AFTER UPDATE ON {SOURCE} "
        "WHEN old.words IS NOT new.words OR old.place IS NOT new.place "
        f"BEGIN {_REMOVE} {_ADD} END"
    ),
}


def make() -> None:
    """The table of words and its triggers, if anything of them is missing or has another form."""
    wanted = {name: f"CREATE TRIGGER {name} {rest}" for name, rest in TRIGGERS.items()}
    wanted[TABLE] = MAKE.strip()
    names = ", ".join(f"'{name}'" for name in wanted)
    # Together: of a table that is there nobody would know that it was never filled.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE name IN ({names})")  # noqa: S608
        if dict(cursor.fetchall()) == wanted:
            return
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        for statement in (wanted.pop(TABLE), *wanted.values()):
            cursor.execute(statement)
        # Whatever was written while a trigger was missing is not in it.
        fill()


def fill() -> None:
    """Put the words of every document into an empty table."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_IN} SELECT place, {_columns('words')} FROM {SOURCE}")  # noqa: S608


def empty() -> None:
    """Take all documents out, with their words; not one after the other, as triggers would."""
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"DELETE FROM {SOURCE}")  # noqa: S608
        _order("delete-all")
        for name, rest in TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER {name} {rest}")


def keep_out_others() -> None:
    """Nothing: a transaction here is the only one that writes."""


def hold(kind: str, pks: Iterable[int]) -> None:
    """Nothing, for the same reason."""


def leave_no_trace() -> None:
    """FTS5 only notes that words are gone, until it merges its parts; here it merges them all."""
    _order("optimize")


def is_sound() -> bool:
    """Whether the table of words is whole in itself. Raises `DatabaseError` where it is not."""
    _order("integrity-check")
    return True


def _order(command: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES (%s)", [command])  # noqa: S608


# The tags say whose rows are sought; the rows themselves say whose they are, each by its place.
# What is made ahead (search/ahead.py) is not found yet.
THEIRS = (
    f"EXISTS (SELECT 1 FROM {SOURCE} WHERE place = {TABLE}.rowid AND owner_id + 0 = %s "  # noqa: S608
    f"AND {IS_SHOWN})"
)


def find(asks: Iterable[Ask]) -> list[tuple[int, int]]:
    """For each of `asks` its number and the places of what was found, newest first."""
    parts: list[str] = []
    params: list[str | int] = []
    for number, ask in enumerate(asks):
        parts.append(
            f"SELECT {number} AS number, rowid AS place FROM (SELECT rowid FROM {TABLE} "  # noqa: S608
            f"WHERE {TABLE} MATCH %s AND rowid >= %s AND {THEIRS} ORDER BY rowid DESC LIMIT %s)"
        )
        params += [match(ask), ask.since, ask.owner_id, ask.limit]
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        found = [(number, place) for number, place in cursor.fetchall()]
    return sorted(found, key=lambda row: (row[0], -row[1]))


def known(asks: Iterable[Ask]) -> set[int]:
    """The numbers of those of `asks` for which there is anything at all."""
    return {number for number, _place in find(replace(ask, limit=1) for ask in asks)}


def match(ask: Ask) -> str:
    """The query in FTS5's own words; what somebody typed stands between quotes, as bare words."""
    tags = [f'"{tag}"' for tag in ask.tags]
    return " AND ".join([*tags, *(_group(group, ask.in_title) for group in ask.query.groups)])


def _group(group: Group, in_title: bool) -> str:
    ways = (" AND ".join(_term(term, in_title) for term in way) for way in group)
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"


def _term(term: Term, in_title: bool) -> str:
    words = written(term, in_title=in_title and not term.is_tag)
    return f'"{" ".join(words)}"' + (" *" if term.is_beginning else "")
