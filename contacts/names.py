"""Names folded, so that two spellings of one name meet."""

import unicodedata
from typing import Any

# One sign can fold to as many as eighteen letters, and the column has an end.
MOST_LETTERS = 400

# Written for one another by keyboards, telephones and word processors: an apostrophe, a hyphen.
# An acute accent that stands alone is among them before NFKD makes a space and an accent of it.
APOSTROPHES = "’‘‛ʼʻʽʹʾʿ′‵`´\u1ffd\u1fbd\u1fbf\u1ffe\u055a\ua78c"
HYPHENS = "‐‑‒–—―−⁃﹘\u058a\u05be\u30a0"
SAME_SIGN = str.maketrans(
    {
        **dict.fromkeys(APOSTROPHES, "'"),
        **dict.fromkeys(HYPHENS, "-"),
    }
)


def bare(text: str) -> str:
    """`text` without case, accents and what nobody sees; one apostrophe and one hyphen for all."""
    if text.isascii():
        return text.lower().translate(SAME_SIGN)
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(SAME_SIGN))
    seen = (
        letter
        for letter in decomposed
        # Cf: a soft hyphen, a joiner, a mark of direction, as they come along when text is pasted.
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )
    return "".join(seen).casefold().translate(SAME_SIGN)


def fold(name: str) -> str:
    """`name` as it is compared: “  Müller ” and “muller” are one, so are O’Brien and O'Brien."""
    return " ".join(bare(name).split())[:MOST_LETTERS].rstrip()


def refold(row: Any) -> None:
    """Derive what a name is found by anew; raises `ValueError` for a name without letters."""
    row.folded_name = fold(row.name)
    if not row.folded_name:
        raise ValueError("no name")
