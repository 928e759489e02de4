"""Handing a mail over: at every moment it is known on which side of the final dot it ended."""

import base64
import time
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from followups import transport
from followups.transport import LockedOut, Outcome, Unreachable, Verdict
from tests.engines.mail_server import MailServer, Received
from tests.engines.servers import free_port
from tests.followups.conftest import way_to
from tests.followups.scripted import Conversation, Scripted

SENDER, READER = "wordkeeper@example.org", "ann@example.org"
# Seconds that the short timeouts below leave for a whole mail, and some for a busy machine.
SOON = 5


def mail(text: str = "Hello\n", **headers: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "A test"
    message["From"], message["To"] = SENDER, READER
    for name, value in headers.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()


def send(port: int, body: bytes | None = None, **changes: object) -> Outcome:
    with transport.session(way_to(port, **changes)) as session:
        return session.send(body or mail(), sender=SENDER, recipient=READER, begin=yes)


def yes() -> bool:
    return True


def words(received: Received) -> str:
    return received.message.get_content().strip()


def told(script, body: bytes | None = None) -> tuple[Outcome, Conversation]:
    """What comes of one mail when the server follows `script`."""
    with Scripted(script) as server:
        server.script = lambda talk: script(talk)
        began = time.monotonic()
        outcome = send(server.port, body)
        assert time.monotonic() - began < SOON
        return outcome, server.talks[0]


# A server in order -------------------------------------------------------------------------------


def test_it_hands_a_mail_over(smtp):
    outcome = send(smtp.port)
    assert outcome == Outcome(Verdict.ACCEPTED, "250 2.0.0 taken")
    (received,) = smtp.mails
    assert (received.sender, received.recipients) == (SENDER, (READER,))
    assert words(received) == "Hello"
    assert smtp.verbs[-1] == "QUIT"


def test_one_line_carries_many_mails(smtp):
    with transport.session(way_to(smtp.port)) as session:
        for number in range(5):
            outcome = session.send(mail(f"{number}\n"), sender=SENDER, recipient=READER, begin=yes)
            assert outcome.verdict is Verdict.ACCEPTED
    assert [words(received) for received in smtp.mails] == list("01234")
    assert smtp.verbs.count("EHLO") == smtp.verbs.count("QUIT") == 1


def test_a_refused_mail_leaves_the_line_fit_for_the_next(smtp):
    smtp.answer("RCPT", "550 5.1.1 nobody here", times=1)
    with transport.session(way_to(smtp.port)) as session:
        first = session.send(mail("1\n"), sender=SENDER, recipient=READER, begin=yes)
        second = session.send(mail("2\n"), sender=SENDER, recipient=READER, begin=yes)
    assert first == Outcome(Verdict.REFUSED, "550 5.1.1 nobody here")
    assert second.verdict is Verdict.ACCEPTED
    assert [words(received) for received in smtp.mails] == ["2"]


@pytest.mark.parametrize(
    "text",
    [
        ".\n",
        ".\n.\n..\n",
        "\n.\nQUIT\n",
        "a line\n.hidden\n..two\n",
        "no newline at the end",
        "",
        "\n\n\n",
        "old\r.\rmac\n",
        "x" * 5000 + "\n",
        "Zoë Müller-Lüdenscheidt, 日本 🙂\n" * 50,
        ("word " * 400 + "\n.\n") * 3,
    ],
)
def test_every_text_arrives_as_it_was(smtp, text):
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = "A test"
    message.set_content(text)
    body = message.as_bytes()
    assert send(smtp.port, body).verdict is Verdict.ACCEPTED
    content = smtp.mails[0].content
    assert content.isascii()
    # RFC 5321, 4.5.3.1.6: no line is longer, and none ends in anything but CRLF.
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert not {13, 10} & set(content.replace(b"\r\n", b""))
    arrived = smtp.mails[0].message.get_content()
    assert arrived.splitlines() == (text.splitlines() or [""])


def test_no_line_of_a_mail_can_end_it_early(smtp):
    """SMTP smuggling: a bare LF or CR before the dot must not be taken for the end."""
    content = b"Subject: x\n\none\n.\nMAIL FROM:<evil@example.org>\n\r.\r"
    assert b"\r\n.\r\n" not in transport.dotted(content)
    assert send(smtp.port, content).verdict is Verdict.ACCEPTED
    assert len(smtp.mails) == 1


# Faults at every verb ----------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("451 4.3.0 later", Verdict.TRY_LATER),
        ("452 4.2.2 full", Verdict.TRY_LATER),
        ("421 4.3.2 closing", Verdict.TRY_LATER),
        ("550 5.1.1 nobody here", Verdict.REFUSED),
        ("554 5.7.1 no", Verdict.REFUSED),
        ("530 5.7.0 sign in first", Verdict.LOCKED_OUT),
        ("535 5.7.8 no such user", Verdict.LOCKED_OUT),
    ],
)
def test_a_reply_decides_what_becomes_of_the_mail(smtp, verb, reply, verdict):
    smtp.answer(verb, reply)
    assert send(smtp.port) == Outcome(verdict, reply)
    assert smtp.mails == []


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_a_line_that_ends_before_the_dot_leaves_no_doubt(smtp, impatient, verb, fault):
    getattr(smtp, fault)(verb)
    outcome = send(smtp.port)
    assert outcome.verdict is Verdict.TRY_LATER
    assert "before the end of the mail" in outcome.answer


