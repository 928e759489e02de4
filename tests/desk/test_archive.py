"""An account goes into one file, whole, and comes back out of it into another, whole."""

from __future__ import annotations

import hashlib
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

from accounts import archived
from accounts.models import Kit, Preferences, User
from calls.models import Call, Opportunity, StageChange
from contacts.models import Employer, Firm, Person, Recruiter
from desk import anonymise
from desk.archive import archive_to, bring_back, kinds
from desk.backup.archive import BackupError
from followups.models import CalendarFeed, Mail, Promise, Reminder
from tests import factories
from tests.desk.test_anonymise import everything

PDF = b"%PDF-1.4 a life %%EOF"


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def full(user: User) -> User:
    """An account with every model, a trashed row, files, moves, and rows that name their own."""
    everything(user)
    factories.ResumeFactory(owner=user)
    holding = factories.EmployerFactory(owner=user, name="Müller “Holding”")
    # Made before what it belongs to.
    brand = Employer.objects.of(user).order_by("pk").first() or holding
    brand.parent = holding
    brand.save()
    factories.FirmFactory(owner=user, name="Trashed & gone").trash()
    opportunity = factories.OpportunityFactory(
        owner=user, jd_file=ContentFile(b"What is asked.", "jd.txt"), jd_file_name="jd.txt"
    )
    StageChange.objects.create(
        owner=user, opportunity=opportunity, stage="source", on="2026-01-02"
    )
    theirs = factories.PromiseFactory(owner=user, owed_by="them")
    nudge = factories.PromiseFactory(owner=user, follows=theirs, what="line\nbreak\u2028 “é”")
    nudge.snooze(due_on=nudge.due_on, due_time=None, time_zone="Asia/Tokyo", asked_by="them")
    Preferences.objects.of(user).update(lead_by_kind={"call_back": 30, "b": 1}, lead_minutes=7)
    return user


def everyone_but_kit() -> list[type[models.Model]]:
    return [model for model in kinds.kept_models() if model not in {Preferences, Kit}]


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_in(path: Path) -> dict[str, bytes]:
    found = contents(path)
    manifest = json.loads(found.pop("manifest.json"))
    return {**found, "account": json.dumps(manifest["account"]).encode()}


def changed(path: Path, to: Path, *, parts: dict[str, Any] | None = None, **manifest: Any) -> Path:
    """The same archive with other parts, whose checksums are right."""
    found = {**contents(path), **(parts or {})}
    found = {name: part for name, part in found.items() if part is not None}
    said = json.loads(found.pop("manifest.json"))
    said["parts"] = {
        name: {"size": len(part), "sha256": hashlib.sha256(part).hexdigest()}
        for name, part in found.items()
    }
    said["rows"] = {n: c for n, c in said["rows"].items() if f"rows/{n}.jsonl" in found}
    said.update(manifest)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in found.items():
            archive.writestr(name, part)
        archive.writestr("manifest.json", json.dumps(said))
    return to


def line_changed(path: Path, to: Path, label: str, **values: Any) -> Path:
    part = f"rows/{label}.jsonl"
    first, *rest = contents(path)[part].split(b"\n")
    said = {**json.loads(first), **values}
    text = b"\n".join([json.dumps(said).encode(), *rest])
    return changed(path, to, parts={part: text})


def assert_untouched(other: User, path: Path) -> None:
    for model in everyone_but_kit():
        assert not model.across_owners.filter(owner=other).exists(), model
    assert Preferences.objects.of(other).get().lead_minutes == 15


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
    left_out = {"accounts.SavedForm", "followups.CalendarFeed", "followups.UsedLink"}
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
    Firm.across_owners.get(owner=other, name="Trashed & gone").restore()
    assert Firm.objects.of(other).filter(name="Trashed & gone").exists()


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


# What is refused ---------------------------------------------------------------------------------


def test_an_account_that_holds_something_is_refused(
    full: User, other: User, tmp_path: Path
) -> None:
    archive_to(tmp_path / "one.zip", full)
    Person.objects.create(owner=other, name="Pat")
    with pytest.raises(BackupError, match="into an empty one"):
        bring_back(tmp_path / "one.zip", other)
    Person.objects.of(other).get().trash()  # neither is the trash nothing
    with pytest.raises(BackupError, match="into an empty one"):
        bring_back(tmp_path / "one.zip", other)


def test_a_rehearsal_keeps_nothing(full: User, other: User, tmp_path: Path) -> None:
    path = archive_to(tmp_path / "one.zip", full).path
    files = sorted(path for path in (tmp_path / "files").rglob("*") if path.is_file())
    assert bring_back(path, other, rehearse=True).files == 2
    assert_untouched(other, path)
    assert sorted(path for path in (tmp_path / "files").rglob("*") if path.is_file()) == files


