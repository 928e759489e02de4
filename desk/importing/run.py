"""One file on its way in: what it is, how far it has come, and what came of it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.files import go_with_row
from accounts.owned import OwnedModel

# A worker that has not said for so long that it is at work, is not.
LEASE = dt.timedelta(seconds=90)
# A preview that nobody has come back to goes, with its file.
WAITS_FOR = dt.timedelta(days=7)
# How long what was brought in can be taken back.
UNDONE_FOR = dt.timedelta(days=30)


class Superseded(Exception):
    """The run is no longer this worker's: it was cancelled, or another has taken it over."""


def import_path(run: ImportRun, filename: str) -> str:
    """A random name: neither whose it is nor what it was called is kept."""
    return f"imports/{uuid.uuid4().hex}"


class ImportRun(OwnedModel):
    """A file that was handed in, its preview, and what was made of it.

    Past the preview it holds counts and ids, and of what it has overwritten how that stood before,
    for the undo. What the file holds stands in its `ImportRow`s until then.
    """

    class State(models.TextChoices):
        COLUMNS = "columns", _("what are its columns?")
        READING = "reading", _("being read")
        READY = "ready", _("to be looked at")
        BRINGING_IN = "bringing_in", _("being brought in")
        DONE = "done", _("brought in")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("cannot be read")

    class Circle(models.TextChoices):
        TITLES = "titles", _("by their title")
        RECRUITERS = "recruiters", _("recruiters")
        PEOPLE = "people", _("people of my network")

    # Work is being done, or waits for a worker.
    WORKING = (State.READING, State.BRINGING_IN, State.UNDOING)
    WAITING = (State.COLUMNS, State.READY)
    OVER = (State.DONE, State.UNDOING, State.UNDONE, State.CANCELLED, State.FAILED)

    state = models.CharField(max_length=12, choices=State, default=State.READING)
    file = models.FileField(upload_to=import_path, blank=True)
    # Of what the parsers recognised: format, shape, encoding, columns. Emptied with the file.
    recognised = models.JSONField(default=dict)
    kind = models.CharField(max_length=12, blank=True)
    shape = models.CharField(max_length=12, blank=True)
    # By which the same kind of table is known again, and what its columns were said to be then.
    signature = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(default=dict)
    circle = models.CharField(max_length=12, choices=Circle, default=Circle.TITLES)
    overwrites = models.BooleanField(default=False)

    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    # By verdict while it is looked at; by model once it is in.
    counts = models.JSONField(default=dict)
    brought = models.JSONField(default=dict)
    # How many stayed after an undo, and why nothing was brought in, in words.
    stayed = models.PositiveIntegerField(default=0)
    why = models.TextField(blank=True)

    # What its hidden rows bear as their group (desk/importing/hidden.py).
    group = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # By model: first and last of the ids it made, added to what was there, and what it changed.
    made = models.JSONField(default=dict)
    added = models.JSONField(default=dict)
    changed = models.JSONField(default=list)

    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    # When its rows were begun to be compared with what is known: UTC, as all of these.
    read_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="import_by_time"),
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=("reading", "bringing_in", "undoing")),
                name="import_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("desk:import_run", args=[self.pk])

    @property
    def trash_title(self) -> str:
        return str(self._meta.verbose_name)

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING

    @property
    def can_be_undone(self) -> bool:
        return bool(
            self.state == self.State.DONE
            and self.brought
            and self.kind != "archive"
            and self.done_at
            and timezone.now() < self.done_at + UNDONE_FOR
        )

    @property
    def undone_until(self) -> dt.datetime | None:
        return self.done_at + UNDONE_FOR if self.done_at else None

    @property
    def percent(self) -> int:
        return min(99, 100 * self.done // self.of) if self.of else 0

    # One worker at a time -----------------------------------------------------------------------

    def take(self, now: dt.datetime | None = None) -> bool:
        """Take the work on it, unless somebody has it; whether it is mine."""
        now, token = now or timezone.now(), uuid.uuid4()
        rows = ImportRun.across_owners.filter(pk=self.pk, state=self.state)
        free = rows.filter(Q(lease_until=None) | Q(lease_until__lt=now))
        if not free.update(token=token, lease_until=now + LEASE):
            return False
        self.refresh_from_db()
        return True

    def goes_on(self, *, lease: dt.timedelta = LEASE, **values: Any) -> None:
        """I am still at it, and have come so far; for as long as `lease` nobody need hear of me.

        Raises `Superseded` where it is no longer mine.
        """
        until = timezone.now() + lease
        rows = ImportRun.across_owners.filter(pk=self.pk, token=self.token, state=self.state)
        if not rows.update(**values, lease_until=until):
            raise Superseded(f"import {self.pk}")
        for name, value in values.items():
            setattr(self, name, value)

    def becomes(self, state: str, **values: Any) -> None:
        """Leave it in another state, with nobody at work. Raises `Superseded` as `goes_on` does."""
        now = timezone.now()
        values = {"touched_at": now, **values, "state": state, "token": None, "lease_until": None}
        rows = ImportRun.across_owners.filter(pk=self.pk, token=self.token, state=self.state)
        if not rows.update(**values):
            raise Superseded(f"import {self.pk}")
        for name, value in values.items():
            setattr(self, name, value)

    def drop_file(self) -> None:
        """The uploaded file goes from the disk."""
        if self.file:
            self.file.storage.delete(self.file.name or "")
            ImportRun.across_owners.filter(pk=self.pk).update(file="", recognised={})
            self.file = ""


go_with_row(ImportRun)


class ImportRow(OwnedModel):
    """What a row of the file says, and what would be done with it."""

    class Verdict(models.TextChoices):
        NEW = "new", _("new")
        CHANGES = "changes", _("would change")
        SAME = "same", _("known already")
        UNCLEAR = "unclear", _("not clear")
        UNREADABLE = "unreadable", _("cannot be read")

    class What(models.TextChoices):
        RECRUITER = "recruiter", _("recruiter")
        PERSON = "person", _("person")
        FIRM = "firm", _("firm")
        CALL = "call", _("call")
        NOTHING = "", ""

    # Of these something can be done.
    TAKEN = (Verdict.NEW, Verdict.CHANGES)

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    at = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    what = models.CharField(max_length=10, choices=What, blank=True)
    name = models.CharField(max_length=200, blank=True)
    hint = models.CharField(max_length=420, blank=True)
    why = models.CharField(max_length=500, blank=True)
    data = models.JSONField(default=dict)
    # The row of ours that it is about, as it was when it was compared; or an earlier row.
    target = models.BigIntegerField(null=True)
    target_version = models.PositiveIntegerField(null=True)
    twin_of = models.PositiveIntegerField(null=True)
    # Field, what stands there, what the file says: empty ones to be filled, others that differ.
    fills = models.JSONField(default=list)
    differs = models.JSONField(default=list)
    # Nothing would be done with it but to overwrite.
    only_differs = models.BooleanField(default=False)
    is_left_out = models.BooleanField(default=False)

    part_of: ClassVar[str] = "run"

    class Meta(OwnedModel.Meta):
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [models.UniqueConstraint(fields=["run", "at"], name="import_row_once")]
        indexes = [
            models.Index(fields=["run", "verdict", "at"], name="import_row_by_verdict"),
            models.Index(
                fields=["run", "twin_of"], condition=~Q(twin_of=None), name="import_row_twins"
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.at} of import {self.run_id}"

    @property
    def can_be_taken(self) -> bool:
        return self.verdict in self.TAKEN

    @property
    def is_taken(self) -> bool:
        return self.can_be_taken and not self.is_left_out
