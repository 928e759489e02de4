"""What stands above any page right after something was thrown away."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import TrashGroup, User
from accounts.pages import read_id


def just_thrown_away(request: HttpRequest) -> dict[str, Any]:
    """The group that `?thrown=` names, if it is my own and in the trash. Else nothing is asked."""
    pk = read_id(request.GET.get("thrown", ""))
    user = getattr(request, "user", None)
    if pk is None or not isinstance(user, User | SimpleLazyObject) or not user.is_authenticated:
        return {}
    rows: Any = TrashGroup.objects.of(user)
    return {"just_thrown_away": rows.defer("let_go").filter(pk=pk).first()}
