"""Saving a call sheet: the caller found or made, the call, its promises, all or nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Kit, User
from accounts.owned import StaleVersion
from calls.models import Call, Disclosure, Opportunity, Referral
from contacts.models import Employer, Firm, Person, Recruiter
from contacts.names import fold
from desk.forms.call_sheet import OF_THE_FIRM, TOLD, CallSheetForm
from desk.forms.promise_lines import PromiseLineForm
from desk.kept import keep_with, still_open
from desk.models import Draft
from followups.models import Promise
from search.index import gathered

OF_THE_CALL = (
    *("client_key", "occurred_at", "direction", "outcome", "purpose"),
    *("found_me_through", "resume_wanted", "next_step", "notes"),
)
OF_THE_ASSIGNMENT = ("withheld_why", "basis", "location", "reports_to", "jd")
OF_MINE = ("callback_number", "best_times")
# Whose row is found by what was typed, and keeps the spelling that it had.
NAMES = {"who", "firm", "client", "position", "named_by"}
# Not words of the sheet but what makes its promises, or says who and what is meant.
NOT_WORDS = {
    *("client_key", "recruiter", "is_new", "about", "keeps"),
    *("vet", "ends", "bad_words", "bad_seen"),
}


def save(form: CallSheetForm, lines: Iterable[PromiseLineForm]) -> Call:
    """Save a valid sheet in one transaction and return its call; its draft is done with.

    A sheet that was saved before (double click, retry, reload) gives the call it made then:
    the constraint `call_saved_once` decides even between two at the same moment.
    """
    owner, key = form.owner, form.cleaned_data["client_key"]
    promises = [line.promise() for line in lines]
    for is_last_try in (False, True):
        if saved := saved_before(owner, key):
            return saved
        try:
            with transaction.atomic(), gathered():
                return _save(form, promises)
        except (IntegrityError, StaleVersion):
            # At the same moment somebody saved this sheet, or another that made the same firm
            # or moved the same recruiter.
            if is_last_try:
                raise
    raise AssertionError("not reached")


def says_more(form: CallSheetForm, lines: list[PromiseLineForm], saved: Call) -> bool:
    """Whether a sheet that was saved before says something that its call does not.

    Every field is asked, so that one which is new to the sheet cannot be forgotten here. The
    call is held against the sheet both ways; of its firm, its assignment, my kit and what they
    were told more may be known than this sheet said.
    """
    data, kept = form.cleaned_data, _as_kept(saved)
    promises = [*(line.promise() for line in lines), *_further(form)]
    return (
        any(
            _is_other(name, data[name], kept[name])
            for name in form.fields.keys() - NOT_WORDS - {"phone"}
            if data[name] or name in {*OF_THE_CALL, "named_by"}
        )
        or _is_of_another(data, saved)
        or still_open(saved, data["keeps"])
        or Counter(map(_words_of, promises)) != Counter(map(_words_of, saved.promises.all()))
    )


def _as_kept(saved: Call) -> dict[str, Any]:
    """What the sheet would hold if it were filled in from its call."""
    about, firm, kit = saved.opportunity, saved.firm, Kit.of(saved.owner)
    client = about.client if about else None
    told = {one.topic: one for one in saved.disclosures.order_by("-pk")}
    return {
        **{name: getattr(saved, name) for name in OF_THE_CALL},
        **{name: getattr(about, name, "") for name in OF_THE_ASSIGNMENT},
        **{name: getattr(firm, name, "") for name in OF_THE_FIRM},
        **{name: getattr(kit, name) for name in OF_MINE},
        **{name: told[topic].what if topic in told else "" for name, topic in TOLD.items()},
        "pass_on": next((told[one].pass_on for one in TOLD.values() if one in told), ""),
        "who": saved.recruiter.name,
        "firm": firm.name if firm else "",
        "position": about.title if about else "",
        "client": client.name if client else "",
        "named_by": saved.named_by.name if saved.named_by else "",
        # Without a client there is nothing to be told in confidence.
        "in_confidence": not (about and about.client_disclosure == Opportunity.Disclosure.NAMED),
    }


def _is_other(name: str, said: Any, kept: Any) -> bool:
    if name == "notes":
        # Browsers end lines in their own way.
        return bool(said.split() != kept.split())
    if name == "past_clients":
        return f", {said}, " not in f", {kept}, "
    return bool(fold(said) != fold(kept) if name in NAMES else said != kept)


def _is_of_another(data: dict[str, Any], saved: Call) -> bool:
    """Another caller of the same name, another assignment, or a number that is not theirs."""
    about, recruiter = data["about"], data["recruiter"]
    if recruiter and recruiter != saved.recruiter:
        return True
    if not about and saved.opportunity and not _says_of_an_assignment(data):
        return True
    if about and about != saved.opportunity:
        client = Employer.objects.of(saved.owner).named(data["client"]).first()
        if _is_still_about(about, data, client):
            return True
    phone = data["phone"]
    return bool(phone) and not saved.recruiter.phones.filter(number=phone).exists()


def _words_of(promise: Promise) -> tuple[Any, ...]:
    return (
        *(promise.owed_by, promise.kind, promise.how_many, promise.what),
        *(promise.due_on, promise.due_time),
    )


def saved_before(owner: User, client_key: Any) -> Call | None:
    return Call.objects.of(owner).filter(client_key=client_key).first()


def _save(form: CallSheetForm, promises: list[Promise]) -> Call:
    """Who it was, what about, the call, what was told, kept and promised; the draft goes."""
    owner, data = form.owner, form.cleaned_data
    firm = _firm(owner, data)
    recruiter = _caller(owner, data, firm)
    firm = firm or recruiter.firm
    if data["phone"]:
        recruiter.learn_phone(data["phone"])
    _tell_kit(owner, data)
    opportunity = _opportunity(owner, data, recruiter, firm)
    call = Call.objects.create(
        owner=owner,
        recruiter=recruiter,
        firm=firm,
        opportunity=opportunity,
        named_by=Person.objects.of(owner).found_or_made(data["named_by"]),
        **{name: data[name] for name in OF_THE_CALL},
    )
    _note_told(call, data)
    Referral.note_who_named_me(call, on=_local_day(call))
    keep_with(call, data["keeps"])
    number = data["phone"] or newest_number(recruiter)
    for promise in [*promises, *_further(form)]:
        promise.recruiter, promise.firm = recruiter, firm
        promise.call, promise.opportunity = call, opportunity
        _say_numbers(promise, theirs=number, form=form)
        promise.save()
    Draft.forget(owner, data["client_key"])
    return call


def _note_told(call: Call, data: dict[str, Any]) -> None:
    """What they were told about pay, interest and availability, each as a row of its own."""
    Disclosure.objects.of(call.owner_id).bulk_create(
        Disclosure(
            owner_id=call.owner_id,
            recruiter=call.recruiter,
            firm=call.firm,
            call=call,
            opportunity=call.opportunity,
            topic=topic,
            what=data[name],
            pass_on=data["pass_on"],
            told_on=_local_day(call),
        )
        for name, topic in TOLD.items()
        if data[name]
    )


def _local_day(call: Call) -> dt.date:
    """The day of the call where its user is."""
    return timezone.localtime(call.occurred_at).date()


def _further(form: CallSheetForm) -> list[Promise]:
    """The promises that a press makes: to ring again, to look into the firm."""
    further = [form.afterwards] if form.afterwards else []
    if form.cleaned_data["vet"]:
        further.append(
            Promise(
                owner=form.owner,
                kind=Promise.Kind.VET_FIRM,
                due_on=form.clock.in_a_week,
                time_zone=form.owner.time_zone,
            )
        )
    return further


def _say_numbers(promise: Promise, *, theirs: str, form: CallSheetForm) -> None:
    """The number to ring, and for a call of theirs the one of mine that they are to ring."""
    if promise.kind not in {Promise.Kind.CALL_BACK, Promise.Kind.TAKE_THEIR_CALL}:
        return
    promise.phone = theirs
    if promise.kind == Promise.Kind.TAKE_THEIR_CALL and promise.due_time:
        clock = form.clock
        promise.my_number = Kit.of(form.owner).number_at(
            promise.due_time,
            evening=clock.times["evening"],
            is_day_off=promise.due_on.weekday() not in clock.working_days,
        )


def _firm(owner: User, data: dict[str, Any]) -> Firm | None:
    """The firm of that name, found or made, and told what it is not known of it yet."""
    name = data["firm"]
    firm = Firm.objects.of(owner).named(name).first() if name else None
    if firm is None and name:
        firm = Firm(owner=owner, name=name)
    if firm is None and data["recruiter"]:
        firm = data["recruiter"].firm
    if firm and (_learn(firm, data, OF_THE_FIRM) or firm._state.adding):
        firm.save()
    return firm if name else None


def _learn(row: Any, data: dict[str, Any], names: Iterable[str]) -> bool:
    """Set what was answered; whether that changed anything. No answer changes nothing."""
    told = [name for name in names if data[name] and data[name] != getattr(row, name)]
    for name in told:
        known = getattr(row, name)
        # Whom they have worked for only grows.
        is_list = name == "past_clients" and known
        setattr(row, name, f"{known}, {data[name]}" if is_list else data[name])
    return bool(told)


def _tell_kit(owner: User, data: dict[str, Any]) -> None:
    kit = Kit.of(owner)
    if _learn(kit, data, OF_MINE):
        kit.save()


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
    """The assignment that was spoken of, found or made, and told what was said of it."""
    about = data["about"]
    if about is None and not _says_of_an_assignment(data):
        return None
    client = Employer.objects.of(owner).found_or_made(data["client"])
    if about is None or not _is_still_about(about, data, client):
        about = _known(owner, data, recruiter, client)
    known = about or Opportunity(owner=owner, recruiter=recruiter, firm=firm, title=_title(data))
    changed = _learn(known, data, OF_THE_ASSIGNMENT) or known._state.adding
    if data["position"] and known.title == _title({}):
        known.title, changed = data["position"], True
    in_confidence = data["in_confidence"]
    named = known.client_disclosure == Opportunity.Disclosure.NAMED
    if client and (known.client is None or (named and in_confidence)):
        known.reveal_client(client, in_confidence=in_confidence)
    elif changed:
        known.save()
    return known


def _says_of_an_assignment(data: dict[str, Any]) -> bool:
    return any(data[name] for name in ("position", "client", *OF_THE_ASSIGNMENT))


def _title(data: dict[str, Any]) -> str:
    return data.get("position") or str(_("Position not said yet"))


def _is_still_about(about: Opportunity, data: dict[str, Any], client: Employer | None) -> bool:
    """Whether the chosen assignment is meant, or another position or client was typed."""
    if client and about.client_id not in {None, client.pk}:
        return False
    typed = data["position"].casefold()
    return typed in {"", about.title.casefold()} or about.title == _title({})


def _known(
    owner: User, data: dict[str, Any], recruiter: Recruiter, client: Employer | None
) -> Opportunity | None:
    """The same recruiter's assignment of this title, unless it is for another client."""
    known = (
        Opportunity.objects.of(owner)
        .filter(recruiter=recruiter, title__iexact=_title(data))
        .select_related("client")
        .order_by("-created_at")
        .first()
    )
    if known and known.client and client and known.client_id != client.pk:
        return None
    return known


def newest_number(recruiter: Recruiter) -> str:
    """The number (E.164) that was noted last for them, "" for none: the one to ring."""
    phone = recruiter.phones.order_by("-pk").first()
    return phone.number if phone else ""
