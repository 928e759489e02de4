"""A recruiter moves from one firm to another, and the history of each stays true (issue 5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from calls.models import Call
from contacts.models import Firm, Recruiter
from desk.brief import brief_of_firm, brief_of_recruiter
from desk.names import name_them
from tests.addresses import check_refusals
from tests.factories import (
    CallFactory,
    FirmFactory,
    PersonFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
    ReferralFactory,
)
from tests.pages import HTMX, errors_of, html, send

NOW = timezone.now()
DAY = dt.timedelta(days=1)


@pytest.fixture
def old(user: User) -> Firm:
    return FirmFactory(owner=user, name="Northgate")


@pytest.fixture
def new(user: User) -> Firm:
    return FirmFactory(owner=user, name="Southgate")


@pytest.fixture
def grace(user: User, old: Firm) -> Recruiter:
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=old, title="Partner")
    for days, notes in ((30, "First at the old one"), (20, "Second at the old one")):
        CallFactory(
            owner=user, recruiter=grace, firm=old, notes=notes, occurred_at=NOW - days * DAY
        )
    PromiseFactory(
        owner=user, recruiter=grace, firm=old, what="Old promise", state="kept", ended_at=NOW
    )
    return grace


def move(client: Client, grace: Recruiter, **values: Any) -> Any:
    return client.post(f"/recruiters/{grace.pk}/move/", values)


def shown(client: Client, firm: Firm) -> tuple[list[str], list[str], int]:
    """Who is there and who has gone, by name, and how many events stand in its timeline."""
    context = client.get(firm.get_absolute_url()).context
    people = context["people"]
    here, gone = ([one.name for one in rows] for rows in (people.here, people.gone))
    return here, gone, context["timeline"].paginator.count


def test_it_keeps_the_history_of_both_firms_true(
    client: Client, user: User, grace: Recruiter, old: Firm, new: Firm
) -> None:
    assert shown(client, old) == (["Grace Okonkwo"], [], 3)
    assert shown(client, new) == ([], [], 0)

    assert move(client, grace, firm_name="southgate").status_code == 302
    grace.refresh_from_db()
    assert grace.firm == new
    assert shown(client, old) == ([], ["Grace Okonkwo"], 3)
    assert shown(client, new) == (["Grace Okonkwo"], [], 0)

    CallFactory(owner=user, recruiter=grace, firm=new, notes="At the new one", occurred_at=NOW)
    assert shown(client, old) == ([], ["Grace Okonkwo"], 3)
    assert shown(client, new) == (["Grace Okonkwo"], [], 1)

    old_page = html(client.get(old.get_absolute_url()))
    for words in ("First at the old one", "Second at", "Old promise", "now at <b>Southgate</b>"):
        assert words in old_page, words
    assert "2 talks here" in old_page
    assert "At the new one" not in old_page

    new_page = html(client.get(new.get_absolute_url()))
    assert "At the new one" in new_page
    assert "1 talk here" in new_page
    assert "at the old one" not in new_page

    own_page = html(client.get(grace.get_absolute_url()))
    for words in ("Northgate", "Southgate", "First at the old one", "At the new one", "2 talks"):
        assert words in own_page, words
    counts = {
        row.name: row.call_count for row in client.get("/firms/").context["page"].object_list
    }
    assert counts == {"Northgate": 2, "Southgate": 1}
    assert Call.objects.of(user).filter(firm=old).count() == 2


def test_it_stays_true_when_they_come_back(
    client: Client, user: User, grace: Recruiter, old: Firm, new: Firm
) -> None:
    move(client, grace, firm=new.pk)
    CallFactory(owner=user, recruiter=grace, firm=new, occurred_at=NOW)
    move(client, grace, firm=old.pk)
    assert shown(client, old) == (["Grace Okonkwo"], [], 3)
    assert shown(client, new) == ([], ["Grace Okonkwo"], 1)


def test_whom_i_named_stays_with_the_firm_of_that_day(
    client: Client, user: User, grace: Recruiter, old: Firm, new: Firm
) -> None:
    """Also a name that was given on no call: by keeping a promise, say."""
    promise = PromiseFactory(owner=user, recruiter=grace, firm=old, kind="send_names")
    pat = {"person": PersonFactory(owner=user, name="Pat Xyzzy"), "why": ""}
    answers = {"asked_first": "", "may_use_my_name": ""}
    name_them(promise, grace, [{**pat, **answers}], on=dt.date(2026, 3, 1))
    move(client, grace, firm=new.pk)
    for firm, is_theirs in ((old, True), (new, False)):
        said = html(client.get(firm.get_absolute_url()))
        assert ("You named Pat Xyzzy" in said) is is_theirs
        named = brief_of_firm(firm, user, NOW).named
        listed = client.get(f"/referrals/?firm={firm.pk}").context["page"]
        assert len(named) == len(listed) == is_theirs
    assert len(brief_of_recruiter(grace, user, NOW).named) == 1


def test_whom_i_named_on_a_call_follows_its_firm(
    client: Client, user: User, grace: Recruiter, old: Firm, new: Firm
) -> None:
    call = CallFactory(owner=user, recruiter=grace, firm=old)
    referral = ReferralFactory(owner=user, recruiter=grace, call=call)
    assert referral.firm == old
    send(client, f"/calls/{call.pk}/edit/", having="occurred_at", firm=new.pk)
    referral.refresh_from_db()
    assert referral.firm == new


def test_it_makes_a_firm_that_is_not_known(client: Client, user: User, grace: Recruiter) -> None:
    assert move(client, grace, firm_name="  Eastgate   Partners ").status_code == 302
    grace.refresh_from_db()
    assert grace.firm
    assert (grace.firm.name, grace.firm.owner) == ("Eastgate Partners", user)


def test_it_lets_them_leave_for_nobody_knows_where(
    client: Client, grace: Recruiter, old: Firm
) -> None:
    assert move(client, grace, nowhere="on").status_code == 302
    grace.refresh_from_db()
    assert grace.firm is None
    text = html(client.get(old.get_absolute_url()))
    assert "where they are now is not known" in text
    assert "Where they are now is not known" in html(client.get(grace.get_absolute_url()))


def test_it_is_undone(client: Client, grace: Recruiter, old: Firm) -> None:
    location = move(client, grace, firm_name="Southgate").headers["Location"]
    page = html(client.get(location))
    assert f'name="firm" value="{old.pk}"' in page
    back = move(client, grace, firm=old.pk, undo="1")
    assert back.headers["Location"] == grace.get_absolute_url()
    grace.refresh_from_db()
    assert (grace.firm, grace.title) == (old, "Partner")


def test_it_undoes_a_first_firm(client: Client, user: User) -> None:
    ada = RecruiterFactory(owner=user)
    page = html(client.get(move(client, ada, firm_name="Southgate").headers["Location"]))
    assert 'type="hidden" name="nowhere" value="on"' in page


def test_it_loses_nothing_else(client: Client, user: User, grace: Recruiter) -> None:
    PhoneFactory(owner=user, recruiter=grace, number="+442079460018")
    promise = PromiseFactory(owner=user, recruiter=grace, firm=grace.firm, what="Two names")
    move(client, grace, firm_name="Southgate")
    page = html(client.get(grace.get_absolute_url()))
    for words in ("+442079460018", "Two names", "Partner"):
        assert words in page, words
    promise.refresh_from_db()
    assert promise.firm
    assert promise.firm.name == "Northgate"


@pytest.mark.parametrize("values", [{}, {"firm_name": ""}, {"firm_name": "  "}])
def test_it_asks_where_to(client: Client, grace: Recruiter, values: dict[str, str]) -> None:
    response = move(client, grace, **values)
    assert response.status_code == 422
    assert errors_of(response) == {"firm": ["Name the firm, or say that it is not known."]}
    before = grace.firm
    grace.refresh_from_db()
    assert grace.firm == before


@pytest.mark.parametrize("name", ["x" * 201, "a\x00b"])
def test_it_takes_no_name_that_is_none(client: Client, grace: Recruiter, name: str) -> None:
    response = move(client, grace, firm_name=name)
    assert response.status_code == 422
    assert list(errors_of(response)) == ["firm"]


def test_it_moves_nobody_to_anothers_firm(client: Client, grace: Recruiter, other: User) -> None:
    theirs = FirmFactory(owner=other, name="Eastgate")
    assert move(client, grace, firm=theirs.pk).status_code == 422


def test_it_has_a_page_of_its_own(client: Client, grace: Recruiter, new: Firm) -> None:
    path = f"/recruiters/{grace.pk}/move/"
    assert send(client, path, having="firm", firm=new.pk).status_code == 302


@pytest.mark.parametrize("moved", ["abc", "-1", "9" * 40, "²", "\x00"])
def test_it_takes_any_address_for_one(client: Client, grace: Recruiter, moved: str) -> None:
    assert client.get(grace.get_absolute_url(), {"moved": moved}).status_code == 200


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:recruiter_move", client=client, anonymous=anonymous, other=other)
    assert client.get("/recruiters/987654321/move/", headers=HTMX).status_code == 404


def test_it_does_not_choose_between_a_firm_and_none(client: Client, grace: Recruiter) -> None:
    response = move(client, grace, firm_name="Southgate", nowhere="on")
    assert response.status_code == 422
    assert "firm" in errors_of(response)
    assert not Firm.across_owners.filter(name="Southgate").exists()


def test_it_offers_no_undo_of_what_is_undone(client: Client, grace: Recruiter, old: Firm) -> None:
    """The page that the back button shows again."""
    location = move(client, grace, firm_name="Southgate").headers["Location"]
    move(client, grace, firm=old.pk, undo="1")
    assert "They have moved." not in html(client.get(location))
