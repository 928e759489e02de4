"""Ask before you hang up: what the sheet still lacks an answer to."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Kit
from calls.models import Call, Opportunity
from contacts.models import Firm, Recruiter


@dataclass(frozen=True)
class Questions:
    """Names of fields of the call sheet, in the order in which one would ask them.

    `noted` are written down if the recruiter says them by themselves. On a first contact those
    are the client and the job description: many recruiters cannot tell yet, and asking costs
    goodwill.
    """

    asked: list[str]
    noted: list[str]


def open_questions(
    kit: Kit,
    *,
    recruiter: Recruiter | None = None,
    firm: Firm | None = None,
    about: Opportunity | None = None,
) -> Questions:
    """What is not known yet of this recruiter, their firm, the assignment `about`, and of me."""
    firm = firm or (recruiter.firm if recruiter else None)
    client = _unknown_of_client(about)
    knows_them = recruiter is not None and _have_talked(recruiter)
    asked = [
        *(client if knows_them else []),
        *_unknown_of_assignment(about),
        *unknown_of_firm(firm),
        *(["found_me_through", "named_by"] if not knows_them else []),
        "resume_wanted",
        "next_step",
        *([] if kit.callback_number else ["callback_number"]),
        *([] if kit.best_times else ["best_times"]),
    ]
    return Questions(asked=asked, noted=[] if knows_them else client)


def unanswered(about: Opportunity) -> list[str]:
    """What is still not known of an assignment, in the order in which one would ask."""
    return [*_unknown_of_client(about), *_unknown_of_assignment(about)]


def _have_talked(recruiter: Recruiter) -> bool:
    return Call.objects.of(recruiter.owner_id).talked().filter(recruiter=recruiter).exists()


def _unknown_of_client(about: Opportunity | None) -> list[str]:
    unknown = []
    if about is None or about.client_id is None:
        unknown += ["client", "in_confidence"]
        if about is None or not about.withheld_why:
            unknown.append("withheld_why")
    if about is None or about.jd == Opportunity.JobDescription.NOT_ASKED:
        unknown.append("jd")
    return unknown


def _unknown_of_assignment(about: Opportunity | None) -> list[str]:
    unknown = []
    if about is None or about.basis == Opportunity.Basis.UNKNOWN:
        unknown.append("basis")
    if about is None or not about.location:
        unknown.append("location")
    if about is None or not about.reports_to:
        unknown.append("reports_to")
    return unknown


def unknown_of_firm(firm: Firm | None) -> list[str]:
    """What is not known of a firm yet; everything, where the firm itself is not."""
    unknown = []
    if firm is None or firm.aesc_member == Firm.Membership.UNKNOWN:
        unknown.append("aesc_member")
    if firm is None or not firm.founded:
        unknown.append("founded")
    if firm is None or not firm.past_clients:
        unknown.append("past_clients")
    return unknown
