"""Who is likely there twice: pairs of rows that share a number, a mail, or nearly a name.

No row is compared with every other. Each goes into a few buckets by what two of the same would
share, such as its number or its name without one letter, and only what meets in a bucket is
looked at. Nothing is merged by itself: a likeness is a reason to look.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise, product
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.companies import FORMS, keys_of, keys_of_employer
from contacts.models import Email, Employer, Firm, Kind, NotTheSame, Person, Phone, Recruiter
from search.words import NAME_LETTERS, is_close, words_of

# In a bucket of more than so many each is compared with the next alone: they share a switchboard.
CROWD = 6
# Letters of a word in which one may be a slip; shorter ones are names of their own.
SHORTEST = 4
# Before a surname, and nobody's own.
TITLES = frozenset("mr mrs ms miss dr prof herr frau mme sir dame".split())
# What firms are, rather than what they are called.
GENERIC = frozenset(
    """
    and associates advisors advisory agency consultants consulting executive group international
    partner partners recruiters recruiting recruitment search selection solutions staffing talent
    the und worldwide global
    """.split()
)
# Everybody's mail and pages: to share such a host says nothing.
ANYBODYS = frozenset(
    """
    aol.com bluewin.ch btinternet.com comcast.net facebook.com fastmail.com free.fr gmail.com gmx.at
    gmx.ch gmx.com gmx.de gmx.net google.com googlemail.com hotmail.co.uk hotmail.com hotmail.de
    hotmail.fr icloud.com laposte.net libero.it linkedin.com live.co.uk live.com mac.com mail.com me.com
    msn.com onet.pl orange.fr outlook.com pm.me proton.me protonmail.com seznam.cz sites.google.com
    t-online.de web.de wp.pl xing.com yahoo.co.uk yahoo.com yahoo.de yahoo.fr ymail.com
    """.split()
)
# A domain from which so many firms mail is some provider's, or a house's with many firms in it.
A_PROVIDERS = 3


class Reason:
    """Why two are likely one, the surest first."""

    NUMBER = (90, _("same number"))
    MAIL = (85, _("same e-mail"))
    NAME = (80, _("same name"))
    NO_FIRM = (75, _("same name, one of them without a firm"))
    FORM = (70, _("same name but for its legal form or spelling"))
    SITE = (65, _("same website"))
    GENERIC = (55, _("same name but for words such as “Partners”"))
    DOMAIN = (50, _("mails from the same domain"))
    SLIP = (45, _("names that differ by one letter"))
    OTHER_FIRM = (40, _("same name at another firm"))
    INITIAL = (35, _("same surname and initial"))


@dataclass
class Entry:
    """What is known of one row, as far as it is compared."""

    pk: int
    name: str
    place: int | None = None  # the firm of a recruiter
    numbers: set[str] = field(default_factory=set)
    mails: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    keys: frozenset[str] = frozenset()
    words: list[str] = field(default_factory=list)
    parent: int | None = None

    def __post_init__(self) -> None:
        self.words = [word for word in words_of(self.name) if word not in TITLES]


@dataclass(frozen=True)
class Pair:
    """Two that are likely one: their ids, the lower first, and why, the surest first."""

    one: int
    other: int
    reasons: tuple[tuple[int, Any], ...]

    @property
    def score(self) -> int:
        """The surest reason, and a little for every further one."""
        return self.reasons[0][0] + 5 * (len(self.reasons) - 1)

    @property
    def words(self) -> list[str]:
        return [str(words) for _score, words in self.reasons]


def pairs(owner: User, kind: Kind) -> list[Pair]:
    """The likely pairs of this kind, the likeliest first; those that are said not to be one are none.

    At most five queries, however many rows there are.
    """
    rows = entries(owner, kind)
    told = NotTheSame.objects.of(owner).filter(kind=kind).values_list("one", "other")
    not_one = set(told)
    found: dict[tuple[int, int], dict[str, Any]] = defaultdict(dict)
    for one, other in _met(rows):
        pk = (min(one.pk, other.pk), max(one.pk, other.pk))
        if pk not in found and pk not in not_one:
            found[pk] = {str(reason[1]): reason for reason in reasons(kind, one, other)}
    made = [
        Pair(*pk, tuple(sorted(by_words.values(), key=lambda reason: -reason[0])))
        for pk, by_words in found.items()
        if by_words
    ]
    return sorted(made, key=lambda pair: (-pair.score, pair.one, pair.other))


# What is compared ---------------------------------------------------------------------------------


def entries(owner: User, kind: Kind) -> list[Entry]:
    """Every row of this kind that can be there twice."""
    if kind is Kind.EMPLOYER:
        return [
            Entry(row.pk, row.name, keys=keys_of_employer(row), parent=row.parent_id)
            for row in Employer.objects.of(owner).only("name", "other_names", "parent")
        ]
    if kind is Kind.FIRM:
        return _firms(owner)
    if kind is Kind.RECRUITER:
        rows = Recruiter.objects.of(owner).values_list("pk", "name", "firm")
    else:
        rows = Person.objects.of(owner).filter(anonymised_at=None)
        rows = rows.values_list("pk", "name")
    return _with_ways(owner, kind, [Entry(*row) for row in rows])


def _firms(owner: User) -> list[Entry]:
    found = []
    for pk, name, website, switchboard in Firm.objects.of(owner).values_list(
        "pk", "name", "website", "switchboard"
    ):
        entry = Entry(pk, name, keys=keys_of(name), hosts=host_of(website))
        entry.numbers |= {switchboard} - {""}
        found.append(entry)
    by_pk = {entry.pk: entry for entry in _with_ways(owner, Kind.FIRM, found)}
    theirs = Email.objects.of(owner).filter(recruiter__trashed_at=None)
    for firm, address in theirs.filter(recruiter__firm__isnull=False).values_list(
        "recruiter__firm", "address"
    ):
        if firm in by_pk:
            by_pk[firm].domains |= domain_of(address)
    many = Counter(domain for entry in found for domain in entry.domains)
    providers = {domain for domain, firms in many.items() if firms >= A_PROVIDERS}
    for entry in found:
        entry.domains -= providers
    return found


def _with_ways(owner: User, kind: Kind, found: list[Entry]) -> list[Entry]:
    by_pk = {entry.pk: entry for entry in found}
    for pk, number in Phone.objects.of(owner).exclude(**{kind: None}).values_list(kind, "number"):
        if pk in by_pk:
            by_pk[pk].numbers.add(number)
    for pk, mail in Email.objects.of(owner).exclude(**{kind: None}).values_list(kind, "address"):
        if pk in by_pk:
            by_pk[pk].mails.add(mail.casefold())
            if kind is Kind.FIRM:
                by_pk[pk].domains |= domain_of(mail)
    return found


def host_of(website: str) -> set[str]:
    """The host of an address, without “www.”; none for what is everybody's."""
    try:
        host = (urlsplit(website).hostname or "").removeprefix("www.")
    except ValueError:
        return set()
    return {host} - ANYBODYS - {""}


