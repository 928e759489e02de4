"""Reads what it is given on its standard input, and says for each what is wrong with the reader.

In a process of its own: what takes too long is killed, and memory has a limit.
"""

from __future__ import annotations

import io
import os
import resource
import struct
import sys
import traceback
from collections.abc import Iterator
from typing import BinaryIO

# Bytes of addresses. Django and its libraries take about a third.
MEMORY = 1 << 30
LENGTH = struct.Struct(">I")


def examined(octets: bytes) -> str:
    """What is wrong with how `octets` are read, or nothing. A refusal in words is right."""
    from desk.importing.entries import ImportRefused
    from desk.importing.reading import Recognised, read, recognise, signature

    file = io.BytesIO(octets)
    said: list[list[object]] = []
    for _time in range(2):
        found: list[object] = []
        try:
            recognised = recognise(file, size=len(octets))
            if Recognised.from_json(recognised.as_json()) != recognised:
                return "it does not go through JSON"
            signature(recognised)
            if recognised.format != "archive":
                found += wrong(read(file, recognised))
        except ImportRefused as refused:
            if not str(refused):
                return "it is refused without a word"
            found.append(str(refused))
        except Exception:  # whatever it is, it is told
            return traceback.format_exc()
        said.append(found)
    told = [one for one in said[0] if isinstance(one, str) and one.startswith("WRONG")]
    return (
        told[0] if told else "" if said[0] == said[1] else "it is read otherwise the second time"
    )


def wrong(entries: Iterator[object]) -> Iterator[object]:
    """The entries, and what is not as it must be of each."""
    from contacts.models.names import NAME_LENGTH, NOTES_LENGTH
    from desk.importing.entries import Contact, LoggedCall, Unreadable

    at = 0
    for entry in entries:
        yield entry
        match entry:
            case Contact():
                texts = [entry.name, entry.firm, entry.title, entry.notes]
                texts += [
                    part for one in entry.phones + entry.emails for part in (one.text, one.label)
                ]
                if not entry.name and not entry.firm:
                    yield f"WRONG: of nobody: {entry}"
                if max(map(len, texts[:3])) > NAME_LENGTH or len(entry.notes) > NOTES_LENGTH:
                    yield f"WRONG: too long: {entry}"
            case LoggedCall():
                texts = [entry.number, entry.name]
            case Unreadable():
                texts = [entry.text, entry.why]
                if not entry.why:
                    yield f"WRONG: without a reason: {entry}"
            case _:
                yield f"WRONG: no entry: {entry}"
                continue
        # No database takes these.
        if any("\0" in text or (not text.isascii() and _halves(text)) for text in texts):
            yield f"WRONG: what cannot be kept: {entry}"
        if entry.at <= at:
            yield f"WRONG: out of order: {entry}"
        at = max(at, entry.at)


def _halves(text: str) -> bool:
    return any("\ud800" <= sign < "\ue000" for sign in text)


def main(given: BinaryIO, answers: BinaryIO) -> None:
    while head := given.read(LENGTH.size):
        answer = examined(given.read(LENGTH.unpack(head)[0])).encode(errors="replace")
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def meet_limits_sooner() -> None:
    """Small files meet them hardly ever, and what happens there wants to be seen, too."""
    from desk.importing import limits

    limits.ROWS, limits.LINES, limits.COLUMNS, limits.PROPERTIES = 100, 5_000, 60, 40
    limits.LINE, limits.CELL, limits.CARD, limits.TOKEN = 1 << 13, 1 << 11, 1 << 12, 1 << 17


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    if "--small" in sys.argv:
        meet_limits_sooner()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    main(sys.stdin.buffer, sys.stdout.buffer)
