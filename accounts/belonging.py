"""What belongs to what, as the models' own relations say it: for the trash, and for good.

Rows that refer to one that goes either go with it or are let go of:

- A relation that may not be empty takes its row along; so does one named in `goes_with`.
- A row of which `held_by` names the holders goes with the last of them.
- A relation in `keeps` stays as it is until the row it names goes for good.
- In every other row the relation is emptied (`OwnedModel.without`), and remembered for the undo.

Every relation between owned models is walked: one that is new cannot be forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import BigIntegerField, Case, CharField, F, ForeignKey, Value, When
from django.db.models.functions import Cast

from accounts.owned import OwnedModel

# Ids named at once: a dozen relations of them stay below the 32,766 that SQLite takes since 3.32.
PART = 2000

type Model = type[OwnedModel]
type Rows = dict[Model, set[int]]


@dataclass(frozen=True)
class Relation:
    """The rows of `model` refer to another's by `field`."""

    model: Model
    field: str

    @property
    def is_needed(self) -> bool:
        """Whether a row of `model` cannot be without it."""
        return not self.model._meta.get_field(self.field).null

    @property
    def other_holders(self) -> list[str]:
        """What else may hold such a row."""
        holders = self.model.held_by
        return [name for name in holders if name != self.field] if self.field in holders else []


def owned_models() -> list[Model]:
    return [model for model in apps.get_models() if issubclass(model, OwnedModel)]


def thrown_models() -> list[Model]:
    """Those whose rows go to the trash by themselves; parts, and what is derived from rows, are
    wherever their row is.
    """
    return [model for model in owned_models() if not (model.part_of or model.is_derived)]


@cache
def relations_of(model: Model) -> tuple[Relation, ...]:
    """By which `model` refers to owned rows."""
    fields = (one for one in model._meta.concrete_fields if isinstance(one, ForeignKey))
    owned = (one.name for one in fields if issubclass(one.related_model, OwnedModel))
    return tuple(Relation(model, name) for name in owned)


@cache
def relations_to(target: Model) -> tuple[Relation, ...]:
    """By which rows that go to the trash by themselves refer to `target`."""
    return tuple(
        one
        for model in thrown_models()
        for one in relations_of(model)
        if model._meta.get_field(one.field).related_model is target
    )


def dependents_first(models: Iterable[Model]) -> list[Model]:
    """In an order in which each can be deleted: whoever refers to another comes before it."""
    left, ordered = list(models), []
    while left:
        needed = {
            one.model._meta.get_field(one.field).related_model
            for model in left
            for one in relations_of(model)
            if one.model._meta.get_field(one.field).related_model is not model
        }
        free = [model for model in left if model not in needed] or left[:1]
        ordered += free
        left = [model for model in left if model not in free]
    return ordered


def in_parts(pks: Iterable[int], size: int = PART) -> Iterator[list[int]]:
    rows = sorted(pks)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


class Walk:
    """From some rows of one owner to all that goes with them (`taken`), and all that stays
    without them (`loose`: the relations to empty, by model and id).

    `for_good` walks rows in the trash, too, and takes only what cannot be without them.
    One query a step, however many relations and rows there are.
    """

    def __init__(self, owner: Any, start: Rows, *, for_good: bool = False) -> None:
        self.owner, self.for_good = owner, for_good
        self.taken: Rows = defaultdict(set)
        self.loose: dict[Model, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        # Rows that were taken although they are not in the trash.
        self.living: Rows = defaultdict(set)
        self._models = {model._meta.label_lower: model for model in thrown_models()}
        self._others: dict[tuple[Model, int], dict[str, bool]] = {}
        for model, pks in start.items():
            self.taken[model] |= pks
        ahead: Rows = {model: set(pks) for model, pks in start.items()}
        while ahead:
            ahead = self._step(ahead)
        for model, rows in self.loose.items():
            for pk in self.taken.get(model, set()) & rows.keys():
                del rows[pk]

    def _step(self, ahead: Rows) -> Rows:
        found: Rows = defaultdict(set)
        for label, field, pk, is_living, *others in self._referring(ahead):
            model = self._models[label]
            if pk in self.taken[model]:
                continue
            relation = Relation(model, field)
            with_it = not self.for_good and field in model.goes_with
            if not (relation.is_needed or with_it):
                self.loose[model][pk].add(field)
                if not relation.other_holders:
                    continue
                holds = zip(relation.other_holders, others, strict=False)
                self._others.setdefault((model, pk), {}).update(
                    (name, value is not None) for name, value in holds
                )
                if self._is_held(model, pk):
                    continue
            self.taken[model].add(pk)
            found[model].add(pk)
            if is_living:
                self.living[model].add(pk)
        return found

    def _is_held(self, model: Model, pk: int) -> bool:
        others = self._others[model, pk]
        return any(is_set and name not in self.loose[model][pk] for name, is_set in others.items())

    def _referring(self, ahead: Rows) -> Iterator[Any]:
        """Rows that refer to these: model, field, id, whether they live, their other holders."""
        parts = {model: list(in_parts(pks)) for model, pks in ahead.items()}
        for number in range(max(map(len, parts.values()))):
            asked = [
                self._asked(relation, pks[number])
                for model, pks in parts.items()
                if number < len(pks)
                for relation in relations_to(model)
                if self.for_good or relation.field not in relation.model.keeps
            ]
            if asked:
                yield from asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]

    def _asked(self, relation: Relation, pks: list[int]) -> Any:
        rows: Any = relation.model.across_owners.filter(
            owner=self.owner, **{f"{relation.field}__in": pks}
        )
        if not self.for_good:
            rows = rows.filter(trashed_at=None)
        others = [Cast(F(f"{name}_id"), BigIntegerField()) for name in relation.other_holders]
        nothing = Cast(Value(None), BigIntegerField())
        text = CharField()
        return (
            rows.order_by()
            .annotate(
                walk_model=Value(relation.model._meta.label_lower, output_field=text),
                walk_field=Value(relation.field, output_field=text),
                walk_lives=Case(
                    When(trashed_at=None, then=Value(1)),
                    default=Value(0),
                    output_field=BigIntegerField(),
                ),
                walk_one=others[0] if others else nothing,
                walk_two=others[1] if len(others) > 1 else nothing,
            )
            .values_list("walk_model", "walk_field", "pk", "walk_lives", "walk_one", "walk_two")
        )
