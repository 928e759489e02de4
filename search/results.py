"""What was found, best first: the words in the title, then anywhere, the newest first of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet
from django.utils.safestring import SafeString

from accounts.models import User
from search import index, marks, words
from search.kinds import Kind, all_kinds, named
from search.models import HiddenGroup, SearchDocument, engine, kind_number_at, place_of
from search.query import Ask, Query, Term, parse

# Of each kind, where all are shown; of one kind, a page.
FEW, PAGE = 5, 25
# Whoever wants to see more than these says more of what they mean.
MOST = 200
# Found so few, names are looked for that are written a little otherwise.
TOO_FEW = 3
MOST_GUESSES = 60
# Words of a query that are guessed at.
MOST_GUESSED = 3
# Of all kinds together, at first.
NEWEST = 300


@dataclass(frozen=True)
class Whom:
    """Somebody (or a firm) of whom alone it is to be."""

    kind: Kind
    object_id: int

    @classmethod
    def read(cls, text: str) -> Whom | None:
        """Whom `text` names (“recruiter-7”); None where it names no kind that can be asked for."""
        name, _dash, number = text.partition("-")
        kind = named(name)
        if kind and kind.is_whom and number.isascii() and number.isdigit() and len(number) < 18:
            return cls(kind, int(number))
        return None

    def __str__(self) -> str:
        return f"{self.kind.name}-{self.object_id}"

    def document(self, owner: User) -> SearchDocument | None:
        rows = SearchDocument.objects.of(owner).defer("words")
        return rows.filter(kind=self.kind.name, object_id=self.object_id).first()


@dataclass(frozen=True)
class Filters:
    """Of what kind, about whom, since which moment (UTC); none of them: anything."""

    kind: Kind | None = None
    whom: Whom | None = None
    since: dt.datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.kind or self.whom or self.since)


@dataclass(frozen=True)
class Found:
    """One thing that was found. `is_guess`: its name is only close to what was typed."""

    document: SearchDocument
    kind: Kind
    query: Query
    is_guess: bool = False

    @property
    def url(self) -> str:
        return self.kind.address(self.document.object_id)

    @property
    def name(self) -> str:
        return self.document.title

    @property
    def title(self) -> SafeString:
        return marks.marked(self.document.title, self.query, forgiving=self.is_guess)

    @property
    def hint(self) -> SafeString:
        return marks.marked(self.document.hint, self.query)

    @property
    def extract(self) -> SafeString | str:
        if self.document.is_veiled:
            return ""
        return marks.extract(self.document.body, self.query)

    @property
    def whom(self) -> Whom | None:
        return Whom(self.kind, self.document.object_id) if self.kind.is_whom else None


@dataclass
class Group:
    """What was found of one kind."""

    kind: Kind
    rows: list[Found] = field(default_factory=list)
    has_more: bool = False


def find(owner: User, typed: str, filters: Filters | None = None, *, page: int = 1) -> list[Group]:
    """What `owner` has for `typed`, by kind; kinds of which there is nothing are left out.

    `page`, from 1, counts only where one kind is asked for: it shows all up to that page.
    """
    filters = filters or Filters()
    query = parse(typed, owner.phone_region)
    if not (query or (filters and not typed.strip())):
        return []
    shown = min(page * PAGE, MOST) if filters.kind else FEW
    kinds = [filters.kind] if filters.kind else list(all_kinds())
    places = _places(owner, query, filters, kinds, shown + 1)
    guessed = _guesses(owner, query, filters, kinds, places)
    wanted = [place for some in places.values() for place in some[:shown]]
    documents = {one.place: one for one in _documents(owner, wanted)}
    groups = []
    for kind in kinds:
        rows = [
            Found(documents[place], kind, query)
            for place in places[kind.name][:shown]
            if place in documents
        ]
        has_more = len(places[kind.name]) > shown and shown < MOST
        rows += [Found(one, kind, query, True) for one in guessed if one.kind == kind.name][:shown]
        if rows:
            groups.append(Group(kind, rows, has_more))
    return groups


def _places(
    owner: User,
    query: Query,
    filters: Filters,
    kinds: list[Kind],
    limit: int,
) -> dict[str, list[int]]:
    """Of each kind the places of the best, the best first.

    1. The newest of all kinds, with an engine that is quick at those. Often that is all there is.
    2. Where it is not, the newest of those kinds of which there were not enough yet.
    """
    tiers = (True, False) if query else (False,)
    found: dict[tuple[str, bool], list[int]] = {
        (kind.name, in_title): [] for kind in kinds for in_title in tiers
    }
    left = set(found)
    if len(kinds) > 1 and not engine().BY_KIND:
        by_number = {kind.number: kind.name for kind in kinds}
        asks = [_ask(owner, None, query, filters, NEWEST, in_title) for in_title in tiers]
        taken = engine().find(asks)
        for number, place in taken:
            if name := by_number.get(kind_number_at(place)):
                found[name, asks[number].in_title].append(place)
        for number, ask in enumerate(asks):
            if sum(one == number for one, _place in taken) < NEWEST:
                left -= {key for key in left if key[1] == ask.in_title}
        left = {key for key in left if len(found[key]) < limit}
    if left:
        wanted = [kind for kind in kinds if {(kind.name, True), (kind.name, False)} & left]
        asks = [
            _ask(owner, kind, query, filters, limit, in_title)
            for kind in wanted
            for in_title in tiers
            if (kind.name, in_title) in left
        ]
        for ask in asks:
            found[str(ask.kind), ask.in_title] = []
        for number, place in engine().find(asks):
            found[str(asks[number].kind), asks[number].in_title].append(place)
    return {
        kind.name: list(dict.fromkeys(place for tier in tiers for place in found[kind.name, tier]))
        for kind in kinds
    }


def _ask(
    owner: User, kind: Kind | None, query: Query, filters: Filters, limit: int, in_title: bool
) -> Ask:
    tags = [index.kind_tag(owner.pk, kind) if kind else index.owner_tag(owner.pk)]
    if filters.whom:
        tags.append(index.about_tag(filters.whom.kind, filters.whom.object_id))
    since = place_of(filters.since) if filters.since else 0
    name = kind.name if kind else None
    return Ask(owner.pk, name, tuple(tags), query, limit, in_title=in_title, since=since)


def _documents(owner: User, places: Iterable[int]) -> Iterable[SearchDocument]:
    """The owner's documents at these places."""
    return _at(owner, places).defer("words")


