"""A no with thanks: its reason, what instead, the words for it, and what it keeps."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from calls.models import Opportunity
from followups.models import Promise
from tests.addresses import check_refusals
from tests.factories import OpportunityFactory, PromiseFactory, RecruiterFactory, SubmissionFactory
from tests.pages import errors_of, fill_in, html, send

TYPED = {
    "reason": "I have just begun a programme here. The base of £180k is low.",
    "wanted_instead": "a board seat",
    "named_instead": "Tom  Ahmed\n\nWei Chen",
}


@pytest.fixture
def opportunity(user: User) -> Opportunity:
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo")
    return OpportunityFactory(owner=user, title="CFO", recruiter=grace)


@pytest.fixture
def path(opportunity: Opportunity) -> str:
    return reverse("desk:opportunity_decline", args=[opportunity.pk])


@pytest.fixture
def decision(opportunity: Opportunity) -> Promise:
    return PromiseFactory(
        owner=opportunity.owner,
        opportunity=opportunity,
        recruiter=opportunity.recruiter,
        kind="give_decision",
    )


def reconsider(client: Client, opportunity: Opportunity) -> object:
    return client.post(reverse("desk:opportunity_reconsider", args=[opportunity.pk]))


def test_it_is_declined_today_with_its_reason(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    response = send(client, path, having="reason", **TYPED)
    assert response.headers["Location"] == opportunity.get_absolute_url()
    opportunity.refresh_from_db()
    assert opportunity.declined_on == timezone.localdate()
    assert opportunity.decline_reason == TYPED["reason"]
    assert opportunity.named_instead == "Tom Ahmed\nWei Chen"


def test_its_page_has_the_words_to_send(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    send(client, path, having="reason", **TYPED)
    words = client.get(opportunity.get_absolute_url()).context["decline_words"]
    assert words.startswith("Hello Grace,")
    assert "I have just begun a programme here." in words
    assert "Tom Ahmed and Wei Chen" in words
    assert "180" not in words


def test_the_words_are_shown_before_anything_is_saved(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    typed = fill_in(client, path, having="reason", **TYPED)
    response = client.post(path, {**typed, "show": "words"})
    assert response.status_code == 200
    assert "Tom Ahmed and Wei Chen" in html(response)
    opportunity.refresh_from_db()
    assert opportunity.declined_on is None


@pytest.mark.parametrize("field", ["reason", "wanted_instead", "named_instead"])
def test_who_asked_not_to_be_named_stands_in_nothing_that_is_kept(
    client: Client, opportunity: Opportunity, path: str, field: str
) -> None:
    typed = {field: "Sara Lind", "unnamed": "Sara Lind"}
    response = send(client, path, having="reason", **typed)
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    opportunity.refresh_from_db()
    assert opportunity.declined_on is None


def test_it_keeps_my_promise_to_give_a_decision(
    client: Client, path: str, decision: Promise
) -> None:
    assert fill_in(client, path, having="reason")["end_promises"] == "on"
    send(client, path, having="reason", **TYPED)
    decision.refresh_from_db()
    assert (decision.state, decision.outcome) == (Promise.State.KEPT, "said no")


def test_it_leaves_it_open_when_that_is_not_ticked(
    client: Client, path: str, decision: Promise
) -> None:
    typed = fill_in(client, path, having="reason")
    del typed["end_promises"]
    client.post(path, typed)
    decision.refresh_from_db()
    assert decision.is_open


def test_it_ends_no_other_promise(client: Client, opportunity: Opportunity, path: str) -> None:
    about = {"owner": opportunity.owner, "opportunity": opportunity}
    others = [
        PromiseFactory(**about, kind="send_names"),
        PromiseFactory(**about, kind="give_decision", owed_by="them"),
        PromiseFactory(owner=opportunity.owner, kind="give_decision"),
    ]
    send(client, path, having="reason")
    for promise in others:
        promise.refresh_from_db()
        assert promise.is_open


def test_it_is_undone_with_what_it_kept(
    client: Client, opportunity: Opportunity, path: str, decision: Promise
) -> None:
    send(client, path, having="reason", **TYPED)
    for _press in range(2):
        reconsider(client, opportunity)
    opportunity.refresh_from_db()
    decision.refresh_from_db()
    assert (opportunity.declined_on, opportunity.decline_reason) == (None, "")
    assert decision.is_open


def test_a_decision_given_on_another_day_stays_given(
    client: Client, opportunity: Opportunity, path: str, decision: Promise
) -> None:
    with time_machine.travel(timezone.now() - dt.timedelta(days=3), tick=False):
        decision.keep("said no")
    send(client, path, having="reason")
    reconsider(client, opportunity)
    decision.refresh_from_db()
    assert not decision.is_open


def test_a_submission_for_it_binds_no_more(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    submission = SubmissionFactory(owner=opportunity.owner, opportunity=opportunity)
    assert not submission.is_over_now
    send(client, path, having="reason")
    submission.opportunity.refresh_from_db()
    assert submission.is_over_now


@pytest.mark.parametrize("name", ["opportunity_decline", "opportunity_reconsider"])
def test_it_is_refused_to_others(
    client: Client, anonymous: Client, other: User, name: str
) -> None:
    check_refusals(f"desk:{name}", client=client, anonymous=anonymous, other=other)
