"""A mail server that can be killed: what it accepted is on the disk before it says so.

    python -m tests.chaos.mail_server PORT LOG [DELAY]

Each mail is one line of JSON in LOG, written and fsynced before the 250 that answers its final dot;
DELAY seconds pass in between. It takes a mail whose dot has come even when its sender is gone, as
real servers do. It speaks just enough SMTP for one sender, needs no package and starts in a tenth
of a second.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import sys
import threading
import time
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import BinaryIO

PROMISE = re.compile(r"/promises/(\d+)/")


@dataclass(frozen=True)
class Accepted:
    """A mail that the server took. Moments are seconds, `time.time()`.

    `asked_at` is just before it asked for the body (354), and so before `Mail.begin`; `dot_at` is
    when the final dot had come.
    """

    message_id: str
    promises: list[int]
    asked_at: float
    dot_at: float


class MailLog:
    """The server's log, appended to by one server after the other."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def keep(self, mail: Accepted) -> None:
        # A line end on both sides: what a kill left of a line before stays a line of its own.
        os.write(self.file, b"\n" + json.dumps(asdict(mail)).encode() + b"\n")
        os.fsync(self.file)


def read_log(path: Path) -> list[Accepted]:
    """The mails in the order of their acceptance. Torn lines were never answered, and are none."""
    found: list[Accepted] = []
    if not path.exists():
        return found
    for line in path.read_text().splitlines():
        with contextlib.suppress(ValueError):
            found.append(Accepted(**json.loads(line or "-")))
    return found


def read_mail(content: bytes, *, asked_at: float, dot_at: float) -> Accepted:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    promises = sorted({int(number) for number in PROMISE.findall(text)})
    return Accepted(str(message["Message-ID"]), promises, asked_at, dot_at)


def converse(line: socket.socket, log: MailLog, delay: float) -> None:
    """One conversation. A sender that goes away before the final dot has sent nothing."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with contextlib.suppress(OSError), line, line.makefile("rb") as incoming:
        line.sendall(b"220 mail.example.org ready\r\n")
        for request in incoming:
            verb = request[:4].upper()
            if verb == b"DATA":
                asked_at = time.time()
                line.sendall(b"354 go ahead\r\n")
                content = body_of(incoming)
                if content is None:
                    return
                log.keep(read_mail(content, asked_at=asked_at, dot_at=time.time()))
                time.sleep(delay)
                line.sendall(b"250 2.0.0 taken\r\n")
            elif verb == b"QUIT":
                line.sendall(b"221 bye\r\n")
                return
            else:
                line.sendall(b"250 ok\r\n")


def body_of(incoming: BinaryIO) -> bytes | None:
    """A mail up to its final dot, or None if the line ended before."""
    lines: list[bytes] = []
    for line in incoming:
        if line == b".\r\n":
            return b"".join(lines)
        lines.append(line)
    return None


def main(port: str, log: str, delay: str = "0") -> None:
    kept = MailLog(Path(log))
    with socket.create_server(("127.0.0.1", int(port)), backlog=128) as listener:
        print("listening", flush=True)
        while True:
            line, _ = listener.accept()
            threading.Thread(target=converse, args=(line, kept, float(delay)), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
