"""A contact of a file as a row of ours would have it: names in one line, numbers in E.164."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from contacts.models import NAME_LENGTH, NOTES_LENGTH
from contacts.names import fold as fold_name
from desk.importing import recruiting
from desk.importing.entries import Circle, Contact, Labelled
from desk.importing.numbers import NOTHING, numbers_of_somebody
from desk.importing.run import ImportRow, ImportRun

LABEL_LENGTH = 40
# A name is asked for again and again while one part of a file is compared and written.
fold = lru_cache(maxsize=4096)(fold_name)
ADDRESS_LENGTH = 254
AROUND_AN_ADDRESS = re.compile(r"^['\"<(]+|['\">).,]+$")
# Of one card: an address book that has more of somebody is none.
MOST_WAYS = 50


class Unusable(Exception):
    """Nothing can be made of it; the message says why."""


@dataclass
class Card:
    """What a contact says, cleaned. `what` is what would be made of it."""

    at: int
    what: str
    name: str
    firm: str = ""
    title: str = ""
    notes: str = ""
    numbers: list[tuple[str, str]] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)
    is_said: bool = False  # the file says what they are
    is_guess: bool = False  # neither it nor its user does

    @property
    def folded(self) -> str:
        return fold(self.name)

    @property
    def position(self) -> str:
        """What a person of my network does, and where."""
        return ", ".join(filter(None, (self.title, self.firm)))[:NAME_LENGTH]

    @property
    def hint(self) -> str:
        return ", ".join(filter(None, (self.title, self.firm)))


def card_of(entry: Contact, *, circle: str, region: str) -> Card:
    """`entry` cleaned; `region` is meant by numbers without a country.

    A number or an address that is none is kept in the notes. Raises `Unusable`.
    """
    name, firm = line_of(entry.name), line_of(entry.firm)
    title = line_of(entry.title)
    what = _what(entry, circle, title, firm) if name else ImportRow.What.FIRM
    if not fold(name or firm):
        raise Unusable(_("There is no name in it."))
    left: list[str] = []
    card = Card(at=entry.at, what=what, name=name or firm, firm=firm if name else "", title=title)
    card.is_said = bool(entry.circle)
    card.is_guess = bool(name) and not card.is_said and circle == ImportRun.Circle.TITLES
    card.numbers = _numbers(entry.phones, region, left)
    card.addresses = _addresses(entry.emails, left)
    card.notes = "\n".join(filter(None, (text_of(entry.notes), *left)))[:NOTES_LENGTH]
    return card


def _what(entry: Contact, circle: str, title: str, firm: str) -> str:
    if entry.circle is Circle.RECRUITER:
        return ImportRow.What.RECRUITER
    if entry.circle is Circle.PERSON:
        return ImportRow.What.PERSON
    if circle == ImportRun.Circle.TITLES:
        is_one = recruiting.is_said(title, firm)
        return ImportRow.What.RECRUITER if is_one else ImportRow.What.PERSON
    if circle == ImportRun.Circle.RECRUITERS:
        return ImportRow.What.RECRUITER
    return ImportRow.What.PERSON


def line_of(text: str, most: int = NAME_LENGTH) -> str:
    """In one line, without what no database keeps."""
    return " ".join(text.replace("\x00", "").split())[:most].rstrip()


def text_of(text: str) -> str:
    return text.replace("\x00", "").strip()


def _numbers(found: Iterable[Labelled], region: str, left: list[str]) -> list[tuple[str, str]]:
    numbers: dict[str, str] = {}
    ways = list(found)[:MOST_WAYS]
    texts = [line_of(one.text) for one in ways]
    read = numbers_of_somebody(texts, region)
    for one, text, (several, is_more) in zip(ways, texts, read, strict=True):
        for number in several:
            numbers.setdefault(number, line_of(one.label, LABEL_LENGTH))
        if is_more:
            left.append(_("Phone: %(text)s") % {"text": text})
    return list(numbers.items())


def _addresses(found: Iterable[Labelled], left: list[str]) -> list[tuple[str, str]]:
    addresses: dict[str, tuple[str, str]] = {}
    for one in list(found)[:MOST_WAYS]:
        text = AROUND_AN_ADDRESS.sub("", line_of(one.text, ADDRESS_LENGTH))
        try:
            validate_email(text)
        except ValidationError:
            if not NOTHING.fullmatch(text):
                left.append(_("E-mail: %(text)s") % {"text": text})
        else:
            addresses.setdefault(text.lower(), (text, line_of(one.label, LABEL_LENGTH)))
    return list(addresses.values())


def share_a_word(one: str, other: str) -> bool:
    """Whether two folded names have a word in common that is more than an initial."""
    words = {word for word in one.split() if len(word) > 1}
    return bool(words & set(other.split()))


def may_be_one(one: str, other: str) -> bool:
    """Whether two folded names at one number may be the same person's: each word of the shorter
    begins one of the longer, or goes on where that ends.

    Families and whole offices share a number, so “Ann Lee” is neither “Bo Lee” nor “Ann Miller”;
    she is “Ann Q. Lee”, “A. Lee”, “Lee, Ann” and “Anna Lee”.
    """
    short, long = sorted(
        ([*filter(None, map(_bare, name.split()))] for name in (one, other)), key=len
    )
    return any(len(word) > 1 for word in short) and all(
        any(word.startswith(part) or part.startswith(word) for part in long) for word in short
    )


def _bare(word: str) -> str:
    return word.strip(".,;()")
