"""What is owed between the user and one firm or recruiter: mine, and theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Value, Window
from django.db.models.functions import Concat, RowNumber

from accounts.models import User
from accounts.prepared import Asked, prepared
from followups.models import Promise

# Of both sides, open and ended. Few are open at once.
MOST = 60
LAST_ENDED = 3
# Of either side, on a brief.
MOST_URGENT = 3


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


def both_ways(owner: User, **whose: int) -> list[Side]:
    """My side and theirs of what is owed with one firm, recruiter or opportunity (`whose`, its
    id), by one question."""
    found = _both_ways(owner=owner.pk, **whose)
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


@prepared
def _both_ways(owner: Any, **whose: Any) -> QuerySet:
    order = (F("ended_at").desc(nulls_first=True), "due_utc", "pk")
    promises = Promise.objects.of(owner).filter(**whose)
    # Which they are, before the database works out what a row shows.
    wanted = promises.order_by(*order).values("pk")[:MOST]
    return promises.with_names().filter(pk__in=wanted).order_by(*order)


def most_urgent(owner: int, *, but: int | None = None, **whose: int) -> Asked:
    """Asks for the same of what is open alone: of either side the most urgent, and how many it has.

    One question, too, however many there are. `but` is the id of one that is left out.
    """
    return _most_urgent.given(owner=owner, **whose, **({"but": but} if but else {}))


def sides_of(found: list[Promise]) -> list[Side]:
    """The answer to `most_urgent`, by side."""
    sides = []
    for is_theirs in (False, True):
        own: list[Any] = [row for row in found if row.is_theirs == is_theirs]
        sides.append(Side(is_theirs, own, [], own[0].of_side if own else 0))
    return sides


@prepared
def _most_urgent(owner: Any, but: Any = None, **whose: Any) -> QuerySet:
    # By their index: what is open has not ended.
    promises = Promise.objects.of(owner).filter(ended_at=None, **whose).open()
    if but is not None:
        promises = promises.exclude(pk=but)
    # Not the bare column: SQLite would read everything of the user's in the order of its sides,
    # rather than the few that are open here, and sort those.
    side, urgency = [Concat("owed_by", Value(""))], [F("due_utc"), F("pk")]
    rows = promises.annotate(
        place=Window(RowNumber(), partition_by=side, order_by=urgency),
        of_side=Window(Count("pk"), partition_by=side),
    ).filter(place__lte=MOST_URGENT)
    return rows.select_related("recruiter", "opportunity__client").order_by("due_utc", "pk")
