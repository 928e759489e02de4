"""What the archive of an account needs to be told of a model: each room says it when it is ready.

A model of which nothing is said here is taken along whole, field by field (desk/archive).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

# By the model's label. Why it is left out is for whoever reads the code, and for docs/export.md.
left_out: dict[str, str] = {}
fields_left_out: dict[str, set[str]] = defaultdict(set)
_checks: dict[str, list[Callable[[Any], None]]] = defaultdict(list)


def leave_out(label: str, why: str) -> None:
    """No row of this model goes into an archive."""
    left_out[label] = why


def leave_out_fields(label: str, names: Iterable[str]) -> None:
    """These fields do not; whoever comes back has their defaults."""
    fields_left_out[label].update(names)


def look_at(label: str, check: Callable[[Any], None]) -> None:
    """`check` is handed each row that comes back, unsaved, without its relations.

    It may put right what is derived, and raises `ValueError` for what no row of ours can be.
    """
    _checks[label].append(check)


def checks_of(label: str) -> list[Callable[[Any], None]]:
    return _checks[label]


def look_at_preferences(preferences: Any) -> None:
    days, leads = preferences.working_days, preferences.lead_by_kind
    if not isinstance(days, list) or not all(type(day) is int and 0 <= day <= 6 for day in days):
        raise ValueError("no working days")
    if not isinstance(leads, dict) or not all(
        type(minutes) is int and 0 <= minutes <= 7 * 24 * 60 for minutes in leads.values()
    ):
        raise ValueError("no lead times")
