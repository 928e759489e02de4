"""Lines of a card: folded ones joined, and each taken apart into name, parameters and value."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from desk.importing import limits

# What says who somebody is. All else is passed over: pictures, sounds, keys, addresses, days.
KEPT = frozenset(
    "version fn n nickname org title role tel email note categories kind x-ablabel x-abshowas "
    "x-addressbookserver-kind".split()
)
# Bare words of vCard 2.1 that say how a value is written, and not what it is for.
ENCODINGS = frozenset({"quoted-printable", "base64", "8bit", "7bit", "binary", "b", "q"})
# Of those that Python knows, the ones that telephones write; others are no text, or slow.
CHARSETS = re.compile(
    r"utf-?8|us-ascii|ascii|(?:iso|iso8859|windows|cp|koi8|latin)[-_]?[0-9ru]{1,4}(?:[-_][0-9]{1,2})?"
    r"|shift[-_]?jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5"
)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
PIECES = re.compile(r"\\.|[^\\;,]+|[\\;,]", re.DOTALL)


class Wrong(Exception):
    """Why a card cannot be read."""


@dataclass(frozen=True)
class Line:
    text: str
    is_whole: bool  # else it was too long, and this is how it begins


@dataclass(frozen=True)
class Property:
    name: str  # folded
    value: str  # decoded, but as it was escaped
    group: str = ""
    types: frozenset[str] = frozenset()
    is_old: bool = False  # of vCard 2.1, which escapes little


@dataclass
class _Joined:
    """A line that goes on for as long as its continuations come, up to a limit."""

    parts: list[str] = field(default_factory=list)
    size: int = 0
    is_whole: bool = True
    is_quoted: bool = False  # quoted-printable: a “=” at the end says that it goes on
    is_binary: bool = False

    def add(self, text: str) -> None:
        if self.is_whole:
            self.parts.append(text[: limits.CELL - self.size])
        self.size += len(text)
        self.is_whole = self.size <= limits.CELL

    def line(self) -> Line:
        return Line("".join(self.parts), self.is_whole)


def logical_lines(pieces: Iterator[str]) -> Iterator[Line]:
    """Lines as they were before they were folded, none longer than `limits.CELL`.

    A line begins with a space if it goes on with the one before. vCard 2.1 folds at spaces, which
    are part of the text; the later ones put one there, which is not.
    """
    now: _Joined | None = None
    goes_on = is_middle = is_old = False
    indent: str | None = None
    for piece in pieces:
        text = piece.rstrip("\r\n")
        begins, is_middle = not is_middle, text == piece
        if begins:
            # A mark stands where another file was joined on, an indent before every line or none.
            text = text.removeprefix("\ufeff")
            if indent is None and text.strip():
                indent = text[: len(text) - len(text.lstrip(" \t"))]
            text = text.removeprefix(indent or "")
        if (now is not None and not begins) or (
            now is not None and goes_on and not _is_end(text)
        ):  # what is left of a long line
            now.add(text)
        elif now is not None and text[:1] in {" ", "\t"} and text.strip():
            now.add(text if is_old and not now.is_binary else text[1:])
        elif now is not None and now.is_binary and text and ":" not in text:
            now.add(text)  # base64 of old programs, with nothing before it
        else:
            if now is not None:
                yield now.line()
            head, _colon, value = text.partition(":")
            head = head.casefold()
            if head.strip() == "version":
                is_old = value.strip().startswith("2")
            now = _Joined(
                is_quoted="quoted-printable" in head,
                is_binary="base64" in head or "encoding=b" in head,
            )
            now.add(text)
        goes_on = now.is_quoted and text.rstrip().endswith("=")
        if goes_on and now.is_whole and not is_middle:
            now.parts[-1] = now.parts[-1].rstrip()[:-1]
    if now is not None:
        yield now.line()


def _is_end(text: str) -> bool:
    return text.strip().casefold() == "end:vcard"


def property_of(text: str, version: str, encoding: str, *, is_whole: bool) -> Property | None:
    """What a line says, if it is of those that matter. Raises `Wrong` if it cannot be told."""
    head, value = _parted(text)
    if head is None:
        raise Wrong(_("A line in it says nothing: there is no colon."))
    first, *parameters = _outside_quotes(head, ";")
    group, _dot, name = first.strip().casefold().rpartition(".")
    if name not in KEPT:
        return None
    if not is_whole:
        raise Wrong(_("A line in it is too long."))
    if len(parameters) > limits.PARAMETERS:
        raise Wrong(_("A line in it has too many parameters."))
    types, how, charset = _read_parameters(parameters)
    if how in {"base64", "b"}:
        raise Wrong(_("Text in it is written as if it were a picture."))
    return Property(
        name,
        _decoded(value, how, charset, encoding),
        group,
        types,
        is_old=version.startswith("2"),
    )


def _parted(text: str) -> tuple[str | None, str]:
    """What stands before the first colon outside of quotes, and what after."""
    place = 0
    for number, part in enumerate(text.split('"')):
        if number % 2 == 0 and (colon := part.find(":")) >= 0:
            return text[: place + colon], text[place + colon + 1 :]
        place += len(part) + 1
    head, found, value = text.partition(":")  # a quotation that is not closed
    return (head, value) if found else (None, "")


def _outside_quotes(text: str, sign: str) -> list[str]:
    """`text` parted at `sign` where it is not quoted; the quotes go."""
    found: list[list[str]] = [[]]
    for number, part in enumerate(text.split('"')):
        if number % 2:
            found[-1].append(part)
            continue
        first, *more = part.split(sign)
        found[-1].append(first)
        found += [[one] for one in more]
    return ["".join(parts) for parts in found]


def _read_parameters(parameters: list[str]) -> tuple[frozenset[str], str, str]:
    """What a value is for, how it is encoded and in which letters."""
    types: set[str] = set()
    how = charset = ""
    for parameter in parameters:
        name, equals, said = parameter.casefold().strip().partition("=")
        if not equals:
            name, said = ("encoding" if name in ENCODINGS else "type"), name
        if name.strip() == "type":
            types.update(one.strip() for one in said.split(",")[: limits.PARAMETERS])
        elif name.strip() == "encoding":
            how = said.strip()
        elif name.strip() == "charset":
            charset = said.strip()
    return frozenset(types), how, charset


def _decoded(value: str, how: str, charset: str, encoding: str) -> str:
    if charset and not CHARSETS.fullmatch(charset):
        raise Wrong(
            _("Its letters are of a kind that is not known: %(name)s.") % {"name": charset[:40]}
        )
    try:
        if how in {"quoted-printable", "q"}:
            octets = binascii.a2b_qp(value.encode(charset or "utf-8", "replace"))
            return _text_of(octets, charset).replace("\0", "")
        if charset and encoding in {"cp1252", "mac_roman"}:
            # The file is no UTF-8, whatever the line says.
            is_utf8 = charset.replace("-", "") == "utf8"
            octets = value.encode(encoding)
            return (_text_of(octets, "") if is_utf8 else octets.decode(charset)).replace("\0", "")
    except LookupError as error:
        raise Wrong(
            _("Its letters are of a kind that is not known: %(name)s.") % {"name": charset[:40]}
        ) from error
    except UnicodeError as error:
        raise Wrong(_("Its letters are damaged, or of another kind than it says.")) from error
    return value


def _text_of(octets: bytes, charset: str) -> str:
    """In UTF-8 where nothing is said, or as old telephones write it."""
    try:
        return octets.decode(charset or "utf-8")
    except UnicodeDecodeError:
        if charset:
            raise
        return octets.decode("cp1252")


def unescaped(found: Property) -> str:
    """The value of a property that is one text."""
    if found.is_old:
        return found.value.replace("\\;", ";")
    return _plain(found.value)


def _plain(text: str) -> str:
    return ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], text)


def parts(found: Property, sign: str) -> list[str]:
    """The value of a property with several parts (“;” or “,” between them)."""
    made: list[list[str]] = [[]]
    for piece in PIECES.findall(found.value):
        if piece == sign:
            made.append([])
        elif len(piece) == 2 and piece[0] == "\\" and (not found.is_old or piece[1] == ";"):
            made[-1].append(_plain(piece))
        else:
            made[-1].append(piece)
    return ["".join(part).strip() for part in made]
