"""Finding the caller while they talk: by part of a name, a firm or a number.

With thousands of recruiters the order is what costs: when each of them spoke last. Looked up for
all that match it takes longer than all the rest, so

1. whoever spoke lately is known from the latest calls;
2. the matches are asked for, the best fitting first and, of equals, those who spoke lately;
3. the last call is looked up for those alone who may be on the list, and of them the list is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from calls.models import Call
from contacts.finding import begins as begins_so
from contacts.finding import rank, words_of
from contacts.models import Firm, Phone, Recruiter

MOST = 6
LATEST_CALLS = 60
# So many are cheaper named one by one than found again. Not fewer than the latest calls, whose
# recruiters must all have room among the first matches.
FEW = 400
# Fewer digits are in nearly every number.
FEWEST_DIGITS = 3
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
    # Asked by the recruiter alone, whose owner's the call is: so its index is the one to use.
    calls = Call.across_owners.filter(recruiter=OuterRef("pk"), trashed_at=None)
    last = Subquery(calls.order_by("-occurred_at").values("occurred_at")[:1])
    rows = _eligible(owner, _matching(owner, words, text)).annotate(last_call_at=last)
    rows = rows.order_by("fit", F("last_call_at").desc(nulls_last=True), "folded_name", "pk")
    shown = rows.select_related("firm").only("name", "firm__name").prefetch_related("phones")
    return list(shown[:MOST])


def _eligible(owner: User, matching: QuerySet) -> QuerySet:
    """Those of `matching` who may be on the list, as few as can be told without their calls."""
    calls = Call.objects.of(owner).order_by("-occurred_at")
    lately = set(calls.values_list("recruiter", flat=True)[:LATEST_CALLS])
    matching = matching.annotate(silent=rank(Q(pk__in=lately)))
    first = matching.order_by("fit", "silent").values_list("pk", "fit", "silent")
    found: list[tuple[int, int, int]] = list(first[: FEW + 1])
    top = found[:MOST]
    worst = top[-1][1] if top else 0
    # Whoever fits worse than the last place of the list is not on it, whenever they spoke.
    chosen = {pk: fit for pk, fit, _silent in found if fit <= worst}
    if len(top) == MOST and not any(silent for _pk, _fit, silent in top):
        # Of these places each is filled by somebody who spoke lately; the others spoke before.
        chosen = {pk: fit for pk, fit in chosen.items() if pk in lately}
    elif len(chosen) > FEW:
        return matching.filter(fit__lte=worst)
    better = [pk for pk, fit in chosen.items() if fit < worst]
    rows = Recruiter.objects.of(owner).filter(pk__in=list(chosen))
    return rows.annotate(fit=rank(Q(pk__in=better)))


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
    if len(digits) >= FEWEST_DIGITS:
        # “grace 7946”: the letters are of the name, the digits of the number. A whole number is
        # enough, whatever was pasted with it: “Tel.: 020 7946 0018”.
        said = Q() if len(digits) > MANY_DIGITS else lettered
        ends, contains = _numbers(owner, digits)
        begins |= said & Q(pk__in=ends)
        holds |= said & Q(pk__in=contains)
    return Recruiter.objects.of(owner).filter(holds).annotate(fit=rank(begins))


def _has_letters(word: str) -> bool:
    return any(letter.isalpha() for letter in word)


def _digits(text: str) -> str:
    """The digits of a number, without the zero that is bracketed for callers from abroad."""
    return "".join(str(int(digit)) for digit in re.findall(r"\d", text.replace("(0)", "")))[:20]


def _numbers(owner: User, digits: str) -> tuple[QuerySet, QuerySet]:
    """Whose number begins or ends with `digits`, and whose holds them.

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
    good = phones.filter(begin | Q(number__endswith=digits))
    possible = phones.filter(begin | _any("contains", holds))
    return good.values("recruiter"), possible.values("recruiter")


def _any(lookup: str, values: Iterable[str]) -> Q:
    found = Q()
    for value in sorted(values):
        found |= Q(**{f"number__{lookup}": value})
    return found
