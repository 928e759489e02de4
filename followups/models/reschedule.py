"""Where a promise stood before it was moved."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedModel
from followups.models.words import Party


class Reschedule(OwnedModel):
    """One move: made at `created_at`, away from this moment."""

    promise = models.ForeignKey(
        "followups.Promise", on_delete=models.CASCADE, related_name="reschedules"
    )
    due_on = models.DateField()
    due_time = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64)
    # Who wanted it moved; "" where nobody said. What they moved is no fault of mine.
    asked_by = models.CharField(max_length=4, choices=Party, blank=True)

    # The revision of the promise that it led to: while that is the last, it can be undone.
    revision = models.PositiveIntegerField(default=0)

    part_of = "promise"

    class Meta(OwnedModel.Meta):
        verbose_name = _("reschedule")
        verbose_name_plural = _("reschedules")
        ordering = [F("created_at").desc(), F("pk").desc()]

    def __str__(self) -> str:
        return f"{self.promise_id}: {self.due_on}"
