"""Where I work and worked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from contacts.models import Employer, Employment
from tests.addresses import check_refusals
from tests.factories import EmployerFactory, EmploymentFactory
from tests.pages import errors_of, form_of, html, send


def test_it_notes_where_i_work_and_makes_the_employer(client: Client, user: User) -> None:
    response = send(
        client,
        "/employments/new/",
        having="employer",
        employer_name="Acme",
        started_on="2020-03-01",
    )
    assert response.headers["Location"] == "/employments/"
    job = Employment.objects.of(user).get()
    assert (job.employer.name, job.started_on) == ("Acme", dt.date(2020, 3, 1))
    text = html(client.get("/employments/"))
    assert "Acme" in text
    assert "since 1 March 2020" in text


def test_it_takes_up_an_employer_that_is_known(client: Client, user: User) -> None:
    acme = EmployerFactory(owner=user, name="Acme")
    send(client, "/employments/new/", having="employer", employer_name=" ACME ")
    assert Employment.objects.of(user).get().employer == acme
    assert Employer.objects.of(user).count() == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\x00b", "\u0301"])
def test_it_makes_no_employer_of_no_name(client: Client, user: User, name: str) -> None:
    response = send(client, "/employments/new/", having="employer", employer_name=name)
    assert response.status_code == 422
    assert "employer" in errors_of(response)
    assert not Employer.objects.of(user).exists()


def test_it_makes_no_employer_of_a_form_that_is_refused(client: Client, user: User) -> None:
    days = {"started_on": "2024-05-02", "ended_on": "2024-05-01"}
    response = send(client, "/employments/new/", having="employer", employer_name="Acme", **days)
    assert response.status_code == 422
    assert errors_of(response)["ended_on"] == ["It cannot end before it began."]
    assert form_of(response, having="employer")["employer_name"] == "Acme"
    assert not Employer.objects.of(user).exists()


def test_it_mends_one(client: Client, user: User) -> None:
    job = EmploymentFactory(owner=user, employer__name="Acme")
    path = f"/employments/{job.pk}/edit/"
    assert form_of(client.get(path), having="employer")["employer_name"] == "Acme"
    assert send(client, path, having="employer", ended_on="2024-05-01").status_code == 302
    job.refresh_from_db()
    assert (job.employer.name, job.ended_on) == ("Acme", dt.date(2024, 5, 1))


def test_it_lists_the_present_first(client: Client, user: User) -> None:
    today = timezone.localdate()
    EmploymentFactory(owner=user, employer__name="Before", ended_on=today - dt.timedelta(days=9))
    EmploymentFactory(owner=user, employer__name="Now", started_on=today)
    text = html(client.get("/employments/"))
    assert text.index("Now</a>") < text.index("Before</a>")
    assert text.count("chip--good") == 1


def test_it_goes_to_the_trash_and_back(client: Client, user: User) -> None:
    job = EmploymentFactory(owner=user, employer__name="Acme")
    page = client.get(client.post(f"/employments/{job.pk}/trash/").headers["Location"])
    assert not Employment.objects.of(user).exists()
    assert f"/employments/{job.pk}/restore/" in html(page)
    assert client.post(f"/employments/{job.pk}/restore/").status_code == 302
    assert Employment.objects.of(user).get() == job


def test_it_is_found_from_the_settings(client: Client) -> None:
    assert 'href="/employments/"' in html(client.get("/settings/"))


@pytest.mark.parametrize(
    "name",
    ["employment_list", "employment_new", "employment_edit", "employment_trash"],
)
def test_it_refuses_what_every_page_refuses(
    name: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(f"contacts:{name}", client=client, anonymous=anonymous, other=other)
