"""Who I am: the user and what they prefer."""

from __future__ import annotations

import datetime as dt
import math
import uuid
import zoneinfo
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.files import go_with_row
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


class Kit(OwnedModel):
    """What one user keeps ready for a recruiter who asks; it stands beside the call sheet."""

    TEXT_LENGTH = 2000

    pitch = models.TextField(
        _("pitch"),
        max_length=TEXT_LENGTH,
        blank=True,
        help_text=_("Half a minute, as you would say it."),
    )
    seeking = models.TextField(
        _("looking for"),
        max_length=TEXT_LENGTH,
        blank=True,
        help_text=_("What would make you move."),
    )
    not_seeking = models.TextField(
        _("not looking for"),
        max_length=TEXT_LENGTH,
        blank=True,
        help_text=_("Said early, it spares both of you a week."),
    )
    notice_period = models.CharField(_("notice period"), max_length=100, blank=True)
    best_times = models.CharField(_("best times"), max_length=200, blank=True)
    # E.164 (https://www.itu.int/rec/T-REC-E.164), as every number is kept.
    callback_number = models.CharField(_("ring me back on"), max_length=20, blank=True)
    evening_number = models.CharField(
        _("in the evening and at weekends on"), max_length=20, blank=True
    )
    # When its user last said that all of it still holds (their local day).
    looked_over_on = models.DateField(null=True, blank=True, editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("kit")
        verbose_name_plural = _("kits")
        constraints = [
            models.UniqueConstraint(
                fields=["owner"],
                name="one_kit_each",
                violation_error_message=_(
                    "Your kit was begun elsewhere while you were writing. Copy what you typed, "
                    "and open this page again."
                ),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__regex": r"^(\+[1-9][0-9]{1,14})?$"}),
                    name=f"kit_{name}_is_e164",
                )
                for name in ("callback_number", "evening_number")
            ),
        ]

    def __str__(self) -> str:
        return f"kit {self.owner_id}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it yet."""
        return not any(
            (
                self.pitch,
                self.seeking,
                self.not_seeking,
                self.notice_period,
                self.best_times,
                self.callback_number,
                self.evening_number,
            )
        )

    @classmethod
    def of(cls, owner: User) -> Kit:
        """The kit of `owner`, with no row yet if the account was made without one."""
        return cls.objects.of(owner).first() or cls(owner=owner)

    def look_over(self, on: dt.date) -> None:
        """All of it still holds on `on` (the user's local day); twice a day is once."""
        if self.looked_over_on != on:
            self.looked_over_on = on
            self.save()

    def number_at(self, at: dt.time, *, evening: dt.time, is_day_off: bool = False) -> str:
        """The number to be rung back on at that time of day, in E.164, or ""; both times local."""
        if self.evening_number and (is_day_off or at >= evening):
            return self.evening_number
        return self.callback_number


def resume_path(resume: Resume, filename: str) -> str:
    """Where the file is kept: a random name, which says nothing of whose it is or what it was."""
    return f"resumes/{uuid.uuid4().hex}"


class Resume(OwnedModel):
    """One version of my résumé."""

    label = models.CharField(_("label"), max_length=100)
    made_on = models.DateField(_("made on"))
    file = models.FileField(_("file"), upload_to=resume_path, blank=True)
    # As it was called on the user's own disk: so it is called again when it is taken out.
    file_name = models.CharField(max_length=200, blank=True, editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("résumé")
        verbose_name_plural = _("résumés")
        ordering = ("-made_on", "-pk")

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("desk:resume_detail", args=[self.pk])


go_with_row(Resume)


class Compensation(OwnedModel):
    """What I earn, as a whole, as of a day. Never in a mail."""

    as_of = models.DateField(_("as of"))
    base = models.CharField(_("base"), max_length=100, blank=True)
    bonus = models.CharField(_("bonus"), max_length=100, blank=True)
    equity = models.CharField(_("equity"), max_length=200, blank=True)
    benefits = models.CharField(_("benefits"), max_length=500, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("compensation")
        verbose_name_plural = _("compensations")
        ordering = ("-as_of", "-pk")

    def __str__(self) -> str:
        return f"compensation {self.pk}"

    @property
    def trash_title(self) -> str:
        return str(_("As of %(day)s") % {"day": date_format(self.as_of, "j F Y")})


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
