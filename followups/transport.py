"""Handing a mail to an SMTP server, knowing at every moment how far it got.

`smtplib.sendmail` raises the same exception for a connection that broke before the final dot
and after it. The difference decides whether a mail may be sent again without telling, so the
verbs are spoken one by one and the outcome says on which side of the dot it ended.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.mail.utils import DNS_NAME
from django.utils.encoding import punycode

from crm.environment import MailServer

# Seconds. One mail is given up well within its lease (followups.models.mail.LEASE), whatever the
# server does: `smtplib`'s own timeout starts anew with every byte that drips in.
VERB_TIMEOUT = 15
GREETING_DEADLINE = 45
MAIL_DEADLINE = 60
GOODBYE_DEADLINE = 2
# Octets. RFC 5321 (4.5.3.1.5) knows replies of 512 a line; more than this is a flood.
REPLY_LIMIT = 64 * 1024
# SMTP replies that mean "sign in first", "your sign-in does not count" (RFC 4954, section 6).
AUTHENTICATION_CODES = {530, 534, 535, 538}
# What the server says is kept and shown, so no control character may be left in it (PostgreSQL
# takes no NUL), and no more than the column holds.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
ANSWER_LENGTH = 500


class Verdict(StrEnum):
    ACCEPTED = "accepted"  # 250 after the final dot
    TRY_LATER = "try_later"  # 4xx, or the line broke before the final dot: it is not there
    REFUSED = "refused"  # 5xx: it will never be there
    UNKNOWN = "unknown"  # the final dot went out and no reply came: it may be there
    LOCKED_OUT = "locked_out"  # the server wants a sign-in: nothing to do with this mail
    NOT_BEGUN = "not_begun"  # the line ended with an earlier mail: this one met nothing
    WITHDRAWN = "withdrawn"  # we thought better of it before the body


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    answer: str


class Unreachable(Exception):
    """No conversation with the server came about; no mail was touched."""


class LockedOut(Exception):
    """Sign-in or encryption failed: every mail would meet the same. Says what to change."""


class NoEncryption(LockedOut):
    """The server offers none, or refuses it."""


class PasswordLost(LockedOut):
    """The password is kept and cannot be read; the server was not asked anything."""


def one_line(text: str) -> str:
    """Somebody else's words as one line that can be kept and shown."""
    return CONTROL.sub(" ", " ".join(text.split()))[:ANSWER_LENGTH]


