"""Tables as text (CSV): where the header is, what parts the cells, and the rows as contacts."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from desk.export.cells import is_defused
from desk.importing import columns, limits, own_tables, people
from desk.importing.decoding import lines
from desk.importing.entries import Circle, Contact, ImportRefused, Labelled, Unreadable
from desk.importing.numbers import A_PHONE

DELIMITERS = ",;\t|"
LARGEST = limits.LARGEST["csv"]
# LinkedIn's notes stand above the header, and what else somebody wrote there.
HEADER_WITHIN = 30
SAMPLE = 5
# Rows that are looked at to tell what a column holds.
LOOKED_AT = 50
HEAD = 1 << 18  # characters
# Our own tables put it before what a spreadsheet could take for a formula.
DEFUSED = re.compile(r"'(?=\s*[=+\-@|%＝＋－＠])")
PARTS_OF_EMAILS = re.compile(r":::|[;,\s]")
PARTS_OF_PHONES = re.compile(r":::|[;\n]")


@dataclass(frozen=True)
class Layout:
    """How a table is laid out. `header_at` is the line of the header, 0 if there is none."""

    delimiter: str
    header_at: int
    headers: tuple[str, ...]
    mapping: dict[int, str]
    sample: tuple[tuple[str, ...], ...]
    own: str = ""  # which of our own tables it is

    @property
    def width(self) -> int:
        return len(self.headers)


class Rows:
    """The rows of a table with the line at which each begins; `ImportRefused` for a row too long.

    A row that is wrong in itself comes as `csv.Error`, and the next can be asked for.
    """

    def __init__(self, source: Iterator[str], delimiter: str, *, before: int = 0) -> None:
        self.source = source
        self.begins = self.read = before
        self.size = 0
        self.text = ""
        self.is_ended = True  # the last line had an end
        self.reader = csv.reader(
            self._fed(), delimiter=delimiter, skipinitialspace=True, strict=True
        )

    def _fed(self) -> Iterator[str]:
        for line in self.source:
            self.read += 1
            self.size += len(line)
            # A quotation mark that is never closed would make one row of all that follows.
            if self.size >= limits.LINE:
                raise ImportRefused(
                    _(
                        "The row at line %(n)d is too long to be one: "
                        "a quotation mark may be missing there."
                    )
                    % {"n": self.begins}
                )
            self.text = self.text or line[: limits.BEGINNING * 4]
            self.is_ended = line.endswith(("\n", "\r"))
            yield line

    def next(self) -> list[str] | None:
        self.begins, self.size, self.text = self.read + 1, 0, ""
        return next(self.reader, None)


def layout(file: BinaryIO, encoding: str) -> Layout:
    """How the table in `file` is laid out. Raises `ImportRefused` if it is none."""
    head, size = [], 0
    for line in lines(file, encoding, largest=LARGEST):
        head.append(line)
        size += len(line)
        if size > HEAD:
            break
    delimiters = DELIMITERS
    # Excel's own: “sep=;”.
    if head and (said := re.fullmatch(r'"?sep=([,;\t|])"?\s*', head[0], re.IGNORECASE)):
        delimiters = said[1]
    found = [
        (_worth(cells, head, place, delimiter), -place, delimiter, cells)
        for delimiter in delimiters
        for place, cells in _possible_headers(head, delimiter)
    ]
    best = max(found, key=lambda one: one[:2], default=None)
    if best is None or not any(best[0]):
        raise not_understood()
    _score, place, delimiter, cells = best
    if len(cells) > limits.COLUMNS:
        raise ImportRefused(
            _("This table has more than %(most)d columns.") % {"most": limits.COLUMNS}
        )
    return _laid_out(head, -place, delimiter, cells)


def not_understood() -> ImportRefused:
    return ImportRefused(_("No table, no cards and no log of calls can be made out in this file."))


def _possible_headers(head: Sequence[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    for place in range(min(HEADER_WITHIN, len(head))):
        if not head[place].strip():
            continue
        cells = _row(itertools.islice(head, place, None), delimiter)
        if cells and any(cells):
            yield place, cells


def _row(source: Iterator[str], delimiter: str) -> list[str] | None:
    try:
        cells = Rows(source, delimiter).next()
    except (csv.Error, ImportRefused):
        return None
    # Of too many no more are kept, nor looked at: it is no header.
    return [people.line(cell[: limits.CELL]) for cell in (cells or ())[: limits.COLUMNS + 1]]


def _worth(
    cells: list[str], head: Sequence[str], place: int, delimiter: str
) -> tuple[bool, int, int]:
    """How likely it is that these cells are the header: by the fields known, then by the rows."""
    if len(cells) > limits.COLUMNS:
        return False, 1, len(cells)
    known = len(set(columns.suggested(cells).values()))
    if columns.shape(cells) != "other" or own_tables.named(cells):
        return True, known, len(cells)
    alike = 0
    if sum(map(bool, cells)) > 1:
        widths = [len(row) for row in _rows_below(head, place, delimiter)]
        alike = len(cells) if widths and widths.count(len(cells)) * 2 > len(widths) else 0
    # A sentence may hold a word that is a header, too: it has no rows beneath.
    is_alone = len(cells) == 1 and not any(line.strip() for line in head[:place])
    return False, known if known > 1 or alike or is_alone else 0, alike


def _rows_below(head: Sequence[str], place: int, delimiter: str) -> Iterator[list[str]]:
    rows = Rows(itertools.islice(head, place + 1, None), delimiter)
    for _number in range(10):
        try:
            row = rows.next()
        except (csv.Error, ImportRefused):
            return
        if row is None:
            return
        if row:
            yield row


def _laid_out(head: list[str], place: int, delimiter: str, cells: list[str]) -> Layout:
    header_at = place + 1
    below = _below(head, header_at, delimiter)
    own = own_tables.named(cells)
    own_tables.check(own)
    mapping = own_tables.mapping(own, columns.suggested(cells, below))
    if not mapping and (guessed := _without_header(cells)):
        mapping, header_at = guessed, 0
        cells = [_("Column %(n)d") % {"n": number} for number, _cell in enumerate(cells, start=1)]
        below = _below(head, 0, delimiter)
    sample = [
        tuple(people.line(cell[:200])[:100] for cell in row[: len(cells)])
        for row in below[:SAMPLE]
    ]
    headers = tuple(one[:200] for one in cells)
    return Layout(delimiter, header_at, headers, mapping, tuple(sample), own)


def _below(head: Sequence[str], place: int, delimiter: str) -> list[list[str]]:
    """Some of the rows that are not empty, up to the first that is wrong."""
    rows = Rows(itertools.islice(head, place, None), delimiter)
    found: list[list[str]] = []
    while len(found) < LOOKED_AT:
        try:
            row = rows.next()
        except (csv.Error, ImportRefused):
            break
        if row is None:
            break
        if any(row):
            found.append(row[: limits.COLUMNS])
    return found


def _without_header(cells: list[str]) -> dict[int, str]:
    """The columns of a table that begins with somebody: there is an address or a number in it."""
    found = {}
    for place, cell in enumerate(cells):
        if "@" in cell and " " not in cell:
            found[place] = "email"
        elif A_PHONE.fullmatch(cell[: limits.PHONE]):
            found[place] = "phone"
    if found:
        text = [place for place in range(len(cells)) if place not in found and cells[place]]
        found |= dict(zip(text, ("name", "firm"), strict=False))
    return dict(sorted(found.items()))


def read(
    file: BinaryIO,
    encoding: str,
    laid_out: Layout,
    mapping: dict[int, str],
    left_out: Counter[int] | None = None,
) -> Iterator[Contact | Unreadable]:
    """Each row as a contact; `left_out` counts the filled cells of which nothing is taken.

    Raises `ImportRefused`, also on the way, if the file is unusable.
    """
    rows = _below_header(file, encoding, laid_out)
    labels = columns.label_columns(laid_out.headers)
    places = columns.beside(laid_out.headers, mapping)
    for place, name in mapping.items():
        places.setdefault(name, []).append(place)
    unasked = columns.unasked(laid_out.headers, mapping) if left_out is not None else ()
    count = whole = short = 0
    is_after_wrong = False
    while True:
        try:
            row = rows.next()
        except csv.Error as error:
            entry: Contact | Unreadable = _wrong(rows, error)
            is_after_wrong = True
        else:
            if row is None:
                return
            if not any(map(str.strip, row)):
                continue
            is_whole = len(row) >= laid_out.width
            if not is_whole and whole and not short and not rows.is_ended:
                raise ImportRefused(
                    _("This file is cut off: its last row, at line %(n)d, is not whole.")
                    % {"n": rows.begins}
                )
            if left_out is not None:
                left_out.update(at for at in unasked if at < len(row) and row[at].strip())
            whole += is_whole
            short += not is_whole
            is_after_wrong = is_after_wrong and not is_whole
            entry = (
                _left_over(rows)
                if is_after_wrong
                else _contact(rows, row, laid_out, places, labels)
            )
        count += 1
        if count > limits.ROWS:
            raise too_many()
        yield entry


def _below_header(file: BinaryIO, encoding: str, laid_out: Layout) -> Rows:
    source = lines(file, encoding, largest=LARGEST)
    skipped = max(laid_out.header_at - 1, 0)
    for _line in itertools.islice(source, skipped):
        pass
    rows = Rows(source, laid_out.delimiter, before=skipped)
    if laid_out.header_at:
        try:
            rows.next()
        except csv.Error as error:
            raise not_understood() from error
    return rows


def too_many() -> ImportRefused:
    return ImportRefused(
        _("This file has more than %(most)d rows: part it.") % {"most": limits.ROWS}
    )


def _wrong(rows: Rows, error: csv.Error) -> Unreadable:
    if "end of data" in str(error):
        raise ImportRefused(
            _(
                "The file ends within a quotation that begins at line %(n)d: "
                "it is cut off, or a quotation mark is missing."
            )
            % {"n": rows.begins}
        ) from error
    return Unreadable(
        rows.begins,
        limits.beginning(rows.text),
        _("Its quotation marks do not fit, or a cell is too long."),
    )


def _left_over(rows: Rows) -> Unreadable:
    """Where a wrong row ends nobody knows: what is short after it is hardly somebody."""
    return Unreadable(
        rows.begins,
        limits.beginning(rows.text),
        _("It may belong to the row before, which cannot be read."),
    )


def _contact(
    rows: Rows,
    row: list[str],
    laid_out: Layout,
    places: dict[str, list[int]],
    labels: dict[int, int],
) -> Contact | Unreadable:
    why = ""
    if len(row) > laid_out.width and any(map(str.strip, row[laid_out.width :])):
        why = _("It has more cells than there are columns.")
    elif any(len(cell) > limits.CELL for cell in row):
        why = _("A cell is too long.")
    if why:
        return Unreadable(rows.begins, limits.beginning(rows.text), why)
    said = _Said(row, laid_out, places, labels)
    firm, name = said.one("firm"), said.name()
    if own_tables.is_nameless(laid_out.own, name):
        why = _("It stands for somebody whose name you have taken out.")
        return Unreadable(rows.begins, name, why)
    return people.contact(
        rows.begins,
        shown=" · ".join(filter(str.strip, row[: laid_out.width])),
        name=name or ("" if firm else said.one("called")),
        firm=firm,
        title=said.one("title"),
        phones=said.reached("phone", PARTS_OF_PHONES),
        emails=said.reached("email", PARTS_OF_EMAILS),
        notes=said.notes(),
        circle=said.circle(),
    )


@dataclass(frozen=True)
class _Said:
    """What one row says of the fields."""

    row: list[str]
    laid_out: Layout
    places: dict[str, list[int]]  # by field
    labels: dict[int, int]

    def cell(self, place: int) -> str:
        text = self.row[place] if place < len(self.row) else ""
        if "#" in text and people.ERRORS.fullmatch(text.strip()):
            return ""
        return text[1:] if DEFUSED.match(text) or is_defused(text) else text

    def all(self, field: str) -> list[tuple[int, str]]:
        found = ((place, self.cell(place).strip()) for place in self.places.get(field, ()))
        return [(place, text) for place, text in found if text]

    def one(self, field: str) -> str:
        """What was joined by Google: the first of it."""
        return next((text.split(" ::: ")[0] for _place, text in self.all(field)), "")

    def name(self) -> str:
        """Without how somebody is addressed, as no other file writes it; with “Jr.”."""
        if name := people.line(self.one("name")):
            address = people.line(self.one("address"))
            name = (name.removeprefix(f"{address} ") if address else name) or name
        else:
            name = people.full_name(*map(self.one, ("first_name", "middle_name", "last_name")))
        suffix = people.line(self.one("suffix"))
        return people.full_name(name, suffix) if name and not name.endswith(suffix) else name

    def reached(self, field: str, parts: re.Pattern[str]) -> Iterator[Labelled]:
        for place, text in self.all(field):
            if people.OF_EXCHANGE.match(text):
                continue
            if place in self.labels:
                said = self.cell(self.labels[place])
                if people.is_nobodys(said):
                    continue
                label = people.own_label(said)
            else:
                label = people.label(self.laid_out.headers[place])
            found = people.IN_BRACKETS.findall(text) or parts.split(text)
            for part in itertools.islice(filter(None, found), limits.CELL):
                yield Labelled(part.removeprefix("mailto:"), label)

    def notes(self) -> str:
        found = self.all("notes")
        if len(found) == 1:
            return found[0][1]
        return "\n".join(
            pgettext("a column and its text", "%(header)s: %(text)s")
            % {"header": self.laid_out.headers[place], "text": text}
            for place, text in found
        )

    def circle(self) -> Circle:
        said = (people.circle(text) for _place, text in self.all("circle"))
        return next(filter(None, said), own_tables.circle(self.laid_out.own))
