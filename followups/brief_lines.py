"""The brief's short form, in the reminder itself: how it stands with them, in a line or two.

A mail lies about on a screen and in other people's servers (DESIGN section 7, Discretion). So it
never says what a talk was about beyond its purpose and the position: no notes, which hold what
was said of pay and whom I named; and a position only where neither a figure nor a client told in
confidence stands in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from calls.models import Call, Opportunity
from contacts.companies import keys_of
from contacts.models import Employer, Person, Recruiter
from contacts.names import fold
from followups.models import Promise

# With whom: a recruiter's id or, of a promise to a firm alone, the firm's.
Who = tuple[str, int | None]

WORD = re.compile(r"\w+")
# An amount: with a currency, in thousands, or a share. No year, hour or number of names.
PAY = re.compile(
    r"[$£€¥]|\b(?:gbp|eur|usd|chf)\b|\d\s?k\b|\d\s?%|\b\d{1,3}(?:[.,' ]\d{3})+\b|\b[1-9]\d{4,}\b",
    re.IGNORECASE,
)
# In a company's name as in any position's.
SMALL_WORDS = frozenset("a and at co de der die du et for in la le of on s the to und".split())

PURPOSES = {
    Call.Purpose.ASSIGNMENT: gettext_lazy("for a position"),
    Call.Purpose.NAMES: gettext_lazy("for names"),
    Call.Purpose.MARKET: gettext_lazy("about the market"),
    Call.Purpose.REFERENCE: gettext_lazy("for a reference"),
    Call.Purpose.PROFILE: gettext_lazy("about your profile"),
    Call.Purpose.CHECK_IN: gettext_lazy("to keep in touch"),
}


@dataclass(frozen=True)
class Standing:
    """How it stands with those to whom some promises are: read once for any number of mails."""

    talks: dict[int, Call] = field(default_factory=dict)  # by the promise's id
    open: Counter[tuple[Who, str]] = field(default_factory=Counter)  # of either side
    # By the id of a client that was told in confidence: what belongs to it.
    brands: dict[int, list[Employer]] = field(default_factory=dict)
    # The people of each owner, folded: what was typed about a promise may name one of them.
    people: dict[int, list[str]] = field(default_factory=dict)

    def may_be_said(self, promise: Promise) -> bool:
        """Whether what was typed about `promise` names nobody of its user's people, and no pay."""
        words = f" {' '.join(WORD.findall(fold(promise.what)))} "
        named = any(f" {name} " in words for name in self.people.get(promise.owner_id, ()))
        return not named and not PAY.search(promise.what)


def standing_of(promises: Collection[Promise]) -> Standing:
    """How it stands with those of `promises` (of any owners); at most six queries for all."""
    recruiters = {one.recruiter_id for one in promises if one.recruiter_id}
    firms = {one.firm_id for one in promises if not one.recruiter_id}
    talks = _last_talks(promises)
    found = Standing(talks, brands=_brands(talks.values()), people=people_of(promises))
    for name, ids in (("recruiter", recruiters), ("firm", firms)):
        if ids:
            # Nobody's promise is to another's recruiter, so these are of the same owners.
            rows = Promise.across_owners.filter(
                **{f"{name}__in": ids}, state=Promise.State.OPEN, trashed_at=None
            )
            counts = rows.order_by().values_list(name, "owed_by").annotate(n=Count("pk"))
            found.open.update({((name, pk), side): n for pk, side, n in counts})
    return found


def people_of(promises: Collection[Promise]) -> dict[int, list[str]]:
    """The people of each owner, folded; asked only where something was typed of a promise."""
    owners = {one.owner_id for one in promises if one.what}
    found: dict[int, list[str]] = {}
    if owners:
        people = Person.across_owners.filter(owner__in=owners, anonymised_at=None)
        for owner, name in people.values_list("owner", "folded_name"):
            found.setdefault(owner, []).append(" ".join(WORD.findall(name)))
    return found


def _last_talks(promises: Collection[Promise]) -> dict[int, Call]:
    talks = Call.across_owners.filter(trashed_at=None, outcome=Call.Outcome.TALKED)
    last = Case(
        When(recruiter__isnull=False, then=_newest(talks.filter(recruiter=OuterRef("recruiter")))),
        default=_newest(talks.filter(firm=OuterRef("firm"))),
    )
    rows = Promise.across_owners.filter(pk__in=[one.pk for one in promises])
    of_promise = dict(rows.annotate(last_talk=last).values_list("pk", "last_talk"))
    wanted = Call.across_owners.filter(pk__in={pk for pk in of_promise.values() if pk})
    calls = {call.pk: call for call in wanted.select_related("opportunity__client__parent")}
    return {pk: calls[talk] for pk, talk in of_promise.items() if talk in calls}