def domain_of(mail: str) -> set[str]:
    return {mail.rpartition("@")[2].casefold()} - ANYBODYS - {""}


# Who meets whom -----------------------------------------------------------------------------------


def _met(rows: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Those that share a bucket, as often as they do, and those a slip apart."""
    buckets: dict[Hashable, list[Entry]] = defaultdict(list)
    for row in rows:
        for key in set(_keys_of(row)):
            buckets[key].append(row)
    for met in buckets.values():
        if len(met) > 1:
            yield from combinations(met, 2) if len(met) <= CROWD else pairwise(met)
    yield from _slips(rows)


def _keys_of(row: Entry) -> Iterator[Hashable]:
    yield from (("number", one) for one in row.numbers)
    yield from (("mail", one) for one in row.mails)
    yield from (("host", one) for one in row.hosts | row.domains)
    yield from (("company", one) for one in row.keys)
    yield "name", tuple(sorted(row.words))
    if row.keys:
        yield "bare", bare(row)
    elif len(row.words) > 1:
        yield "initial", row.words[0][0], row.words[-1]


def _slips(rows: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Those whose names have one word that is likely a letter off the other's.

    Words are compared, not names: there are far fewer of them.
    """
    named: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for row in rows:
        named[tuple(row.words)].append(row)
    close = _close({word for words in named for word in words})
    for words, here in named.items():
        for at, word in enumerate(words):
            for other in close.get(word, ()):
                there = named.get((*words[:at], other, *words[at + 1 :]), ())
                yield from product(here[:CROWD], there[:CROWD])


def _close(words: Collection[str]) -> dict[str, set[str]]:
    """For each word those that share with it what is left without one letter, or are left."""
    buckets: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) >= SHORTEST:
            buckets[word].append(word)
            for left in {word[:at] + word[at + 1 :] for at in range(min(len(word), NAME_LETTERS))}:
                buckets[left].append(word)
    close: dict[str, set[str]] = defaultdict(set)
    for met in buckets.values():
        if len(met) > 1:
            for one, other in combinations(met, 2):
                close[one].add(other)  # one way is enough: each name is looked up by the other
    return close


