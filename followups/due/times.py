"""The time of day that an atom names, or why it must be asked."""

import datetime as dt

from followups.due import reasons
from followups.due import words as due_words
from followups.due.phrases import Atom
from followups.due.reasons import Ask

# Where people write 4:30 for half past four in the afternoon.
TWELVE_HOURS = {"en", "en-us", "en-ca", "en-au", "en-ph"}


def clock_time(atom: Atom, part: str | None, locale: str) -> dt.time:
    """The time of day that an atom names, with “morning” or “evening” beside it for the doubt."""
    values = atom.values
    hour, minute = hour_and_minute(atom, locale)
    if hour > 24 or minute > 59:
        raise Ask(reasons.no_such_time())
    meridiem = values.get("meridiem", "")[:1].lower()
    if not meridiem and hour <= 12 and part is not None:
        meridiem = "a" if part == "morning" else "p"
        if part == "lunch" and hour in (10, 11):
            meridiem = "a"
    if meridiem:
        if not 1 <= hour <= 12 or (part == "morning" and meridiem == "p" and hour != 12):
            raise Ask(reasons.no_such_time())
        hour = hour % 12 + (12 if meridiem == "p" else 0)
    elif hour <= 12 and is_doubtful(atom, hour, locale):
        raise Ask(reasons.bare_hour(hour))
    if (hour, minute) in ((0, 0), (24, 0)):
        raise Ask(reasons.midnight())
    if hour == 24:
        raise Ask(reasons.no_such_time())
    return dt.time(hour, minute)


def hour_and_minute(atom: Atom, locale: str) -> tuple[int, int]:
    values = atom.values
    if atom.kind == "dotted":
        return int(values["a"]), int(values["b"])
    hour = due_words.count(values["hour"])
    if atom.kind != "spoken":
        return hour, int(values.get("minute", 0))
    if not locale.startswith("en"):
        # “Half vier” is half past three in Dutch and German.
        raise Ask(reasons.bare_hour(hour))
    words = values["past"].lower().split()
    amount = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}.get(words[0], 25)
    if words[0].startswith("twenty") and ("five" in words or "-" in words[0]):
        amount = 25
    return (hour, amount) if words[-1] != "to" else ((hour - 1) or 12, 60 - amount)


def is_doubtful(atom: Atom, hour: int, locale: str) -> bool:
    """Whether an hour from 1 to 12 without am or pm leaves half a day open."""
    if atom.kind in ("bare", "spoken"):
        return hour != 0
    if atom.kind == "clock" and "own_clock" not in atom.values:
        return True
    if not 1 <= hour <= 6:
        return False
    written = atom.values.get("hour", atom.values.get("a", ""))
    return locale in TWELVE_HOURS or not written.startswith("0")