def _brands(talks: Iterable[Call]) -> dict[int, list[Employer]]:
    """What belongs to the clients told in confidence, on two levels; asked where there are any."""
    told = {call.opportunity for call in talks if call.opportunity}
    secret = {one.client_id for one in told if one.client_id and _is_secret(one)}
    found: dict[int, list[Employer]] = {}
    if secret:
        rows = Employer.across_owners.select_related("parent")
        for brand in rows.filter(Q(parent__in=secret) | Q(parent__parent__in=secret)):
            parent: Any = brand.parent
            for client in secret.intersection([parent.pk, parent.parent_id]):
                found.setdefault(client, []).append(brand)
    return found


def _newest(talks: QuerySet) -> Subquery:
    return Subquery(talks.order_by("-occurred_at", "-pk").values("pk")[:1])


def lines_for(promise: Promise, standing: Standing, user: User, now: dt.datetime) -> list[str]:
    """What to know before ringing them, on `user`'s own clock at `now` (UTC): two lines at most."""
    lines = [_talk_words(standing.talks.get(promise.pk), standing, user, now)]
    if said := _open_words(promise, standing):
        lines.append(said)
    return lines


def _talk_words(call: Call | None, standing: Standing, user: User, now: dt.datetime) -> str:
    if call is None:
        return str(_("You have not talked yet."))
    day = call.occurred_at.astimezone(user.zone).date()
    near = abs(now.astimezone(user.zone).date() - day) < dt.timedelta(days=300)
    parts = [formats.date_format(day, "D j F" if near else "j F Y")]
    if minutes := call.duration_minutes:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    about = str(PURPOSES[Call.Purpose(call.purpose)]) if call.purpose else ""
    if call.opportunity and _may_be_said(call.opportunity, standing):
        about = f"{about or _('for a position')} ({call.opportunity.title})"
    if about:
        parts.append(about)
    return str(_("Last talk: %(what)s.") % {"what": ", ".join(parts)})


def _is_secret(opportunity: Opportunity) -> bool:
    return bool(opportunity.client_disclosure != Opportunity.Disclosure.NAMED)


def _may_be_said(opportunity: Opportunity, standing: Standing) -> bool:
    """Whether its title holds no figure, and no client that was told in confidence.

    Neither its own names nor those of what it belongs to and of what belongs to it.
    """
    if opportunity.trashed_at or any(letter.isnumeric() for letter in opportunity.title):
        return False
    client = opportunity.client
    if client is None or not _is_secret(opportunity):
        return True
    whole = [client, *standing.brands.get(client.pk, ())]
    if client.parent:
        whole.append(client.parent)
    names = [name for one in whole for name in (one.name, *one.other_names.splitlines())]
    return not any(_is_told_by(opportunity.title, name) for name in names)


def _is_told_by(title: str, name: str) -> bool:
    """Whether `title` gives away `name`: “Acme Foods plc” is told by “CFO (Acme)”, too."""
    words = WORD.findall(fold(title))
    run = "".join(words)
    telling = set(WORD.findall(fold(name))) - SMALL_WORDS
    return bool(telling.intersection(words)) or any(
        len(key) > 3 and key in run for key in keys_of(name)
    )


def _open_words(promise: Promise, standing: Standing) -> str:
    """What else is open with them, and whether they are to be trusted."""
    recruiter, firm = promise.recruiter_id, promise.firm_id
    who: Who = ("recruiter", recruiter) if recruiter else ("firm", firm)
    open_ones = {side: standing.open[who, side] for side in Promise.Party.values}
    open_ones[promise.owed_by] -= 1  # but for itself
    parts = []
    if (n := open_ones[Promise.Party.THEM]) > 0:
        parts.append(ngettext("%(n)s promise of theirs", "%(n)s promises of theirs", n) % {"n": n})
    if (n := open_ones[Promise.Party.ME]) > 0:
        parts.append(
            ngettext("%(n)s more of yours", "%(n)s more of yours", n) % {"n": n}
            if promise.owed_by == Promise.Party.ME
            else ngettext("%(n)s promise of yours", "%(n)s promises of yours", n) % {"n": n}
        )
    said = str(_("Open: %(what)s.") % {"what": ", ".join(parts)}) if parts else ""
    if promise.recruiter and promise.recruiter.standing == Recruiter.Standing.WARY:
        said = f"{said} {_('You noted: be wary.')}".strip()
    return said
