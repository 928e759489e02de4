"""What a no keeps: my promise to give a decision ends with it, and whom I name instead is named.

Without the no the promise is open again, and nobody is named.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from calls.models import Opportunity, Referral
from contacts.models import Person
from followups.models import Promise
from followups.models.words import OUTCOMES, Kind, Party

# Of somebody who was named. Not the version: that counts a way to the trash and back, too.
NOTHING_NOTED: dict[str, Any] = {
    "asked_first": "",
    "may_use_my_name": "",
    "contacted_on": None,
    "outcome": "",
    "treated_well": "",
    "thanked_on": None,
    "why": "",
    "notes": "",
}


def said_no() -> str:
    """The outcome that is pressed for it on a promise's own page."""
    return str(dict(OUTCOMES[Party.ME][Kind.GIVE_DECISION])["no"])


def _decisions(opportunity: Opportunity) -> list[Promise]:
    rows = Promise.objects.of(opportunity.owner_id).mine().filter(opportunity=opportunity)
    return list(rows.filter(kind=Kind.GIVE_DECISION, follows=None).order_by("due_utc", "pk"))


def open_decisions(opportunity: Opportunity) -> list[Promise]:
    """What I still owe them: a yes or a no to this opportunity."""
    return [promise for promise in _decisions(opportunity) if promise.is_open]


def end_decisions(opportunity: Opportunity) -> list[Promise]:
    """Keep them, now, with a no."""
    ended = open_decisions(opportunity)
    for promise in ended:
        promise.keep(said_no())
    return ended


def reopen_decisions(opportunity: Opportunity) -> list[Promise]:
    """Undo that for those that were kept with a no on the day on which I declined."""
    wanted = [
        promise
        for promise in _decisions(opportunity)
        if promise.outcome == said_no() and promise.ended_day == opportunity.declined_on
    ]
    for promise in wanted:
        promise.reopen()
    return wanted


def name_instead(opportunity: Opportunity, names: Iterable[str], *, on: dt.date) -> list[Referral]:
    """Name them to its recruiter on `on` (a local day); returns those who were not named before.

    Who was named with an earlier no and is not among `names` any more is taken back. To nobody
    nobody can be named: without a recruiter the names stand in the words alone.
    """
    recruiter, owner = opportunity.recruiter, opportunity.owner
    people = [Person.objects.of(owner).found_or_made(name) for name in names] if recruiter else []
    _take_back(_named_with(opportunity).exclude(person__in=people))
    about = {"opportunity": opportunity, "recruiter": recruiter, "direction": "by_me"}
    known = Referral.objects.of(owner).filter(**about)
    already = set(known.values_list("person", flat=True))
    return [
        Referral.objects.create(
            owner=owner, person=person, named_on=on, with_decline=True, **about
        )
        for person in dict.fromkeys(people)
        if person.pk not in already
    ]


def take_back_names(opportunity: Opportunity) -> int:
    """Nobody is named instead any more; returns how many were."""
    return _take_back(_named_with(opportunity))


def _named_with(opportunity: Opportunity) -> QuerySet:
    """Those whom its no named, and of whom nothing was noted since."""
    rows = Referral.objects.of(opportunity.owner_id)
    return rows.filter(opportunity=opportunity, with_decline=True, **NOTHING_NOTED)


def _take_back(referrals: QuerySet) -> int:
    rows, group = list(referrals), uuid.uuid4()
    for row in rows:
        row.trash(group)
    return len(rows)
