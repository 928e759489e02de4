"""What the user knows of the people in one part of a file, asked for in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models.functions import Lower

from accounts.models import User
from contacts.models import Email, Firm, Person, Phone, Recruiter
from desk.importing.cleaned import Card, fold
from desk.importing.run import ImportRow

RECRUITER, PERSON, FIRM = ImportRow.What.RECRUITER, ImportRow.What.PERSON, ImportRow.What.FIRM
HOLDERS: dict[str, Any] = {RECRUITER: Recruiter, PERSON: Person, FIRM: Firm}

# A row of ours: what it is, and its id.
type Key = tuple[str, int]


def holder_of(way: Any) -> Key:
    """Whose a number or an address is."""
    if way.recruiter_id:
        return (str(RECRUITER), way.recruiter_id)
    return (str(PERSON), way.person_id) if way.person_id else (str(FIRM), way.firm_id)


@dataclass
class Known:
    """Found by what stands in some cards."""

    rows: dict[Key, Any] = field(default_factory=dict)
    by_address: dict[str, set[Key]] = field(default_factory=lambda: defaultdict(set))
    by_number: dict[str, set[Key]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[tuple[str, str], list[Key]] = field(default_factory=lambda: defaultdict(list))
    # All that each has, in small letters and E.164.
    ways: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, owner: User, cards: Iterable[Card], also: Iterable[Key] = ()) -> Known:
        """Whoever `cards` may mean, and those of `also`."""
        known, cards = cls(), list(cards)
        addresses = {address.lower() for card in cards for address, _label in card.addresses}
        numbers = {number for card in cards for number, _label in card.numbers}
        known._by_ways(owner, addresses, numbers)
        known._by_names(owner, cards)
        known._read(owner, also)
        return known

    def _by_ways(self, owner: User, addresses: set[str], numbers: set[str]) -> None:
        mails = Email.objects.of(owner).annotate(low=Lower("address")).filter(low__in=addresses)
        for mail in mails:
            self.by_address[mail.low].add(holder_of(mail))
        for phone in Phone.objects.of(owner).filter(number__in=numbers):
            self.by_number[phone.number].add(holder_of(phone))

    def _by_names(self, owner: User, cards: list[Card]) -> None:
        names: dict[str, set[str]] = defaultdict(set)
        for card in cards:
            names[card.what].add(card.folded)
            # Somebody may be known as the other one.
            if card.what != FIRM:
                names[RECRUITER].add(card.folded)
            if card.is_guess:
                names[PERSON].add(card.folded)
        for what, model in HOLDERS.items():
            rows = model.objects.of(owner).filter(folded_name__in=names[what])
            if what == PERSON:
                rows = rows.filter(anonymised_at=None)
            if what == RECRUITER:
                rows = rows.select_related("firm")
            for row in rows.order_by("pk"):
                key = (str(what), row.pk)
                self.rows[key] = row
                self.by_name[str(what), row.folded_name].append(key)

    def _read(self, owner: User, also: Iterable[Key]) -> None:
        """The rows themselves, and all their numbers and addresses."""
        found = set(also)
        found |= {key for keys in self.by_address.values() for key in keys}
        found |= {key for keys in self.by_number.values() for key in keys}
        for what, model in HOLDERS.items():
            wanted = {pk for kind, pk in found if kind == what and (kind, pk) not in self.rows}
            rows = model.objects.of(owner).filter(pk__in=wanted)
            if what == PERSON:
                rows = rows.filter(anonymised_at=None)
            if what == RECRUITER:
                rows = rows.select_related("firm")
            self.rows |= {(str(what), row.pk): row for row in rows}
        for model, name in ((Phone, "number"), (Email, "address")):
            for holder in ("recruiter", "person", "firm"):
                pks = [pk for kind, pk in self.rows if kind == holder]
                for pk, value in (
                    model.objects.of(owner)
                    .filter(**{f"{holder}__in": pks})
                    .values_list(f"{holder}_id", name)
                ):
                    self.ways[holder, pk].add(value.lower())
        for key, row in self.rows.items():
            if key[0] == FIRM and row.switchboard:
                self.ways[key].add(row.switchboard)

    def named(self, what: str, folded: str) -> list[Key]:
        return self.by_name.get((what, folded), [])

    def firm_of(self, key: Key) -> str:
        """The folded name of the firm of a recruiter, or ""."""
        firm = getattr(self.rows[key], "firm", None)
        return fold(firm.name) if firm else ""
