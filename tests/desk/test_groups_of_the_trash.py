"""What was in the trash before it had a list stands in the list, too."""

from __future__ import annotations

import uuid
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from accounts.belonging import thrown_models
from accounts.models import TrashGroup, User
from tests import factories
from tests.desk.test_trash import World, lives
from tests.pages import html

listed = import_module("desk.migrations.0002_list_what_is_in_the_trash")


@pytest.fixture
def world(user: User) -> World:
    return World(user)


def as_before(row: Any, *, alone: bool = False) -> None:
    """Thrown away when there was no list, `alone` when there were not even groups."""
    group = row.trash()
    TrashGroup.across_owners.filter(pk=group.pk).delete()
    if alone:
        for model in thrown_models():
            model.across_owners.filter(trash_group=group.group).update(trash_group=None)


def migrate() -> None:
    listed.list_what_is_there(apps, None)


def test_what_went_together_is_one_thing(client: Client, user: User, world: World) -> None:
    as_before(world.call)
    migrate()
    group = TrashGroup.objects.of(user).get()
    call = type(world.call).across_owners.get(pk=world.call.pk)
    assert (group.group, group.kind, group.head) == (call.trash_group, "calls.call", call.pk)
    assert (group.title, group.thrown_at) == ("Call", call.trashed_at)
    assert group.counts == {
        "calls.call": 1,
        "calls.disclosure": 1,
        "calls.referral": 1,
        "followups.promise": 3,
    }
    page = client.post(f"/trash/{group.pk}/restore/", follow=True)
    assert "It is back." in html(page)
    assert lives(world.promise)


def test_what_has_a_name_keeps_it(user: User, world: World) -> None:
    as_before(world.firm)
    as_before(type(world.cfo).objects.of(user).get(pk=world.cfo.pk))
    migrate()
    assert set(TrashGroup.objects.of(user).values_list("title", flat=True)) == {
        "Northgate",
        "CFO",
    }


def test_what_was_in_no_group_is_a_thing_of_its_own(user: User, client: Client) -> None:
    rows = [factories.FirmFactory(owner=user), factories.FirmFactory(owner=user)]
    for row in rows:
        as_before(row, alone=True)
    migrate()
    groups = TrashGroup.objects.of(user)
    assert {group.head for group in groups} == {row.pk for row in rows}
    for group in groups:
        client.post(f"/trash/{group.pk}/restore/")
    assert all(lives(row) for row in rows)
    assert not groups.all().exists()


def test_what_is_listed_stays_as_it_is(user: User, other: User, world: World) -> None:
    group = world.grace.trash()
    as_before(factories.FirmFactory(owner=other))
    migrate()
    migrate()
    left = TrashGroup.objects.of(user).get()
    assert (left.pk, left.title, left.counts) == (group.pk, group.title, group.counts)
    assert TrashGroup.objects.of(other).count() == 1


def test_many_are_listed_a_part_at_a_time(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "PART", 2)
    now, together = timezone.now(), uuid.uuid4()
    for number in range(5):
        group = None if number else together
        factories.FirmFactory(owner=user, trashed_at=now, trash_group=group)
        factories.PersonFactory(owner=user, trashed_at=now, trash_group=together)
    migrate()
    counts = [sum(one.counts.values()) for one in TrashGroup.objects.of(user)]
    assert sorted(counts) == [1, 1, 1, 1, 6]


def test_every_model_that_can_be_thrown_away_is_listed() -> None:
    known = {model._meta.label_lower for model in thrown_models()} - {"accounts.trashgroup"}
    # These had no rows by then.
    later = {"contacts.merge", "contacts.notthesame", "desk.importrun"}
    assert known - later == set(listed.KINDS)
