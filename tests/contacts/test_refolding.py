"""Names folded before the kinds of apostrophes, dashes and spaces were one are folded anew."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.models import User
from contacts.companies import Companies
from contacts.models import Employer, Firm, Person, Recruiter
from contacts.names import fold
from tests.factories import EmployerFactory, FirmFactory, PersonFactory, RecruiterFactory

refold = import_module("contacts.migrations.0004_fold_names_anew")


def as_before(row: Any, folded: str) -> Any:
    """`row` with its name folded as it used to be."""
    type(row).across_owners.filter(pk=row.pk).update(folded_name=folded)
    return row


def migrate() -> None:
    refold.fold_anew(apps, None)


@pytest.mark.parametrize(
    "made_by", [FirmFactory, EmployerFactory, PersonFactory, RecruiterFactory]
)
def test_it_folds_what_was_folded_otherwise(user: User, made_by: Any) -> None:
    row = as_before(made_by(owner=user, name="O’Brien"), "o’brien")
    plain = made_by(owner=user, name="Doe")
    migrate()
    for one, folded in ((row, "o'brien"), (plain, "doe")):
        one.refresh_from_db()
        assert (one.folded_name, one.version) == (folded, 1)


@pytest.mark.parametrize(("model", "made_by"), [(Firm, FirmFactory), (Employer, EmployerFactory)])
def test_of_two_that_are_one_name_now_both_stay(user: User, model: Any, made_by: Any) -> None:
    odd = as_before(made_by(owner=user, name="O’Brien"), "o’brien")
    odder = as_before(made_by(owner=user, name="O´Brien"), "o brien")
    plain = made_by(owner=user, name="O'Brien")
    migrate()
    rows = model.objects.of(user).order_by("pk")
    assert [(row.pk, row.name) for row in rows] == [
        (odd.pk, "O’Brien (2)"),
        (odder.pk, "O´Brien (3)"),
        (plain.pk, "O'Brien"),
    ]
    for row in rows:
        assert row.folded_name == fold(row.name)
        row.save()  # and may be edited as any other
    assert rows[0].version == 3


def test_employers_that_are_one_name_stay_one_company(user: User) -> None:
    odd = as_before(EmployerFactory(owner=user, name="O’Brien", other_names="OBI"), "o’brien")
    plain = EmployerFactory(owner=user, name="O'Brien")
    migrate()
    odd.refresh_from_db()
    assert odd.other_names == "OBI\nO’Brien"
    assert Companies.of(user).are_one(odd, plain)


def test_a_name_of_full_length_still_fits(user: User) -> None:
    long = "O’" + "x" * 198
    odd = as_before(FirmFactory(owner=user, name=long), long.casefold())
    FirmFactory(owner=user, name=long.replace("’", "'"))
    migrate()
    odd.refresh_from_db()
    assert odd.name == long[:196] + " (2)"


def test_the_trash_and_another_user_are_in_nobodys_way(user: User, other: User) -> None:
    mine = as_before(FirmFactory(owner=user, name="O’Brien"), "o’brien")
    gone = FirmFactory(owner=user, name="O'Brien", trashed_at=timezone.now())
    FirmFactory(owner=other, name="O'Brien")
    migrate()
    mine.refresh_from_db()
    gone.refresh_from_db()
    assert (mine.name, mine.folded_name, gone.name) == ("O’Brien", "o'brien", "O'Brien")


def test_many_are_folded_a_part_at_a_time(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refold, "PART", 2)
    rows = [as_before(PersonFactory(owner=user, name=f"O’B {n}"), f"o’b {n}") for n in range(5)]
    migrate()
    folded = Person.across_owners.filter(pk__in=[row.pk for row in rows])
    assert sorted(folded.values_list("folded_name", flat=True)) == [f"o'b {n}" for n in range(5)]


def test_recruiters_may_share_a_name(user: User) -> None:
    for name in ("O’Brien", "O'Brien"):
        as_before(RecruiterFactory(owner=user, name=name), name.casefold())
    migrate()
    assert set(Recruiter.objects.of(user).values_list("folded_name", flat=True)) == {"o'brien"}
