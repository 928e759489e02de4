"""PostgreSQL's engine: a tsvector with places, over the words that are made in `search.words`.

Nothing of PostgreSQL's own parsing, dictionaries or extensions is used: it needs no rights beyond
its tables, and finds what SQLite finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.db import connection

from search.kinds import all_kinds
from search.models import IS_SHOWN
from search.query import Ask, Group, Term, alike, tags_of, written

# Asked of each kind by itself: the newest of all kinds need not be what is sought, and after a big
# import they are all of one kind.
BY_KIND = True
# Rows that are read one by one, the newest first, before the index is asked: few to see whether the
# word is a common one, and more if it is. To read one takes half a microsecond; the index names all
# rows with a word before it gives the newest, at two each, and is best where there are few.
GLANCE, NEWEST = 100, 1000

# For each question the newest rows one by one, and -1 where that is all there is.
LATELY = """
    SELECT asked.number, found.place
    FROM (VALUES {asked}) AS asked (number, kind, query, most)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN EXISTS (
            SELECT 1 FROM ({newest} LIMIT {glance}) AS newest
            WHERE newest.words @@ asked.query
        ) THEN {most} ELSE {glance} END AS rows
        OFFSET 0  -- looked for once, and not wherever it is named below
    ) AS first
    CROSS JOIN LATERAL (
        (
            SELECT newest.place FROM ({newest} LIMIT first.rows) AS newest
            WHERE newest.words @@ asked.query LIMIT asked.most
        )
        UNION ALL SELECT -1 WHERE NOT EXISTS (
            SELECT place FROM search_searchdocument
            WHERE owner_id = %(owner)s AND kind = asked.kind AND place >= %(since)s
            ORDER BY place DESC OFFSET first.rows
        )
    ) AS found
"""
NEWEST_ROWS = f"""
    SELECT place, words FROM search_searchdocument
    WHERE owner_id = %(owner)s AND kind = asked.kind AND place >= %(since)s AND {IS_SHOWN}
    ORDER BY place DESC
"""  # noqa: S608
# For each question, which may be of several kinds, the newest of each by the index. `place + 0`
# keeps PostgreSQL from its index by place, which is not the one to be used here; whose it is, is
# said as a number, too, from which no index is chosen: what the tag says is not enough to trust.
# Looked up is what few rows have; the rest of the query is then held against these alone, as a
# function, of which the index knows nothing. It would gather all rows with a common word first.
BY_INDEX = """
    SELECT asked.number, found.kind, found.place
    FROM (VALUES {asked}) AS asked (number, looked_up, rest, most)
    CROSS JOIN LATERAL (
        SELECT kind, place, row_number() OVER (PARTITION BY kind ORDER BY place DESC) AS nth
        FROM search_searchdocument
        WHERE words @@ asked.looked_up AND (asked.rest IS NULL OR ts_match_vq(words, asked.rest))
            AND place + 0 >= %(since)s AND owner_id + 0 = %(owner)s
            AND {is_shown}
    ) AS found
    WHERE found.nth <= asked.most
"""
# A common word is among the newest of some kind; of one that is not, the index has few rows.
KNOWN = """
    WITH newest AS MATERIALIZED (
        SELECT of_kind.words FROM (VALUES {kinds}) AS asked (kind)
        CROSS JOIN LATERAL ({newest} LIMIT {glance}) AS of_kind
    )
    SELECT asked.number
    FROM (VALUES {asked}) AS asked (number, query)
    WHERE EXISTS (SELECT 1 FROM newest WHERE words @@ asked.query)
        OR EXISTS (
            SELECT 1 FROM search_searchdocument
            WHERE words @@ asked.query AND owner_id + 0 = %(owner)s AND {is_shown}
        )
"""


def make() -> None:
    """Nothing: a migration makes the index, and PostgreSQL keeps it."""


def empty() -> None:
    """Take all documents out; their words stand with them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_searchdocument")


def keep_out_others() -> None:
    """Until the transaction ends, documents are written by it alone; whoever reads may."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE search_searchdocument IN SHARE ROW EXCLUSIVE MODE")


def hold(kind: str, pks: Iterable[int]) -> None:
    """Wait for whoever makes these documents; what is read from now on has their changes in it.

    Without it a document made of what was read earlier could be written over a newer one. Held in
    the order of ids, so that two of us never wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM search_searchdocument WHERE kind = %s AND object_id = ANY(%s) "
            "ORDER BY object_id FOR UPDATE",
            [kind, list(pks)],
        )


def leave_no_trace() -> None:
    """Nothing: its own vacuum sees to that."""


