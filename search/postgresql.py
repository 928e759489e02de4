"""PostgreSQL's engine: a tsvector with places, over the words that are made in `search.words`.

Nothing of PostgreSQL's own parsing, dictionaries or extensions is used: it needs no rights beyond
its tables, and finds what SQLite finds.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from search.models import IS_SHOWN
from search.query import Ask, Group, Term, written

# What is found once in so many of the newest is looked for among those alone.
NEWEST = 400

# `place + 0` keeps PostgreSQL from its index by place, which is not the one to be used there; whose
# it is, is said for all at once, so that it knows how many rows there are; and said again of what
# the index gives, beside the tag, as a number from which no index is chosen.
# For each question: first the newest rows one by one, then, unless that was enough, the index. A
# word that stands everywhere would fill memory with all its rows before the newest were known; one
# that stands hardly anywhere would have every row read.
FIND = """
    SELECT asked.number, found.place
    FROM (VALUES {asked}) AS asked (number, kind, query, most)
    CROSS JOIN LATERAL (
        WITH lately AS MATERIALIZED (
            SELECT newest.place FROM (
                SELECT place, words FROM search_searchdocument
                WHERE owner_id = %s AND {which} place >= %s AND {is_shown}
                ORDER BY place DESC LIMIT {newest}
            ) AS newest
            WHERE newest.words @@ asked.query LIMIT asked.most
        )
        SELECT place FROM lately
        UNION ALL
        (
            SELECT place FROM search_searchdocument
            WHERE (SELECT count(*) FROM lately) < asked.most
                AND words @@ asked.query AND place + 0 >= %s AND owner_id + 0 = %s
                AND {is_shown}
            ORDER BY place + 0 DESC LIMIT asked.most
        )
    ) AS found
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
    """For each of `asks` its number and the places of what was found, newest first."""
    numbered = list(enumerate(asks))
    places: list[set[int]] = [set() for _ask in numbered]
    of_all = [(number, ask) for number, ask in numbered if ask.kind is None]
    of_kinds = [(number, ask) for number, ask in numbered if ask.kind is not None]
    for some, which in ((of_all, ""), (of_kinds, "kind = asked.kind AND")):
        if some:
            _find(some, which, places)
    return [
        (number, place)
        for number, ask in numbered
        for place in sorted(places[number], reverse=True)[: ask.limit]
    ]


def _find(asks: list[tuple[int, Ask]], which: str, places: list[set[int]]) -> None:
    """All of one owner, and since one moment."""
    row = "(%s::int, %s::text, %s::tsquery, %s::bigint)"
    params: list[str | int | None] = []
    for number, ask in asks:
        params += [number, ask.kind, as_query(ask), ask.limit]
    _number, one = asks[0]
    params += [one.owner_id, one.since, one.since, one.owner_id]
    query = FIND.format(
        asked=", ".join([row] * len(asks)), which=which, newest=NEWEST, is_shown=IS_SHOWN
    )
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        for number, place in cursor.fetchall():
            places[number].add(place)


def as_query(ask: Ask) -> str:
    """The query as a tsquery is written; what somebody typed stands between quotes."""
    tags = [f"'{tag}'" for tag in ask.tags]
    return " & ".join([*tags, *(_group(group, ask.in_title) for group in ask.query.groups)])


def _group(group: Group, in_title: bool) -> str:
    ways = (" & ".join(_term(term, in_title) for term in way) for way in group)
    return "(" + " | ".join(f"({way})" for way in ways) + ")"


def _term(term: Term, in_title: bool) -> str:
    words = written(term, in_title=in_title and not term.is_tag)
    mark = ":*" if term.is_beginning else ""
    return "(" + " <-> ".join(f"'{word}'{mark}" for word in words) + ")"
