"""Files to be brought in, as small as can be, and what the tests of imports do alike."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from contacts.models import Email, Firm, Person, Phone, Recruiter
from desk.importing import intake, work
from desk.importing.run import ImportRow, ImportRun
from search.models import HiddenGroup, SearchDocument

LINKEDIN = (
    "Notes:\n"
    '"When exporting your connection data, you may notice that some of the email addresses are '
    'missing."\n\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Anna,Berg,https://www.linkedin.com/in/anna,anna@north.example,Northgate Search,"
    "Executive Search Consultant,14 Mar 2024\n"
    "Bo,Lind,https://www.linkedin.com/in/bo,,Acme,Chief Financial Officer,2 Jan 2023\n"
    "Cleo,Marsh,https://www.linkedin.com/in/cleo,,Northgate Search,Talent Partner,3 Feb 2022\n"
)


def table(*rows: str, header: str = "Name,Company,Title,Phone,Email,Notes") -> str:
    return "\n".join([header, *rows, ""])


def upload(content: str | bytes, name: str = "contacts.csv") -> SimpleUploadedFile:
    data = content.encode() if isinstance(content, str) else content
    return SimpleUploadedFile(name, data)


def taken_in(owner: User, content: str | bytes, **chosen: Any) -> ImportRun:
    """A run, read and ready to be looked at."""
    run = intake.take_in(owner, upload(content), **chosen)
    work.work(run)
    run.refresh_from_db()
    return run


def bring_in(run: ImportRun) -> ImportRun:
    assert work.move(run, (ImportRun.State.READY,), ImportRun.State.BRINGING_IN, why="")
    work.work(run)
    run.refresh_from_db()
    return run


def take_back(run: ImportRun) -> ImportRun:
    assert work.move(run, (ImportRun.State.DONE,), ImportRun.State.UNDOING, done=0, of=0)
    work.work(run)
    run.refresh_from_db()
    return run


def verdicts(run: ImportRun) -> list[str]:
    rows = ImportRow.objects.of(run.owner_id).filter(run=run).order_by("at")
    return [row.verdict for row in rows]


def row_of(run: ImportRun, at: int) -> ImportRow:
    rows = ImportRow.objects.of(run.owner_id).filter(run=run).order_by("at")
    return list(rows)[at - 1]


def everything(owner: User) -> dict[str, int]:
    """How many rows of each kind are there, hidden ones and the trash included."""
    models: tuple[Any, ...] = (Firm, Recruiter, Person, Phone, Email, SearchDocument)
    return {model.__name__: model.across_owners.filter(owner=owner).count() for model in models}


def seen(owner: User) -> dict[str, int]:
    """How many rows of each kind their owner sees."""
    models: tuple[Any, ...] = (Firm, Recruiter, Person, Phone, Email)
    hidden = HiddenGroup.objects.of(owner).values("group")
    documents = SearchDocument.objects.of(owner).exclude(trash_group__in=hidden)
    counts = {model.__name__: model.objects.of(owner).count() for model in models}
    return counts | {"SearchDocument": documents.count()}
