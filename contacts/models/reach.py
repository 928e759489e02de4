"""Ways to reach somebody: phones and e-mails."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import phones
from accounts.owned import OwnedModel, unique_for_owner
from contacts.models.firm import Firm
from contacts.models.person import Person
from contacts.models.recruiter import Recruiter


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

    held_by = ("recruiter", "firm", "person")

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
