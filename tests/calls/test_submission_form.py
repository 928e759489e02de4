"""A permission is recorded: with its limits, its résumé and its days, and the guard is asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from calls.models import Opportunity, Submission
from contacts.models import Employer
from tests.addresses import check_refusals
from tests.factories import (
    EmployerFactory,
    FirmFactory,
    OpportunityFactory,
    RecruiterFactory,
    ResumeFactory,
    SubmissionFactory,
)
from tests.pages import errors_of, fill_in, form_of, html, send

NEW = "/submissions/new/"


@pytest.fixture
def opportunity(user: User) -> Opportunity:
    firm = FirmFactory(owner=user, name="Northgate")
    return OpportunityFactory(
        owner=user,
        title="CFO",
        firm=firm,
        recruiter=RecruiterFactory(owner=user, name="Grace", firm=firm),
        client=EmployerFactory(owner=user, name="Acme"),
        client_disclosure="named",
    )


def new_for(opportunity: Opportunity) -> str:
    return f"{NEW}?opportunity={opportunity.pk}"


def hold(opportunity: Opportunity, **values: Any) -> Submission:
    """Another firm's, for the same client."""
    return SubmissionFactory(
        **{
            "owner": opportunity.owner,
            "firm": FirmFactory(owner=opportunity.owner, name="Lindqvist"),
            "client": opportunity.client,
            "permission": "given",
        }
        | values
    )


def test_it_saves_all_of_it(client: Client, user: User, opportunity: Opportunity) -> None:
    resume = ResumeFactory(owner=user, label="Interim")
    days = {
        "decided_on": "2026-05-02",
        "asked_on": "2026-05-01",
        "submitted_on": "2026-05-03",
        "exclusive_until": "2099-06-01",
        "ownership_until": "2099-12-31",
        "active_with_firm_since": "2026-05-01",
    }
    typed = {"permission": "given", "limits": "for Acme alone", "resume": resume.pk, **days}
    response = send(client, new_for(opportunity), having="limits", **typed)
    saved = Submission.objects.of(user).get()
    assert response.headers["Location"] == saved.get_absolute_url()
    assert (saved.opportunity, saved.recruiter) == (opportunity, opportunity.recruiter)
    assert (saved.role, saved.limits, saved.resume) == ("CFO", "for Acme alone", resume)
    assert {name: getattr(saved, name).isoformat() for name in days} == days
    text = html(client.get(saved.get_absolute_url()))
    for words in ("Acme", "for Acme alone", "Interim", "31 December 2099", "Grace"):
        assert words in text


def test_its_client_is_the_opportunitys_also_when_named_later(
    client: Client, user: User, opportunity: Opportunity
) -> None:
    send(client, new_for(opportunity), having="limits", permission="asked")
    saved = Submission.objects.of(user).get()
    assert saved.client is None
    assert str(saved.client_now) == "Acme"


def test_an_answer_has_the_day_on_which_it_is_noted(
    client: Client, user: User, opportunity: Opportunity
) -> None:
    send(client, new_for(opportunity), having="limits", permission="given")
    assert Submission.objects.of(user).get().decided_on == timezone.localdate()


def test_a_permission_that_collides_is_saved_once_that_was_seen(
    client: Client, user: User, opportunity: Opportunity
) -> None:
    theirs = hold(opportunity, exclusive_until=dt.date(2099, 1, 1))
    path = new_for(opportunity)
    warned = send(client, path, having="limits", permission="given")
    assert warned.status_code == 422
    assert "Lindqvist has you exclusively for Acme" in html(warned)
    assert list(Submission.objects.of(user)) == [theirs]
    assert client.post(path, form_of(warned, having="limits")).status_code == 302
    assert Submission.objects.of(user).count() == 2


@pytest.mark.parametrize(
    "ended",
    [
        {"permission": "refused"},
        {"withdrawn_on": dt.date(2026, 5, 1)},
        {"released_on": dt.date(2026, 5, 1)},
    ],
)
def test_what_is_over_warns_of_nothing(
    client: Client, opportunity: Opportunity, ended: dict[str, Any]
) -> None:
    hold(opportunity, **ended)
    response = send(client, new_for(opportunity), having="limits", permission="given")
    assert response.status_code == 302


