"""The trash: to throw a thing away, to bring it back, and to delete it for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import trash
from accounts.models import TrashGroup, in_words
from accounts.owned import CannotComeBack, OwnedModel, StaleVersion
from accounts.pages import choice, own_or_404, page_of, read_id
from accounts.requests import OwnerRequest
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Person, Recruiter
from desk import merging, purge
from desk.backup import registry
from followups.models import Promise
from search import index

# Where to go once such a thing is thrown away.
LISTS: dict[type[OwnedModel], str] = {
    Call: "calls:call_list",
    Employer: "contacts:employer_list",
    Firm: "contacts:firm_list",
    Opportunity: "calls:opportunity_list",
    Person: "contacts:person_list",
    Promise: "followups:promise_list",
    Recruiter: "contacts:recruiter_list",
}
SORTS = {"new": "-thrown_at", "old": "thrown_at", "kind": "kind"}


@require_http_methods(["GET", "HEAD", "POST"])
def throw_away(request: OwnerRequest, pk: int, model: type[OwnedModel]) -> HttpResponse:
    """What goes with it and what stays without it; by POST it goes.

    422 where it has been changed since that was shown.
    """
    row = own_or_404(model.objects.of(request.user), pk)
    is_stale = False
    if request.method == "POST":
        try:
            # The version that was looked at, not the one that is there now.
            row.version = read_id(request.POST.get("version", "")) or row.version
            with _found_anew_at_the_end():
                group = row.trash()
        except StaleVersion:
            row, is_stale = own_or_404(model.objects.of(request.user), pk), True
        else:
            return redirect(f"{_list_of(model)}?thrown={group.pk}")
    walk = trash.outlook(row)
    goes = trash.counts_of(walk.taken)
    goes[row._meta.label_lower] -= 1
    stays = {model._meta.label_lower: len(rows) for model, rows in walk.loose.items()}
    context = {
        "row": row,
        "kind": row._meta.verbose_name,
        "goes": in_words(goes),
        "stays": in_words(stays),
        "reminds": bool(walk.taken.get(Promise)),
        "is_stale": is_stale,
    }
    return render(request, "desk/throw_away.html", context, status=422 if is_stale else 200)


@contextmanager
def _found_anew_at_the_end() -> Iterator[None]:
    """Of many rows that go or come together, what is found is made anew once."""
    with transaction.atomic(), index.gathered():
        yield


def _list_of(model: type[OwnedModel]) -> str:
    return reverse(LISTS.get(model, "desk:trash"))


@require_safe
def trash_list(request: OwnerRequest) -> HttpResponse:
    """What was thrown away together, the newest first, and how long it can be brought back."""
    sort = choice(request, "sort", list(SORTS))
    rows = TrashGroup.objects.of(request.user).defer("let_go")
    order = [SORTS[sort], "-thrown_at", "-pk"] if sort == "kind" else [SORTS[sort], "-pk"]
    context = {"page": page_of(request, rows.order_by(*order)), "sort": sort}
    return render(request, "desk/trash.html", context)


@require_POST
def trash_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    """Bring it back, and lead to its page; or say what stands in the way."""
    group = own_or_404(TrashGroup.objects.of(request.user), pk)
    row = _head_of(group)
    if row is None:
        group.delete()
        messages.warning(request, _("Nothing of it is left in the trash."))
        return redirect("desk:trash")
    try:
        with _found_anew_at_the_end():
            merging.bring_back(row)
    except CannotComeBack as error:
        messages.error(request, str(error))
        return redirect("desk:trash")
    except StaleVersion:
        messages.warning(request, _("It had been changed already; this is how it stands."))
        return redirect("desk:trash")
    messages.success(request, _("It is back."))
    return redirect(row if hasattr(row, "get_absolute_url") else "desk:trash")


def _head_of(group: TrashGroup) -> Any:
    """What was thrown away and took the rest along, or what else is left; None if nothing is."""
    rows = trash.in_group(group.owner_id, group.group)
    for model, pks in rows.items():
        if model._meta.label_lower == group.kind and group.head in pks:
            return model.across_owners.get(pk=group.head)
    return trash.first_of(rows) if rows else None


@require_http_methods(["GET", "HEAD", "POST"])
def trash_delete(request: OwnerRequest, pk: int) -> HttpResponse:
    """What goes for good, and which backups still hold it; by POST it goes."""
    group = own_or_404(TrashGroup.objects.of(request.user).defer("let_go"), pk)
    if request.method == "POST":
        if purge.delete_now(group):
            messages.success(request, _("Deleted for good."))
        elif TrashGroup.objects.of(request.user).filter(pk=group.pk).exists():
            messages.warning(request, _("It stays: something that you keep needs it."))
        else:
            messages.warning(request, _("Nothing of it is left in the trash."))
        return redirect("desk:trash")
    context = {
        "group": group,
        "backups": registry.kept_from_before(timezone.now()),
        "is_founder": request.user.is_founder,
    }
    return render(request, "desk/trash_delete.html", context)
