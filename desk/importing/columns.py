"""What the columns of a table hold, by what stands above them and, in doubt, below."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from desk.importing import header_words, limits, people
from desk.importing.numbers import NOTHING, looks_like_one
from desk.importing.people import words

# In the order in which a form offers them. Several columns may be phones, e-mails or notes.
FIELDS: dict[str, str | Lazy] = {
    "name": _("name"),
    "first_name": _("first name"),
    "middle_name": _("middle name"),
    "last_name": _("last name"),
    "firm": _("firm"),
    "title": _("title"),
    "phone": _("phone"),
    "email": _("e-mail"),
    "notes": _("notes"),
    "circle": _("recruiter or person"),
    "ignore": _("leave out"),
}
MOST_WORDS = 5
SEVERAL = frozenset({"phone", "email", "notes", "circle", "ignore"})
FIELD_BY_HEADER = {
    header: field
    for field, headers in header_words.HEADERS.items()
    for header in headers.split(", ")
}


def field_of(header: str) -> str:
    """The field that a column with this header holds, or nothing."""
    said = words(header)
    # “Person - Organization”
    of_somebody = said.removeprefix("person ").removeprefix("contact ")
    if field := FIELD_BY_HEADER.get(said) or FIELD_BY_HEADER.get(of_somebody):
        return field
    parts = said.split()
    # A sentence is no header.
    if len(parts) > MOST_WORDS or "@" in header:
        return ""
    if people.is_nobodys(said) or header_words.OF_AN_ADDRESS.intersection(parts):
        return ""
    # “Nom complet de l’adresse de messagerie” is how it is shown.
    if "messagerie" in parts and parts[:1] == ["adresse"]:
        return "email"
    if ("e mail" in f"{said} " and "name" not in parts) or any(
        part in header_words.MAILS or part.startswith(header_words.BEGINS_A_MAIL) for part in parts
    ):
        return "email"
    is_phone = any(
        part in header_words.PHONES
        or part.startswith(header_words.BEGINS_A_PHONE)
        or part.endswith(header_words.ENDS_A_PHONE)
        for part in parts
    )
    return "phone" if is_phone else ""


def suggested(headers: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> dict[int, str]:
    """Which column is taken for which field; the first where only one can be.

    `rows` are some of those below: they tell what a word like “Home” stands for.
    """
    found: dict[int, str] = {}
    fields = [field_of(header) for header in headers]
    says_position = any(
        field == "title" and words(header) not in header_words.FORMS_OF_ADDRESS
        for field, header in zip(fields, headers, strict=True)
    )
    twice = [place for place, header in enumerate(headers) if words(header) == header_words.TWICE]
    if len(twice) > 1:
        fields[twice[0]] = ""
    for place, (field, header) in enumerate(zip(fields, headers, strict=True)):
        field = field or _told_by_its_cells(words(header), place, rows)
        if not field or (field not in SEVERAL and field in found.values()):
            continue
        if field == "title" and says_position and words(header) in header_words.FORMS_OF_ADDRESS:
            continue
        found[place] = field
    return _without_doubtful_mails(_parts_of_names(found, headers), rows)


def _parts_of_names(found: dict[int, str], headers: Sequence[str]) -> dict[int, str]:
    """“Vorname” and “Name”: what is left of a name is the last. “Nombre” and “Apellidos”: the first."""
    fields = set(found.values())
    if "first_name" in fields and "last_name" not in fields:
        as_what, said = "last_name", header_words.NAMES_THAT_ARE_LAST
    elif "last_name" in fields and "first_name" not in fields:
        as_what, said = "first_name", header_words.NAMES_THAT_ARE_FIRST
    else:
        return found
    return {at: as_what if words(headers[at]) in said else field for at, field in found.items()}


def beside(headers: Sequence[str], mapping: dict[int, str]) -> dict[str, list[int]]:
    """No fields of ours: what stands before a name or behind it, and what else they are called."""
    free = [(place, words(header)) for place, header in enumerate(headers) if place not in mapping]
    return {
        "address": [
            place
            for place, said in free
            if said in header_words.ADDRESSES or said in header_words.FORMS_OF_ADDRESS
        ],
        "suffix": [place for place, said in free if said in header_words.SUFFIXES],
        "called": [place for place, said in free if said in header_words.NICKNAMES],
    }


def unasked(headers: Sequence[str], mapping: dict[int, str]) -> list[int]:
    """Columns of which nothing is taken at all."""
    of_use = {place for places in beside(headers, mapping).values() for place in places}
    return [at for at in range(len(headers)) if at not in mapping and at not in of_use]


def _cells(place: int, rows: Sequence[Sequence[str]]) -> list[str]:
    found = (row[place].strip() for row in rows if place < len(row))
    return [cell for cell in found if cell]


def _told_by_its_cells(header: str, place: int, rows: Sequence[Sequence[str]]) -> str:
    if header not in header_words.MAY_BE_A_PHONE:
        return ""
    # One odd cell among them, or an extension, does not lose all the others; taken for a phone, what
    # is none is kept in the notes.
    cells = [cell[: limits.PHONE] for cell in _cells(place, rows) if not NOTHING.fullmatch(cell)]
    return "phone" if cells and 2 * sum(map(looks_like_one, cells)) >= len(cells) else ""


def _without_doubtful_mails(
    found: dict[int, str], rows: Sequence[Sequence[str]]
) -> dict[int, str]:
    """Of several columns of addresses, not those in which something else stands: counts, types."""
    mails = [place for place, field in found.items() if field == "email"]
    sure = [place for place in mails if any("@" in cell for cell in _cells(place, rows))]
    doubtful = {place for place in mails if place not in sure and _cells(place, rows)}
    return {at: field for at, field in found.items() if at not in doubtful or not sure}


# By words of which all stand there, and words of which one does.
OUTLOOKS = (
    ("first name, last name, e mail address", ""),
    ("first name, last name, job title", "business phone, mobile phone"),
    (
        "vorname, nachname",
        "e mail adresse, telefon geschaftlich, mobiltelefon, weitere vornamen",
    ),
    ("prenom, nom, adresse de messagerie", ""),
    ("nombre, apellidos", "direccion de correo electronico, telefono del trabajo"),
    ("nome, sobrenome", "endereco de email, endereco de e mail, telefone comercial"),
    ("nome, cognome", "indirizzo posta elettronica, indirizzo e mail, telefono ufficio"),
    ("voornaam, achternaam", "telefoon op werk, mobiele telefoon, e mailadres"),
)


def shape(headers: Sequence[str]) -> str:
    """Whose export it is: linkedin, google, outlook or other."""
    said = {words(header) for header in headers}
    if {"first name", "last name"} <= said and said & {"connected on", "connected"}:
        return "linkedin"
    if "url" in said and said & {"verknupft am", "vernetzt am", "connecte le", "connectee le"}:
        return "linkedin"
    if {"first name", "last name", "company", "position"} <= said and "url" in said:
        return "linkedin"
    if any(one.endswith(" 1 value") for one in said) or "yomi name" in said:
        return "google"
    if {"organization name", "organization title"} <= said:
        return "google"
    for all_of, one_of in OUTLOOKS:
        if said.issuperset(all_of.split(", ")) and (not one_of or said & {*one_of.split(", ")}):
            return "outlook"
    return "other"


def is_log(headers: Sequence[str]) -> bool:
    """Whether it is a log of calls, which tells of each how long it was, when, and with whom.

    What an address book has besides, nobody's telephone writes down.
    """
    fields = {field_of(header) for header in headers}
    said = {part for header in headers for part in words(header).split()}
    return bool(
        said & header_words.HOW_LONG
        and said & header_words.WHEN
        and ("phone" in fields or said & header_words.WHOM)
        and not fields & {"email", "firm", "title", "notes"}
    )


def label_columns(headers: Sequence[str]) -> dict[int, int]:
    """For each of Google's columns of values, the one that says what the value is for."""
    places = {words(header): place for place, header in enumerate(headers)}
    found = {}
    for said, place in places.items():
        if said.endswith(" value"):
            stem = said.removesuffix("value")
            for kind in ("label", "type"):
                if stem + kind in places:
                    found[place] = places[stem + kind]
    return found
