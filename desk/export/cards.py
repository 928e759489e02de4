"""Recruiters and people as vCards 3.0 (RFC 2426), which address books read best.

Notes and standing stay here: an address book is synchronised, and seen by others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from accounts.models import User
from contacts.models import Person, Recruiter
from desk.export.tables import in_parts

# Octets in a line, without its end (RFC 2426, 2.6).
LONGEST = 75


def write(owner: User) -> Iterator[bytes]:
    """A card for each of those whom `owner` knows, one after the other."""
    recruiters = Recruiter.objects.of(owner).select_related("firm")
    for one in in_parts(recruiters.prefetch_related("phones", "emails")):
        firm = one.firm.name if one.firm else ""
        yield _card("recruiter", one, owner, firm=firm, title=one.title)
    people = Person.objects.of(owner).filter(anonymised_at=None)
    for person in in_parts(people.prefetch_related("phones", "emails")):
        yield _card("person", person, owner, firm="", title=person.position)


def _card(kind: str, one: Recruiter | Person, owner: User, *, firm: str, title: str) -> bytes:
    first, _space, last = one.name.rpartition(" ")
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        # The same each time, so that a second import changes the card it made.
        f"UID:{kind}-{one.pk}-{owner.tag}@wordkeeper",
        f"FN:{text(one.name)}",
        f"N:{text(last)};{text(first)};;;",
    ]
    if firm:
        lines.append(f"ORG:{text(firm)}")
    if title:
        lines.append(f"TITLE:{text(title)}")
    lines += [f"TEL;TYPE=WORK,VOICE:{phone.number}" for phone in one.phones.all()]
    lines += [f"EMAIL;TYPE=INTERNET:{text(email.address)}" for email in one.emails.all()]
    # Read when the card comes in again, and so never translated.
    lines.append(f"CATEGORIES:{kind.title()}")
    lines += [f"REV:{_moment(one.created_at)}", "END:VCARD"]
    return b"".join(folded(line) for line in lines)


def text(value: str) -> str:
    """`value` as a card says it (RFC 2426, 4), without what ends a line or is not seen."""
    plain = "".join(
        sign for sign in "\n".join(value.splitlines()) if sign == "\n" or sign >= " "
    ).replace("\x7f", "")
    for sign in ("\\", ",", ";"):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> bytes:
    """`line` in pieces of at most 75 octets, no letter cut in two, with CR LF after each."""
    pieces, piece = [], b""
    for sign in line:
        octets = sign.encode(errors="replace")
        if len(piece) + len(octets) > LONGEST:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"


def _moment(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
