"""What is no archive of ours, or was altered, is refused, and nothing of it stays."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from contacts.models import Person
from desk.archive import archive_to, bring_back
from desk.backup.archive import BackupError
from tests.desk.archives import (
    assert_untouched,
    changed,
    contents,
    filled,
    line_changed,
)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def full(user: User) -> User:
    return filled(user)


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
