"""What is owed between the user and one firm or recruiter: mine, and theirs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from followups.models import Promise
from followups.models.promise_rows import PromiseQuerySet

# Of both sides, open and ended. Few are open at once.
MOST = 60
LAST_ENDED = 3


@dataclass(frozen=True)
class Side:
    """One side of it: what is open, the most urgent first, then what ended last."""

    is_theirs: bool
    open: list[Promise]
    ended: list[Promise]
    # Of those that are open, also what is not shown (of `most_urgent`).
    how_many: int = 0

    @property
    def rest(self) -> int:
        """How many more are open than stand here."""
        return max(self.how_many - len(self.open), 0)

    @property
    def rows(self) -> list[Promise]:
        return self.open + self.ended


def both_ways(promises: PromiseQuerySet) -> list[Side]:
    """My side and theirs of `promises`, which are with one firm or recruiter, by one question."""
    open_first = F("ended_at").desc(nulls_first=True)
    # Which they are, before the database works out what a row shows.
    wanted = promises.order_by(open_first, "due_utc", "pk").values("pk")[:MOST]
    found = list(promises.with_names().filter(pk__in=wanted).order_by(open_first, "due_utc", "pk"))
    sides: list[Side] = []
    for is_theirs in (False, True):
        own = [row for row in found if row.is_theirs == is_theirs]
        sides.append(
            Side(
                is_theirs=is_theirs,
                open=[row for row in own if row.is_open],
                ended=[row for row in own if not row.is_open][:LAST_ENDED],
            )
        )
    return sides


def most_urgent(promises: PromiseQuerySet, each: int) -> list[Side]:
    """The same of what is open alone: of either side the `each` most urgent, and how many it has.

    One question, too, however many there are.
    """
    side, urgency = [F("owed_by")], [F("due_utc"), F("pk")]
    found = list(
        promises.open()
        .annotate(
            place=Window(RowNumber(), partition_by=side, order_by=urgency),
            of_side=Window(Count("pk"), partition_by=side),
        )
        .filter(place__lte=each)
        .select_related("recruiter", "opportunity__client")
        .order_by("due_utc", "pk")
    )
    sides = []
    for is_theirs in (False, True):
        own = [row for row in found if row.is_theirs == is_theirs]
        sides.append(Side(is_theirs, own, [], own[0].of_side if own else 0))
    return sides
