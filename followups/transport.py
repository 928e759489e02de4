"""Handing a mail to an SMTP server, knowing at every moment how far it got.

`smtplib.sendmail` raises the same exception for a connection that broke before the final dot
and after it. The difference decides whether a mail may be sent again without telling, so the
verbs are spoken one by one and the outcome says on which side of the dot it ended.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage as PythonMessage
from enum import StrEnum

from django.core.mail.utils import DNS_NAME

from crm.environment import MailServer

# Seconds. One mail is given up well within its lease (followups.models.mail.LEASE).
VERB_TIMEOUT = 15
MAIL_DEADLINE = 60
# SMTP replies that mean "sign in first", "your sign-in does not count" (RFC 4954, section 6).
AUTHENTICATION_CODES = {530, 534, 535, 538}


class Verdict(StrEnum):
    ACCEPTED = "accepted"  # 250 after the final dot
    TRY_LATER = "try_later"  # 4xx, or the line broke before the final dot: it is not there
    REFUSED = "refused"  # 5xx: it will never be there
    UNKNOWN = "unknown"  # the final dot went out and no reply came: it may be there
    LOCKED_OUT = "locked_out"  # the server wants a sign-in: nothing to do with this mail


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    answer: str


class Unreachable(Exception):
    """No conversation with the server came about; no mail was touched."""


class LockedOut(Exception):
    """Sign-in or encryption failed: every mail would meet the same. Says what to change."""


def words(code: int, text: bytes) -> str:
    """A server's answer as one line."""
    return f"{code} {' '.join(text.decode('utf-8', 'replace').split())}"[:500]


@contextlib.contextmanager
def session(server: MailServer) -> Iterator[Session]:
    """A signed-in conversation with `server`; raises `Unreachable` or `LockedOut`."""
    connection = _connect(server)
    try:
        yield Session(connection)
    finally:
        # The mails are settled by now; a server that will not say goodbye changes nothing.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.sock and connection.sock.settimeout(2)
            connection.quit()
        connection.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    options = {"local_hostname": DNS_NAME.get_fqdn(), "timeout": VERB_TIMEOUT}
    connection: smtplib.SMTP | None = None
    try:
        if server.security == "tls":
            connection = smtplib.SMTP_SSL(
                server.host, server.port, context=ssl.create_default_context(), **options
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, **options)
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.username:
            connection.login(server.username, server.password)
        else:
            connection.ehlo_or_helo_if_needed()
        return connection
    except ssl.SSLError as error:
        trouble: Exception = LockedOut(f"Encryption failed: {error.reason or error}")
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            trouble = Unreachable(words(error.smtp_code, _bytes(error.smtp_error)))
        else:
            trouble = LockedOut(
                f"The mail server refused user or password: "
                f"{words(error.smtp_code, _bytes(error.smtp_error))}"
            )
    except smtplib.SMTPNotSupportedError as error:
        trouble = LockedOut(f"The mail server does not offer what is set: {error}")
    except smtplib.SMTPResponseException as error:
        trouble = Unreachable(words(error.smtp_code, _bytes(error.smtp_error)))
    except (OSError, smtplib.SMTPException) as error:
        trouble = Unreachable(f"No connection to {server.host}:{server.port}: {error}")
    if connection is not None:
        connection.close()
    raise trouble


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


class Session:
    """One conversation, for many mails. `is_broken` says that another has to be opened."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self.connection = connection
        self.is_broken = False

    def send(self, message: PythonMessage, *, sender: str, recipient: str) -> Outcome:
        """Hand over one mail and say how far it came. Never raises for the network."""
        body = _on_the_wire(message)
        deadline = time.monotonic() + MAIL_DEADLINE
        dot_sent = False
        try:
            for verb in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"):
                self._allow(deadline)
                code, text = self.connection.docmd(verb)
                if code not in {250, 251, 354}:
                    return self._refused(code, text)
            self._allow(deadline)
            self.connection.send(body)
            self._allow(deadline)
            dot_sent = True
            self.connection.send(b".\r\n")
            code, text = self.connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.is_broken = True
            return Outcome(
                Verdict.UNKNOWN if dot_sent else Verdict.TRY_LATER,
                f"The line broke {'after' if dot_sent else 'before'} the end of the mail: {error}"[
                    :500
                ],
            )
        if code == 250:
            return Outcome(Verdict.ACCEPTED, words(code, text))
        return self._refused(code, text)

    def _allow(self, deadline: float) -> None:
        """Wait for the next verb at most until `deadline` (monotonic seconds)."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server took too long")
        if self.connection.sock is None:
            raise ConnectionResetError("the server closed the line")
        self.connection.sock.settimeout(min(VERB_TIMEOUT, left))

    def _refused(self, code: int, text: bytes) -> Outcome:
        answer = words(code, text)
        if code == 421 or not 400 <= code < 600:
            # 421: it is closing (RFC 5321, 3.8); anything else is no SMTP at all.
            self.is_broken = True
            return Outcome(Verdict.TRY_LATER, answer)
        try:
            self.connection.rset()
        except (OSError, smtplib.SMTPException):
            self.is_broken = True
        if code in AUTHENTICATION_CODES:
            return Outcome(Verdict.LOCKED_OUT, answer)
        return Outcome(Verdict.REFUSED if code >= 500 else Verdict.TRY_LATER, answer)


def _on_the_wire(message: PythonMessage) -> bytes:
    """The mail with dots doubled (RFC 5321, 4.5.2), ending in CRLF, without the final dot."""
    lines = message.as_bytes().replace(b"\r\n", b"\n").split(b"\n")
    if lines and lines[-1] == b"":
        lines.pop()
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
