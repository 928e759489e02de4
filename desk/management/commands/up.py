"""`manage.py up`: everything Wordkeeper needs, in one command."""

import gc
import hashlib
import os
import runpy
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.cache import caches
from django.core.management import BaseCommand, CommandParser, call_command
from django.db import DatabaseError, connection, connections

from accounts import first_account
from crm import supervisor

# Elsewhere the system's own libraries do not survive a fork.
CAN_FORK = sys.platform == "linux"


def refuse(reason: str) -> NoReturn:
    sys.exit(f"Wordkeeper cannot start: {reason}")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that the web process will inherit.

    Bound here, so that a port in use ends the start at once, and kept while the web process is
    restarted, so that a browser waits a second instead of being refused.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # `localhost` may name both; browsers try either, scripts mean 127.0.0.1.
        family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except socket.gaierror as error:
        refuse(f"HOST does not name this machine: {error.strerror}.")
    except OSError as error:
        refuse(
            f"port {port} on {host} cannot be used ({error.strerror}); stop what uses it or set "
            "another PORT."
        )
    listener.set_inheritable(True)
    return listener


def check_database() -> None:
    """Raises SystemExit with one line if the database does not answer."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = " ".join(str(error).split("\n")[0].split())
        refuse(f"DATABASE_URL: the database does not answer: {reason}")


def check_broker() -> None:
    if not settings.REDIS_URL:
        return
    import redis

    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        refuse(f"REDIS_URL: the broker does not answer: {error}")


def static_fingerprint() -> str:
    """Changes when a static file of any app does, by name, size and time (as `make` would)."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static() -> None:
    """Collect static files with hashed names, compressed; nothing when none has changed.

    The mark is written last, so that a start that was killed collects again. Files of earlier
    versions stay, for pages that are still open in a browser.
    """
    root = Path(settings.STATIC_ROOT)
    if root.is_dir() and not os.access(root, os.W_OK):
        return  # they came with the image (Dockerfile)
    mark = root / "collected.sha256"
    fingerprint = static_fingerprint()
    if (
        mark.is_file()
        and mark.read_text() == fingerprint
        and (root / "staticfiles.json").is_file()
    ):
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(fingerprint)


def migrate() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def fork(work: Callable[[], None]) -> int:
    """Do `work` in a copy of this process; returns its number."""
    pid = os.fork()
    if pid == 0:
        work()
        sys.exit()
    return pid


def prepare() -> None:
    """Bring the database and the static files up to date.

    Each in a process of its own where that is possible: they need not wait for each other, and
    the 40 MB that migrations leave in memory end with it.
    """
    tasks = [migrate] if settings.DEBUG else [migrate, collect_static]
    if not CAN_FORK:
        for task in tasks:
            task()
        return
    connections.close_all()  # a connection to SQLite must not be carried through a fork
    statuses = [os.waitpid(pid, 0)[1] for pid in [fork(task) for task in tasks]]
    if any(statuses):
        sys.exit(1)  # it has said why


class Command(BaseCommand):
    help = "Bring the database up to date and run the web and the worker until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--web-only",
            action="store_true",
            help="no worker and no supervisor: where a container runs each on its own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """1. Take the port. 2. Prepare database and static files. 3. Start web and worker.
        4. Become their supervisor.
        """
        listener = listen(settings.HOST, settings.PORT)
        check_database()
        check_broker()
        prepare()
        self.stdout.write(f"Wordkeeper is at {settings.PUBLIC_URL}/")
        if message := first_account.setup_code_message():
            self.stdout.write(message)
        self.stdout.write("Stop it with Ctrl-C.")
        self.stdout.flush()
        connections.close_all()
        caches.close_all()
        # The children work in the project's folder, where a relative path would be another.
        os.environ["WORDKEEPER_DATA"] = str(settings.DATA_DIR)
        if options["web_only"]:
            command = supervisor.commands(listener.fileno())["web"]
            os.execv(sys.executable, [sys.executable, "-m", *command])  # noqa: S606

        # Children hold the reading end and end with the writing one (crm/lifeline.py).
        lifeline, held = os.pipe()
        os.set_inheritable(lifeline, True)
        os.environ["WORDKEEPER_LIFELINE"] = str(lifeline)
        children: list[int] = []
        if CAN_FORK:
            gc.collect()
            gc.freeze()  # the collector would otherwise write to every object, and copy it
            for command in supervisor.commands(listener.fileno()).values():
                children.append(fork(partial(become, command, held)))
        os.set_inheritable(held, True)
        numbers = (listener.fileno(), held, settings.DATA_DIR, *children)
        os.execv(  # noqa: S606
            sys.executable,
            [sys.executable, "-P", supervisor.__file__, *map(str, numbers)],
        )


def become(command: list[str], held: int) -> None:
    """Run `python -m command` in this process, a copy of the one that has imported everything.

    The first page comes a second sooner, and memory that neither side changes is shared. When it
    dies the supervisor starts it afresh, in the ordinary way.
    """
    os.setpgid(0, 0)
    os.close(held)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(supervisor.PROJECT)
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
