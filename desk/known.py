"""What is known of a caller, beside the sheet while they talk."""

from __future__ import annotations

from dataclasses import dataclass

from calls.models import Call
from contacts.models import Recruiter
from followups.models import Promise


@dataclass(frozen=True)
class Known:
    """The last talks with a recruiter, and what is owed both ways."""

    recruiter: Recruiter
    last_calls: list[Call]
    owed: list[Promise]


def known_of(recruiter: Recruiter | None) -> Known | None:
    if recruiter is None:
        return None
    owner = recruiter.owner_id
    return Known(
        recruiter=recruiter,
        last_calls=list(Call.objects.of(owner).filter(recruiter=recruiter).for_list()[:3]),
        owed=list(Promise.objects.of(owner).open().filter(recruiter=recruiter).by_urgency()[:5]),
    )
