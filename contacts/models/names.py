"""What is found by its name."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedManager, OwnedModel, OwnedQuerySet
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
