"""Cards of address books: vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), also as they really come.

Cards are read one by one, and of a card only the properties that say who it is and how to reach
them: pictures, sounds and keys are passed over as they come, and never held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from desk.importing import limits
from desk.importing.card_lines import KEPT, Property, Wrong, logical_lines, property_of
from desk.importing.card_people import contact_of
from desk.importing.decoding import lines
from desk.importing.entries import Contact, ImportRefused, Unreadable
from desk.importing.tables import too_many

LARGEST = limits.LARGEST["vcard"]


BEGINS_A_MARKER = frozenset("BbEe ")


@dataclass
class Card:
    """A card on the way in; `wrong` is why nothing can be made of it."""

    at: int
    version: str = ""
    properties: list[Property] = field(default_factory=list)
    count: int = 0
    size: int = 0
    shown: str = ""
    wrong: str = ""
    depth: int = 1
    was_agent: bool = False  # the line before: a card may begin in this one
    was_kept: bool = False  # what does not look like a property may belong to the one before

    def deeper(self) -> None:
        self.depth += 1
        self.was_agent = False
        if self.depth > limits.NESTED:
            self.refuse(_("Too many cards in one another."))

    def refuse(self, why: str) -> None:
        self.wrong = why
        self.properties.clear()


def read(file: BinaryIO, encoding: str) -> Iterator[Contact | Unreadable]:
    """Each card as a contact. Raises `ImportRefused`, also on the way, if the file is unusable."""
    card: Card | None = None
    number = 0
    is_stray = False
    for line in logical_lines(lines(file, encoding, largest=LARGEST)):
        marker = ""
        if len(line.text) < 32 and line.text[:1] in BEGINS_A_MARKER:
            marker = line.text.replace(" ", "").strip().casefold()
        if card is None:
            if marker == "begin:vcard":
                number += 1
                if number > limits.ROWS:
                    raise too_many()
                card, is_stray = Card(number), False
            elif line.text.strip() and not is_stray:
                is_stray = True
                number += 1
                yield Unreadable(number, limits.beginning(line.text), _("This stands in no card."))
        elif marker == "begin:vcard":
            if card.was_agent:
                card.deeper()
                continue
            yield Unreadable(card.at, card.shown, _("The card has no end."))
            number += 1
            if number > limits.ROWS:
                raise too_many()
            card = Card(number)
        elif marker == "end:vcard":
            card.depth -= 1
            if not card.depth:
                yield _ended(card)
                card = None
        else:
            _take(card, line.text, line.is_whole, encoding)
    if card is not None:
        raise ImportRefused(_("This file is cut off: card %(n)d has no end.") % {"n": card.at})


def _take(card: Card, text: str, is_whole: bool, encoding: str) -> None:
    """One line of a card, kept if it says who it is."""
    head, colon, value = text.partition(":")
    name = head.partition(";")[0].rpartition(".")[2].strip().casefold()
    card.was_agent = name == "agent" and not value.strip()
    if name == "agent" and value.replace(" ", "").casefold() == "begin:vcard":
        card.deeper()
    if card.depth > 1 or card.wrong or not text.strip():
        return
    if not colon and not card.was_kept:
        return
    card.was_kept = name in KEPT
    card.count += 1
    if card.count > limits.PROPERTIES:
        card.refuse(_("More than %(most)d lines in a card.") % {"most": limits.PROPERTIES})
        return
    if colon and name not in KEPT:
        return
    try:
        if found := property_of(text, card.version, encoding, is_whole=is_whole):
            if found.name == "version":
                card.version = found.value.strip()
            elif not card.shown and found.name in {"fn", "n", "org"}:
                card.shown = limits.beginning(found.value)
            card.properties.append(found)
            card.size += len(found.value)
            if card.size > limits.CARD:
                card.refuse(_("The card is too long."))
    except Wrong as why:
        card.refuse(str(why))
        card.shown = card.shown or limits.beginning(text)


def _ended(card: Card) -> Contact | Unreadable:
    if card.wrong:
        return Unreadable(card.at, card.shown, card.wrong)
    return contact_of(card.at, card.shown, card.properties)
