"""Trying a mail server before it is relied on: what is wrong is said where it can be changed.

The server is signed in to and asked whether it would take a mail, and no mail is sent.
"""

from __future__ import annotations

import contextlib
import queue
import re
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass, replace

from django.utils import translation
from django.utils.translation import gettext as _

from crm.environment import MailServer
from followups import transport
from followups.transport import LockedOut, Unreachable, Verdict

# Seconds that somebody waits for the page, and of these for the conversation alone: a server
# that says nothing is then asked whether it wants to be spoken to in TLS.
PATIENCE = 10
TALK = 6
PROBE = 2
# Where a conversation begins with TLS (RFC 8314, 3.3).
TLS_PORT = 465
# OpenSSL's words for an answer that is not TLS.
NOT_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"}
HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH = 62, 64  # X509_V_ERR_…


@dataclass(frozen=True)
class Finding:
    """What stands in the way, in words that say what to change, and the field it concerns."""

    field: str
    text: str


def try_out(server: MailServer, recipient: str) -> Finding | None:
    """What keeps `server` from taking a mail to `recipient`, or None if nothing does.

    Answers within `PATIENCE`, whatever the network does: the system's resolver knows no time
    limit of ours, so all of it happens in a thread that is left behind if it must be.
    """
    found: queue.SimpleQueue[Finding | None] = queue.SimpleQueue()
    language = translation.get_language()

    def look() -> None:
        with translation.override(language):
            found.put(_look(server, recipient))

    threading.Thread(target=look, daemon=True).start()
    try:
        return found.get(timeout=PATIENCE)
    except queue.Empty:
        return _silent(server)


def _look(server: MailServer, recipient: str) -> Finding | None:
    try:
        session = transport.open_session(server, patience=TALK)
    except LockedOut as trouble:
        return _locked_out(trouble, server)
    except Unreachable as trouble:
        return _unreachable(trouble, server)
    except Exception as error:  # a thread must answer
        return Finding("host", transport.one_line(f"{type(error).__name__}: {error}"))
    with contextlib.closing(session):
        try:
            verb, outcome = session.rehearse(sender=server.sender, recipient=recipient)
        except ValueError:
            return Finding("sender", _("This address cannot be written to in SMTP."))
        except OSError as error:
            return Finding("host", _said(_("The server broke off the conversation."), str(error)))
    return _refused(verb, outcome, server)


def _said(text: str, answer: str) -> str:
    """`text`, and after it what the other side said."""
    answer = transport.one_line(answer)
    return _("%(text)s It said: %(answer)s") % {"text": text, "answer": answer} if answer else text


def _silent(server: MailServer) -> Finding:
    text = _(
        "No answer from %(host)s on port %(port)s. Check the port: 587 goes with STARTTLS, 465 "
        "with TLS. A firewall or the provider of your line may also block it."
    )
    return Finding("port", text % {"host": server.host, "port": server.port})


def _unreachable(trouble: Unreachable, server: MailServer) -> Finding:
    cause = trouble.__cause__
    place = {"host": server.host, "port": server.port}
    match cause:
        case socket.gaierror() | UnicodeError() | ValueError():
            text = _("There is no server named “%(host)s”. Check the spelling.")
            return Finding("host", text % place)
        case ConnectionRefusedError():
            text = _("%(host)s refuses connections on port %(port)s. Check the port.")
            return Finding("port", text % place)
        case smtplib.SMTPAuthenticationError():
            text = _("The server could not check user and password just now. Try again later.")
            return Finding("username", _said(text, str(trouble)))
    if server.security != "tls" and speaks_tls(server):
        return Finding("security", _("This port begins with TLS: choose “TLS from the start”."))
    if server.security == "starttls" and isinstance(cause, ssl.SSLError):
        return Finding("security", _said(_("The encryption failed."), str(cause)))
    if isinstance(cause, TimeoutError):
        return _silent(server)
    if cause is None:  # it greeted us, with something else than 220
        if re.match(r"[45]\d\d ", str(trouble)):
            text = _("The server turns this machine away before anything was asked.")
            return Finding("host", _said(text, str(trouble)))
        text = _("What answers on port %(port)s of %(host)s is no mail server for sending.")
        return Finding("port", _said(text % place, str(trouble)))
    if isinstance(cause, smtplib.SMTPServerDisconnected):
        if "timed out" in str(cause) or "took too long" in str(cause):
            return _silent(server)
        text = _("%(host)s closed the line on port %(port)s. Check port and encryption.")
        return Finding("port", text % place)
    return Finding("host", transport.one_line(str(trouble)))


