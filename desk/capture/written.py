"""A line as it was typed, with what is known of it before it is read."""

import dataclasses
import re
import unicodedata

from desk.capture import numbers
from followups.due.phrases import Phrase, phrases

ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|\b(?:https?://|www\.)\S+")


@dataclasses.dataclass(frozen=True)
class Line:
    """One text four times, all of one length, so that a position in one is one in each.

    `masked` has semicolons for phone numbers and addresses; `body` besides has blanks for
    moments, and `barred` bars.
    """

    text: str
    masked: str
    body: str
    barred: str
    phrases: tuple[Phrase, ...]
    numbers: tuple[numbers.Number, ...]


def prepare(line: str, locale: str, region: str) -> Line:
    """`line` with its phone numbers (of `region`), its addresses and its moments found."""
    text = "".join(_plain(character) for character in line)
    found = tuple(numbers.find(text, region.upper()))
    masked = _covered(text, [(number.start, number.end) for number in found], ";")
    masked = _covered(masked, [address.span() for address in ADDRESS.finditer(masked)], ";")
    moments = tuple(phrases(masked, locale))
    spans = [(phrase.start, phrase.end) for phrase in moments]
    return Line(
        text, masked, _covered(masked, spans, " "), _covered(masked, spans, "|"), moments, found
    )


def _plain(character: str) -> str:
    """A control character parts words as a new line does; a tab is a blank."""
    if unicodedata.category(character) in ("Cc", "Zl", "Zp"):
        return " " if character == "\t" else "\n"
    return character


def _covered(text: str, spans: list[tuple[int, int]], sign: str) -> str:
    signs = list(text)
    for start, end in spans:
        signs[start:end] = sign * (end - start)
    return "".join(signs)
