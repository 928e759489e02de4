"""When each recruiter was last spoken with: kept beside them, since of all calls it takes too long.

`Recruiter.last_call_at` follows from the calls that are not in the trash. Saving, trashing and
deleting a call keep it so; whoever writes calls in bulk says so with `follow`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from accounts.belonging import in_parts
from calls.models import Call
from contacts.models import Recruiter

# Ids named in one statement, within what every SQLite takes.
PART = 500


def follow_bulk(sender: Any, pks: Collection[int], **kwargs: Any) -> None:
    """These calls (ids) were changed in bulk, on their way to the trash or back."""
    for part in in_parts(pks):
        rows = Call.across_owners.filter(pk__in=part).order_by()
        follow(set(rows.values_list("recruiter", flat=True)))


def follow(recruiters: Collection[int]) -> None:
    """Make `last_call_at` of these recruiters (ids) what their calls say.

    Their rows are held first: of two calls saved at once the later one's moment stays.
    """
    calls = Call.across_owners.filter(recruiter=OuterRef("pk"), trashed_at=None)
    last = Subquery(calls.order_by("-occurred_at").values("occurred_at")[:1])
    ids = sorted(set(recruiters))
    for start in range(0, len(ids), PART):
        rows = Recruiter.across_owners.filter(pk__in=ids[start : start + PART])
        with transaction.atomic():
            list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
            rows.update(last_call_at=last)
