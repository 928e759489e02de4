"""What was found, best first: the words in the title, then anywhere, the newest first of each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

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
NEWEST = 150


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
    guessed = _guesses(owner, query, filters, kinds, places, shown)
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
        rows += [Found(one, kind, query, True) for one in guessed if one.kind == kind.name]
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
    """Of each kind the places of the best, the best first: those in whose title it stands.

    Of names that only begin so there may be many: then those come first that are just so.
    """
    tiers = (True, False) if query else (False,)
    is_by_kind = engine().BY_KIND or len(kinds) == 1
    look = _newest_by_kind if is_by_kind else _newest_of_all
    found = look(owner, query, filters, kinds, limit, tiers)
    many = [
        kind for kind in kinds if kind.is_named and len(found.get((kind.name, True), ())) >= limit
    ]
    first: Places = {}
    if many and (whole := query.whole()):
        first = _newest_by_kind(owner, whole, filters, many, limit, (True,))
    places = {kind.name: list(first.get((kind.name, True), ())) for kind in kinds}
    for kind in kinds:
        for tier in tiers:
            places[kind.name] += found[kind.name, tier]
    return {name: list(dict.fromkeys(some)) for name, some in places.items()}


# By the name of a kind, and whether it is about titles alone: places, the newest first.
type Places = dict[tuple[str, bool], list[int]]


def _newest_by_kind(
    owner: User,
    query: Query,
    filters: Filters,
    kinds: list[Kind],
    limit: int,
    tiers: tuple[bool, ...],
) -> Places:
    """The newest of each kind, with a question for each."""
    found: Places = {(kind.name, in_title): [] for kind in kinds for in_title in tiers}
    asks = [
        _ask(owner, kind, query, filters, limit, in_title) for kind in kinds for in_title in tiers
    ]
    for number, place in engine().find(asks):
        found[str(asks[number].kind), asks[number].in_title].append(place)
    return found


def _newest_of_all(
    owner: User,
    query: Query,
    filters: Filters,
    kinds: list[Kind],
    limit: int,
    tiers: tuple[bool, ...],
) -> Places:
    """The newest of each kind, by way of the newest of all: often that is all there is.

    Those kinds of which there were not enough among them are asked for by themselves.
    """
    found: Places = {(kind.name, in_title): [] for kind in kinds for in_title in tiers}
    names = {kind.number: kind.name for kind in kinds}
    some = _of_kinds(owner, query, kinds)
    asks = [_ask(owner, None, some, filters, NEWEST, in_title) for in_title in tiers]
    taken = engine().find(asks)
    for number, place in taken:
        if name := names.get(kind_number_at(place)):
            found[name, asks[number].in_title].append(place)
    for number, in_title in enumerate(tiers):
        few = [kind for kind in kinds if len(found[kind.name, in_title]) < limit]
        # Fewer than were asked for are all there are.
        if few and sum(one == number for one, _place in taken) == NEWEST:
            found |= _newest_by_kind(owner, query, filters, few, limit, (in_title,))
    return found


def _of_kinds(owner: User, query: Query, kinds: list[Kind]) -> Query:
    """The same, of these kinds alone: where they are few, common words are then soon gone through."""
    if len(kinds) == len(list(all_kinds())):
        return query
    tags = (Term((index.kind_tag(owner.pk, kind),), False, is_tag=True) for kind in kinds)
    return replace(query, groups=(tuple((tag,) for tag in tags), *query.groups))


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
    places = list(places)
    return _at(owner, places).defer("words") if places else []


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
    shown: int,
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
    meant = _few_of_each(_meant(owner, query, candidates), shown)
    return sorted(_documents(owner, meant), key=lambda one: -one.place)


def _few_of_each(places: Iterable[int], shown: int) -> list[int]:
    """Of each kind as many of the newest as are shown."""
    of_kind: dict[int, list[int]] = defaultdict(list)
    for place in sorted(places, reverse=True):
        of_kind[kind_number_at(place)].append(place)
    return [place for some in of_kind.values() for place in some[:shown]]


def _meant(owner: User, query: Query, candidates: set[int]) -> list[int]:
    """Those of the candidates whose name is close to what was typed.

    Of many hardly one is meant: their names are read, and more only of those whose name has some
    of the words.
    """
    meant: list[int] = []
    left: dict[int, list[str]] = {}
    if not candidates:
        return meant
    for place, title in _at(owner, candidates).values_list("place", "title"):
        names = [*words.words_of(title), *words.joined_in(title)]
        missing = query.not_in_name(names)
        if not missing:
            meant.append(place)
        elif len(missing) < len(query.single):
            left[place] = missing
    for place, hint, body in _at(owner, left).values_list("place", "hint", "body") if left else ():
        rest = words.words_of(f"{hint} {body}")
        if all(any(one.startswith(word) for one in rest) for word in left[place]):
            meant.append(place)
    return meant


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
