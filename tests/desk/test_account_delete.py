"""Deleting the account leaves nothing behind, and nothing of anybody else is touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configuration
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from desk import leaving
from followups.models import CalendarFeed, Mailer, UsedLink
from tests import factories
from tests.addresses import check_refusals
from tests.desk.test_anonymise import said_everywhere
from tests.desk.test_trash import World, living
from tests.factories import PASSWORD
from tests.pages import html

PATH = "/settings/delete/"
WORD = "Zwetschgenbaum"


def sure(client: Client) -> None:
    """As after a sign-in a moment ago, or the password typed again."""
    client.post(f"/reauthenticate/?next={PATH}", {"password": PASSWORD})


def leave(client: Client, user: User) -> Any:
    sure(client)
    return client.post(PATH, {"email": user.email.upper()}, follow=True)


def fill(user: User) -> None:
    """Something of every kind, in the trash and out of it, and a word in all that holds words."""
    world = World(user)
    now = timezone.now()
    factories.MailFactory(owner=user, state="kept", sent_at=now, text=WORD, subject=WORD)
    world.cfo.jd_file.save("jd.txt", ContentFile(WORD.encode()))
    CalendarFeed.renew(user)
    UsedLink.note(user.pk, f"{user.pk:064}", expires_at=now, now=now)
    said_everywhere(user, WORD)
    factories.FirmFactory(owner=user, name=f"{WORD} and Sons").trash()
    world.told.trash()


def tables_with(*words: str) -> list[str]:
    """Every table in a column of which one of these stands."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = json.dumps(cursor.fetchall(), default=str).lower()
            found += [table for word in words if word.lower() in rows]
    return found


def files_with(*words: str) -> list[Path]:
    """Files of the data folder in which one of these stands, the database's own included."""
    folder = Path(configuration.DATA_DIR)
    return [
        file
        for file in folder.rglob("*")
        if file.is_file() and any(word.encode() in file.read_bytes() for word in words)
    ]


@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_stands_in_any_table_or_file() -> None:
    """Kept on disk as in real life: every table, every file, and SQLite's own."""
    user = factories.UserFactory(email="zenobia@example.org")
    other = factories.UserFactory(email="bob@example.org")
    fill(user)
    World(other)
    client, elsewhere = Client(), Client()
    for browser in (client, elsewhere):
        browser.force_login(user)
    session = elsewhere.session
    session["said"] = WORD
    session.save()
    theirs = living(other)
    assert len(tables_with(WORD)) > 10
    assert files_with(WORD)
    pk = user.pk
    assert leave(client, user).status_code == 200
    assert tables_with(WORD, "zenobia") == []
    if connection.vendor == "sqlite":
        assert files_with(WORD, "zenobia") == []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            for name in {one.name for one in columns} & {"owner_id", "user_id"}:
                cursor.execute(
                    f"SELECT count(*) FROM {connection.ops.quote_name(table)} WHERE {name} = %s",
                    [pk],
                )
                assert cursor.fetchone() == (0,), table
    assert living(other) == theirs
    assert elsewhere.get("/").status_code == 302


def test_the_only_one_leaves_an_installation_as_on_the_first_visit(
    client: Client, user: User
) -> None:
    browser = Client()
    assert browser.get("/").headers["Location"].startswith("/sign-in/")
    page = leave(client, user)
    assert page.redirect_chain[-1][0] == "/welcome/"
    assert browser.get("/").headers["Location"] == "/welcome/"
    assert not User.objects.exists()
    assert not Session.objects.filter(session_key=client.session.session_key).exists()


def test_what_the_browser_holds_goes_too(client: Client, user: User) -> None:
    sure(client)
    response = client.post(PATH, {"email": user.email})
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_the_founder_hands_on_but_takes_the_mail_server(
    client: Client, user: User, other: User
) -> None:
    assert user.is_founder
    third = factories.UserFactory()
    Mailer.objects.create(host="mail.example.org", username=WORD, encrypted_password="sealed")
    leave(client, user)
    other.refresh_from_db()
    third.refresh_from_db()
    assert (other.is_founder, third.is_founder) == (True, False)
    mailer = Mailer.load()
    assert (mailer.host, mailer.username, mailer.encrypted_password) == ("", "", "")
    # Nobody can make a first account anew.
    assert Client().get("/welcome/").headers["Location"] == "/sign-in/"


def test_the_founder_hands_on_to_whoever_may_sign_in(
    client: Client, user: User, other: User
) -> None:
    User.objects.filter(pk=other.pk).update(is_active=False)
    third = factories.UserFactory()
    leave(client, user)
    assert User.objects.get(is_founder=True) == third


def test_two_who_leave_at_once_wait_for_each_other(user: User, other: User) -> None:
    """Else each would hand on to the other, and nobody would be left who runs it."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write at a time")
    with CaptureQueriesContext(connection) as captured:
        leaving.delete_account(user)
    held = next(one["sql"] for one in captured if "FOR " in one["sql"])
    assert 'FROM "accounts_user" ORDER BY' in held
    assert held.endswith("FOR NO KEY UPDATE")


def test_a_busy_database_is_no_failure_once_it_is_deleted(
    client: Client, user: User, other: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("search.index.leave_no_trace", busy)
    assert "The account and everything in it is deleted." in html(leave(client, user))


def test_another_leaves_founder_and_mail_server_alone(user: User, other: User) -> None:
    Mailer.objects.create(host="mail.example.org")
    browser = Client()
    browser.force_login(other)
    leave(browser, other)
    assert User.objects.get() == user
    assert User.objects.get().is_founder
    assert Mailer.load().host == "mail.example.org"


def test_it_asks_for_the_password_first(client: Client, user: User) -> None:
    page = client.get(PATH)
    assert page.status_code == 200
    assert 'name="email"' not in html(page)
    refused = client.post(PATH, {"email": user.email})
    assert refused.headers["Location"].startswith("/reauthenticate/?next=")
    assert User.objects.filter(pk=user.pk).exists()
    sure(client)
    assert 'name="email"' in html(client.get(PATH))
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize("typed", ["", "yes", "bob@example.org", "x" * 300])
def test_it_wants_the_e_mail_typed(client: Client, user: User, other: User, typed: str) -> None:
    sure(client)
    response = client.post(PATH, {"email": typed})
    assert response.status_code == 422
    assert response.context["form"].errors["email"]
    assert User.objects.filter(pk=user.pk).exists()


def test_it_says_what_goes(client: Client, user: User, other: User) -> None:
    World(user)
    World(other)
    goes = client.get(PATH).context["goes"]
    assert "1 call" in goes
    assert "3 phones" in goes
    text = html(client.get("/settings/"))
    assert PATH in text


def test_it_is_all_or_nothing(client: Client, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    World(user)
    before = living(user)

    def fail(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("desk.leaving._end_sessions", fail)
    with pytest.raises(RuntimeError):
        leave(client, user)
    assert living(user) == before


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:account_delete", client=client, anonymous=anonymous, other=other)
