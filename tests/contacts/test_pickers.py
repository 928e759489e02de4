"""Choosing a row by its name in a form: by what is typed, and by what was found for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from calls.models import Call
from contacts.models import Recruiter
from followups.models import Promise
from tests.addresses import check_refusals
from tests.factories import (
    CallFactory,
    EmployerFactory,
    FirmFactory,
    OpportunityFactory,
    PromiseFactory,
    RecruiterFactory,
)
from tests.pages import HTMX, errors_of, form_of, html, is_fragment

NEW = "/promises/new/"
UNKNOWN = "There is no recruiter of this name."


@pytest.fixture
def grace(user: User) -> Recruiter:
    return RecruiterFactory(
        owner=user, name="Grâce Ökonkwo", firm=FirmFactory(owner=user, name="Northgate")
    )


def save(client: Client, **values: Any) -> Any:
    """A new promise, with the fields of its pickers as a browser has them."""
    data = {"owed_by": "me", "kind": "call_back", "due_on": "2099-01-05"}
    pickers = {"recruiter": "", "recruiter_name": "", "firm": "", "firm_name": ""}
    return client.post(NEW, {**data, **pickers, **values})


def saved(user: User) -> Promise:
    return Promise.objects.of(user).get()


@pytest.mark.parametrize("typed", ["Grâce Ökonkwo", "  grace   OKONKWO ", "grace okonkwo"])
def test_a_typed_name_is_enough(client: Client, user: User, grace: Recruiter, typed: str) -> None:
    assert save(client, recruiter_name=typed).status_code == 302
    assert saved(user).recruiter == grace


def test_what_is_typed_counts_and_not_an_id_left_over(
    client: Client, user: User, grace: Recruiter
) -> None:
    ann = RecruiterFactory(owner=user, name="Ann")
    assert save(client, recruiter=ann.pk, recruiter_name="Grace Okonkwo").status_code == 302
    assert saved(user).recruiter == grace


def test_nothing_typed_is_nobody(client: Client, user: User, grace: Recruiter) -> None:
    save(client, recruiter=grace.pk, recruiter_name=" ", firm_name="northgate")
    assert saved(user).recruiter is None
    assert saved(user).firm == grace.firm


def test_an_id_alone_is_enough(client: Client, user: User, grace: Recruiter) -> None:
    data = {"owed_by": "me", "kind": "call_back", "due_on": "2099-01-05", "recruiter": grace.pk}
    assert client.post(NEW, data).status_code == 302
    assert saved(user).recruiter == grace


def test_it_says_that_a_name_is_unknown(client: Client, user: User) -> None:
    response = save(client, recruiter_name="Nobody", firm_name="Nowhere")
    assert response.status_code == 422
    errors = errors_of(response)
    assert errors["recruiter"] == [UNKNOWN]
    assert errors["firm"] == ["There is no firm of this name."]
    assert form_of(response, having="kind")["recruiter_name"] == "Nobody"


@pytest.mark.parametrize("typed", ["\x00", "Gr\x00ace", "x" * 100_000, "%", "ﷺ" * 300])
def test_it_bears_odd_names(client: Client, grace: Recruiter, typed: str) -> None:
    response = save(client, recruiter_name=typed)
    assert response.status_code == 422
    assert errors_of(response)["recruiter"] == [UNKNOWN]


def test_it_asks_which_of_several_of_one_name(client: Client, user: User) -> None:
    for firm in ("North", "South"):
        RecruiterFactory(owner=user, name="Jo Kim", firm=FirmFactory(owner=user, name=firm))
    other_jo = RecruiterFactory(owner=user, name="jo kim")
    response = save(client, recruiter_name="Jo Kim")
    assert errors_of(response)["recruiter"] == ["Several have this name. Which one is it?"]
    for words in ("North", "South", "no firm known"):
        assert f"<small>{words}</small>" in html(response)
    again = {**form_of(response, having="kind"), "recruiter": other_jo.pk}
    assert client.post(NEW, again).status_code == 302
    assert saved(user).recruiter == other_jo


def test_another_of_the_same_name_can_be_chosen(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user, recruiter__name="Jo Kim")
    other_jo = RecruiterFactory(owner=user, name="Jo Kim")
    path = f"/promises/{promise.pk}/edit/"
    data = form_of(client.get(path), having="kind") | {"recruiter": other_jo.pk}
    assert client.post(path, data).status_code == 302
    assert saved(user).recruiter == other_jo


@pytest.mark.parametrize("with_id", [True, False])
def test_it_knows_nobody_of_somebody_else(
    client: Client, user: User, other: User, with_id: bool
) -> None:
    theirs = RecruiterFactory(owner=other, name="Secretive")
    pk = theirs.pk if with_id else ""
    unknown = save(client, recruiter=987654321 if with_id else "", recruiter_name="Secretive")
    response = save(client, recruiter=pk, recruiter_name="Secretive")
    assert errors_of(response) == errors_of(unknown)
    assert errors_of(response)["recruiter"] == [UNKNOWN]


def test_it_knows_nobody_in_the_trash(client: Client, grace: Recruiter) -> None:
    grace.trash()
    response = save(client, recruiter=grace.pk, recruiter_name=grace.name)
    assert errors_of(response)["recruiter"] == [UNKNOWN]


def test_a_form_that_is_sent_as_it_came_changes_nothing(client: Client, user: User) -> None:
    position = OpportunityFactory(owner=user, title="CFO, interim")
    call = CallFactory(
        owner=user, recruiter__name="Ann", firm=FirmFactory(owner=user), opportunity=position
    )
    path = f"/calls/{call.pk}/edit/"
    data = form_of(client.get(path), having="outcome")
    assert data["recruiter_name"] == "Ann"
    assert data["opportunity_name"] == "CFO, interim, client withheld"
    response = client.post(path, data)
    assert response.status_code == 302
    again = Call.objects.of(user).get()
    assert (again.recruiter, again.firm, again.opportunity) == (
        call.recruiter,
        call.firm,
        position,
    )


@pytest.mark.parametrize("typed", ["Coo", "COO, Acme", "coo, acme, in confidence"])
def test_an_opportunity_is_found_by_its_position_and_client(
    client: Client, user: User, typed: str
) -> None:
    call = CallFactory(owner=user)
    acme = EmployerFactory(owner=user, name="Acme")
    disclosure = "in_confidence" if "confidence" in typed else "named"
    coo = OpportunityFactory(owner=user, title="COO", client=acme, client_disclosure=disclosure)
    OpportunityFactory(owner=user, title="COO, Europe")
    path = f"/calls/{call.pk}/edit/"
    data = form_of(client.get(path), having="outcome") | {"opportunity_name": typed}
    assert client.post(path, data).status_code == 302
    assert Call.objects.of(user).get().opportunity == coo


def test_it_shows_both_names_of_two_edits(client: Client, user: User, grace: Recruiter) -> None:
    promise = PromiseFactory(owner=user, recruiter__name="Ann")
    RecruiterFactory(owner=user, name="Bea")
    path = f"/promises/{promise.pk}/edit/"
    mine = form_of(client.get(path), having="kind") | {"recruiter_name": "Bea"}
    client.post(path, form_of(client.get(path), having="kind") | {"recruiter_name": grace.name})
    response = client.post(path, mine)
    assert errors_of(response)["recruiter"] == [f"Saved meanwhile: {grace.name}"]
    again = form_of(response, having="kind")
    assert again["recruiter_name"] == "Bea"
    assert client.post(path, again).status_code == 302
    assert saved(user).recruiter.name == "Bea"


@pytest.mark.parametrize("make", [RecruiterFactory, FirmFactory, OpportunityFactory])
def test_no_form_lists_every_row(client: Client, user: User, make: Any) -> None:
    """Neither in the page nor in its queries."""
    paths = [
        NEW,
        "/recruiters/new/",
        f"/calls/{CallFactory(owner=user).pk}/edit/",
        f"/promises/{PromiseFactory(owner=user).pk}/edit/",
    ]

    def look() -> list[tuple[int, int]]:
        seen = []
        for path in paths:
            with CaptureQueriesContext(connection) as captured:
                length = len(client.get(path).content)
            seen.append((length, len(captured)))
        return seen

    before = look()
    for _number in range(50):
        make(owner=user)
    for (length, count), (length_before, count_before) in zip(look(), before, strict=True):
        assert length < length_before + 200  # tokens and ids vary
        assert count == count_before <= 12


FINDERS = ["contacts:recruiter_options", "contacts:firm_options", "calls:opportunity_options"]


def options(client: Client, finder: str, typed: str) -> list[tuple[str, str]]:
    response = client.post(reverse(finder), {"any_name": typed}, headers=HTMX)
    assert response.status_code == 200
    assert is_fragment(response)
    assert "no-store" in response.headers["Cache-Control"]
    return [(one.name, one.hint) for one in response.context["options"]]


def test_it_finds_recruiters(client: Client, grace: Recruiter) -> None:
    RecruiterFactory(owner=grace.owner, name="Margrace")
    found = [("Grâce Ökonkwo", "Northgate"), ("Margrace", "no firm known")]
    assert options(client, FINDERS[0], "GRACE") == found
    assert options(client, FINDERS[0], "north okon") == found[:1]


def test_it_finds_firms(client: Client, user: User) -> None:
    for name in ("Söhne & Co", "Johnsohne", "Vane"):
        FirmFactory(owner=user, name=name)
    assert options(client, FINDERS[1], "sohne") == [("Söhne & Co", ""), ("Johnsohne", "")]


def test_it_finds_opportunities(client: Client, user: User, grace: Recruiter) -> None:
    acme = EmployerFactory(owner=user, name="Acmé")
    OpportunityFactory(
        owner=user, title="COO", client=acme, client_disclosure="named", recruiter=grace
    )
    OpportunityFactory(owner=user, title="CFO")
    assert options(client, FINDERS[2], "acme coo") == [("COO, Acmé", "Grâce Ökonkwo")]
    assert options(client, FINDERS[2], "cfo") == [("CFO, client withheld", "")]


@pytest.mark.parametrize("finder", FINDERS)
@pytest.mark.parametrize("typed", ["", " ", "\x00", "%", "_", "zzz", "x" * 100_000, "a " * 150])
def test_it_finds_nothing(client: Client, user: User, finder: str, typed: str) -> None:
    for make in (RecruiterFactory, FirmFactory, OpportunityFactory):
        make(owner=user).trash()
    assert options(client, finder, typed) == []


@pytest.mark.parametrize("finder", FINDERS)
def test_it_finds_no_more_than_six_with_as_many_queries(
    client: Client, user: User, finder: str
) -> None:
    def make(count: int) -> int:
        for _number in range(count):
            RecruiterFactory(owner=user, firm=FirmFactory(owner=user))
            client_of = EmployerFactory(owner=user)
            OpportunityFactory(owner=user, client=client_of, client_disclosure="named")
        with CaptureQueriesContext(connection) as captured:
            found = options(client, finder, "i")
        assert len(found) == min(count, 6)
        return len(captured)

    assert make(3) == make(20)


@pytest.mark.parametrize("finder", FINDERS)
def test_it_finds_nothing_of_somebody_else(
    client: Client, user: User, other: User, finder: str
) -> None:
    for make in (RecruiterFactory, FirmFactory, OpportunityFactory):
        make(owner=other)
    assert options(client, finder, "i") == []


@pytest.mark.parametrize("finder", FINDERS)
def test_it_shows_names_as_text(client: Client, user: User, finder: str) -> None:
    RecruiterFactory(owner=user, name='Grace <b>"')
    FirmFactory(owner=user, name='Grace <b>"')
    OpportunityFactory(owner=user, title='Grace <b>"')
    text = html(client.post(reverse(finder), {"any_name": "grace"}))
    assert "<b>" not in text
    assert 'data-pick-name="Grace &lt;b&gt;&quot;' in text


@pytest.mark.parametrize("finder", FINDERS)
def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User, finder: str
) -> None:
    check_refusals(finder, client=client, anonymous=anonymous, other=other)
