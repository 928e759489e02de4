"""The user, and what they prefer."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.kit import Kit
from accounts.owned import OwnedModel


def validate_time_zone(name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise ValidationError(
            _("There is no time zone “%(name)s”."), params={"name": name}
        ) from error


class UserManager(BaseUserManager["User"]):
    @transaction.atomic
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an account, with its preferences and its kit. The first one is the founder's."""
        fields.setdefault("is_founder", not self.filter(is_founder=True).exists())
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        Preferences.objects.create(owner=user)
        Kit.objects.create(owner=user)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """What `createsuperuser` calls. There is no admin site: it makes a plain account."""
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody who signs in, by e-mail."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    # What a phone number without a country code means (ISO 3166, two letters).
    phone_region = models.CharField(_("country of phone numbers"), max_length=2, default="GB")
    locale = models.CharField(_("language and formats"), max_length=16, default="en-gb")
    is_active = models.BooleanField(_("active"), default=True)
    # Whoever came first sets up the installation, above all its mail server.
    is_founder = models.BooleanField(_("founder"), default=False, editable=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("There is an account with this e-mail already."),
            ),
            # Of two first visits at once, one loses here.
            models.UniqueConstraint(
                fields=["is_founder"], condition=Q(is_founder=True), name="one_founder"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def tag(self) -> str:
        """Tells accounts apart in a browser, also those of two installations at one address."""
        return f"{self.pk}-{int(self.joined_at.timestamp())}"


def every_working_day() -> list[int]:
    return [0, 1, 2, 3, 4]


class Preferences(OwnedModel):
    """How one user wants to be reminded. Times of day are local to the user."""

    # 0 is Monday, as `datetime.date.weekday` has it.
    working_days = models.JSONField(_("working days"), default=every_working_day)
    digest_time = models.TimeField(_("morning digest at"), default=dt.time(8, 0))
    lead_minutes = models.PositiveSmallIntegerField(
        _("remind me this many minutes before"),
        default=15,
        validators=[MaxValueValidator(7 * 24 * 60)],
        help_text=_("0 sends nothing before the moment itself."),
    )
    # Minutes for a promise of this kind (followups' words, which this room does not know).
    lead_by_kind = models.JSONField(_("lead times by kind"), default=dict, blank=True)
    digest_only = models.BooleanField(
        _("one mail in the morning in place of single ones"),
        default=False,
        help_text=_("What has a fixed time stands in it, too; nothing else comes that day."),
    )
    # Since when its owner wants no reminder by mail: they are kept in the app meanwhile.
    muted_at = models.DateTimeField(null=True, blank=True, editable=False)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True, default=dt.time(22, 0))
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True, default=dt.time(7, 0))
    discreet_mail = models.BooleanField(
        _("discreet mails"),
        default=True,
        help_text=_("No name in a subject, nor where a mail preview would show it."),
    )
    # What is meant when no hour is said: "this evening", "by eod".
    morning_time = models.TimeField(_("morning"), default=dt.time(9, 0))
    lunch_time = models.TimeField(_("lunch"), default=dt.time(12, 30))
    afternoon_time = models.TimeField(_("late afternoon"), default=dt.time(16, 30))
    end_of_day_time = models.TimeField(_("end of working day"), default=dt.time(17, 0))
    evening_time = models.TimeField(_("evening"), default=dt.time(18, 0))

    class Meta(OwnedModel.Meta):
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")
        constraints = [
            models.UniqueConstraint(fields=["owner"], name="one_preferences_each"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_whole",
                violation_error_message=_("Quiet hours need both a beginning and an end."),
            ),
        ]

    def __str__(self) -> str:
        return f"preferences {self.owner_id}"

    @property
    def times(self) -> dict[str, dt.time]:
        """The local time that each plain word for a part of the day means."""
        return {
            "morning": self.morning_time,
            "lunch": self.lunch_time,
            "afternoon": self.afternoon_time,
            "evening": self.evening_time,
            "eod": self.end_of_day_time,
        }

    @property
    def is_muted(self) -> bool:
        return self.muted_at is not None

    def mute(self, now: dt.datetime | None = None) -> None:
        """No more reminders by mail: they are kept in the app. Muted twice is since the first."""
        self._set_muted(self.muted_at or now or timezone.now(), muted_at=None)

    def unmute(self) -> None:
        """They go by mail again. What was kept meanwhile stays where it is."""
        self._set_muted(None, muted_at__isnull=False)

    def _set_muted(self, moment: dt.datetime | None, **only_if: Any) -> None:
        # One conditional update: mail programs press such a button twice, and at once.
        rows = Preferences.objects.of(self.owner_id).filter(pk=self.pk, **only_if)
        rows.update(muted_at=moment, version=F("version") + 1)
        self.refresh_from_db(fields=["muted_at", "version"])
