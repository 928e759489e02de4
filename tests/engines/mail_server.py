"""A mail server for the tests: what it was given can be read, and it can be told to fail."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from tests.engines.servers import PATIENCE, free_port, until


@dataclass(frozen=True)
class Received:
    """A mail that the server took (or was given, if it was told to break off after the dot)."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    at: float  # seconds, `time.time()`, when the final dot had come

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass
class Rule:
    action: str  # a reply, "hang" or "drop"
    times: int | None  # None: always


class MailServer:
    """SMTP in a thread. Its mails can be read, and it can be told to fail at any verb.

    Verbs are CONNECT (the greeting), EHLO, AUTH, MAIL, RCPT, DATA (before the body), DOT (after
    it), RSET and QUIT. A mail is in `mails` when its dot was answered with 250, and in `given`
    when its body came, whatever was answered.
    """

    def __init__(self, *, accounts: Mapping[str, str] | None = None, port: int = 0) -> None:
        self.mails: list[Received] = []
        self.given: list[Received] = []
        self.verbs: list[str] = []
        self.accounts = accounts
        self.port = port or free_port()
        self.rules: dict[str, Rule] = {}
        self.released = asyncio.Event()  # set when whoever hangs may go on
        self.delay = 0.0  # seconds from a mail's dot to its answer

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?from=wordkeeper@example.org"

    def answer(self, verb: str, reply: str, *, times: int | None = None) -> None:
        """Answer `verb` with `reply` (`"451 4.3.0 later"`), the next `times` times or always."""
        self.rules[verb] = Rule(reply, times)

    def hang(self, verb: str, *, times: int | None = None) -> None:
        """Do not answer `verb` until the server stops or `behave` is called."""
        self.rules[verb] = Rule("hang", times)

    def drop(self, verb: str, *, times: int | None = None) -> None:
        """Close the connection instead of answering `verb`."""
        self.rules[verb] = Rule("drop", times)

    def behave(self) -> None:
        """Forget all rules, and answer whoever hangs as if nothing had been."""
        self.rules.clear()
        released, self.released = self.released, asyncio.Event()
        self.loop.call_soon_threadsafe(released.set)

    def wait_for_mails(self, count: int, *, within: float = PATIENCE) -> list[Received]:
        until(lambda: len(self.mails) >= count, f"{count} mails at the server", within=within)
        return self.mails

    async def refuses(self, verb: str, session: Any) -> bool:
        """Follow the rule for `verb`, if there is one; whether nothing more is to be said."""
        self.verbs.append(verb)
        rule = self.rules.get(verb)
        if rule is None:
            return False
        if rule.times is not None:
            rule.times -= 1
            if rule.times == 0:
                del self.rules[verb]
        if rule.action == "hang":
            await self.released.wait()
            return bool(session.transport is None or session.transport.is_closing())
        if rule.action == "drop":
            session.transport.abort()
        else:
            await session.push(rule.action)
        return True

    def start(self) -> None:
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import SMTP, AuthResult

        server = self

        class Session(SMTP):
            async def _handle_client(self) -> None:
                if await server.refuses("CONNECT", self):
                    if self.transport is not None:
                        self.transport.close()
                    return
                await super()._handle_client()

            async def smtp_EHLO(self, hostname: str) -> None:
                if not await server.refuses("EHLO", self):
                    await super().smtp_EHLO(hostname)

            async def smtp_AUTH(self, arg: str) -> None:
                if not await server.refuses("AUTH", self):
                    await super().smtp_AUTH(arg)

            async def smtp_MAIL(self, arg: str | None) -> None:
                if not await server.refuses("MAIL", self):
                    await super().smtp_MAIL(arg)

            async def smtp_RCPT(self, arg: str | None) -> None:
                if not await server.refuses("RCPT", self):
                    await super().smtp_RCPT(arg)

            async def smtp_DATA(self, arg: str) -> None:
                if not await server.refuses("DATA", self):
                    await super().smtp_DATA(arg)

            async def smtp_RSET(self, arg: str) -> None:
                if not await server.refuses("RSET", self):
                    await super().smtp_RSET(arg)

            async def smtp_QUIT(self, arg: str) -> None:
                if not await server.refuses("QUIT", self):
                    await super().smtp_QUIT(arg)

        class Handler:
            async def handle_DATA(self, smtp: Session, session: Any, envelope: Any) -> str:
                received = Received(
                    envelope.mail_from,
                    tuple(envelope.rcpt_tos),
                    envelope.original_content or envelope.content,
                    time.time(),
                )
                server.given.append(received)
                await asyncio.sleep(server.delay)
                rule = server.rules.get("DOT")
                if rule is not None and rule.action[0].isdigit():
                    server.verbs.append("DOT")
                    if rule.times is not None:
                        rule.times -= 1
                        if rule.times == 0:
                            del server.rules["DOT"]
                    return rule.action
                if await server.refuses("DOT", smtp):
                    return "421 closed"
                server.mails.append(received)
                return "250 2.0.0 taken"

        def authenticate(
            smtp: Any, session: Any, envelope: Any, how: str, data: Any
        ) -> AuthResult:
            login, password = data.login.decode(), data.password.decode()
            right = server.accounts is not None and server.accounts.get(login) == password
            return AuthResult(success=right, handled=False)

        class Listener(Controller):
            def factory(self) -> SMTP:
                return Session(
                    self.handler,
                    hostname="mail.example.org",
                    auth_require_tls=False,
                    authenticator=authenticate if server.accounts else None,
                )

        self.controller = Listener(Handler(), hostname="127.0.0.1", port=self.port)
        self.loop = self.controller.loop
        self.controller.start()
        self.verbs.clear()  # the controller has greeted itself

    def stop(self) -> None:
        self.behave()
        self.controller.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
