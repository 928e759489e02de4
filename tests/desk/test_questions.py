"""Ask before you hang up: what is not known yet is asked, and its answer goes where it belongs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Kit, User
from calls.models import Call, Opportunity
from contacts.models import Firm
from followups.models import Promise
from tests.factories import CallFactory, FirmFactory, OpportunityFactory, RecruiterFactory
from tests.pages import fill_in, html

SHEET = "/calls/new/"


def asked(response: Any) -> set[str]:
    return {field.name for field in response.context["asked"]}


def noted(response: Any) -> set[str]:
    return {field.name for field in response.context["noted"]}


def log(client: Client, /, **answers: Any) -> None:
    data = fill_in(client, SHEET, having="who", **{"who": "Grace", **answers})
    assert client.post(SHEET, data).status_code == 302


def test_it_asks_everything_of_somebody_new(client: Client, user: User) -> None:
    assert asked(client.get(SHEET)) == {
        *("basis", "location", "reports_to", "aesc_member", "founded", "past_clients"),
        *("found_me_through", "named_by", "resume_wanted", "next_step"),
        *("callback_number", "best_times"),
    }


def test_it_does_not_press_for_the_client_on_a_first_contact(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user)
    CallFactory(owner=user, recruiter=grace, outcome="voicemail")
    response = client.get(SHEET, {"recruiter": grace.pk})
    assert noted(response) == {"client", "in_confidence", "withheld_why", "jd"}
    assert not noted(response) & asked(response)


def test_it_asks_for_the_client_once_they_have_talked(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user)
    CallFactory(owner=user, recruiter=grace, outcome="talked")
    response = client.get(SHEET, {"recruiter": grace.pk})
    assert noted(response) == set()
    assert {"client", "jd"} <= asked(response)


def test_it_does_not_ask_what_is_known_of_the_firm(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, aesc_member="yes", founded=1998)
    grace = RecruiterFactory(owner=user, firm=firm)
    response = client.get(SHEET, {"recruiter": grace.pk})
    assert asked(response) & {"aesc_member", "founded", "past_clients"} == {"past_clients"}


def test_it_does_not_ask_what_is_known_of_me(client: Client, user: User) -> None:
    kit = Kit.of(user)
    kit.callback_number, kit.best_times = "+442079460001", "after six"
    kit.save()
    assert not asked(client.get(SHEET)) & {"callback_number", "best_times"}


def test_it_asks_of_a_known_assignment_what_is_open(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user)
    cfo = OpportunityFactory(owner=user, recruiter=grace, basis="retained", location="Leeds")
    data = {"recruiter": grace.pk, "about": cfo.pk, "next_step": "a second call"}
    response = client.post(f"{SHEET}questions/", data)
    assert asked(response) >= {"reports_to", "next_step"}
    assert not asked(response) & {"basis", "location"}
    assert 'value="a second call"' in html(response)


def test_it_keeps_to_be_seen_what_was_answered_already(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate", founded=1998)
    data = {"firm": firm.name, "founded": "1899"}
    assert "founded" in asked(client.post(f"{SHEET}questions/", data))


def test_it_puts_every_answer_where_it_belongs(client: Client, user: User) -> None:
    log(
        client,
        firm="Northgate",
        position="CFO",
        withheld_why="listed company",
        basis="retained",
        location="Leeds",
        reports_to="the chair",
        jd="received",
        aesc_member="yes",
        founded="1998",
        past_clients="Globex",
        found_me_through="LinkedIn",
        named_by="Pat Lee",
        resume_wanted="yes",
        next_step="she sends the brief",
        callback_number="020 7946 0001",
        best_times="after six",
    )
    call, kit = Call.objects.of(user).get(), Kit.of(user)
    about, firm = call.opportunity, call.firm
    assert about is not None
    assert firm is not None
    assert (about.withheld_why, about.basis, about.jd) == (
        "listed company",
        "retained",
        "received",
    )
    assert (about.location, about.reports_to) == ("Leeds", "the chair")
    assert (firm.aesc_member, firm.founded, firm.past_clients) == ("yes", 1998, "Globex")
    assert (call.found_me_through, call.resume_wanted) == ("LinkedIn", "yes")
    assert call.named_by is not None
    assert (call.named_by.name, call.next_step) == ("Pat Lee", "she sends the brief")
    assert (kit.callback_number, kit.best_times) == ("+442079460001", "after six")


def test_it_forgets_nothing_that_is_not_answered_again(client: Client, user: User) -> None:
    answers = {"firm": "Northgate", "position": "CFO", "basis": "retained", "founded": "1998"}
    log(client, **answers, past_clients="Globex")
    log(client, firm="Northgate", position="CFO", past_clients="Initech")
    firm = Firm.objects.of(user).get()
    assert (firm.founded, firm.past_clients) == (1998, "Globex, Initech")
    assert Opportunity.objects.of(user).get().basis == "retained"


def test_it_tells_the_chosen_assignment_what_was_said(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    cfo = OpportunityFactory(owner=user, recruiter=grace, title="CFO")
    OpportunityFactory(owner=user, recruiter=grace, title="COO")
    log(client, recruiter=grace.pk, about=cfo.pk, client="Acme")
    assert Call.objects.of(user).get().opportunity == cfo
    cfo.refresh_from_db()
    assert cfo.client is not None
    assert cfo.client.name == "Acme"


def test_it_names_a_position_that_was_not_said_before(client: Client, user: User) -> None:
    log(client, basis="contingent")
    nameless = Opportunity.objects.of(user).get()
    assert nameless.title == "Position not said yet"
    grace = nameless.recruiter
    assert grace is not None
    log(client, recruiter=grace.pk, about=nameless.pk, position="CFO")
    assert [one.title for one in Opportunity.objects.of(user)] == ["CFO"]


def test_it_takes_another_position_for_another_assignment(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    cfo = OpportunityFactory(owner=user, recruiter=grace, title="CFO")
    log(client, recruiter=grace.pk, about=cfo.pk, position="COO")
    assert {one.title for one in Opportunity.objects.of(user)} == {"CFO", "COO"}


def test_it_refuses_an_assignment_of_somebody_else(
    client: Client, user: User, other: User
) -> None:
    theirs = OpportunityFactory(owner=other, title="Their secret")
    data = fill_in(client, SHEET, having="who", who="Grace", about=theirs.pk)
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert "Their secret" not in html(response)
    fragment = client.post(f"{SHEET}questions/", {"about": theirs.pk})
    assert "Their secret" not in html(fragment)


def test_it_promises_to_look_into_the_firm(client: Client, user: User) -> None:
    log(client, firm="Northgate", withheld_why="would not say", vet="on")
    promise = Promise.objects.of(user).get()
    assert (promise.kind, promise.owed_by, promise.firm and promise.firm.name) == (
        *("vet_firm", "me"),
        "Northgate",
    )


@pytest.mark.parametrize("founded", ["last year", "1700", "99999"])
def test_it_says_beside_the_field_what_is_no_year(
    client: Client, user: User, founded: str
) -> None:
    data = fill_in(client, SHEET, having="who", who="Grace", firm="Northgate", founded=founded)
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["founded"]
    assert f'value="{founded}"' in html(response)
