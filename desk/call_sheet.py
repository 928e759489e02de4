"""Saving a call sheet: the caller found or made, the call, its promises, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.owned import StaleVersion
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Phone, Recruiter
from desk.forms import CallSheetForm, PromiseLineForm, disclosure
from followups.models import Promise


def save(form: CallSheetForm, lines: Iterable[PromiseLineForm]) -> Call:
    """Save a valid sheet in one transaction and return its call.

    A sheet that was saved before (double click, retry, reload) gives the call it made then:
    the constraint `call_saved_once` decides even between two at the same moment.
    """
    owner, key = form.owner, form.cleaned_data["client_key"]
    lines = list(lines)
    for is_last_try in (False, True):
        if saved := saved_before(owner, key):
            return saved
        try:
            with transaction.atomic():
                return _save(owner, form.cleaned_data, lines)
        except (IntegrityError, StaleVersion):
            # At the same moment somebody saved this sheet, or another that made the same firm
            # or moved the same recruiter.
            if is_last_try:
                raise
    raise AssertionError("not reached")


def says_more(form: CallSheetForm, lines: list[PromiseLineForm], saved: Call) -> bool:
    """Whether a sheet that was saved before holds something that its call does not."""
    data = form.cleaned_data
    same_notes = data["notes"].split() == saved.notes.split()
    return not same_notes or len(lines) != saved.promises.count()


def saved_before(owner: User, client_key: Any) -> Call | None:
    return Call.objects.of(owner).filter(client_key=client_key).first()


def _save(owner: User, data: dict[str, Any], lines: Iterable[PromiseLineForm]) -> Call:
    firm = _firm(owner, data["firm"])
    recruiter = _caller(owner, data, firm)
    firm = firm or recruiter.firm
    if data["phone"]:
        recruiter.learn_phone(data["phone"])
    opportunity = _opportunity(owner, data, recruiter, firm)
    call = Call.objects.create(
        owner=owner,
        recruiter=recruiter,
        firm=firm,
        opportunity=opportunity,
        **{
            name: data[name]
            for name in (
                "client_key",
                "occurred_at",
                "direction",
                "outcome",
                "purpose",
                "found_me_through",
                "notes",
            )
        },
    )
    number = data["phone"] or _first_number(recruiter)
    for line in lines:
        promise = line.promise()
        promise.recruiter, promise.firm = recruiter, firm
        promise.call, promise.opportunity = call, opportunity
        if promise.kind in {Promise.Kind.CALL_BACK, Promise.Kind.TAKE_THEIR_CALL}:
            promise.phone = number
        promise.save()
    return call


def _firm(owner: User, name: str) -> Firm | None:
    if not name:
        return None
    return Firm.objects.of(owner).named(name).first() or Firm.objects.create(
        owner=owner, name=name
    )


def _caller(owner: User, data: dict[str, Any], firm: Firm | None) -> Recruiter:
    recruiter: Recruiter | None = data["recruiter"]
    if recruiter is None:
        return Recruiter.objects.create(owner=owner, name=data["who"], firm=firm)
    if firm and recruiter.firm_id != firm.pk:
        # They have moved, or we learn only now where they work. Older calls keep their firm.
        recruiter.firm = firm
        recruiter.save()
    return recruiter


def _opportunity(
    owner: User, data: dict[str, Any], recruiter: Recruiter, firm: Firm | None
) -> Opportunity | None:
    """The assignment that was spoken of: the same recruiter's of this title, or a new one."""
    if not data["position"]:
        return None
    client = _employer(owner, data["client"])
    known = (
        Opportunity.objects.of(owner)
        .filter(recruiter=recruiter, title__iexact=data["position"])
        .order_by("-created_at")
        .first()
    )
    if known and (known.client is None or client is None or known.client_id == client.pk):
        if client and known.client is None:
            known.reveal_client(client, in_confidence=data["in_confidence"])
        return known
    return Opportunity.objects.create(
        owner=owner,
        title=data["position"],
        recruiter=recruiter,
        firm=firm,
        client=client,
        client_disclosure=disclosure(data["client"], in_confidence=data["in_confidence"]),
    )


def _employer(owner: User, name: str) -> Employer | None:
    if not name:
        return None
    return Employer.objects.of(owner).named(name).first() or Employer.objects.create(
        owner=owner, name=name
    )


def _first_number(recruiter: Recruiter) -> str:
    phone = (
        Phone.objects.of(recruiter.owner_id).filter(recruiter=recruiter).order_by("-pk").first()
    )
    return phone.number if phone else ""
