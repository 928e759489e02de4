"""What I keep ready: the kit, résumés, and what I earn."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.files import go_with_row
from accounts.owned import OwnedModel

if TYPE_CHECKING:
    from accounts.models.user import User


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
