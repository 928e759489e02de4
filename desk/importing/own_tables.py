"""Tables that our own export has written: they are known by what stands above their columns.

Firms, recruiters and people come in as what they are. The others tell of calls, promises and the
like by names alone, of which nothing could be made but people whom nobody knows: they are refused.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.export.tables import TABLES
from desk.importing.entries import Circle, ImportRefused
from desk.importing.people import words

# What comes in, and to whom those in it belong.
CIRCLES = {"firms": Circle.UNSAID, "recruiters": Circle.RECRUITER, "people": Circle.PERSON}
LABELS: dict[str, str | Lazy] = {
    "firms": gettext_lazy("firms that Wordkeeper wrote out"),
    "recruiters": gettext_lazy("recruiters whom Wordkeeper wrote out"),
    "people": gettext_lazy("people whom Wordkeeper wrote out"),
}
# Of so many columns one may have been put in or taken out in a spreadsheet.
ONE_OF = 8


@functools.cache
def _headers() -> list[tuple[str, frozenset[str]]]:
    """Each table's, in each language in which a page can have written it."""
    found = []
    for code, _label in settings.LANGUAGES:
        with translation.override(code):
            for name, table in TABLES.items():
                said = frozenset(words(str(label)) for label, _value in table.columns)
                found.append((name, said))
    return found


def named(headers: Sequence[str]) -> str:
    """Which of our tables has these headers, in any order; "" if none has."""
    said = frozenset(filter(None, map(words, headers)))
    for name, ours in _headers():
        if len(said ^ ours) <= len(ours) // ONE_OF:
            return name
    return ""


def check(name: str) -> None:
    """Raises `ImportRefused` for a table that cannot come in, with what does."""
    if not name or name in CIRCLES:
        return
    raise ImportRefused(
        _(
            "This is the table “%(table)s” that Wordkeeper wrote out for a spreadsheet. Of its tables "
            "only firms, recruiters and people come in again. What brings everything back is the "
            "archive (a ZIP, from “Take everything out”), into an account that holds nothing yet."
        )
        % {"table": TABLES[name].label}
    )


def mapping(name: str, suggested: dict[int, str]) -> dict[int, str]:
    """What its columns hold: whoever is named in a table of firms is one."""
    if name != "firms":
        return suggested
    return {at: "firm" if field == "name" else field for at, field in suggested.items()}


def circle(name: str) -> Circle:
    return CIRCLES.get(name, Circle.UNSAID)


def is_nameless(name: str, said: str) -> bool:
    """Whether a row stands for somebody who was anonymised (desk/anonymise.py), and so for nobody."""
    return name == "people" and said == _("Somebody")
