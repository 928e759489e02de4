"""What was read of somebody, made into a contact, or why nothing can be made of it."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models.names import NAME_LENGTH, NOTES_LENGTH
from contacts.names import bare, fold
from desk.importing import header_words, limits
from desk.importing.entries import Circle, Contact, Labelled, Unreadable

# What a number is for, by a word that says so. The first that is found.
LABELS = {
    "mobile": (
        "mobile mobil mobiltelefon mobilnummer mobilfunk handy handynummer cell iphone portable "
        "movil celular cellulare telemovel mobiel mobiele natel"
    ),
    "main": (
        "main haupt haupttelefon switchboard zentrale principal principale hoofdtelefoon centralino"
    ),
    "work": (
        "work business office company geschaftlich dienstlich buro firma arbeit bureau "
        "professionnel trabajo comercial trabalho lavoro ufficio werk zakelijk"
    ),
    "home": (
        "home private privat domicile domicilio particular casa residencial abitazione thuis"
    ),
}
LABEL_BY_WORD = {word: label for label, words in LABELS.items() for word in words.split()}
NAME, FIRM, TITLE = gettext_lazy("name"), gettext_lazy("firm"), gettext_lazy("title")
NOTES, PHONE, EMAIL = gettext_lazy("notes"), gettext_lazy("phone"), gettext_lazy("e-mail")
CIRCLES = {
    Circle.RECRUITER: "recruiter recruiters headhunter headhunters personalberater",
    Circle.PERSON: "person people personen netzwerk network",
}
CIRCLE_BY_WORD = {word: circle for circle, words in CIRCLES.items() for word in words.split()}
LETTER = re.compile("[A-Za-z0-9]")
# “Ann Lee <ann@lee.example>”
IN_BRACKETS = re.compile(r"<([^<>@\s]+@[^<>@\s]+)>")
# How Outlook writes an address of its own server, which nobody can write to from elsewhere.
OF_EXCHANGE = re.compile(r"/o=[^/]+/", re.IGNORECASE)
# Marks of direction, soft hyphens and such: with them a name is shown as another than it is. Joiners
# (U+200C, U+200D) stay, which some scripts and emoji are written with.
UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0001\U000e0020-\U000e007f]"
)
# What a spreadsheet writes where it could not reckon.
ERRORS = re.compile(r"#(?:NAME\?|REF!|N/A|VALUE!|DIV/0!|NULL!|NUM!)", re.IGNORECASE)
MANY_SPACES = re.compile(r"[^\S\n]+")


def words(text: str) -> str:
    """`text` folded, words and numbers alone: “E-mail 1 - Value” is “e mail 1 value”."""
    return _words(text[:NAME_LENGTH])


@functools.lru_cache(maxsize=2048)
def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", bare(text)))


def line(text: str) -> str:
    """`text` in one line, without what is not seen and would not be kept."""
    text = paragraphs(text)
    return " ".join((text if text.isascii() else UNSEEN.sub("", text)).split())


def paragraphs(text: str) -> str:
    """`text` with its lines, without other signs that only control something."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not text.isprintable():
        text = "".join(
            sign for sign in text if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cs"}
        )
    return MANY_SPACES.sub(" ", text).strip()


def label(text: str) -> str:
    """What a number is for, in our words if they are known, else in those of the file."""
    for word in words(text).split():
        if found := LABEL_BY_WORD.get(word):
            return found
    return ""


def is_nobodys(text: str) -> bool:
    """Whether a number of this label is a machine’s, or somebody else’s: “Work Fax”, “HomeFAX”."""
    said = words(text).split()
    return any(word in header_words.OF_NOBODY or word.endswith("fax") for word in said)


def own_label(text: str) -> str:
    """As `label`, and somebody's own word for it where it is no other."""
    return label(text) or line(text).strip("* ")[: limits.LABEL].strip()


def circle(text: str) -> Circle:
    """To whom somebody belongs, by the words of a group or a category."""
    for word in words(text).split():
        if found := CIRCLE_BY_WORD.get(word):
            return found
    return Circle.UNSAID


def full_name(*parts: str) -> str:
    return line(" ".join(parts))


def contact(
    at: int,
    *,
    shown: str,
    name: str = "",
    firm: str = "",
    title: str = "",
    phones: Iterable[Labelled] = (),
    emails: Iterable[Labelled] = (),
    notes: str = "",
    circle: Circle = Circle.UNSAID,
) -> Contact | Unreadable:
    """A contact within the limits of what can be kept; `shown` is how its row begins."""
    made = Contact(
        at=at,
        name=_named(name),
        firm=_named(firm),
        title=line(title),
        phones=_once(phones),
        emails=_once(emails),
        notes=paragraphs(notes),
        circle=circle,
    )
    if why := _too_much(made) or _too_little(made):
        return Unreadable(at, limits.beginning(shown), why)
    return made


def _named(text: str) -> str:
    """One line; nothing where it has no letter, by which it could be found."""
    said = line(text)
    is_named = LETTER.search(said) or len(said) > NAME_LENGTH or fold(said[:16]) or fold(said)
    return said if is_named else ""


def _once(all_of_them: Iterable[Labelled]) -> tuple[Labelled, ...]:
    found: dict[str, Labelled] = {}
    for one in all_of_them:
        if text := line(one.text):
            found.setdefault(text, Labelled(text, one.label))
            if len(found) > limits.REACHED_BY:
                break
    return tuple(found.values())


def _too_little(made: Contact) -> str:
    if made.name or made.firm:
        return ""
    return _("Neither a name nor a firm stands here.")


def _too_much(made: Contact) -> str:
    for what, most, texts in (
        (NAME, NAME_LENGTH, (made.name,)),
        (FIRM, NAME_LENGTH, (made.firm,)),
        (TITLE, NAME_LENGTH, (made.title,)),
        (NOTES, NOTES_LENGTH, (made.notes,)),
        (PHONE, limits.PHONE, (one.text for one in made.phones)),
        (EMAIL, limits.EMAIL, (one.text for one in made.emails)),
    ):
        if any(len(text) > most for text in texts):
            return _("Longer than %(most)d characters: %(what)s.") % {"most": most, "what": what}
    if len(made.phones) > limits.REACHED_BY or len(made.emails) > limits.REACHED_BY:
        return _("More than %(most)d numbers or addresses.") % {"most": limits.REACHED_BY}
    return ""
