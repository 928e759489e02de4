"""Files of real shape, and what can go wrong with them."""

from __future__ import annotations

import random
from pathlib import Path

FILES = Path(__file__).parents[1] / "desk" / "files"
ENDINGS = {"csv": "*.csv", "vcard": "*.vcf", "call_log": "*.xml"}
# What each of the parsers has an eye on.
WORDS = {
    "csv": [
        *(b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b'"\n', b" ::: ", b"sep=;\n"),
        *(b"Name", b"First Name,Last Name", b"Vorname;Nachname", b"E-mail 1 - Value", b"'=", b"@"),
    ],
    "vcard": [
        *(b"BEGIN:VCARD\r\n", b"END:VCARD\r\n", b"AGENT:\r\nBEGIN:VCARD\r\n", b"\r\n ", b"=\r\n"),
        *(b"VERSION:2.1\r\n", b"VERSION:4.0\r\n", b";ENCODING=QUOTED-PRINTABLE", b";BASE64", b":"),
        *(b";CHARSET=", b"utf-7", b"iso-8859-15", b"windows-1252", b"shift_jis", b"=C3", b"\\"),
        *(b'"', b";", b",", b"item1.", b"TEL;VALUE=uri:tel:", b"%C3", b"N:", b"ORG:", b"\n\n"),
        *(b"PHOTO;ENCODING=b:", b"X-ABLabel:", b"CATEGORIES:", b"KIND:group\r\n", b"FN:"),
    ],
    "call_log": [
        *(
            b"<call ",
            b"/>",
            b"<calls>",
            b"</calls>",
            b"<sms/>",
            b"<!--",
            b"-->",
            b"<![CDATA[",
            b"]]>",
        ),
        *(b"&#55357;", b"&#56832;", b"&#0;", b"&amp;", b"&x;", b"<!DOCTYPE calls>", b"<?xml "),
        *(b'date="', b'number="', b'type="9"', b"-1", b"99999999999999999999", b"<!ENTITY a 'b'>"),
    ],
}
ANYWHERE = [
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"\xc3",
    b"\xf0\x9f\x98\x80",
]
ENCODINGS = [
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-8-sig",
    "cp1252",
    "utf-32",
    "utf-7",
    "latin-1",
]
# Bytes: what grows by being doubled stays small enough for many inputs a second.
LARGEST = 1 << 19


def seeds(kind: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(FILES.glob(ENDINGS[kind]))]


def mutated(kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    """One of `known` after some mishaps; the same for the same `chance`."""
    octets = chance.choice(known)
    for _mishap in range(chance.choice((1, 1, 2, 3, 5, 8, 20))):
        octets = _mishaps[chance.randrange(len(_mishaps))](octets, kind, chance, known)[:LARGEST]
    return octets


def _somewhere(octets: bytes, chance: random.Random) -> tuple[int, int]:
    begins = chance.randrange(len(octets) + 1)
    return begins, min(len(octets), begins + int(chance.expovariate(1 / 40)))


def _flip(octets: bytes, kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    made = bytearray(octets or b"x")
    for _time in range(chance.choice((1, 1, 4, 16))):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def _insert(octets: bytes, kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    place, _end = _somewhere(octets, chance)
    word = chance.choice(chance.choice((WORDS[kind], WORDS[kind], ANYWHERE)))
    return octets[:place] + word * chance.choice((1, 1, 1, 2, 50, 5000)) + octets[place:]


def _replace(octets: bytes, kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    begins, ends = _somewhere(octets, chance)
    return octets[:begins] + chance.choice(WORDS[kind]) + octets[ends:]


def _cut_off(octets: bytes, kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    return octets[: chance.randrange(len(octets) + 1)]


def _leave_out(octets: bytes, kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    begins, ends = _somewhere(octets, chance)
    return octets[:begins] + octets[ends:]


def _repeat(octets: bytes, kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    begins, ends = _somewhere(octets, chance)
    return octets[:ends] + octets[begins:ends] * chance.choice((1, 3, 100, 3000)) + octets[ends:]


def _splice(octets: bytes, kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    other = chance.choice(known)
    return octets[: _somewhere(octets, chance)[0]] + other[_somewhere(other, chance)[0] :]


def _shuffle_lines(octets: bytes, kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    lines = octets.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def _end_lines_otherwise(
    octets: bytes, kind: str, chance: random.Random, known: list[bytes]
) -> bytes:
    return chance.choice((b"\n", b"\r", b"\r\n", b"\n\n", b" ")).join(octets.splitlines())


def _encode(octets: bytes, kind: str, chance: random.Random, known: list[bytes]) -> bytes:
    text = octets.decode(errors="replace")
    return text.encode(chance.choice(ENCODINGS), errors="replace")


_mishaps = (
    *(_flip, _insert, _insert, _replace, _cut_off, _leave_out, _repeat, _splice),
    *(_shuffle_lines, _end_lines_otherwise, _encode),
)
