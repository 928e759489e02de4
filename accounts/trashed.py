"""To the trash, and back by one press on the page that follows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.owned import CannotComeBack, OwnedModel, StaleVersion
from accounts.pages import own_or_404, read_id
from accounts.requests import OwnerRequest


def trash(
    request: OwnerRequest,
    model: type[OwnedModel],
    pk: int,
    *,
    to: str,
    at: str = "",
    name: str = "trashed",
) -> HttpResponse:
    """Throw the row away, and lead to `to`, which offers to bring it back (`just_trashed`).

    `name` tells apart what a page of several kinds of rows has thrown away.
    """
    row = own_or_404(model.objects.of(request.user), pk)
    try:
        row.trash()
    except StaleVersion:
        messages.warning(request, _("It had been changed already; this is how it stands."))
        return redirect(f"{to}{at}")
    return redirect(f"{to}?{name}={row.pk}{at}")


def restore(request: OwnerRequest, model: type[OwnedModel], pk: int) -> Any:
    """Bring it back; a second press finds it there already."""
    row = own_or_404(model.across_owners.filter(owner=request.user), pk)
    if row.trashed_at:
        try:
            row.restore()
        except StaleVersion:
            messages.warning(request, _("It had been changed already; this is how it stands."))
        except CannotComeBack as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is back."))
    return row


def just_trashed(request: OwnerRequest, model: type[OwnedModel], *, name: str = "trashed") -> Any:
    """The row that `?trashed=` (or `name`) names, if it is my own and in the trash; None else."""
    pk = read_id(request.GET.get(name, ""))
    if pk is None:
        return None
    rows = model.across_owners.filter(owner=request.user, trashed_at__isnull=False)
    return rows.filter(pk=pk).first()
