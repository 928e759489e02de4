"""How firms, recruiters, people and employers are found."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from django.db.models import Field, Model, QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import phones
from contacts.models import Email, Employer, Firm, Person, Phone, Recruiter
from search.kinds import Document, Kind, Names, Part, register


def joined(*parts: object, by: str = " · ") -> str:
    """The parts that say something, in one line."""
    return by.join(str(part) for part in parts if part)


def said(row: Model, name: str) -> str:
    """What the choice in this field is called, as `get_…_display` says, for many rows in a row."""
    return _labels(type(row), name, get_language()).get(getattr(row, name), "")


@lru_cache(maxsize=100)
def _labels(model: type[Model], name: str, _language: str | None) -> dict[Any, str]:
    field = cast(Field, model._meta.get_field(name))
    return {value: str(label) for value, label in field.flatchoices}


def _with_ways(rows: QuerySet) -> QuerySet:
    return rows.prefetch_related("phones", "emails")


def _there(ways: Any) -> list[Any]:
    """In the order of their ids: in which PostgreSQL gives them depends on how it looks them up."""
    return sorted((one for one in ways.all() if one.trashed_at is None), key=lambda one: one.pk)


def _numbers(row: Any) -> list[str]:
    return [one.number for one in _there(row.phones)]


def _ways(row: Any, numbers: list[str]) -> str:
    mails = (one.address for one in _there(row.emails))
    return joined(*map(phones.display, numbers), *mails)


def _firm(firm: Firm) -> Document:
    others = _numbers(firm)
    numbers = [number for number in (firm.switchboard, *others) if number]
    return Document(
        title=firm.name,
        hint=firm.specialties,
        body=joined(firm.switchboard_display, _ways(firm, others), firm.notes, firm.past_clients),
        also=firm.website,
        numbers=tuple(numbers),
        about=(("firm", firm.pk),),
        moment=firm.created_at,
    )


def _recruiter(recruiter: Recruiter) -> Document:
    firm = recruiter.firm.name if recruiter.firm else ""
    numbers = _numbers(recruiter)
    return Document(
        title=recruiter.name,
        hint=joined(recruiter.title, firm, by=", "),
        body=joined(_ways(recruiter, numbers), recruiter.notes, recruiter.verified_how),
        numbers=tuple(numbers),
        about=(("recruiter", recruiter.pk), ("firm", recruiter.firm_id)),
        moment=recruiter.created_at,
    )


def _person(person: Person) -> Document | None:
    if person.anonymised_at:
        return None
    numbers = _numbers(person)
    return Document(
        title=person.name,
        hint=joined(person.position, person.relation, by=", "),
        body=joined(_ways(person, numbers), person.notes),
        numbers=tuple(numbers),
        about=(("person", person.pk),),
        moment=person.created_at,
    )


def _employer(employer: Employer) -> Document:
    return Document(
        title=employer.name,
        hint=employer.parent.name if employer.parent else "",
        body=joined(*employer.other_names.splitlines()),
        about=(("employer", employer.pk),),
        moment=employer.created_at,
    )


def register_all() -> None:
    register(
        Kind(
            "recruiter",
            0,
            _("Recruiters"),
            Recruiter,
            _recruiter,
            lambda pk: reverse("desk:recruiter_detail", args=[pk]),
            reads=lambda rows: _with_ways(rows.select_related("firm")),
            follows=(
                Names(Firm, "firm"),
                Part(Phone, "recruiter"),
                Part(Email, "recruiter"),
            ),
            # Of each call that is saved; who called last is found by the sheet's own search.
            ignores=frozenset({"last_call_at"}),
            is_named=True,
            is_whom=True,
        )
    )
    register(
        Kind(
            "firm",
            1,
            _("Firms"),
            Firm,
            _firm,
            lambda pk: reverse("desk:firm_detail", args=[pk]),
            reads=_with_ways,
            follows=(Part(Phone, "firm"), Part(Email, "firm")),
            is_named=True,
            is_whom=True,
        )
    )
    register(
        Kind(
            "person",
            2,
            _("People"),
            Person,
            _person,
            lambda pk: reverse("desk:person_detail", args=[pk]),
            reads=_with_ways,
            follows=(Part(Phone, "person"), Part(Email, "person")),
            is_named=True,
        )
    )
    register(
        Kind(
            "employer",
            9,
            _("Employers"),
            Employer,
            _employer,
            lambda pk: reverse("contacts:employer_edit", args=[pk]),
            reads=lambda rows: rows.select_related("parent"),
            follows=(Names(Employer, "parent"),),
            is_named=True,
        )
    )
