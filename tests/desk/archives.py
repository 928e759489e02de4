"""An account with a row of every kind, and archives of it that were tampered with."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import models

from accounts.models import Kit, Preferences, User
from calls.models import StageChange
from contacts.models import Employer
from desk.archive import kinds
from tests import factories
from tests.desk.test_anonymise import everything


def filled(user: User) -> User:
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
