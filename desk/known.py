"""What is known of a caller, beside the sheet while they talk."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.time_zones import place_of
from calls.models import Call, Disclosure
from contacts.models import Recruiter
from followups.models import Promise


@dataclass(frozen=True)
class Known:
    """The last talks with a recruiter, and what is owed both ways."""

    recruiter: Recruiter
    last_calls: list[Call]
    owed: list[Promise]
    # Of each topic what they were told last, and what somebody else of their firm was.
    told: list[Disclosure]
    # Of `owed`, what this call is to keep.
    ticked: frozenset[int] = frozenset()

    @property
    def there(self) -> str:
        return time_there(self.recruiter.time_zone)


def time_there(zone_name: str, now: dt.datetime | None = None) -> str:
    """What time it is in that zone at `now` (UTC); "" where it is the same as here, or unknown."""
    if not zone_name:
        return ""
    here = timezone.localtime(now)
    there = here.astimezone(zoneinfo.ZoneInfo(zone_name))
    if here.utcoffset() == there.utcoffset():
        return ""
    said = {"time": f"{there:%a %H:%M}", "place": place_of(zone_name)}
    return str(_("%(time)s in %(place)s") % said)


def known_of(recruiter: Recruiter | None, ticked: Collection[int] = ()) -> Known | None:
    """What is known of `recruiter`; the promises of the ids `ticked` are shown in any case."""
    if recruiter is None:
        return None
    owner = recruiter.owner_id
    open_promises = Promise.objects.of(owner).open().filter(recruiter=recruiter).by_urgency()
    owed = list(open_promises[:5])
    if further := set(ticked) - {promise.pk for promise in owed}:
        owed += open_promises.filter(pk__in=further)
    return Known(
        recruiter=recruiter,
        last_calls=list(Call.objects.of(owner).filter(recruiter=recruiter).for_list()[:3]),
        owed=owed,
        told=list(Disclosure.objects.of(owner).told_last(recruiter)),
        ticked=frozenset(ticked),
    )
