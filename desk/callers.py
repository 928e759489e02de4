"""Finding the caller while they talk: by part of a name, a firm or a number."""

from __future__ import annotations

import re

from django.db.models import F, Max, Q

from accounts.models import User
from contacts.models import Recruiter
from contacts.names import fold

MOST = 6


def find(owner: User, text: str) -> list[Recruiter]:
    """Recruiters whose name, firm or number holds `text`; who spoke last comes first."""
    wanted = fold(text)
    if not wanted:
        return []
    match = Q()
    for word in wanted.split():
        match &= Q(folded_name__contains=word) | Q(firm__folded_name__contains=word)
    digits = re.sub(r"\D", "", text).lstrip("0")
    if len(digits) >= 3:
        match |= Q(phones__number__contains=digits, phones__trashed_at=None)
    rows = Recruiter.objects.of(owner).filter(match).select_related("firm").distinct()
    seen = Q(calls__trashed_at=None)
    return list(
        rows.annotate(last_call_at=Max("calls__occurred_at", filter=seen))
        .prefetch_related("phones")
        .order_by(F("last_call_at").desc(nulls_last=True), "folded_name", "pk")[:MOST]
    )
