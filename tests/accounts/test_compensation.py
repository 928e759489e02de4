"""What I earn, as a whole, as of a day: veiled until it is asked for."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Compensation, User
from tests.addresses import check_refusals
from tests.factories import CompensationFactory
from tests.pages import HTMX, errors_of, html, is_fragment, send

KIT, ALL, NEW = "/kit/", "/compensation/", "/compensation/new/"


def path(row: Compensation, verb: str) -> str:
    return reverse(f"accounts:compensation_{verb}", args=[row.pk])


def test_it_is_noted_as_a_whole(client: Client, user: User) -> None:
    response = send(
        client,
        NEW,
        having="base",
        as_of="2026-01-01",
        base="150,000 £",
        bonus="30 %",
        equity="options until 2028",
        benefits="pension",
    )
    assert response.headers["Location"] == f"{KIT}#compensation"
    row = Compensation.objects.of(user).get()
    assert (row.as_of, row.base, row.bonus) == (dt.date(2026, 1, 1), "150,000 £", "30 %")
    assert (row.equity, row.benefits) == ("options until 2028", "pension")


def test_it_must_say_something(client: Client, user: User) -> None:
    response = send(client, NEW, having="base")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["base"]
    assert not Compensation.objects.of(user).exists()


def test_the_kit_says_of_when_it_is_and_holds_no_amount(client: Client, user: User) -> None:
    CompensationFactory(owner=user, as_of=dt.date(2025, 1, 1), base="first 111")
    CompensationFactory(owner=user, as_of=dt.date(2026, 5, 3), base="then 222", benefits="a car")
    page = html(client.get(KIT))
    assert "3 May 2026" in page
    assert not [said for said in ("111", "222", "a car") if said in page]


def test_asked_for_it_shows_all_of_them_the_newest_first(client: Client, user: User) -> None:
    CompensationFactory(owner=user, as_of=dt.date(2025, 1, 1), base="first 111")
    CompensationFactory(owner=user, as_of=dt.date(2026, 5, 3), base="then 222")
    response = client.get(ALL)
    assert html(response).index("then 222") < html(response).index("first 111")
    assert response.headers["Cache-Control"] == "no-store"


def test_fetched_into_another_page_it_is_the_newest_and_no_form(
    client: Client, user: User
) -> None:
    CompensationFactory(owner=user, as_of=dt.date(2025, 1, 1), base="first 111")
    CompensationFactory(owner=user, as_of=dt.date(2026, 5, 3), base="then 222")
    response = client.get(ALL, headers=HTMX)
    assert is_fragment(response)
    assert "then 222" in html(response)
    assert "first 111" not in html(response)
    assert "<form" not in html(response)


def test_beside_the_call_sheet_it_is_a_press_away(client: Client, user: User) -> None:
    CompensationFactory(owner=user, base="then 222")
    page = html(client.get("/calls/new/"))
    assert f'data-hx-get="{ALL}"' in page
    assert "222" not in page


def test_it_is_corrected(client: Client, user: User) -> None:
    row = CompensationFactory(owner=user)
    send(client, path(row, "edit"), having="base", base="150")
    row.refresh_from_db()
    assert (row.base, row.version) == ("150", 2)


def test_a_second_edit_of_the_same_is_told(client: Client, user: User) -> None:
    row = CompensationFactory(owner=user)
    row.save()
    response = send(client, path(row, "edit"), having="base", base="150", version="1")
    assert response.status_code == 422


def test_thrown_away_it_comes_back_by_one_press(client: Client, user: User) -> None:
    row = CompensationFactory(owner=user, base="then 222")
    page = html(client.post(path(row, "trash"), follow=True))
    assert path(row, "restore") in page
    assert "222" not in page
    client.post(path(row, "restore"))
    assert Compensation.objects.of(user).get() == row


@pytest.mark.parametrize("verb", ["list", "new", "edit", "trash", "restore"])
def test_it_refuses_what_every_page_refuses(
    verb: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(
        f"accounts:compensation_{verb}", client=client, anonymous=anonymous, other=other
    )
