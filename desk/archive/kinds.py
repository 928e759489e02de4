"""What an archive holds: every owned model, walked field by field, so that none is forgotten."""

from __future__ import annotations

import functools

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from accounts import archived
from accounts.owned import OwnedModel

# Of the user's own row.
ACCOUNT = ("time_zone", "phone_region", "locale")


@functools.cache
def kept_models() -> list[type[OwnedModel]]:
    """The models in an archive, each after those that its rows point to."""
    left = {
        model._meta.label: model
        for model in apps.get_models()
        if issubclass(model, OwnedModel) and model._meta.label not in archived.left_out
    }
    ordered: list[type[OwnedModel]] = []
    while left:
        ready = [
            label for label, model in sorted(left.items()) if not _pointed_to(model) & {*left}
        ]
        if not ready:
            raise ImproperlyConfigured(f"these models point in a circle: {sorted(left)}")
        ordered += [left.pop(label) for label in ready]
    return ordered


def _pointed_to(model: type[OwnedModel]) -> set[str]:
    related = (one.related_model for one in relations(model))
    return {other._meta.label for other in related if other is not model}


def kept_fields(model: type[OwnedModel]) -> list[models.Field]:
    """The fields of `model` in an archive; its id and its owner are the archive's own business."""
    without = {"owner", model._meta.pk.name} | archived.fields_left_out[model._meta.label]
    return [one for one in model._meta.concrete_fields if one.name not in without]


def relations(model: type[OwnedModel]) -> list[models.ForeignKey]:
    found = [one for one in kept_fields(model) if isinstance(one, models.ForeignKey)]
    for one in found:
        label = one.related_model._meta.label
        if not issubclass(one.related_model, OwnedModel) or label in archived.left_out:
            raise ImproperlyConfigured(f"{one} points to {label}, which is in no archive")
    return found


def files(model: type[OwnedModel]) -> list[models.FileField]:
    return [one for one in kept_fields(model) if isinstance(one, models.FileField)]


def rows_part(model: type[OwnedModel]) -> str:
    return f"rows/{model._meta.label}.jsonl"


def file_part(model: type[OwnedModel], name: str, number: int) -> str:
    return f"files/{model._meta.label}.{name}/{number}"
