"""Logs of calls as “SMS Backup & Restore” writes them on Android: XML, `<calls><call …/></calls>`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

from contacts.models.names import NAME_LENGTH
from desk.importing import limits, people
from desk.importing.decoding import BLOCK, Bounded
from desk.importing.entries import Direction, ImportRefused, LoggedCall, Unreadable
from desk.importing.tables import too_many

LARGEST = limits.LARGEST["call_log"]
# The numbers that Android gives to what became of a call.
INCOMING, OUTGOING, MISSED, VOICEMAIL, REJECTED, BLOCKED, ANSWERED_ELSEWHERE = range(1, 8)
WITHHELD = frozenset({"2", "3"})  # of “presentation”
NO_NUMBER = frozenset(
    "-1 -2 -3 null unknown private restricted anonymous withheld unavailable blocked".split()
)
NO_DURATION = frozenset({"", "-1", "null"})
NO_NAME = frozenset({"(unknown)", "null", "unknown"})
MESSAGES = frozenset({"smses", "sms", "mms"})
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
# What is later than now is for the preview to say.
LATEST = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
LONGEST = 7 * 24 * 3600  # seconds
# The program writes an emoji as two halves, which XML does not allow.
REFERENCES = re.compile(rb"(?:&#[0-9]{1,7};)+")
# A first half, 55296 to 56319, or a part of any reference, at the end of what has come.
MAY_GO_ON = re.compile(
    rb"(?:&#55(?:29[6-9]|[3-9][0-9]{2});|&#56(?:[0-2][0-9]{2}|3[01][0-9]);)?"
    rb"(?:&[#0-9a-z]{0,9})?\Z"
)


def read(file: BinaryIO) -> Iterator[LoggedCall | Unreadable]:
    """Each call. Raises `ImportRefused`, also on the way, if the file is unusable."""
    log = _Log()
    waiting = b""
    source = Bounded(file, LARGEST)
    while True:
        block = source.read(BLOCK) or b""
        waiting += block
        # A half, or a part of one, waits for what comes.
        end = MAY_GO_ON.search(waiting, max(len(waiting) - 32, 0)) if block else None
        cut = end.start() if end else len(waiting)
        log.feed(mended(waiting[:cut]), is_last=not block)
        waiting = waiting[cut:]
        yield from log.found
        log.found.clear()
        if not block:
            return


def mended(octets: bytes) -> bytes:
    """`octets` with halves of signs joined, and signs that XML cannot hold replaced."""
    return REFERENCES.sub(_mend, octets) if b"&#" in octets else octets


def _mend(found: re.Match[bytes]) -> bytes:
    numbers = [int(one) for one in found[0][2:-1].split(b";&#")]
    signs: list[int] = []
    half = 0
    for number in numbers:
        if half and 0xDC00 <= number < 0xE000:
            signs[-1] = 0x10000 + ((half - 0xD800) << 10) + (number - 0xDC00)
            half = 0
            continue
        half = number if 0xD800 <= number < 0xDC00 else 0
        is_sign = number in {9, 10, 13} or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE
        signs.append(number if is_sign or 0x10000 <= number < 0x110000 else 0xFFFD)
    return b"".join(b"&#%d;" % sign for sign in signs)


def check(head: bytes) -> None:
    """Raises `ImportRefused` unless `head`, the beginning of a file, is of a log of calls."""
    log = _Log()
    log.feed(mended(head), is_last=False)
    if not log.is_begun:
        raise ImportRefused(_("This XML is no log of calls."))


class _Log:
    """What expat tells, element by element."""

    def __init__(self) -> None:
        self.found: list[LoggedCall | Unreadable] = []
        self.is_begun = False
        self.depth = self.count = self.fed = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        # Entities are where bombs are made, and no log has any.
        self.parser.StartDoctypeDeclHandler = self._refuse_entities
        self.parser.EntityDeclHandler = self._refuse_entities

    def feed(self, octets: bytes, *, is_last: bool) -> None:
        """Raises `ImportRefused` for what is no log, cut off or damaged."""
        self.fed += len(octets)
        try:
            self.parser.Parse(octets, is_last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise ImportRefused(
                _("This file is cut off or damaged: it cannot be read after line %(n)d.")
                % {"n": self.parser.CurrentLineNumber}
            ) from error
        # What is not closed is kept until it is.
        if self.fed - max(self.parser.CurrentByteIndex, 0) > limits.TOKEN and not is_last:
            raise ImportRefused(_("Something in this file is too long to belong to a call."))

    def _begin(self, name: str, said: dict[str, str]) -> None:
        self.depth += 1
        if name in MESSAGES:
            raise ImportRefused(
                _("This file holds messages: in the program, back up the calls alone.")
            )
        if self.depth == 1:
            if name != "calls":
                raise ImportRefused(_("This XML is no log of calls."))
            self.is_begun = True
        if self.depth > limits.DEEP:
            raise ImportRefused(_("This file is nested deeper than any log of calls."))
        if self.depth == 2 and name == "call":
            self.count += 1
            if self.count > limits.ROWS:
                raise too_many()
            self.found.append(_call(self.count, said))

    def _end(self, _name: str) -> None:
        self.depth -= 1

    def _refuse_entities(self, *_said: object) -> None:
        raise ImportRefused(
            _("This file has a document type (DOCTYPE), which no log of calls has.")
        )


def _call(at: int, said: dict[str, str]) -> LoggedCall | Unreadable:
    number = people.line(said.get("number", "")[: limits.CELL])
    name = people.line(said.get("contact_name", "")[: limits.CELL])[:NAME_LENGTH]
    spoken = " · ".join(filter(None, (name, number, said.get("readable_date", ""))))
    written = " ".join(f"{key}={value[:40]}" for key, value in [*said.items()][:8])
    shown = limits.beginning(spoken or written)
    if said.get("presentation", "").strip() in WITHHELD or number.casefold() in NO_NUMBER:
        number = ""
    moment = _moment(said.get("date", ""))
    duration = said.get("duration", "").strip()
    seconds = 0 if duration in NO_DURATION else _whole(duration)
    kind = _whole(said.get("type", ""))
    why = ""
    if moment is None:
        why = _("It does not say when it was.")
    elif seconds is None or seconds > LONGEST:
        why = _("It does not say how long it took.")
    elif kind is None or not INCOMING <= kind <= ANSWERED_ELSEWHERE:
        why = _("It does not say who called whom.")
    elif len(number) > limits.PHONE:
        why = _("Its number is too long.")
    if why or moment is None or seconds is None:
        return Unreadable(at, shown, why)
    return LoggedCall(
        at=at,
        number=number,
        name="" if name.casefold() in NO_NAME else name,
        moment=moment,
        seconds=seconds,
        direction=Direction.OUTGOING if kind == OUTGOING else Direction.INCOMING,
        was_missed=kind in {MISSED, REJECTED, BLOCKED},
        is_voicemail=kind == VOICEMAIL,
    )


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _moment(text: str) -> dt.datetime | None:
    """Milliseconds since 1970, as a moment in UTC of this age."""
    milliseconds = _whole(text)
    if milliseconds is None:
        return None
    seconds, rest = divmod(milliseconds, 1000)
    if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC) + dt.timedelta(milliseconds=rest)
