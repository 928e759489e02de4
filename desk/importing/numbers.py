"""Numbers as they stand in files: several in a cell, with an extension, or with words beside them."""

from __future__ import annotations

import functools
import re

import phonenumbers
from django.core.exceptions import ValidationError

from accounts import phones

# What people and programs write where there is no number.
NOTHING = re.compile(r"(?:[^\w+]*|n/?a|none|null|nil|nan|unknown)", re.IGNORECASE)
# As spreadsheets write a number that they took for an amount, and links write one.
AROUND = re.compile(r"^tel:|(?<=[0-9])\.0$", re.IGNORECASE)
BETWEEN = re.compile(r"\s+/\s*|\s*/\s+|[,;]\s+|,(?=\+)|[;\n|]|\s+(?:or|oder|ou|and|und|et)\s+")
# What is dialled once somebody has answered: “x17”, “ext. 17”, “,,17#”, “p17”. No part of it is long,
# so that a cell full of commas costs no time.
DIALLED_AFTER = re.compile(
    r"[\s,;]{0,3}(?:(?:extension|extn|ext|ex|x|durchwahl|dw|poste|interno|toestel|tst)[.:=\s]{0,3}"
    r"|[,;pw#]{1,3}\s?)[0-9*#,;pw]{1,12}\s?$",
    re.IGNORECASE,
)
# “office: …”, “… (mobile)”, “… evenings”.
WORDS = re.compile(r"^[^\W\d_][^:+0-9]{0,30}:\s*|[\s(]+[^\W\d_][^+0-9]{0,40}$")
# Without what a telephone would not dial.
A_PHONE = re.compile(r"\+?[0-9(][0-9\s()/.\-]{5,}")
# Fewer are a part of a number that somebody left out the beginning of.
FEWEST = 6
# In one cell.
MOST = 5


def number_of(text: str, region: str, *, only_valid: bool = False) -> str:
    """In E.164, or "" for what is no number; `region` is meant by one without a country."""
    try:
        return phones.parse(text, region=region, only_valid=only_valid)
    except ValidationError:
        return ""


def numbers_of(text: str, region: str, *, only_valid: bool = False) -> tuple[list[str], bool]:
    """The numbers in `text`, in E.164, and whether something else stands there that should be kept.

    `only_valid`: not what has no country, and is none that `region` gives out.
    """
    number_in = functools.partial(number_of, region=region, only_valid=only_valid)
    if NOTHING.fullmatch(text.strip()):
        return [], False
    text = AROUND.sub("", text.strip())
    if number := number_in(text):
        return [number], False
    if sum(map(str.isdigit, text)) < FEWEST:
        return [], True
    if number := number_in(without_words(text)):
        return [number], True
    parts = [part for part in BETWEEN.split(text, MOST) if part.strip()]
    found, is_more = [], False
    for part in parts if len(parts) > 1 else ():
        bare = without_words(part)
        number = number_in(bare) if sum(map(str.isdigit, bare)) >= FEWEST else ""
        found += [number] if number else []
        is_more = is_more or not number or bare != part.strip()
    return found, is_more or not found


def numbers_of_somebody(texts: list[str], region: str) -> list[tuple[list[str], bool]]:
    """As `numbers_of`, of each text that one card holds.

    Beside a number in +49, “0171 2345678” is a German's: `region` may have as long ones, and gives
    none of these out.
    """
    found = [numbers_of(text, region) for text in texts]
    abroad = _abroad(texts, found, region) if len(texts) > 1 else ()
    for at, text in enumerate(texts) if abroad else ():
        if numbers_of(text, region, only_valid=True)[0] == found[at][0]:
            continue
        theirs = (numbers_of(text, other, only_valid=True) for other in abroad)
        found[at] = next((one for one in theirs if one[0]), found[at])
    return found


def _abroad(texts: list[str], found: list[tuple[list[str], bool]], region: str) -> list[str]:
    """The other countries that numbers among these say themselves, each once."""
    home = f"+{phonenumbers.country_code_for_region(region)}"
    said = (
        phonenumbers.region_code_for_number(phones.read(number))
        for text, (numbers, _is_more) in zip(texts, found, strict=True)
        if "+" in text or text.lstrip("( ").startswith("00")
        for number in numbers
        if not number.startswith(home)
    )
    return [one for one in dict.fromkeys(said) if one]


def looks_like_one(text: str) -> bool:
    """Whether a number stands in `text`, of whatever country, and little else."""
    if sum(map(str.isdigit, text)) < FEWEST:
        return False
    parts = [text, *BETWEEN.split(text, MOST)]
    return any(A_PHONE.fullmatch(without_words(AROUND.sub("", part.strip()))) for part in parts)


def without_words(text: str) -> str:
    """`text` without an extension, and without words before or after the number."""
    return WORDS.sub("", DIALLED_AFTER.sub("", WORDS.sub("", text.strip()))).strip()
