"""A person of my own network: their page, and what is done when they want to be forgotten."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.pages import own_or_404
from accounts.requests import OwnerRequest
from calls.models import Call, Referral
from contacts.merges import just_merged, leads_to_kept
from contacts.models import Kind, Person
from desk import anonymise
from desk.backup import registry
from desk.forms.anonymise import AnonymiseForm

SHOWN = 20


@require_safe
@leads_to_kept(Kind.PERSON)
def person_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    """Who they are, to whom I named them, and before whom they named me."""
    user = request.user
    person = own_or_404(Person.objects.of(user), pk)
    referrals = Referral.objects.of(user).filter(person=person).for_list()
    context = {
        "person": person,
        "phones": list(person.phones.order_by("-pk")),
        "emails": list(person.emails.order_by("-pk")),
        "named": list(referrals.named_by_me()[:SHOWN]),
        "named_me": list(referrals.who_named_me()[:SHOWN]),
        "calls": list(Call.objects.of(user).filter(named_by=person).for_list()[:SHOWN]),
        "backups": _backups_with(user, person.anonymised_at) if person.anonymised_at else [],
        "named_again_since": _named_again_since(person),
        "merged": just_merged(request, Person, pk),
    }
    return render(request, "desk/person_detail.html", context)


def _backups_with(user: User, moment: dt.datetime) -> list[registry.Kept]:
    """The backups in which they are still named. Where they lie is the founder's to know."""
    return registry.kept_from_before(moment) if user.is_founder else []


def _named_again_since(person: Person) -> dt.datetime | None:
    """When they were anonymised, if a copy from before that has brought the name back (UTC)."""
    if person.anonymised_at:
        return None
    mine = (one.at for one in registry.wishes() if _is_of(one, person))
    return max(mine, default=None)


def _is_of(wish: registry.Wish, person: Person) -> bool:
    ids = (wish.owner, wish.person) == (person.owner_id, person.pk)
    return ids and wish.at >= person.created_at


@require_POST
def person_anonymise(request: OwnerRequest, pk: int) -> HttpResponse:
    """What it would change; with `sure`, it is changed. There is no undo, by its nature."""
    person = own_or_404(Person.objects.of(request.user).select_related("owner"), pk)
    if person.anonymised_at:
        return redirect(person)
    asked = "also" in request.POST
    form = AnonymiseForm(request.POST if asked else None)
    also = form.cleaned_data["also"] if form.is_valid() else []
    spellings = anonymise.spellings_of(person, also)
    if form.is_valid() and request.POST.get("sure") == "yes":
        anonymise.anonymise(person, spellings)
        # It is saved once more after this.
        request.session.update(anonymise.clean_session(dict(request.session.items()), spellings))
        said = _("Done. Their name stands nowhere here any more.")
        # What the browser could not send us may hold it, too (static/app.js).
        messages.success(request, said, extra_tags="forget-drafts")
        return redirect(person)
    context = {
        "person": person,
        "form": form,
        "outlook": anonymise.outlook(person, spellings),
        "is_founder": request.user.is_founder,
    }
    return render(
        request, "desk/person_anonymise.html", context, status=422 if form.errors else 200
    )
