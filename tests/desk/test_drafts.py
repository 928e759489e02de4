"""Nothing lost: a sheet keeps itself while it is typed, and is offered again to the same user."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from calls.models import Call
from desk.models import Draft
from tests.factories import CallFactory, DraftFactory, RecruiterFactory
from tests.pages import HTMX, fill_in, form_of, html

SHEET, KEEP = "/calls/new/", "/calls/new/draft/"


def keep(client: Client, *, at: int = 1, **typed: Any) -> dict[str, Any]:
    data = fill_in(client, SHEET, having="who", **typed)
    assert client.post(KEEP, data | {"typed_at": at}).status_code == 204
    return data


def again(client: Client, key: Any) -> dict[str, Any]:
    return form_of(client.get(SHEET, {"draft": str(key)}), having="who")


def test_it_gives_back_every_field(client: Client, user: User) -> None:
    typed = {
        "who": "Grace",
        "firm": "Northgate",
        "phone": "letters, not yet a number",
        "notes": "Half a sen",
        "basis": "retained",
        "founded": "19",
        "occurred_at": "2026-11-2",
        "promises-TOTAL_FORMS": "2",
        "promises-0-kind": "send_names",
        "promises-0-due_words": "thu 4",
        "promises-1-owed_by": "them",
        "promises-1-what": "the JD",
        "bad_words": "this eve",
    }
    data = keep(client, **typed)
    page = client.get(SHEET, {"draft": data["client_key"]})
    back = form_of(page, having="who")
    kept = {name: back[name].strip() for name in typed if name != "occurred_at"}
    assert kept == {name: value for name, value in typed.items() if name != "occurred_at"}
    assert 'value="2026-11-2"' in html(page)
    assert back["client_key"] == data["client_key"]


def test_it_offers_the_sheet_on_today(client: Client, user: User) -> None:
    data = keep(client, who="Grace Okonkwo")
    page = html(client.get("/"))
    assert "Grace Okonkwo" in page
    assert f"/calls/new/?draft={data['client_key']}" in page


def test_it_tells_the_next_sheet_no_name(client: Client, user: User) -> None:
    """Somebody may be looking on: that there is another sheet, and not whose."""
    keep(client, who="Grace Okonkwo")
    page = html(client.get(SHEET))
    assert "One sheet not saved yet" in page
    assert "Grace Okonkwo" not in page
    assert "Grace Okonkwo" in html(client.get("/drafts/"))


def test_it_offers_nothing_to_another_user(client: Client, user: User, other: User) -> None:
    theirs = DraftFactory(owner=other)
    for path in ("/", SHEET, f"{SHEET}?draft={theirs.client_key}", "/drafts/"):
        assert "Grace Okonkwo" not in html(client.get(path))


def test_it_refuses_what_was_typed_on_the_page_of_another_user(
    client: Client, user: User, other: User
) -> None:
    data = fill_in(client, SHEET, having="who", who="Grace", owner=other.tag, typed_at=1)
    assert client.post(KEEP, data).status_code == 403
    assert not Draft.across_owners.exists()


def test_it_is_done_with_once_the_call_is_saved(client: Client, user: User) -> None:
    data = keep(client, who="Grace")
    client.post(SHEET, data)
    assert not Draft.across_owners.exists()
    # The last keystrokes may arrive after the save; it does not say that they are kept.
    answer = client.post(KEEP, data | {"typed_at": 2})
    assert (answer.status_code, "saved already" in html(answer)) == (200, True)
    assert not Draft.across_owners.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"next_step": "Board on 3 Dec"},
        {"founded": "1999"},
        {"basis": "retained"},
        {"bad_words": "thu"},
    ],
    ids=lambda typed: next(iter(typed)),
)
def test_it_keeps_an_answer_that_stands_alone(
    client: Client, user: User, typed: dict[str, str]
) -> None:
    keep(client, **typed)
    assert Draft.objects.of(user).count() == 1


def test_it_keeps_no_sheet_that_nobody_touched(client: Client, user: User) -> None:
    keep(client)
    assert not Draft.objects.of(user).exists()


def test_it_goes_to_the_call_when_its_sheet_was_saved(client: Client, user: User) -> None:
    data = keep(client, who="Grace")
    client.post(SHEET, data)
    response = client.get(SHEET, {"draft": data["client_key"]})
    assert response.headers["Location"] == f"/calls/{Call.objects.of(user).get().pk}/"


def test_it_does_not_offer_a_draft_that_lost_the_race(client: Client, user: User) -> None:
    key = uuid.uuid4()
    CallFactory(owner=user, client_key=key)
    DraftFactory(owner=user, client_key=key)
    assert "Not saved yet" not in html(client.get("/"))


def test_it_keeps_what_was_typed_last_whichever_arrives_last(client: Client, user: User) -> None:
    data = keep(client, who="Grace Okonkwo", at=200)
    client.post(KEEP, data | {"who": "Gra", "typed_at": 100})
    assert again(client, data["client_key"])["who"] == "Grace Okonkwo"


def test_it_keeps_one_draft_a_sheet(client: Client, user: User) -> None:
    data = keep(client, who="G")
    client.post(KEEP, data | {"who": "Grace", "typed_at": 2})
    assert [draft.headline for draft in Draft.objects.of(user)] == ["Grace"]


def test_it_keeps_no_empty_sheet(client: Client, user: User) -> None:
    data = keep(client)
    assert not Draft.across_owners.exists()
    client.post(KEEP, data | {"who": "Grace", "typed_at": 2})
    client.post(KEEP, data | {"who": "", "typed_at": 3})
    assert not Draft.across_owners.exists()


@pytest.mark.parametrize("who", ["", "Grace"], ids=["emptied", "saved"])
def test_it_is_not_touched_by_another_user_with_its_key(
    client: Client, user: User, other: User, who: str
) -> None:
    theirs = DraftFactory(owner=other)
    data = fill_in(client, SHEET, having="who", who=who, client_key=str(theirs.client_key))
    client.post(SHEET if who else KEEP, data)
    assert Call.objects.of(user).exists() == bool(who)
    assert Draft.objects.of(other).get() == theirs


def test_it_can_be_thrown_away_and_brought_back(client: Client, user: User) -> None:
    draft = DraftFactory(owner=user)
    page = html(client.post(f"/drafts/{draft.pk}/discard/", headers=HTMX))
    assert "Grace Okonkwo" not in page
    assert f"/drafts/{draft.pk}/restore/" in page
    assert "Grace Okonkwo" not in html(client.get("/"))
    assert "Grace Okonkwo" in html(client.post(f"/drafts/{draft.pk}/restore/", headers=HTMX))


def test_it_comes_back_when_somebody_types_on_elsewhere(client: Client, user: User) -> None:
    data = keep(client, who="Grace")
    client.post(f"/drafts/{Draft.objects.of(user).get().pk}/discard/")
    client.post(KEEP, data | {"who": "Grace O", "typed_at": 2})
    assert Draft.objects.of(user).get().headline == "Grace O"


def test_it_stays_in_the_trash_when_old_words_arrive_late(client: Client, user: User) -> None:
    data = keep(client, who="Grace", at=5)
    client.post(f"/drafts/{Draft.objects.of(user).get().pk}/discard/")
    client.post(KEEP, data | {"who": "Grace", "typed_at": 5})
    assert not Draft.objects.of(user).exists()


def test_it_knows_the_caller_of_a_draft(client: Client, user: User) -> None:
    RecruiterFactory(owner=user, name="Grace Okonkwo")
    draft = DraftFactory(owner=user)
    response = client.get(draft.get_absolute_url())
    assert response.context["known"].recruiter.name == "Grace Okonkwo"


def test_it_outlives_a_recruiter_who_is_gone(client: Client, user: User) -> None:
    draft = DraftFactory(owner=user, data={"who": ["Grace"], "recruiter": ["4711"]})
    assert again(client, draft.client_key)["who"] == "Grace"


def test_it_takes_letters_that_no_database_has(client: Client, user: User) -> None:
    data = keep(client, who="Gra\x00ce", notes="😀 \u202e שלום")
    assert again(client, data["client_key"])["who"] == "Grace"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"client_key": "nonsense", "who": "Grace"},
        {"client_key": "5f0c6f3e-7c1e-4b7e-9d55-2f4f8e2f9a11", "who": "x" * 100_001},
    ],
)
def test_it_says_what_is_no_sheet(client: Client, user: User, fields: dict[str, str]) -> None:
    assert client.post(KEEP, fields).status_code == 422
    assert not Draft.across_owners.exists()


@pytest.mark.parametrize("is_trashed", [False, True])
def test_it_lets_go_of_what_nobody_touched_for_ninety_days(
    client: Client, user: User, other: User, is_trashed: bool
) -> None:
    now = timezone.now()
    ages = {"old": dt.timedelta(days=91), "late": dt.timedelta(days=89)}
    drafts = {
        (owner, age): DraftFactory(owner=owner, kept_at=now - since)
        for owner in (user, other)
        for age, since in ages.items()
    }
    if is_trashed:
        drafts[user, "old"].trash()
    keep(client, who="Grace")
    left = Draft.across_owners.filter(pk__in=[one.pk for one in drafts.values()])
    assert set(left) == set(drafts.values()) - {drafts[user, "old"]}


def test_it_does_not_let_go_of_an_old_one_that_is_typed_on(client: Client, user: User) -> None:
    draft = DraftFactory(owner=user, kept_at=timezone.now() - dt.timedelta(days=91))
    fields = {"client_key": draft.client_key, "who": "Grace O", "typed_at": 2}
    assert client.post(KEEP, fields).status_code == 204
    keep(client, who="Somebody else")
    assert Draft.objects.of(user).count() == 2


@pytest.mark.parametrize("key", ["nonsense", "", "5f0c6f3e-7c1e-4b7e-9d55-2f4f8e2f9a11"])
def test_it_opens_an_empty_sheet_for_a_key_without_a_draft(
    client: Client, user: User, key: str
) -> None:
    assert again(client, key)["who"] == ""


def test_it_may_be_sent_twice_at_once(client: Client, user: User) -> None:
    key = uuid.uuid4()
    fields = Draft(data={"who": ["Grace"]}).query
    assert Draft.keep(user, key, fields, typed_at=5)
    assert Draft.keep(user, key, fields, typed_at=5)
    assert Draft.keep(user, key, fields, typed_at=4) is None
