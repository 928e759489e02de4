"""Cells of a table that a spreadsheet opens: nothing in them may be taken for a formula.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import zoneinfo
from typing import Any

from accounts import phones

# The wide ones are the same to a spreadsheet in Japanese.
BEGINS_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠|%")
# Our own phone numbers, in groups: a spreadsheet keeps them as text, plus sign and all.
NUMBERS = re.compile(r"\+[0-9]+(?: [0-9]+)+(?:; \+[0-9]+(?: [0-9]+)+)*")


def cell(value: Any, zone: zoneinfo.ZoneInfo) -> str:
    """`value` as it stands in a table: moments in `zone`, to the minute; text that does nothing."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return defused(str(value))


def defused(text: str) -> str:
    """`text` with an apostrophe before it if it begins as a formula, also after what is not seen.

    Spreadsheets take the apostrophe for “this is text”.
    """
    if NUMBERS.fullmatch(text):
        return text
    first = next((sign for sign in text if not _is_unseen(sign)), "")
    risky = first in BEGINS_A_FORMULA or text[:1] in BEGINS_A_FORMULA
    return f"'{text}" if first and risky else text


def is_defused(text: str) -> bool:
    """Whether the apostrophe before `text` is ours, and goes when it comes in again."""
    return text[:1] == "'" and defused(text[1:]) == text


def _is_unseen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf"}


def phone(number: str) -> str:
    """A number in E.164 in groups of digits, which no spreadsheet takes for a sum or a number."""
    return re.sub(r"[^+0-9]+", " ", phones.display(number)).strip() if number else ""
