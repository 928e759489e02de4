"""Promises by what is asked of them."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.owned import OwnedQuerySet
from contacts.models import Firm
from followups.models.reschedule import Reschedule
from followups.models.words import Party, State

# What says whether a word was kept. Who was released owed nothing any more.
COUNTED = [State.KEPT, State.KEPT_LATE, State.BROKEN]


class PromiseQuerySet(OwnedQuerySet):
    def open(self) -> Self:
        return self.filter(state=State.OPEN)

    def ended(self) -> Self:
        return self.exclude(state=State.OPEN)

    def mine(self) -> Self:
        return self.filter(owed_by=Party.ME)

    def theirs(self) -> Self:
        return self.filter(owed_by=Party.THEM)

    def due_before(self, moment: dt.datetime) -> Self:
        """Due before `moment` (UTC)."""
        return self.filter(due_utc__lt=moment)

    def with_names(self) -> Self:
        """With whatever a row of a list shows: `times_moved`, and `nudge_on`, a local day.

        `move_revision` is the revision that the last move led to.
        """
        moves = Reschedule.across_owners.filter(promise=OuterRef("pk"), trashed_at=None)
        times = moves.order_by().values("promise").annotate(times=Count("pk")).values("times")
        across_owners = self.model._base_manager  # a nudge is of the same owner as what it follows
        nudges = across_owners.filter(follows=OuterRef("pk"), state=State.OPEN, trashed_at=None)
        return self.select_related("recruiter", "firm", "opportunity__client").annotate(
            times_moved=Coalesce(Subquery(times), 0),
            move_revision=Subquery(moves.values("revision")[:1]),
            nudge_on=Subquery(nudges.values("due_on")[:1]),
        )

    def by_urgency(self) -> Self:
        return self.with_names().order_by("due_utc", "pk")

    def last_ended_first(self) -> Self:
        return self.with_names().ended().order_by("-ended_at", "-pk")

    def by_the_index_of_endings(self) -> Self:
        """The same ones that have ended, so that the database may read them in their order.

        For all of a user's, of which some are wanted. Of one recruiter's there are few: without
        this SQLite would rather walk through everybody's than sort those.
        """
        return self.filter(ended_at__isnull=False)

    def by_who(self, *then: str) -> Self:
        """By the recruiter's name, else the firm's; those of one name `then`, or by their moment."""
        who = Coalesce("recruiter__folded_name", "firm__folded_name")
        return self.with_names().order_by(who, *(then or ("due_utc", "pk")))

    def counted(self) -> Self:
        """Mine, ended in a way that says whether I keep my word. A nudge is given to nobody."""
        return self.mine().filter(state__in=COUNTED, follows=None)

    def count_by_side(self, *, of_all: bool) -> dict[str, int]:
        """How many are “me_open”, “me_ended”, “them_open” and “them_ended”.

        `of_all` is for all of a user's, which one index has by its groups. For the sake of groups
        SQLite would read all of them for one recruiter, too.
        """
        is_open = Q(state=State.OPEN)
        sides = {
            f"{party}_{show}": Count("pk", filter=Q(owed_by=party) & which)
            for party in Party.values
            for show, which in (("open", is_open), ("ended", ~is_open))
        }
        counts: dict[str, int]
        if not of_all:
            counts = self.aggregate(**sides)
            return counts
        counts = dict.fromkeys(sides, 0)
        groups = self.order_by().values_list("owed_by", "state").annotate(how_many=Count("pk"))
        for party, state, how_many in groups:
            counts[f"{party}_{'open' if state == State.OPEN else 'ended'}"] += how_many
        return counts

    def with_firm(self, firm: Firm) -> Self:
        return self.filter(firm=firm)
