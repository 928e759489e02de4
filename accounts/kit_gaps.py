"""What my kit lacks, or has not been looked at for half a year, each in a sentence with its link."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import NamedTuple

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import Compensation, Kit, Resume, User

MONTHS = 6


class Gap(NamedTuple):
    text: str
    url: str


def gaps(
    kit: Kit,
    *,
    newest_resume: dt.date | None,
    newest_compensation: dt.date | None,
    today: dt.date,
) -> list[Gap]:
    """What is missing from `kit` or was last true more than six months before `today` (local)."""
    oldest = months_before(today, MONTHS)
    page = reverse("accounts:kit")
    found = []
    if not kit.pitch:
        found.append(Gap(_("There is no pitch yet."), f"{page}#id_pitch"))
    elif kit.looked_over_on is None:
        found.append(Gap(_("Does all of your kit still hold?"), f"{page}#look-over"))
    elif kit.looked_over_on < oldest:
        said = _("You last looked over your kit in %(month)s.") % _month(kit.looked_over_on)
        found.append(Gap(said, f"{page}#look-over"))
    if not (kit.callback_number or kit.evening_number):
        said = _("There is no number on which they ring you back.")
        found.append(Gap(said, f"{page}#id_callback_number"))
    if newest_resume is None:
        found.append(Gap(_("There is no résumé yet."), reverse("accounts:resume_new")))
    elif newest_resume < oldest:
        said = _("Your newest résumé is of %(month)s.") % _month(newest_resume)
        found.append(Gap(said, f"{page}#resumes"))
    if newest_compensation is None:
        said = _("What you earn is not noted yet.")
        found.append(Gap(said, reverse("accounts:compensation_new")))
    elif newest_compensation < oldest:
        said = _("What you earn was last noted in %(month)s.") % _month(newest_compensation)
        found.append(Gap(said, f"{page}#compensation"))
    return found


def find(owner: User, today: dt.date) -> list[Gap]:
    """The gaps of `owner` on `today` (their local day), by one query."""
    kit = (
        Kit.objects.of(owner)
        .annotate(
            newest_resume=_newest(Resume, "made_on"),
            newest_compensation=_newest(Compensation, "as_of"),
        )
        .first()
    )
    if kit is None:  # an account that was made without one: then it has nothing else, either
        return gaps(Kit(owner=owner), newest_resume=None, newest_compensation=None, today=today)
    return gaps(
        kit,
        newest_resume=kit.newest_resume,
        newest_compensation=kit.newest_compensation,
        today=today,
    )


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier, or that month's last."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return dt.date(years, month + 1, min(day.day, last))


def _newest(model: type[Resume | Compensation], field: str) -> Subquery:
    rows = model.across_owners.filter(owner=OuterRef("owner"), trashed_at=None)
    return Subquery(rows.order_by(f"-{field}").values(field)[:1])


def _month(day: dt.date) -> dict[str, str]:
    return {"month": formats.date_format(day, "F Y")}
