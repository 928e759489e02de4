"""What a file is, told by what stands in it, and its entries, one after the other.

Neither the name of a file nor what the browser says of it counts. Nothing here holds more of a
file than one row, and a file that is unusable raises `ImportRefused`, be it in its last line.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.archive.manifest import KIND
from desk.backup.archive import MANIFEST
from desk.importing import call_logs, cards, columns, decoding, limits, own_tables, people, tables
from desk.importing.columns import FIELDS
from desk.importing.entries import Entry, ImportRefused

__all__ = ["FIELDS", "Recognised", "read", "recognise", "signature"]

HEAD = 1 << 16
# Of an archive's manifest, unpacked.
MOST_OF_A_MANIFEST = 16 << 20
# Columns: it writes some ninety, whatever stands in them.
FEWEST_OF_OUTLOOK = 20


@dataclass(frozen=True)
class Recognised:
    """What a file is, and for a table how it is laid out. `mapping` is a suggestion."""

    format: str  # csv, vcard, call_log or archive
    shape: str = ""  # of a table: linkedin, google, outlook, other, or which of our own it is
    encoding: str = ""
    delimiter: str = ""
    header_at: int = 0  # the line of the header, 0 if there is none
    headers: list[str] = field(default_factory=list)
    mapping: dict[int, str] = field(default_factory=dict)  # a column, from 0, to a field
    sample: list[list[str]] = field(default_factory=list)  # the first rows
    # Once it was read: columns of which nothing is taken, and how many of their cells are filled.
    left_out: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"mapping": {str(at): name for at, name in self.mapping.items()}}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        mapping = {int(at): name for at, name in said.get("mapping", {}).items()}
        return cls(**(said | {"mapping": mapping}))


# What zipfile raises for one.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError),
    *(NotImplementedError, RuntimeError, KeyError, OverflowError),
)
# Programs write tables so that a spreadsheet opens, and call them “.xls”.
WEB_PAGES = ("<!doctype html", "<html", "<table", "<head", "<body")
# Of the encodings, and blanks.
MARKS = "ÿþï»¿ \t\r\n"
# Somebody may have written a line or two above the first.
BEGINS_A_CARD = re.compile(rf"(?:^|[\r\n])[{MARKS}]*begin:vcard[ \t]*(?:[\r\n]|$)", re.IGNORECASE)
# How files begin that somebody may take for an address book.
OTHERS = (
    (b"%PDF-", gettext_lazy("a PDF")),
    (b"\x89PNG", gettext_lazy("a picture")),
    (b"\xff\xd8\xff", gettext_lazy("a picture")),
    (b"GIF8", gettext_lazy("a picture")),
    (b"\xd0\xcf\x11\xe0", gettext_lazy("an old Office document: save it as CSV")),
    (b"!BDN", gettext_lazy("a mailbox of Outlook: export the contacts as CSV")),
    (b"SQLite format 3", gettext_lazy("a database")),
    (b"\x1f\x8b", gettext_lazy("a packed file: unpack it first")),
)


def recognise(file: BinaryIO, *, size: int | None = None) -> Recognised:
    """What `file` is, of `size` bytes. Raises `ImportRefused`, in words, for what cannot be read."""
    file.seek(0)
    head = file.read(HEAD)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe\x1a"):
        raise ImportRefused(_("This file is empty."))
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _packed(file)
    for magic, what in OTHERS:
        if head.startswith(magic):
            raise ImportRefused(_("This file is %(what)s.") % {"what": what})
    begins = _beginning(head)
    if begins.casefold().startswith(WEB_PAGES):
        raise ImportRefused(
            _("This file is a web page, whatever it is called: save the table in it as CSV.")
        )
    if begins.startswith("<"):
        _measure(size, "call_log")
        call_logs.check(head)
        return Recognised("call_log")
    if begins.startswith(("{", "[{", '["')):
        raise tables.not_understood()
    is_cards = bool(BEGINS_A_CARD.search(_plain(head)))
    largest = _measure(size, "vcard" if is_cards else "csv")
    encoding = decoding.encoding_of(file, largest=largest)
    if is_cards:
        return Recognised("vcard", encoding=encoding)
    return _table(file, encoding)


def _measure(size: int | None, kind: str) -> int:
    largest = limits.LARGEST[kind]
    if size is not None and size > largest:
        raise decoding.too_large(largest)
    return largest


def _beginning(head: bytes) -> str:
    """The first words of a file, whatever its encoding."""
    return _plain(head).lstrip(MARKS)[:64]


def _plain(head: bytes) -> str:
    return head[:2048].replace(b"\0", b"").decode("latin-1")


def _table(file: BinaryIO, encoding: str) -> Recognised:
    laid_out = tables.layout(file, encoding)
    if not laid_out.mapping and decoding.is_foreign("\n".join(laid_out.headers), encoding):
        raise ImportRefused(
            _("This file is in other letters than Western ones: save it as UTF-8.")
        )
    return Recognised(
        "csv",
        shape=laid_out.own or _shape(laid_out),
        encoding=encoding,
        delimiter=laid_out.delimiter,
        header_at=laid_out.header_at,
        headers=[*laid_out.headers],
        mapping=laid_out.mapping,
        sample=[[*row] for row in laid_out.sample],
    )


def _shape(laid_out: tables.Layout) -> str:
    return columns.shape(laid_out.headers) if laid_out.header_at else "other"


def _packed(file: BinaryIO) -> Recognised:
    """Wordkeeper's own archive is recognised; whether it is whole is for `desk.archive` to say."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            if MANIFEST in packed.NameToInfo and _says(packed, KIND.encode()):
                return Recognised("archive")
            names = packed.NameToInfo
            is_backup = MANIFEST in names and _says(packed, b'"engine"')
            is_office = "[Content_Types].xml" in names or "mimetype" in names
    except DAMAGED as error:
        raise ImportRefused(_("This ZIP is damaged.")) from error
    if is_office:
        raise ImportRefused(_("This file is an Office document: save it as CSV."))
    if is_backup:
        raise ImportRefused(
            _(
                "This is a backup of a whole installation: whoever runs Wordkeeper brings it back "
                "with manage.py restore."
            )
        )
    raise ImportRefused(
        _("This file is a ZIP, and no archive of Wordkeeper: unpack it, and take what is in it.")
    )


