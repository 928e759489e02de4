"""A promise to send names, kept: by naming them, or by saying that nobody came to mind."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from calls.forms.referrals import saved_person
from calls.models import Referral
from contacts.models import Recruiter
from followups.models import Promise
from followups.models.words import OUTCOMES, Kind, Party

# As the promise's own page says it: one wording, whichever page was used.
SAID = dict(OUTCOMES[Party.ME][Kind.SEND_NAMES])


@transaction.atomic
def name_them(
    promise: Promise, recruiter: Recruiter, people: list[dict[str, Any]], *, on: dt.date
) -> list[Referral]:
    """Keep `promise` by naming `people` to `recruiter` on `on` (a local day); all or nothing.

    Each of `people` holds a `person` (saved or not), `why`, `asked_first`, `may_use_my_name`.
    Raises `NotOpen` where it ended before: then nobody is named a second time.
    """
    promise.keep(str(SAID["named"]))
    return [
        Referral.objects.create(
            owner=promise.owner,
            person=saved_person(one["person"], promise.owner),
            recruiter=recruiter,
            opportunity=promise.opportunity,
            named_on=on,
            **{name: one[name] for name in ("why", "asked_first", "may_use_my_name")},
        )
        for one in people
    ]


def nobody_came_to_mind(promise: Promise) -> None:
    """Keep `promise`: to have thought, and to say so, is a word kept. Raises `NotOpen`."""
    promise.keep(str(SAID["no_names"]))
