"""A recruiter: the person who calls."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_time_zone
from contacts import places
from contacts.models.firm import Firm
from contacts.models.names import NAME_LENGTH, NOTES_LENGTH, NamedModel


class Recruiter(NamedModel):
    """The person who calls. They work for a firm, and may change it; a call keeps its own."""

    class Standing(models.TextChoices):
        UNKNOWN = "unknown", _("not known yet")
        TRUSTED = "trusted", _("trusted")
        FINE = "fine", _("fine")
        WARY = "wary", _("be wary")

    firm = models.ForeignKey(
        Firm,
        verbose_name=_("firm"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="recruiters",
    )
    title = models.CharField(_("title"), max_length=NAME_LENGTH, blank=True)
    standing = models.CharField(
        _("standing"), max_length=12, choices=Standing, default=Standing.UNKNOWN
    )
    best_times = models.CharField(_("best times"), max_length=NAME_LENGTH, blank=True)
    # ISO 3166, two letters; what their number says until the user knows better.
    country = models.CharField(_("country"), max_length=2, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    verified_how = models.CharField(_("verified how"), max_length=NAME_LENGTH, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True, max_length=NOTES_LENGTH)
    # Derived, for finding them while they talk: of all calls it would take longer than that.
    # Calls keep it (calls.models.Call).
    last_call_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(NamedModel.Meta):
        verbose_name = _("recruiter")
        verbose_name_plural = _("recruiters")
        indexes = [
            models.Index(fields=["owner", "folded_name"], name="recruiter_by_name"),
            models.Index(fields=["owner", "-last_call_at"], name="recruiter_by_last_call"),
            # Who works at a firm, by name.
            models.Index(
                fields=["firm", "owner", "folded_name"],
                condition=Q(trashed_at=None),
                name="recruiter_by_firm",
            ),
        ]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="recruiter_has_name")]

    def get_absolute_url(self) -> str:
        return reverse("desk:recruiter_detail", args=[self.pk])

    def save(self, **kwargs: Any) -> None:
        if not self._state.adding and kwargs.get("update_fields") is None:
            # Read before a call was saved, it would put back what the call has changed.
            fields = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            kwargs["update_fields"] = fields - {"last_call_at"}
        super().save(**kwargs)

    @property
    def name_and_firm(self) -> str:
        return f"{self.name}, {self.firm.name}" if self.firm else self.name

    def learn_phone(self, number: str) -> None:
        """Keep a number (E.164) that they called from, unless it is known.

        The first one also says where they are, as far as a number can.
        """
        if not (self.country or self.time_zone):
            place = places.place_of(number)
            if place.country:
                self.country, self.time_zone = place.country, place.time_zone
                self.save()
        # That module's rows name this one's, so the import may not be a module's.
        from contacts.models.reach import Phone

        Phone.objects.of(self.owner_id).get_or_create(recruiter=self, number=number)
