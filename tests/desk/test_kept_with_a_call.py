"""What a call keeps is ticked on its sheet, and kept as the call is saved."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.models import User
from calls.models import Call
from contacts.models import Recruiter
from followups.models import Promise, Reminder
from tests.desk.sheets import NOW, SHEET, only_call, promise_line, sheet
from tests.factories import PromiseFactory, RecruiterFactory, UserFactory
from tests.pages import fill_in, form_of, html


@pytest.fixture(autouse=True)
def _at_half_past_nine() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def grace(user: User) -> Recruiter:
    recruiter: Recruiter = RecruiterFactory(owner=user, name="Grace")
    return recruiter


@pytest.fixture
def owed(user: User, grace: Recruiter) -> Promise:
    promise: Promise = PromiseFactory(owner=user, recruiter=grace)
    return promise


def ticked(client: Client, promise: Promise, **typed: Any) -> dict[str, Any]:
    """The sheet as the link in a mail opens it."""
    return fill_in(client, f"{SHEET}?promise={promise.pk}", having="who", **typed)


def test_the_link_of_a_promise_opens_the_sheet_with_its_caller_and_its_tick(
    client: Client, owed: Promise
) -> None:
    data = ticked(client, owed)
    assert (data["who"], data["keeps"]) == ("Grace", str(owed.pk))


def test_a_chosen_caller_ticks_nothing(client: Client, grace: Recruiter, owed: Promise) -> None:
    response = client.get(f"{SHEET}?recruiter={grace.pk}")
    assert f'value="{owed.pk}"' in html(response)
    assert not form_of(response, having="who").get("keeps")


@pytest.mark.parametrize(
    ("kind", "said"),
    [("call_back", "we talked"), ("take_their_call", "we talked"), ("send_names", "")],
)
def test_saving_keeps_what_is_ticked(
    client: Client, user: User, grace: Recruiter, kind: str, said: str
) -> None:
    promise = PromiseFactory(owner=user, recruiter=grace, kind=kind)
    other = PromiseFactory(owner=user, recruiter=grace)
    response = client.post(SHEET, ticked(client, promise), follow=True)
    promise.refresh_from_db()
    other.refresh_from_db()
    assert (promise.state, promise.outcome, promise.ended_at) == ("kept", said, NOW)
    assert other.state == "open"
    assert f"Kept: {promise.headline}." in html(response)


def test_it_is_judged_by_when_they_talked(client: Client, user: User, grace: Recruiter) -> None:
    """Due at nine, talked at ten to nine, noted at half past: in time."""
    with time_machine.travel(NOW - dt.timedelta(days=1), tick=False):
        promise = PromiseFactory(
            owner=user, recruiter=grace, due_on=NOW.date(), due_time=dt.time(9)
        )
    client.post(SHEET, ticked(client, promise, occurred_at="2026-11-24T08:50"))
    promise.refresh_from_db()
    assert (promise.state, promise.ended_at) == ("kept", NOW - dt.timedelta(minutes=40))


def test_it_is_not_kept_before_it_was_made(client: Client, owed: Promise) -> None:
    client.post(SHEET, ticked(client, owed, occurred_at="2026-11-20T09:00"))
    owed.refresh_from_db()
    assert (owed.state, owed.ended_at) == ("kept", owed.created_at)


@pytest.mark.parametrize(
    ("ends", "outcome"), [("voicemail", "called: left a message"), ("2026-11-24T18:00", "")]
)
def test_the_one_press_endings_keep_it_too(
    client: Client, owed: Promise, ends: str, outcome: str
) -> None:
    client.post(SHEET, {**ticked(client, owed), "ends": ends})
    owed.refresh_from_db()
    assert (owed.state, owed.outcome) == ("kept", outcome)


def test_a_call_that_reached_nobody_keeps_nothing(client: Client, owed: Promise) -> None:
    response = client.post(SHEET, {**ticked(client, owed), "ends": "missed"}, follow=True)
    owed.refresh_from_db()
    assert owed.is_open
    assert "Kept:" not in html(response)


def test_what_waits_of_its_reminders_goes_with_it(
    client: Client, user: User, owed: Promise
) -> None:
    client.post(SHEET, ticked(client, owed))
    assert not Reminder.objects.of(user).filter(promise=owed).not_gone().exists()


def test_what_is_owed_to_somebody_else_stays_open(
    client: Client, user: User, owed: Promise
) -> None:
    """Another name was typed over the caller, where no script took the boxes away."""
    client.post(SHEET, {**ticked(client, owed), "who": "Somebody Else"})
    owed.refresh_from_db()
    assert owed.is_open


def test_a_promise_that_ended_meanwhile_stays_as_it_ended(client: Client, owed: Promise) -> None:
    data = ticked(client, owed)
    Promise.objects.of(owed.owner).get(pk=owed.pk).release("They rang off")
    assert client.post(SHEET, data).status_code == 302
    owed.refresh_from_db()
    assert (owed.state, owed.outcome) == ("released", "They rang off")


@pytest.mark.parametrize("gone", ["trashed", "999999", "9" * 30, "no number", "-1"])
def test_a_promise_that_is_gone_is_told_and_costs_nothing(
    client: Client, user: User, owed: Promise, gone: str
) -> None:
    data = ticked(client, owed, notes="Half a note")
    if gone == "trashed":
        Promise.objects.of(user).get(pk=owed.pk).trash()
    else:
        data["keeps"] = [gone]
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert "A promise that you ticked is gone." in html(response)
    again = form_of(response, having="who")
    assert again["notes"].strip() == "Half a note"
    assert client.post(SHEET, again).status_code == 302
    assert only_call(user).notes == "Half a note"


def test_nobody_keeps_anothers(client: Client, other: User) -> None:
    theirs = PromiseFactory(owner=other)
    assert form_of(client.get(f"{SHEET}?promise={theirs.pk}"), having="who")["who"] == ""
    assert (
        client.post(SHEET, {**sheet(client, who="Grace"), "keeps": theirs.pk}).status_code == 422
    )
    theirs.refresh_from_db()
    assert theirs.is_open


@pytest.mark.parametrize("wrong", ["", "0", "x", "9" * 30])
def test_a_link_to_no_promise_opens_an_empty_sheet(client: Client, user: User, wrong: str) -> None:
    assert form_of(client.get(f"{SHEET}?promise={wrong}"), having="who")["who"] == ""


def test_the_tick_stays_when_the_sheet_comes_back(client: Client, owed: Promise) -> None:
    data = ticked(client, owed, phone="letters")
    assert form_of(client.post(SHEET, data), having="who")["keeps"] == str(owed.pk)
    more = client.post(SHEET, {**data, "add": "me:call_back"})
    assert form_of(more, having="who")["keeps"] == str(owed.pk)


def test_a_draft_keeps_the_ticks(client: Client, user: User, grace: Recruiter) -> None:
    promises = [PromiseFactory(owner=user, recruiter=grace) for _ in range(7)]
    wanted = [str(promises[0].pk), str(promises[6].pk)]
    data = sheet(client, who="Grace", recruiter=grace.pk) | {"keeps": wanted, "typed_at": "1"}
    client.post("/calls/new/draft/", data)
    again = form_of(client.get(f"{SHEET}?draft={data['client_key']}"), having="who")
    assert again["keeps"] == wanted


def test_a_tick_that_comes_after_the_save_is_not_dropped(
    client: Client, user: User, grace: Recruiter, owed: Promise
) -> None:
    data = sheet(client, who="Grace", recruiter=grace.pk)
    client.post(SHEET, data)
    response = client.post(SHEET, {**data, "keeps": owed.pk})
    assert response.status_code == 422
    again = form_of(response, having="who")
    assert again["keeps"] == str(owed.pk)
    assert client.post(SHEET, again).status_code == 302
    owed.refresh_from_db()
    assert owed.state == "kept"


def test_the_same_sheet_again_is_still_saved_once(
    client: Client, user: User, owed: Promise
) -> None:
    data = ticked(client, owed)
    client.post(SHEET, data)
    assert client.post(SHEET, data).status_code == 302
    assert only_call(user)


def test_all_or_nothing(client: Client, user: User, owed: Promise) -> None:
    data = ticked(client, owed) | promise_line(due_on="", due_words="")
    assert client.post(SHEET, data).status_code == 422
    owed.refresh_from_db()
    assert owed.is_open
    assert not Call.objects.of(user).exists()


@pytest.mark.django_db(transaction=True)
def test_it_is_kept_once_when_the_same_save_comes_at_once() -> None:
    user = UserFactory()
    promise = PromiseFactory(owner=user)
    client = Client()
    client.force_login(user)
    data = ticked(client, promise)
    answers: list[int] = []

    def post() -> None:
        try:
            one = Client()
            one.force_login(user)
            answers.append(one.post(SHEET, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    promise.refresh_from_db()
    assert answers == [302] * 6
    assert (promise.state, promise.revision) == ("kept", 2)
