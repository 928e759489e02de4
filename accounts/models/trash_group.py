"""What went to the trash together (accounts/trash.py)."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedModel

# How long what was thrown away can be brought back.
IN_TRASH_FOR = dt.timedelta(days=30)


class TrashGroup(OwnedModel):
    """What went to the trash together: how it is called there, and what let go of it.

    The rows themselves bear its `group` (accounts/trash.py); this one is no row of the trash.
    """

    TITLE_LENGTH = 300

    group = models.UUIDField(unique=True, editable=False)
    # What was thrown away, and took the rest along: its model (`app.model`) and id.
    kind = models.CharField(max_length=100, editable=False)
    head = models.BigIntegerField(editable=False)
    title = models.CharField(max_length=TITLE_LENGTH, editable=False)
    # How many rows of each model.
    counts = models.JSONField(default=dict, editable=False)
    # Model, id and former values of each row that refers to it no more.
    let_go = models.JSONField(default=list, editable=False)
    thrown_at = models.DateTimeField(editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("thing in the trash")
        verbose_name_plural = _("things in the trash")
        indexes = [models.Index(fields=["owner", "-thrown_at"], name="trash_by_time")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def leading(cls, row: OwnedModel) -> dict[str, Any]:
        """What a group says of `row`, under whose name it is listed."""
        return {
            "kind": row._meta.label_lower,
            "head": row.pk,
            "title": row.trash_title[: cls.TITLE_LENGTH],
        }

    def led_by(self, row: OwnedModel) -> None:
        """From now on it is listed as `row`; not saved."""
        for name, value in self.leading(row).items():
            setattr(self, name, value)

    @property
    def kind_words(self) -> str:
        """What it is, in the field's own word; the model's name where that is no more."""
        return _words_of(self.kind, 1)

    @property
    def words(self) -> list[str]:
        """What is in it besides itself, by kind: “3 calls”."""
        counts = {**self.counts, self.kind: self.counts.get(self.kind, 1) - 1}
        return in_words(counts)

    @property
    def goes_on(self) -> dt.datetime:
        """When it goes for good (UTC)."""
        return self.thrown_at + IN_TRASH_FOR

    @property
    def days_left(self) -> int:
        """How many days it can be brought back, the last begun one included; 0 once it is over."""
        return max(0, math.ceil((self.goes_on - timezone.now()) / dt.timedelta(days=1)))


def in_words(counts: dict[str, int]) -> list[str]:
    """Such as “3 calls”, of counts by model (`app.model`), the most first."""
    most_first = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [f"{number} {_words_of(label, number)}" for label, number in most_first if number > 0]


def _words_of(label: str, number: int) -> str:
    try:
        model: Any = apps.get_model(label)
    except (LookupError, ValueError):
        return label
    one, many = model.counted_as or (model._meta.verbose_name, model._meta.verbose_name_plural)
    return str(one if number == 1 else many)
