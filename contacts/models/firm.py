"""A firm, how I checked that it is real, and whom it may not take."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import phones
from accounts.owned import OwnedModel, unique_for_owner
from contacts.models.employer import Employer
from contacts.models.names import NOTES_LENGTH, NamedModel


class Firm(NamedModel):
    """A search firm or agency."""

    class Kind(models.TextChoices):
        UNKNOWN = "unknown", _("not known yet")
        RETAINED = "retained", _("retained")
        CONTINGENT = "contingent", _("contingent")
        BOTH = "both", _("retained and contingent")

    class Membership(models.TextChoices):
        UNKNOWN = "unknown", _("not known yet")
        YES = "yes", _("AESC member")
        NO = "no", _("not an AESC member")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.UNKNOWN)
    aesc_member = models.CharField(
        _("AESC"), max_length=8, choices=Membership, default=Membership.UNKNOWN
    )
    founded = models.PositiveSmallIntegerField(
        _("founded"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1800), MaxValueValidator(2100)],
    )
    website = models.URLField(_("website"), blank=True, max_length=300)
    switchboard = models.CharField(_("switchboard"), max_length=20, blank=True)
    specialties = models.CharField(_("specialties"), max_length=500, blank=True)
    past_clients = models.TextField(_("past clients"), max_length=NOTES_LENGTH, blank=True)
    notes = models.TextField(_("notes"), blank=True, max_length=NOTES_LENGTH)

    class Meta(NamedModel.Meta):
        verbose_name = _("firm")
        verbose_name_plural = _("firms")
        indexes = [models.Index(fields=["owner", "folded_name"], name="firm_by_name")]
        constraints = [
            unique_for_owner(
                "folded_name",
                name="firm_name_unique",
                violation_error_message=_("You have a firm of this name already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="firm_has_name"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("desk:firm_detail", args=[self.pk])

    @property
    def switchboard_display(self) -> str:
        return phones.display(self.switchboard) if self.switchboard else ""


class FirmCheck(OwnedModel):
    """One way in which I tried to find out whether a firm, and its call, are real."""

    class Way(models.TextChoices):
        SWITCHBOARD = "switchboard", _("called back through the switchboard")
        DOMAIN = "domain", _("their mail comes from the firm's domain")
        LISTED = "listed", _("the person is listed by the firm")
        AESC = "aesc", _("the AESC directory")
        REFERENCES = "references", _("somebody who has worked with them")

    class Result(models.TextChoices):
        GOOD = "good", _("it is right")
        BAD = "bad", _("it is not right")
        OPEN = "open", _("could not tell")

    firm = models.ForeignKey(
        Firm, verbose_name=_("firm"), on_delete=models.CASCADE, related_name="checks"
    )
    way = models.CharField(_("how"), max_length=12, choices=Way)
    result = models.CharField(_("what came of it"), max_length=5, choices=Result)
    checked_on = models.DateField(_("checked on"))
    notes = models.CharField(_("in a few words"), max_length=500, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ("-checked_on", "-pk")

    def __str__(self) -> str:
        return f"{self.firm}: {self.get_way_display()}"


class OffLimits(OwnedModel):
    """A firm may not take people from an employer: usually since that one is its client."""

    class Certainty(models.TextChoices):
        BELIEVED = "believed", _("believed")
        CONFIRMED = "confirmed", _("confirmed")

    firm = models.ForeignKey(
        Firm, verbose_name=_("firm"), on_delete=models.CASCADE, related_name="off_limits"
    )
    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.CASCADE, related_name="off_limits"
    )
    # The last day on which it holds; none: until further notice.
    until = models.DateField(_("until"), null=True, blank=True)
    certainty = models.CharField(
        _("how sure"), max_length=10, choices=Certainty, default=Certainty.BELIEVED
    )
    noted_on = models.DateField(_("noted on"), null=True, blank=True)

    counted_as = (_("off-limits entry"), _("off-limits entries"))

    class Meta(OwnedModel.Meta):
        verbose_name = _("off-limits")
        verbose_name_plural = _("off-limits")

    def __str__(self) -> str:
        return f"{self.firm}: {self.employer}"

    def covers(self, day: dt.date) -> bool:
        """Whether it holds on `day`; “until” is its last whole day."""
        return self.until is None or self.until >= day
