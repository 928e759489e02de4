"""A promise to send names is kept by naming them, or by saying that nobody came to mind."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from calls.models import Referral
from contacts.models import Person
from followups.models import Promise
from tests.addresses import check_refusals
from tests.factories import (
    FirmFactory,
    OpportunityFactory,
    PersonFactory,
    PromiseFactory,
    RecruiterFactory,
    ReferralFactory,
)
from tests.pages import fill_in, html


@pytest.fixture
def promise(user: User) -> Promise:
    cfo = OpportunityFactory(owner=user, title="CFO")
    return PromiseFactory(owner=user, kind="send_names", how_many=2, opportunity=cfo)


def path_of(promise: Promise) -> str:
    return f"/promises/{promise.pk}/names/"


def name(client: Client, promise: Promise, **typed: Any) -> Any:
    """The page with `names-0-…` typed into it; "__" stands for "-"."""
    path = path_of(promise)
    data = fill_in(client, path, having="names-0-why")
    return client.post(path, data | {key.replace("__", "-"): v for key, v in typed.items()})


def test_the_promise_leads_to_it(client: Client, user: User, promise: Promise) -> None:
    assert path_of(promise) in html(client.get(promise.get_absolute_url()))
    for other in (
        PromiseFactory(owner=user, kind="call_back"),
        PromiseFactory(owner=user, kind="send_names", owed_by="them"),
    ):
        assert path_of(other) not in html(client.get(other.get_absolute_url()))


@pytest.mark.parametrize(("how_many", "lines"), [(2, 2), (None, 5), (99, 20)])
def test_it_has_a_line_for_each_name(
    client: Client, user: User, how_many: int | None, lines: int
) -> None:
    promise = PromiseFactory(owner=user, kind="send_names", how_many=how_many)
    assert len(client.get(path_of(promise)).context["lines"].forms) == lines


def test_whom_my_no_has_named_is_not_named_twice(client: Client, user: User) -> None:
    cfo = OpportunityFactory(owner=user, recruiter=RecruiterFactory(owner=user))
    about = {"owner": user, "opportunity": cfo, "recruiter": cfo.recruiter}
    promise = PromiseFactory(**about, kind="send_names", how_many=1)
    pat = PersonFactory(owner=user, name="Pat")
    referral = ReferralFactory(**about, person=pat, with_decline=True)
    data = {"names__0__person_name": "Pat", "names__0__asked_first": "yes"}
    assert name(client, promise, **data).status_code == 302
    referral.refresh_from_db()
    assert list(Referral.objects.of(user)) == [referral]
    assert referral.asked_first == "yes"


def test_naming_them_keeps_it(client: Client, user: User, promise: Promise) -> None:
    pat = PersonFactory(owner=user, name="Pat Doe")
    response = name(
        client,
        promise,
        names__0__person_name="pat doe",
        names__0__why="ran two",
        names__0__asked_first="yes",
        names__0__may_use_my_name="no",
        names__1__person_name="Tom Reed",
    )
    assert response.headers["Location"] == promise.get_absolute_url()
    promise.refresh_from_db()
    assert (promise.state, promise.outcome) == ("kept", "named them")
    first, second = Referral.objects.of(user).order_by("pk")
    assert (first.person, first.why) == (pat, "ran two")
    assert (first.asked_first, first.may_use_my_name) == ("yes", "no")
    assert second.person.name == "Tom Reed"
    for one in (first, second):
        assert (one.recruiter, one.opportunity) == (promise.recruiter, promise.opportunity)
        assert (one.direction, one.named_on) == ("by_me", timezone.localdate())


def test_nobody_came_to_mind_keeps_it_too(client: Client, user: User, promise: Promise) -> None:
    assert client.post(path_of(promise), {"said": "none"}).status_code == 302
    promise.refresh_from_db()
    assert (promise.state, promise.outcome) == ("kept", "called: no names came to mind")
    assert not Referral.objects.of(user).exists()


def test_it_wants_somebody(client: Client, user: User, promise: Promise) -> None:
    response = name(client, promise)
    assert response.status_code == 422
    assert "Name somebody" in html(response)
    promise.refresh_from_db()
    assert promise.is_open


@pytest.mark.parametrize(
    "typed",
    [
        {"names__0__why": "ran two"},
        {"names__0__person_name": "Pat", "names__1__person_name": "pat"},
        {"names__0__person_name": "O’Brien", "names__1__person_name": "O'Brien"},
        {"names__0__person_name": "x" * 201},
        {"names__0__person_name": "Pat", "names__0__why": "x" * 201},
    ],
    ids=["no name", "twice", "twice by another sign", "too long", "too much"],
)
def test_an_invalid_line_keeps_and_makes_nothing(
    client: Client, user: User, promise: Promise, typed: dict[str, str]
) -> None:
    response = name(client, promise, **typed)
    assert response.status_code == 422
    assert "form-errors" in html(response)
    promise.refresh_from_db()
    assert promise.is_open
    assert not Referral.objects.of(user).exists()
    assert not Person.objects.of(user).exists()


def test_pressed_twice_it_names_them_once(client: Client, user: User, promise: Promise) -> None:
    data = fill_in(client, path_of(promise), having="names-0-why")
    data["names-0-person_name"] = "Pat"
    assert [client.post(path_of(promise), data).status_code for _ in range(2)] == [302, 302]
    assert Referral.objects.of(user).count() == 1


def test_both_or_nothing(
    client: Client, user: User, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Referral, "save", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        name(client, promise, names__0__person_name="Pat")
    promise.refresh_from_db()
    assert promise.is_open
    assert not Person.objects.of(user).exists()


def test_a_promise_to_a_firm_asks_to_whom(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    promise = PromiseFactory(owner=user, kind="send_names", recruiter=None, firm=firm)
    assert name(client, promise, names__0__person_name="Pat").status_code == 422
    grace = RecruiterFactory(owner=user, name="Grace")
    name(client, promise, names__0__person_name="Pat", recruiter_name="Grace")
    assert Referral.objects.of(user).get().recruiter == grace


def test_one_that_has_ended_is_shown_as_it_is(client: Client, promise: Promise) -> None:
    promise.release()
    assert client.get(path_of(promise)).headers["Location"] == promise.get_absolute_url()
    client.post(path_of(promise), {"said": "none"})
    promise.refresh_from_db()
    assert promise.state == "released"


def test_what_they_owe_has_no_such_page(client: Client, user: User) -> None:
    theirs = PromiseFactory(owner=user, kind="send_names", owed_by="them")
    assert client.get(path_of(theirs)).status_code == 404


def test_it_refuses_anothers_person(
    client: Client, user: User, other: User, promise: Promise
) -> None:
    theirs = PersonFactory(owner=other, name="Xyzzy")
    path = path_of(promise)
    data = fill_in(client, path, having="names-0-why")
    data.pop("names-0-person_name")
    response = client.post(path, data | {"names-0-person": theirs.pk})
    assert response.status_code == 422
    assert "Xyzzy" not in html(response)


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:promise_names", client=client, anonymous=anonymous, other=other)
