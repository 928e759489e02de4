"""A sheet that names what was merged while it was typed: nothing is made anew."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Person, Recruiter
from desk.merging import merge
from tests import factories
from tests.desk.sheets import SHEET, sheet
from tests.desk.test_merging import fresh

DRAFT = "/calls/new/draft/"


def keep(client: Client, /, **typed: Any) -> dict[str, Any]:
    """A sheet as it was typed, kept as a draft, too."""
    data = sheet(client, **typed)
    assert client.post(DRAFT, data | {"typed_at": 1}).status_code == 204
    return data


def merged(made: Any, user: User, kept: str, gone: str) -> Any:
    rows = made(owner=user, name=kept), made(owner=user, name=gone)
    merge(*map(fresh, rows))
    return rows[0]


@pytest.mark.parametrize("is_chosen", [True, False])
def test_it_goes_on_with_the_kept_caller(client: Client, user: User, is_chosen: bool) -> None:
    kept = factories.RecruiterFactory(owner=user, name="Jane Doe")
    gone = factories.RecruiterFactory(owner=user, name="J. Doe")
    data = keep(client, who="J. Doe", recruiter=str(gone.pk) if is_chosen else "")
    merge(fresh(kept), fresh(gone))
    # As it was left open in another window; as it is taken up again.
    assert client.post(SHEET, data).status_code == 302
    assert Call.objects.of(user).get().recruiter == kept
    assert Recruiter.objects.of(user).get() == kept


def test_a_kept_sheet_says_what_is_known_of_the_kept_caller(client: Client, user: User) -> None:
    kept = factories.RecruiterFactory(owner=user, name="Jane Doe")
    gone = factories.RecruiterFactory(owner=user, name="J. Doe")
    data = keep(client, who="J. Doe")
    merge(fresh(kept), fresh(gone))
    page = client.get(SHEET, {"draft": data["client_key"]})
    assert page.context["known"].recruiter == kept


def test_it_names_the_kept_firm(client: Client, user: User) -> None:
    data = keep(client, who="Grace", firm="Acme Ltd")
    kept = merged(factories.FirmFactory, user, "Acme", "Acme Ltd")
    assert client.post(SHEET, data).status_code == 302
    assert Firm.objects.of(user).get() == kept
    assert Call.objects.of(user).get().firm == Recruiter.objects.of(user).get().firm == kept


def test_a_caller_of_a_merged_firm_is_found_without_a_question(client: Client, user: User) -> None:
    kept = merged(factories.FirmFactory, user, "Acme", "Acme Ltd")
    here = factories.RecruiterFactory(owner=user, name="Grace", firm=kept)
    factories.RecruiterFactory(owner=user, name="Grace", firm=factories.FirmFactory(owner=user))
    assert client.post(SHEET, sheet(client, who="Grace", firm="Acme Ltd")).status_code == 302
    assert Call.objects.of(user).get().recruiter == here


def test_it_names_the_kept_client_and_person(client: Client, user: User) -> None:
    acme = merged(factories.EmployerFactory, user, "Acme", "Northwind")
    pat = merged(factories.PersonFactory, user, "Patricia Doe", "Pat")
    data = sheet(client, who="Grace", named_by="Pat", position="CFO") | {"client": "Northwind"}
    assert client.post(SHEET, data).status_code == 302
    assert Opportunity.objects.of(user).get().client == Employer.objects.of(user).get() == acme
    assert Call.objects.of(user).get().named_by == Person.objects.of(user).get() == pat


def test_it_follows_what_was_merged_further(user: User) -> None:
    rows = [factories.FirmFactory(owner=user, name=name) for name in ("Acme", "Acme Ltd", "ACM")]
    merge(*map(fresh, rows[1:]))
    merge(*map(fresh, rows[:2]))
    assert Firm.objects.of(user).found_or_made("ACM") == rows[0]


def test_who_has_the_name_now_goes_before_who_had_it(user: User, other: User) -> None:
    merged(factories.FirmFactory, user, "Acme", "Acme Ltd")
    again = factories.FirmFactory(owner=user, name="Acme Ltd")
    assert Firm.objects.of(user).found_or_made("ACME ltd") == again
    theirs = Firm.objects.of(other).found_or_made("Acme Ltd")
    assert theirs.owner == other


def test_what_was_thrown_away_is_no_merge(user: User) -> None:
    factories.FirmFactory(owner=user, name="Acme").trash()
    assert Firm.objects.of(user).found_or_made("Acme").trashed_at is None
