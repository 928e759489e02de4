"""Reminders through a mail server of somebody else's: OpenSMTPD, where it is installed.

It runs with the spool and the sockets that are built into it, but in a mount and a process
namespace of its own: nothing of this machine's mail is touched, and nothing outlives the test.
"""

from __future__ import annotations

import datetime as dt
import os
import pwd
import re
import shutil
import signal
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import pytest
import time_machine

from accounts.models import Preferences, User
from followups import messages, transport
from followups.delivery import dispatch_due
from followups.models import Mail
from followups.transport import Verdict
from tests.engines.servers import DidNotHappen, end_with_parent, free_port, until
from tests.factories import PromiseFactory, RecruiterFactory, UserFactory
from tests.followups.conftest import utc, way_to

DUE = utc("2026-03-05 17:00")

CONFIGURATION = """\
listen on 127.0.0.1 port {port} hostname mail.example.org
action "box" maildir "{box}" virtual {{ "ann@example.org" = "nobody" }}
match from any for domain "example.org" action "box"
"""

START = """\
mount -t tmpfs none /var/spool && mkdir -m 711 /var/spool/smtpd && mount -t tmpfs none /run &&
exec {program} -d -f {configuration}
"""


class OpenSMTPD:
    """`smtpd`, which takes mail for ann@example.org alone and puts it into a maildir."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wordkeeper-smtpd-"))
        self.folder.chmod(0o755)
        self.box = self.folder / "box"
        self.box.mkdir()
        nobody = pwd.getpwnam("nobody")
        os.chown(self.box, nobody.pw_uid, nobody.pw_gid)
        self.port = free_port()
        configuration = self.folder / "smtpd.conf"
        configuration.write_text(CONFIGURATION.format(port=self.port, box=self.box))
        start = START.format(program=shutil.which("smtpd"), configuration=configuration)
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                # The kernel ends all that is in the process namespace with its first process.
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", start],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=end_with_parent(signal.SIGKILL),
            )

    def tail(self) -> str:
        return (self.folder / "output").read_text(errors="replace")[-2000:]

    def answers(self) -> bool:
        if self.process.poll() is not None:
            raise DidNotHappen(f"smtpd ended at its start:\n{self.tail()}")
        try:
            smtplib.SMTP("127.0.0.1", self.port, timeout=5).close()
        except OSError:
            return False
        return True

    def mails(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted((self.box / "new").glob("*"))]

    def wait_for_mails(self, count: int) -> list[EmailMessage]:
        until(lambda: len(self.mails()) >= count, f"{count} mails in the box\n{self.tail()}")
        return [message(content) for content in self.mails()]

    def __enter__(self) -> Self:
        try:
            until(self.answers, "smtpd does not answer")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def message(content: bytes) -> EmailMessage:
    parsed = message_from_bytes(content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def why_not() -> str:
    """What is missing for it here, or nothing."""
    if os.geteuid() != 0:
        return "OpenSMTPD starts as root alone"
    if not (shutil.which("smtpd") and shutil.which("unshare")):
        return "OpenSMTPD is not installed (Debian, Ubuntu: apt install opensmtpd)"
    tried = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "none", "/run"],
        capture_output=True,
    )
    return "this machine gives no namespaces" if tried.returncode else ""


@pytest.fixture(scope="module")
def smtpd() -> Iterator[OpenSMTPD]:
    if missing := why_not():
        pytest.skip(f"Optional: {missing}.")
    with OpenSMTPD() as server:
        yield server


@pytest.fixture(autouse=True)
def _an_empty_box(smtpd: OpenSMTPD) -> None:
    for file in (smtpd.box / "new").glob("*"):
        file.unlink()


def promised(owner: User, **fields: object) -> None:
    Preferences.objects.of(owner).update(lead_minutes=0, discreet_mail=False)
    recruiter = RecruiterFactory(owner=owner, name="Zoë Müller-Lüdenscheidt")
    with time_machine.travel(utc("2026-03-02 07:30"), tick=False):
        promise: Any = PromiseFactory(
            owner=owner,
            recruiter=recruiter,
            due_on=dt.date(2026, 3, 5),
            due_time=dt.time(17),
            **fields,
        )
        promise.reminders.exclude(due_utc=DUE).delete()


def test_a_reminder_arrives_whole(
    user: User, smtpd: OpenSMTPD, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[messages.Letter] = []
    compose = messages.compose

    def listen(*args: object, **kwargs: object) -> messages.Letter | None:
        letter = compose(*args, **kwargs)  # type: ignore[arg-type]
        if letter:
            written.append(letter)
        return letter

    monkeypatch.setattr(messages, "compose", listen)
    promised(user, what=". naïve — “zwei Namen”, 日本 🙂 " + "and so on " * 15)
    assert dispatch_due(DUE, server=way_to(smtpd.port)) == 1
    (arrived,) = smtpd.wait_for_mails(1)
    sent = message(written[0].content)
    mail = Mail.objects.of(user).get()
    assert (mail.state, mail.answer[:3]) == (Mail.State.SENT, "250")
    assert arrived["Message-ID"] == mail.message_id
    for name, value in sent.items():
        assert arrived[name] == value, name
    for kind in ("plain", "html"):
        there, here = arrived.get_body((kind,)), sent.get_body((kind,))
        assert there is not None
        assert here is not None
        assert there.get_content().splitlines() == here.get_content().splitlines()
        assert "Müller-Lüdenscheidt" in there.get_content()
    # It asks no server for 8BITMIME or SMTPUTF8.
    assert written[0].content.isascii()


@pytest.mark.parametrize(
    "text",
    [
        ".\n",
        ".\n..\n...\n.hidden\n",
        "\n.\nQUIT\n.\nRSET\n",
        "x" * 990 + "\n",
        "no newline at the end",
        "trailing blanks   \n\ttabs\t\n",
        "a line\n" * 5_000,
    ],
)
def test_every_line_arrives_as_it_was(smtpd: OpenSMTPD, text: str) -> None:
    content = b"From: a@example.org\nTo: ann@example.org\nSubject: x\n\n" + text.encode()
    with transport.session(way_to(smtpd.port)) as session:
        outcome = session.send(
            content, sender="a@example.org", recipient="ann@example.org", begin=lambda: True
        )
        assert outcome.verdict is Verdict.ACCEPTED
    smtpd.wait_for_mails(1)
    body = smtpd.mails()[0].split(b"\n\n", 1)[1].decode()
    assert body == (text if text.endswith("\n") else text + "\n")


def test_one_conversation_carries_many(db: None, smtpd: OpenSMTPD) -> None:
    user: Any = UserFactory(email="ann@example.org")
    for number in range(5):
        promised(user, what=f"number {number}")
    assert dispatch_due(DUE, server=way_to(smtpd.port)) == 5
    arrived = smtpd.wait_for_mails(5)
    assert len({mail["Message-ID"] for mail in arrived}) == 5
    received = {re.search(r"id (\w+)", str(mail["Received"])) for mail in arrived}
    assert len(received) == 5


def test_a_recipient_that_it_refuses_fails_with_its_words(
    other: User, user: User, smtpd: OpenSMTPD
) -> None:
    promised(other)
    promised(user)
    assert dispatch_due(DUE, server=way_to(smtpd.port)) == 1
    mail = Mail.objects.of(other).get()
    assert mail.state == Mail.State.FAILED
    assert re.match(r"5\d\d .*bob@example\.org", mail.answer)
    # The other mail went through the same conversation.
    (arrived,) = smtpd.wait_for_mails(1)
    assert arrived["To"] == "ann@example.org"


def test_nothing_of_it_is_left_behind(smtpd: OpenSMTPD) -> None:
    """The namespace goes with its first process, however many that has forked."""
    with OpenSMTPD() as server:
        mark = str(server.folder).encode()
        running = _started_for(mark)
        assert len(running) > 1
    until(lambda: not _started_for(mark), "smtpd outlives its test", within=10)


def _started_for(mark: bytes) -> list[str]:
    """The ids of processes that were started with `mark`, a folder's name."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "cmdline").read_bytes():
                found.append(process.name)
        except OSError:
            continue  # it has just ended
    return found