def bare(row: Entry) -> tuple[str, ...]:
    """What a firm is called, without what every firm is called."""
    kept = tuple(word for word in row.words if word not in GENERIC | FORMS)
    return kept or tuple(row.words)


# Why two are likely one ---------------------------------------------------------------------------


def reasons(kind: Kind, one: Entry, other: Entry) -> list[tuple[int, Any]]:
    """Why these two are likely one; none where nothing speaks for it."""
    if kind in {Kind.FIRM, Kind.EMPLOYER}:
        return _of_companies(one, other)
    found: list[tuple[int, Any]] = []
    alike = _alike(one, other)
    # Several share the number of a house: with other names, it is no reason.
    if one.numbers & other.numbers and (alike or _share_a_word(one, other)):
        found.append(Reason.NUMBER)
    if one.mails & other.mails:
        found.append(Reason.MAIL)
    if reason := _by_name(kind, alike, one, other):
        found.append(reason)
    return found


def _of_companies(one: Entry, other: Entry) -> list[tuple[int, Any]]:
    if other.pk == one.parent or one.pk == other.parent:
        return []  # they are told apart already
    is_site = bool(one.hosts & other.hosts)
    is_name = bool(one.words) and one.words == other.words
    checks: list[tuple[bool, tuple[int, Any]]] = [
        (bool(one.numbers & other.numbers), Reason.NUMBER),
        (bool(one.mails & other.mails), Reason.MAIL),
        (is_site, Reason.SITE),
        (not is_site and _share_a_domain(one, other), Reason.DOMAIN),
        (is_name, Reason.NAME),
        (not is_name and bool(one.keys & other.keys), Reason.FORM),
        (not one.keys & other.keys and bare(one) == bare(other), Reason.GENERIC),
        (is_one_letter_off(one.words, other.words), Reason.SLIP),
    ]
    return [reason for holds, reason in checks if holds]


def _share_a_domain(one: Entry, other: Entry) -> bool:
    return bool((one.domains | one.hosts) & (other.domains | other.hosts))


def _alike(one: Entry, other: Entry) -> str:
    """How the two names are alike: “name”, “slip”, “initial”, or “” for not at all."""
    if not one.words or not other.words:
        return ""
    if sorted(one.words) == sorted(other.words):
        return "name"
    if is_one_letter_off(one.words, other.words):
        return "slip"
    firsts = one.words[0], other.words[0]
    if one.words[-1] == other.words[-1] and len(one.words) > 1 and len(other.words) > 1:
        is_initial = min(map(len, firsts)) == 1 and firsts[0][0] == firsts[1][0]
        return "initial" if is_initial else ""
    return ""


def _share_a_word(one: Entry, other: Entry) -> bool:
    return bool(set(one.words) & set(other.words))


def _by_name(kind: Kind, alike: str, one: Entry, other: Entry) -> tuple[int, Any] | None:
    if kind is Kind.PERSON:
        by_alike = {"name": Reason.NAME, "slip": Reason.SLIP, "initial": Reason.INITIAL}
        return by_alike.get(alike)
    same = one.place == other.place
    if alike == "name":
        no_firm = Reason.NO_FIRM if None in {one.place, other.place} else Reason.OTHER_FIRM
        return Reason.NAME if same else no_firm
    may_be = same or None in {one.place, other.place}
    if alike == "slip" and may_be:
        return Reason.SLIP
    return Reason.INITIAL if alike == "initial" and same and one.place else None


def is_one_letter_off(one: list[str], other: list[str]) -> bool:
    """Whether one letter of one word parts the two names; short words are names of their own."""
    if len(one) != len(other):
        return False
    apart = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    if len(apart) != 1:
        return False
    a, b = apart[0]
    return min(len(a), len(b)) >= SHORTEST and not (a + b).isdecimal() and is_close(a, b, 1)
