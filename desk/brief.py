"""The brief: what must be known of a firm or a recruiter before they are rung back, on one page.

It costs twelve questions with the session, the user and the frame of the page, however long the
history is: of each kind only what is shown is read, the guard is asked once for all submissions,
and the kit and the newest number come along with the row that the page is about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.utils.functional import cached_property

from accounts import phones
from accounts.models import Kit, User
from accounts.pages import first_or_404
from calls.collision_words import Said, in_words
from calls.guard import OFF_LIMITS, Guard
from calls.models import Call, Disclosure, Opportunity, Referral, Submission
from contacts.models import Firm, Recruiter
from contacts.vetting import Vetting, vetting_of
from desk import brief_rows as rows
from desk.asking import OF_AN_ASSIGNMENT, QUESTIONS
from desk.brief_rows import OPPORTUNITIES, REFERRALS, SUBMISSIONS, TOLD
from desk.known import time_there
from desk.owed import Side, sides_of
from desk.questions import unanswered, unknown_of_firm
from followups.models import Promise

# With what stands in desk/brief_rows.py: as many as fit on one printed page.
WARNINGS = 4


@dataclass(frozen=True)
class OpenOne:
    """An assignment that is open, and what is still to be asked of it."""

    opportunity: Opportunity
    to_ask: list[Any]


@dataclass(frozen=True)
class Sent:
    """A submission of theirs, and whether it binds me still."""

    submission: Submission
    is_over: bool


@dataclass(frozen=True)
class Brief:
    """Everything known, the most urgent first. Of each list, what fits on one page.

    `more` says of which lists there is more than that.
    """

    user: User
    now: dt.datetime  # UTC
    firm: Firm | None
    recruiter: Recruiter | None
    promise: Promise | None
    talks: list[Call]
    owed: list[Side]
    opportunities: list[OpenOne]
    submissions: list[Sent]
    warnings: list[Said]
    told: list[Disclosure]
    named: list[Referral]
    named_me: list[Referral]
    vetting: Vetting | None  # of the firm, where there is one
    kit: Kit
    # What nobody may see who looks over the shoulder is in the page once it is asked for.
    with_pay: bool = False
    more: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def caller(self) -> Recruiter | None:
        """Who picks up: the recruiter; at a firm whoever spoke last, if they are still there."""
        if self.recruiter or not self.talks:
            return self.recruiter
        last = self.talks[0].recruiter
        return last if self.firm and last.firm_id == self.firm.pk else None

    @cached_property
    def number(self) -> str:
        """The number to call (E.164): agreed on, else their newest, else the switchboard."""
        if self.promise and self.promise.phone:
            return self.promise.phone
        known = self.promise or self.recruiter or (self.talks[0] if self.caller else None)
        newest = getattr(known, "newest_number", None)
        return newest or (self.firm.switchboard if self.firm else "")

    @property
    def number_display(self) -> str:
        return phones.display(self.number) if self.number else ""

    @property
    def there(self) -> str:
        """What time it is where they are; "" where that is not known, or the same as here."""
        return time_there(self.caller.time_zone, self.now) if self.caller else ""

    @property
    def subject(self) -> Firm | Recruiter:
        """Whose brief it is."""
        return self.recruiter or cast(Firm, self.firm)

    @property
    def is_wary(self) -> bool:
        caller = self.caller
        return caller is not None and caller.standing == Recruiter.Standing.WARY

    @property
    def to_ask(self) -> list[Any]:
        """What is not known of the firm, and of how they came upon me."""
        names = unknown_of_firm(self.firm)
        if not any(call.outcome == Call.Outcome.TALKED for call in self.talks):
            names = ["found_me_through", *names]
        return [QUESTIONS[name] for name in [*names, "next_step"] if name in QUESTIONS]

    @property
    def is_new(self) -> bool:
        """Whether nothing has happened with them yet."""
        return not (
            self.talks or self.opportunities or self.submissions or self.owes or self.promise
        )

    @property
    def owes(self) -> bool:
        """Whether anything else is open, either way."""
        return any(side.open for side in self.owed)


# The rows that a brief is about ------------------------------------------------------------------


def firm_of(user: User, pk: int) -> Firm:
    """The user's firm of this id, with what its brief shows beside it; else 404."""
    found: Firm = first_or_404(rows.firms, owner=user.pk, pk=pk)
    return found


def recruiter_of(user: User, pk: int) -> Recruiter:
    found: Recruiter = first_or_404(rows.recruiters, owner=user.pk, pk=pk)
    return found


def promise_of(user: User, pk: int) -> Promise:
    found: Promise = first_or_404(rows.promises, owner=user.pk, pk=pk)
    return found


