"""What collides, said in sentences: who, through which firm, since when and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.guard import EXCLUSIVE, IN_PROCESS, OFF_LIMITS, OWNED, SAME_CLIENT, Collision
from calls.models import Submission
from contacts.models import OffLimits

Permission = Submission.Permission

# What each kind is called, in two words.
KINDS = {
    EXCLUSIVE: gettext_lazy("Exclusive"),
    OWNED: gettext_lazy("Introduced already"),
    SAME_CLIENT: gettext_lazy("Same client"),
    OFF_LIMITS: gettext_lazy("Off-limits"),
    IN_PROCESS: gettext_lazy("In process"),
}


@dataclass(frozen=True)
class Said:
    """One collision as a page says it; `address` is where its other side can be looked at."""

    kind: str
    label: str
    sentence: str
    address: str
    is_information: bool


def in_words(submission: Submission, collisions: Iterable[Collision]) -> list[Said]:
    """What `submission`, saved or not, collides with, in the order of `collisions`."""
    return [
        Said(
            kind=one.kind,
            label=str(KINDS[one.kind]),
            sentence=_sentence(submission, one),
            address=_address(one.other),
            is_information=one.kind == IN_PROCESS,
        )
        for one in collisions
    ]


def _address(other: Submission | OffLimits) -> str:
    return (other.firm if isinstance(other, OffLimits) else other).get_absolute_url()


def _sentence(submission: Submission, collision: Collision) -> str:
    other = collision.other
    if isinstance(other, OffLimits):
        return _off_limits(other)
    said = {
        "firm": _through(other),
        "client": _client(submission, other),
        "role": _role(other),
        "since": _since(collision.since),
        "day": _day(collision.since),
    }
    match collision.kind:
        case "exclusivity_open":
            said["until"] = _day(other.exclusive_until)
            text = _(
                "%(firm)s has you exclusively for %(client)s%(role)s%(since)s, until the end of "
                "%(until)s."
            )
        case "ownership_open":
            said["until"] = _day(other.ownership_until)
            text = _(
                "%(firm)s counts as having introduced you to %(client)s%(role)s%(since)s, until the "
                "end of %(until)s."
            )
        case "in_process":
            text = _(
                "%(firm)s has you in process for %(client)s%(role)s%(since)s. While that runs, a "
                "firm seldom shows a candidate elsewhere."
            )
        case _:
            text = _same_client(other)
    return str(text % said)


def _same_client(other: Submission) -> str:
    if other.submitted_on:
        return _("%(firm)s sent you to %(client)s%(role)s on %(day)s.")
    if other.permission == Permission.GIVEN:
        return _("%(firm)s has your permission for %(client)s%(role)s%(since)s.")
    if other.permission == Permission.ASKED:
        return _("%(firm)s has asked for your permission for %(client)s%(role)s%(since)s.")
    return _("%(firm)s is noted down for %(client)s%(role)s%(since)s, without your permission.")


def _off_limits(entry: OffLimits) -> str:
    said = {
        "firm": entry.firm.name,
        "employer": entry.employer.name,
        "since": _(", noted on %(day)s") % {"day": _day(entry.noted_on)} if entry.noted_on else "",
        "sure": entry.get_certainty_display(),
    }
    if entry.until:
        said["until"] = _day(entry.until)
        text = _(
            "%(firm)s may not take people from %(employer)s, where you work, until the end of "
            "%(until)s (%(sure)s%(since)s)."
        )
    else:
        text = _(
            "%(firm)s may not take people from %(employer)s, where you work, until further notice "
            "(%(sure)s%(since)s)."
        )
    return str(text % said)


def _through(other: Submission) -> str:
    """The firm, and who of it; “a firm not named” where nobody has said it."""
    firm, recruiter = other.firm_now, other.recruiter
    if firm and recruiter:
        return _("%(firm)s (%(recruiter)s)") % {"firm": firm.name, "recruiter": recruiter.name}
    if firm:
        return firm.name
    return recruiter.name if recruiter else str(_("A firm that is not known"))


def _client(submission: Submission, other: Submission) -> str:
    """The other's client, and that it is mine where it is called otherwise."""
    theirs, mine = other.client_now, submission.client_now
    if theirs is None:
        return str(_("a client not named"))
    if mine is None or mine.name == theirs.name or submission.firm_now == other.firm_now:
        return theirs.name
    return _("%(theirs)s, which is one with %(mine)s") % {
        "theirs": theirs.name,
        "mine": mine.name,
    }


def _role(other: Submission) -> str:
    role = other.role or (other.opportunity.title if other.opportunity else "")
    return f" ({role})" if role else ""


def _since(day: dt.date | None) -> str:
    return _(", since %(day)s") % {"day": _day(day)} if day else ""


def _day(day: dt.date | None) -> str:
    return date_format(day, "j F Y") if day else ""


def all_in_words(asked: Iterable[tuple[Submission, list[Collision]]]) -> list[Said]:
    """What several submissions collide with, each thing said once; what informs comes last."""
    said = [one for submission, found in asked for one in in_words(submission, found)]
    return sorted(dict.fromkeys(said), key=lambda one: one.is_information)
