"""Referrals both ways: whom I named, who named me, and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from calls.models import Referral
from contacts.models import Person
from tests.addresses import check_refusals
from tests.factories import (
    CallFactory,
    FirmFactory,
    OpportunityFactory,
    PersonFactory,
    RecruiterFactory,
    ReferralFactory,
)
from tests.pages import HTMX, errors_of, fill_in, html, is_fragment, send

LIST = "/referrals/"
NEW = "/referrals/new/"


def test_it_shows_them_newest_first(client: Client, user: User) -> None:
    pat = PersonFactory(owner=user, name="Pat <Doe>")
    first = ReferralFactory(owner=user, person=pat, named_on=dt.date(2026, 1, 1))
    second = ReferralFactory(
        owner=user, direction="of_me", person=PersonFactory(owner=user, name="Tom")
    )
    response = client.get(LIST)
    assert list(response.context["page"]) == [second, first]
    for words in ("Pat &lt;Doe&gt;", "Tom named you"):
        assert words in html(response)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?direction=by_me", {"open", "hired"}),
        ("?direction=of_me", {"of_me"}),
        ("?show=open", {"open", "of_me"}),
        ("?show=answered", {"hired"}),
        ("?show=open&direction=by_me", {"open"}),
        ("?direction=x&show=y&person=abc&page=99", {"open", "hired", "of_me"}),
    ],
)
def test_it_filters_by_the_address(
    client: Client, user: User, query: str, shown: set[str]
) -> None:
    rows = {
        "open": ReferralFactory(owner=user),
        "hired": ReferralFactory(owner=user, outcome="hired"),
        "of_me": ReferralFactory(owner=user, direction="of_me"),
    }
    page = client.get(LIST + query).context["page"]
    assert set(page) == {rows[name] for name in shown}


def test_it_shows_those_of_one_person(client: Client, user: User) -> None:
    one = ReferralFactory(owner=user)
    ReferralFactory(owner=user)
    response = client.get(f"{LIST}?person={one.person_id}&show=open")
    assert list(response.context["page"]) == [one]
    assert f"?person={one.person_id}&amp;direction=of_me" in html(response).replace(
        "&amp;show=open", ""
    )


def test_it_shows_those_of_a_recruiter_or_a_firm(client: Client, user: User) -> None:
    firm, elsewhere = FirmFactory(owner=user), FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user, firm=firm)
    alone = ReferralFactory(owner=user, recruiter=grace)
    call = CallFactory(owner=user, recruiter=grace, firm=elsewhere)
    then = ReferralFactory(owner=user, recruiter=grace, call=call)
    ReferralFactory(owner=user)
    assert set(client.get(f"{LIST}?recruiter={grace.pk}").context["page"]) == {alone, then}
    assert list(client.get(f"{LIST}?firm={firm.pk}").context["page"]) == [alone]
    assert list(client.get(f"{LIST}?firm={elsewhere.pk}").context["page"]) == [then]


def test_a_dossier_unfolds_the_rows_alone(client: Client, user: User) -> None:
    pat = PersonFactory(owner=user, name="Pat Doe")
    referral = ReferralFactory(owner=user, person=pat)
    address = f"{LIST}?recruiter={referral.recruiter_id}"
    assert f'data-hx-get="{address}"' in html(client.get(referral.recruiter.get_absolute_url()))
    response = client.get(address, headers={**HTMX, "HX-Target": "named"})
    assert is_fragment(response)
    assert "Pat Doe" in html(response)


def test_it_says_what_goes_there_while_it_is_empty(client: Client) -> None:
    assert "Nobody named yet" in html(client.get(LIST))


def new(client: Client, user: User, **typed: Any) -> Any:
    grace = RecruiterFactory(owner=user)
    data = fill_in(client, NEW, having="named_on", recruiter=grace.pk)
    return client.post(NEW, {**data, **typed})


def test_it_makes_a_person_of_a_new_name(client: Client, user: User) -> None:
    response = new(client, user, person_name=" Pat  Doe ", asked_first="yes", why="ran two")
    referral = Referral.objects.of(user).get()
    assert referral.person.name == "Pat Doe"
    assert (referral.asked_first, referral.why) == ("yes", "ran two")
    assert referral.named_on == timezone.localdate()
    assert response.headers["Location"] == referral.person.get_absolute_url()


def test_it_finds_a_person_who_is_known(client: Client, user: User) -> None:
    pat = PersonFactory(owner=user, name="Pat Döe")
    new(client, user, person_name="pat doe")
    assert Referral.objects.of(user).get().person == pat


def test_it_asks_which_of_two_is_meant(client: Client, user: User) -> None:
    one, _two = PersonFactory(owner=user, name="Pat"), PersonFactory(owner=user, name="Pat")
    response = new(client, user, person_name="Pat")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["person"]
    assert new(client, user, person_name="Pat", person=one.pk).status_code == 302
    assert Referral.objects.of(user).get().person == one


@pytest.mark.parametrize("name", ["", "\u0301", "x" * 201, "Pat\x00"])
def test_it_refuses_a_name_that_is_none(client: Client, user: User, name: str) -> None:
    response = new(client, user, person_name=name)
    assert response.status_code == 422
    assert list(errors_of(response)) == ["person"]
    assert not Person.objects.of(user).exists()


def test_it_makes_nobody_of_an_invalid_form(client: Client, user: User) -> None:
    assert new(client, user, person_name="Pat", named_on="soon").status_code == 422
    assert not Person.objects.of(user).exists()


def test_it_is_filled_in_from_a_person_and_a_call(client: Client, user: User) -> None:
    pat = PersonFactory(owner=user, name="Pat")
    cfo = OpportunityFactory(owner=user, title="CFO")
    call = CallFactory(owner=user, opportunity=cfo)
    path = f"{NEW}?person={pat.pk}&call={call.pk}"
    assert send(client, path, having="named_on").status_code == 302
    referral = Referral.objects.of(user).get()
    assert (referral.person, referral.call, referral.opportunity) == (pat, call, cfo)
    assert referral.recruiter == call.recruiter


def test_it_notes_what_came_of_it(client: Client, user: User) -> None:
    referral = ReferralFactory(owner=user)
    answers = {"outcome": "hired", "treated_well": "yes", "contacted_on": "2026-03-01"}
    send(client, f"/referrals/{referral.pk}/edit/", having="named_on", **answers)
    referral.refresh_from_db()
    assert (referral.outcome, referral.treated_well) == ("hired", "yes")
    assert referral.contacted_on == dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("verb", "field"), [("thank", "thanked_on"), ("contacted", "contacted_on")]
)
def test_it_notes_a_day_at_one_press(client: Client, user: User, verb: str, field: str) -> None:
    referral = ReferralFactory(owner=user)
    path = f"/referrals/{referral.pk}/{verb}/"
    response = client.post(path, {"next": "/referrals/?show=open"})
    assert response.headers["Location"] == "/referrals/?show=open"
    referral.refresh_from_db()
    assert getattr(referral, field) == timezone.localdate()
    setattr(referral, field, dt.date(2026, 1, 1))
    referral.save()
    client.post(path)
    referral.refresh_from_db()
    assert getattr(referral, field) == dt.date(2026, 1, 1)


@pytest.mark.parametrize("verb", ["thank", "contacted", "trash"])
def test_a_press_that_meets_another_change_says_so(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Two presses at once: the one that is too late is told, and takes nothing down."""
    referral = ReferralFactory(owner=user)
    save = Referral.save

    def overtaken(self: Referral, **kwargs: Any) -> None:
        Referral.across_owners.filter(pk=self.pk).update(version=self.version + 1)
        save(self, **kwargs)

    monkeypatch.setattr(Referral, "save", overtaken)
    response = client.post(f"/referrals/{referral.pk}/{verb}/", follow=True)
    assert response.status_code == 200
    assert "It had been changed already" in html(response)


