"""A no with thanks: its reason, what instead, the words for it, and what it keeps."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from calls.models import Opportunity, Referral
from contacts.models import Person
from followups.models import Promise
from tests.addresses import check_refusals
from tests.factories import (
    OpportunityFactory,
    PersonFactory,
    PromiseFactory,
    RecruiterFactory,
    ReferralFactory,
    SubmissionFactory,
)
from tests.pages import errors_of, fill_in, form_of, html, send

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


# Whom I name instead ------------------------------------------------------------------------------


def named(opportunity: Opportunity) -> dict[str, Referral]:
    rows = Referral.objects.of(opportunity.owner).filter(opportunity=opportunity)
    return {row.person.name: row for row in rows.select_related("person")}


def test_whom_i_name_instead_is_a_referral_of_mine(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    tom = PersonFactory(owner=opportunity.owner, name="TOM AHMED")
    response = send(client, path, having="reason", **TYPED)
    rows = named(opportunity)
    assert set(rows) == {"TOM AHMED", "Wei Chen"}
    assert rows["TOM AHMED"].person == tom
    for row in rows.values():
        assert (row.direction, row.recruiter) == ("by_me", opportunity.recruiter)
        assert (row.named_on, row.asked_first) == (timezone.localdate(), "")
    page = html(client.get(response.headers["Location"]))
    assert "2 referrals are noted." in page
    assert f"/referrals/{rows['Wei Chen'].pk}/edit/" in page


def test_showing_the_words_names_nobody(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    client.post(path, {**fill_in(client, path, having="reason", **TYPED), "show": "words"})
    assert named(opportunity) == {}
    assert not Person.objects.of(opportunity.owner).exists()


def test_who_was_named_for_it_before_is_not_named_again(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    about = {"owner": opportunity.owner, "opportunity": opportunity}
    tom = PersonFactory(owner=opportunity.owner, name="Tom Ahmed")
    before = ReferralFactory(**about, person=tom, recruiter=opportunity.recruiter)
    typed = "Tom Ahmed\nWei Chen\nWEI CHEN"
    send(client, path, having="reason", named_instead=typed)
    assert named(opportunity)["Tom Ahmed"] == before
    assert Referral.objects.of(opportunity.owner).count() == 2
    reconsider(client, opportunity)
    assert list(named(opportunity)) == ["Tom Ahmed"]


def test_changing_what_i_said_changes_whom_i_named(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    send(client, path, having="reason", **TYPED)
    wei = named(opportunity)["Wei Chen"]
    send(client, path, having="reason", named_instead="Wei Chen\nSara Lind")
    assert set(named(opportunity)) == {"Wei Chen", "Sara Lind"}
    assert named(opportunity)["Wei Chen"] == wei


def test_they_are_taken_back_with_the_no(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    elsewhere = ReferralFactory(owner=opportunity.owner, recruiter=opportunity.recruiter)
    send(client, path, having="reason", **TYPED)
    reconsider(client, opportunity)
    assert named(opportunity) == {}
    assert Referral.across_owners.filter(trashed_at__isnull=False).count() == 2
    assert list(Referral.objects.of(opportunity.owner)) == [elsewhere]


def test_what_came_of_one_is_not_taken_back(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    send(client, path, having="reason", **TYPED)
    named(opportunity)["Wei Chen"].note_contacted(timezone.localdate())
    reconsider(client, opportunity)
    assert list(named(opportunity)) == ["Wei Chen"]


def test_one_that_was_in_the_trash_meanwhile_is_taken_back(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    send(client, path, having="reason", **TYPED)
    row = named(opportunity)["Wei Chen"]
    row.trash()
    row.restore()
    reconsider(client, opportunity)
    assert named(opportunity) == {}


def test_without_a_recruiter_they_stand_in_the_words_alone(client: Client, user: User) -> None:
    opportunity = OpportunityFactory(owner=user)
    path = reverse("desk:opportunity_decline", args=[opportunity.pk])
    assert "among your referrals" not in html(client.get(path))
    send(client, path, having="reason", **TYPED)
    opportunity.refresh_from_db()
    assert opportunity.named_instead == "Tom Ahmed\nWei Chen"
    assert not Referral.objects.of(user).exists()


@pytest.mark.parametrize("line", ["Tom\n\u0301", "Tom\n\u200b", "x" * 201])
def test_what_can_be_no_name_is_said_beside_it(
    client: Client, opportunity: Opportunity, path: str, line: str
) -> None:
    response = send(client, path, having="reason", named_instead=line)
    assert response.status_code == 422
    assert list(errors_of(response)) == ["named_instead"]
    assert named(opportunity) == {}


def test_if_the_no_is_not_saved_nobody_is_named(
    client: Client, opportunity: Opportunity, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.views.opportunities.end_decisions", lambda _row: 1 / 0)
    data = fill_in(client, path, having="reason", **TYPED) | {"end_promises": "on"}
    with pytest.raises(ZeroDivisionError):
        client.post(path, data)
    assert named(opportunity) == {}
    assert not Person.objects.of(opportunity.owner).exists()


# Two at once --------------------------------------------------------------------------------------


def test_a_no_that_was_begun_before_another_is_a_conflict(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    mine = fill_in(client, path, having="reason", reason="Mine", wanted_instead="a board seat")
    send(client, path, having="reason", reason="Theirs", named_instead="Tom Ahmed")
    response = client.post(path, mine)
    assert response.status_code == 422
    errors = errors_of(response)
    assert "changed elsewhere" in str(errors["__all__"])
    assert errors["reason"] == ["Saved meanwhile: Theirs"]
    assert errors["named_instead"] == ["Saved meanwhile: Tom Ahmed"]
    opportunity.refresh_from_db()
    assert opportunity.decline_reason == "Theirs"
    # Having seen both, it is a knowing one.
    again = form_of(response, having="reason")
    assert again["reason"] == "Mine"
    assert client.post(path, again).status_code == 302
    opportunity.refresh_from_db()
    assert (opportunity.decline_reason, opportunity.named_instead) == ("Mine", "")


def test_an_edit_elsewhere_is_a_conflict_too(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    mine = fill_in(client, path, having="reason", reason="Mine")
    opportunity.title = "Interim CFO"
    opportunity.save()
    response = client.post(path, mine)
    assert response.status_code == 422
    assert list(errors_of(response)) == ["__all__"]
    assert client.post(path, form_of(response, having="reason")).status_code == 302


def test_a_double_press_is_no_conflict(
    client: Client, opportunity: Opportunity, path: str
) -> None:
    data = fill_in(client, path, having="reason", **TYPED)
    answers = [client.post(path, data) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(named(opportunity)) == 2


@pytest.mark.parametrize("name", ["opportunity_decline", "opportunity_reconsider"])
def test_it_is_refused_to_others(
    client: Client, anonymous: Client, other: User, name: str
) -> None:
    check_refusals(f"desk:{name}", client=client, anonymous=anonymous, other=other)
