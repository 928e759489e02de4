"""An SMTP server that does exactly what a test tells it to, octet by octet."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Conversation:
    """The server's end of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.lines: list[str] = []
        self.body = b""
        self._buffer = b""

    def say(self, text: str | bytes) -> None:
        """Send a line; bytes are sent as they are."""
        self.connection.sendall(text if isinstance(text, bytes) else text.encode() + b"\r\n")

    def hear(self) -> str:
        """The client's next line; raises `ConnectionError` when it has gone."""
        line = self._until(b"\r\n")[:-2].decode()
        self.lines.append(line)
        return line

    def hear_body(self) -> bytes:
        """All up to and with the final dot."""
        self.body = self._until(b"\r\n.\r\n")
        return self.body

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            more = self.connection.recv(4096)
            if not more:
                raise ConnectionError("the client has gone")
            self._buffer += more
        cut = self._buffer.index(end) + len(end)
        found, self._buffer = self._buffer[:cut], self._buffer[cut:]
        return found

    def encrypt(self, context: ssl.SSLContext) -> None:
        self.connection = context.wrap_socket(self.connection, server_side=True)

    def greet(self, *extensions: str) -> None:
        """Greeting and EHLO, as a server in order does them."""
        self.say("220 mail.example.org")
        self.hello(*extensions)

    def hello(self, *extensions: str) -> None:
        self.hear()
        names = ["mail.example.org", *extensions]
        for name in names[:-1]:
            self.say(f"250-{name}")
        self.say(f"250 {names[-1]}")

    def envelope(self) -> None:
        """MAIL and RCPT."""
        for _ in range(2):
            self.hear()
            self.say("250 ok")

    def take(self, answer: str = "250 taken") -> None:
        """One whole mail."""
        self.envelope()
        self.data()
        self.hear_body()
        self.say(answer)

    def data(self) -> None:
        self.hear()
        self.say("354 go on")


class Scripted:
    """Follows `script` with every connection, then closes it."""

    def __init__(self, script: Callable[[Conversation], None]) -> None:
        self.script = script
        self.talks: list[Conversation] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        # Let go of what the script waits for.
        self.over = threading.Event()
        self.threads: list[threading.Thread] = []

    def wait(self) -> None:
        """For scripts: say nothing more until the test is over."""
        self.over.wait(30)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            talk = Conversation(connection)
            self.talks.append(talk)
            self._start(self._follow, talk)

    def _follow(self, talk: Conversation) -> None:
        with contextlib.suppress(OSError), contextlib.closing(talk.connection):
            self.script(talk)
        with contextlib.suppress(OSError):
            talk.connection.close()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(5)
