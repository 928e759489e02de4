"""Choosing an opportunity in a form, by its position and client (see contacts/pickers.py)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from calls.models import Opportunity
from contacts.finding import MOST, MOST_WORDS
from contacts.models import Employer
from contacts.names import fold
from contacts.pickers import MOST_NAMESAKES, PickerField

# Positions of one title that are compared with their clients, the newest first.
MOST_COMPARED = 200


class OpportunityPicker(PickerField):
    finder = "calls:opportunity_options"
    unknown = _("There is no opportunity of this name.")

    @staticmethod
    def name_of(row: Any) -> str:
        """The position with its client: a title alone is that of many."""
        return str(row)

    @staticmethod
    def hint_of(row: Any) -> str:
        parts = [row.recruiter, row.firm]
        return ", ".join(part.name for part in parts if part)

    def named(self, text: str) -> list[Any]:
        """Those of this position and client or, if there are none, of this position."""
        title = Q(title__iexact=text.strip())
        at = text.find(",")
        while at >= 0:  # a title may have commas itself
            title |= Q(title__iexact=text[:at].strip())
            at = text.find(",", at + 1) if at < 200 else -1
        rows = self.queryset.filter(title)[:MOST_COMPARED]  # type: ignore[union-attr]
        found = list(rows)
        whole = [row for row in found if fold(self.name_of(row)) == fold(text)]
        alone = [row for row in found if fold(row.title) == fold(text)]
        return (whole or alone)[:MOST_NAMESAKES]


def opportunities(owner: User, text: str) -> list[Opportunity]:
    """The newest whose position or client holds every word of `text`.

    A title is not kept folded, so the case of letters beyond ASCII counts on SQLite.
    """
    holds = Q()
    clients = Employer.objects.of(owner)
    for word in text.split()[:MOST_WORDS]:
        client = clients.filter(folded_name__contains=fold(word)).values("pk")
        holds &= Q(title__icontains=word) | Q(client__in=client)
    if not holds:
        return []
    return list(Opportunity.objects.of(owner).for_list().filter(holds)[:MOST])
