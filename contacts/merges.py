"""What was merged just now, for the page that follows."""

from __future__ import annotations

from accounts.owned import OwnedModel
from accounts.pages import read_id
from accounts.requests import OwnerRequest
from contacts.models import Kind, Merge


def just_merged(request: OwnerRequest, model: type[OwnedModel], pk: int) -> Merge | None:
    """The merge that `?merged=` names, if it is into this row and stands; asked for only then."""
    merged = read_id(request.GET.get("merged", ""))
    if merged is None:
        return None
    standing = Merge.objects.of(request.user).standing()
    found: Merge | None = standing.filter(pk=merged, kind=Kind.of(model), kept=pk).first()
    return found
