"""Rows that are changed past `save`, many at once: told to whoever derives something from them.

Django tells of a row that is saved or deleted, and is silent about `update`, `bulk_create` and
`bulk_update`. Whoever must not miss those says which models and fields matter to it (`watch`), and
hears of them before and after, within the same transaction.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from django.db import models, transaction
from django.dispatch import Signal

# Sent with `pks`, and `fields`: names of what is changed, None for whole rows. `changing` comes
# before an `update` or a `delete`, `changed` after an `update` or a `bulk_create`; of each row that
# is deleted Django tells itself.
changing, changed = Signal(), Signal()
# Entered around each of these: whoever listens can gather what is told, and act on it at the end.
around: list[Callable[[], AbstractContextManager[None]]] = []

# Whether a change of these fields (None: of a whole row) matters to somebody.
Minds = Callable[[frozenset[str] | None], bool]
_watching: dict[type[models.Model], list[Minds]] = defaultdict(list)


class NotTold(Exception):
    """Rows were written in a way that does not tell which ones they are."""


def watch(model: type[models.Model], minds: Minds) -> None:
    """Tell of those changes of `model` that somebody minds."""
    _watching[model].append(minds)


def matters(model: type[models.Model], fields: Iterable[str] | None) -> bool:
    """Whether anybody minds a change of these fields of `model` (None: of a whole row)."""
    if model not in _watching:
        return False
    changed_fields = None if fields is None else frozenset(fields)
    return any(minds(changed_fields) for minds in _watching[model])


@contextlib.contextmanager
def _together(using: str) -> Iterator[None]:
    with transaction.atomic(using=using, savepoint=False), contextlib.ExitStack() as stack:
        for enter in around:
            stack.enter_context(enter())
        yield


class ToldQuerySet(models.QuerySet):
    """Rows of which every change is told."""

    def update(self, **values: Any) -> int:
        if not matters(self.model, values):
            return super().update(**values)
        told: dict[str, Any] = {"sender": self.model, "fields": frozenset(values)}
        with _together(self.db):
            told["pks"] = list(self.order_by().values_list("pk", flat=True))
            changing.send(**told)
            rows = super().update(**values)
            changed.send(**told)
        return rows

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        if not matters(self.model, None):
            return super().bulk_create(objs, *args, **kwargs)
        with _together(self.db):
            rows = super().bulk_create(objs, *args, **kwargs)
            pks = [row.pk for row in rows]
            if None in pks:
                raise NotTold(f"{self.model.__name__}.bulk_create does not say which rows it made")
            changed.send(sender=self.model, fields=None, pks=pks)
        return rows

    def delete(self) -> tuple[int, dict[str, int]]:
        if not matters(self.model, None):
            return super().delete()
        with _together(self.db):
            pks = list(self.order_by().values_list("pk", flat=True))
            changing.send(sender=self.model, fields=None, pks=pks)
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]
