"""What the guard speaks of, and what it must stay silent about: a table, and what no row can say.

Each case: what is there already, what I am about to permit, and the kinds of collision. The firm
is “Hartwell” and the client “Acme” unless a case says otherwise; today is 10 June 2026.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from calls.guard import Collision, collisions
from calls.models import Submission
from contacts.models import Employer, Firm
from tests.factories import (
    EmploymentFactory,
    OffLimitsFactory,
    OpportunityFactory,
    RecruiterFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 6, 10)
BEFORE, YESTERDAY, TOMORROW = dt.date(2026, 5, 1), dt.date(2026, 6, 9), dt.date(2026, 6, 11)
GIVEN = {"permission": "given", "decided_on": BEFORE}
# Of the firm and the client that another submission is of, unless it says otherwise.
THEIRS = {"firm": "Lindqvist", "client": "Acme", **GIVEN}


@dataclass
class Case:
    says: str
    expected: set[str]
    there: list[dict[str, Any]] = field(default_factory=list)
    mine: dict[str, Any] = field(default_factory=dict)
    employers: list[dict[str, Any]] = field(default_factory=list)
    off_limits: list[dict[str, Any]] = field(default_factory=list)
    employments: list[dict[str, Any]] = field(default_factory=list)


SAME, EXCLUSIVE, OWNED = "same_client_other_firm", "exclusivity_open", "ownership_open"
OFF, PROCESS = "off_limits", "in_process"

CASES = [
    # The same client through another firm.
    Case("nothing is there", set()),
    Case("another firm may show me there", {SAME}, [THEIRS]),
    Case("another firm has asked to", {SAME}, [{**THEIRS, "permission": "asked"}]),
    Case("another firm sent it unasked", {SAME}, [{**THEIRS, "permission": "not_asked"}]),
    Case("I refused the other firm", set(), [{**THEIRS, "permission": "refused"}]),
    Case("the other was withdrawn", set(), [{**THEIRS, "withdrawn_on": YESTERDAY}]),
    Case("the other is withdrawn as of today", set(), [{**THEIRS, "withdrawn_on": TODAY}]),
    Case("the other will be withdrawn", {SAME}, [{**THEIRS, "withdrawn_on": TOMORROW}]),
    Case("the other firm has released me", set(), [{**THEIRS, "released_on": YESTERDAY}]),
    Case("I declined the other's search", set(), [{**THEIRS, "declined_on": YESTERDAY}]),
    Case("the other is in the trash", set(), [{**THEIRS, "trash": True}]),
    Case("it is the same firm again", set(), [{**THEIRS, "firm": "Hartwell"}]),
    Case("it is another client", set(), [{**THEIRS, "client": "Bergström"}]),
    Case("its client is withheld", set(), [{**THEIRS, "client": None}]),
    Case("mine is withheld", set(), [THEIRS], {"client": None}),
    Case("both are withheld", set(), [{**THEIRS, "client": None}], {"client": None}),
    Case(
        "the other's search named it later", {SAME}, [{**THEIRS, "client": None, "search": "Acme"}]
    ),
    Case("my search names it now", {SAME}, [THEIRS], {"client": None, "search": "Acme"}),
    Case(
        "both were named later",
        {SAME},
        [{**THEIRS, "client": None, "search": "Acme"}],
        {"client": None, "search": "Acme"},
    ),
    Case("I refuse this one", set(), [THEIRS], {"permission": "refused"}),
    Case("I withdrew this one", set(), [THEIRS], {"withdrawn_on": TODAY}),
    Case("I withdraw this one tomorrow", {SAME}, [THEIRS], {"withdrawn_on": TOMORROW}),
    Case("two other firms", {SAME}, [THEIRS, {**THEIRS, "firm": "Okafor"}]),
    Case("the firm is its recruiter's", {SAME}, [{**THEIRS, "firm": None, "of": "Lindqvist"}]),
    Case("nobody knows the other's firm", {SAME}, [{**THEIRS, "firm": None, "of": None}]),
    # How a client is written.
    Case("a legal form", {SAME}, [{**THEIRS, "client": "ACME Corp."}]),
    Case("dots and capitals", {SAME}, [{**THEIRS, "client": "A.C.M.E."}]),
    Case("a legal form with joints", {SAME}, [{**THEIRS, "client": "Acme GmbH & Co. KG"}]),
    Case("an accent", {SAME}, [{**THEIRS, "client": "Muller AG"}], {"client": "Müller"}),
    Case(
        "an umlaut as two letters", {SAME}, [{**THEIRS, "client": "Mueller"}], {"client": "Müller"}
    ),
    Case(
        "an ampersand",
        {SAME},
        [{**THEIRS, "client": "Marks and Spencer"}],
        {"client": "Marks & Spencer plc"},
    ),
    Case("only alike", set(), [{**THEIRS, "client": "Acme Foods"}]),
    Case("one is the beginning of the other", set(), [{**THEIRS, "client": "Acmeon"}]),
    Case(
        "a brand that I joined",
        {SAME},
        [{**THEIRS, "client": "Roadrunner"}],
        employers=[{"name": "Roadrunner", "parent": "Acme"}],
    ),
    Case(
        "two brands of one parent",
        {SAME},
        [{**THEIRS, "client": "Roadrunner"}],
        {"client": "Coyote"},
        employers=[{"name": "Roadrunner", "parent": "Acme"}, {"name": "Coyote", "parent": "Acme"}],
    ),
    Case(
        "a parent's parent",
        {SAME},
        [{**THEIRS, "client": "Roadrunner"}],
        {"client": "Globe"},
        employers=[{"name": "Roadrunner", "parent": "Acme"}, {"name": "Acme", "parent": "Globe"}],
    ),
    Case(
        "a former name",
        {SAME},
        [{**THEIRS, "client": "Old Acme Works"}],
        employers=[{"name": "Acme", "other_names": "Acme Industries\nOld Acme Works Ltd"}],
    ),
    Case(
        "parents in a ring",
        {SAME},
        [{**THEIRS, "client": "Roadrunner"}],
        employers=[
            {"name": "Roadrunner", "parent": "Acme"},
            {"name": "Acme", "parent": "Roadrunner"},
        ],
    ),
    # Exclusivity and ownership: of their client, and “until” is a whole day.
    Case("exclusive until tomorrow", {SAME, EXCLUSIVE}, [{**THEIRS, "exclusive_until": TOMORROW}]),
    Case("exclusive until today", {SAME, EXCLUSIVE}, [{**THEIRS, "exclusive_until": TODAY}]),
    Case("exclusive until yesterday", {SAME}, [{**THEIRS, "exclusive_until": YESTERDAY}]),
    Case(
        "exclusive for another client",
        set(),
        [{**THEIRS, "client": "Bergström", "exclusive_until": TOMORROW}],
    ),
    Case(
        "exclusive, but withdrawn",
        set(),
        [{**THEIRS, "exclusive_until": TOMORROW, "withdrawn_on": BEFORE}],
    ),
    Case(
        "exclusive with the same firm",
        set(),
        [{**THEIRS, "firm": "Hartwell", "exclusive_until": TOMORROW}],
    ),
    Case("owned until today", {SAME, OWNED}, [{**THEIRS, "ownership_until": TODAY}]),
    Case("owned until yesterday", {SAME}, [{**THEIRS, "ownership_until": YESTERDAY}]),
    Case(
        "owned, but released",
        set(),
        [{**THEIRS, "ownership_until": TOMORROW, "released_on": TODAY}],
    ),
    Case(
        "both at once",
        {SAME, EXCLUSIVE, OWNED},
        [{**THEIRS, "exclusive_until": TODAY, "ownership_until": TOMORROW}],
    ),
    # In process with this firm: for information.
    Case(
        "this firm has me in process elsewhere",
        {PROCESS},
        [{"firm": "Hartwell", "client": "Bergström", "active_with_firm_since": BEFORE, **GIVEN}],
    ),
    Case(
        "another firm has me in process elsewhere",
        set(),
        [{**THEIRS, "client": "Bergström", "active_with_firm_since": BEFORE}],
    ),
    Case(
        "this firm will have me in process",
        set(),
        [{"firm": "Hartwell", "client": "Bergström", "active_with_firm_since": TOMORROW, **GIVEN}],
    ),
    Case(
        "this firm has released me",
        set(),
        [
            {
                **GIVEN,
                **{"firm": "Hartwell", "client": "Bergström"},
                **{"active_with_firm_since": BEFORE, "released_on": YESTERDAY},
            }
        ],
    ),
    # Off-limits: the firm may not take people from where I work on that day.
    Case("I work where the firm may not recruit", {OFF}, off_limits=[{}], employments=[{}]),
    Case("it ends today", {OFF}, off_limits=[{"until": TODAY}], employments=[{}]),
    Case("it ended yesterday", set(), off_limits=[{"until": YESTERDAY}], employments=[{}]),
    Case("it binds another firm", set(), off_limits=[{"firm": "Okafor"}], employments=[{}]),
    Case("I work elsewhere", set(), off_limits=[{}], employments=[{"employer": "Bergström"}]),
    Case("I left yesterday", set(), off_limits=[{}], employments=[{"ended_on": YESTERDAY}]),
    Case("today is my last day", {OFF}, off_limits=[{}], employments=[{"ended_on": TODAY}]),
    Case("I begin tomorrow", set(), off_limits=[{}], employments=[{"started_on": TOMORROW}]),
    Case("I begin today", {OFF}, off_limits=[{}], employments=[{"started_on": TODAY}]),
    Case(
        "it is my employer's parent",
        {OFF},
        off_limits=[{"employer": "Globe"}],
        employments=[{}],
        employers=[{"name": "Home", "parent": "Globe"}],
    ),
    Case(
        "it is written otherwise", {OFF}, off_limits=[{"employer": "HOME Ltd"}], employments=[{}]
    ),
    Case("I said nothing of where I work", set(), off_limits=[{}]),
]


class World:
    """Rows by their names, each made when it is first spoken of."""

    def __init__(self, user: User) -> None:
        self.user = user

    def firm(self, name: str | None) -> Firm | None:
        return Firm.objects.of(self.user).found_or_made(name or "")

    def employer(self, name: str | None) -> Employer | None:
        return Employer.objects.of(self.user).found_or_made(name or "")

    def submission(self, build: Any, **values: Any) -> Submission:
        firm = self.firm(values.pop("firm", "Hartwell"))
        client = self.employer(values.pop("client", "Acme"))
        trash, search = values.pop("trash", False), self.employer(values.pop("search", None))
        declined_on = values.pop("declined_on", None)
        if "of" in values or firm is None:
            of = self.firm(values.pop("of", None))
            values["recruiter"] = RecruiterFactory(owner=self.user, firm=of)
        if search or declined_on:
            values["opportunity"] = OpportunityFactory(
                owner=self.user,
                client=search,
                client_disclosure="named" if search else "withheld",
                declined_on=declined_on,
            )
        row = build(owner=self.user, firm=firm, client=client, **values)
        if trash:
            row.trash()
        return row

    def fill(self, case: Case) -> Submission:
        for values in case.employers:
            row = self.employer(values["name"])
            row.other_names = values.get("other_names", "")
            row.parent = self.employer(values.get("parent"))
            row.save()
        for values in case.off_limits:
            OffLimitsFactory(
                owner=self.user,
                **{
                    **values,
                    "firm": self.firm(values.get("firm", "Hartwell")),
                    "employer": self.employer(values.get("employer", "Home")),
                },
            )
        for values in case.employments:
            employer = self.employer(values.get("employer", "Home"))
            EmploymentFactory(owner=self.user, **{**values, "employer": employer})
        for values in case.there:
            self.submission(SubmissionFactory, **values)
        return self.submission(Submission, **case.mine)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_it_speaks_of_what_collides_and_of_nothing_else(user: User, case: Case) -> None:
    mine = World(user).fill(case)
    found = collisions(mine, on=TODAY)
    assert {one.kind for one in found} == case.expected
    assert mine.pk is None  # it was asked before it is saved, and wrote nothing


def test_it_says_with_which_and_since_when(user: User) -> None:
    world = World(user)
    other = world.submission(SubmissionFactory, **THEIRS, submitted_on=YESTERDAY)
    mine = world.submission(Submission)
    assert collisions(mine, on=TODAY) == [Collision(SAME, other, YESTERDAY)]


def test_it_speaks_once_of_each(user: User) -> None:
    world = World(user)
    for firm in ("Lindqvist", "Okafor"):
        world.submission(SubmissionFactory, **{**THEIRS, "firm": firm})
    assert len(collisions(world.submission(Submission), on=TODAY)) == 2


def test_one_recruiter_is_one_side_where_nobody_knows_the_firm(user: User) -> None:
    world = World(user)
    grace = RecruiterFactory(owner=user)
    common = {"recruiter": grace, "client": world.employer("Acme")}
    SubmissionFactory(owner=user, **common, firm=None, permission="given")
    assert collisions(Submission(owner=user, **common), on=TODAY) == []
    tom = RecruiterFactory(owner=user)
    mine = Submission(owner=user, client=common["client"], recruiter=tom)
    assert [one.kind for one in collisions(mine, on=TODAY)] == [SAME]


def test_it_does_not_collide_with_itself(user: User) -> None:
    world = World(user)
    saved = world.submission(SubmissionFactory, **GIVEN, exclusive_until=TOMORROW)
    assert collisions(saved, on=TODAY) == []


def test_it_never_speaks_of_somebody_elses(user: User, other: User) -> None:
    World(other).submission(SubmissionFactory, **THEIRS)
    assert collisions(World(user).submission(Submission), on=TODAY) == []


def test_it_speaks_when_the_client_is_revealed(user: User) -> None:
    world = World(user)
    world.submission(SubmissionFactory, **THEIRS)
    opportunity = OpportunityFactory(owner=user)
    mine = world.submission(SubmissionFactory, client=None, opportunity=opportunity)
    assert collisions(mine, on=TODAY) == []
    opportunity.reveal_client(world.employer("Acme AG"))
    mine = Submission.objects.of(user).get(pk=mine.pk)
    assert [one.kind for one in collisions(mine, on=TODAY)] == [SAME]


def test_it_asks_as_many_queries_of_thirty_as_of_three(user: User) -> None:
    world = World(user)
    mine = world.submission(Submission)
    counts = []
    for number in (3, 27):
        for _row in range(number):
            world.submission(SubmissionFactory, **THEIRS)
        with CaptureQueriesContext(connection) as asked:
            collisions(mine, on=TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 5


def test_a_parent_in_the_trash_joins_nobody(user: User) -> None:
    world = World(user)
    whole = world.employer("Globe")
    for name in ("Acme", "Roadrunner"):
        brand = world.employer(name)
        brand.parent = whole
        brand.save()
    world.submission(SubmissionFactory, **{**THEIRS, "client": "Roadrunner"})
    assert [one.kind for one in collisions(world.submission(Submission), on=TODAY)] == [SAME]
    whole.trash()
    assert collisions(world.submission(Submission), on=TODAY) == []