@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_a_line_that_ends_after_the_dot_leaves_doubt(smtp, impatient, fault):
    getattr(smtp, fault)("DOT")
    outcome = send(smtp.port)
    assert outcome.verdict is Verdict.UNKNOWN
    assert "after the end of the mail" in outcome.answer
    assert len(smtp.given) == 1


def test_a_line_that_ends_within_the_body_leaves_no_doubt(impatient):
    def script(talk: Conversation) -> None:
        talk.greet()
        talk.envelope()
        talk.data()
        talk.connection.recv(10)  # and then it closes, with the rest unread

    # More than the two ends' buffers hold: the client is still writing when the line breaks.
    outcome, _ = told(script, mail("x" * 60 + "\n" + ("y" * 70 + "\n") * 200_000))
    assert outcome.verdict is Verdict.TRY_LATER


def test_a_server_that_does_not_read_the_body_is_not_waited_for(impatient):
    with Scripted(lambda talk: None) as server:

        def script(talk: Conversation) -> None:
            talk.greet()
            talk.envelope()
            talk.data()
            server.wait()

        server.script = script
        began = time.monotonic()
        outcome = send(server.port, mail(("y" * 70 + "\n") * 200_000))
    assert outcome.verdict is Verdict.TRY_LATER
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize(
    "reply", [b"hello\r\n", b"\xff\xfe\x00\r\n", b"2", b"25\r\n", b"354 ?\r\n"]
)
def test_nonsense_after_the_dot_leaves_doubt(impatient, reply):
    def script(talk: Conversation) -> None:
        talk.greet()
        talk.envelope()
        talk.data()
        talk.hear_body()
        talk.say(reply)

    outcome, _ = told(script)
    assert outcome.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("reply", [b"hello\r\n", b"\xff\xfe\x00\r\n", b"2", b"354 go on\r\n"])
def test_nonsense_before_the_dot_leaves_none(impatient, reply):
    def script(talk: Conversation) -> None:
        talk.greet()
        talk.hear()
        talk.say(reply)

    outcome, talk = told(script)
    assert outcome.verdict is Verdict.TRY_LATER
    assert talk.body == b""


@pytest.mark.parametrize("reply", ["250 ok", "250", "251 forwarded", "200 fine"])
def test_any_yes_after_the_dot_is_a_yes(reply):
    def script(talk: Conversation) -> None:
        talk.greet()
        talk.take(reply)
        talk.hear()

    outcome, _ = told(script)
    assert outcome.verdict is Verdict.ACCEPTED


def test_an_answer_of_several_lines_is_kept_as_one():
    def script(talk: Conversation) -> None:
        talk.greet()
        talk.take("550-5.7.1 We do not want\r\n550-5.7.1  your mail.\r\n550 5.7.1 Go away.")

    outcome, _ = told(script)
    assert outcome == Outcome(
        Verdict.REFUSED, "550 5.7.1 We do not want 5.7.1 your mail. 5.7.1 Go away."
    )


def test_an_answer_is_kept_without_what_no_database_takes():
    def script(talk: Conversation) -> None:
        talk.greet()
        talk.envelope()
        talk.data()
        talk.hear_body()
        talk.say(b"250 taken\x00\x1b[31m \xff " + b"x" * 900 + b"\r\n")
        talk.hear()

    outcome, _ = told(script)
    assert outcome.verdict is Verdict.ACCEPTED
    assert outcome.answer.startswith("250 taken [31m \ufffd xxx")
    assert len(outcome.answer) <= 500


