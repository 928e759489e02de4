"""Ways in from outside, without a session: links in a mail, and the calendar's address."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.owned import OwnedModel

# SHA-256, in hexadecimal: the table alone opens nothing.
DIGEST_LENGTH = 64


# A calendar that is read again within this time is not noted again.
READING = dt.timedelta(minutes=1)


def digest_of(secret: str) -> str:
    """What is kept of a secret that stands in an address."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


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

    @property
    def used_at(self) -> dt.datetime:
        return self.created_at

    @classmethod
    def note(
        cls, owner_id: int, digest: str, *, expires_at: dt.datetime, now: dt.datetime
    ) -> UsedLink:
        """Note a use at `now` (UTC); an `IntegrityError` says that it was used before.

        Whatever has expired by then goes: such a link opens nothing any more.
        """
        mine = cls.objects.of(owner_id)
        mine.filter(expires_at__lte=now).delete()
        return mine.create(digest=digest, expires_at=expires_at, created_at=now)


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

    @classmethod
    def renew(cls, owner: User) -> str:
        """Give `owner` a new address, and return the secret in it; the old one is no more.

        256 bits at random. They are shown once: only their digest is kept.
        """
        token = secrets.token_urlsafe(32)
        fresh = {
            "digest": digest_of(token),
            "created_at": timezone.now(),
            "last_read_at": None,
            "trashed_at": None,
        }
        # There is one to each owner, whatever state it is in.
        cls.across_owners.update_or_create(owner=owner, defaults=fresh)
        return token

    @classmethod
    def behind(cls, token: str) -> CalendarFeed | None:
        """The feed that is read under this secret; none if it is unknown, renewed or revoked.

        Asked for by its digest: how long that takes tells nothing of the secret.
        """
        rows = cls.across_owners.filter(trashed_at=None, owner__is_active=True)
        return rows.select_related("owner").filter(digest=digest_of(token)).first()

    def note_reading(self, now: dt.datetime) -> None:
        """It was read at `now` (UTC). Noted by the minute: a program may ask every second."""
        before = self.last_read_at
        if before is None or not now - READING < before <= now:
            CalendarFeed.objects.of(self.owner_id).filter(pk=self.pk).update(last_read_at=now)