def _at(owner: User, places: Iterable[int]) -> QuerySet:
    """Not by `of(owner)`, for which SQLite would rather walk through all that the owner has than
    look up thirty places.
    """
    rows = SearchDocument.across_owners.filter(place__in=list(places))
    hidden = Q(trash_group__in=HiddenGroup.across_owners.values("group"))
    rows = rows.filter(Q(trash_group=None) | ~hidden)
    return rows.alias(whose=F("owner_id") + 0).filter(whose=owner.pk)


def _guesses(
    owner: User,
    query: Query,
    filters: Filters,
    kinds: list[Kind],
    places: dict[str, list[int]],
) -> list[SearchDocument]:
    """Names that are written a little otherwise, where hardly anything was found as typed."""
    known = {place for some in places.values() for place in some}
    of_names = [kind for kind in kinds if kind.is_named]
    if len(known) >= TOO_FEW or not of_names:
        return []
    misspelled = query.misspelled(_unknown(owner, query))
    if misspelled is None:
        return []
    close = _places(owner, misspelled, filters, of_names, MOST_GUESSES)
    candidates = {place for some in close.values() for place in some} - known
    # Of many hardly one is meant: they are judged before they are made into documents.
    texts = _at(owner, candidates).values_list("place", "title", "hint", "body")
    meant = [place for place, *text in texts if _is_meant(query, *text)]
    return sorted(_documents(owner, meant), key=lambda one: -one.place)


def _unknown(owner: User, query: Query) -> list[str]:
    """The words to guess at. Each is sought in up to eighty forms, so that they are few.

    Of more than those few it is the first that the owner has nowhere as they are typed.
    """
    typed = query.forgivable
    if len(typed) > MOST_GUESSED:
        alone = [Query((((Term((word,)),),),)) for word in typed]
        asks = [_ask(owner, None, one, Filters(), 1, False) for one in alone]
        there = engine().known(asks)
        typed = [word for number, word in enumerate(typed) if number not in there]
    return typed[:MOST_GUESSED]


def _is_meant(query: Query, title: str, hint: str, body: str) -> bool:
    names = [*words.words_of(title), *words.joined_in(title)]
    return query.is_met_by(names, lambda: words.words_of(f"{hint} {body}"))