@pytest.mark.parametrize("where", ["MAIL", "DOT"])
def test_a_reply_that_drips_is_not_waited_for_for_ever(impatient, where):
    """`smtplib` begins its timeout anew with every octet: 8 KB at one a second are two hours."""
    with Scripted(lambda talk: None) as server:

        def drip(talk: Conversation) -> None:
            while not server.over.wait(0.05):
                talk.say(b"2")

        def script(talk: Conversation) -> None:
            talk.greet()
            if where == "DOT":
                talk.envelope()
                talk.data()
                talk.hear_body()
            else:
                talk.hear()
            drip(talk)

        server.script = script
        began = time.monotonic()
        outcome = send(server.port)
        assert time.monotonic() - began < SOON
    assert outcome.verdict is (Verdict.UNKNOWN if where == "DOT" else Verdict.TRY_LATER)


def test_a_reply_without_end_is_not_listened_to(impatient):
    def script(talk: Conversation) -> None:
        talk.greet()
        talk.hear()
        while True:
            talk.say("250-and another thing")

    outcome, _ = told(script)
    assert outcome.verdict is Verdict.TRY_LATER


def test_a_slow_server_is_waited_for(smtp):
    def script(talk: Conversation) -> None:
        for step in (talk.greet, talk.envelope, talk.data):
            time.sleep(0.2)
            step()
        talk.hear_body()
        time.sleep(0.2)
        talk.say("250 at last")
        talk.hear()

    outcome, _ = told(script)
    assert outcome == Outcome(Verdict.ACCEPTED, "250 at last")


@pytest.mark.parametrize("verb", ["RSET", "QUIT"])
@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_rudeness_after_the_mail_changes_nothing(smtp, impatient, verb, fault):
    getattr(smtp, fault)(verb)
    if verb == "RSET":
        smtp.answer("RCPT", "550 5.1.1 nobody here")
        assert send(smtp.port).verdict is Verdict.REFUSED
    else:
        assert send(smtp.port).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("end", ["421 4.7.0 too many mails", None])
def test_a_line_that_ends_between_two_mails_is_no_fault_of_the_second(end):
    """Servers limit the mails of one conversation; the second has met nothing at all."""

    def script(talk: Conversation) -> None:
        talk.greet()
        talk.take()
        talk.hear()
        if end:
            talk.say(end)

    with Scripted(script) as server, transport.session(way_to(server.port)) as session:
        first = session.send(mail(), sender=SENDER, recipient=READER, begin=yes)
        second = session.send(mail(), sender=SENDER, recipient=READER, begin=yes)
        assert session.is_broken
    assert (first.verdict, second.verdict) == (Verdict.ACCEPTED, Verdict.NOT_BEGUN)


@pytest.mark.parametrize("carried", [0, 1])
def test_it_asks_when_the_server_waits_for_the_body_and_takes_a_no(smtp, carried):
    asked = []

    def no() -> bool:
        asked.append(smtp.verbs[-1])
        return False

    with transport.session(way_to(smtp.port)) as session:
        for _ in range(carried):
            session.send(mail(), sender=SENDER, recipient=READER, begin=yes)
        outcome = session.send(mail(), sender=SENDER, recipient=READER, begin=no)
        assert outcome.verdict is Verdict.WITHDRAWN
        assert session.is_broken
    assert asked == ["DATA"]
    assert len(smtp.given) == carried


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_it_does_not_ask_about_what_is_refused_before(smtp, verb):
    smtp.answer(verb, "451 later")
    with transport.session(way_to(smtp.port)) as session:
        asked: list[int] = []
        session.send(mail(), sender=SENDER, recipient=READER, begin=lambda: bool(asked.append(1)))
    assert asked == []


def test_an_error_while_it_asks_leaves_the_line_unfit(smtp):
    with transport.session(way_to(smtp.port)) as session:
        with pytest.raises(ZeroDivisionError):
            session.send(mail(), sender=SENDER, recipient=READER, begin=lambda: 1 / 0)
        assert session.is_broken
    assert smtp.given == []


# Before there is a line --------------------------------------------------------------------------


def test_nobody_listens():
    with pytest.raises(Unreachable, match=r"No connection to 127\.0\.0\.1:\d+"):
        send(free_port())


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 80 + ".example", "a..b", ".bad"])
def test_a_host_that_is_none(host):
    with pytest.raises(Unreachable):
        send(25, host=host)


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO"])
@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_a_line_that_does_not_come_about(impatient, verb, fault):
    with Scripted(lambda talk: None) as server:

        def script(talk: Conversation) -> None:
            if verb == "EHLO":
                talk.say("220 mail.example.org")
                talk.hear()
            if fault == "hang":
                server.wait()

        server.script = script
        began = time.monotonic()
        with pytest.raises(Unreachable):
            send(server.port)
        assert time.monotonic() - began < SOON