def find(asks: Iterable[Ask]) -> list[tuple[int, int]]:
    """For each of `asks`, all of one kind each, its number and the places found, newest first.

    A word that stands everywhere would fill memory with all its rows before the newest were known;
    one that stands hardly anywhere would have every row read. So the newest rows are read first,
    and the index is asked, once for all kinds, where these were not enough.
    """
    numbered = list(enumerate(asks))
    if not numbered:
        return []
    places: dict[int, set[int]] = {number: set() for number, _ask in numbered}
    # What few rows have is quick to look up.
    common = [(number, ask) for number, ask in numbered if not ask.query.close]
    for number, place in _lately(common):
        places[number].add(place)
    left = [
        (number, ask)
        for number, ask in numbered
        if ALL not in places[number] and len(places[number]) < ask.limit
    ]
    for number, place in _by_index(left):
        places[number].add(place)
    return [
        (number, place)
        for number, ask in numbered
        for place in sorted(places[number] - {ALL}, reverse=True)[: ask.limit]
    ]


# In place of a place: there is nothing older.
ALL = -1


def _lately(asks: list[tuple[int, Ask]]) -> list[tuple[int, int]]:
    if not asks:
        return []
    types = ("int", "text", "tsquery", "bigint")
    rows = [(number, ask.kind, as_query([ask]), ask.limit) for number, ask in asks]
    return _ask(LATELY, types, rows, asks[0][1], newest=NEWEST_ROWS, glance=GLANCE, most=NEWEST)


def _by_index(asks: list[tuple[int, Ask]]) -> Iterator[tuple[int, int]]:
    if not asks:
        return
    groups, rows = alike(asks), []
    for at, group in enumerate(groups):
        of_kinds = [ask for _number, ask in group.values()]
        one = of_kinds[0]
        looked_up, rest = as_query(of_kinds), None
        if one.query.close:
            looked_up, rest = " & ".join([*_tags(of_kinds), _any_of(one.query.close)]), looked_up
        rows.append((at, looked_up, rest, one.limit))
    types = ("int", "tsquery", "tsquery", "bigint")
    for at, kind, place in _ask(BY_INDEX, types, rows, asks[0][1]):
        if kind in groups[at]:
            yield groups[at][kind][0], place


def _ask(
    sql: str, types: tuple[str, ...], rows: list[tuple[Any, ...]], one: Ask, **parts: Any
) -> list[Any]:
    """The answers to `rows` of questions, which are of the owner and the moment of `one`."""
    params: dict[str, Any] = {"owner": one.owner_id, "since": one.since}
    asked = []
    for at, row in enumerate(rows):
        params |= {f"v{at}_{nth}": value for nth, value in enumerate(row)}
        asked.append(", ".join(f"%(v{at}_{nth})s::{kind}" for nth, kind in enumerate(types)))
    values = ", ".join(f"({row})" for row in asked)
    query = sql.format(asked=values, is_shown=IS_SHOWN, **parts)
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def known(asks: Iterable[Ask]) -> set[int]:
    """The numbers of those of `asks`, of one owner, for which there is anything at all."""
    asks = list(asks)
    rows = [(number, as_query([ask])) for number, ask in enumerate(asks)]
    kinds = ", ".join(f"('{kind.name}')" for kind in all_kinds())
    parts = {"kinds": kinds, "newest": NEWEST_ROWS, "glance": GLANCE}
    found = _ask(KNOWN, ("int", "tsquery"), rows, asks[0], **parts)
    return {number for (number,) in found}


def as_query(asks: list[Ask]) -> str:
    """The query of these, which are alike, as a tsquery is written.

    What somebody typed stands between quotes.
    """
    one = asks[0]
    return " & ".join([*_tags(asks), *_groups(one.query.groups, one.in_title)])


# Of each kind the same is asked.
@lru_cache(maxsize=16)
def _groups(groups: tuple[Group, ...], in_title: bool) -> tuple[str, ...]:
    return tuple(_group(group, in_title) for group in groups)


def _tags(asks: list[Ask]) -> Iterator[str]:
    return map(_any_of, tags_of(asks))


def _any_of(tags: Iterable[str]) -> str:
    return "(" + " | ".join(f"'{tag}'" for tag in tags) + ")"


def _group(group: Group, in_title: bool) -> str:
    ways = (" & ".join(_term(term, in_title) for term in way) for way in group)
    return "(" + " | ".join(f"({way})" for way in ways) + ")"


def _term(term: Term, in_title: bool) -> str:
    words = written(term, in_title=in_title and not term.is_tag)
    mark = ":*" if term.is_beginning else ""
    return "(" + " <-> ".join(f"'{word}'{mark}" for word in words) + ")"
