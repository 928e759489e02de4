"""The phone number in a line, in any usual writing, told from dates and amounts."""

import dataclasses
import re

import phonenumbers

# Groups of digits with what people put between them. At least seven digits, or a “+” before them.
CANDIDATE = re.compile(
    r"(?<![\w.,$€£#/:+-])(?:\+\s?|(?=[\d(]))\(?\d(?:[\d\u00a0()./\u2010\u2011-]| (?! )){2,28}"
)
LABEL = re.compile(
    r"(?:\b(?:tel|telephone|phone|mobile|mob|cell|ph|direct|direct line|office|number|no|nr|on|m"
    r"|m|t|p|c|w|d)\.?:?\s*|\(\s*|☎\s*|📞\s*)+$",
    re.IGNORECASE,
)
EXTENSION = re.compile(
    r"\s*[,;]?\s*(?:ext(?:ension)?\.?|x|#|durchwahl|dw)\s*:?\s*\d{1,6}\b|\s*\)", re.IGNORECASE
)
DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20|21)\d\d(?!\d)"
)
AMOUNT_AFTER = re.compile(
    r"\s?(?:[k%€$£]|eur|usd|gbp|chf|euros?|dollars?|pounds?)\b", re.IGNORECASE
)
AMOUNT_BEFORE = re.compile(r"(?:[$€£¥]|eur|usd|gbp|chf)\s?$", re.IGNORECASE)
GROUP = re.compile(r"\d+")


@dataclasses.dataclass(frozen=True)
class Number:
    """A number, or what looks like one: [start, end) of the line; `e164` None when it is none."""

    start: int
    end: int
    e164: str | None


def find(line: str, region: str) -> list[Number]:
    """Every phone number of the line, from left to right."""
    found = []
    done = 0
    for match in CANDIDATE.finditer(line):
        if match.start() >= done and (number := _number(line, match, region)):
            found.append(number)
            done = number.end
    return found


def _number(line: str, match: re.Match[str], region: str) -> Number | None:
    start, text = match.start(), match[0]
    groups = list(GROUP.finditer(text))
    international = text.startswith(("+", "00"))
    digits = sum(len(group[0]) for group in groups)
    if DATE.match(text) or AMOUNT_BEFORE.search(line[max(0, start - 5) : start]):
        return None
    if digits < (5 if international else 7):
        return None
    for last in range(len(groups), 0, -1):
        end = groups[last - 1].end()
        if (e164 := _e164(text[:end], region)) is not None:
            if AMOUNT_AFTER.match(line, start + end):
                return None
            return _with_words_around(line, start, start + end, e164)
    if AMOUNT_AFTER.match(line, match.end()):
        return None
    return _with_words_around(line, start, start + groups[-1].end(), None)


def _e164(text: str, region: str) -> str | None:
    """The number in E.164. Without a “+” it must exist: 555-0100 may belong to any country."""
    if text.startswith("00"):
        # Most of the world dials 00 where a “+” is written; no national number begins so.
        text = f"+{text[2:]}"
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    if not valid and not (text.startswith("+") and phonenumbers.is_possible_number(number)):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _with_words_around(line: str, start: int, end: int, e164: str | None) -> Number:
    """With “tel:” before it and “ext. 12” after it, so that neither is taken for a name."""
    while after := EXTENSION.match(line, end):
        end = after.end()
    before = LABEL.search(line[max(0, start - 40) : start])
    if before:
        start -= len(before[0])
    return Number(start, end, e164)
