"""What is wrong with a mail server is said in words, beside the field that can mend it."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from followups import mail_check
from followups.mail_check import Finding, try_out
from tests.engines.mail_server import MailServer
from tests.engines.servers import free_port
from tests.followups.conftest import way_to
from tests.followups.scripted import Conversation, Scripted

READER = "ann@example.org"
SIGNED = {"username": "ann", "password": "secret"}


@pytest.fixture(autouse=True)
def _hurried(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_check, "TALK", 0.8)
    monkeypatch.setattr(mail_check, "PROBE", 1)


def found(script: Any, **changes: Any) -> Finding | None:
    """What is found of a server that follows `script`."""
    with Scripted(script) as server:
        return try_out(way_to(server.port, **changes), READER)


def said(finding: Finding | None, field: str, *words: str) -> None:
    assert finding is not None
    assert finding.field == field
    for word in words:
        assert word in finding.text


def test_a_server_in_order_is_well(smtp: MailServer) -> None:
    assert try_out(way_to(smtp.port), READER) is None
    assert smtp.verbs == ["CONNECT", "EHLO", "MAIL", "RCPT", "RSET", "QUIT"]


def test_it_signs_in() -> None:
    with MailServer(accounts={"ann": "secret"}) as server:
        assert try_out(way_to(server.port, **SIGNED), READER) is None
        wrong = try_out(way_to(server.port, username="ann", password="guess"), READER)
        said(wrong, "password", "refused user or password", "app password", "535")


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 80 + ".example"])
def test_a_name_that_does_not_resolve(host: str) -> None:
    said(try_out(way_to(25, host=host), READER), "host", "no server named", host)


def test_a_port_where_nobody_listens() -> None:
    said(try_out(way_to(free_port()), READER), "port", "refuses connections")


def test_tls_spoken_to_a_port_of_starttls() -> None:
    finding = found(lambda talk: talk.greet("STARTTLS"), security="tls")
    said(finding, "security", "does not begin with TLS", "Choose STARTTLS.")


def test_tls_spoken_to_no_mail_server() -> None:
    def script(talk: Conversation) -> None:
        talk.say("HTTP/1.1 400 Bad Request")
        talk.hear()

    said(found(script, security="tls"), "port", "does not begin with TLS", "check the port")


@pytest.mark.parametrize("user", [{}, SIGNED])
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_plain_server_is_not_sent_in_circles(security: str, user: dict[str, str]) -> None:
    finding = found(lambda talk: talk.greet(), security=security, **user)
    said(finding, "security", "Choose “None”")
    assert finding is not None
    assert ("leave user and password empty" in finding.text) == bool(user)
    assert "Choose STARTTLS" not in finding.text
    assert "465" not in finding.text


def test_a_plain_server_and_a_user() -> None:
    finding = found(lambda talk: talk.greet(), **SIGNED)
    said(finding, "username", "takes no sign-in", "leave user and password empty")


def test_another_port_that_begins_with_tls(
    smtp: MailServer, certified: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Scripted(lambda talk: talk.encrypt(certified)) as other:
        monkeypatch.setattr(mail_check, "TLS_PORT", other.port)
        finding = try_out(way_to(smtp.port, security="starttls", **SIGNED), READER)
        said(finding, "port", "no STARTTLS", str(other.port), "with TLS from the start")


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_starttls_spoken_to_a_port_of_tls(certified: ssl.SSLContext, security: str) -> None:
    finding = found(lambda talk: talk.encrypt(certified), security=security)
    said(finding, "security", "TLS from the start")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_of_nobody_known(
    certified: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    def script(talk: Conversation) -> None:
        if security == "starttls":
            talk.greet("STARTTLS")
            talk.hear()
            talk.say("220 go on")
        talk.encrypt(certified)

    finding = found(script, host="localhost", security=security)
    said(finding, "host", "not trusted", "self-signed")


def test_a_certificate_for_another_name(certified: ssl.SSLContext) -> None:
    finding = found(lambda talk: talk.encrypt(certified), host="127.0.0.1", security="tls")
    said(finding, "host", "another name", "127.0.0.1")


def test_a_server_without_starttls(smtp: MailServer) -> None:
    said(try_out(way_to(smtp.port, security="starttls"), READER), "security", "no STARTTLS")


def test_a_server_that_refuses_to_encrypt() -> None:
    def script(talk: Conversation) -> None:
        talk.greet("STARTTLS")
        talk.hear()
        talk.say("454 4.7.0 not now")
        talk.hear()

    said(found(script, security="starttls"), "security", "454 4.7.0 not now")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("534 5.7.9 Application-specific password required", "wants an app password"),
        ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled", "switched"),
        ("535 5.7.8 Username and Password not accepted", "refused user or password"),
        ("538 5.7.11 Encryption required", "refused user or password"),
    ],
)
def test_a_sign_in_that_is_refused(answer: str, words: str) -> None:
    def script(talk: Conversation) -> None:
        talk.greet("AUTH PLAIN")
        talk.hear()
        talk.say(answer)
        talk.hear()

    said(found(script, **SIGNED), "password", words, answer)


def test_a_sign_in_that_cannot_be_checked_just_now() -> None:
    def script(talk: Conversation) -> None:
        talk.greet("AUTH PLAIN")
        talk.hear()
        talk.say("454 4.7.0 later")
        talk.hear()

    said(found(script, **SIGNED), "username", "Try again later", "454")


@pytest.mark.parametrize(("security", "field"), [("none", "security")])
def test_a_server_that_takes_no_sign_in_in_the_clear(security: str, field: str) -> None:
    def script(talk: Conversation) -> None:
        talk.greet("STARTTLS")
        talk.hear()

    said(found(script, security=security, **SIGNED), field, "Choose STARTTLS")


def test_a_server_that_signs_in_by_the_browser_alone() -> None:
    def script(talk: Conversation) -> None:
        talk.greet("AUTH XOAUTH2")
        talk.hear()

    said(found(script, **SIGNED), "username", "OAuth")


def test_letters_that_cannot_be_sent() -> None:
    def script(talk: Conversation) -> None:
        talk.greet("AUTH PLAIN")
        talk.hear()

    finding = found(script, username="ann", password="geheimnisvöll")
    said(finding, "password", "letters that cannot be sent")


@pytest.mark.parametrize(
    ("verb", "answer", "field", "words"),
    [
        ("MAIL", "550 5.7.60 not allowed to send as this sender", "sender", "send as"),
        ("MAIL", "553 5.7.1 Sender address rejected: not owned by user", "sender", "send as"),
        ("RCPT", "553 5.7.1 <x>: Sender address rejected", "sender", "send as"),
        ("MAIL", "530 5.7.0 Authentication required", "username", "only after a sign-in"),
        ("RCPT", "554 5.7.1 Relay access denied", "username", "only after a sign-in"),
        ("RCPT", "550 5.1.1 no such user", "host", "address of your account"),
    ],
)
def test_a_mail_that_would_be_refused(
    smtp: MailServer, verb: str, answer: str, field: str, words: str
) -> None:
    smtp.answer(verb, answer)
    said(try_out(way_to(smtp.port), READER), field, words, answer)
    assert "DATA" not in smtp.verbs


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_a_greylist_is_no_fault(smtp: MailServer, verb: str) -> None:
    smtp.answer(verb, "450 4.2.0 Greylisted, come back")
    assert try_out(way_to(smtp.port), READER) is None


@pytest.mark.parametrize(
    "greeting", ["SSH-2.0-OpenSSH_9.6", "* OK IMAP4rev1 ready", "+OK POP3 ready", "HTTP/1.1 400"]
)
def test_a_server_of_another_kind(greeting: str) -> None:
    def script(talk: Conversation) -> None:
        talk.say(greeting)
        talk.hear()

    said(found(script), "port", "no mail server for sending", f"It said: {greeting}")


def test_a_server_that_turns_everybody_away() -> None:
    def script(talk: Conversation) -> None:
        talk.say("554 5.7.1 Service refused")
        talk.hear()

    said(found(script), "host", "turns this machine away", "554 5.7.1")


def test_a_server_that_says_nothing() -> None:
    with Scripted(lambda talk: None) as server:
        server.script = lambda talk: server.wait()
        said(try_out(way_to(server.port), READER), "port", "No answer", str(server.port))


def test_a_server_that_closes_at_once() -> None:
    said(found(lambda talk: None), "port", "closed the line")


def test_a_password_that_cannot_be_read(smtp: MailServer) -> None:
    finding = try_out(way_to(smtp.port, username="ann", password=None), READER)
    said(finding, "password", "Type it again")
    assert smtp.verbs == []


def test_it_never_repeats_the_password() -> None:
    def script(talk: Conversation) -> None:
        talk.greet("AUTH PLAIN")
        talk.hear()
        talk.say("535 5.7.8 no")
        talk.hear()

    finding = found(script, username="ann", password="tops3cret")
    assert finding is not None
    assert "tops3cret" not in finding.text
