"""Who is there already, said while somebody new is typed: by number, or by nearly the same name.

Of the trash it is said that one of exactly this name lies there.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from accounts.models import TrashGroup, User
from contacts.companies import keys_of
from contacts.duplicates import Entry, Reason, reasons
from contacts.finding import begins, rank
from contacts.models import Employer, Firm, Kind, Person, Phone, Recruiter
from contacts.names import fold

MOST = 3
# Rows of which a word begins like one that was typed: those that resemble it are among the first.
MOST_LOOKED_AT = 200
FEWEST_LETTERS = 3


def resembling(
    owner: User, kind: Kind, *, name: str = "", number: str = "", firm: str = ""
) -> list[tuple[Any, str]]:
    """At most three rows that the new one may be, the likeliest first, and why. Two queries.

    `number` is in E.164; `firm` is the name of a firm, as typed.
    """
    found: dict[int, tuple[int, Any, str]] = {}
    if number:
        for row in _of_number(owner, kind, number):
            score, why = Reason.NUMBER
            found[row.pk] = score, row, str(why)
    typed = _entry(kind, 0, name)
    place = _folded_name(firm)
    for row in _named_alike(owner, kind, name):
        entry = _entry(kind, row.pk, row.name, row)
        if kind is Kind.RECRUITER:
            # Firms are compared by name: the one that was typed may not be chosen yet.
            theirs = _folded_name(row.firm.name if row.firm else "")
            typed.place, entry.place = (hash(one) if one else None for one in (place, theirs))
        for score, why in reasons(kind, typed, entry)[:1]:
            if row.pk not in found:
                found[row.pk] = score, row, str(why)
    best = sorted(found.values(), key=lambda one: (-one[0], one[1].pk))[:MOST]
    return [(row, why) for _score, row, why in best]


def lies_in_trash(owner: User, kind: Kind, name: str) -> bool:
    """Whether one of exactly this name could be brought back. One query.

    Of a firm that matters: once there is a new one of its name, the old one cannot come back.
    """
    if not (folded := _folded_name(name)):
        return False
    rows = kind.model.across_owners.filter(owner=owner, folded_name=folded)
    thrown = TrashGroup.objects.of(owner).values("group")
    return bool(rows.filter(trashed_at__isnull=False, trash_group__in=thrown).exists())


def _folded_name(text: str) -> str:
    return fold(text.replace("\x00", ""))


def _entry(kind: Kind, pk: int, name: str, row: Any = None) -> Entry:
    names = [name, *(row.other_names.splitlines() if isinstance(row, Employer) else [])]
    is_company = kind in {Kind.FIRM, Kind.EMPLOYER}
    keys = frozenset().union(*map(keys_of, names)) if is_company else frozenset()
    return Entry(pk, name, keys=keys)


def _of_number(owner: User, kind: Kind, number: str) -> list[Any]:
    if kind is Kind.EMPLOYER:
        return []
    holders = Phone.objects.of(owner).filter(number=number).values(kind.value)
    who = Q(pk__in=holders)
    if kind is Kind.FIRM:
        who |= Q(switchboard=number)
    return list(_rows(owner, kind).filter(who).order_by("pk")[:MOST])


def _named_alike(owner: User, kind: Kind, name: str) -> list[Any]:
    """Rows of which the first or the last word begins like that of `name`."""
    words = _folded_name(name).split()
    if sum(map(len, words)) < FEWEST_LETTERS:
        return []
    which = begins(words[0][:2]) & begins(words[-1][:1])
    which |= begins(words[-1][:3]) & begins(words[0][:1])
    if kind in {Kind.FIRM, Kind.EMPLOYER}:
        which |= begins(words[0][:3])  # what follows may be a legal form
    if kind is Kind.EMPLOYER:
        which |= Q(other_names__icontains=words[0])
    rows = _rows(owner, kind).filter(which)
    # An exact namesake is looked at whoever else begins so.
    first = rank(Q(folded_name=" ".join(words)))
    return list(rows.order_by(first, "folded_name", "pk")[:MOST_LOOKED_AT])


def _rows(owner: User, kind: Kind) -> Any:
    if kind is Kind.RECRUITER:
        return Recruiter.objects.of(owner).select_related("firm")
    if kind is Kind.PERSON:
        return Person.objects.of(owner).filter(anonymised_at=None)
    return (Firm if kind is Kind.FIRM else Employer).objects.of(owner)
