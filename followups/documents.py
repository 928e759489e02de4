"""How promises are found."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calls.documents import OF_WHOM, TITLE, whom
from calls.models import Opportunity
from contacts.documents import joined, said
from followups.models import Promise
from search.kinds import Document, Kind, Names, register

# When it is due, how it stands, and what its reminders go by: nothing of that is found by words.
NO_WORDS = frozenset(
    "due_on due_time time_zone due_utc agreed_at state ended_at ended_on judged_utc "
    "ended_with_theirs revision changed_at follows call".split()
)


def _promise(promise: Promise) -> Document:
    about = promise.opportunity.title if promise.opportunity else ""
    return Document(
        title=promise.headline,
        hint=whom(promise.recruiter, promise.firm),
        body=joined(promise.outcome, about, promise.phone_display),
        # Its kind, where other words stand in its title.
        also=said(promise, "kind"),
        numbers=(promise.phone,) if promise.phone else (),
        about=(
            ("recruiter", promise.recruiter_id),
            ("firm", promise.firm_id),
            ("opportunity", promise.opportunity_id),
        ),
        moment=promise.created_at,
    )


def register_all() -> None:
    register(
        Kind(
            "promise",
            4,
            _("Promises"),
            Promise,
            _promise,
            lambda pk: reverse("followups:promise_detail", args=[pk]),
            reads=lambda rows: rows.select_related("recruiter", "firm", "opportunity"),
            follows=(*OF_WHOM, Names(Opportunity, "opportunity", TITLE)),
            ignores=NO_WORDS,
        )
    )
