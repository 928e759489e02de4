"""Saying of a single row of the preview that it is a recruiter, or one of my network."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from contacts.models import Person, Recruiter
from desk.importing import work
from desk.importing.run import ImportRow, ImportRun
from tests.desk.imports import bring_in, row_of, table, taken_in, verdicts
from tests.factories import PersonFactory
from tests.pages import HTMX, html, is_fragment

pytestmark = pytest.mark.django_db
FILE = table("Nina Neu,Oakline,Partner,+442079460001,n@n.example,Met x17", "Bo Lind,Acme,CFO,,,")


def say(client: Client, row: ImportRow, circle: str, **headers: Any) -> Any:
    path = reverse("desk:import_row", args=[row.pk])
    return client.post(path, {"as": circle, "page": "1"}, **headers)


def test_one_of_my_network_becomes_a_recruiter(client: Client, user: User) -> None:
    run = taken_in(user, FILE)
    assert html(client.get(run.get_absolute_url())).count("Take as a recruiter") == 2
    response = say(client, row_of(run, 1), "recruiter", headers=HTMX)
    assert is_fragment(response)
    assert "Take as one of my network" in html(response)
    assert 'data-hx-swap-oob="true">2<' in html(response)
    bring_in(run)
    nina = Recruiter.objects.of(user).get()
    assert (nina.name, nina.firm.name, nina.title) == ("Nina Neu", "Oakline", "Partner")
    assert (nina.notes, nina.phones.count(), nina.emails.count()) == ("Met x17", 1, 1)
    assert Person.objects.of(user).get().name == "Bo Lind"


def test_without_javascript_it_leads_back_to_the_row(client: Client, user: User) -> None:
    run = taken_in(user, FILE)
    row = row_of(run, 2)
    response = say(client, row, "recruiter")
    assert response.headers["Location"] == f"/import/{run.pk}/?show=new&page=1#row-{row.pk}"
    assert row_of(run, 2).what == "recruiter"
    say(client, row, "person")
    assert row_of(run, 2).what == "person"
    assert row_of(run, 2).data == row.data


def test_it_stays_so_when_the_file_is_read_anew(client: Client, user: User) -> None:
    run = taken_in(user, FILE)
    say(client, row_of(run, 1), "recruiter")
    client.post(reverse("desk:import_row", args=[row_of(run, 1).pk]), {"take": "no"})
    client.post(reverse("desk:import_choose", args=[run.pk]), {"circle": "people"})
    assert [row_of(run, at).what for at in (1, 2)] == ["recruiter", "person"]
    assert row_of(run, 1).is_left_out
    bring_in(run)
    run.refresh_from_db()
    assert run.recognised == {}


def test_who_is_then_somebody_known_is_shown_and_it_can_be_taken_back(
    client: Client, user: User
) -> None:
    PersonFactory(owner=user, name="Bo Lind", position="Baker")
    run = taken_in(user, table("Bo Lind,Acme,Recruiter,,,", "Ada Ash,Acme,CFO,,,"))
    assert verdicts(run) == ["new", "new"]
    response = say(client, row_of(run, 1), "person", headers=HTMX)
    assert response.headers["HX-Redirect"] == f"/import/{run.pk}/?show=same&page=1"
    page = html(client.get(response.headers["HX-Redirect"]))
    assert "Take as a recruiter" in page
    assert "Leave out" not in page
    run.refresh_from_db()
    assert run.counts == {"new": 1, "same": 1}
    response = say(client, row_of(run, 1), "recruiter")
    assert response.headers["Location"] == f"/import/{run.pk}/?show=new&page=1"
    assert [row_of(run, at).what for at in (1, 2)] == ["recruiter", "person"]


def test_whoever_stands_there_twice_stays_one(client: Client, user: User) -> None:
    run = taken_in(user, table("Nina Neu,Oakline,,,,", "Nina Neu,,,+442079460001,,"))
    assert verdicts(run) == ["new", "changes"]
    assert (
        html(client.get(f"{run.get_absolute_url()}?show=changes")).count("Take as a recruiter")
        == 0
    )
    say(client, row_of(run, 1), "recruiter", headers=HTMX)
    assert verdicts(run) == ["new", "changes"]
    bring_in(run)
    assert Recruiter.objects.of(user).get().phones.count() == 1
    assert not Person.objects.of(user).exists()


@pytest.mark.parametrize("circle", ["person", "firm", "call", "x"])
def test_nothing_else_can_be_said(client: Client, user: User, circle: str) -> None:
    run = taken_in(user, FILE)
    before = row_of(run, 1)
    assert say(client, before, circle).status_code == 302
    assert row_of(run, 1).what == before.what
    run.refresh_from_db()
    assert "chosen" not in run.recognised


def test_once_it_is_being_brought_in_it_is_too_late(client: Client, user: User) -> None:
    run = taken_in(user, FILE)
    row = row_of(run, 1)
    assert work.move(run, (ImportRun.State.READY,), ImportRun.State.BRINGING_IN)
    say(client, row, "recruiter")
    assert row_of(run, 1).what == "person"


def test_neither_firms_nor_calls_are_asked_about(client: Client, user: User) -> None:
    run = taken_in(user, table(",Northgate,,,,"))
    assert "Take as a recruiter" not in html(client.get(run.get_absolute_url()))