def speaks_tls(server: MailServer) -> bool:
    """Whether the port answers a TLS greeting; whose certificate it is does not matter here."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((server.host, server.port), PROBE) as line:
            line.settimeout(PROBE)
            with context.wrap_socket(line, server_hostname=server.host):
                return True
    except (OSError, ValueError):
        return False


def extensions(server: MailServer) -> set[str] | None:
    """What a mail server offers on this port before anything is encrypted; None if none answers."""
    plain = replace(server, security="none", username="", password="")
    try:
        session = transport.open_session(plain, patience=PROBE)
    except (Unreachable, LockedOut):
        return None
    with contextlib.closing(session):
        return set(session.connection.esmtp_features)


def _unencrypted(server: MailServer, text: str, offered: set[str] | None) -> Finding:
    """What to choose where `text` says that the chosen encryption is not to be had."""
    if offered is None:
        other = _("No mail server answers on this port without it either: check the port.")
        return Finding("port", f"{text} {other}")
    if "starttls" in offered:
        return Finding("security", _("%(text)s Choose STARTTLS.") % {"text": text})
    if server.port != TLS_PORT and speaks_tls(replace(server, port=TLS_PORT)):
        other = _("Port %(port)s of it does: take that, with TLS from the start.")
        return Finding("port", f"{text} {other % {'port': TLS_PORT}}")
    if server.username and "auth" not in offered:
        other = _("Choose “None”, and leave user and password empty: it takes no sign-in either.")
    else:
        other = _("Choose “None”: nothing else is offered here.")
    return Finding("security", f"{text} {other}")


def _locked_out(trouble: LockedOut, server: MailServer) -> Finding:
    cause = trouble.__cause__
    if isinstance(trouble, transport.PasswordLost):
        text = _("The password kept here can no longer be read. Type it again.")
        return Finding("password", text)
    if isinstance(trouble, transport.NoEncryption):
        if cause is not None:
            text = _("The server refuses STARTTLS on this port. Port 465, with TLS, may do.")
            return Finding("security", _said(text, str(trouble)))
        text = _("The server offers no STARTTLS on this port.")
        return _unencrypted(server, text, extensions(server))
    match cause:
        case ssl.SSLCertVerificationError():
            return _certificate(cause, server)
        case ssl.SSLError() if cause.reason in NOT_TLS:
            text = _("This port does not begin with TLS.")
            return _unencrypted(server, text, extensions(server))
        case ssl.SSLError():
            return Finding("security", _said(_("The encryption failed."), str(cause.reason)))
        case smtplib.SMTPAuthenticationError():
            return _sign_in(cause)
        case smtplib.SMTPServerDisconnected():  # after a refusal, which the words hold
            return Finding("password", str(trouble))
        case UnicodeError():
            text = _("User or password hold letters that cannot be sent to a mail server.")
            return Finding("password", text)
        case smtplib.SMTPNotSupportedError() if server.security == "none":
            if "starttls" not in (extensions(server) or ()):
                text = _(
                    "This server takes no sign-in on this port: leave user and password empty, or "
                    "take the port for signing in, mostly 587 or 465."
                )
                return Finding("username", text)
            text = _("Without encryption this server takes no sign-in. Choose STARTTLS.")
            return Finding("security", text)
    text = _(
        "This server takes no user and password. If it needs none, leave both empty; if it wants "
        "a sign-in by the browser (OAuth), it cannot be used here."
    )
    return Finding("username", text)


def _certificate(error: ssl.SSLCertVerificationError, server: MailServer) -> Finding:
    if error.verify_code in {HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH}:
        text = _(
            "The certificate is for another name than “%(host)s”. Write the server as its "
            "certificate does."
        )
        return Finding("host", text % {"host": server.host})
    text = _(
        "The certificate of this server is not trusted (%(why)s). Let it have one from a known "
        "authority, or add its own to those that this machine trusts."
    )
    return Finding("host", text % {"why": error.verify_message})


def _sign_in(error: smtplib.SMTPAuthenticationError) -> Finding:
    answer = transport.words(error.smtp_code, error.smtp_error)
    if "application-specific" in answer.lower() or "app password" in answer.lower():
        text = _(
            "The provider wants an app password, not your usual one. Make one in the settings of "
            "your mail account, under security, and put it here."
        )
    elif "basic authentication is disabled" in answer.lower() or "5.7.139" in answer:
        text = _(
            "The provider has switched off sign-in by password. Whoever runs these mailboxes can "
            "allow “Authenticated SMTP”, or take another provider for your reminders."
        )
    else:
        text = _(
            "The server refused user or password. The user is mostly the whole address; many "
            "providers want an app password, made in their security settings."
        )
    return Finding("password", _said(text, answer))


def _refused(verb: str, outcome: transport.Outcome, server: MailServer) -> Finding | None:
    """What a refusal of the envelope means. “Not now” is the way some greet a newcomer."""
    if outcome.verdict in {Verdict.ACCEPTED, Verdict.TRY_LATER}:
        return None
    if outcome.verdict is Verdict.LOCKED_OUT or (
        not server.username and re.search(r"relay|authenticat", outcome.answer, re.IGNORECASE)
    ):
        text = _("The server takes mail only after a sign-in: fill in user and password.")
        return Finding("username", _said(text, outcome.answer))
    if verb == "RCPT TO" and "sender" not in outcome.answer.lower():
        text = _("The server takes no mail for the address of your account.")
        return Finding("host", _said(text, outcome.answer))
    text = _(
        "The server does not let you send as %(sender)s. Mostly it must be the address of the "
        "mailbox that signs in."
    )
    return Finding("sender", _said(text % {"sender": server.sender}, outcome.answer))
