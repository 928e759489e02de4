"""Finding the caller while they talk: by part of a name, a firm or a number."""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from contacts.finding import begins as begins_so
from contacts.finding import rank, words_of
from contacts.models import Firm, Phone, Recruiter

MOST = 6
# Fewer digits are in nearly every number; beside letters they are more often part of a name
# (“Search 360”).
FEWEST_DIGITS = 3
FEWEST_BESIDE_LETTERS = 4
# With so many, a trunk zero may go before a number of any country, not only of one's own.
MANY_DIGITS = 6


def find(owner: User, text: str) -> list[Recruiter]:
    """Recruiters whose name, firm or number holds `text`: the best matches first.

    Names of which a word begins with the letters, and numbers that begin or end with the digits,
    come before those that merely hold them; among equals, who spoke last comes first. Each has
    `last_call_at` (UTC, or None).
    """
    words = words_of(text)
    if not words:
        return []
    last = F("last_call_at").desc(nulls_last=True)
    rows = _matching(owner, words, text).order_by("fit", last, "folded_name", "pk")
    shown = rows.select_related("firm").only("name", "last_call_at", "firm__name")
    return list(shown.prefetch_related("phones")[:MOST])


def _matching(owner: User, words: list[str], text: str) -> QuerySet:
    """Recruiters that match, with how well: `fit` is 0 for the better ones."""
    begins, holds, lettered = Q(), Q(), Q()
    firms = Firm.objects.of(owner)
    for word in words:
        here = Q(folded_name__contains=word)
        # Not by a join, which would look up the firm of every recruiter.
        held = here | Q(firm__in=firms.filter(here).values("pk"))
        begins &= begins_so(word)
        holds &= held
        if _has_letters(word):
            lettered &= held
    digits = _digits(text)
    if len(digits) >= (FEWEST_BESIDE_LETTERS if lettered else FEWEST_DIGITS):
        # “grace 7946”: the letters are of the name, the digits of the number. A whole number is
        # enough, whatever was pasted with it: “Tel.: 020 7946 0018”.
        said = Q() if len(digits) > MANY_DIGITS else lettered
        ends, contains = _numbers(owner, digits)
        begins |= said & Q(ends)
        holds |= said & Q(pk__in=contains)
    return Recruiter.objects.of(owner).filter(holds).annotate(fit=rank(begins))


def _has_letters(word: str) -> bool:
    return any(letter.isalpha() for letter in word)


def _digits(text: str) -> str:
    """The digits of a number, without the zero that is bracketed for callers from abroad."""
    return "".join(str(int(digit)) for digit in re.findall(r"\d", text.replace("(0)", "")))[:20]


def _numbers(owner: User, digits: str) -> tuple[Exists, QuerySet]:
    """Whether their number begins or ends with `digits`, and whose number holds them.

    The first is asked of each that was found, the second of all numbers at once.

    Numbers are kept as E.164, and people write them with an international prefix, with a trunk
    zero, or only their last digits.
    """
    begins, holds = {f"+{digits}"}, {digits}
    if digits.startswith("00"):
        begins.add(f"+{digits[2:]}")
    elif digits.startswith("0"):
        code = phonenumbers.country_code_for_region(owner.phone_region)
        begins.add(f"+{code}{digits[1:]}")
        if len(digits) > MANY_DIGITS:
            holds.add(digits[1:])
    begin = _any("startswith", begins)
    phones = Phone.objects.of(owner).filter(recruiter__isnull=False)
    theirs = phones.filter(recruiter=OuterRef("pk"))
    possible = phones.filter(begin | _any("contains", holds))
    return Exists(theirs.filter(begin | Q(number__endswith=digits))), possible.values("recruiter")


def _any(lookup: str, values: Iterable[str]) -> Q:
    found = Q()
    for value in sorted(values):
        found |= Q(**{f"number__{lookup}": value})
    return found
