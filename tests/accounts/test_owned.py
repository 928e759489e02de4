"""`objects` refuses whatever does not say whose rows it wants (DESIGN section 3)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Count

from accounts.models import User
from accounts.owned import OwnedModel, OwnerNotNamed, StaleVersion
from contacts.models import Firm, Recruiter
from tests.factories import (
    CallFactory,
    EmployerFactory,
    FirmFactory,
    MailFactory,
    OpportunityFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
    ReminderFactory,
)

pytestmark = pytest.mark.django_db

READS: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "bool": bool,
    "len": len,
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:2]),
    "contains": lambda rows: rows.contains(Firm(pk=1)),
    "in": lambda rows: Firm(pk=1) in rows,
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "get": lambda rows: rows.get(pk=1),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "latest": lambda rows: rows.latest("pk"),
    "earliest": lambda rows: rows.earliest("pk"),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "iterator": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values("name")),
    "values_list": lambda rows: list(rows.values_list("name")),
    "dates": lambda rows: list(rows.dates("created_at", "day")),
    "datetimes": lambda rows: list(rows.datetimes("created_at", "day")),
    "aggregate": lambda rows: rows.aggregate(n=Count("pk")),
    "explain": lambda rows: rows.explain(),
    "raw": lambda rows: list(rows.raw("SELECT * FROM contacts_firm")),
    "union": lambda rows: list(rows.union(Firm.objects.all())),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "distinct": lambda rows: list(rows.distinct()),
    "order_by": lambda rows: list(rows.order_by("pk")),
    "annotate": lambda rows: list(rows.annotate(n=Count("calls"))),
    "using": lambda rows: list(rows.using("default")),
}

WRITES: dict[str, Callable[[Any], Any]] = {
    "update": lambda rows: rows.update(notes=""),
    "delete": lambda rows: rows.delete(),
    "create": lambda rows: rows.create(name="Nobody's"),
    "bulk_create": lambda rows: rows.bulk_create([Firm(name="Nobody's")]),
    "bulk_update": lambda rows: rows.bulk_update([Firm(pk=1, notes="")], ["notes"]),
    "get_or_create": lambda rows: rows.get_or_create(name="Nobody's"),
    "update_or_create": lambda rows: rows.update_or_create(name="Nobody's"),
}

WAYS: dict[str, Callable[[Any], Any]] = {
    "objects": lambda objects: objects,
    "all": lambda objects: objects.all(),
    "filter": lambda objects: objects.filter(name="x"),
    "exclude": lambda objects: objects.exclude(name="x"),
    # What excludes one owner names none.
    "exclude an owner": lambda objects: objects.exclude(owner=1),
    "order_by": lambda objects: objects.order_by("pk"),
    "named": lambda objects: objects.named("x"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("read", READS)
def test_it_refuses_to_read_without_an_owner(way: str, read: str) -> None:
    rows = WAYS[way](Firm.objects)
    if way == "objects" and not hasattr(rows, read):
        rows = rows.all()  # a manager is no list
    with pytest.raises(OwnerNotNamed):
        READS[read](rows)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("write", WRITES)
def test_it_refuses_to_write_without_an_owner(way: str, write: str) -> None:
    with pytest.raises(OwnerNotNamed):
        WRITES[write](WAYS[way](Firm.objects))
    assert not Firm.across_owners.exists()


async def _read_on(rows: Any) -> list[Any]:
    return [row async for row in rows]


@pytest.mark.parametrize("rows", ["aiter", "aiterator"])
def test_it_refuses_to_read_asynchronously_without_an_owner(rows: str) -> None:
    from asgiref.sync import async_to_sync

    every = Firm.objects.all()
    with pytest.raises(OwnerNotNamed):
        async_to_sync(_read_on)(every.aiterator() if rows == "aiterator" else every)


@pytest.mark.parametrize("joined", ["union", "or", "and", "xor", "intersection", "difference"])
def test_it_refuses_rows_joined_with_rows_of_nobody(user: User, joined: str) -> None:
    mine, every = Firm.objects.of(user), Firm.objects.all()
    joins: dict[str, Callable[[], Any]] = {
        "union": lambda: mine.union(every),
        "intersection": lambda: mine.intersection(every),
        "difference": lambda: mine.difference(every),
        "or": lambda: mine | every,
        "and": lambda: mine & every,
        "xor": lambda: mine ^ every,
    }
    with pytest.raises(OwnerNotNamed):
        list(joins[joined]())
    with pytest.raises(OwnerNotNamed):
        list(every | mine)


def test_it_gives_an_owner_their_own_rows_only(user: User, other: User) -> None:
    mine = FirmFactory(owner=user, name="Mine")
    FirmFactory(owner=other, name="Theirs")
    rows = Firm.objects.of(user)
    assert list(rows) == [mine]
    assert rows.count() == 1
    assert rows.exists()
    assert rows.get(pk=mine.pk) == rows.first() == rows[0] == mine
    assert rows.in_bulk([mine.pk]) == {mine.pk: mine}
    assert list(rows.iterator()) == [mine]
    assert list(rows.values_list("name", flat=True)) == ["Mine"]
    assert list(rows.filter(name="Theirs")) == []
    assert list(rows.exclude(name="Theirs").order_by("pk")) == [mine]
    assert list(Firm.objects.of(user.pk)) == [mine]
    assert list(Firm.objects.filter(owner=user)) == [mine]
    assert list(rows | Firm.objects.of(user).filter(name="x")) == [mine]
    assert list(rows.union(Firm.objects.of(user))) == [mine]


def test_it_writes_for_the_owner_who_was_named(user: User, other: User) -> None:
    theirs = FirmFactory(owner=other, name="Theirs")
    rows = Firm.objects.of(user)
    made = rows.create(name="One")
    assert made.owner == user
    found, is_new = rows.get_or_create(name="One")
    assert (found, is_new) == (made, False)
    two, is_new = Firm.objects.of(user.pk).get_or_create(name="Two")
    assert is_new
    assert two.owner_id == user.pk
    assert rows.update_or_create(name="Two", defaults={"notes": "n"})[0].notes == "n"
    assert rows.update(notes="all mine") == 2
    assert Firm.objects.create(owner=user, name="Three").owner == user
    rows.delete()
    assert list(Firm.across_owners.all()) == [theirs]
    assert Firm.across_owners.get().notes == ""


def test_it_asks_the_owner_of_every_row_made_in_bulk(user: User) -> None:
    with pytest.raises(OwnerNotNamed):
        Firm.objects.bulk_create([Firm(owner=user, name="a"), Firm(name="b")])
    Firm.objects.bulk_create([Firm(owner=user, name="a", folded_name="a")])
    assert Firm.objects.of(user).count() == 1


@pytest.mark.parametrize(
    "model",
    [model for model in apps.get_models() if issubclass(model, OwnedModel)],
    ids=lambda model: model.__name__,
)
def test_it_guards_every_owned_model(model: type[OwnedModel]) -> None:
    with pytest.raises(OwnerNotNamed):
        list(model.objects.all())
    assert model._meta.default_manager_name == model._meta.base_manager_name == "across_owners"
    assert list(model._default_manager.all()) == []


def test_it_owns_every_row_of_ours_but_three_kinds() -> None:
    ours = ("accounts", "search", "contacts", "calls", "followups", "desk")
    unowned = {
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in ours and not issubclass(model, OwnedModel)
    }
    assert unowned == {"User", "Heartbeat", "Mailer"}


# Versions -----------------------------------------------------------------------------------------


def test_it_counts_versions() -> None:
    firm = FirmFactory()
    assert firm.version == 1
    firm.save()
    assert firm.version == 2
    assert Firm.across_owners.get().version == 2


def test_it_refuses_a_lost_update() -> None:
    firm = FirmFactory(notes="")
    mine, theirs = Firm.across_owners.get(pk=firm.pk), Firm.across_owners.get(pk=firm.pk)
    theirs.notes = "theirs"
    theirs.save()
    mine.notes = "mine"
    with pytest.raises(StaleVersion):
        mine.save()
    firm.refresh_from_db()
    assert (firm.notes, firm.version) == ("theirs", 2)


def test_it_refuses_to_save_what_was_deleted() -> None:
    firm = FirmFactory()
    Firm.across_owners.all().delete()
    with pytest.raises(StaleVersion):
        firm.save()
    assert not Firm.across_owners.exists()


def test_it_keeps_the_version_when_saving_fails() -> None:
    firm = FirmFactory()
    firm.name = ""
    with pytest.raises(IntegrityError), transaction.atomic():
        firm.save()
    assert firm.version == 1
    firm.name = "Again"
    firm.save()
    assert Firm.across_owners.get().name == "Again"


def test_it_saves_single_fields_with_their_version() -> None:
    firm = FirmFactory(name="Old", notes="old")
    firm.name, firm.notes = "Émile & Co", "new"
    firm.save(update_fields=["name"])
    firm.refresh_from_db()
    assert (firm.name, firm.folded_name, firm.notes) == ("Émile & Co", "emile & co", "old")
    assert firm.version == 2


# The trash ----------------------------------------------------------------------------------------


def test_it_hides_what_is_in_the_trash(user: User) -> None:
    firm = FirmFactory(owner=user)
    firm.trash()
    assert list(Firm.objects.of(user)) == []
    assert not Firm.objects.filter(owner=user).exists()
    assert Firm.across_owners.get() == firm


def test_it_hides_what_is_in_the_trash_in_relations(user: User) -> None:
    firm = FirmFactory(owner=user)
    gone = RecruiterFactory(owner=user, firm=firm)
    stays = RecruiterFactory(owner=user, firm=firm)
    gone.trash()
    assert list(firm.recruiters.all()) == [stays]
    assert firm.recruiters.count() == 1
    fetched = Firm.objects.of(user).prefetch_related("recruiters").get()
    assert list(fetched.recruiters.all()) == [stays]


def test_it_brings_back_from_the_trash(user: User) -> None:
    firm = FirmFactory(owner=user)
    group = uuid.uuid4()
    firm.trash(group)
    assert firm.trash_group == group
    firm.restore()
    assert list(Firm.objects.of(user)) == [firm]
    assert firm.trash_group is None


def test_it_lets_a_name_be_taken_again_once_it_is_in_the_trash(user: User) -> None:
    FirmFactory(owner=user, name="Northgate").trash()
    again = FirmFactory(owner=user, name="Northgate")
    assert list(Firm.objects.of(user)) == [again]


def test_it_lets_two_owners_have_a_firm_of_one_name(user: User, other: User) -> None:
    FirmFactory(owner=user, name="Northgate")
    FirmFactory(owner=other, name="NORTHGATE")
    with pytest.raises(IntegrityError):
        FirmFactory(owner=user, name="north gate".replace(" ", ""))


def test_it_takes_everything_of_an_account_along_when_it_goes(user: User, other: User) -> None:
    firm = FirmFactory(owner=user)
    recruiter = RecruiterFactory(owner=user, firm=firm)
    PhoneFactory(owner=user, recruiter=recruiter)
    client = EmployerFactory(owner=user)
    opportunity = OpportunityFactory(
        owner=user, recruiter=recruiter, firm=firm, client=client, client_disclosure="named"
    )
    call = CallFactory(owner=user, recruiter=recruiter, firm=firm, opportunity=opportunity)
    promise = PromiseFactory(owner=user, recruiter=recruiter, firm=firm, call=call)
    ReminderFactory(owner=user, promise=promise, mail=MailFactory(owner=user))
    promise.snooze(due_on=promise.due_on, due_time=None, time_zone="UTC")
    kept = CallFactory(owner=other)
    user.delete()
    for model in apps.get_models():
        if issubclass(model, OwnedModel):
            owners = set(model.across_owners.values_list("owner", flat=True))
            assert owners <= {other.pk}, model
    assert list(Recruiter.across_owners.all()) == [kept.recruiter]