HOSTILE_LINES: list[tuple[str, dict[str, Any], str]] = [
    ("calls.Call", {"owner": 1}, "'owner', which this version does not know"),
    ("calls.Call", {"mood": "good"}, "'mood', which this version does not know"),
    ("calls.Call", {"id": 7}, "not the row that it should be"),
    ("calls.Call", {"recruiter": 99}, "points to one that is not in it"),
    ("calls.Call", {"recruiter": "1"}, "points to one that is not in it"),
    ("calls.Call", {"recruiter": -1}, "points to one that is not in it"),
    ("calls.Call", {"recruiter": None}, "has no recruiter"),
    ("calls.Call", {"client_key": "x"}, "else than a client_key"),
    ("calls.Call", {"outcome": "no such"}, "else than a outcome"),
    ("calls.Call", {"notes": "a\x00b"}, "a sign that is in no text"),
    ("calls.Call", {"notes": "\ud800"}, "a sign that is in no text"),
    ("calls.Call", {"notes": ["a"]}, "has no text in notes"),
    ("calls.Call", {"next_step": "x" * 1000}, "else than a next_step"),
    ("calls.Call", {"occurred_at": "2026-01-01T10:00:00"}, "else than a occurred_at"),
    ("calls.Call", {"duration_minutes": 10**30}, "else than a duration_minutes"),
    ("desk.Draft", {"data": {"who": [{"a": 1}]}}, "no fields of a sheet"),
    ("desk.Draft", {"data": [1]}, "no sheet"),
    ("contacts.Phone", {"number": "=1+1"}, "do not fit together"),
    ("contacts.Firm", {"name": "\u00ad", "folded_name": "x"}, "no name"),
    ("followups.Mail", {"message_id": "<a@b>\r\nBcc: x@y"}, "no Message-ID of ours"),
    ("followups.Promise", {"time_zone": "Moon/Base"}, "else than a time_zone"),
    ("accounts.Preferences", {"working_days": [9]}, "no working days"),
    ("accounts.Resume", {"file": "files/calls.Opportunity.jd_file/1"}, "not its own"),
    ("accounts.Resume", {"file": "../../etc/passwd"}, "not its own"),
]


@pytest.mark.parametrize(("label", "values", "said"), HOSTILE_LINES)
def test_a_line_that_none_of_ours_could_be_is_refused(
    full: User, other: User, tmp_path: Path, label: str, values: dict[str, Any], said: str
) -> None:
    path = archive_to(tmp_path / "one.zip", full).path
    files = len(list((tmp_path / "files").rglob("*")))
    hostile = line_changed(path, tmp_path / "two.zip", label, **values)
    with pytest.raises(BackupError) as error:
        bring_back(hostile, other)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert_untouched(other, path)
    assert len(list((tmp_path / "files").rglob("*"))) == files


HOSTILE_PARTS: list[tuple[dict[str, Any], str]] = [
    ({"rows/calls.Call.jsonl": b"{"}, "is cut short"),
    ({"rows/calls.Call.jsonl": b"{\n"}, "is unreadable"),
    ({"rows/calls.Call.jsonl": b"[" * 100_000 + b"\n"}, "is unreadable"),
    ({"rows/calls.Call.jsonl": b'{"id": NaN}\n'}, "is unreadable"),
    ({"rows/calls.Call.jsonl": b"[1]\n"}, "not the row"),
    ({"rows/calls.Call.jsonl": b""}, "rows of calls.Call are missing"),
    ({"rows/calls.Call.jsonl": b" " * (5 << 20)}, "longer than any row"),
    ({"rows/contacts.Recruiter.jsonl": None}, "points to one that is not in it"),
    ({"rows/future.Mood.jsonl": b'{"id": 1}\n'}, "tells of rows that are not in it"),
    ({"files/accounts.Resume.file/9": b"x"}, "belongs to no row"),
    ({"files/accounts.Resume.file/2": b"MZ a program"}, "of a kind that is not taken"),
    ({"../evil": b"x"}, "a name that none may have"),
    ({"database.sqlite3": b"x"}, "a name that none may have"),
    ({"rows/calls.Call.jsonl": b"0" * (200 << 20)}, "unpack to more than any"),
]


@pytest.mark.parametrize(("parts", "said"), HOSTILE_PARTS, ids=range(len(HOSTILE_PARTS)))
def test_a_part_that_none_of_ours_could_be_is_refused(
    full: User, other: User, tmp_path: Path, parts: dict[str, Any], said: str
) -> None:
    path = archive_to(tmp_path / "one.zip", full).path
    with pytest.raises(BackupError) as error:
        bring_back(changed(path, tmp_path / "two.zip", parts=parts), other)
    assert said in str(error.value)
    assert_untouched(other, path)


def test_a_newer_version_and_its_models_are_refused(
    full: User, other: User, tmp_path: Path
) -> None:
    path = archive_to(tmp_path / "one.zip", full).path
    newer = {
        "rows": {"future.Mood": 1},
        "schema": 2,
        "migrations": [["calls", "9999_from_the_future"]],
    }
    for name, value in newer.items():
        altered = changed(path, tmp_path / "two.zip", **{name: value})
        with pytest.raises(BackupError, match=r"newer|up to date"):
            bring_back(altered, other)


def test_a_part_with_another_checksum_is_refused(full: User, other: User, tmp_path: Path) -> None:
    path = archive_to(tmp_path / "one.zip", full).path
    manifest = json.loads(contents(path)["manifest.json"])
    manifest["parts"]["rows/calls.Call.jsonl"]["sha256"] = "0" * 64
    altered = tmp_path / "two.zip"
    with zipfile.ZipFile(altered, "w") as archive:
        for name, part in contents(path).items():
            archive.writestr(name, json.dumps(manifest) if name == "manifest.json" else part)
    with pytest.raises(BackupError, match="is not what was put in"):
        bring_back(altered, other)
    assert_untouched(other, path)


@pytest.mark.parametrize("content", [b"", b"Name,Firm\r\nJane,Acme\r\n", b"PK\x03\x04 cut"])
def test_what_is_no_archive_is_refused(other: User, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "some.csv").write_bytes(content)
    with pytest.raises(BackupError, match="is no archive of Wordkeeper"):
        bring_back(tmp_path / "some.csv", other)


def test_an_account_in_no_language_is_refused(full: User, other: User, tmp_path: Path) -> None:
    path = archive_to(tmp_path / "one.zip", full).path
    said = {"time_zone": "UTC", "phone_region": "GB", "locale": "../../x"}
    with pytest.raises(BackupError, match="place and language"):
        bring_back(changed(path, tmp_path / "two.zip", account=said), other)


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
