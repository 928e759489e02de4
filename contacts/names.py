"""Names folded, so that two spellings of one name meet."""

import unicodedata

# One sign can fold to as many as eighteen letters, and the column has an end.
MOST_LETTERS = 400


def fold(name: str) -> str:
    """`name` without accents, case and double spaces: “  Müller ” and “muller” are one."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())[:MOST_LETTERS].rstrip()
