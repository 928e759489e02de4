"""A form offers and accepts its owner's rows only, and shows a conflict instead of hiding it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django import forms
from django.forms.models import model_to_dict
from django.utils import timezone

from accounts.forms import OwnedForm
from accounts.models import User
from accounts.owned import OwnedModel, StaleVersion
from calls.forms import CallForm
from contacts.forms import FirmForm, RecruiterForm
from contacts.models import Recruiter
from desk.clock import Clock
from desk.forms.call_sheet import CallSheetForm
from followups.forms import PromiseForm
from tests.factories import (
    CallFactory,
    EmployerFactory,
    FirmFactory,
    OpportunityFactory,
    PersonFactory,
    PromiseFactory,
    RecruiterFactory,
    ResumeFactory,
)

pytestmark = pytest.mark.django_db

# Whatever a form lets one choose.
KINDS = (
    *(EmployerFactory, FirmFactory, OpportunityFactory, PersonFactory, RecruiterFactory),
    ResumeFactory,
)


def every_owned_form(form: type[OwnedForm] = OwnedForm) -> list[type[OwnedForm]]:
    below = [one for child in form.__subclasses__() for one in (child, *every_owned_form(child))]
    return [one for one in below if one._meta.model is not None]


def choices(form: forms.BaseForm) -> dict[str, Any]:
    """The fields that choose owned rows."""
    return {
        name: field
        for name, field in form.fields.items()
        if isinstance(field, forms.ModelChoiceField)
        and issubclass(field.queryset.model, OwnedModel)
    }


@pytest.mark.parametrize("form_class", every_owned_form(), ids=lambda form: form.__name__)
def test_it_lists_no_row_of_another(form_class: type[OwnedForm], user: User, other: User) -> None:
    for make in KINDS:
        make(owner=other)
        make(owner=user)
    for name, field in choices(form_class(owner=user)).items():
        assert {row.owner_id for row in field.queryset} == {user.pk}, name


def sheet_of(*data: Any, owner: User) -> CallSheetForm:
    return CallSheetForm(*data, owner=owner, clock=Clock.of(owner))


@pytest.mark.parametrize(
    ("form_class", "names"),
    [
        (CallForm, {"recruiter", "firm", "opportunity"}),
        (RecruiterForm, {"firm"}),
        (PromiseForm, {"recruiter", "firm"}),
        (sheet_of, {"recruiter", "about", "keeps"}),
    ],
)
def test_it_refuses_the_id_of_another_as_one_that_is_unknown(
    form_class: Any, names: set[str], user: User, other: User
) -> None:
    theirs = {
        "recruiter": RecruiterFactory(owner=other, name="Secretive").pk,
        "firm": FirmFactory(owner=other, name="Secret").pk,
        "opportunity": OpportunityFactory(owner=other, title="Secret").pk,
    }
    theirs["about"] = theirs["opportunity"]
    theirs["keeps"] = PromiseFactory(owner=other, what="Secret").pk
    assert set(choices(form_class(owner=user))) == names
    for name in names:
        posted, unknown = (
            form_class({name: [str(pk)] if name == "keeps" else str(pk)}, owner=user)
            for pk in (theirs[name], 987654321)
        )
        assert posted.errors[name]
        assert posted.errors[name] == unknown.errors[name]
        assert "Secret" not in str(posted)


def test_it_hides_what_is_in_the_trash_from_choices(user: User) -> None:
    FirmFactory(owner=user).trash()
    assert list(RecruiterForm(owner=user).fields["firm"].queryset) == []


def test_it_makes_rows_of_its_owner(user: User) -> None:
    form = FirmForm({"name": "New", "kind": "unknown", "aesc_member": "unknown"}, owner=user)
    assert form.is_valid(), form.errors
    assert form.save().owner == user


def firm_data(firm: Any, **values: Any) -> dict[str, Any]:
    form = FirmForm(owner=firm.owner)
    data = model_to_dict(firm, fields=form.fields)
    return {**{k: v for k, v in data.items() if v is not None}, **values}


def test_it_shows_both_texts_of_two_edits_and_saves_neither_silently(user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate", notes="first", specialties="")
    seen = firm.version
    firm.notes = "theirs, saved meanwhile"
    firm.save()
    data = firm_data(firm, notes="mine, typed for an hour", version=seen)
    firm.refresh_from_db()
    form = FirmForm(data, instance=firm, owner=user)
    assert not form.is_valid()
    assert "changed elsewhere" in str(form.non_field_errors())
    assert form.errors["notes"] == ["Saved meanwhile: theirs, saved meanwhile"]
    assert form["notes"].value() == "mine, typed for an hour"
    assert set(form.errors) == {"__all__", "notes"}
    # Saving once more, having seen both, is a knowing choice.
    assert int(form["version"].value()) == firm.version
    firm.refresh_from_db()
    assert firm.notes == "theirs, saved meanwhile"
    again = FirmForm({**data, "version": form["version"].value()}, instance=firm, owner=user)
    assert again.is_valid(), again.errors
    again.save()
    firm.refresh_from_db()
    assert firm.notes == "mine, typed for an hour"


@pytest.mark.parametrize("version", ["", "0", "99", "-1", "abc", "9" * 30])
def test_it_takes_any_version_but_the_current_one_for_a_conflict(user: User, version: str) -> None:
    firm = FirmFactory(owner=user)
    form = FirmForm(firm_data(firm, notes="x", version=version), instance=firm, owner=user)
    assert not form.is_valid()


def test_it_notices_an_edit_between_the_check_and_the_save(user: User) -> None:
    firm = FirmFactory(owner=user)
    form = FirmForm(firm_data(firm, notes="mine", version=1), instance=firm, owner=user)
    assert form.is_valid(), form.errors
    meanwhile = type(firm).across_owners.get(pk=firm.pk)
    meanwhile.notes = "theirs"
    meanwhile.save()
    with pytest.raises(StaleVersion):
        form.save()


def test_it_names_what_a_choice_stood_for_in_a_conflict(user: User) -> None:
    recruiter = RecruiterFactory(owner=user, firm=FirmFactory(owner=user, name="Old"))
    data = {
        "name": recruiter.name,
        "standing": "trusted",
        "firm": FirmFactory(owner=user, name="Mine").pk,
        "version": recruiter.version,
    }
    recruiter.firm = FirmFactory(owner=user, name="Theirs")
    recruiter.standing = Recruiter.Standing.WARY
    recruiter.save()
    form = RecruiterForm(data, instance=recruiter, owner=user)
    assert not form.is_valid()
    assert form.errors["firm"] == ["Saved meanwhile: Theirs"]
    # In the words of the form, not of the database.
    assert form.errors["standing"] == ["Saved meanwhile: be wary"]
    assert form["firm"].value().pk == str(data["firm"])


def test_it_tells_a_moment_in_a_conflict_on_the_clock_of_the_user(user: User) -> None:
    call = CallFactory(owner=user)
    call.occurred_at = dt.datetime(2026, 7, 1, 9, 30, tzinfo=dt.UTC)
    call.save()
    with timezone.override("Europe/Berlin"):
        form = CallForm({"occurred_at": "2026-07-01T14:00"}, instance=call, owner=user)
        assert not form.is_valid()
    assert "11:30" in str(form.errors["occurred_at"])


def test_it_keeps_a_call_with_its_firm_and_opportunity_in_its_own_choices(user: User) -> None:
    call = CallFactory(
        owner=user, firm=FirmFactory(owner=user), opportunity=OpportunityFactory(owner=user)
    )
    form = CallForm(instance=call, owner=user)
    assert call.firm in form.fields["firm"].queryset
    assert call.opportunity in form.fields["opportunity"].queryset