def test_it_goes_to_the_trash_and_comes_back(client: Client, user: User) -> None:
    referral = ReferralFactory(owner=user, person=PersonFactory(owner=user, name="Pat"))
    response = client.post(f"/referrals/{referral.pk}/trash/", follow=True)
    assert "Pat" not in html(response)
    assert f'action="/referrals/{referral.pk}/restore/"' in html(response)
    assert "Pat" in html(client.post(f"/referrals/{referral.pk}/restore/", follow=True))


@pytest.mark.parametrize("field", ["person", "recruiter", "opportunity"])
def test_it_refuses_anothers_row(client: Client, user: User, other: User, field: str) -> None:
    theirs = {
        "person": PersonFactory(owner=other),
        "recruiter": RecruiterFactory(owner=other),
        "opportunity": OpportunityFactory(owner=other),
    }
    typed = {"person": PersonFactory(owner=user).pk, "recruiter": RecruiterFactory(owner=user).pk}
    response = send(client, NEW, having="named_on", **{**typed, field: theirs[field].pk})
    assert response.status_code == 422
    assert field in errors_of(response)


def test_it_takes_up_nothing_of_anothers(client: Client, other: User) -> None:
    theirs = ReferralFactory(owner=other, person=PersonFactory(owner=other, name="Xyzzy"))
    theirs.trash()
    for query in (f"?person={theirs.person_id}", f"?trashed={theirs.pk}"):
        for path in (LIST, NEW):
            text = html(client.get(path + query))
            assert "Xyzzy" not in text
            assert "restore" not in text


def test_it_offers_people_by_their_letters(client: Client, user: User, other: User) -> None:
    PersonFactory(owner=user, name="Pat Döe", position="CFO")
    PersonFactory(owner=other, name="Pat Xyzzy")
    text = html(client.post("/people/options/", {"person_name": "doe"}))
    assert "Pat Döe" in text
    assert "CFO" in text
    assert "Xyzzy" not in html(client.post("/people/options/", {"person_name": "pat"}))


@pytest.mark.parametrize("name", ["list", "new", "edit", "trash", "restore", "thank", "contacted"])
def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User, name: str
) -> None:
    check_refusals(f"calls:referral_{name}", client=client, anonymous=anonymous, other=other)
