"""One opportunity, with what stands in every room about it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from calls.models import Call, Opportunity
from tests.addresses import check_refusals
from tests.desk.sheets import SHEET, only_call, sheet
from tests.factories import (
    CallFactory,
    DisclosureFactory,
    EmployerFactory,
    FirmFactory,
    OpportunityFactory,
    PersonFactory,
    PromiseFactory,
    RecruiterFactory,
    ReferralFactory,
    SubmissionFactory,
)
from tests.pages import form_of, html


@pytest.fixture
def opportunity(user: User) -> Opportunity:
    firm = FirmFactory(owner=user, name="Northgate")
    return OpportunityFactory(
        owner=user,
        title="CFO",
        firm=firm,
        recruiter=RecruiterFactory(owner=user, name="Grace", firm=firm),
        withheld_why="listed company",
    )


def page(client: Client, opportunity: Opportunity) -> str:
    return html(client.get(opportunity.get_absolute_url()))


def test_it_shows_what_is_known(client: Client, opportunity: Opportunity) -> None:
    known = {"basis": "retained", "location": "Leeds", "reports_to": "the chair", "jd": "refused"}
    for name, value in {**known, "compensation": "180k and a car"}.items():
        setattr(opportunity, name, value)
    opportunity.save()
    text = page(client, opportunity)
    for words in ("CFO", "client withheld: listed company", "retained", "Leeds", "the chair"):
        assert words in text
    for words in ("refused", "180k and a car", "Northgate", "Grace"):
        assert words in text


@pytest.mark.parametrize(
    ("disclosure", "words"), [("named", "Acme"), ("in_confidence", "Acme, in confidence")]
)
def test_it_says_the_client_as_one_may(
    client: Client, opportunity: Opportunity, disclosure: str, words: str
) -> None:
    acme = EmployerFactory(owner=opportunity.owner, name="Acme")
    opportunity.reveal_client(acme, in_confidence=disclosure == "in_confidence")
    text = page(client, opportunity)
    assert words in text
    assert "They named the client" not in text


def test_it_asks_what_is_still_unanswered(client: Client, opportunity: Opportunity) -> None:
    opportunity.location = "Leeds"
    opportunity.save()
    response = client.get(opportunity.get_absolute_url())
    asked = response.context["unanswered"]
    assert "Whom does it report to?" in asked
    assert "AESC member?" in asked
    assert "Where is it?" not in asked
    opportunity.decline(dt.date(2026, 5, 1))
    assert client.get(opportunity.get_absolute_url()).context["unanswered"] == []


def test_it_shows_what_is_in_the_other_rooms(client: Client, opportunity: Opportunity) -> None:
    about = {"owner": opportunity.owner, "opportunity": opportunity}
    CallFactory(**about, notes="They want a builder")
    PromiseFactory(**about, what="Send two names")
    SubmissionFactory(**about, role="Chief of money")
    ReferralFactory(**about, person=PersonFactory(owner=opportunity.owner, name="Tom Ahmed"))
    DisclosureFactory(**about, what="Not before May", topic="availability")
    opportunity.reach("source", dt.date(2026, 5, 1))
    text = page(client, opportunity)
    for words in ("They want a builder", "Send two names", "Chief of money", "Tom Ahmed"):
        assert words in text
    for words in ("Not before May", "1 May 2026", "Today: prospect"):
        assert words in text


def test_it_shows_nothing_of_another_opportunity(client: Client, opportunity: Opportunity) -> None:
    owner = opportunity.owner
    PromiseFactory(owner=owner, what="Of another", opportunity=OpportunityFactory(owner=owner))
    CallFactory(owner=owner, recruiter=opportunity.recruiter, notes="Of another")
    assert "Of another" not in page(client, opportunity)


def test_its_titles_are_not_in_the_tab(client: Client, opportunity: Opportunity) -> None:
    assert "<title>Wordkeeper</title>" in page(client, opportunity)


def hold(opportunity: Opportunity) -> None:
    """Another firm may show me to Acme, which is also called Roadrunner."""
    acme = EmployerFactory(owner=opportunity.owner, name="Acme AG", other_names="Roadrunner")
    lindqvist = FirmFactory(owner=opportunity.owner, name="Lindqvist")
    SubmissionFactory(owner=acme.owner, firm=lindqvist, client=acme, permission="given")


SAYS = "Lindqvist has your permission for Acme AG, which is one with Roadrunner."


def test_it_says_what_collides_before_anything_is_permitted(
    client: Client, opportunity: Opportunity
) -> None:
    hold(opportunity)
    assert "Lindqvist" not in page(client, opportunity)
    opportunity.reveal_client(EmployerFactory(owner=opportunity.owner, name="Roadrunner"))
    assert SAYS in page(client, opportunity)
    opportunity.decline(dt.date(2026, 5, 1))
    assert "Lindqvist" not in page(client, opportunity)


def test_the_guard_speaks_after_a_sheet_that_named_the_client(
    client: Client, user: User, opportunity: Opportunity
) -> None:
    hold(opportunity)
    grace = opportunity.recruiter
    typed = {"who": "Grace", "recruiter": grace.pk, "position": "CFO", "client": "Roadrunner"}
    response = client.post(SHEET, sheet(client, **typed))
    assert response.status_code == 302
    call = only_call(user)
    assert call.opportunity == opportunity
    assert SAYS in html(client.get(response.headers["Location"]))
    assert SAYS in page(client, opportunity)


def test_the_guard_is_silent_on_a_call_about_nothing_known(client: Client, user: User) -> None:
    call = CallFactory(owner=user)
    SubmissionFactory(owner=user)
    assert 'id="guard"' not in html(client.get(call.get_absolute_url()))
    assert Call.objects.of(user).count() == 1


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:opportunity_detail", client=client, anonymous=anonymous, other=other)


def test_it_veils_what_was_said_of_pay(client: Client, user: User) -> None:
    about = OpportunityFactory(owner=user)
    said = DisclosureFactory(owner=user, opportunity=about, topic="pay", what="185 base")
    DisclosureFactory(owner=user, opportunity=about, topic="interest", what="only as a chair")
    page = html(client.get(about.get_absolute_url()))
    assert "only as a chair" in page
    assert "185 base" not in page
    assert "185 base" in html(client.get(f"/disclosures/{said.pk}/edit/"))


def test_it_leads_to_a_call_about_it(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    about = OpportunityFactory(owner=user, recruiter=grace, title="Interim CFO")
    OpportunityFactory(owner=user, recruiter=grace, title="Plant director")
    address = f"{SHEET}?recruiter={grace.pk}&about={about.pk}"
    assert address.replace("&", "&amp;") in html(client.get(about.get_absolute_url()))
    form = form_of(client.get(address), having="who")
    assert form["about"] == str(about.pk)
    client.post(SHEET, form)
    assert only_call(user).opportunity == about
