"""What it means that a row is owned.

Every row but a few belongs to one user, and no page, form or command may touch it without
saying whose rows it wants:

    Firm.objects.of(request.user).get(pk=7)

`objects` raises `OwnerNotNamed` on every read and write that does not say so. Django's own
machinery (cascades, relations, validation of unique fields) asks `across_owners`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

from accounts.changes import ToldQuerySet


class OwnerNotNamed(Exception):
    """A query on owned rows said nothing of the owner."""


class StaleVersion(Exception):
    """Somebody saved the row after it was read; saving now would undo their change."""


class CannotComeBack(Exception):
    """Something stands in the way of what is in the trash; the message says what, in words."""


def _names_owner(conditions: Iterable[str]) -> bool:
    return bool({"owner", "owner_id", "owner__pk", "owner__id"} & set(conditions))


def _guarded(name: str) -> Any:
    """A QuerySet method that runs only once the owner is named."""

    def method(self: OwnedQuerySet, *args: Any, **kwargs: Any) -> Any:
        self._require_owner(name)
        return getattr(super(OwnedQuerySet, self), name)(*args, **kwargs)

    method.__name__ = name
    return method


class OwnedQuerySet(ToldQuerySet):
    """Rows of one owner; raises `OwnerNotNamed` when it is used before the owner is known."""

    _owner_named = False
    _owner: Any = None

    def of(self, owner: Any) -> Self:
        """The untrashed rows of `owner` (a user or a user's id)."""
        rows = super()._filter_or_exclude(False, (), {"owner": owner})
        rows._owner_named, rows._owner = True, owner
        return rows

    # The guard: whatever reaches the database passes one of these --------------------------------

    def _require_owner(self, action: str) -> None:
        if not self._owner_named:
            raise OwnerNotNamed(
                f"{self.model.__name__}.objects.{action}: say whose rows, with .of(owner)."
            )

    def _clone(self) -> Self:
        clone = super()._clone()
        clone._owner_named, clone._owner = self._owner_named, self._owner
        return clone

    def _filter_or_exclude(self, negate: bool, args: Any, kwargs: Any) -> Self:
        rows = super()._filter_or_exclude(negate, args, kwargs)
        if not negate and _names_owner(kwargs):
            rows._owner_named = True
        return rows

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._require_owner("all")
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self._require_owner("iterator")
        return super().iterator(*args, **kwargs)

    def aiterator(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        self._require_owner("aiterator")
        return super().aiterator(*args, **kwargs)

    def _joined(self, rows: Self, *others: Any) -> Self:
        """`rows` of this and `others` together: an owner is named only if all of them name one.

        Else `of(me) | all()` would pass for mine and hold everybody's.
        """
        rows = rows.all()
        rows._owner_named = all(getattr(one, "_owner_named", False) for one in (self, *others))
        return rows

    def _combinator_query(self, combinator: str, *others: Any, **kwargs: Any) -> Self:
        return self._joined(super()._combinator_query(combinator, *others, **kwargs), *others)

    def __or__(self, other: Any) -> Self:
        return self._joined(super().__or__(other), other)

    def __and__(self, other: Any) -> Self:
        return self._joined(super().__and__(other), other)

    def __xor__(self, other: Any) -> Self:
        return self._joined(super().__xor__(other), other)

    aggregate = _guarded("aggregate")
    count = _guarded("count")
    delete = _guarded("delete")
    exists = _guarded("exists")
    explain = _guarded("explain")
    update = _guarded("update")
    _update = _guarded("_update")
    _raw_delete = _guarded("_raw_delete")
    raw = _guarded("raw")
    bulk_update = _guarded("bulk_update")

    def _owned_values(self, action: str, values: dict[str, Any]) -> dict[str, Any]:
        if _names_owner(values):
            return values
        self._require_owner(action)
        if self._owner is None:
            raise OwnerNotNamed(f"{self.model.__name__}.objects.{action}: name the owner.")
        is_id = not hasattr(self._owner, "pk")
        return {**values, "owner_id" if is_id else "owner": self._owner}

    def create(self, **values: Any) -> Any:
        return super().create(**self._owned_values("create", values))

    def get_or_create(self, defaults: Any = None, **values: Any) -> Any:
        return super().get_or_create(defaults, **self._owned_values("get_or_create", values))

    def update_or_create(self, defaults: Any = None, create_defaults: Any = None, **v: Any) -> Any:
        owned = self._owned_values("update_or_create", v)
        return super().update_or_create(defaults, create_defaults, **owned)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        if any(row.owner_id is None for row in rows):
            raise OwnerNotNamed(f"{self.model.__name__}.objects.bulk_create: a row has no owner.")
        return super().bulk_create(rows, *args, **kwargs)


class OwnedManager(models.Manager.from_queryset(OwnedQuerySet)):
    """`objects`: the untrashed rows, of a named owner only."""

    def get_queryset(self) -> OwnedQuerySet:
        return super().get_queryset().filter(trashed_at=None)


class AcrossOwners(models.Manager.from_queryset(ToldQuerySet)):
    """Every row of everybody, for Django's machinery, the reminder engine and commands.

    Asked through a relation (`firm.calls`) it leaves trashed rows out: what is in the trash is
    not shown beside what is not.
    """

    def get_queryset(self) -> models.QuerySet:
        rows = super().get_queryset()
        return rows.filter(trashed_at=None) if hasattr(self, "instance") else rows


def unique_for_owner(*fields: str, name: str, **options: Any) -> models.UniqueConstraint:
    """Unique to a user among what is not in the trash."""
    return models.UniqueConstraint(
        fields=["owner", *fields], condition=Q(trashed_at=None), name=name, **options
    )


class OwnedModel(models.Model):
    """A row with an owner, a version that refuses lost updates, and a way to the trash."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        editable=False,
        related_name="+",
        verbose_name=_("owner"),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What went to the trash together comes back together.
    trash_group = models.UUIDField(null=True, blank=True, editable=False)

    # Made of other rows, and made anew from them: never edited, walked or taken out by itself.
    is_derived: ClassVar[bool] = False

    objects = OwnedManager()
    across_owners = AcrossOwners()

    class Meta:
        abstract = True
        base_manager_name = "across_owners"
        default_manager_name = "across_owners"

    def save(self, **kwargs: Any) -> None:
        """Save; an existing row goes one version further.

        Raises `StaleVersion` when the row in the database is no longer the version that was
        read, so that of two people's edits none disappears without a word.
        """
        if self._state.adding:
            # What is derived from it (accounts.changes) is there with it, or neither is.
            with transaction.atomic(savepoint=False):
                super().save(**kwargs)
            return
        read = self.version
        with transaction.atomic():
            rows = type(self).across_owners.filter(pk=self.pk, version=read)
            if not rows.update(version=F("version") + 1):
                raise StaleVersion(f"{self._meta.label} {self.pk} is newer than version {read}")
            self.version = read + 1
            try:
                super().save(**kwargs)
            except BaseException:
                self.version = read
                raise

    def _get_FIELD_display(self, field: Any) -> Any:  # noqa: N802 (Django's name)
        """What `get_kind_display` and its like say: of one choice, the words.

        Django's own translates all the other choices of the field, too, on its way.
        """
        value = getattr(self, field.attname)
        return force_str(dict(field.flatchoices).get(value, value), strings_only=True)

    # Known before any form is cleaned, though no form shows them.
    derived_fields: ClassVar[frozenset[str]] = frozenset({"owner", "trashed_at"})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check the constraints on fields no form shows, too: what is unique is so per owner.

        Django skips a constraint when one of its fields is not in the form; the row would then
        fail at the database, with no word beside the field.
        """
        super().validate_constraints(exclude=set(exclude or ()) - self.derived_fields)

    # The trash -----------------------------------------------------------------------------------

    # Relations that may be empty, and whose row takes this one along to the trash all the same.
    # One that may not be empty always does (accounts/belonging.py).
    goes_with: ClassVar[frozenset[str]] = frozenset()
    # Relations that go on naming a row in the trash, until it goes for good.
    keeps: ClassVar[frozenset[str]] = frozenset()
    # Relations of which at least one must be left: with the last of them goes the row.
    held_by: ClassVar[tuple[str, ...]] = ()
    # A part of the row that this relation names: it has no life of its own, in the trash neither.
    part_of: ClassVar[str] = ""

    # Whether it must be saved on its way to the trash and back, for what `save` sees to. Of others
    # many go at once (accounts/trash.py), and `changed_in_bulk` tells of them.
    saved_alone: ClassVar[bool] = False

    # How one and many of them are called in a count, where the model's own names do not do.
    counted_as: ClassVar[tuple[Any, Any] | None] = None

    @property
    def trash_title(self) -> str:
        """How it is called in the trash, where nothing stands around it."""
        return str(self)

    def without(self, relation: str) -> dict[str, Any]:
        """What is to stand in this row, by field, once the row of `relation` is no more."""
        field: Any = self._meta.get_field(relation)
        return {field.attname: None}

    def trash(self, group: uuid.UUID | None = None) -> Any:
        """Hide this row, and what belongs to it, for 30 days; returns the `TrashGroup`.

        `group` is that of what it is thrown away with, if it is not alone.
        """
        # Those modules read this one, so the import may not be a module's.
        from accounts.trash import throw_away

        return throw_away(self, group=group)

    def restore(self) -> None:
        """Bring back all that went to the trash with this row.

        Raises `CannotComeBack`, and then all of it stays where it is.
        """
        from accounts.trash import bring_back

        bring_back(self)

    def check_place(self) -> None:
        """Raises `CannotComeBack` where something made meanwhile has this row's place."""
        trashed_at, self.trashed_at = self.trashed_at, None
        try:
            self.validate_constraints()
        except ValidationError as error:
            raise CannotComeBack(
                _(
                    "There is another “%(name)s” by now (%(kind)s), and there can be one only. "
                    "Both stay where they are: rename the new one, or throw it away, then bring "
                    "this one back."
                )
                % {"name": self.trash_title, "kind": self._meta.verbose_name}
            ) from error
        finally:
            self.trashed_at = trashed_at

    def forget_trash(self) -> None:
        """It is out of the trash by another way, and stands in its list no more."""
        from accounts.trash import forget

        forget(self)

    def go_to_trash(self, group: uuid.UUID, now: dt.datetime) -> None:
        """This row alone; `trash` is what others call."""
        self.trashed_at, self.trash_group = now, group
        self.save()

    def come_back(self) -> None:
        """This row alone; `restore` is what others call."""
        self.trashed_at = self.trash_group = None
        self.save()
