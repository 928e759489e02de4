"""An account goes into one file, whole, and comes back out of it into another, whole."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

from accounts import archived
from accounts.models import TrashGroup, User
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Recruiter
from desk import anonymise
from desk.archive import archive_to, bring_back, kinds
from followups.models import CalendarFeed, Mail, Promise, Reminder
from search.models import SearchDocument
from tests import factories
from tests.desk.archives import (
    assert_untouched,
    changed,
    contents,
    filled,
    line_changed,
    rows_in,
)

OLD = Path(__file__).parent / "files"


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def full(user: User) -> User:
    return filled(user)


# Out and in --------------------------------------------------------------------------------------


def test_what_comes_back_is_what_went_out(full: User, other: User, tmp_path: Path) -> None:
    first, second = tmp_path / "one.zip", tmp_path / "two.zip"
    done = archive_to(first, full)
    assert first.stat().st_mode & 0o777 == 0o600
    assert done.files == 2
    Mail.across_owners.filter(owner=full).delete()
    full.delete()
    back = bring_back(first, other)
    assert (back.files, back.held) == (2, 0)
    archive_to(second, other)
    assert rows_in(first) == rows_in(second)


def test_an_account_with_every_model_is_in_the_test(full: User) -> None:
    for model in kinds.kept_models():
        assert model.across_owners.filter(owner=full).exists(), f"{model} has no row in `full`"


def test_every_owned_model_is_in_an_archive_or_known_not_to_be() -> None:
    kept = {model._meta.label for model in kinds.kept_models()}
    left_out = {
        *("accounts.SavedForm", "accounts.TrashGroup", "search.SearchDocument"),
        *("followups.CalendarFeed", "followups.UsedLink"),
        *("contacts.Merge", "contacts.NotTheSame"),
        *("desk.ImportRun", "desk.ImportRow", "search.HiddenGroup"),
    }
    assert set(archived.left_out) == left_out
    assert kept | left_out == {model._meta.label for model in anonymise.owned_models()}


def test_no_row_points_to_another_by_a_bare_number() -> None:
    """An id in a plain column would not be put right: leave its model out, or make it a key."""
    numbers = (models.IntegerField, models.UUIDField)
    for model in kinds.kept_models():
        for one in kinds.kept_fields(model):
            if isinstance(one, numbers):
                assert not one.name.endswith(("_id", "_pk")), f"{model._meta.label}.{one.name}"


def test_rows_point_to_their_own_kind_and_to_each_other(
    full: User, other: User, tmp_path: Path
) -> None:
    archive_to(tmp_path / "one.zip", full)
    factories.CallFactory(owner=factories.UserFactory())  # numbers are other ones here
    bring_back(tmp_path / "one.zip", other)
    nudge = Promise.objects.of(other).get(follows__isnull=False)
    assert nudge.follows is not None
    assert nudge.follows.owed_by == "them"
    assert nudge.follows.owner == other
    assert nudge.reschedules.get().owner == other
    assert Employer.objects.of(other).get(parent__isnull=False).parent.name == "Müller “Holding”"
    for model in kinds.kept_models():
        for row in model.across_owners.filter(owner=other):
            for one in kinds.relations(model):
                target = getattr(row, one.name)
                assert target is None or target.owner_id == other.pk


def test_what_lies_in_the_trash_stays_there(full: User, other: User, tmp_path: Path) -> None:
    archive_to(tmp_path / "one.zip", full)
    bring_back(tmp_path / "one.zip", other)
    assert not Firm.objects.of(other).filter(name="Trashed & gone").exists()
    (thrown,) = TrashGroup.objects.of(other)
    assert thrown.title == "Trashed & gone"
    assert thrown.group != TrashGroup.objects.of(full).get().group
    Firm.across_owners.get(owner=other, name="Trashed & gone").restore()
    assert Firm.objects.of(other).filter(name="Trashed & gone").exists()


def test_what_comes_back_is_found(full: User, other: User, tmp_path: Path) -> None:
    archive_to(tmp_path / "one.zip", full)
    bring_back(tmp_path / "one.zip", other)

    def found(owner: User) -> list[tuple[str, str, str]]:
        rows = SearchDocument.objects.of(owner).values_list("kind", "title", "body")
        return sorted(rows)

    assert found(other) == found(full) != []


def test_files_come_back_under_new_names(full: User, other: User, tmp_path: Path) -> None:
    archive_to(tmp_path / "one.zip", full)
    bring_back(tmp_path / "one.zip", other)
    before = Opportunity.objects.of(full).exclude(jd_file="").get()
    after = Opportunity.objects.of(other).exclude(jd_file="").get()
    assert after.jd_file.name != before.jd_file.name
    with after.jd_file.open() as file:
        assert file.read() == b"What is asked."
    assert after.jd_file_name == "jd.txt"


def test_a_file_that_is_gone_is_told(full: User, tmp_path: Path) -> None:
    kept = Opportunity.objects.of(full).exclude(jd_file="").get()
    kept.jd_file.storage.delete(kept.jd_file.name)
    assert archive_to(tmp_path / "one.zip", full).missing_files == 1


def test_it_holds_nobody_elses_rows_and_no_secret(full: User, other: User, tmp_path: Path) -> None:
    factories.CallFactory(owner=other, notes="not for you")
    secret = CalendarFeed.renew(full)
    archive_to(tmp_path / "one.zip", full)
    text = b"".join(contents(tmp_path / "one.zip").values())
    feed = CalendarFeed.objects.of(full).get()
    for hidden in ("not for you", secret, feed.digest, full.password, full.email):
        assert hidden.encode() not in text


def test_what_is_derived_is_derived_anew(full: User, other: User, tmp_path: Path) -> None:
    path = archive_to(tmp_path / "one.zip", full).path
    altered = line_changed(
        path, tmp_path / "two.zip", "contacts.Recruiter", folded_name="x", last_call_at=None
    )
    bring_back(altered, other)
    recruiter = Recruiter.objects.of(other).order_by("pk").first()
    assert recruiter is not None
    assert recruiter.folded_name.startswith("recruiter")
    assert recruiter.last_call_at == Call.objects.of(other).get().occurred_at


def test_into_the_installation_that_it_came_from_message_ids_are_new(
    full: User, other: User, tmp_path: Path
) -> None:
    archive_to(tmp_path / "one.zip", full)
    bring_back(tmp_path / "one.zip", other)
    ids = Mail.across_owners.values_list("message_id", flat=True)
    assert len(set(ids)) == len(ids) == 2


# What was not sent -------------------------------------------------------------------------------


def test_what_was_unsent_and_due_is_held(user: User, other: User, tmp_path: Path) -> None:
    now = timezone.now()
    promise = factories.PromiseFactory(owner=user)
    Reminder.across_owners.filter(promise=promise).update(due_utc=now)
    sending = factories.MailFactory(
        owner=user, state="sending", token=uuid.uuid4(), lease_until=now
    )
    archive_to(tmp_path / "one.zip", user)
    back = bring_back(tmp_path / "one.zip", other)
    held = Mail.objects.of(other)
    assert {mail.state for mail in held} == {"held"}
    assert back.held == len(held) == 2
    assert held.get(kind=sending.kind).ambiguous
    assert all("copy of" in mail.answer for mail in held)


def test_what_is_still_to_come_is_planned(user: User, other: User, tmp_path: Path) -> None:
    promise = factories.PromiseFactory(owner=user)
    Reminder.across_owners.filter(promise=promise).delete()
    archive_to(tmp_path / "one.zip", user)
    bring_back(tmp_path / "one.zip", other)
    assert Reminder.across_owners.live().filter(owner=other).exists()


def test_an_older_archive_without_a_field_has_its_default(
    full: User, other: User, tmp_path: Path
) -> None:
    path = archive_to(tmp_path / "one.zip", full).path
    part = "rows/calls.Call.jsonl"
    rows = [json.loads(line) for line in contents(path)[part].splitlines()]
    for row in rows:
        del row["next_step"], row["direction"]
    text = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    bring_back(changed(path, tmp_path / "two.zip", parts={part: text}), other)
    assert Call.objects.of(other).get().direction == "incoming"


@pytest.mark.parametrize("path", sorted(OLD.glob("archive-*.zip")), ids=lambda path: path.stem)
def test_whatever_an_earlier_version_has_written_comes_back(other: User, path: Path) -> None:
    """Made with `export`, one for each version that writes otherwise, and never changed."""
    said = json.loads(contents(path)["manifest.json"])["rows"]
    assert bring_back(path, other).rows == said
    assert Call.objects.of(other).count() == said["calls.Call"]
    assert Promise.objects.of(other).count() == said["followups.Promise"]


# The commands ------------------------------------------------------------------------------------


def test_the_commands_take_it_out_and_in(
    full: User, other: User, tmp_path: Path, capsys: Any
) -> None:
    path = tmp_path / "one.zip"
    call_command("export", str(path), email=full.email)
    assert "can read everything" in capsys.readouterr().out
    with pytest.raises(CommandError, match="exists already"):
        call_command("export", str(path), email=full.email)
    call_command("export", str(path), email=full.email, force=True)
    capsys.readouterr()
    call_command("import", str(path), email=other.email, dry_run=True, json=True)
    assert json.loads(capsys.readouterr().out)["dry_run"] is True
    assert_untouched(other, path)
    call_command("import", str(path), email=other.email)
    assert "Brought back" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("import", str(path), email=other.email)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["export", "import"])
def test_an_account_that_there_is_not_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command(name, str(tmp_path / "one.zip"), email="nobody@example.org")
