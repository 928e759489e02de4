"""The mail server set in the app: by the founder alone, tried first, its password kept sealed."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import pytest
from django.core import mail as django_mail
from django.test import Client
from django.utils import timezone

from accounts import way_out
from accounts.models import User
from followups import mail_check, transport
from followups.delivery import dispatch_due
from followups.mail_backend import EmailBackend
from followups.models import Mail, Mailer
from followups.sealed import Unreadable, seal, unseal
from tests.addresses import EVERY
from tests.engines.mail_server import MailServer
from tests.engines.servers import free_port
from tests.factories import PASSWORD, MailFactory
from tests.followups.conftest import way_to
from tests.pages import form_of, html, without_token

PAGE = "/settings/mail/"
SECRET = "correct-horse-battery"


@pytest.fixture
def guarded(request: pytest.FixtureRequest) -> Any:
    request.node.user_properties.append(("uses", "smtp"))
    with MailServer(accounts={"ann": SECRET}) as server:
        yield server


def typed(port: int, **changes: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "ann",
        "password": SECRET,
        "sender": "wordkeeper@example.org",
        "own_password": PASSWORD,
        "save": "1",
        **changes,
    }


def set_up(**changes: Any) -> Mailer:
    values = {"port": 2525, "username": "ann", "password": SECRET, **changes}
    Mailer.load().set_up(way_to(**values), timezone.now())
    return Mailer.load()


# Saving ------------------------------------------------------------------------------------------


def test_it_saves_a_server_that_works(client: Client, guarded: MailServer) -> None:
    response = client.post(PAGE, typed(guarded.port))
    assert response.headers["Location"] == PAGE
    server = Mailer.server()
    assert server == way_to(guarded.port, username="ann", password=SECRET)
    assert "RCPT" in guarded.verbs
    assert "DATA" not in guarded.verbs
    assert SECRET not in html(client.get(PAGE))


def test_it_keeps_the_password_sealed(client: Client, guarded: MailServer) -> None:
    client.post(PAGE, typed(guarded.port))
    kept = Mailer.load().encrypted_password
    assert kept
    assert SECRET not in kept
    assert SECRET not in repr(Mailer.server())


def test_a_test_goes_the_real_way(client: Client, user: User, guarded: MailServer) -> None:
    data = typed(guarded.port, test="1")
    del data["save"]
    response = client.post(PAGE, data)
    mail = Mail.objects.of(user).get()
    assert response.headers["Location"] == mail.get_absolute_url()
    assert (mail.kind, mail.state) == ("test", "scheduled")
    assert dispatch_due() == 1
    assert [received.recipients for received in guarded.mails] == [(user.email,)]


def test_an_empty_password_keeps_the_one_that_is_kept(client: Client, guarded: MailServer) -> None:
    client.post(PAGE, typed(guarded.port))
    again = typed(guarded.port, password="", sender="other@example.org")
    assert client.post(PAGE, again).status_code == 302
    server = Mailer.server()
    assert server is not None
    assert (server.password, server.sender) == (SECRET, "other@example.org")


def test_another_host_forgets_the_password(client: Client, guarded: MailServer) -> None:
    set_up(port=guarded.port)
    response = client.post(PAGE, typed(guarded.port, host="localhost", password="", anyway="1"))
    assert response.status_code == 422
    assert "A user needs a password." in html(response)
    assert "AUTH" not in guarded.verbs


def test_a_password_sealed_for_one_host_opens_for_no_other(db: None) -> None:
    set_up()
    Mailer.objects.update(host="evil.example.org")
    server = Mailer.server()
    assert server is not None
    assert server.password is None


def test_it_saves_a_failed_check_only_when_told(client: Client, user: User) -> None:
    data = typed(free_port())
    response = client.post(PAGE, data)
    assert response.status_code == 422
    page = html(response)
    assert "refuses connections" in page
    assert SECRET not in page
    assert PASSWORD not in page
    assert Mailer.server() is None
    # The password typed comes along sealed: nothing has to be typed twice.
    again = {**form_of(response, having="host"), "anyway": "1"}
    assert again["password"] == ""
    assert "As you typed it" in page
    assert client.post(PAGE, again).status_code == 302
    server = Mailer.server()
    assert server is not None
    assert (server.port, server.password) == (data["port"], SECRET)


def test_what_was_sealed_into_a_form_is_good_for_its_host_alone(client: Client) -> None:
    response = client.post(PAGE, typed(free_port()))
    again = {**form_of(response, having="host"), "host": "localhost", "anyway": "1"}
    assert client.post(PAGE, again).status_code == 422
    assert Mailer.server() is None


@pytest.mark.parametrize(
    "change",
    [
        {"host": ""},
        {"host": "http://mail.example.org/"},
        {"host": "mail example org"},
        {"port": "0"},
        {"port": "65536"},
        {"port": "smtp"},
        {"security": "rot13"},
        {"sender": "ann"},
        {"sender": "ann@example.org\r\nRCPT TO:<eve@example.org>"},
        {"username": "ann", "password": ""},
        {"username": "x" * 256},
    ],
)
def test_what_cannot_be_is_refused_and_saves_nothing(client: Client, change: Any) -> None:
    response = client.post(PAGE, {**typed(2525, anyway="1"), **change})
    assert response.status_code == 422
    assert not Mailer.objects.exists()


def test_it_changes_nothing_with_a_post_that_is_empty(client: Client) -> None:
    assert client.post(PAGE).status_code == 422
    assert not Mailer.objects.exists()


def test_it_fills_in_what_a_provider_wants(client: Client, user: User) -> None:
    response = client.get(f"{PAGE}?preset=gmail")
    data = form_of(response, having="host")
    assert (data["host"], data["port"], data["security"]) == ("smtp.gmail.com", "587", "starttls")
    assert (data["username"], data["sender"]) == (user.email, user.email)
    assert "app password" in html(response)
    assert not Mailer.objects.exists()


@pytest.mark.parametrize("preset", ["nobody", "", "<script>"])
def test_a_provider_that_is_none_fills_in_nothing(client: Client, preset: str) -> None:
    data = form_of(client.get(PAGE, {"preset": preset}), having="host")
    assert data["host"] == ""


# Whose it is -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}remove/"])
def test_to_others_it_is_a_page_that_does_not_exist(other: User, path: str) -> None:
    set_up()
    browser = Client()
    browser.force_login(other)
    for method in EVERY:
        answer, unknown = browser.generic(method, path), browser.generic(method, "/settings/nil/")
        assert answer.status_code == unknown.status_code == 404
        assert without_token(answer) == without_token(unknown)
    assert Mailer.server() is not None
    assert PAGE not in html(browser.get("/settings/"))


def test_it_leads_strangers_to_sign_in(anonymous: Client) -> None:
    for response in (anonymous.get(PAGE), anonymous.post(PAGE, typed(25))):
        assert response.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("own", ["", "wrong"])
def test_it_asks_whose_hand_it_is(client: Client, guarded: MailServer, own: str) -> None:
    response = client.post(PAGE, typed(guarded.port, own_password=own))
    assert response.status_code == 422
    assert guarded.verbs == []
    assert not Mailer.objects.exists()
    assert SECRET not in html(response)


def test_it_does_not_ask_twice_within_minutes(client: Client, guarded: MailServer) -> None:
    client.post(PAGE, typed(guarded.port))
    assert "own_password" not in form_of(client.get(PAGE), having="host")


def test_its_own_password_cannot_be_guessed_at_leisure(client: Client) -> None:
    for _ in range(11):
        client.post(PAGE, typed(25, own_password="wrong", anyway="1"))
    response = client.post(PAGE, typed(25, anyway="1"))
    assert response.status_code == 422
    assert "Too many tries" in html(response)
    assert form_of(response, having="host")["sender"] == "wordkeeper@example.org"
    assert not Mailer.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("put", PAGE), ("get", f"{PAGE}remove/")])
def test_it_refuses_another_method(client: Client, method: str, path: str) -> None:
    assert getattr(client, method)(path).status_code == 405


def test_email_url_goes_first(client: Client, settings: Any) -> None:
    set_up()
    settings.MAIL_SERVER = way_to(25, host="relay.example.org", username="me", password="hush")
    assert Mailer.server() == settings.MAIL_SERVER
    page = html(client.get(PAGE))
    assert "relay.example.org" in page
    assert "wordkeeper@example.org" in page
    assert "EMAIL_URL" in page
    assert "hush" not in page
    assert 'name="host"' not in page
    assert client.post(PAGE, typed(26, anyway="1")).status_code == 422
    assert Mailer.load().port == 2525


def test_it_is_removed_with_its_password(client: Client) -> None:
    set_up()
    Mailer.load().pause("535 no", timezone.now())
    assert client.post(f"{PAGE}remove/").headers["Location"] == PAGE
    mailer = Mailer.load()
    assert (mailer.host, mailer.username, mailer.encrypted_password) == ("", "", "")
    assert not mailer.is_paused
    assert Mailer.server() is None


# In force at once --------------------------------------------------------------------------------


def test_a_new_server_takes_what_waited(user: User, smtp: MailServer) -> None:
    now = timezone.now()
    set_up(port=free_port(), username="")
    mail = MailFactory(owner=user, kind=Mail.Kind.TEST, due_utc=now)
    dispatch_due()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("scheduled", 1)
    Mailer.load().pause("The certificate …", now)
    set_up(port=smtp.port, username="")
    assert not Mailer.load().is_paused
    assert dispatch_due() == 1
    assert len(smtp.mails) == 1


def test_a_tick_that_still_tries_the_old_server_does_not_pause_the_new(
    user: User, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    MailFactory(owner=user, kind=Mail.Kind.TEST, due_utc=timezone.now())
    set_up(port=free_port(), security="starttls")

    def locked(server: Any, **_: Any) -> Any:
        set_up(port=smtp.port, username="")
        raise transport.LockedOut("535 wrong")

    with monkeypatch.context() as patch:
        patch.setattr(transport, "open_session", locked)
        dispatch_due()
    assert not Mailer.load().is_paused
    assert dispatch_due() == 1


def test_a_password_that_cannot_be_read_pauses_and_says_so(
    client: Client, user: User, settings: Any, smtp: MailServer
) -> None:
    set_up(port=smtp.port)
    MailFactory(owner=user, kind=Mail.Kind.TEST, due_utc=timezone.now())
    settings.SECRET_KEY = "another-key-" * 6
    client.force_login(user)
    assert dispatch_due() == 0
    assert smtp.verbs == []
    assert "Type it again" in Mailer.load().paused_because
    assert "can no longer be read" in html(client.get(PAGE))
    assert "Type it again" in html(client.get("/"))
    assert way_out.server() is None
    # An empty field does not help: it is asked for, beside its field.
    data = typed(smtp.port, password="")
    response = client.post(PAGE, data)
    assert response.status_code == 422
    assert "can no longer be read" in html(response)


def test_the_banner_leads_the_founder_here_and_nobody_else(client: Client, other: User) -> None:
    assert f'href="{PAGE}"' in html(client.get("/"))
    browser = Client()
    browser.force_login(other)
    assert f'href="{PAGE}"' not in html(browser.get("/"))
    set_up()
    assert "No mail server is set" not in html(client.get("/"))


def test_sign_in_mails_go_through_it(user: User, smtp: MailServer, settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": "followups.mail_backend.EmailBackend"}}
    for path in ("/sign-in/code/", "/password/reset/"):
        anonymous = Client()
        assert anonymous.get(path).status_code == 404
        assert path not in html(anonymous.get("/sign-in/"))
        set_up(port=smtp.port, username="")
        assert path in html(anonymous.get("/sign-in/"))
        assert anonymous.get(path).status_code == 200
        response = anonymous.post(path, {"email": user.email})
        assert response.status_code == 302
        assert smtp.mails[-1].sender == "wordkeeper@example.org"
        assert smtp.mails[-1].message["To"] == user.email
        Mailer.load().take_down()


def test_without_a_server_no_sign_in_mail_is_even_made(db: None) -> None:
    backend = EmailBackend(alias="default")
    message = django_mail.EmailMessage("A code", "123456", "a@example.org", ["b@example.org"])
    assert backend.send_messages([message]) == 0


def test_a_server_that_fails_does_not_tell_whose_address_is_known(
    user: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "followups.mail_backend.EmailBackend"}}
    set_up(port=free_port(), username="")
    answers = [
        Client().post("/sign-in/code/", {"email": email})
        for email in (user.email, "nobody@example.org")
    ]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, "/sign-in/code/confirm/")
    }
    assert "did not go: ConnectionRefusedError" in caplog.text


# The seal ----------------------------------------------------------------------------------------


def test_what_is_sealed_is_opened_by_the_same_key_and_purpose_alone(settings: Any) -> None:
    sealed = seal("grüße", "one")
    assert unseal(sealed, "one") == "grüße"
    with pytest.raises(Unreadable):
        unseal(sealed, "two")
    for damaged in ("", "nonsense", sealed[:-4], sealed.swapcase(), "ü"):
        with pytest.raises(Unreadable):
            unseal(damaged, "one")
    settings.SECRET_KEY = "another-key-" * 6
    with pytest.raises(Unreadable):
        unseal(sealed, "one")


def test_what_is_sealed_for_a_while_opens_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal("x", "one")
    assert unseal(sealed, "one", within=900) == "x"
    later = time.time() + dt.timedelta(minutes=16).total_seconds()
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Unreadable):
        unseal(sealed, "one", within=900)


def test_the_check_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_check, "PATIENCE", 0.2)
    answered = threading.Event()
    monkeypatch.setattr(mail_check, "_look", lambda *_: answered.wait(60))
    found = mail_check.try_out(way_to(25), "ann@example.org")
    assert found is not None
    assert found.field == "port"
    assert not answered.is_set()
    answered.set()
