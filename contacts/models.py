"""Whom I know: firms, the recruiters who work there, people of my own network, employers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import phones
from accounts.models import validate_time_zone
from accounts.owned import OwnedManager, OwnedModel, OwnedQuerySet, unique_for_owner
from contacts import places
from contacts.names import MOST_LETTERS, fold

NAME_LENGTH = 200
NOTES_LENGTH = 20_000


class FoldedNameQuerySet(OwnedQuerySet):
    def named(self, name: str) -> FoldedNameQuerySet:
        """Those of exactly this name, whatever its case, accents and spaces."""
        # What was typed is looked up before it is checked, too: PostgreSQL has no NUL.
        return self.filter(folded_name=fold(name.replace("\x00", "")))

    def found_or_made(self, name: str) -> Any:
        """The one of this name, made if there is none; None for no name. Wants `of(owner)`."""
        if not name:
            return None
        return self.named(name).first() or self.create(name=name)


class NamedModel(OwnedModel):
    """Something found by its name. `folded_name` is derived, for finding and for order."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    folded_name = models.CharField(max_length=MOST_LETTERS, editable=False)

    objects = OwnedManager.from_queryset(FoldedNameQuerySet)()

    class Meta(OwnedModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name

    derived_fields = OwnedModel.derived_fields | {"folded_name"}

    def clean(self) -> None:
        super().clean()
        self.name = " ".join(self.name.split())
        self.folded_name = fold(self.name)
        if self.name and not self.folded_name:
            raise ValidationError({"name": _("A name needs at least one letter.")})

    def save(self, **kwargs: Any) -> None:
        self.folded_name = fold(self.name)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "folded_name"}
        super().save(**kwargs)


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
        Phone.objects.of(self.owner_id).get_or_create(recruiter=self, number=number)


class Person(NamedModel):
    """Somebody of my own network: whom I name to a recruiter, or who named me."""

    relation = models.CharField(_("how I know them"), max_length=NAME_LENGTH, blank=True)
    position = models.CharField(_("position"), max_length=NAME_LENGTH, blank=True)
    notes = models.TextField(_("notes"), blank=True, max_length=NOTES_LENGTH)

    class Meta(NamedModel.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=["owner", "folded_name"], name="person_by_name")]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="person_has_name")]

    def get_absolute_url(self) -> str:
        return reverse("desk:person_detail", args=[self.pk])


class Employer(NamedModel):
    """A company that is a client of a search, or employs somebody."""

    class Meta(NamedModel.Meta):
        verbose_name = _("employer")
        verbose_name_plural = _("employers")
        constraints = [
            unique_for_owner("folded_name", name="employer_name_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="employer_has_name"),
        ]


class ContactPoint(OwnedModel):
    """A way to reach a recruiter, a firm or a person: exactly one of them."""

    recruiter = models.ForeignKey(
        Recruiter, on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    firm = models.ForeignKey(
        Firm, on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    label = models.CharField(_("label"), max_length=40, blank=True)

    class Meta(OwnedModel.Meta):
        abstract = True


def belongs_to_one(name: str) -> models.CheckConstraint:
    nobody = {"recruiter": None, "firm": None, "person": None}
    one = Q()
    for holder in nobody:
        others = {key: None for key in nobody if key != holder}
        one |= Q(**{f"{holder}__isnull": False}, **others)
    return models.CheckConstraint(condition=one, name=name)


class Phone(ContactPoint):
    number = models.CharField(_("phone"), max_length=20)

    class Meta(ContactPoint.Meta):
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        indexes = [models.Index(fields=["owner", "number"], name="phone_by_number")]
        constraints = [
            belongs_to_one("phone_of_one"),
            # One row a number and holder, also when two sheets are saved at the same moment.
            *(
                unique_for_owner(holder, "number", name=f"phone_once_a_{holder}")
                for holder in ("recruiter", "firm", "person")
            ),
            # E.164: https://www.itu.int/rec/T-REC-E.164 (at most 15 digits)
            models.CheckConstraint(
                condition=Q(number__regex=r"^\+[1-9][0-9]{1,14}$"), name="phone_is_e164"
            ),
        ]

    def __str__(self) -> str:
        return phones.display(self.number)


class Email(ContactPoint):
    address = models.EmailField(_("e-mail"))

    class Meta(ContactPoint.Meta):
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        indexes = [models.Index(fields=["owner", "address"], name="email_by_address")]
        constraints = [belongs_to_one("email_of_one")]

    def __str__(self) -> str:
        return self.address