@pytest.mark.parametrize("reply", ["421 4.3.2 busy", "554 5.7.1 no service here", "hello"])
def test_a_greeting_that_is_none(reply):
    def script(talk: Conversation) -> None:
        talk.say(reply)
        talk.hear()

    with Scripted(script) as server, pytest.raises(Unreachable, match=reply[4:]):
        send(server.port)


def test_a_greeting_that_drips_is_not_waited_for_for_ever(impatient):
    with Scripted(lambda talk: None) as server:

        def script(talk: Conversation) -> None:
            while not server.over.wait(0.05):
                talk.say(b"2")

        server.script = script
        began = time.monotonic()
        with pytest.raises(Unreachable):
            send(server.port)
        assert time.monotonic() - began < SOON


def test_an_old_server_without_ehlo_will_do(smtp):
    smtp.answer("EHLO", "502 5.5.2 what?")
    assert send(smtp.port).verdict is Verdict.ACCEPTED


# Signing in --------------------------------------------------------------------------------------


@pytest.fixture
def guarded():
    with MailServer(accounts={"ann": "secret"}) as server:
        yield server


def test_it_signs_in(guarded):
    assert send(guarded.port, username="ann", password="secret").verdict is Verdict.ACCEPTED


def test_a_wrong_password_locks_it_out(guarded):
    with pytest.raises(LockedOut, match="refused user or password: 535"):
        send(guarded.port, username="ann", password="wrong")


def test_a_password_that_smtp_cannot_carry_locks_it_out(guarded):
    with pytest.raises(LockedOut, match="letters that cannot be sent"):
        send(guarded.port, username="ann", password="geheimnisvöll")


def test_a_server_without_sign_in_locks_it_out():
    def script(talk: Conversation) -> None:
        talk.greet()
        talk.hear()

    with Scripted(script) as server, pytest.raises(LockedOut, match="AUTH extension not support"):
        send(server.port, username="ann", password="secret")


def test_a_server_whose_ways_to_sign_in_are_strange_locks_it_out():
    def script(talk: Conversation) -> None:
        talk.greet("AUTH GSSAPI XOAUTH2")
        talk.hear()

    with Scripted(script) as server, pytest.raises(LockedOut, match="no way to sign in"):
        send(server.port, username="ann", password="secret")


def test_a_server_that_wants_a_sign_in_and_gets_none_locks_it_out(smtp):
    smtp.answer("MAIL", "530 5.7.0 Authentication required")
    assert send(smtp.port).verdict is Verdict.LOCKED_OUT


def test_a_sign_in_that_fails_for_now_is_no_lock_out(guarded):
    guarded.answer("AUTH", "454 4.7.0 try again")
    with pytest.raises(Unreachable, match="454"):
        send(guarded.port, username="ann", password="secret")


def test_a_server_that_hangs_up_on_a_wrong_password_locks_it_out():
    """It offers two ways, refuses the first and closes: what counts is the refusal."""

    def script(talk: Conversation) -> None:
        talk.greet("AUTH PLAIN LOGIN")
        talk.hear()
        talk.say("535 5.7.8 wrong")

    with Scripted(script) as server, pytest.raises(LockedOut, match="535"):
        send(server.port, username="ann", password="wrong")


def test_a_server_that_hangs_up_on_a_sign_in_is_out_of_reach():
    def script(talk: Conversation) -> None:
        talk.greet("AUTH PLAIN LOGIN")
        talk.hear()

    with Scripted(script) as server, pytest.raises(Unreachable, match="broke off the sign-in"):
        send(server.port, username="ann", password="secret")


def test_the_password_goes_nowhere_but_into_the_sign_in():
    def script(talk: Conversation) -> None:
        talk.greet("AUTH PLAIN")
        talk.hear()
        talk.say("535 5.7.8 wrong")
        talk.hear()

    with Scripted(script) as server, pytest.raises(LockedOut) as refused:
        send(server.port, username="ann", password="tops3cret")
    sent = server.talks[0].lines[1].split()[-1]
    assert base64.b64decode(sent) == b"\0ann\0tops3cret"
    assert "tops3cret" not in str(refused.value)
    assert sent not in str(refused.value)


# Encryption --------------------------------------------------------------------------------------


