"""Ways in from outside, without a session: links in a mail, and the calendar's address."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedModel

# SHA-256, in hexadecimal: the table alone opens nothing.
DIGEST_LENGTH = 64


class UsedLink(OwnedModel):
    """A link of a mail that has done what it was for: it does nothing more."""

    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    # When the link would have stopped working anyway; after that the row may go.
    expires_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("used link")
        verbose_name_plural = _("used links")

    def __str__(self) -> str:
        return f"used link {self.pk}"


class CalendarFeed(OwnedModel):
    """The secret address under which a calendar program reads what its owner owes."""

    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [models.UniqueConstraint(fields=["owner"], name="one_calendar_feed_each")]

    def __str__(self) -> str:
        return f"calendar feed {self.pk}"
