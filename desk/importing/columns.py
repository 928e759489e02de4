"""What the columns of a table hold, by what stands above them: English, German and French."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

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

HEADERS = {
    "name": (
        "name, nom, full name, fullname, contact, contact name, "
        "recruiter, person, display name, kontakt, "
        "vollstandiger name, ansprechpartner, ansprechpartnerin, anzeigename, nom complet"
    ),
    "first_name": "first name, firstname, first, given name, forename, vorname, vornamen, prenom",
    "middle_name": (
        "middle name, middle, additional name, weitere vornamen, zweiter vorname, deuxieme prenom"
    ),
    "last_name": (
        "last name, lastname, last, surname, family name, nachname, familienname, zuname, "
        "nom de famille"
    ),
    "firm": (
        "company, company name, firm, firm name, organization, organisation, organization name, "
        "organization 1 name, employer, agency, search firm, current company, account name, "
        "firma, firmenname, "
        "unternehmen, arbeitgeber, org, societe, entreprise, employeur, cabinet"
    ),
    "title": (
        "position, job title, jobtitle, job, title, role, current position, organization title, "
        "organization 1 title, titel, rolle, funktion, berufsbezeichnung, stellenbezeichnung, "
        "titre, poste, fonction, intitule du poste"
    ),
    "notes": (
        "notes, note, comment, comments, remarks, notizen, notiz, bemerkung, bemerkungen, "
        "kommentar, anmerkung, anmerkungen, remarque, remarques, commentaire, commentaires"
    ),
    "circle": (
        "circle, recruiter or person, categories, category, labels, group membership, groups, tags, "
        "kreis, kategorien, kategorie, gruppen, categorie, groupes"
    ),
}
FIELD_BY_HEADER = {
    header: field for field, headers in HEADERS.items() for header in headers.split(", ")
}
# Beside a column that says the position, these say “Dr.” or “Mrs”.
FORMS_OF_ADDRESS = frozenset({"title", "titel", "titre"})
# French, Outlook calls both of them so, and this is the first.
TWICE = "titre"
# Alone a name; beside a first name the last.
NAMES = frozenset({"name", "nom"})

OF_NOBODY = frozenset(
    "fax telefax telex pager tty tdd isdn radio type typ label assistant assistent assistentin "
    "display angezeigter yomi phonetic telecopie telecopieur assistante".split()
)
PHONES = frozenset(
    "tel phone phones cell mobile mobil handy festnetz durchwahl switchboard portable".split()
)
MAILS = frozenset({"mail", "mails", "mailadresse", "courriel"})
BEGINS_A_PHONE = ("telefon", "telephone", "phone", "mobiltel", "mobilnum", "mobilfunk", "handynum")
ENDS_A_PHONE = ("telefon", "phone", "rufnummer")


def field_of(header: str) -> str:
    """The field that a column with this header holds, or nothing."""
    said = words(header)
    if field := FIELD_BY_HEADER.get(said):
        return field
    parts = said.split()
    # A sentence is no header.
    if len(parts) > MOST_WORDS or "@" in header or OF_NOBODY.intersection(parts):
        return ""
    # “Nom complet de l’adresse de messagerie” is how it is shown.
    if parts[-1:] == ["messagerie"] and parts[:1] == ["adresse"]:
        return "email"
    if ("e mail" in f"{said} " and "name" not in parts) or any(
        part in MAILS or part.startswith("email") for part in parts
    ):
        return "email"
    is_phone = any(
        part in PHONES or part.startswith(BEGINS_A_PHONE) or part.endswith(ENDS_A_PHONE)
        for part in parts
    )
    return "phone" if is_phone else ""


def suggested(headers: Sequence[str]) -> dict[int, str]:
    """Which column is taken for which field; the first where only one can be."""
    found: dict[int, str] = {}
    fields = [field_of(header) for header in headers]
    says_position = any(
        field == "title" and words(header) not in FORMS_OF_ADDRESS
        for field, header in zip(fields, headers, strict=True)
    )
    twice = [place for place, header in enumerate(headers) if words(header) == TWICE]
    if len(twice) > 1:
        fields[twice[0]] = ""
    for place, (field, header) in enumerate(zip(fields, headers, strict=True)):
        if not field or (field not in SEVERAL and field in found.values()):
            continue
        if field == "title" and says_position and words(header) in FORMS_OF_ADDRESS:
            continue
        found[place] = field
    # “Vorname” and “Name”: what is left of a name is the last.
    fields_found = set(found.values())
    if "first_name" in fields_found and "last_name" not in fields_found:
        found = {
            place: "last_name" if words(headers[place]) in NAMES else field
            for place, field in found.items()
        }
    return found


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
    if {"first name", "last name", "e mail address"} <= said:
        return "outlook"
    if {"first name", "last name", "job title"} <= said and said & {
        "business phone",
        "mobile phone",
    }:
        return "outlook"
    if {"vorname", "nachname"} <= said and said & {
        *("e mail adresse", "telefon geschaftlich", "mobiltelefon", "weitere vornamen"),
    }:
        return "outlook"
    if {"prenom", "nom", "adresse de messagerie"} <= said:
        return "outlook"
    return "other"


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
