"""How calls, opportunities, submissions, names and what was told are found."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Resume
from calls.models import Call, Disclosure, Opportunity, Referral, Submission
from contacts.documents import joined, said
from contacts.models import Employer, Firm, Person, Recruiter
from search.kinds import Document, Kind, Names, register


def whom(recruiter: Recruiter | None, firm: Firm | None, *others: object) -> str:
    """Of which people it is, in one line."""
    return joined(recruiter.name if recruiter else "", firm.name if firm else "", *others, by=", ")


def noon(day: dt.date) -> dt.datetime:
    """A moment of a day of which no hour is known, UTC: the same day in nearly every zone."""
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def _call(call: Call) -> Document:
    named_by = call.named_by.name if call.named_by else ""
    return Document(
        title=call.headline,
        hint=whom(call.recruiter, call.firm),
        body=joined(call.notes, call.next_step, call.found_me_through, named_by),
        # What it was about beside the position that stands in its title.
        also=joined(call.purpose and said(call, "purpose"), said(call, "outcome")),
        about=(
            ("recruiter", call.recruiter_id),
            ("firm", call.firm_id),
            ("opportunity", call.opportunity_id),
            ("person", call.named_by_id),
        ),
        moment=call.occurred_at,
    )


def _opportunity(one: Opportunity) -> Document:
    return Document(
        title=str(one),
        hint=whom(one.recruiter, one.firm, one.location),
        body=joined(
            one.reports_to,
            one.withheld_why,
            one.decline_reason,
            one.wanted_instead,
            one.named_instead,
            one.jd_file_name,
        ),
        about=(
            ("recruiter", one.recruiter_id),
            ("firm", one.firm_id),
            ("opportunity", one.pk),
            ("employer", one.client_id),
        ),
        moment=one.created_at,
    )


def _submission(one: Submission) -> Document:
    client = one.client_now
    return Document(
        title=str(one),
        hint=whom(one.recruiter, one.firm, client.name if client else ""),
        body=joined(one.limits, one.resume.label if one.resume else ""),
        also=one.opportunity.title if one.opportunity else "",
        about=(
            ("recruiter", one.recruiter_id),
            ("firm", one.firm_id),
            ("opportunity", one.opportunity_id),
            ("employer", client.pk if client else None),
        ),
        moment=noon(one.since) if one.since else one.created_at,
    )


def _referral(one: Referral) -> Document | None:
    # Who is anonymised has no name by which to be found; what else was said is found.
    return Document(
        title=one.person.name,
        hint=joined(
            capfirst(said(one, "direction")),
            whom(one.recruiter, one.firm),
            one.opportunity.title if one.opportunity else "",
        ),
        body=joined(one.why, one.notes),
        about=(
            ("recruiter", one.recruiter_id),
            ("firm", one.firm_id),
            ("opportunity", one.opportunity_id),
            ("person", one.person_id),
        ),
        moment=noon(one.named_on),
    )


def _disclosure(one: Disclosure) -> Document:
    return Document(
        title=capfirst(said(one, "topic")),
        hint=whom(one.recruiter, one.firm),
        body=joined(one.what, one.resume.label if one.resume else ""),
        about=(
            ("recruiter", one.recruiter_id),
            ("firm", one.firm_id),
            ("opportunity", one.opportunity_id),
        ),
        moment=noon(one.told_on),
        is_veiled=one.topic == Disclosure.Topic.PAY,
    )


TITLE = frozenset({"title"})
OF_WHOM = (Names(Recruiter, "recruiter"), Names(Firm, "firm"))


def register_all() -> None:
    register(
        Kind(
            "opportunity",
            3,
            _("Opportunities"),
            Opportunity,
            _opportunity,
            lambda pk: reverse("desk:opportunity_detail", args=[pk]),
            reads=lambda rows: rows.select_related("recruiter", "firm", "client"),
            follows=(*OF_WHOM, Names(Employer, "client")),
            # Where one stands in it: nothing of that is found by words.
            ignores=frozenset({"stage", "compensation", "basis", "jd"}),
        )
    )
    register(
        Kind(
            "call",
            5,
            _("Calls"),
            Call,
            _call,
            lambda pk: reverse("desk:call_detail", args=[pk]),
            reads=lambda rows: rows.select_related("recruiter", "firm", "opportunity", "named_by"),
            follows=(
                *OF_WHOM,
                Names(Opportunity, "opportunity", TITLE),
                Names(Person, "named_by"),
            ),
        )
    )
    register(
        Kind(
            "referral",
            6,
            _("Names given"),
            Referral,
            _referral,
            lambda pk: reverse("calls:referral_edit", args=[pk]),
            reads=lambda rows: rows.select_related("person", "recruiter", "firm", "opportunity"),
            follows=(
                *OF_WHOM,
                Names(Person, "person"),
                Names(Opportunity, "opportunity", TITLE),
            ),
        )
    )
    register(
        Kind(
            "submission",
            7,
            _("Submissions"),
            Submission,
            _submission,
            lambda pk: reverse("calls:submission_detail", args=[pk]),
            reads=lambda rows: rows.select_related(
                "recruiter", "firm", "client", "opportunity__client", "resume"
            ),
            follows=(
                *OF_WHOM,
                Names(Employer, "client"),
                Names(Employer, "opportunity__client"),
                Names(
                    Opportunity,
                    "opportunity",
                    frozenset({"title", "client", "client_disclosure"}),
                ),
                Names(Resume, "resume", frozenset({"label"})),
            ),
        )
    )
    register(
        Kind(
            "disclosure",
            8,
            _("What you told"),
            Disclosure,
            _disclosure,
            lambda pk: reverse("calls:disclosure_edit", args=[pk]),
            reads=lambda rows: rows.select_related("recruiter", "firm", "resume"),
            follows=(*OF_WHOM, Names(Resume, "resume", frozenset({"label"}))),
        )
    )
