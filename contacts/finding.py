"""Finding whom I know by part of a name."""

from __future__ import annotations

import re

from django.db.models import Case, IntegerField, Q, QuerySet, When

from accounts.models import User
from contacts.models import Employer, Firm, Person, Recruiter
from contacts.names import APOSTROPHES, HYPHENS, fold

MOST = 6
# Of a whole sentence pasted in, the first words say enough.
MOST_WORDS = 8


def words_of(text: str) -> list[str]:
    """The words to look for, folded, each once."""
    return list(dict.fromkeys(fold(text.replace("\x00", "")).split()))[:MOST_WORDS]


def begins(word: str) -> Q:
    """Whether a word of the name begins so; both halves of “Smith-Jones” are words."""
    return (
        Q(folded_name__startswith=word)
        | Q(folded_name__contains=f" {word}")
        | Q(folded_name__contains=f"-{word}")
    )


def rank(better: Q) -> Case:
    """0 for what `better` is true of, and 1 for the rest."""
    return Case(When(better, 0), default=1, output_field=IntegerField())


def firms(owner: User, text: str) -> list[Firm]:
    """Firms whose name holds every word of `text`; those that begin so come first."""
    return _named(Firm.objects.of(owner), text)


def people(owner: User, text: str) -> list[Person]:
    """People whose name holds every word of `text`; those that begin so come first."""
    return _named(Person.objects.of(owner).filter(anonymised_at=None), text)


def employers(owner: User, text: str) -> list[Employer]:
    """Employers of which a name, also another one, holds every word of `text`.

    Other names are kept as they were typed: of them the case counts, beyond ASCII on SQLite.
    """
    good, holds = Q(), Q()
    for word in words_of(text):
        good &= begins(word)
        holds &= Q(folded_name__contains=word) | _other_names_hold(word)
    return _best(Employer.objects.of(owner).select_related("parent"), good, holds)


def _other_names_hold(word: str) -> Q:
    """Whether one of the other names has the folded `word`, with whichever signs it was typed."""
    if "'" not in word and "-" not in word:
        return Q(other_names__icontains=word)
    any_of = {"'": f"['{APOSTROPHES}]", "-": f"[{HYPHENS}-]"}
    return Q(other_names__iregex="".join(any_of.get(sign, re.escape(sign)) for sign in word))


def _named(rows: QuerySet, text: str) -> list:
    good, holds = Q(), Q()
    for word in words_of(text):
        good &= begins(word)
        holds &= Q(folded_name__contains=word)
    return _best(rows, good, holds)


def recruiters(owner: User, text: str) -> list[Recruiter]:
    """Recruiters whose name or firm holds every word; names that begin so come first."""
    good, holds = Q(), Q()
    of_owner = Firm.objects.of(owner)
    for word in words_of(text):
        here = Q(folded_name__contains=word)
        good &= begins(word)
        # Not by a join, which would look up the firm of every recruiter.
        holds &= here | Q(firm__in=of_owner.filter(here).values("pk"))
    return _best(Recruiter.objects.of(owner).select_related("firm"), good, holds)


def _best(rows: QuerySet, good: Q, holds: Q) -> list:
    if not holds:
        return []
    return list(rows.filter(holds).order_by(rank(good), "folded_name", "pk")[:MOST])
