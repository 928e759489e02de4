"""Texts as words to be looked for: folded and parted here once, so that both engines see the same.

What SQLite and PostgreSQL take for a word, an accent or a capital differs; neither is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations

# Letters that no decomposition takes their stroke or their ligature from.
PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h"}
    | {"ŧ": "t", "ŋ": "n", "ı": "i", "ĸ": "k", "ə": "e"}
)
# Of a longer word its beginning is enough: PostgreSQL has an end at 2 KB.
LONGEST = 40
# PostgreSQL knows no position beyond 16,383.
MOST_WORDS = 12_000

WORD = re.compile(r"[^\W_]+")
# O’Brien, Smith-Jones: found as two words and as one. Nothing that was read is given back (`++`):
# from within a word it can only fail again.
JOINED = re.compile(r"(?<![^\W_])[^\W_]++(?:['’ʼ`´‐‑-][^\W_]++)+")
THOUSANDS = re.compile(r"\d{1,3}(?:[.,'’]\d{3})+(?!\d)")
# As people write a number to call; seven digits or more.
NUMBER = re.compile(r"(?<!\w)\+?\(?\d(?:[\s().\-/\u00a0\u2010-\u2013]{0,3}\d){6,16}(?!\w)")
# The fewest digits that find a number by any part of it.
FEWEST_DIGITS = 4


def folded(text: str) -> str:
    """`text` without accents and case; a letter may become two (“ß”, “æ”)."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def _folded(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter.casefold()).casefold().translate(PLAIN)
    # “İ” and its like decompose only once they are small.
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(part for part in plain if unicodedata.category(part)[0] != "M")


class _Folded(dict[int, str]):
    """What each letter is folded to, as `str.translate` asks for it; found once.

    A letter is folded by itself: those about it change nothing, but for the order of its accents.
    """

    # More than all that one language writes with; of a text that holds all of Unicode, no more.
    MOST = 20_000

    def __missing__(self, code: int) -> str:
        found = _folded(chr(code))
        if len(self) < self.MOST:
            self[code] = found
        return found


_FOLDED = _Folded()


def words_of(text: str) -> list[str]:
    """The words of `text`, folded, in their order."""
    return [word[:LONGEST] for word in WORD.findall(folded(text))]


def joined_in(text: str) -> Iterator[str]:
    """What two words of `text` are as one: “obrien”, “smithjones”, and 120000 for “120,000”."""
    for pattern in (JOINED, THOUSANDS):
        for found in pattern.finditer(text):
            yield "".join(words_of(found.group()))[:LONGEST]


def digits_of(text: str) -> str:
    """The digits of a number, however it is written. “+44 (0)20” has no zero there."""
    return "".join(
        str(unicodedata.digit(sign)) for sign in text.replace("(0)", "") if sign.isdecimal()
    )


def numbers_in(text: str) -> Iterator[str]:
    """The digits of each number to call that somebody has written into `text`."""
    for found in NUMBER.finditer(text):
        digits = digits_of(found.group())
        if 7 <= len(digits) <= 17:
            yield digits


def ends_of(digits: str) -> Iterator[str]:
    """Its ends of four digits or more: each part of a number is the beginning of one of them."""
    for start in range(max(1, len(digits) - FEWEST_DIGITS + 1)):
        yield digits[start:]


# Names misspelled ---------------------------------------------------------------------------------

SHORTEST_NAME, LONG_NAME = 4, 7
# Of a longer one its first letters are compared, and by the first of those it is looked up: two
# names that differ by few letters do so in their beginnings, too.
NAME_LETTERS, LOOKED_UP = 12, 8


def slips_for(word: str) -> int:
    """How many letters of a name may be wrong, left out, too many or in each other's place."""
    if len(word) < SHORTEST_NAME or word.isdecimal():
        return 0
    return 2 if len(word) >= LONG_NAME else 1


def shortened(word: str) -> set[str]:
    """The beginning of `word`, and what is left of it when up to two of its letters are missing.

    Two spellings of a name that differ by few letters have one of these in common, so that one is
    found by the other with plain look-ups, on every engine alike (Garbe's symmetric deletes).
    """
    word = word[:LOOKED_UP]
    if len(word) < SHORTEST_NAME or word.isdecimal():
        return set()
    most = 2 if len(word) >= LONG_NAME - 2 else 1
    return {
        "".join(left)
        for missing in range(most + 1)
        for left in combinations(word, len(word) - missing)
    }


# Of many people's names few are different.
@lru_cache(maxsize=4_096)
def is_close(typed: str, name: str, most: int) -> bool:
    """Whether at most `most` letters part the two; two that changed places count as one."""
    typed, name = typed[:NAME_LETTERS], name[:NAME_LETTERS]
    if abs(len(typed) - len(name)) > most:
        return False
    # A letter that the other has nowhere is one of those that part them.
    letters, others = set(typed), set(name)
    if len(letters - others) > most or len(others - letters) > most:
        return False
    before: list[int] = []
    row = list(range(len(name) + 1))
    for i, letter in enumerate(typed, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(name, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == name[j - 2] and typed[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1] <= most


def fitting(words: Iterable[str]) -> list[str]:
    """As many of them as an index takes."""
    return [word for _at, word in zip(range(MOST_WORDS), words, strict=False)]
