"""After 30 days it is gone for good: from tables, history, mails, disk, and SQLite's own file."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import erasing
from accounts.belonging import thrown_models
from accounts.models import SavedForm, TrashGroup, User
from calls.models import Call, Disclosure, Opportunity
from contacts.models import Recruiter
from crm.celery import app
from desk import purge
from desk.models import Draft
from desk.tasks import keep_house
from followups.models import Heartbeat, Mail, Promise, Reminder, UsedLink
from followups.signals import looked
from search import index
from tests import factories
from tests.desk.test_trash import NAMES, World, lives, living

WORD = "Zwetschgenbaum"


@pytest.fixture
def world(user: User) -> World:
    return World(user)


def in_days(days: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(days=days)


def stands_in(word: str) -> list[str]:
    """The tables in which the word stands, in whatever column."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if word.lower() in json.dumps(cursor.fetchall(), default=str).lower():
                found.append(table)
    return found


def test_it_leaves_what_is_not_30_days_old(user: User, world: World) -> None:
    world.call.trash()
    assert purge.purge(now=in_days(29.9)) == 0
    world.call.restore()
    assert lives(world.call)


def test_it_deletes_what_is(user: User, world: World) -> None:
    world.call.trash()
    assert purge.purge(now=in_days(30)) == 6
    assert not Call.across_owners.exists()
    assert not Promise.across_owners.filter(call__isnull=False).exists()
    assert not Reminder.across_owners.filter(promise=world.promise.pk).exists()
    assert not TrashGroup.across_owners.exists()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_lives_goes_with_it(user: User, world: World, name: str) -> None:
    getattr(world, name).trash()
    before = living(user)
    purge.purge(now=in_days(31))
    after = living(user)
    assert after.keys() == before.keys()
    for model in thrown_models():
        assert not model.across_owners.filter(owner=user).exclude(trashed_at=None).exists()


def test_who_holds_a_version_that_is_gone_is_still_known(user: User, world: World) -> None:
    world.resume.trash()
    purge.purge(now=in_days(31))
    told = Disclosure.objects.of(user).get(topic="resume")
    assert (told.resume, told.words) == (None, "a version that you have deleted")


def test_things_thrown_away_one_after_another_go_each_in_its_time(
    user: User, world: World
) -> None:
    world.told.trash()
    world.grace.trash()
    TrashGroup.objects.of(user).filter(head=world.told.pk).update(thrown_at=in_days(-10))
    Disclosure.across_owners.filter(pk=world.told.pk).update(trashed_at=in_days(-10))
    assert purge.purge(now=in_days(25)) == 1
    assert not Disclosure.across_owners.filter(pk=world.told.pk).exists()
    world.grace.restore()
    assert lives(world.call)


