"""Which documents follow from a change of a row, so that the index never lags behind.

Django's signals tell of rows that are saved and deleted, `accounts.changes` of those that are
written past `save`. In either case what is made anew is made in the transaction of the change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any, cast

from django.db.models import Field, Model
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from accounts import changes
from accounts.models import User
from search import index
from search.kinds import Kind, Names, Part
from search.models import SearchDocument

_kinds_of: dict[type[Model], Kind] = {}
_names: dict[type[Model], list[tuple[Kind, Names]]] = defaultdict(list)
_parts: dict[type[Model], list[tuple[Kind, Part]]] = defaultdict(list)
# No document is made of them.
NEVER = frozenset({"version", "trash_group"})


def follow(kind: Kind) -> None:
    """Keep the documents of `kind` from now on."""
    _kinds_of[kind.model] = kind
    changes.watch(kind.model, partial(_is_of, kind))
    for one in kind.follows:
        if isinstance(one, Names):
            _names[one.model].append((kind, one))
            changes.watch(one.model, partial(_are_some, one.fields))
        else:
            _parts[one.model].append((kind, one))
            changes.watch(one.model, lambda fields: fields is None or not fields <= NEVER)
        _listen(one.model)
    _listen(kind.model)


def _is_of(kind: Kind, fields: frozenset[str] | None) -> bool:
    """Whether the document of a row follows from these fields of it."""
    return fields is None or not fields <= NEVER | kind.ignores


def _are_some(wanted: frozenset[str], fields: frozenset[str] | None) -> bool:
    return fields is None or bool(wanted & fields)


def _listen(model: type[Model]) -> None:
    # Connecting twice is once: each has a name.
    for signal, receiver in (
        (pre_save, _before_save),
        (post_save, _after_save),
        (pre_delete, _before_delete),
        (post_delete, _after_delete),
        (changes.changing, _changing),
        (changes.changed, _changed),
    ):
        name = f"search {receiver.__name__} {model._meta.label}"
        signal.connect(receiver, sender=model, dispatch_uid=name)


# What a change concerns --------------------------------------------------------------------------


def _mark_named(model: type[Model], pks: Iterable[int], fields: frozenset[str] | None) -> None:
    """The documents in which the names of these rows stand."""
    for kind, one in _names[model]:
        if _are_some(one.fields, fields):
            rows = kind.model._base_manager.filter(**{f"{one.lookup}__in": list(pks)})
            index.mark(kind, rows.values_list("pk", flat=True))


def _mark_holders(model: type[Model], pks: Iterable[int]) -> None:
    """The documents of which these rows are a part, as the database has it."""
    for kind, one in _parts[model]:
        rows = model._base_manager.filter(pk__in=list(pks), **{f"{one.holder}__isnull": False})
        index.mark(kind, rows.values_list(one.holder, flat=True))


def _mark_own(
    model: type[Model], pks: Iterable[int], fields: frozenset[str] | None, *, new: bool = False
) -> None:
    kind = _kinds_of.get(model)
    if kind and _is_of(kind, fields):
        index.mark(kind, pks, new=new)


def _in_parts(pks: list[int]) -> Iterable[list[int]]:
    return (pks[at : at + index.PART] for at in range(0, len(pks), index.PART))


# One row -----------------------------------------------------------------------------------------


def _fields(kwargs: dict[str, Any]) -> frozenset[str] | None:
    fields = kwargs.get("update_fields")
    return None if fields is None else frozenset(fields)


def _holder_ids(row: Any) -> dict[str, Any]:
    return {one.holder: getattr(row, f"{one.holder}_id") for _kind, one in _parts[type(row)]}


def _before_save(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """What stood there before, of what other documents are made of."""
    fields = _fields(kwargs)
    instance._search_before = None
    if instance._state.adding or not changes.matters(sender, fields):
        return
    wanted = {name for _kind, one in _names[sender] for name in one.fields}
    wanted |= {one.holder for _kind, one in _parts[sender]}
    if wanted and (fields is None or wanted & fields):
        rows = sender._base_manager.filter(pk=instance.pk)
        instance._search_before = rows.values(*sorted(wanted)).first()


def _after_save(sender: type[Model], instance: Any, created: bool, **kwargs: Any) -> None:
    fields = _fields(kwargs)
    if not changes.matters(sender, fields):
        return
    before = instance._search_before or {}
    with index.gathered():
        _mark_own(sender, [instance.pk], fields, new=created)
        if not created:
            moved = {
                name
                for name, value in before.items()
                if value != getattr(instance, cast(Field, sender._meta.get_field(name)).attname)
            }
            if moved:
                _mark_named(sender, [instance.pk], frozenset(moved))
        for kind, one in _parts[sender]:
            holders = {getattr(instance, f"{one.holder}_id"), before.get(one.holder)}
            index.mark(kind, holders - {None})


def _after_account(instance: User, **kwargs: Any) -> None:
    """Rows that lose a relation on the way are made anew; the account has taken none along yet."""
    SearchDocument.across_owners.filter(owner_id=instance.pk).delete()


def _by_whole_account(origin: Any) -> bool:
    """Whether an account goes with all it has: its documents do, too."""
    return isinstance(origin, User) or getattr(origin, "model", None) is User


def _before_delete(sender: type[Model], instance: Any, origin: Any = None, **kw: Any) -> None:
    if _by_whole_account(origin) or index.is_told(sender, instance.pk):
        return
    # Marked while the database still knows who refers to it, and made anew once it is gone.
    _mark_named(sender, [instance.pk], None)


def _after_delete(sender: type[Model], instance: Any, origin: Any = None, **kw: Any) -> None:
    if _by_whole_account(origin):
        return
    with index.gathered():
        _mark_own(sender, [instance.pk], None)
        for kind, one in _parts[sender]:
            index.mark(kind, {getattr(instance, f"{one.holder}_id")} - {None})


# Many rows ---------------------------------------------------------------------------------------


def _changing(
    sender: type[Model], pks: list[int], fields: frozenset[str] | None, **kw: Any
) -> None:
    if fields is None:
        for some in _in_parts(pks):
            _mark_named(sender, some, None)
        index.tell(sender, pks)
    elif fields & {one.holder for _kind, one in _parts[sender]}:
        for some in _in_parts(pks):
            _mark_holders(sender, some)


def _changed(
    sender: type[Model], pks: list[int], fields: frozenset[str] | None, **kw: Any
) -> None:
    for some in _in_parts(pks):
        _mark_own(sender, some, fields, new=fields is None)
        _mark_holders(sender, some)
        if fields is not None:  # to a row that is new nobody refers
            _mark_named(sender, some, fields)


changes.around.append(index.gathered)
post_delete.connect(_after_account, sender=User, dispatch_uid="search account")