def words(code: int, text: bytes | str) -> str:
    """A server's answer as one line."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return one_line(f"{code} {text}" if code > 0 else f"{text}")


class _Replies:
    """What the server says, read line by line, in all no longer than until the deadline."""

    def __init__(self, connection: _Patience) -> None:
        self.connection = connection
        self.buffer = b""
        self.line = b""  # the one that was read last

    def readline(self, limit: int) -> bytes:
        """A line with its end, at most `limit` octets; what there is at the end of the line."""
        while b"\n" not in self.buffer and len(self.buffer) < limit:
            more = self.connection.allow().recv(4096)
            if not more:
                break
            self.connection.heard += len(more)
            if self.connection.heard > REPLY_LIMIT:
                raise ConnectionAbortedError("the server says too much")
            self.buffer += more
        end = min(self.buffer.find(b"\n") + 1 or len(self.buffer), limit)
        self.line, self.buffer = self.buffer[:end], self.buffer[end:]
        return self.line

    def close(self) -> None:
        self.buffer = b""


class _Patience(smtplib.SMTP):
    """`smtplib.SMTP` with an end to its patience, and without Nagle's delay.

    A mail and its final dot go in two writes. Without TCP_NODELAY the second waits for the
    server's delayed acknowledgement of the first, up to 40 ms a mail.
    """

    deadline = 0.0  # monotonic seconds
    heard = 0
    refusal: smtplib.SMTPAuthenticationError | None = None

    def allow(self) -> socket.socket:
        """The socket, which waits at most until the deadline; raises `TimeoutError` after it."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server took too long")
        if self.sock is None:
            raise ConnectionResetError("the server closed the line")
        self.sock.settimeout(min(VERB_TIMEOUT, left))
        return self.sock

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        opened = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def getreply(self) -> tuple[int, bytes]:
        replies = self.file if self.file is not None else _Replies(self)
        self.file = replies
        self.heard = 0
        code, text = super().getreply()
        # What is no SMTP has no code: its first letters are no code either, and belong to it.
        return (code, text) if code > 0 else (code, replies.line.strip())

    def send(self, s: Any) -> None:
        self.allow()
        super().send(s)

    def auth(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        try:
            return super().auth(*args, **kwargs)
        except smtplib.SMTPAuthenticationError as error:
            # Some servers hang up after it, and `login` then tells of that alone.
            self.refusal = error
            raise


class _EncryptedPatience(_Patience, smtplib.SMTP_SSL):
    pass


@contextlib.contextmanager
def session(server: MailServer) -> Iterator[Session]:
    """A signed-in conversation with `server`; raises `Unreachable` or `LockedOut`."""
    opened = open_session(server)
    try:
        yield opened
    finally:
        opened.close()


def open_session(server: MailServer, *, patience: float | None = None) -> Session:
    """As `session`, for whoever closes it. `patience` is in seconds, `GREETING_DEADLINE` if None.

    Not bounded by it is the time that the system takes to resolve the host's name.
    """
    if server.password is None:
        raise PasswordLost(
            "The password of the mail server can no longer be read, because SECRET_KEY is another "
            "than when it was saved. Type it again under Settings, Mail."
        )
    name = DNS_NAME.get_fqdn()
    patience = patience or GREETING_DEADLINE
    timeout = min(VERB_TIMEOUT, patience)
    if server.security == "tls":
        connection: _Patience = _EncryptedPatience(
            local_hostname=name, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        connection = _Patience(local_hostname=name, timeout=timeout)
    connection.deadline = time.monotonic() + patience
    # `starttls` checks the certificate against it; `connect` does not set it.
    connection._host = server.host  # type: ignore[attr-defined]
    try:
        _greet(connection, server)
        _sign_in(connection, server)
    except BaseException:
        connection.close()
        raise
    return Session(connection)


def _greet(connection: _Patience, server: MailServer) -> None:
    """Connect and encrypt. Only what the network itself does to us is `Unreachable`."""
    place = f"{server.host}:{server.port}"
    try:
        code, text = connection.connect(server.host, server.port)
        if code != 220:
            raise Unreachable(words(code, text))
        connection.ehlo_or_helo_if_needed()
        if server.security != "starttls":
            return
        if not connection.has_extn("starttls"):
            raise NoEncryption("The mail server offers no encryption by STARTTLS.")
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()
    except ssl.SSLCertVerificationError as error:
        raise LockedOut(
            f"The certificate of the mail server is not to be trusted: {error.verify_message}"
        ) from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise Unreachable(f"{place} closed the line during encryption") from error
    except ssl.SSLError as error:
        raise LockedOut(f"Encryption failed: {error.reason or error}") from error
    except smtplib.SMTPHeloError as error:
        raise Unreachable(words(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPResponseException as error:
        answer = words(error.smtp_code, error.smtp_error)
        if connection.does_esmtp and server.security == "starttls":
            raise NoEncryption(f"The mail server refuses to encrypt: {answer}") from error
        raise Unreachable(answer) from error
    except (OSError, ValueError) as error:  # ValueError: a host that is none
        raise Unreachable(one_line(f"No connection to {place}: {error}")) from error


def _sign_in(connection: _Patience, server: MailServer) -> None:
    if not server.username or server.password is None:
        return
    try:
        connection.login(server.username, server.password)
    except smtplib.SMTPAuthenticationError as error:
        raise _refusal(error) from error
    except smtplib.SMTPServerDisconnected as error:
        if connection.refusal is not None:
            raise _refusal(connection.refusal) from error
        raise Unreachable(one_line(f"{server.host} broke off the sign-in: {error}")) from error
    except smtplib.SMTPException as error:
        raise LockedOut(one_line(f"The mail server offers no way to sign in: {error}")) from error
    except OSError as error:
        raise Unreachable(one_line(f"{server.host} broke off the sign-in: {error}")) from error
    except ValueError as error:
        raise LockedOut("User or password hold letters that cannot be sent.") from error


def _refusal(error: smtplib.SMTPAuthenticationError) -> Unreachable | LockedOut:
    answer = words(error.smtp_code, error.smtp_error)
    if 500 <= error.smtp_code < 600:
        return LockedOut(f"The mail server refused user or password: {answer}")
    return Unreachable(f"No answer to the sign-in that counts: {answer}")


def envelope_address(address: str) -> str:
    """`address` as the envelope takes it; raises `ValueError` when it cannot.

    A domain of other letters goes as IDNA. A local part of other letters would need SMTPUTF8
    (RFC 6531) of every server on the way; sign-up takes no such address.
    """
    local, at, domain = address.rpartition("@")
    plain = f"{local}{at}{punycode(domain)}"
    if not local or not plain.isascii() or not plain.isprintable() or set(plain) & set(" <>"):
        raise ValueError("this address cannot be written to")
    return plain


class Session:
    """One conversation, for many mails. `is_broken` says that another has to be opened."""

    def __init__(self, connection: _Patience) -> None:
        self.connection = connection
        self.is_broken = False
        self.carried = 0

    def close(self) -> None:
        """Say goodbye. The mails are settled by now; a server that is rude changes nothing."""
        self.connection.deadline = time.monotonic() + GOODBYE_DEADLINE
        with contextlib.suppress(OSError):
            if not self.is_broken:
                self.connection.quit()
        self.connection.close()

    def rehearse(self, *, sender: str, recipient: str) -> tuple[str, Outcome]:
        """Ask whether a mail would be taken, and send none: the verb it came to, and how far.

        Raises `OSError` (`smtplib`'s own are of these) when the line breaks.
        """
        verb, code, text = "", 250, b""
        for verb, address in (("MAIL FROM", sender), ("RCPT TO", recipient)):
            code, text = self.connection.docmd(f"{verb}:<{envelope_address(address)}>")
            if not 200 <= code < 300:
                return verb, self._refused(code, text, verb=verb)
        self.connection.rset()
        return verb, Outcome(Verdict.ACCEPTED, words(code, text))

    def send(
        self, content: bytes, *, sender: str, recipient: str, begin: Callable[[], bool]
    ) -> Outcome:
        """Hand over one mail and say how far it came.

        `begin` is asked when the server waits for the body: its yes is the last word before the
        mail may arrive. After a no the line is dropped, the only way to take DATA back.

        Never raises for what the network or the server does.
        """
        try:
            sender, recipient = envelope_address(sender), envelope_address(recipient)
        except ValueError as error:
            return Outcome(Verdict.REFUSED, str(error))
        body = dotted(content)
        self.connection.deadline = time.monotonic() + MAIL_DEADLINE
        verb = ""
        try:
            for verb in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"):
                code, text = self.connection.docmd(verb)
                wanted = code == 354 if verb == "DATA" else 200 <= code < 300
                if not wanted:
                    return self._refused(code, text, verb=verb)
            self.is_broken = True  # unless it is a yes, DATA cannot be taken back
            if not begin():
                return Outcome(Verdict.WITHDRAWN, "")
            self.is_broken = False
            self.connection.send(body)
            verb = "."
            self.connection.send(b".\r\n")
            code, text = self.connection.getreply()
        except OSError as error:  # smtplib's own are of these
            return self._broken(error, verb=verb)
        self.carried += 1
        if 200 <= code < 300:
            return Outcome(Verdict.ACCEPTED, words(code, text))
        return self._refused(code, text, verb=".")

    def _broken(self, error: Exception, *, verb: str) -> Outcome:
        self.is_broken = True
        if verb == ".":
            side, verdict = "after", Verdict.UNKNOWN
        elif verb.startswith("MAIL") and self.carried:
            # Servers close a line after so many mails, or so many minutes.
            side, verdict = "before", Verdict.NOT_BEGUN
        else:
            side, verdict = "before", Verdict.TRY_LATER
        return Outcome(verdict, one_line(f"The line broke {side} the end of the mail: {error}"))

    def _refused(self, code: int, text: bytes, *, verb: str) -> Outcome:
        answer = words(code, text)
        if code == 421:  # it is closing (RFC 5321, 3.8)
            self.is_broken = True
            over = verb.startswith("MAIL") and self.carried
            return Outcome(Verdict.NOT_BEGUN if over else Verdict.TRY_LATER, answer)
        if not 400 <= code < 600:
            # That is no SMTP. After the dot it says nothing of what became of the mail.
            self.is_broken = True
            return Outcome(Verdict.UNKNOWN if verb == "." else Verdict.TRY_LATER, answer)
        try:
            self.connection.rset()
        except OSError:
            self.is_broken = True
        if code in AUTHENTICATION_CODES:
            return Outcome(Verdict.LOCKED_OUT, answer)
        return Outcome(Verdict.REFUSED if code >= 500 else Verdict.TRY_LATER, answer)


def dotted(content: bytes) -> bytes:
    """A mail with dots doubled (RFC 5321, 4.5.2), ending in CRLF, without the final dot.

    A bare CR or LF becomes a whole line's end, so that no server can see a final dot where there
    is none (SMTP smuggling).
    """
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