def test_a_refusal_is_recorded_without_a_warning(client: Client, opportunity: Opportunity) -> None:
    hold(opportunity)
    response = send(client, new_for(opportunity), having="limits", permission="refused")
    assert response.status_code == 302


def test_a_warning_makes_no_client_of_what_is_typed(
    client: Client, user: User, opportunity: Opportunity
) -> None:
    hold(opportunity)
    typed = {"permission": "given", "client_name": "ACME GmbH"}
    assert send(client, new_for(opportunity), having="limits", **typed).status_code == 422
    assert Employer.objects.of(user).count() == 1


def test_an_edit_asks_again_when_the_permission_changes_only(
    client: Client, user: User, opportunity: Opportunity
) -> None:
    hold(opportunity)
    mine = SubmissionFactory(
        owner=user, opportunity=opportunity, firm=opportunity.firm, permission="asked"
    )
    path = reverse("calls:submission_edit", args=[mine.pk])
    assert send(client, path, having="limits", limits="Leeds alone").status_code == 302
    warned = send(client, path, having="limits", permission="given")
    assert warned.status_code == 422
    mine.refresh_from_db()
    assert mine.permission == "asked"
    assert client.post(path, form_of(warned, having="limits")).status_code == 302
    mine.refresh_from_db()
    assert mine.permission == "given"


@pytest.mark.parametrize("name", ["asked_on", "decided_on", "submitted_on", "withdrawn_on"])
def test_what_happened_is_not_still_to_come(
    client: Client, opportunity: Opportunity, name: str
) -> None:
    response = send(client, new_for(opportunity), having="limits", **{name: "2999-01-01"})
    assert response.status_code == 422
    assert list(errors_of(response)) == [name]


@pytest.mark.parametrize(
    "name", ["released_on", "withdrawn_on", "exclusive_until", "ownership_until"]
)
def test_nothing_ends_before_it_began(client: Client, opportunity: Opportunity, name: str) -> None:
    """A mistyped year would end it, and the guard would be silent about it."""
    days = {"asked_on": "2026-01-10", name: "2025-01-31"}
    response = send(client, new_for(opportunity), having="limits", **days)
    assert response.status_code == 422
    assert errors_of(response) == {name: ["It began only on 10 January 2026."]}


def test_it_wants_to_know_through_whom(client: Client, user: User) -> None:
    response = send(client, NEW, having="limits", role="CFO", permission="asked")
    assert response.status_code == 422
    assert not Submission.objects.of(user).exists()


def test_nobody_elses_resume_or_opportunity_is_offered_or_taken(
    client: Client, user: User, other: User, opportunity: Opportunity
) -> None:
    theirs = ResumeFactory(owner=other, label="Xyzzyq")
    elsewhere = OpportunityFactory(owner=other, title="Xyzzyq Position")
    assert "Xyzzyq" not in html(client.get(new_for(elsewhere)))
    response = send(client, new_for(opportunity), having="limits", resume=theirs.pk)
    assert list(errors_of(response)) == ["resume"]
    response = send(client, NEW, having="limits", opportunity=elsewhere.pk)
    assert "opportunity" in errors_of(response)
    assert not Submission.objects.of(user).exists()


def test_it_shows_both_texts_of_two_edits(client: Client, user: User) -> None:
    row = SubmissionFactory(owner=user)
    path = reverse("calls:submission_edit", args=[row.pk])
    mine = fill_in(client, path, having="limits", limits="Mine")
    assert send(client, path, having="limits", limits="Theirs").status_code == 302
    response = client.post(path, mine)
    assert response.status_code == 422
    assert errors_of(response)["limits"] == ["Saved meanwhile: Theirs"]


@pytest.mark.parametrize("name", ["submission_new", "submission_edit", "submission_detail"])
def test_it_is_refused_to_others(
    client: Client, anonymous: Client, other: User, name: str
) -> None:
    check_refusals(f"calls:{name}", client=client, anonymous=anonymous, other=other)


def test_what_is_for_information_stands_in_nobodys_way(
    client: Client, user: User, opportunity: Opportunity
) -> None:
    other = EmployerFactory(owner=user, name="Other")
    held = {"client": other, "firm": opportunity.firm, "active_with_firm_since": "2026-05-01"}
    hold(opportunity, **held)
    response = send(client, new_for(opportunity), having="limits", permission="given")
    assert response.status_code == 302
    assert "in process for Other" in html(client.get(response.headers["Location"]))