def test_it_encrypts_from_the_start(certified):
    def script(talk: Conversation) -> None:
        talk.encrypt(certified)
        talk.greet()
        talk.take()
        talk.hear()
        talk.say("221 bye")

    with Scripted(script) as server:
        outcome = send(server.port, host="localhost", security="tls")
    assert outcome.verdict is Verdict.ACCEPTED


def test_it_encrypts_by_starttls_and_forgets_what_was_said_in_the_clear(certified):
    def script(talk: Conversation) -> None:
        talk.greet("STARTTLS", "AUTH PLAIN")
        talk.hear()
        # Somebody in between adds a reply in the clear; it must not count after the handshake.
        talk.say(b"220 go on\r\n250 injected\r\n")
        talk.encrypt(certified)
        talk.hello("AUTH PLAIN")
        talk.hear()
        talk.say("235 welcome")
        talk.take()
        talk.hear()
        talk.say("221 bye")

    with Scripted(script) as server:
        outcome = send(
            server.port, host="localhost", security="starttls", username="ann", password="secret"
        )
        assert outcome == Outcome(Verdict.ACCEPTED, "250 taken")
        assert [line.split()[0].lower() for line in server.talks[0].lines] == [
            *("ehlo", "starttls", "ehlo", "auth", "mail", "rcpt", "data", "quit")
        ]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_of_nobody_known_locks_it_out(certified, monkeypatch, security):
    monkeypatch.delenv("SSL_CERT_FILE")

    def script(talk: Conversation) -> None:
        if security == "starttls":
            talk.greet("STARTTLS")
            talk.hear()
            talk.say("220 go on")
        talk.encrypt(certified)

    with Scripted(script) as server, pytest.raises(LockedOut, match="not to be trusted"):
        send(server.port, host="localhost", security=security)


def test_a_certificate_of_another_host_locks_it_out(certified):
    with (
        Scripted(lambda talk: talk.encrypt(certified)) as server,
        pytest.raises(LockedOut, match="not to be trusted"),
    ):
        send(server.port, host="127.0.0.1", security="tls")


def test_a_server_without_starttls_gets_neither_mail_nor_password(smtp):
    with pytest.raises(LockedOut, match="offers no encryption"):
        send(smtp.port, security="starttls", username="ann", password="secret")
    assert "AUTH" not in smtp.verbs
    assert "MAIL" not in smtp.verbs


@pytest.mark.parametrize("reply", ["454 4.7.0 not now", "502 5.5.1 no"])
def test_a_server_that_refuses_to_encrypt_locks_it_out(reply):
    def script(talk: Conversation) -> None:
        talk.greet("STARTTLS")
        talk.hear()
        talk.say(reply)
        talk.hear()

    with (
        Scripted(script) as server,
        pytest.raises(LockedOut, match=f"refuses to encrypt: {reply}"),
    ):
        send(server.port, security="starttls")


def test_a_plain_server_on_the_port_of_tls_locks_it_out(smtp):
    with pytest.raises((LockedOut, Unreachable), match="ncryption"):
        send(smtp.port, security="tls")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_line_that_breaks_during_the_handshake_is_out_of_reach(security):
    def script(talk: Conversation) -> None:
        if security == "starttls":
            talk.greet("STARTTLS")
            talk.hear()
            talk.say("220 go on")
        talk.connection.recv(16)

    with Scripted(script) as server, pytest.raises(Unreachable):
        send(server.port, security=security)


# The envelope ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("ann@example.org", "ann@example.org"),
        ("ann+crm@example.org", "ann+crm@example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("ann@exämple.org", "ann@xn--exmple-cua.org"),
        ("ann@[127.0.0.1]", "ann@[127.0.0.1]"),
    ],
)
def test_an_address_is_written_as_the_envelope_takes_it(address, plain):
    assert transport.envelope_address(address) == plain


@pytest.mark.parametrize(
    "address",
    [
        "zoë@example.org",
        "\u212aate@example.org",  # the Kelvin sign, which Django's validator takes for a K
        "ann@example.org>\r\nRCPT TO:<bob@example.org",
        "ann@example.org\nDATA",
        "a nn@example.org",
        "@example.org",
        "ann",
        "",
    ],
)
def test_an_address_that_cannot_be_written_is_refused_and_nothing_is_said(smtp, address):
    with pytest.raises(ValueError, match="cannot be written"):
        transport.envelope_address(address)
    with transport.session(way_to(smtp.port)) as session:
        outcome = session.send(mail(), sender=SENDER, recipient=address, begin=yes)
    assert outcome.verdict is Verdict.REFUSED
    assert "MAIL" not in smtp.verbs
