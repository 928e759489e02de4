"""What is found by its name."""

from __future__ import annotations

from typing import Any, Self

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

    def known_as(self, name: str, most: int) -> list[Any]:
        """At most so many of exactly this name; where there is none, what such a one was merged
        into: else a name from before the merge would make it anew. Wants `of(owner)`.
        """
        folded = fold(name.replace("\x00", ""))
        return list(self.named(name)[:most]) or list(self.now_part_of(folded_name=folded)[:most])

    def now_part_of(self, **which: Any) -> Self:
        """Those into which what is in the trash, and is `which`, was merged. Wants `of(owner)`."""
        # That module reads this one, so the import may not be a module's.
        from contacts.models.merge import Kind, Merge

        model: Any = self.model
        gone = model.across_owners.filter(owner=self._owner, trashed_at__isnull=False)
        merges = Merge.objects.of(self._owner).standing().filter(kind=Kind.of(model))
        merges = merges.order_by().values_list("gone", "kept")
        ids = {kept for _gone, kept in merges.filter(gone__in=gone.filter(**which).values("pk"))}
        # What was kept then may have been merged further.
        while further := dict(merges.filter(gone__in=ids)):
            ids = (ids - further.keys()) | set(further.values())
        return self.filter(pk__in=ids)

    def found_or_made(self, name: str) -> Any:
        """The one known by this name, made if there is none; None for no name. Wants `of(owner)`."""
        if not name:
            return None
        return next(iter(self.known_as(name, 1)), None) or self.create(name=name)


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
