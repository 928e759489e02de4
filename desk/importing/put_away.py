"""Whom the user has put away: merged into somebody else, or thrown into the trash.

A file that names them once more must neither make them anew nor change them unasked.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from contacts.models import Firm, Kind, Merge, Recruiter
from desk.importing.cleaned import Card, fold
from desk.importing.known import HOLDERS, PERSON, RECRUITER, Key
from desk.importing.run import ImportRun


@dataclass
class PutAway:
    """As of the moment at which a file begins to be compared."""

    # By what somebody is and their folded name. With it the folded name of their firm, or "".
    thrown: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    merged: dict[tuple[str, str], list[tuple[Key, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # Folded names of firms that were merged into others, and what those are called.
    firms: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, owner: User) -> PutAway:
        found = cls()
        hidden = ImportRun.objects.of(owner).values("group")
        heirs = {what: _heirs(owner, model) for what, model in HOLDERS.items()}
        for what, model in HOLDERS.items():
            rows = model.across_owners.filter(owner=owner, trashed_at__isnull=False)
            rows = rows.exclude(trash_group__in=hidden)
            names = ["pk", "folded_name", *(["firm__name"] if model is Recruiter else [])]
            for pk, folded, *firm in rows.values_list(*names):
                at = fold(firm[0]) if firm and firm[0] else ""
                if heir := heirs[what].get(pk):
                    found.merged[str(what), folded].append(((str(what), heir), at))
                else:
                    found.thrown[str(what), folded].add(at)
        found.firms = _merged_firms(owner)
        return found

    def firm(self, name: str) -> str:
        """What a firm is called since it was merged into another."""
        return self.firms.get(fold(name), name) if self.firms else name

    def is_thrown(self, card: Card) -> bool:
        """Whether somebody of this name, of this firm as far as that is said, is in the trash."""
        return any(
            _may_be_one(card, what, firms)
            for what in _whats(card)
            if (firms := self.thrown.get((what, card.folded)))
        )

    def heirs(self, card: Card) -> set[Key]:
        """Those into whom somebody of this name was merged."""
        return {
            key
            for what in _whats(card)
            for key, firm in self.merged.get((what, card.folded), ())
            if _may_be_one(card, what, {firm})
        }


def _whats(card: Card) -> tuple[str, ...]:
    """Where it is guessed who recruits, they may have been put away as the other one."""
    return (str(RECRUITER), str(PERSON)) if card.is_guess else (str(card.what),)


def _may_be_one(card: Card, what: str, firms: set[str]) -> bool:
    firm = fold(card.firm)
    return what != RECRUITER or not firm or bool({firm, ""} & firms)


def _heirs(owner: User, model: Any) -> dict[int, int]:
    """Of each that was merged into another, by id, the one that stands for it now."""
    merges = Merge.objects.of(owner).standing().filter(kind=Kind.of(model))
    into: dict[int, int] = dict(merges.values_list("gone", "kept"))
    found = {}
    for gone, kept in into.items():
        seen = {gone}
        while kept in into and kept not in seen:
            seen.add(kept)
            kept = into[kept]
        found[gone] = kept
    return found


def _merged_firms(owner: User) -> dict[str, str]:
    heirs = _heirs(owner, Firm)
    gone = Firm.across_owners.filter(owner=owner, pk__in=heirs).values_list("pk", "folded_name")
    kept = dict(Firm.objects.of(owner).filter(pk__in=heirs.values()).values_list("pk", "name"))
    return {folded: kept[heirs[pk]] for pk, folded in gone if heirs[pk] in kept}
