"""Cards, and what is read in them."""

from __future__ import annotations

import io

from desk.importing.reading import read, recognise


def entries(octets: bytes | str) -> list:
    file = io.BytesIO(octets.encode() if isinstance(octets, str) else octets)
    found = recognise(file)
    assert found.format == "vcard"
    return list(read(file, found))


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])
