"""A sheet is saved once, however often it is sent; what a later one says on top is not lost."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.models import User
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Recruiter
from desk.forms.call_sheet import CallSheetForm
from followups.models import Promise
from tests.desk.sheets import FULL, NOW, SHEET, only_call, promise_line, sheet
from tests.factories import (
    CallFactory,
    OpportunityFactory,
    RecruiterFactory,
    UserFactory,
)
from tests.pages import errors_of, form_of, html


@pytest.fixture(autouse=True)
def _at_half_past_nine() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_it_saves_a_sheet_that_is_sent_twice_once(client: Client, user: User) -> None:
    data = sheet(client, who="Grace", firm="Northgate") | promise_line()
    first, second = client.post(SHEET, data), client.post(SHEET, data)
    assert first.headers["Location"] == second.headers["Location"]
    assert only_call(user).recruiter.name == "Grace"
    assert Promise.objects.of(user).count() == Recruiter.objects.of(user).count() == 1


def test_it_saves_a_full_sheet_that_is_sent_twice_once(client: Client, user: User) -> None:
    data = sheet(client, **FULL) | promise_line()
    first, second = client.post(SHEET, data), client.post(SHEET, data)
    assert first.headers["Location"] == second.headers["Location"]
    assert only_call(user).opportunity


CHANGED = {
    **{"who": "Grace Okonkwo", "firm": "Southgate", "phone": "+44 7700 900888"},
    **{"notes": "Rang, and then more", "occurred_at": "2026-11-24T08:00"},
    **{"direction": "outgoing", "outcome": "voicemail", "purpose": "names", "position": "COO"},
    **{"client": "Globex", "in_confidence": "on", "withheld_why": "would not say"},
    **{"basis": "contingent", "jd": "refused", "location": "York", "reports_to": "the chair"},
    **{"aesc_member": "no", "founded": "2001", "past_clients": "Initech"},
    **{"found_me_through": "Xing", "named_by": "Pat", "resume_wanted": "no"},
    **{"next_step": "I ring", "vet": "", "ends": "missed", "bad_words": "tomorrow 4pm"},
    **{"callback_number": "020 7946 0002", "best_times": "at lunch"},
    **{"told_availability": "in June"},
    **{"told_pay": "130 base", "told_interest": "none", "pass_on": "no"},
}
# The key and what was shown are no words; a chosen row is tried by tests of its own.
NO_WORDS = {"client_key", "recruiter", "is_new", "about", "keeps", "bad_seen"}


def loses_nothing(client: Client, user: User, data: dict[str, Any]) -> None:
    """A sheet of a saved key that says something else: asked, and then a call of its own."""
    saved = only_call(user)
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert f'href="{saved.get_absolute_url()}"' in html(response)
    again = form_of(response, having="who")
    assert again["client_key"] != data["client_key"]
    assert only_call(user) == saved


@pytest.mark.parametrize("name", sorted(CallSheetForm.base_fields.keys() - NO_WORDS))
def test_it_notices_every_field_that_a_saved_sheet_says_otherwise(
    client: Client, user: User, name: str
) -> None:
    """Saved in one tab and changed in another: each field of the form must be noticed."""
    data = sheet(client, **FULL)
    assert client.post(SHEET, data).status_code == 302
    with_it = {
        "bad_words": {"bad_seen": "2026-11-25T16:00"},
        # Else the sheet asks first whether another Grace is meant.
        "firm": {"recruiter": only_call(user).recruiter.pk},
    }
    loses_nothing(client, user, {**data, name: CHANGED[name], **with_it.get(name, {})})


@pytest.mark.parametrize(
    "changed", [{"due_time": "17:00"}, {"what": "At home"}, {"how_many": "2"}]
)
def test_it_notices_a_promise_that_a_saved_sheet_says_otherwise(
    client: Client, user: User, changed: dict[str, str]
) -> None:
    data = sheet(client, who="Grace") | promise_line()
    client.post(SHEET, data)
    loses_nothing(client, user, data | promise_line(**changed))


def test_it_notices_another_caller_of_the_same_name(client: Client, user: User) -> None:
    one, two = (RecruiterFactory(owner=user, name="Grace") for _ in range(2))
    data = sheet(client, who="Grace", recruiter=one.pk)
    client.post(SHEET, data)
    loses_nothing(client, user, {**data, "recruiter": two.pk})


@pytest.mark.parametrize("others", ["", "COO"], ids=["none", "another"])
def test_it_notices_another_assignment(client: Client, user: User, others: str) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    cfo = OpportunityFactory(owner=user, recruiter=grace, title="CFO")
    coo = others and OpportunityFactory(owner=user, recruiter=grace, title=others).pk
    data = sheet(client, who="Grace", recruiter=grace.pk, about=cfo.pk)
    client.post(SHEET, data)
    loses_nothing(client, user, {**data, "about": coo})


@pytest.mark.parametrize("typed", [{}, {"position": "COO"}, {"client": "Globex"}])
def test_it_knows_a_sheet_about_a_chosen_assignment_again(
    client: Client, user: User, typed: dict[str, str]
) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    acme = Employer.objects.create(owner=user, name="Acme")
    cfo = OpportunityFactory(
        owner=user, recruiter=grace, title="CFO", client=acme, client_disclosure="named"
    )
    data = sheet(client, who="Grace", recruiter=grace.pk, about=cfo.pk, **typed)
    assert [client.post(SHEET, data).status_code for _ in range(2)] == [302, 302]
    only_call(user)


def test_it_knows_a_sheet_again_that_adds_to_what_was_known(client: Client, user: User) -> None:
    data = sheet(client, **FULL)
    client.post(SHEET, data)
    more = {"past_clients": "Initech", "client": "Acme", "in_confidence": "on"}
    data = sheet(client, who="Grace", firm="Northgate", position="CFO", **more)
    assert [client.post(SHEET, data).status_code for _ in range(2)] == [302, 302]
    assert Call.objects.of(user).count() == 2
    assert Opportunity.objects.of(user).get().client_disclosure == "in_confidence"


@pytest.mark.parametrize(
    "more",
    [
        {"notes": "Rang, and then more"},
        promise_line(),
        {"position": "CFO"},
        {"phone": "+44 7700 900888"},
        {"who": "Grace Okonkwo"},
        {"next_step": "They ring on Monday"},
        {"client": "Acme"},
    ],
    ids=["notes", "promise", "position", "phone", "who", "question", "client"],
)
def test_it_keeps_what_a_saved_sheet_says_on_top_as_another_call(
    client: Client, user: User, more: dict[str, str]
) -> None:
    """Back in the browser, and typed on: neither dropped nor silently a second call."""
    data = sheet(client, who="Grace", notes="Rang")
    client.post(SHEET, data)
    again = form_of(client.post(SHEET, {**data, **more}), having="who")
    for name, value in more.items():
        assert again[name] == value
    assert client.post(SHEET, again).status_code == 302
    assert Call.objects.of(user).count() == 2


def test_it_gives_every_sheet_a_key_of_its_own(client: Client) -> None:
    assert sheet(client)["client_key"] != sheet(client)["client_key"]


def test_it_lets_two_users_have_one_key(client: Client, user: User, other: User) -> None:
    key = uuid.uuid4()
    CallFactory(owner=other, client_key=key)
    client.post(SHEET, sheet(client, who="Grace", client_key=str(key)))
    assert only_call(user).client_key == key


def test_it_does_not_bring_back_a_call_that_went_to_the_trash(client: Client, user: User) -> None:
    data = sheet(client, who="Grace", notes="Typed again")
    client.post(SHEET, data)
    only_call(user).trash()
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert list(errors_of(response)) == ["client_key"]
    assert "Typed again" in html(response)
    assert not Call.objects.of(user).exists()
    client.post(SHEET, form_of(response, having="who"))
    assert only_call(user).notes == "Typed again"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_key", [True, False], ids=["one sheet", "two sheets"])
def test_it_saves_sheets_that_come_at_the_same_moment(same_key: bool) -> None:
    """A double click is one call; two sheets that make the same firm are two calls of one firm."""
    user = UserFactory(time_zone="Europe/London")
    browsers = [Client(), Client()]
    posts = []
    for browser in browsers:
        browser.force_login(user)
        posts.append(sheet(browser, who="Grace", firm="Northgate") | promise_line())
    if same_key:
        posts[1]["client_key"] = posts[0]["client_key"]
    at_once = threading.Barrier(2)
    answers: list[Any] = []

    def send(browser: Client, data: dict[str, Any]) -> None:
        at_once.wait()
        try:
            answers.append(browser.post(SHEET, data))
        finally:
            connection.close()

    sending = [
        threading.Thread(target=send, args=pair) for pair in zip(browsers, posts, strict=True)
    ]
    for one in sending:
        one.start()
    for one in sending:
        one.join()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Call.objects.of(user).count() == (1 if same_key else 2)
    assert Promise.objects.of(user).count() == (1 if same_key else 2)
    assert Firm.objects.of(user).count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_one_call_when_the_same_save_comes_twenty_times_at_once() -> None:
    user = UserFactory(time_zone="Europe/London")
    browsers = [Client() for _ in range(20)]
    for browser in browsers:
        browser.force_login(user)
    data = sheet(browsers[0], who="Grace", firm="Northgate", ends="missed") | promise_line()
    at_once = threading.Barrier(len(browsers))
    answers: list[Any] = []

    def send(browser: Client) -> None:
        at_once.wait()
        try:
            answers.append(browser.post(SHEET, data))
        finally:
            connection.close()

    sending = [threading.Thread(target=send, args=[browser]) for browser in browsers]
    for one in sending:
        one.start()
    for one in sending:
        one.join()
    page = f"/calls/{only_call(user).pk}/"
    assert [answer.headers.get("Location") for answer in answers] == [page] * len(browsers)
    assert Promise.objects.of(user).count() == 2
    assert Firm.objects.of(user).count() == Recruiter.objects.of(user).count() == 1


def test_it_saves_nothing_when_a_part_fails(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = sheet(client, who="Grace", firm="Northgate") | promise_line()
    monkeypatch.setattr(Promise, "save", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.post(SHEET, data)
    for model in (Call, Recruiter, Firm, Promise):
        assert not model.objects.of(user).exists()
