"""A person of my own network."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedManager
from contacts.models.names import NAME_LENGTH, NOTES_LENGTH, FoldedNameQuerySet, NamedModel


class PersonQuerySet(FoldedNameQuerySet):
    def named(self, name: str) -> FoldedNameQuerySet:
        """Those of exactly this name; who is anonymised goes by no name, so is none of them."""
        return super().named(name).filter(anonymised_at=None)


class Person(NamedModel):
    """Somebody of my own network: whom I name to a recruiter, or who named me."""

    relation = models.CharField(_("how I know them"), max_length=NAME_LENGTH, blank=True)
    position = models.CharField(_("position"), max_length=NAME_LENGTH, blank=True)
    notes = models.TextField(_("notes"), blank=True, max_length=NOTES_LENGTH)
    # On their wish their name is in no row any more (desk/anonymise.py); what is counted stays.
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OwnedManager.from_queryset(PersonQuerySet)()

    class Meta(NamedModel.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=["owner", "folded_name"], name="person_by_name")]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="person_has_name")]

    def get_absolute_url(self) -> str:
        return reverse("desk:person_detail", args=[self.pk])
