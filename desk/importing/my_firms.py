"""What the owner's firms tell of the rows of a file: who is one, and who works for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from django.db.models import Count

from accounts.models import User
from contacts.models import Employer, Firm, Person, Recruiter
from desk.importing import recruiting
from desk.importing.cleaned import Card, fold
from desk.importing.known import FIRM, PERSON, RECRUITER


class MyFirms:
    """As of the moment at which a file begins to be compared."""

    def __init__(self, owner: User) -> None:
        self.owner = owner

    def tell(self, cards: Iterable[Card]) -> None:
        """Set what some of `cards` are, in a fixed number of queries.

        1. Who bears the name of a firm, and nothing that only somebody has, is that firm.
        2. Who works for a firm is a recruiter, where that was left to be guessed.
        """
        unsaid = [card for card in cards if card.what != FIRM and not card.is_said]
        names = {fold(card.firm) for card in unsaid} | {card.folded for card in unsaid}
        mine = self._named(Firm, names)
        if not mine:
            return
        self._firms_themselves([card for card in unsaid if _may_be_a_firm(card, mine)])
        guessed = [card for card in unsaid if card.is_guess and card.what == PERSON]
        searching = self._searching({fold(card.firm) for card in guessed} & mine)
        for card in guessed:
            if fold(card.firm) in searching and not recruiting.is_of_another_trade(card.title):
                card.what = RECRUITER

    def _firms_themselves(self, cards: list[Card]) -> None:
        names = {card.folded for card in cards}
        people = self._named(Recruiter, names) | self._named(Person, names)
        for card in cards:
            if card.folded not in people:
                card.what, card.firm, card.is_guess = FIRM, "", False

    def _searching(self, firms: set[str]) -> set[str]:
        """Those that search for others, as far as is known.

        A company whose own recruiter has called is a firm, too: others who work there are then
        in another trade. So it is none that is an employer, nor one at which there are as many of
        my network as recruiters.
        """
        if not firms:
            return firms
        rows = Recruiter.objects.of(self.owner).filter(firm__folded_name__in=firms)
        recruiters = dict(rows.order_by().values_list("firm__folded_name").annotate(n=Count("pk")))
        friends = self._friends
        found = {one for one in firms if not friends[one] or recruiters.get(one, 0) > friends[one]}
        return found - self._named(Employer, found)

    def _named(self, model: type, names: set[str]) -> set[str]:
        if not names:
            return set()
        rows = model.objects.of(self.owner).filter(folded_name__in=names)  # type: ignore[attr-defined]
        return set(rows.values_list("folded_name", flat=True))

    @cached_property
    def _friends(self) -> Counter[str]:
        """How many of my network there are at what may be a firm: “CFO, Acme” is at Acme."""
        rows = Person.objects.of(self.owner).filter(anonymised_at=None).exclude(position="")
        found: Counter[str] = Counter()
        for position in rows.values_list("position", flat=True):
            parts = fold(position).split(", ")
            found.update({", ".join(parts[at:]) for at in range(len(parts))})
        return found


def _may_be_a_firm(card: Card, firms: set[str]) -> bool:
    return (
        card.folded in firms
        and not card.title
        and (not card.firm or fold(card.firm) == card.folded)
    )
