"""A promise to send names, kept: by naming them, or by saying that nobody came to mind."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from calls.forms.referrals import saved_person
from calls.models import Referral
from contacts.models import Recruiter
from desk.declined import NOTHING_NOTED
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
    return [_named(promise, recruiter, one, on) for one in people]


def _named(promise: Promise, recruiter: Recruiter, one: dict[str, Any], on: dt.date) -> Referral:
    """Whom my no to the opportunity has named already is not named twice: it is told more of."""
    owner, person = promise.owner, saved_person(one["person"], promise.owner)
    about = {"person": person, "recruiter": recruiter, "opportunity": promise.opportunity}
    rows = Referral.objects.of(owner).named_by_me().filter(**about, **NOTHING_NOTED)
    referral = rows.filter(with_decline=True).first()
    referral = referral or Referral(owner=owner, named_on=on, **about)
    for name in ("why", "asked_first", "may_use_my_name"):
        setattr(referral, name, one[name])
    referral.save()
    return referral


def nobody_came_to_mind(promise: Promise) -> None:
    """Keep `promise`: to have thought, and to say so, is a word kept. Raises `NotOpen`."""
    promise.keep(str(SAID["no_names"]))
