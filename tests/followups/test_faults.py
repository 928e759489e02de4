"""Every fault at every verb, and what becomes of the mail: the whole table of DESIGN section 6."""

from __future__ import annotations

import datetime as dt
import ssl
import time
from dataclasses import dataclass

import pytest

from accounts.models import User
from followups import transport
from followups.delivery import dispatch_due
from followups.models import Mail, Mailer
from tests.factories import MailFactory
from tests.followups.conftest import utc, way_to
from tests.followups.scripted import Conversation, Scripted

DUE = utc("2026-03-05 17:00")
# After the first try again, and after the first probe of a paused mailer.
LATER = DUE + dt.timedelta(minutes=15)

VERBS = (
    *("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "DOT", "RSET"),
    "QUIT",
)
FAULTS = ("close", "hang", "4xx", "5xx", "garbage", "drip")


@dataclass(frozen=True)
class End:
    """Where the mail stands after the tick; `answer` is what it says, or begins with."""

    state: str
    attempts: int = 0
    ambiguous: bool = False
    is_paused: bool = False
    answer: str = ""


SENT = End("sent", answer="250 taken")
UNTOUCHED = "scheduled"

# The server was out of reach: tried again in a minute.
AWAY = End(UNTOUCHED, attempts=1)
# As good as never spoken to; the mailer waits for somebody to change the settings.
LOCKED = End(UNTOUCHED, is_paused=True)
LATER_ON = End(UNTOUCHED, attempts=1, answer="451 4.3.0 not now")
REFUSED = End("failed", attempts=1, answer="550 5.7.1 never")
BEFORE = End(UNTOUCHED, attempts=1, answer="The line broke before the end of the mail")
AFTER = End(UNTOUCHED, attempts=1, ambiguous=True, answer="The line broke after the end of")
NO_SMTP = End(UNTOUCHED, attempts=1, answer="??? what is this?")
IN_DOUBT = End(UNTOUCHED, attempts=1, ambiguous=True, answer="??? what is this?")

OUT_OF_REACH = dict.fromkeys(FAULTS, AWAY)
BROKEN = {"close": BEFORE, "hang": BEFORE, "drip": BEFORE}
ENVELOPE = BROKEN | {"4xx": LATER_ON, "5xx": REFUSED, "garbage": NO_SMTP}
# A reminder is shorter than what the two ends buffer: its dot has gone before we learn of it.
WHOLE = {"close": AFTER, "hang": AFTER, "drip": AFTER, "garbage": IN_DOUBT} | {
    "4xx": LATER_ON,
    "5xx": REFUSED,
}

TABLE: dict[str, dict[str, End]] = {
    "CONNECT": OUT_OF_REACH,
    # Who does not know EHLO is greeted by HELO.
    "EHLO": OUT_OF_REACH | dict.fromkeys(("4xx", "5xx", "garbage"), SENT),
    # Neither mail nor password goes to a server that will not encrypt, whatever its reason.
    "STARTTLS": OUT_OF_REACH | dict.fromkeys(("4xx", "5xx", "garbage"), LOCKED),
    "AUTH": OUT_OF_REACH | {"5xx": LOCKED},
    "MAIL": ENVELOPE,
    "RCPT": ENVELOPE,
    "DATA": ENVELOPE,
    "BODY": WHOLE,
    "DOT": WHOLE,
    # It follows a refusal, and the refusal counts.
    "RSET": dict.fromkeys(FAULTS, End("failed", attempts=1, answer="550 5.1.1 nobody here")),
    # By then the mail has been taken.
    "QUIT": dict.fromkeys(FAULTS, SENT),
}

REPLIES = {
    "4xx": "451 4.3.0 not now",
    "5xx": "550 5.7.1 never",
    "garbage": "??? what is this?",
}


class Faulty(Scripted):
    """A server in order, but for one fault at one verb of its first conversation."""

    def __init__(self, verb: str, fault: str, encryption: ssl.SSLContext | None) -> None:
        super().__init__(self.serve)
        self.verb, self.fault, self.encryption = verb, fault, encryption

    def at(self, verb: str, talk: Conversation, reply: str | None = None) -> None:
        """Say `reply`, or do what is wrong with this verb; `ConnectionError` ends the talk."""
        if verb != self.verb or talk is not self.talks[0]:
            if reply:
                talk.say(reply)
            return
        match self.fault:
            case "close":
                raise ConnectionError
            case "hang":
                self.wait()
            case "drip":
                while not self.over.wait(0.05):
                    talk.say(b"2")
            case _:
                talk.say(REPLIES[self.fault])

    def serve(self, talk: Conversation) -> None:
        self.at("CONNECT", talk, "220 mail.example.org")
        is_encrypted = self.encryption is None
        while True:
            line = talk.hear()
            match line.split()[0].upper().partition(":")[0]:
                case "EHLO":
                    offers = "250-AUTH PLAIN\r\n" + ("" if is_encrypted else "250-STARTTLS\r\n")
                    self.at("EHLO", talk, f"250-mail.example.org\r\n{offers}250 8BITMIME")
                case "STARTTLS":
                    self.at("STARTTLS", talk, "220 go on")
                    if self.encryption is None:
                        continue
                    talk.encrypt(self.encryption)
                    is_encrypted = True
                case "AUTH":
                    self.at("AUTH", talk, "235 welcome")
                case "RCPT" if self.verb == "RSET" and talk is self.talks[0]:
                    talk.say("550 5.1.1 nobody here")
                case "DATA":
                    self.at("DATA", talk, "354 go on")
                    if self.verb == "DATA" and talk is self.talks[0]:
                        continue
                    if self.verb == "BODY" and talk is self.talks[0]:
                        talk.connection.recv(10)
                        self.at("BODY", talk)
                        talk.hear_body()
                        talk.body = b""  # answered before it had come: not taken
                        continue
                    talk.hear_body()
                    self.at("DOT", talk, "250 taken")
                case "QUIT":
                    self.at("QUIT", talk, "221 bye")
                    return
                case verb:
                    self.at(verb, talk, "250 ok")


def set_patience(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    """For a verb, the greeting, a mail, and the goodbye."""
    names = ("VERB_TIMEOUT", "GREETING_DEADLINE", "MAIL_DEADLINE", "GOODBYE_DEADLINE")
    for name, value in zip(names, seconds, strict=True):
        monkeypatch.setattr(transport, name, value)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("verb", VERBS)
def test_a_fault_has_exactly_the_stated_end(
    verb: str,
    fault: str,
    user: User,
    certified: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fault in {"hang", "drip"}:
        set_patience(monkeypatch, 0.6, 1, 1.2, 0.3)
    expected = TABLE[verb][fault]
    mail = MailFactory(owner=user, kind=Mail.Kind.TEST, due_utc=DUE)
    first_id = mail.message_id
    encrypts = verb == "STARTTLS"
    with Faulty(verb, fault, certified if encrypts else None) as server:
        way = way_to(
            server.port,
            host="localhost",
            security="starttls" if encrypts else "none",
            username="ann" if verb == "AUTH" else "",
            password="secret" if verb == "AUTH" else "",
        )
        began = time.monotonic()
        assert dispatch_due(DUE, server=way) == (expected.state == "sent")
        assert time.monotonic() - began < 30  # by our own limits, not by the server
        mail.refresh_from_db()
        found = End(
            mail.state,
            mail.attempts,
            mail.ambiguous,
            Mailer.load().is_paused,
            mail.answer[: len(expected.answer)],
        )
        assert found == expected
        assert mail.token is None
        assert mail.lease_until is None
        assert bool(mail.answer) is not expected.is_paused

        # The fault is over: what is not settled goes, once, as the mail that it was.
        set_patience(monkeypatch, 15, 45, 60, 2)
        dispatch_due(LATER, server=way)
        mail.refresh_from_db()
        assert mail.state == ("failed" if expected.state == "failed" else "sent")
        assert mail.ambiguous is expected.ambiguous
        assert mail.message_id == first_id
        assert not Mailer.load().is_paused
        taken = [talk for talk in server.talks if talk.body]
        assert len(taken) == (expected.state != "failed") + (verb == "DOT")
