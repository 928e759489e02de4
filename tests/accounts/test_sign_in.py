"""Signing in and out, and what a stranger can learn by trying."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, FirmFactory
from tests.pages import HTMX, form_of, html, without_token

SIGN_IN = "/sign-in/"
WRONG = "not the password"


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(SIGN_IN, {"login": email, "password": password}, **extra)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_it_signs_in(anonymous: Client, user: User) -> None:
    data = form_of(anonymous.get(SIGN_IN), having="login")
    response = anonymous.post(SIGN_IN, {**data, "login": user.email, "password": PASSWORD})
    assert response.headers["Location"] == "/"
    assert anonymous.get("/").status_code == 200


def test_it_takes_an_address_in_any_case(anonymous: Client, user: User) -> None:
    sign_in(anonymous, user.email.upper())
    assert is_signed_in(anonymous)


def test_it_leads_to_the_page_that_was_asked_for(anonymous: Client, user: User) -> None:
    asked = anonymous.get("/firms/?sort=last")
    assert asked.headers["Location"] == "/sign-in/?next=/firms/%3Fsort%3Dlast"
    data = form_of(anonymous.get(asked.headers["Location"]), having="login")
    response = anonymous.post(SIGN_IN, {**data, "login": user.email, "password": PASSWORD})
    assert response.headers["Location"] == "/firms/?sort=last"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"]
)
def test_it_leads_nowhere_else(anonymous: Client, user: User, elsewhere: str) -> None:
    response = anonymous.post(
        SIGN_IN, {"login": user.email, "password": PASSWORD, "next": elsewhere}
    )
    assert response.headers["Location"] == "/"


def test_it_changes_the_session_at_sign_in(anonymous: Client, user: User) -> None:
    anonymous.get(SIGN_IN)
    session = anonymous.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    sign_in(anonymous, user.email)
    assert anonymous.session.session_key != planted


def test_it_refuses_an_account_that_is_switched_off(anonymous: Client, user: User) -> None:
    User.objects.update(is_active=False)
    sign_in(anonymous, user.email)
    assert not is_signed_in(anonymous)


def without_typed(response: Any, *typed: str) -> str:
    text = without_token(response)
    for word in typed:
        text = text.replace(word, "…")
    return text


@pytest.mark.parametrize("password", [WRONG, "", "x" * 600, "NUL \x00"])
def test_it_says_nothing_of_whether_an_address_is_known(
    anonymous: Client, user: User, password: str
) -> None:
    known = sign_in(anonymous, user.email, password)
    unknown = sign_in(anonymous, "eve@example.org", password)
    assert known.status_code == unknown.status_code
    assert without_typed(known, user.email) == without_typed(unknown, "eve@example.org")
    assert not is_signed_in(anonymous)


@pytest.mark.parametrize(
    "address", ["", "ann", "ann\x00@example.org", "a@b" * 200, "ann\r\n@x.org"]
)
def test_it_refuses_what_is_no_address(anonymous: Client, address: str) -> None:
    assert sign_in(anonymous, address).status_code == 422
    assert not is_signed_in(anonymous)


def test_it_answers_a_wrong_password_422(anonymous: Client, user: User) -> None:
    assert sign_in(anonymous, user.email, WRONG).status_code == 422


def test_it_never_sends_a_password_back(anonymous: Client, user: User) -> None:
    assert WRONG not in html(sign_in(anonymous, user.email, WRONG))


def test_it_stops_guessing_at_one_account(anonymous: Client, user: User) -> None:
    for _ in range(5):
        sign_in(anonymous, user.email, WRONG)
    sign_in(anonymous, user.email, PASSWORD)
    assert not is_signed_in(anonymous)


def test_it_stops_guessing_by_a_new_browser_and_another_spelling(user: User) -> None:
    for _ in range(5):
        sign_in(Client(), user.email, WRONG)
    late = Client()
    sign_in(late, user.email.upper(), PASSWORD)
    assert not is_signed_in(late)


def test_it_stops_guessing_whatever_address_is_claimed_to_be_forwarded(user: User) -> None:
    for number in range(12):
        sign_in(
            Client(),
            f"u{number}@example.org",
            WRONG,
            headers={"X-Forwarded-For": f"9.9.9.{number}"},
        )
    late = Client()
    sign_in(late, user.email, PASSWORD, headers={"X-Forwarded-For": "8.8.8.8"})
    assert not is_signed_in(late)


def test_it_lets_others_in_while_one_account_is_being_guessed_at(user: User, other: User) -> None:
    for _ in range(5):
        sign_in(Client(), user.email, WRONG)
    browser = Client()
    sign_in(browser, other.email, PASSWORD)
    assert is_signed_in(browser)


def test_it_signs_out(client: Client, user: User) -> None:
    response = client.post("/sign-out/")
    assert response.headers["Location"] == reverse("account_login")
    assert not is_signed_in(client)
    assert client.get("/").status_code == 302


def test_it_does_not_sign_out_by_a_mere_link(client: Client) -> None:
    assert client.get("/sign-out/").status_code == 200
    assert is_signed_in(client)


def test_it_shows_the_next_at_the_desk_nothing_of_the_last(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate")
    client.get(f"/firms/{firm.pk}/")
    response = client.post("/sign-out/", follow=True)
    assert user.email not in html(response)
    assert "Northgate" not in html(response)


def test_it_leads_the_anonymous_to_sign_in_with_htmx_too(anonymous: Client) -> None:
    response = anonymous.get("/firms/", headers=HTMX)
    # A fragment must not be swapped into the page in which the session ended.
    assert "/sign-in/" in (response.headers.get("HX-Redirect") or response.headers["Location"])


# Registration is closed ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_makes_no_account_once_there_is_one(anonymous: Client, method: str) -> None:
    data = {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}
    response = getattr(anonymous, method)("/sign-up/", data)
    assert response.status_code == 200
    assert User.objects.count() == 1
    assert 'name="password1"' not in html(response)


def test_it_shows_no_link_to_make_an_account(anonymous: Client) -> None:
    assert "/sign-up/" not in html(anonymous.get(SIGN_IN))


def test_it_has_no_way_in_by_mail_without_a_mail_server(anonymous: Client) -> None:
    for path in ("/password/reset/", "/sign-in/code/"):
        assert anonymous.get(path).status_code in {302, 404}
        assert anonymous.post(path, {"email": "ann@example.org"}).status_code in {302, 404}


# The other pages of allauth -----------------------------------------------------------------------


def test_it_changes_the_password(client: Client, user: User) -> None:
    page = client.get("/password/change/")
    data = form_of(page, having="oldpassword")
    new = "a wholly different phrase"
    response = client.post(
        "/password/change/", {**data, "oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert response.status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert client.get("/").status_code == 200


def test_it_asks_for_the_old_password(client: Client, user: User) -> None:
    new = "a wholly different phrase"
    client.post("/password/change/", {"oldpassword": WRONG, "password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("path", ["/reauthenticate/", "/inactive/", "/password/set/"])
def test_it_answers_on_every_page_of_allauth_that_stands_in_the_addresses(
    client: Client, anonymous: Client, path: str
) -> None:
    assert client.get(path).status_code in {200, 302}
    assert anonymous.get(path).status_code in {200, 302}
