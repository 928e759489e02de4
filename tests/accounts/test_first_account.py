"""The way in to an empty installation."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts import first_account
from accounts.models import Preferences, User
from tests.factories import PASSWORD, UserFactory
from tests.pages import errors_of, fill_in, html

WELCOME = "/welcome/"
TYPED = {"email": "ann@example.org", "password": PASSWORD, "time_zone": "Europe/London"}


@pytest.fixture
def visitor(db: None) -> Client:
    """The first browser at an installation without any account."""
    return Client()


@pytest.mark.parametrize("path", ["/", "/firms/", "/sign-in/", "/sign-up/", "/calls/7/"])
def test_it_leads_every_first_visit_to_the_first_account(visitor: Client, path: str) -> None:
    assert visitor.get(path).headers["Location"] == WELCOME


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_leaves_the_health_pages_open(visitor: Client, path: str) -> None:
    assert visitor.get(path).headers["Content-Type"] == "application/json"


def test_it_makes_the_first_account_and_signs_in(visitor: Client) -> None:
    page = visitor.get(WELCOME)
    assert page.status_code == 200
    data = fill_in(visitor, WELCOME, having="password", **TYPED)
    assert "code" not in data
    response = visitor.post(WELCOME, data)
    assert response.headers["Location"] == "/"
    user = User.objects.get()
    assert (user.email, user.time_zone, user.is_founder) == (*list(TYPED.values())[::2], True)
    assert Preferences.objects.of(user).count() == 1
    assert visitor.get("/").status_code == 200


def test_it_keeps_the_password_hashed(visitor: Client) -> None:
    visitor.post(WELCOME, TYPED)
    assert PASSWORD not in User.objects.get().password


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "ann"),
        ("email", "ann@example.org\r\nBcc: all@example.org"),
        ("email", "a" * 250 + "@example.org"),
        ("email", "ann\x00@example.org"),
        ("password", ""),
        ("password", "short"),
        ("password", "1234567890"),
        ("password", "ann@example.org"),
        ("password", "with a NUL \x00 in it"),
        ("time_zone", ""),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "Europe/London\x00"),
        ("time_zone", "x" * 5000),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(visitor: Client, field: str, value: str) -> None:
    response = visitor.post(WELCOME, {**TYPED, field: value})
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    if field != "email":
        assert TYPED["email"] in html(response)
    assert not User.objects.exists()


def test_it_answers_an_empty_form_422(visitor: Client) -> None:
    response = visitor.post(WELCOME, {})
    assert response.status_code == 422
    assert set(errors_of(response)) == {"email", "password", "time_zone"}


def test_it_never_sends_a_password_back(visitor: Client) -> None:
    response = visitor.post(WELCOME, {**TYPED, "email": ""})
    assert PASSWORD not in html(response)


def test_it_understands_a_zone_as_people_write_it(visitor: Client) -> None:
    visitor.post(WELCOME, {**TYPED, "time_zone": " america/new york "})
    assert User.objects.get().time_zone == "America/New_York"


def test_it_makes_one_account_only(visitor: Client) -> None:
    visitor.post(WELCOME, TYPED)
    second = Client()
    assert second.get(WELCOME).headers["Location"] == reverse("account_login")
    response = second.post(WELCOME, {**TYPED, "email": "eve@example.org"})
    assert response.headers["Location"] == reverse("account_login")
    assert User.objects.count() == 1


@pytest.fixture
def overtaken(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """There was no account at the look, and there is one at the insert."""
    answers = iter([False])
    really = first_account.exists
    monkeypatch.setattr(first_account, "exists", lambda: next(answers, True) and really())


@pytest.mark.usefixtures("overtaken")
def test_it_refuses_the_second_of_two_who_saw_no_account(user: User) -> None:
    with pytest.raises(first_account.AlreadyMade):
        first_account.make(email="eve@example.org", password=PASSWORD, time_zone="UTC")
    assert User.objects.get() == user


def test_it_sends_the_second_of_two_to_sign_in(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, False])  # the page's look, and the last one before the insert
    really = first_account.exists
    monkeypatch.setattr(first_account, "exists", lambda: next(answers, True) and really())
    response = Client().post(WELCOME, {**TYPED, "email": "eve@example.org"})
    assert response.headers["Location"] == reverse("account_login")
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_account_of_many_at_the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = threading.Barrier(4)
    really = first_account.exists

    def exists() -> bool:
        answer = really()
        try:
            at_once.wait(timeout=1)  # SQLite lets in one at a time, and nobody waits for ever
        except threading.BrokenBarrierError:
            pass
        return answer

    monkeypatch.setattr(first_account, "exists", exists)
    ends: list[Any] = []

    def come(number: int) -> None:
        try:
            email = f"user{number}@example.org"
            ends.append(first_account.make(email=email, password=PASSWORD, time_zone="UTC"))
        except Exception as error:
            ends.append(error)
        finally:
            connection.close()

    visitors = [threading.Thread(target=come, args=[number]) for number in range(4)]
    for one in visitors:
        one.start()
    for one in visitors:
        one.join()
    made = [end for end in ends if isinstance(end, User)]
    assert len(made) == 1
    assert {type(end) for end in ends} == {User, first_account.AlreadyMade}
    assert User.objects.get() == made[0]
    assert Preferences.across_owners.count() == 1


def test_it_has_one_founder_by_constraint(user: User) -> None:
    assert user.is_founder
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="eve@example.org", is_founder=True)])


def test_it_has_one_account_an_address_by_constraint(user: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email=user.email.upper())])


# The code that is asked for where others could come first ----------------------------------------


@pytest.fixture
def reachable(settings: Any) -> None:
    settings.SETUP_CODE_REQUIRED = True


@pytest.mark.usefixtures("reachable")
def test_it_asks_for_the_code_that_was_printed(visitor: Client) -> None:
    data = fill_in(visitor, WELCOME, having="code", **TYPED)
    response = visitor.post(WELCOME, {**data, "code": first_account.setup_code()})
    assert response.headers["Location"] == "/"
    assert User.objects.count() == 1


@pytest.mark.usefixtures("reachable")
def test_it_takes_the_code_however_it_is_typed(visitor: Client) -> None:
    code = first_account.setup_code().upper().replace("-", " ")
    visitor.post(WELCOME, {**TYPED, "code": f" {code} "})
    assert User.objects.count() == 1


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize("code", ["", "aaaa-bbbb-cccc", "ключ", "x" * 100, "\x00"])
def test_it_refuses_another_code_and_keeps_what_was_typed(visitor: Client, code: str) -> None:
    response = visitor.post(WELCOME, {**TYPED, "code": code})
    assert response.status_code == 422
    assert list(errors_of(response)) == ["code"]
    assert TYPED["email"] in html(response)
    assert TYPED["time_zone"] in html(response)
    assert not User.objects.exists()


@pytest.mark.usefixtures("reachable")
def test_it_never_shows_the_code(visitor: Client) -> None:
    assert first_account.setup_code() not in html(visitor.get(WELCOME))


@pytest.mark.usefixtures("reachable", "db")
def test_it_prints_the_code_until_there_is_an_account() -> None:
    assert first_account.setup_code() in (first_account.setup_code_message() or "")
    UserFactory()
    assert first_account.setup_code_message() is None


def test_it_prints_no_code_where_none_is_asked(db: None) -> None:
    assert first_account.setup_code_message() is None


def test_it_makes_the_code_of_the_key(settings: Any) -> None:
    before = first_account.setup_code()
    settings.SECRET_KEY = "x" * 60
    assert first_account.setup_code() != before


# createsuperuser ----------------------------------------------------------------------------------


def test_it_makes_an_account_from_djangos_own_variables(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "root@example.org")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", verbosity=0)
    user = User.objects.get()
    assert user.email == "root@example.org"
    assert user.is_founder
    assert Preferences.objects.of(user).exists()
    assert authenticate(None, email=user.email, password=PASSWORD) == user
    assert Client().get(WELCOME).headers["Location"] == reverse("account_login")


@pytest.mark.parametrize("address", ["ann@example.org", "ANN@example.org"])
def test_it_refuses_an_address_that_has_an_account(
    user: User, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", address)
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--noinput", verbosity=0)
    assert User.objects.get() == user


def test_it_makes_no_second_founder(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "root@example.org")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", verbosity=0)
    assert not User.objects.get(email="root@example.org").is_founder
