"""Files that mean harm: each costs seconds and little memory, and is refused in words."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections import deque
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desk.archive.manifest import KIND
from desk.importing import limits, people
from desk.importing.entries import ImportRefused
from desk.importing.reading import read, recognise

# Bytes, of Python's own objects. The largest file is 20 MB; what is held does not grow with it.
LITTLE = 16 << 20


class Endless(io.RawIOBase):
    """`head`, and then `block` for as long as somebody reads."""

    def __init__(self, head: bytes, block: bytes) -> None:
        self.head, self.block = head, block
        self.place = self.given = 0

    def seek(self, place: int, whence: int = 0) -> int:
        self.place = place
        return place

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "it asks for everything"
        made = self.head[self.place : self.place + size]
        missing = size - len(made)
        made += (self.block * (missing // len(self.block) + 1))[:missing]
        self.place += size
        self.given += size
        return made


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of rows, met sooner: memory is watched, and that takes time."""
    monkeypatch.setattr(limits, "ROWS", 2_000)


def measured(work: Callable[[], object]) -> int:
    """Bytes that `work` held at its worst."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def said_of(octets: bytes) -> str:
    """Why a file was refused, or else its last entry was; nothing if neither was."""
    file = io.BytesIO(octets)
    try:
        last = deque(read(file, recognise(file)), maxlen=1)
    except ImportRefused as refused:
        return str(refused)
    return getattr(last.pop(), "why", "") if last else ""


CARD = b"BEGIN:VCARD\r\nVERSION:2.1\r\n"


@pytest.mark.parametrize(
    ("head", "block"),
    [
        (b"Name,Firm\nAnn,", b"x"),
        (b'Name,Firm\n"', b"x\n"),
        (b"Name,Firm\nAnn,Acme\n", b"Ann,Acme\n"),
        (b"", b","),
        (CARD + b"FN:", b"x"),
        (CARD + b"PHOTO;ENCODING=BASE64:", b"QUFB"),
        (CARD + b"FN;ENCODING=QUOTED-PRINTABLE:", b"=41=\n"),
        (CARD, b"X-A:b\n"),
        (b"", CARD + b"END:VCARD\n"),
        (b"<calls>", b"<call/>"),
        (b'<calls><call number="', b"1"),
        (b"<calls>", b"&#55357;"),
        (b"<", b"calls"),
    ],
)
def test_a_file_without_an_end_is_refused_in_little_memory(head: bytes, block: bytes) -> None:
    file = Endless(head, block)

    def work() -> None:
        with pytest.raises(ImportRefused):
            for _entry in read(file, recognise(file)):
                pass

    assert measured(work) < LITTLE
    assert file.given < 100 << 20


def test_a_gigabyte_is_refused_before_it_is_read() -> None:
    file = Endless(b"Name,Firm\n", b"x")
    with pytest.raises(ImportRefused, match="larger than the 20 MB"):
        recognise(file, size=1 << 30)
    assert file.given < 1 << 20


@pytest.mark.parametrize(
    "octets",
    [
        b"Name," + b"," * 1_000_000 + b"\nAnn\n",
        b"Name,Firm\n" + b"," * 1_000_000,
        b"," * 1_000_000 + b"\nName,Firm\nAnn,Acme\n",
        b"\n" * 4_000_000 + b"\0",
        b"Name,Firm\n" + b'"' * 2_000_001,
        b'Name,Firm\n"Ann,Acme\n' + b"Bo,Acme\n" * 30_000,
        b"Name,Firm\n" + b'"\n",' * 200_000,
        b"Name,Firm\n" + b"Ann,Acme\n" * 2_001,
        b"Name;" * 50_000,
        b'a","\n' * 60_000,
        b'"\n",' * 60_000,
        b"Name,E-mail\nAnn," + b"a@b.example;" * 20_000 + b"\n",
        b"Name,Firm\n" + b"\xc3" * 200_000,
        b"Name,Firm\n" + b"\xff\n" * 200_000,
    ],
)
def test_a_table_that_means_harm_is_refused_or_told(octets: bytes) -> None:
    said: list[str] = []
    assert measured(lambda: said.append(said_of(octets))) < LITTLE
    assert said[0]


@pytest.mark.parametrize(
    "octets",
    [
        CARD + b"AGENT:\nBEGIN:VCARD\n" * 20_000 + b"END:VCARD\n" * 20_001,
        CARD + b"AGENT:\nBEGIN:VCARD\n" * 50_000,
        CARD + b"FN;ENCODING=QUOTED-PRINTABLE:" + b"=3D" * 1_000_000 + b"\nEND:VCARD\n",
        CARD + b"FN;ENCODING=QUOTED-PRINTABLE:" + b"=\n" * 200_000 + b"\nEND:VCARD\n",
        CARD + b"FN:a\n" + b" \n x\n" * 50_000 + b"END:VCARD\n",
        CARD + b"FN" + b";A=1" * 16_000 + b":a\nEND:VCARD\n",
        CARD + b'FN;A="' * 10_000 + b":a\nEND:VCARD\n",
        CARD + b"N:" + b";" * 60_000 + b"\nEND:VCARD\n",
        CARD + b"N:" + b"\\" * 60_000 + b"\nEND:VCARD\n",
        CARD + b"CATEGORIES:" + b"a," * 30_000 + b"\nEND:VCARD\n",
        CARD + b"TEL;VALUE=uri:tel:" + b"%;" * 30_000 + b"\nEND:VCARD\n",
        CARD + b"FN;CHARSET=" + b"iso-" * 10_000 + b":a\nEND:VCARD\n",
        b"BEGIN:VCARD\n" * 100_000,
        (CARD + b"END:VCARD\n") * 2_001,
    ],
)
def test_a_card_that_means_harm_is_refused_or_told(octets: bytes) -> None:
    said: list[str] = []
    assert measured(lambda: said.append(said_of(octets))) < LITTLE
    assert said[0]


LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(12)
)


@pytest.mark.parametrize(
    "octets",
    [
        b'<?xml version="1.0"?><!DOCTYPE calls [' + LAUGHS + b"]><calls>&l11;</calls>",
        b'<!DOCTYPE calls SYSTEM "file:///etc/passwd"><calls></calls>',
        b"<calls>" + b"<a>" * 1_000_000,
        b"<calls><call " + b"".join(b'a%d="" ' % n for n in range(200_000)) + b"/></calls>",
        b'<calls><call number="' + b"1" * 10_000_000 + b'"/></calls>',
        b"<calls><!--" + b"-" * 10_000_000,
        b"<calls>" + b"<call/>" * 2_001 + b"</calls>",
        b"<calls>" + b"&#55357;" * 200_000,
    ],
)
def test_a_log_that_means_harm_is_refused(octets: bytes) -> None:
    said: list[str] = []
    assert measured(lambda: said.append(said_of(octets))) < LITTLE
    assert said[0]


def test_no_more_cells_are_looked_at_than_a_table_may_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cleaned: list[str] = []
    line = people.line
    monkeypatch.setattr(people, "line", lambda text: cleaned.append(text) or line(text))
    assert said_of((b"," * 600 + b'"a\n",') * 300)
    assert len(cleaned) < 100 * (limits.COLUMNS + 1)


# Packed -------------------------------------------------------------------------------------------


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, octets in parts.items():
            file.writestr(name.replace("__", "."), octets)
    return made.getvalue()


def test_our_own_archive_is_recognised() -> None:
    octets = packed(manifest__json=f'{{"kind": "{KIND}"}}'.encode())
    assert recognise(io.BytesIO(octets), size=1 << 40).format == "archive"


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (packed(Connections__csv=b"First Name"), "unpack it"),
        (packed(manifest__json=b"\0" * (64 << 20)), "unpack it"),
        (packed(manifest__json=b'{"format": 1, "engine": "sqlite"}'), "manage.py restore"),
        (packed(mimetype=b"application/vnd.oasis"), "save it as CSV"),
        (packed(manifest__json=b"x" * 999)[:-30], "damaged"),
    ],
)
def test_another_zip_is_refused(octets: bytes, why: str) -> None:
    def work() -> None:
        with pytest.raises(ImportRefused, match=why):
            recognise(io.BytesIO(octets))

    assert measured(work) < LITTLE


# Anything -----------------------------------------------------------------------------------------

BEGINNINGS = st.sampled_from(
    [
        *(b"", b"Name,Firm,Phone\n", b"\xef\xbb\xbfVorname;Nachname\r\n", b'"', b"sep=,\n"),
        *(CARD, CARD + b"FN;", b"BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:", b"PK\x03\x04"),
        *(b"<calls><call ", b"<?xml ", b"<", b"\xff\xfe", b"\xfe\xff", b"N\0a\0m\0e\0\n\0"),
    ]
)
BITS = st.sampled_from(
    [b"\r\nEND:VCARD\r\n", b"=\r\n", b"\n ", b":", b";", b",", b'"', b"=C3", b"&#55357;", b"/>"]
)


@given(BEGINNINGS, st.lists(st.one_of(st.binary(max_size=30), BITS)).map(b"".join))
@example(b"", b"\0")
def test_nothing_but_a_refusal_is_raised_whatever_is_read(head: bytes, octets: bytes) -> None:
    assert isinstance(said_of(head + octets), str)
