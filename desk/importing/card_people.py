"""Whom a card is about, and how to reach them, out of its properties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from django.utils.translation import gettext as _

from desk.importing import limits, people
from desk.importing.card_lines import Property, parts, unescaped
from desk.importing.entries import Circle, Contact, Labelled, Unreadable

# What is no telephone that somebody speaks into.
FAXES = frozenset({"fax", "pager", "modem", "bbs", "textphone"})
SPEAKS = frozenset({"voice", "cell"})
# Said of most numbers, and of no use as a label.
SAYS_NOTHING = frozenset({"voice", "pref", "internet", "x400", "msg", "text", "video", "other"})


def contact_of(at: int, shown: str, properties: Sequence[Property]) -> Contact | Unreadable:
    """What a card says, as a contact; the firm itself, if it is a firm's."""
    kind = _first(properties, "kind") or _first(properties, "x-addressbookserver-kind")
    if kind.casefold() == "group":
        return Unreadable(at, shown, _("This is a list of cards, and nobody's own."))
    firm = _firm(properties)
    name = _name(properties)
    shows_firm = _first(properties, "x-abshowas").casefold() == "company"
    if kind.casefold() in {"org", "organization"}:
        name, firm = "", firm or name
    elif shows_firm:  # somebody may be named in it all the same
        name, firm = _structured_name(properties), firm or name
    elif firm and people.line(name).casefold() == people.line(firm).casefold():
        name = ""
    own_labels = {
        one.group: unescaped(one).strip().removeprefix("_$!<").removesuffix(">!$_")
        for one in properties
        if one.name == "x-ablabel" and one.group
    }
    return people.contact(
        at,
        shown=shown,
        name=name,
        firm=firm,
        title=_first(properties, "title") or _first(properties, "role"),
        phones=_phones(properties, own_labels),
        emails=_emails(properties, own_labels),
        notes="\n".join(unescaped(one) for one in properties if one.name == "note"),
        circle=_circle(properties),
    )


def _first(properties: Iterable[Property], name: str) -> str:
    said = (unescaped(one).strip() for one in properties if one.name == name)
    return next(filter(None, said), "")


def _name(properties: Sequence[Property]) -> str:
    if name := _first(properties, "fn"):
        return _without_address(name, properties)
    return _structured_name(properties) or _first(properties, "nickname")


def _without_address(name: str, properties: Iterable[Property]) -> str:
    """“Dr. Ann Lee” as any table calls her, if the card says that “Dr.” is how she is addressed."""
    for one in properties:
        if one.name == "n" and (address := "".join(parts(one, ";")[3:4])):
            return name.removeprefix(f"{address} ").strip() or name
    return name


def _structured_name(properties: Iterable[Property]) -> str:
    for one in properties:
        if one.name == "n":
            last, first, middle, _address, suffix, *_more = [*parts(one, ";"), *[""] * 5]
            if name := people.full_name(first, middle, last):
                return people.full_name(name, suffix)
    return ""


def _firm(properties: Iterable[Property]) -> str:
    """The firm, without its departments."""
    said = (part for one in properties if one.name == "org" for part in parts(one, ";"))
    return next(filter(None, said), "")


def _phones(properties: Iterable[Property], own: dict[str, str]) -> Iterator[Labelled]:
    for one in properties:
        if one.name != "tel" or (one.types & FAXES and not one.types & SPEAKS):
            continue
        own_kinds = [_own_kind(word) for word in one.types if word.startswith("x-")]
        if any(map(people.is_nobodys, [own.get(one.group, ""), *own_kinds])):
            continue
        text = unescaped(one).strip()
        if text[:4].casefold() == "tel:":
            number, *said = unquote(text[4:]).split(";")
            extension = next((part[4:] for part in said if part.startswith("ext=")), "")
            text = f"{number} ext. {extension}" if extension else number
        yield Labelled(text, _label(one, own))


def _own_kind(word: str) -> str:
    """“x-evolution-callback” is a callback."""
    return word.removeprefix("x-").removeprefix("evolution-")


def _emails(properties: Iterable[Property], own: dict[str, str]) -> Iterator[Labelled]:
    for one in properties:
        if one.name == "email":
            text = unescaped(one).strip()
            if people.OF_EXCHANGE.match(text):
                continue
            if found := people.IN_BRACKETS.search(text):
                text = found[1]
            text = unquote(text[7:]) if text[:7].casefold() == "mailto:" else text
            yield Labelled(text, _label(one, own))


def _label(one: Property, own: dict[str, str]) -> str:
    if one.group and (label := people.own_label(own.get(one.group, ""))):
        return label
    said = {_own_kind(word) for word in one.types} - SAYS_NOTHING
    for word in ("cell", "iphone", "main", "work", "home"):
        if word in said:
            return people.label(word)
    return min(said, default="")[: limits.LABEL]


def _circle(properties: Iterable[Property]) -> Circle:
    said = (
        people.circle(part)
        for one in properties
        if one.name == "categories"
        for part in parts(one, ",")[: limits.PARAMETERS]
    )
    return next(filter(None, said), Circle.UNSAID)