def test_what_somebody_has_just_written_down_is_not_taken_along(
    user: User, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Two were at work at once: a call is saved of a recruiter who was thrown away meanwhile."""
    world.grace.trash()
    late = factories.CallFactory(owner=user, recruiter=world.tom)
    Call.across_owners.filter(pk=late.pk).update(recruiter=world.grace)
    purge.purge(now=in_days(31))
    assert lives(late)
    assert Recruiter.across_owners.filter(pk=world.grace.pk).exists()
    assert not Call.across_owners.filter(pk=world.call.pk).exists()
    assert "Grace" not in caplog.text


def test_its_files_go_from_the_disk(user: User, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    resume = factories.ResumeFactory(owner=user)
    cfo = factories.OpportunityFactory(owner=user)
    cfo.jd_file.save("jd.txt", ContentFile(b"What is asked for."))
    kept = [Path(resume.file.path), Path(cfo.jd_file.path)]
    for row in (resume, cfo):
        row.trash()
    assert all(file.exists() for file in kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda do, **kwargs: do())
        purge.purge(now=in_days(31))
    assert not any(file.exists() for file in kept)


def test_mails_that_told_of_nothing_else_go(user: User, world: World) -> None:
    alone = factories.MailFactory(owner=user, kind="reminder", state="kept", text=WORD)
    shared = factories.MailFactory(
        owner=user, kind="digest", state="kept", text=WORD, subject=WORD
    )
    test = factories.MailFactory(owner=user, state="kept", text="Hello")
    for mail in (alone, shared):
        factories.ReminderFactory(
            owner=user, promise=world.promise, mail=mail, occasion=f"overdue_{mail.pk}"
        )
    factories.ReminderFactory(owner=user, promise=world.firms_own, mail=shared, occasion="lead")
    world.promise.trash()
    purge.purge(now=in_days(31))
    left = Mail.objects.of(user)
    assert set(left.values_list("pk", flat=True)) == {shared.pk, test.pk}
    assert left.get(pk=shared.pk).text == left.get(pk=shared.pk).subject == ""
    assert left.get(pk=test.pk).text == "Hello"


def test_the_word_stands_in_no_table(user: User) -> None:
    grace = factories.RecruiterFactory(owner=user, name=WORD, notes=WORD)
    call = factories.CallFactory(owner=user, recruiter=grace, notes=WORD)
    factories.PromiseFactory(owner=user, recruiter=grace, call=call, what=f"Ring {WORD}")
    factories.FirmFactory(owner=user, name=f"{WORD} Partners").trash()
    grace.trash()
    assert len(stands_in(WORD)) > 3
    purge.purge(now=in_days(31))
    assert stands_in(WORD) == []


@pytest.mark.django_db(transaction=True)
def test_the_word_is_not_in_sqlites_file_either(settings: Any) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's vacuum sees to that in its own time")
    user = factories.UserFactory()
    grace = factories.RecruiterFactory(owner=user, name=WORD)
    for number in range(30):
        call = factories.CallFactory(owner=user, recruiter=grace)
        call.notes = f"{number} {WORD} " + "said much. " * 200
        call.save()
    grace.trash()
    file = Path(connection.settings_dict["NAME"])
    assert WORD.encode() in file.read_bytes()
    purge.purge(now=in_days(31))
    assert WORD.encode() not in file.read_bytes()
    assert WORD.lower().encode() not in file.read_bytes()


def test_links_sessions_and_drafts_that_are_over_go(client: Client, user: User) -> None:
    now = timezone.now()
    UsedLink.note(user.pk, "a" * 64, expires_at=now + dt.timedelta(days=1), now=now)
    UsedLink.note(user.pk, "b" * 64, expires_at=now + dt.timedelta(days=99), now=now)
    factories.DraftFactory(owner=user)
    assert Session.objects.exists()
    purge.purge(now=in_days(95))
    assert UsedLink.objects.of(user).get().digest == "b" * 64
    assert not Session.objects.exists()
    assert stands_in("Grace Okonkwo") == []


def test_it_leaves_what_is_of_another_account(user: User, other: User, world: World) -> None:
    theirs = World(other)
    before = living(other)
    world.grace.trash()
    purge.purge(now=in_days(31))
    assert living(other) == before
    theirs.grace.trash()


def test_it_is_all_or_nothing(user: User, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.grace.trash()

    def fail(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(erasing, "_forget_groups", fail)
    with pytest.raises(RuntimeError):
        purge.purge(now=in_days(31))
    world.grace.restore()
    assert lives(world.call)


# What somebody else does meanwhile ---------------------------------------------------------------


def meanwhile(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Just when the transaction begins that is to delete."""

    def first() -> None:
        monkeypatch.undo()
        do()

    monkeypatch.setattr(erasing, "overwrite_what_goes", first)


def test_what_is_brought_back_meanwhile_stays(
    user: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.grace.trash()
    meanwhile(monkeypatch, world.grace.restore)
    assert purge.purge(now=in_days(31)) == 0
    assert lives(world.grace)
    assert lives(world.call)


def test_what_is_brought_back_before_a_second_press_stays(
    user: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = world.grace.trash()
    meanwhile(monkeypatch, world.grace.restore)
    assert purge.delete_now(group) == 0
    assert lives(world.grace)
    assert lives(world.call)


def test_what_is_brought_back_and_thrown_away_again_is_another_thing(
    user: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = world.grace.trash()

    def again() -> None:
        world.grace.restore()
        world.grace.trash()

    meanwhile(monkeypatch, again)
    assert purge.delete_now(group) == 0
    world.grace.restore()
    assert lives(world.call)


def test_it_holds_the_owner_before_it_looks(user: User, world: World) -> None:
    """So that nobody throws away or brings back what it has looked at."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write at a time")
    group = world.call.trash()
    with CaptureQueriesContext(connection) as captured:
        purge.delete_now(group)
    asked = [one["sql"] for one in captured]
    held = next(n for n, sql in enumerate(asked) if "FOR NO KEY UPDATE" in sql)
    assert held < next(n for n, sql in enumerate(asked) if "trash_group" in sql)


def test_what_stays_after_all_lets_go_of_nothing_that_stays(user: User, world: World) -> None:
    """A call was saved of a recruiter in the trash: they stay, and what is theirs stays theirs."""
    world.grace.trash()
    late = factories.CallFactory(owner=user, recruiter=world.tom)
    for row in (late, world.cfo):
        type(row).across_owners.filter(pk=row.pk).update(recruiter=world.grace)
    purge.purge(now=in_days(31))
    assert Opportunity.objects.of(user).get(pk=world.cfo.pk).recruiter == world.grace


def test_what_is_left_of_a_group_without_its_head_gets_another(user: User, world: World) -> None:
    """The call goes for good with its recruiter; the promise is the firm's, too."""
    group = world.call.trash()
    purge.delete_now(world.grace.trash())
    group.refresh_from_db()
    left = Promise.across_owners.filter(trash_group=group.group)
    assert (group.kind, group.counts) == ("followups.promise", {"followups.promise": len(left)})
    assert group.head in {one.pk for one in left}
    assert group.title == left.get(pk=group.head).trash_title


# What fails --------------------------------------------------------------------------------------


def fail_for(monkeypatch: pytest.MonkeyPatch, owner: User) -> None:
    erase = erasing.erase

    def failing(of: User, *args: Any, **kwargs: Any) -> Any:
        if of == owner:
            raise RuntimeError
        return erase(of, *args, **kwargs)

    monkeypatch.setattr(erasing, "erase", failing)


def test_one_owners_failure_keeps_nobody_elses_waiting(
    user: User, other: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.call.trash()
    theirs = factories.FirmFactory(owner=other)
    theirs.trash()
    SavedForm.objects.create(owner=user, key=uuid.uuid4(), said=uuid.uuid4())
    factories.DraftFactory(owner=user)
    fail_for(monkeypatch, user)
    with pytest.raises(purge.PurgeFailed):
        purge.purge(now=in_days(95))
    assert not type(theirs).across_owners.filter(pk=theirs.pk).exists()
    assert Call.across_owners.filter(pk=world.call.pk).exists()
    assert not SavedForm.across_owners.exists()
    assert not Draft.across_owners.filter(owner=user).exists()


def test_what_failed_is_tried_again_in_an_hour(
    user: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.call.trash()
    now = in_days(31)
    fail_for(monkeypatch, user)
    with pytest.raises(purge.PurgeFailed):
        purge.purge_if_due(now=now)
    monkeypatch.undo()
    assert not purge.purge_if_due(now=now + dt.timedelta(minutes=59))
    assert purge.purge_if_due(now=now + dt.timedelta(minutes=61))
    assert not Call.across_owners.filter(pk=world.call.pk).exists()


def test_the_command_says_that_it_failed(
    user: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.FirmFactory(owner=user).trash()
    type(world.firm).across_owners.exclude(trashed_at=None).update(trashed_at=in_days(-31))
    fail_for(monkeypatch, user)
    with pytest.raises(CommandError, match="the log says why"):
        call_command("purge")


def test_a_database_that_is_busy_does_not_undo_it(
    user: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise OperationalError("database is locked")

    group = world.call.trash()
    monkeypatch.setattr(index, "leave_no_trace", busy)
    assert purge.delete_now(group) == 6
    world.cfo.trash()
    assert purge.purge(now=in_days(31)) > 0


def test_the_file_is_cleaned_once_a_day_not_at_each_press(
    user: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned: list[bool] = []
    monkeypatch.setattr(erasing, "drop_what_is_left", lambda: cleaned.append(True) or True)
    purge.delete_now(world.call.trash())
    assert cleaned == []
    purge.purge()
    assert cleaned == [True]
    purge.purge()
    assert cleaned == [True]


@pytest.mark.django_db(transaction=True)
def test_at_a_press_the_rows_themselves_leave_sqlites_file() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's vacuum sees to that in its own time")
    user = factories.UserFactory()
    firm = factories.FirmFactory(owner=user, name=WORD)
    group = firm.trash()
    file = Path(connection.settings_dict["NAME"])
    purge.delete_now(group)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert WORD.encode() not in file.read_bytes()


# When --------------------------------------------------------------------------------------------


def test_the_command_says_how_many(user: User) -> None:
    firm = factories.FirmFactory(owner=user)
    firm.trash()
    type(firm).across_owners.update(trashed_at=in_days(-31))
    out = StringIO()
    call_command("purge", stdout=out)
    assert out.getvalue() == "Rows deleted for good: 1\n"


def test_it_is_done_once_a_day(user: User) -> None:
    now = timezone.now()
    assert purge.purge_if_due(now=now)
    assert not purge.purge_if_due(now=now + dt.timedelta(hours=23))
    assert purge.purge_if_due(now=now + dt.timedelta(hours=25))


def test_the_beat_asks_for_it(user: User) -> None:
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert keep_house.name in tasks
    assert keep_house.name in app.tasks
    keep_house()
    assert Heartbeat.last(purge.PURGE)


def test_without_a_beat_the_loop_asks_for_it(user: User) -> None:
    looked.send_robust(None)
    assert Heartbeat.last(purge.PURGE)


def test_opportunities_are_where_they_were(user: User, world: World) -> None:
    """The stages of one that went are gone with it; those of others stay."""
    other = factories.OpportunityFactory(owner=user, title="COO")
    other.reach("source", dt.date(2026, 1, 2))
    world.cfo.trash()
    purge.purge(now=in_days(31))
    assert [one.title for one in Opportunity.across_owners.all()] == ["COO"]
    assert other.stage_changes.count() == 1
