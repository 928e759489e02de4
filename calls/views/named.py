"""Rows that an address names in its query: a filter, or what fills in a form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from accounts.owned import OwnedModel
from accounts.pages import read_id
from accounts.requests import OwnerRequest
from calls.models import Call

FURTHER: dict[Any, tuple[str, ...]] = {Call: ("recruiter__firm", "firm", "opportunity__client")}


def named_row(request: OwnerRequest, name: str, model: Any) -> Any:
    """The own row whose id stands in `?name=`, or None: a link may have outlived its row."""
    pk = read_id(request.GET.get(name, ""))
    if pk is None:
        return None
    further = FURTHER.get(model, ())
    rows = model.objects.of(request.user).filter(pk=pk)
    return (rows.select_related(*further) if further else rows).first()


def keeping(**chosen: OwnedModel | str | None) -> str:
    """The filters that are chosen, as the beginning of a query: "topic=pay&"."""
    values = {
        name: value.pk if isinstance(value, OwnedModel) else value
        for name, value in chosen.items()
        if value
    }
    return f"{urlencode(values)}&" if values else ""