def _says(packed: zipfile.ZipFile, words: bytes) -> bool:
    """Whether the manifest holds `words`, read in blocks up to a limit."""
    before, left = b"", MOST_OF_A_MANIFEST
    with packed.open(MANIFEST) as part:
        while left > 0 and (block := part.read(1 << 16)):
            if words in before + block:
                return True
            before, left = block[-len(words) :], left - len(block)
    return False


def read(
    file: BinaryIO,
    recognised: Recognised,
    *,
    mapping: dict[int, str] | None = None,
    left_out: Counter[int] | None = None,
) -> Iterator[Entry]:
    """The entries of `file`, in order; `mapping` is the user's, from columns to `FIELDS`.

    `left_out` counts, by column, filled cells of a table of which nobody has said what to take:
    what is left of a program's own export is known (docs/import-formats.md).

    What of it cannot be read comes as `Unreadable`. Raises `ImportRefused`, in mid-iteration
    too, for what makes the whole file unusable: then nothing of it should be kept.
    """
    if recognised.format == "vcard":
        return cards.read(file, recognised.encoding)
    if recognised.format == "call_log":
        return call_logs.read(file)
    if recognised.format != "csv":
        raise ValueError(f"{recognised.format} is read elsewhere")
    laid_out = tables.Layout(
        recognised.delimiter,
        recognised.header_at,
        tuple(recognised.headers),
        recognised.mapping,
        (),
        recognised.shape if recognised.shape in own_tables.CIRCLES else "",
    )
    chosen = recognised.mapping if mapping is None else mapping
    if mapping is not None or _is_export(recognised):
        left_out = None
    return tables.read(file, recognised.encoding, laid_out, dict(sorted(chosen.items())), left_out)


def _is_export(recognised: Recognised) -> bool:
    """Whether a program wrote it, and not somebody whose headers are a program's by chance."""
    if recognised.shape == "outlook":
        return len(recognised.headers) >= FEWEST_OF_OUTLOOK
    return recognised.shape != "other"


def signature(recognised: Recognised) -> str:
    """By which a mapping is remembered: the same for the same headers, in any writing."""
    said = "\x1f".join(people.words(header) for header in recognised.headers)
    return hashlib.sha256(f"{recognised.format}\x1e{said}".encode(errors="replace")).hexdigest()
