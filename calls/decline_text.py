"""A no that keeps the door open: the words to read out, or to copy into a mail.

What would harm if it was passed on stays out, whatever was typed for oneself: amounts and talk of
pay, and the names of people who asked not to be named.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.names import fold

AMOUNT = re.compile(
    r"""[£$€¥₹₽₩]
    | \b(?:chf|eur|euros?|gbp|usd|aud|cad|sek|nok|dkk|pounds?|dollars?|francs?)\b
    | \b\d[\d.,'\u2019\u00a0]*\s?(?:k|m|mn|mio|grand|thousand|million)\b
    | \b\d{1,3}(?:[.,'\u2019\u00a0]\d{3})+\b
    | \b\d{5,}\b
    | \b(?:pay|pays|salary|salaries|wages?|bonus(?:es)?|compensation|remuneration|ote|package|money
        |gehalt|vergütung)\b
    | (?<!private[ -])\bequity\b(?![ -](?:firm|fund|house|backed|portfolio))""",
    re.IGNORECASE | re.VERBOSE,
)


def decline_text(
    title: str,
    *,
    to: str = "",
    reason: str = "",
    wanted_instead: str = "",
    named_instead: Iterable[str] = (),
    unnamed: Collection[str] = (),
    signed: str = "",
) -> str:
    """The words for saying no to the position `title`, in paragraphs.

    `to` is the recruiter's name; `named_instead` are names that may be said; `unnamed` people who
    asked not to be named: a sentence that names one of them, or speaks of pay, is left out.
    """
    names = [name for name in named_instead if not names_one(name, unnamed)]
    parts = [
        _("Hello %(name)s,") % {"name": _first_name(to)} if to else "",
        _("Thank you for thinking of me for the position of %(title)s.") % {"title": title}
        if title
        else _("Thank you for thinking of me."),
        _no(_sayable(reason, unnamed)),
        _instead(_sayable(wanted_instead, unnamed)),
        _named(names),
        _("I wish you well with the search, and would be glad to hear from you again."),
        signed,
    ]
    return "\n\n".join(part for part in parts if part)


def _sayable(text: str, unnamed: Collection[str]) -> str:
    """`text` without the sentences that speak of pay or name somebody who asked not to be."""
    sentences = re.split(r"(?<=[.!?;])\s+|\n+", _tidy(text))
    kept = [one for one in sentences if not AMOUNT.search(one) and not names_one(one, unnamed)]
    return " ".join(kept).rstrip(";")


def _tidy(text: str) -> str:
    return " ".join(text.split())


def names_one(text: str, unnamed: Collection[str]) -> bool:
    """Whether `text` names one of them, by the whole name or by a part of it."""
    words = set(_words(text))
    bare = {word.strip(".,;:!?()'\"") for word in words}
    bare |= {word.removesuffix("'s") for word in bare}
    return any(part in bare for name in unnamed for part in _words(name) if len(part) > 2)


def _words(text: str) -> list[str]:
    return fold(text).replace("-", " ").split()


def _first_name(name: str) -> str:
    """“Grace” of “Grace Okonkwo”; a title or an initial is no first name, so all of it stays."""
    words = name.split()
    first = words[0] if words else ""
    return first if len(first) > 2 and not first.endswith(".") else name


def _no(reason: str) -> str:
    words = [_("After some thought I would rather not take it further.")]
    if reason:
        words.append(_sentence(reason))
    return " ".join(words)


def _instead(wanted: str) -> str:
    if not wanted:
        return ""
    return str(_("What I would gladly hear of: %(wanted)s") % {"wanted": _ended(wanted)})


def _named(names: list[str]) -> str:
    if not names:
        return ""
    *first, last = names
    said = (
        _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
    )
    return ngettext(
        "Somebody who may be worth a call: %(names)s.",
        "People who may be worth a call: %(names)s.",
        len(names),
    ) % {"names": said}


def _sentence(text: str) -> str:
    return _ended(text[:1].upper() + text[1:])


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
