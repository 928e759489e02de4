"""Find anything by any part of it."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.addresses import check_refusals
from tests.factories import (
    FirmFactory,
    OpportunityFactory,
    PersonFactory,
    PhoneFactory,
    RecruiterFactory,
)
from tests.pages import HTMX, html, is_fragment

FIND = "/search/"


def found(client: Client, typed: str) -> list[tuple[str, str]]:
    response = client.post(FIND, {"q": typed})
    return [
        (str(group.kind.label), row.name)
        for group in response.context["found"]
        for row in group.rows
    ]


@pytest.fixture(autouse=True)
def _known(user: User, other: User) -> None:
    firm = FirmFactory(owner=user, name="Müller & Söhne")
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=firm)
    PhoneFactory(owner=user, recruiter=grace, number="+12125550100")
    PersonFactory(owner=user, name="Pat Lee")
    OpportunityFactory(owner=user, title="Interim CFO", recruiter=grace)
    RecruiterFactory(owner=other, name="Grace of another")


@pytest.mark.parametrize("typed", ["mull", "SOHNE", "müller söhne"])
def test_it_finds_a_firm_and_who_works_there(client: Client, typed: str) -> None:
    assert found(client, typed) == [("Recruiters", "Grace Okonkwo"), ("Firms", "Müller & Söhne")]


@pytest.mark.parametrize("typed", ["grac", "okonk", "212 555 0100", "(212) 555-0100", "0100"])
def test_it_finds_a_recruiter_of_mine_alone(client: Client, typed: str) -> None:
    assert ("Recruiters", "Grace Okonkwo") in found(client, typed)
    assert "Grace of another" not in html(client.post(FIND, {"q": typed}))


def test_it_finds_people_and_positions(client: Client) -> None:
    assert found(client, "pat") == [("People", "Pat Lee")]
    assert found(client, "cfo") == [("Opportunities", "Interim CFO, client withheld")]


@pytest.mark.parametrize("typed", ["", "  ", "nobody at all", "\x00", "%", "x" * 5000, "😀"])
def test_it_says_when_there_is_nothing(client: Client, typed: str) -> None:
    assert found(client, typed) == []


def test_it_answers_a_link(client: Client) -> None:
    assert "<mark>Pat</mark> Lee" in html(client.get(FIND, {"q": "pat"}))


def test_it_gives_htmx_the_results_alone(client: Client) -> None:
    response = client.post(FIND, {"q": "pat"}, headers=HTMX | {"HX-Target": "found"})
    assert is_fragment(response)
    assert "<mark>Pat</mark> Lee" in html(response)


def test_it_is_refused_to_others(client: Client, anonymous: Client, other: User) -> None:
    check_refusals("search:results", client=client, anonymous=anonymous, other=other)


def test_it_is_narrowed_by_what_is_pressed(client: Client) -> None:
    response = client.post(FIND, {"q": "grac"})
    whom = response.context["found"][0].rows[0].whom
    only = client.post(FIND, {"q": "", "only": str(whom)})
    assert "Only what is about <b>Grace Okonkwo</b>" in html(only)
    more = client.post(FIND, {"q": "grac", "more": "recruiter"})
    assert more.context["filters"].kind.name == "recruiter"
    everything = client.post(FIND, {"q": "grac", "kind": "recruiter", "everything": "1"})
    assert not everything.context["filters"]


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "nonsense"},
        {"since": "0001-01-01"},
        {"since": "9999-12-31"},
        {"whom": "recruiter-99999999999999999"},
        {"whom": "x"},
        {"page": "-1"},
        {"page": "999"},
        {"page": "٣"},
    ],
)
def test_it_answers_whatever_is_asked(client: Client, asked: dict[str, str]) -> None:
    assert client.post(FIND, {"q": "grac", **asked}).status_code == 200


SIGNS = ["'", '"', "\x00", "\\", ":", "&", "|", "*", "(", ")", "-", "'\"-1", '"-1', "'-1", "\\'-1"]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("name", ["q", "kind", "more", "whom", "only", "since", "page"])
def test_it_answers_whatever_signs_are_sent(client: Client, name: str, sign: str) -> None:
    answers = [client.get(FIND, {"q": "grac", name: sign}), client.post(FIND, {name: sign})]
    expected = 422 if name == "since" else 200
    assert [answer.status_code for answer in answers] == [expected] * 2


@pytest.mark.parametrize("name", ["whom", "only"])
@pytest.mark.parametrize("quote", [('"', "AND", "OR"), ("'", "&", "|")])
def test_nobody_can_ask_for_anothers_words(
    client: Client, other: User, name: str, quote: tuple[str, str, str]
) -> None:
    for _firm in range(9):
        FirmFactory(owner=other, specialties="secretly")
    q, both, either = quote
    text = f"recruiter1{q} {both} {q}secretly{q} {either} {q}_o-{other.pk}"
    response = client.post(FIND, {"q": "", "kind": "firm", name: text})
    assert response.status_code == 200
    assert [group.has_more for group in response.context["found"]] == [False]
    assert response.context["filters"].whom is None


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "\x00", "2026-06-15T25"])
def test_it_says_beside_the_field_that_a_day_cannot_be_read(client: Client, since: str) -> None:
    """And shows what there is without it."""
    response = client.post(FIND, {"q": "pat", "since": since})
    assert response.status_code == 422
    page = html(response)
    assert 'aria-describedby="find-since_error"' in page
    assert 'id="find-since_error"' in page
    assert "<mark>Pat</mark> Lee" in page
    assert client.post(FIND, {"q": "pat", "since": since, "everything": "1"}).status_code == 200


def test_it_says_nothing_of_a_day_that_can_be_read(client: Client) -> None:
    page = html(client.post(FIND, {"q": "pat", "since": "2026-06-15"}))
    assert "find-since_error" not in page


def test_it_says_nothing_of_somebody_elses(client: Client, other: User) -> None:
    theirs = RecruiterFactory(owner=other, name="Quentin Zweiblum")
    page = html(client.post(FIND, {"q": "", "whom": f"recruiter-{theirs.pk}"}))
    assert "Zweiblum" not in page
    unknown = html(client.post(FIND, {"q": "", "whom": "recruiter-987654"}))
    assert without_numbers(page) == without_numbers(unknown)


def without_numbers(page: str) -> str:
    return re.sub(r"recruiter-\d+|[A-Za-z0-9]{64}", "", page)


@pytest.mark.parametrize("typed", ["", "grac", "a", "zzzz", "okonkow", "0100"])
def test_it_asks_few_questions(client: Client, typed: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        client.post(FIND, {"q": typed}, headers=HTMX | {"HX-Target": "found"})
    assert len(captured) <= 8
