"""Forms that were saved, so that one that is sent twice is saved once (accounts/saved_once.py)."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.owned import OwnedModel


class SavedForm(OwnedModel):
    """A form that made a row: sent once more it makes none. Kept for a day (`KEPT_FOR`).

    `key` is of the form's own one and of what it makes, `said` of what was typed, so that a second
    press is told from a form that was typed on: neither can be read back.
    """

    KEPT_FOR = dt.timedelta(days=1)

    key = models.UUIDField(editable=False)
    said = models.UUIDField(editable=False)
    # Of the row that came of it; null for no longer than the transaction that makes it.
    object_id = models.BigIntegerField(null=True, editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("saved form")
        verbose_name_plural = _("saved forms")
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="form_saved_once")]
        indexes = [models.Index(fields=["created_at"], name="saved_form_by_age")]

    def __str__(self) -> str:
        return f"saved form {self.pk}"

    @classmethod
    def forget_old(cls, *, now: dt.datetime, owner: User | None = None) -> None:
        """Those from more than a day before `now` (UTC), of everybody or of `owner`."""
        rows = cls.across_owners.filter(created_at__lt=now - cls.KEPT_FOR)
        (rows.filter(owner=owner) if owner else rows).delete()
