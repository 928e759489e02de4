"""`manage.py import` for contacts and calls, as the page does it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from contacts.models import Person, Recruiter
from desk.importing import intake
from desk.importing.run import ImportRow, ImportRun
from tests.desk.imports import LINKEDIN, table, taken_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def connections(tmp_path: Path) -> Path:
    path = tmp_path / "Connections.csv"
    path.write_text(LINKEDIN)
    return path


def run(path: Path, user: User, **options: Any) -> str:
    out = io.StringIO()
    call_command("import", str(path), email=user.email, stdout=out, **options)
    return out.getvalue()


def test_a_rehearsal_says_what_would_be_and_leaves_nothing(user: User, connections: Path) -> None:
    said = json.loads(run(connections, user, dry_run=True, json=True))
    assert said["preview"] == {"new": 3}
    assert said["would_bring_in"] == 3
    assert not Recruiter.objects.of(user).exists()
    assert not ImportRow.across_owners.exists()


def test_what_waits_in_the_browser_stays(user: User, connections: Path) -> None:
    for _time in range(intake.MOST_WAITING):
        taken_in(user, LINKEDIN)
    run(connections, user, dry_run=True)
    run(connections, user)
    waiting = ImportRun.objects.of(user).filter(state=ImportRun.State.READY)
    assert waiting.count() == intake.MOST_WAITING


def test_it_brings_them_in(user: User, connections: Path) -> None:
    said = json.loads(run(connections, user, json=True))
    assert said["brought"]["contacts.recruiter"] == 2
    assert Person.objects.of(user).get().name == "Bo Lind"
    assert run(connections, user).splitlines()[-1] == "Brought in: nothing new."


def test_it_is_told_what_they_become(user: User, connections: Path) -> None:
    run(connections, user, circle="recruiters")
    assert Recruiter.objects.of(user).count() == 3


def test_it_is_told_the_columns(user: User, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(table("Anna Berg,Northgate", header="Wer,Wo genau"))
    with pytest.raises(CommandError, match="--map"):
        run(path, user)
    run(path, user, map=["wer=name", "2=firm"], circle="recruiters")
    assert Recruiter.objects.of(user).get().firm.name == "Northgate"


@pytest.mark.parametrize("said", ["Wer=nobody", "Nowhere=name", "0=name", "=name"])
def test_it_refuses_columns_that_are_not_there(user: User, tmp_path: Path, said: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(table("Anna Berg,Northgate", header="Wer,Wo genau"))
    with pytest.raises(CommandError, match="There is no"):
        run(path, user, map=[said])
    assert not ImportRun.objects.of(user).exists()


def test_it_refuses_in_words(user: User, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(CommandError, match=r"This file is a PDF\. Nothing was changed\."):
        run(path, user)
    with pytest.raises(CommandError, match="cannot be opened"):
        run(tmp_path / "nothing.csv", user)
    with pytest.raises(CommandError, match="no account of this address"):
        call_command("import", str(path), email="nobody@example.org")


@pytest.mark.parametrize("dry_run", [True, False])
def test_it_says_that_there_is_nothing_in_it(user: User, tmp_path: Path, dry_run: bool) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("Name,Phone,Email\n")
    said = run(path, user, dry_run=dry_run).splitlines()
    assert said[0] == "There is nothing in it. The file has a beginning, and no row below it."
    assert said[1:] == ([] if dry_run else ["Brought in: nothing new."])
