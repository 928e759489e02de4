"""`manage.py backup`: one file, for its owner alone, under its name once it is whole."""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

import crm
from desk.backup import BackupError, back_up, copying
from desk.backup.archive import DATABASE, MANIFEST, Archive
from tests.engines.servers import PROJECT, clean_environment
from tests.factories import CallFactory, FirmFactory, PromiseFactory

# A backup asks over a connection of its own, which sees only what was committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A data folder of this test's own, in which the key in force is kept."""
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = settings.DATA_DIR / "files"
    settings.MEDIA_ROOT.mkdir(parents=True)
    (settings.DATA_DIR / "secret_key").write_text(settings.SECRET_KEY)
    return settings.DATA_DIR


@pytest.fixture
def target(tmp_path):
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept" / "copy.zip"


def everything(path):
    """All that is in a backup, unpacked."""
    with zipfile.ZipFile(path) as copy:
        return b"".join(copy.read(name) for name in copy.namelist())


def test_it_holds_every_table_the_files_and_the_key(user, folder, target):
    PromiseFactory(owner=user, what="Send two names")
    (folder / "files" / "ab").mkdir()
    (folder / "files" / "ab" / "cv.pdf").write_bytes(b"%PDF-1.7")
    made = back_up(target)
    assert (made.files, made.has_key) == (1, True)
    with Archive(target) as copy:
        copy.verify()
        assert copy.manifest.engine == connection.vendor
        assert copy.manifest.version == crm.__version__
        assert copy.manifest.rows["followups_promise"] == 1
        assert b"".join(copy.read("files/ab/cv.pdf")) == b"%PDF-1.7"
        assert b"".join(copy.read("secret_key")).decode() == django_settings.SECRET_KEY
    assert b"Send two names" in everything(target)


def test_it_is_its_owners_alone_and_nothing_else_is_left(user, target):
    old = os.umask(0)
    try:
        back_up(target)
    finally:
        os.umask(old)
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_every_draft_is_its_owners_alone_from_the_first_byte(user, target, monkeypatch):
    seen = set()
    real = os.open

    def watched(path, flags, *args, **kwargs):
        descriptor = real(path, flags, *args, **kwargs)
        seen.update(one.stat().st_mode & 0o777 for one in target.parent.iterdir())
        return descriptor

    monkeypatch.setattr(os, "open", watched)
    back_up(target)
    assert seen == {0o600}


def test_an_existing_file_stays_unless_forced(user, target):
    target.write_text("dear to me")
    with pytest.raises(CommandError, match="exists already; --force writes over it"):
        call_command("backup", target)
    assert target.read_text() == "dear to me"
    call_command("backup", target, force=True, verbosity=0)
    with Archive(target) as copy:
        copy.verify()
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_file_that_appears_meanwhile_stays_too(user, target, monkeypatch):
    real = copying.add_files

    def slowly(writer, folder):
        target.write_text("somebody else's")
        real(writer, folder)

    monkeypatch.setattr(copying, "add_files", slowly)
    with pytest.raises(BackupError, match="exists already"):
        back_up(target)
    assert target.read_text() == "somebody else's"


def test_a_folder_that_is_not_there_is_told(user, tmp_path):
    with pytest.raises(BackupError, match="There is no folder"):
        back_up(tmp_path / "nowhere" / "copy.zip")


def test_a_folder_in_the_place_of_the_file_is_told(user, target):
    target.mkdir()
    with pytest.raises(BackupError) as error:
        back_up(target, force=True)
    assert "Is a directory" in str(error.value)
    assert list(target.parent.iterdir()) == [target]


def test_nobody_who_is_signed_in_and_nothing_counted_goes_along(client, target, settings):
    session = SessionStore()
    session["secret"] = "words of a session"
    session.save()
    cache.set("limit", "so many tries")
    back_up(target)
    with Archive(target) as copy:
        assert copy.manifest.rows.get("django_session", 0) == 0
        assert copy.manifest.rows.get("cache", 0) == 0
    assert session.session_key.encode() not in everything(target)


def test_nothing_that_was_deleted_goes_along(user, target):
    firm = FirmFactory(owner=user, name="Forget This Firm")
    firm.delete()
    back_up(target)
    assert b"Forget This Firm" not in everything(target)


def test_a_key_given_from_outside_is_not_in_it(user, folder, target, capsys):
    (folder / "secret_key").unlink()
    call_command("backup", target)
    assert "SECRET_KEY was given from outside" in capsys.readouterr().out
    assert django_settings.SECRET_KEY.encode() not in everything(target)


def test_a_link_among_the_files_is_not_followed(user, folder, target, tmp_path):
    (tmp_path / "elsewhere").write_text("not ours")
    (folder / "files" / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "files" / "folder").symlink_to(tmp_path)
    assert back_up(target).files == 0


def test_a_backup_during_a_restore_is_refused_and_beside_a_backup_is_not(user, target):
    with copying.alone(), pytest.raises(BackupError, match="restore is under way"):
        back_up(target)
    with copying.alone(shared=True):
        back_up(target)


def test_a_damaged_database_is_not_passed_off_as_a_backup(user, target):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL looks after its own pages")
    CallFactory(owner=user)
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute("UPDATE calls_call SET recruiter_id = 4711")
    with pytest.raises(BackupError, match="point to others that are not there"):
        back_up(target)
    assert list(target.parent.iterdir()) == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM calls_call")


def test_a_full_disk_is_told_and_nothing_is_left(tmp_path):
    """A limit on the size of a file is what a test can set; a full disk fails at the same place."""
    environment = clean_environment(WORDKEEPER_DATA=str(tmp_path / "own"))
    kept = tmp_path / "kept"
    kept.mkdir()

    def manage(*arguments, limit=None):
        def narrow():
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            preexec_fn=narrow,
        )

    assert manage("migrate", "--verbosity", "0").returncode == 0
    (tmp_path / "own" / "files").mkdir()
    # The database fits; with the file, the backup does not.
    (tmp_path / "own" / "files" / "large").write_bytes(os.urandom(3 << 20))
    for limit in (50_000, 2 << 20):
        done = manage("backup", str(kept / "copy.zip"), limit=limit)
        assert done.returncode == 1
        assert done.stderr.startswith("CommandError: ")
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert list(kept.iterdir()) == []
    done = manage("backup", str(kept / "copy.zip"))
    assert done.returncode == 0, done.stderr


def test_any_sqlite_opens_what_is_in_it(user, target, tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite")
    PromiseFactory(owner=user)
    back_up(target)
    with zipfile.ZipFile(target) as copy:
        (tmp_path / "plain.sqlite3").write_bytes(copy.read(DATABASE))
        manifest = json.loads(copy.read(MANIFEST))
    database = sqlite3.connect(tmp_path / "plain.sqlite3")
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    (count,) = database.execute("SELECT count(*) FROM followups_reminder").fetchone()
    database.close()
    assert count == manifest["rows"]["followups_reminder"] > 0


def test_every_migration_can_run_within_the_one_transaction_of_a_restore():
    loader = MigrationLoader(None)
    assert [name for name, one in loader.disk_migrations.items() if not one.atomic] == []


def test_the_version_is_that_of_the_project():
    project = tomllib.loads(Path(PROJECT, "pyproject.toml").read_text())
    assert crm.__version__ == project["project"]["version"]
