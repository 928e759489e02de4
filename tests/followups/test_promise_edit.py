"""Mending a promise; a moved moment is kept as history."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from followups import nudges
from followups.models import Promise, Reminder
from tests.addresses import check_refusals
from tests.factories import PromiseFactory
from tests.pages import errors_of, fill_in, form_of, html, send


@pytest.fixture
def promise(user: User) -> Promise:
    return PromiseFactory(
        owner=user,
        what="two names",
        due_on=dt.date(2027, 7, 1),
        due_time=dt.time(18),
        phone="+442079460018",
    )


@pytest.fixture
def path(promise: Promise) -> str:
    return f"/promises/{promise.pk}/edit/"


def test_it_saves(client: Client, promise: Promise, path: str) -> None:
    response = send(client, path, having="kind", what="three names", how_many="3")
    assert response.headers["Location"] == promise.get_absolute_url()
    promise.refresh_from_db()
    assert (promise.what, promise.how_many) == ("three names", 3)
    assert not promise.reschedules.exists()


def test_it_comes_back_as_it_was(client: Client, promise: Promise, path: str) -> None:
    assert client.post(path, fill_in(client, path, having="kind")).status_code == 302
    before = {**promise.__dict__}
    promise.refresh_from_db()
    for name in ("what", "due_on", "due_time", "due_utc", "phone", "recruiter_id", "time_zone"):
        assert getattr(promise, name) == before[name], name
    assert not promise.reschedules.exists()


def test_it_keeps_a_move_as_history_and_plans_anew(
    client: Client, promise: Promise, path: str
) -> None:
    send(client, path, having="kind", due_on="2027-07-02", due_time="", what="three names")
    promise.refresh_from_db()
    assert (promise.due_on, promise.due_time) == (dt.date(2027, 7, 2), None)
    assert promise.what == "three names"
    before = promise.reschedules.get()
    assert (before.due_on, before.due_time) == (dt.date(2027, 7, 1), dt.time(18))
    rows = Reminder.objects.of(promise.owner).filter(promise=promise, cancelled_at=None)
    assert {row.revision for row in rows} == {promise.revision}
    assert "due" not in {row.occasion for row in rows}


def test_it_keeps_the_time_that_was_given_when_the_user_moves(
    client: Client, promise: Promise, path: str
) -> None:
    """18:00 in London stays 18:00 in London, and the form says in which zone it is read."""
    User.objects.filter(pk=promise.owner_id).update(time_zone="America/New_York")
    page = client.get(path)
    assert form_of(page, having="kind")["due_time"] == "18:00"
    assert "Days and times are those of Europe/London" in html(page)
    send(client, path, having="kind", due_time="19:00")
    promise.refresh_from_db()
    assert promise.due_utc == dt.datetime(2027, 7, 1, 18, tzinfo=dt.UTC)


def test_it_mends_the_words_of_one_that_has_ended(
    client: Client, promise: Promise, path: str
) -> None:
    promise.keep()
    send(client, path, having="what", what="three names")
    promise.refresh_from_db()
    assert (promise.what, promise.state) == ("three names", "kept")


def test_it_says_beside_the_field_what_is_wrong(
    client: Client, promise: Promise, path: str
) -> None:
    values = {"due_on": "2027-03-28", "due_time": "01:30", "what": "three names"}
    response = send(client, path, having="kind", **values)
    assert response.status_code == 422
    assert list(errors_of(response)) == ["due_time"]
    again = form_of(response, having="kind")
    assert {name: again[name] for name in values} == values
    promise.refresh_from_db()
    assert (promise.what, promise.version) == ("two names", 1)


@pytest.mark.parametrize("moved", [False, True], ids=["words", "moment"])
def test_it_shows_both_texts_of_two_edits(
    client: Client, promise: Promise, path: str, moved: bool
) -> None:
    mine = {"what": "mine"} | ({"due_on": "2027-07-09"} if moved else {})
    data = fill_in(client, path, having="kind", **mine)
    send(client, path, having="kind", what="theirs", due_on="2027-07-02")
    response = client.post(path, data)
    assert response.status_code == 422
    assert errors_of(response)["what"] == ["Saved meanwhile: theirs"]
    assert "due_on" in errors_of(response)
    again = form_of(response, having="kind")
    assert again["what"] == "mine"
    promise.refresh_from_db()
    assert promise.what == "theirs"
    assert client.post(path, again).status_code == 302
    promise.refresh_from_db()
    assert promise.what == "mine"


def test_it_shows_a_conflict_with_a_verb(client: Client, promise: Promise, path: str) -> None:
    data = fill_in(client, path, having="kind", what="mine")
    promise.keep()
    assert client.post(path, data).status_code == 422


def test_it_answers_an_empty_form_422(client: Client, path: str) -> None:
    assert client.post(path, {}).status_code == 422


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("followups:promise_edit", client=client, anonymous=anonymous, other=other)


@pytest.mark.parametrize(
    "changed",
    [
        {"owed_by": "me"},
        {"kind": "send_names"},
        {"due_on": "2027-07-09"},
        {"due_time": "19:00"},
        {"due_time": ""},
    ],
)
def test_it_leaves_the_past_of_one_that_has_ended(
    client: Client, user: User, changed: dict
) -> None:
    """A no-show that was made mine broke at the database; so would its record have."""
    promise = PromiseFactory(
        owner=user,
        owed_by="them",
        due_on=dt.date(2020, 7, 1),
        due_time=dt.time(18),
        recruiter__name="Grace Okonkwo",
    )
    path = f"/promises/{promise.pk}/edit/"
    promise.mark_no_show()
    page = client.get(path)
    assert "undo the ending first" in html(page)
    assert "1 July 2020" in html(page)
    assert not {"owed_by", "kind", "due_on", "due_time"} & set(form_of(page, having="what"))
    response = client.post(path, {**form_of(page, having="what"), **changed})
    assert response.status_code == 422
    assert "Undo the ending first" in html(response)
    promise.refresh_from_db()
    assert (promise.owed_by, promise.kind, promise.state) == ("them", "call_back", "no_show")
    assert (promise.due_on, promise.due_time) == (dt.date(2020, 7, 1), dt.time(18))


def test_it_stays_theirs_while_i_am_to_ask_after_it(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user, owed_by="them", due_on=dt.date(2020, 7, 1))
    nudges.ask_after(promise)
    response = send(client, f"/promises/{promise.pk}/edit/", having="kind", owed_by="me")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["owed_by"]
    nudges.never_mind(promise)
    response = send(client, f"/promises/{promise.pk}/edit/", having="kind", owed_by="me")
    assert response.status_code == 302
