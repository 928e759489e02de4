"""Two rows that were one: what a merge did, so that it can be undone; and two that are not one."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import IN_TRASH_FOR
from accounts.owned import OwnedManager, OwnedModel, OwnedQuerySet
from contacts.models.employer import Employer
from contacts.models.firm import Firm
from contacts.models.person import Person
from contacts.models.recruiter import Recruiter


class Kind(models.TextChoices):
    """What can be there twice."""

    RECRUITER = "recruiter", _("recruiter")
    FIRM = "firm", _("firm")
    PERSON = "person", _("person")
    EMPLOYER = "employer", _("employer")

    @property
    def model(self) -> Any:
        return {"recruiter": Recruiter, "firm": Firm, "person": Person, "employer": Employer}[self]

    @classmethod
    def of(cls, model: type[models.Model]) -> Kind:
        return cls(model.__name__.lower())


class MergeQuerySet(OwnedQuerySet):
    def standing(self) -> Self:
        """Those that were not undone, the latest first."""
        return self.filter(undone_at=None).order_by("-merged_at", "-pk")


class Merge(OwnedModel):
    """Two rows made one. Ids in place of relations: what refers to a row is moved by a merge."""

    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    kept = models.BigIntegerField(editable=False)
    # It lies in the trash, in a group of its own, until the undo brings it back or it is purged.
    gone = models.BigIntegerField(editable=False)
    # What refers to the kept one since: ids by model and field (“calls.call.recruiter”).
    moved = models.JSONField(default=dict, editable=False)
    # What was written into rows themselves, as [model, id, field, before, after].
    changed = models.JSONField(default=list, editable=False)
    merged_at = models.DateTimeField(editable=False)
    undone_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OwnedManager.from_queryset(MergeQuerySet)()

    class Meta(OwnedModel.Meta):
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        indexes = [
            models.Index(fields=["owner", "-merged_at"], name="merge_by_time"),
            models.Index(fields=["owner", "kind", "kept"], name="merge_by_kept"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
            # Pressed twice at the same moment it is one.
            models.UniqueConstraint(
                fields=["owner", "kind", "gone"],
                condition=Q(undone_at=None),
                name="merged_into_one",
            ),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"

    @property
    def days_left(self) -> int:
        """How many days it can be undone, the last begun one included."""
        left = self.merged_at + IN_TRASH_FOR - timezone.now()
        return max(0, math.ceil(left / dt.timedelta(days=1)))


class NotTheSame(OwnedModel):
    """Two that look alike and are not one, as their user says."""

    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    # The lower id first.
    one = models.BigIntegerField(editable=False)
    other = models.BigIntegerField(editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("pair that is not the same")
        verbose_name_plural = _("pairs that are not the same")
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="pair_in_order"),
            models.UniqueConstraint(fields=["owner", "kind", "one", "other"], name="pair_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.one} and {self.other}"
