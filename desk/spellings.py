"""The spellings of one name, found in any text."""

from __future__ import annotations

import functools
import re
import zoneinfo
from collections.abc import Iterable
from typing import Any

from django.utils.text import capfirst

from contacts.companies import GERMAN
from contacts.names import bare

# Written in each other's place, and not an accent on a letter, which NFKD would take off.
ALIKE = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Between two words of a name: as in a sentence, over the end of a line, in an address or a file.
BETWEEN = r"(?:\s+|[._+\-])"


# By which a clock is read, and which no user writes. One without a stroke may be a name: “Israel”.
ZONES = frozenset(name for name in zoneinfo.available_timezones() if "/" in name)


@functools.lru_cache(maxsize=4096)
def _bare(sign: str) -> str:
    """One sign as `contacts.names.fold` has it; nothing for an accent that stands alone."""
    return bare(sign.casefold().translate(ALIKE)).translate(ALIKE)


def _folded(text: str) -> tuple[str, list[int] | None]:
    """`text` folded, and for each of its letters where that stood (None: in the same place)."""
    if text.isascii():
        return text.lower().replace("`", "'"), None
    letters: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        seen = _bare(sign)
        letters.append(seen)
        places.extend([at] * len(seen))
    return "".join(letters), places


class Spellings:
    """A name, as a whole and in whatever case, with or without accents, over any spaces.

    `Pat Doe` is found in `PAT DÖE`, `pat.doe@example.net`, `Doe, Pat` and `Pat_Doe.pdf`, and not
    in `Pat Doerr`, nor is `Pat` alone. `instead` is what stands in its place.
    """

    def __init__(self, names: Iterable[str], *, instead: str) -> None:
        self.instead = instead
        patterns = {pattern for name in names for pattern in self._patterns(name)}
        if not patterns:
            raise ValueError("no name")
        # The longest first: of two that begin alike the whole is to go.
        either = "|".join(sorted(patterns, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])")

    @staticmethod
    def _patterns(name: str) -> Iterable[str]:
        # “Müller” is written “Mueller” in an address, and “O'Brien” as “obrien”.
        for spelled in (name, name.casefold().translate(GERMAN)):
            folded = re.split(r"[\s\-]+", _folded(spelled)[0])
            words = [re.escape(word).replace("'", "'?") for word in folded if word.strip("'")]
            if words:
                yield BETWEEN.join(words)
            elif signs := _folded(spelled)[0].strip():
                yield re.escape(signs)  # somebody of whom no more than “--” is known
            for first in range(1, len(words)):
                family, given = BETWEEN.join(words[first:]), BETWEEN.join(words[:first])
                yield rf"{family}\s*,\s*{given}"

    def replaced(self, value: Any) -> Any:
        """`value` without the name: a text, or whatever JSON is made of."""
        if isinstance(value, str):
            return value if value in ZONES else self._in_text(value)
        if isinstance(value, list | tuple):
            return [self.replaced(one) for one in value]
        if isinstance(value, dict):
            return {self.replaced(key): self.replaced(one) for key, one in value.items()}
        return value

    def _in_text(self, text: str) -> str:
        folded, places = _folded(text)
        parts: list[str] = []
        done = 0
        for match in self._pattern.finditer(folded):
            start, end = match.span()
            if places is not None:
                start = places[start]
                # Up to the next letter: an accent that stands by itself goes along.
                end = places[end] if end < len(places) else len(text)
            if start < done:
                continue
            said = self.instead if parts or text[:start].strip() else capfirst(self.instead)
            parts += [text[done:start], said]
            done = end
        return "".join([*parts, text[done:]]) if parts else text
