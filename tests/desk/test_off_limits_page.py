"""Off-limits entries on a firm's page: added, mended, thrown away."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Employer, Firm, OffLimits
from tests.addresses import check_refusals
from tests.factories import EmployerFactory, EmploymentFactory, FirmFactory, OffLimitsFactory
from tests.pages import errors_of, form_of, html, send


@pytest.fixture
def firm(user: User) -> Firm:
    return FirmFactory(owner=user, name="Northgate")


@pytest.fixture
def path(firm: Firm) -> str:
    return f"/firms/{firm.pk}/off-limits/"


def test_it_notes_one_and_says_whether_it_concerns_me(
    client: Client, firm: Firm, path: str
) -> None:
    EmploymentFactory(owner=firm.owner, employer__name="Acme")
    values = {"employer_name": "acme", "until": "2999-05-03", "certainty": "confirmed"}
    response = send(client, path, having="employer", **values)
    assert response.headers["Location"] == f"{firm.get_absolute_url()}#off-limits"
    entry = OffLimits.objects.of(firm.owner).get()
    assert (entry.firm, entry.until) == (firm, dt.date(2999, 5, 3))
    text = html(client.get(firm.get_absolute_url()))
    assert "May not take people from Acme until 3 May 2999 (confirmed)." in text
    assert "they may fall silent on you" in text


def test_it_makes_an_employer_that_is_not_known(client: Client, firm: Firm, path: str) -> None:
    assert send(client, path, having="employer", employer_name="Umbra").status_code == 302
    assert Employer.objects.of(firm.owner).get().name == "Umbra"
    assert "not noted where you work" in html(client.get(firm.get_absolute_url()))


def test_it_asks_for_the_employer(client: Client, firm: Firm, path: str) -> None:
    response = send(client, path, having="employer", until="2027-01-01")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["employer"]
    assert not OffLimits.objects.of(firm.owner).exists()


def test_it_mends_one(client: Client, firm: Firm) -> None:
    entry = OffLimitsFactory(owner=firm.owner, firm=firm, employer__name="Acme")
    path = f"/off-limits/{entry.pk}/edit/"
    assert form_of(client.get(path), having="employer")["employer_name"] == "Acme"
    send(client, path, having="employer", certainty="confirmed")
    entry.refresh_from_db()
    assert (entry.certainty, entry.employer.name) == ("confirmed", "Acme")


def test_it_goes_to_the_trash_and_back(client: Client, firm: Firm) -> None:
    entry = OffLimitsFactory(owner=firm.owner, firm=firm, employer__name="Acme")
    location = client.post(f"/off-limits/{entry.pk}/trash/").headers["Location"]
    text = html(client.get(location))
    assert "Acme" not in text
    assert f"/off-limits/{entry.pk}/restore/" in text
    client.post(f"/off-limits/{entry.pk}/restore/")
    assert "Acme" in html(client.get(firm.get_absolute_url()))


def test_it_leads_to_where_i_work(client: Client, firm: Firm) -> None:
    assert 'href="/employments/"' in html(client.get(firm.get_absolute_url()))


def test_it_takes_no_employer_of_anothers(client: Client, path: str, other: User) -> None:
    theirs = EmployerFactory(owner=other, name="Acme")
    response = send(client, path, having="employer", employer=theirs.pk)
    assert response.status_code == 422


@pytest.mark.parametrize("name", ["off_limits_new", "off_limits_edit", "off_limits_trash"])
def test_it_refuses_what_every_page_refuses(
    name: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(f"desk:{name}", client=client, anonymous=anonymous, other=other)
