"""What is thrown away goes with all that belongs to it, and comes back as it was."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db.models import ForeignKey
from django.test import Client
from django.utils import timezone

from accounts.belonging import owned_models, relations_of, thrown_models
from accounts.models import TrashGroup, User
from accounts.owned import CannotComeBack, OwnedModel, StaleVersion
from calls.models import Call, Opportunity
from contacts.models import Firm, Phone, Recruiter
from followups.models import Promise, Reminder
from followups.nudges import ask_after
from tests import factories


class World:
    """A recruiter at a firm, a call about an assignment, and all that can come of it."""

    def __init__(self, owner: User) -> None:
        mine = {"owner": owner}
        self.firm = factories.FirmFactory(**mine, name="Northgate")
        self.other_firm = factories.FirmFactory(**mine, name="Southgate")
        self.grace = factories.RecruiterFactory(**mine, firm=self.firm, name="Grace")
        self.tom = factories.RecruiterFactory(**mine, firm=self.firm, name="Tom")
        self.client = factories.EmployerFactory(**mine, name="Acme")
        factories.EmployerFactory(**mine, parent=self.client)
        factories.EmploymentFactory(**mine, employer=self.client)
        factories.OffLimitsFactory(**mine, firm=self.firm, employer=self.client)
        factories.FirmCheckFactory(**mine, firm=self.firm)
        factories.PhoneFactory(**mine, recruiter=self.grace)
        factories.EmailFactory(**mine, recruiter=self.grace)
        Phone.objects.create(**mine, firm=self.firm, number="+442079460001")
        self.pat = factories.PersonFactory(**mine, name="Pat")
        Phone.objects.create(**mine, person=self.pat, number="+442079460002")
        self.cfo = factories.OpportunityFactory(
            **mine,
            title="CFO",
            recruiter=self.grace,
            firm=self.firm,
            client=self.client,
            client_disclosure="named",
        )
        self.cfo.reach("source", dt.date(2026, 1, 1))
        theirs = {"recruiter": self.grace, "firm": self.firm}
        self.call = factories.CallFactory(
            **mine, **theirs, opportunity=self.cfo, named_by=self.pat, notes="said much"
        )
        about = {**theirs, "call": self.call, "opportunity": self.cfo}
        self.promise = factories.PromiseFactory(**mine, **about)
        self.firms_own = factories.PromiseFactory(**mine, recruiter=None, firm=self.firm)
        day = timezone.localdate() - dt.timedelta(days=3)
        self.theirs = factories.PromiseFactory(**mine, **about, owed_by="them", due_on=day)
        self.nudge = ask_after(self.theirs)
        self.told = factories.DisclosureFactory(**mine, **about)
        self.resume = factories.ResumeFactory(**mine)
        factories.DisclosureFactory(**mine, **theirs, topic="resume", what="", resume=self.resume)
        self.named = factories.ReferralFactory(**mine, **about, person=self.pat)
        self.permit = factories.SubmissionFactory(
            **mine, **theirs, opportunity=self.cfo, client=self.client, resume=self.resume
        )
        factories.CompensationFactory(**mine)
        factories.DraftFactory(**mine)


@pytest.fixture
def world(user: User) -> World:
    return World(user)


def lives(row: OwnedModel) -> bool:
    return type(row).objects.of(row.owner_id).filter(pk=row.pk).exists()


def living(owner: User) -> dict[Any, dict[str, Any]]:
    """Every row that can be seen, without what each saving counts up."""
    counted = {"version", "revision", "changed_at"}
    return {
        (model._meta.label, row["id"]): {k: v for k, v in row.items() if k not in counted}
        for model in thrown_models()
        if model is not TrashGroup
        for row in model.objects.of(owner).values()
    }


def names_something_in_the_trash(owner: User) -> list[str]:
    """Relations by which a row that can be seen leads to one that cannot."""
    found = []
    for model in owned_models():
        if model.part_of:
            continue
        for one in relations_of(model):
            if one.field in model.keeps:
                continue
            rows = model.objects.of(owner).exclude(**{one.field: None})
            if rows.exclude(**{f"{one.field}__trashed_at": None}).exists():
                found.append(f"{model.__name__}.{one.field}")
    return found


# Each kind --------------------------------------------------------------------------------------

NAMES = (
    *("firm", "grace", "client", "pat", "cfo", "call", "promise", "theirs", "nudge", "told"),
    *("named", "permit", "resume"),
)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_left_leads_to_what_went(user: User, world: World, name: str) -> None:
    row = getattr(world, name)
    row.trash()
    assert not lives(row)
    assert names_something_in_the_trash(user) == []


@pytest.mark.parametrize("name", NAMES)
def test_all_of_it_comes_back_as_it_was(user: User, world: World, name: str) -> None:
    before = living(user)
    row = getattr(world, name)
    row.trash()
    assert living(user) != before
    row.restore()
    assert living(user) == before
    assert not TrashGroup.objects.of(user).exists()


def test_every_owned_model_is_walked(user: User) -> None:
    """One that is added later goes with what it cannot be without, or is let go of."""
    walked = {(model, one.field) for model in thrown_models() for one in relations_of(model)}
    for model in thrown_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and issubclass(field.related_model, OwnedModel):
                assert (model, field.name) in walked
    parts = {model for model in owned_models() if model.part_of}
    for model in parts:
        field = model._meta.get_field(model.part_of)
        assert not field.null
    # What the world above does not make would be tried by no test.
    made = World(user)
    assert made
    never = {"Preferences", "Kit", "Mail", "UsedLink", "CalendarFeed", "TrashGroup", "SavedForm"}
    never |= {"Merge", "NotTheSame"}  # of rows that are there twice: told in ids
    never |= {"ImportRun"}
    empty = {model.__name__ for model in thrown_models() if not model.across_owners.exists()}
    assert empty <= never


def test_a_call_takes_what_was_said_and_promised_in_it(world: World) -> None:
    world.call.trash()
    for gone in (world.promise, world.theirs, world.nudge, world.told, world.named):
        assert not lives(gone)
    for stays in (world.grace, world.firm, world.cfo, world.pat, world.permit, world.firms_own):
        assert lives(stays)


def test_a_recruiter_takes_what_is_theirs(world: World) -> None:
    world.grace.trash()
    for gone in (world.call, world.promise, world.told, world.named):
        assert not lives(gone)
    assert not Phone.objects.of(world.grace.owner).filter(recruiter=world.grace).exists()
    # The firm knows of the assignment and the submission, too.
    for stays in (world.firm, world.tom, world.cfo, world.permit, world.pat):
        assert lives(stays)
    assert Opportunity.objects.of(world.grace.owner).get().recruiter is None


def test_a_firm_leaves_its_people_and_their_calls(world: World) -> None:
    world.firm.trash()
    owner = world.firm.owner
    for stays in (world.grace, world.tom, world.call, world.promise, world.permit):
        assert lives(stays)
    assert not lives(world.firms_own)  # owed to nobody else
    assert Recruiter.objects.of(owner).get(pk=world.grace.pk).firm is None
    assert Call.objects.of(owner).get().firm is None


def test_the_last_who_holds_it_takes_it_along(world: World) -> None:
    world.grace.trash()
    world.firm.trash()
    assert not lives(world.cfo)
    assert not lives(world.permit)
    world.firm.restore()
    assert lives(world.cfo)
    world.grace.restore()
    assert Opportunity.objects.of(world.firm.owner).get().recruiter == world.grace


def test_an_opportunity_takes_its_submissions(world: World) -> None:
    world.cfo.trash()
    assert not lives(world.permit)
    assert lives(world.call)
    assert lives(world.promise)


def test_a_client_that_went_is_withheld(world: World) -> None:
    world.client.trash()
    cfo = Opportunity.objects.of(world.client.owner).get()
    assert (cfo.client, cfo.client_disclosure) == (None, "withheld")
    world.client.restore()
    cfo.refresh_from_db()
    assert (cfo.client, cfo.client_disclosure) == (world.client, "named")


def test_who_was_spoken_with_last_follows(world: World) -> None:
    world.call.trash()
    assert Recruiter.objects.of(world.call.owner).get(pk=world.grace.pk).last_call_at is None
    world.call.restore()
    last = Recruiter.objects.of(world.call.owner).get(pk=world.grace.pk).last_call_at
    assert last == world.call.occurred_at


def test_reminders_are_cancelled_and_planned_again(world: World) -> None:
    waiting = Reminder.across_owners.waiting().filter(promise=world.promise)
    moments = set(waiting.values_list("due_utc", flat=True))
    assert moments
    world.grace.trash()
    assert not waiting.exists()
    world.grace.restore()
    assert set(waiting.values_list("due_utc", flat=True)) == moments


def test_it_is_all_or_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = living(world.grace.owner)

    def fail(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Promise, "go_to_trash", fail)
    with pytest.raises(RuntimeError):
        world.grace.trash()
    assert living(world.grace.owner) == before
    assert not TrashGroup.across_owners.exists()


def test_what_was_changed_since_it_was_read_stays(world: World) -> None:
    Firm.objects.of(world.firm.owner).get(pk=world.firm.pk).save()
    with pytest.raises(StaleVersion):
        world.firm.trash()
    assert lives(world.grace)
    assert Recruiter.objects.of(world.firm.owner).get(pk=world.grace.pk).firm == world.firm


def test_it_leaves_what_is_of_another_account(user: User, other: User, world: World) -> None:
    World(other)
    before = living(other)
    world.grace.trash()
    world.firm.trash()
    assert living(other) == before


# What stands in the way of an undo ---------------------------------------------------------------


def test_a_newcomer_of_the_same_name_stands_in_the_way(user: User, world: World) -> None:
    group = world.firm.trash()
    new = factories.FirmFactory(owner=user, name="NORTHGATE")
    before = living(user)
    with pytest.raises(CannotComeBack, match="Northgate"):
        world.firm.restore()
    assert living(user) == before
    assert TrashGroup.objects.of(user).get() == group
    new.name = "Another"
    new.save()
    world.firm.restore()
    assert lives(world.firm)


def test_what_it_hangs_on_must_be_there(user: User, world: World) -> None:
    world.told.trash()
    world.grace.trash()
    with pytest.raises(CannotComeBack, match="Grace"):
        world.told.restore()
    assert not lives(world.told)
    world.grace.restore()
    world.told.restore()
    assert lives(world.told)


def test_what_it_only_names_may_come_back_later(user: User, world: World) -> None:
    world.promise.trash()
    world.call.trash()
    world.promise.restore()
    assert Promise.objects.of(user).get(pk=world.promise.pk).call is None
    world.call.restore()
    assert Promise.objects.of(user).get(pk=world.promise.pk).call == world.call


def test_what_has_found_another_is_left_with_it(user: User, world: World) -> None:
    world.firm.trash()
    grace = Recruiter.objects.of(user).get(pk=world.grace.pk)
    grace.firm = world.other_firm
    grace.save()
    world.firm.restore()
    assert Recruiter.objects.of(user).get(pk=grace.pk).firm == world.other_firm
    assert Recruiter.objects.of(user).get(pk=world.tom.pk).firm == world.firm


def test_a_draft_that_is_typed_on_is_in_no_trash(user: User, client: Client) -> None:
    key = uuid.uuid4()
    draft = factories.DraftFactory(owner=user, client_key=key)
    draft.trash()
    data = {"client_key": str(key), "typed_at": "5", "who": "Grace"}
    assert client.post("/calls/new/draft/", data).status_code == 204
    assert not TrashGroup.objects.of(user).exists()
