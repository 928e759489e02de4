"""How much of a file is looked at: whoever made it may have meant harm."""

from __future__ import annotations

# Bytes. As many rows as are taken have room in it: of Outlook's, one is 92 columns of commas. Most
# of a file of cards is pictures, which are skipped.
LARGEST = {"csv": 20 << 20, "vcard": 20 << 20, "call_log": 20 << 20}

ROWS = 50_000
# Characters.
LINE = 1 << 18
CELL = 1 << 16
BEGINNING = 80  # of what could not be read, to show it
COLUMNS = 500
LINES = 2_000_000
PROPERTIES = 2_000  # of a card
CARD = 1 << 20  # characters of what is kept of it
PARAMETERS = 50  # of a property
NESTED = 10  # cards in cards
REACHED_BY = 20  # numbers of one contact, and addresses
PHONE = 64
EMAIL = 254
LABEL = 40
TOKEN = 1 << 20  # bytes of one element of XML
DEEP = 5  # elements in elements


def beginning(text: str) -> str:
    """The first of `text`, in one line and without what cannot be kept."""
    text = text[: BEGINNING * 4]
    shown = (
        text
        if text.isprintable()
        else "".join(sign if sign.isprintable() else " " for sign in text)
    )
    return " ".join(shown.split())[:BEGINNING]
