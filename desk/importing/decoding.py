"""From bytes to text: how a file is encoded, and its lines, none of them held for long."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from desk.importing import limits
from desk.importing.entries import ImportRefused

BLOCK = 1 << 16
HEAD = 1 << 12
# How Python marks a byte that is no UTF-8 (“surrogateescape”).
WRONG = re.compile("[\udc80-\udcff]")
# The five that Windows-1252 leaves out, and what no text has but tab, line and page ends, escape.
NOT_OF_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
HIGH = re.compile(r"[^\x00-\x7f]+")
FEW = 8
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")


class Bounded(io.RawIOBase):
    """`file` from its beginning, up to `largest` bytes; then `ImportRefused`. It stays open."""

    def __init__(self, file: BinaryIO, largest: int) -> None:
        file.seek(0)
        self.file = file
        self.largest = largest
        self.left = largest

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        block = self.file.read(len(into))
        self.left -= len(block)
        if self.left < 0:
            raise too_large(self.largest)
        into[: len(block)] = block
        return len(block)


def too_large(largest: int) -> ImportRefused:
    return ImportRefused(
        _("This file is larger than the %(n)d MB that are read of its kind: part it.")
        % {"n": largest >> 20}
    )


def encoding_of(file: BinaryIO, *, largest: int) -> str:
    """How the whole file is encoded, as Python calls it. Raises `ImportRefused` if it is no text.

    UTF-8, UTF-16 of either order, each with its mark or without, and else Windows-1252, or Mac
    Roman where lines end as on a Mac of old. All of the file is looked at: an accent in the last
    row decides.
    """
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise ImportRefused(_("This file is in UTF-32: save it as UTF-8."))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if encoding := _unmarked_utf16(head):
        return encoding
    good, wrong, is_windows = 0, 0, True
    ends: set[bytes] = set()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    source = Bounded(file, largest)
    while True:
        block = source.read(BLOCK) or b""
        if b"\0" in block or len(CONTROL.findall(block)) > len(block) // 20:
            raise binary()
        ends.update(end for end in (b"\r", b"\n") if end in block)
        if not block.isascii():
            is_windows = is_windows and not NOT_OF_WINDOWS.search(block)
        text = decoder.decode(block, final=not block)
        if not text.isascii():
            bad = len(WRONG.findall(text))
            wrong += bad
            good += len(text) - len(text.encode("ascii", "ignore")) - bad
        if not block:
            break
    if not wrong:
        return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    is_old_mac = ends == {b"\r"}
    if head.startswith(codecs.BOM_UTF8) or good >= wrong or not (is_windows or is_old_mac):
        raise ImportRefused(
            _(
                "Some of this file is in another encoding than the rest, or damaged: save it as UTF-8."
            )
        )
    return "mac_roman" if is_old_mac else "cp1252"


def is_foreign(text: str, encoding: str) -> bool:
    """Whether `text` was taken for Windows-1252 and is rather Russian or Greek.

    Western accents stand alone; there, whole words are of such letters.
    """
    runs = HIGH.findall(text) if encoding == "cp1252" else []
    high = sum(map(len, runs))
    return high >= FEW and sum(len(run) for run in runs if len(run) > 1) > high * 0.7


def _unmarked_utf16(head: bytes) -> str:
    """UTF-16 without a mark: of plain letters, every second byte is nothing."""
    pairs = len(head) // 2
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > pairs * 0.4 and not even:
        return "utf-16-le"
    if even > pairs * 0.4 and not odd:
        return "utf-16-be"
    return ""


def binary() -> ImportRefused:
    return ImportRefused(_("This file is not text, or it is damaged: nothing in it can be read."))


def lines(file: BinaryIO, encoding: str, *, largest: int) -> Iterator[str]:
    """The lines of `file`, with their ends. Raises `ImportRefused` for what is no text.

    Of a line longer than `limits.LINE`, pieces come, each of that length and without an end.
    """
    text = io.TextIOWrapper(
        io.BufferedReader(Bounded(file, largest), BLOCK), encoding=encoding, newline=""
    )
    number = 0
    while True:
        try:
            line = text.readline(limits.LINE)
        except UnicodeError as error:
            raise ImportRefused(
                _("After line %(n)d, this file is damaged or in another encoding.") % {"n": number}
            ) from error
        if not line:
            return
        number += 1
        if number > limits.LINES:
            raise ImportRefused(
                _("This file has more than %(most)d lines: part it.") % {"most": limits.LINES}
            )
        if "\0" in line:
            raise binary()
        # DOS ends a file so.
        if "\x1a" in line[-3:]:
            line = line.rstrip("\r\n\x1a")
            if not line:
                continue
        yield line