def _kit_of(row: Any, user: User) -> Kit:
    if not hasattr(row, "kit_pitch"):
        return Kit.of(user)
    return Kit(owner=user, **{name: getattr(row, f"kit_{name}") or "" for name in rows.OF_KIT})


# Briefs -----------------------------------------------------------------------------------------


def brief_of_firm(
    firm: Firm, user: User, now: dt.datetime, *, with_pay: bool = False, **known: Any
) -> Brief:
    """The brief of one of `user`'s firms at `now` (UTC), across the recruiters of its days."""
    whose = {"firm": firm.pk}
    return _brief(user, now, whose, firm=firm, recruiter=None, with_pay=with_pay, **known)


def brief_of_recruiter(
    recruiter: Recruiter, user: User, now: dt.datetime, *, with_pay: bool = False, **known: Any
) -> Brief:
    """The brief of one of `user`'s recruiters at `now` (UTC), also of their days elsewhere."""
    return _brief(
        user,
        now,
        {"recruiter": recruiter.pk},
        firm=None if recruiter.firm and recruiter.firm.trashed_at else recruiter.firm,
        recruiter=recruiter,
        with_pay=with_pay,
        **known,
    )


def brief_of_promise(
    promise: Promise, user: User, now: dt.datetime, *, with_pay: bool = False
) -> Brief:
    """The brief of the recruiter, else the firm, of a promise, with that on top."""
    known: dict[str, Any] = {"promise": promise, "kit": _kit_of(promise, user)}
    if promise.recruiter:
        return brief_of_recruiter(promise.recruiter, user, now, with_pay=with_pay, **known)
    # A promise is to somebody (promise_to_somebody).
    return brief_of_firm(cast(Firm, promise.firm), user, now, with_pay=with_pay, **known)


def _brief(
    user: User,
    now: dt.datetime,
    whose: dict[str, int],
    *,
    firm: Firm | None,
    promise: Promise | None = None,
    kit: Kit | None = None,
    **known: Any,
) -> Brief:
    today = now.astimezone(user.zone).date()
    but = promise.pk if promise else None
    found = rows.read({"owner": user.pk, **whose}, today, firm=firm.pk if firm else 0, but=but)
    guard = Guard(user, on=today, submissions=found.submissions, employers=found.employers)
    mine, open_ones = found.sent_by_them(today), found.opportunities
    lists: dict[str, tuple[list[Any], int]] = {
        "opportunities": (open_ones, OPPORTUNITIES),
        "submissions": (mine, SUBMISSIONS),
        "told": (found.told, TOLD),
        "named": (found.named, REFERRALS),
        "named_me": (found.named_me, REFERRALS),
    }
    return Brief(
        user=user,
        now=now,
        firm=firm,
        promise=promise,
        talks=found.talks,
        owed=sides_of(found.owed),
        opportunities=[OpenOne(one, _to_ask(one)) for one in open_ones[:OPPORTUNITIES]],
        submissions=[Sent(one, one not in guard.others) for one in mine[:SUBMISSIONS]],
        warnings=_warnings(guard, mine, open_ones, firm),
        told=found.told[:TOLD],
        named=found.named[:REFERRALS],
        named_me=found.named_me[:REFERRALS],
        vetting=vetting_of(firm, found.checks) if firm else None,
        kit=kit or _kit_of(known["recruiter"] or firm, user),
        more=frozenset(name for name, (those, most) in lists.items() if len(those) > most),
        **known,
    )


def _to_ask(opportunity: Opportunity) -> list[Any]:
    names = unanswered(opportunity)
    return [OF_AN_ASSIGNMENT[name] for name in names if name in OF_AN_ASSIGNMENT]


def _warnings(
    guard: Guard, mine: Iterable[Submission], open_ones: Iterable[Opportunity], firm: Firm | None
) -> list[Said]:
    """What collides with what they have of me, and would with what they are about; each once."""
    has_one = {one.opportunity_id for one in mine}
    asked = [*mine]
    for opportunity in open_ones:
        if opportunity.pk not in has_one:
            through = opportunity.firm or firm
            asked.append(
                Submission(owner_id=opportunity.owner_id, opportunity=opportunity, firm=through)
            )
    found = [(submission, guard.collisions(submission)) for submission in asked]
    if firm is not None:
        # Before there is anything to submit, too: it is why they may fall silent.
        bare = Submission(owner_id=firm.owner_id, firm=firm)
        found.append((bare, [one for one in guard.collisions(bare) if one.kind == OFF_LIMITS]))
    said: dict[str, Said] = {}
    for submission, collisions in found:
        for one in in_words(submission, collisions):
            said.setdefault(one.sentence, one)
    return list(said.values())[:WARNINGS]
