"""Line 1, the whole processes: killed with SIGKILL at random moments while reminders fall due.

    python -m tests.chaos.processes SEED KILLS REMINDERS FOLDER

On PostgreSQL with Redis, as docker-compose.yml runs them: web, worker and beat as processes of
their own, the broker, the mail server. Each is killed so many times, in a thread of its own, and
started again. On SQLite: `manage.py up` with its web and its worker (beat is a thread of it).
There the supervisor starts the two again, and is then killed itself, so many times; and the mail
server. The broker is a folder there: line 2 empties it.

After a worker's death the leases it held are moved into the past from outside, which is what a
minute and a half does; and the minutes before a next try are ended, twice a second. Promises about
to fall due are changed by a process that notes when each change was committed, and through the web,
which answers or is killed over it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.chaos import world
from tests.chaos.judge import judge
from tests.chaos.run import KillableMailServer
from tests.chaos.visitor import judge_visits, keep_through_the_web, session_of
from tests.engines.installations import Installation, Running
from tests.engines.servers import DidNotHappen, Redis, free_port, until

# Seconds between a process being ready and its death.
LIFE = (0.05, 1.8)
# Seconds that a start may take before it is killed over it; on a busy machine it takes long.
START = 30
PATIENCE = 240

WORKER = (
    *("worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "info"),
    *("--without-gossip", "--without-mingle"),
)
BEAT = ("beat", "--loglevel", "info", "--schedule", "")


class Hand:
    """The only one of the parent's arms that reaches the database; asked by one at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.helper = world.Helper(self.obey)

    @staticmethod
    def obey(what: str, *told: int) -> object:
        match what:
            case "people":
                return len(world.people())
            case "fall due":
                seed, count = told
                return len(world.fall_due(count, 0.5, 4.0, random.Random(seed)))
            case "worker died":
                return world.run_out()
            case "left":
                world.end_waits()
                return world.left_to_do()
        raise ValueError(what)

    def __call__(self, *order: object) -> Any:
        with self.lock:
            return self.helper(*order)


class Killer:
    """Counts deaths, lets reminders fall due as they go on, and stops all when one fails."""

    def __init__(self, seed: int, kills: int, reminders: int, hand: Hand) -> None:
        self.chance = random.Random(seed)
        self.kills, self.reminders, self.hand = kills, reminders, hand
        self.deaths: dict[str, int] = {}
        self.wanted = 1
        self.fallen = 0
        self.not_started = 0
        self.trouble: list[str] = []
        self.last_kill_at = world.last_kill_at()

    def note(self, name: str) -> None:
        self.deaths[name] = self.deaths.get(name, 0) + 1

    @property
    def is_over(self) -> bool:
        return bool(self.trouble) or time.monotonic() > self.last_kill_at

    def feed(self) -> None:
        """So many reminders have fallen due as kills have been made."""
        while not self.is_over and self.fallen < self.reminders:
            done = sum(self.deaths.values()) / self.wanted
            due = min(self.reminders, int(self.reminders * (done + 0.01)))
            if due > self.fallen:
                count = min(15, due - self.fallen)
                self.hand("fall due", self.chance.randrange(10**9), count)
                self.fallen += count
            else:
                time.sleep(0.1)
            if int(time.monotonic() * 2) % 2:
                self.hand("left")

    def run(self, *works: Callable[[], None]) -> None:
        finished = threading.Semaphore(0)

        def guarded(work: Callable[[], None]) -> None:
            try:
                work()
            except Exception as error:
                self.trouble.append(f"{type(error).__name__}: {error}")
            finished.release()
            # The servers end with the thread that started them (servers.end_with_parent).
            threading.Event().wait()

        for work in (*works, self.feed):
            threading.Thread(target=guarded, args=(work,), daemon=True).start()
        for _ in (*works, self.feed):
            finished.acquire()

    def again(self, name: str, kill: Callable[[], None], start: Callable[[], None]) -> None:
        """Start, live for a while, die: so many times. It is left running."""
        chance = random.Random(f"{self.chance.random()}{name}")
        start()
        for _ in range(self.kills):
            if self.is_over:
                return
            time.sleep(chance.uniform(*LIFE))
            kill()
            self.note(name)
            start()


def kill_group(running: Running) -> None:
    """The process and all its children, as when a container dies."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.process.wait()


class Site(Installation):
    """An installation whose processes are started by several threads."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.lock = threading.Lock()

    def start(self, *command: str, **environment: str) -> Running:
        with self.lock:
            return super().start(*command, **environment)


# PostgreSQL and Redis -----------------------------------------------------------------------------


class Compose:
    """Web, worker, beat and broker, each by itself."""

    names = ("web", "worker", "beat", "broker", "mail server")

    def __init__(self, one: Installation, killer: Killer, mail: KillableMailServer) -> None:
        self.one, self.killer, self.mail = one, killer, mail
        self.broker = Redis()
        self.broker.start()
        one.environment["REDIS_URL"] = self.broker.url
        self.parts: dict[str, Running] = {}

    def begin(self, name: str, ready: str, start: Callable[[], Running]) -> None:
        """Start it until it is ready. One that ends by itself (no broker) is started again."""
        deadline = time.monotonic() + START
        while True:
            part = self.parts[name] = start()
            try:
                part.wait_for(ready, within=max(0.1, deadline - time.monotonic()))
                return
            except DidNotHappen:
                if part.process.poll() is None:
                    return  # still starting: killed over it
                self.killer.not_started += 1
                time.sleep(0.3)
                if time.monotonic() > deadline:
                    raise

    def web(self) -> None:
        self.begin("web", "Stop it with", lambda: self.one.start("manage.py", "up", "--web-only"))
        wait_for_pages(self.one.port)

    def worker(self) -> None:
        self.begin("worker", "ready.", lambda: self.one.celery(*WORKER))

    def beat(self) -> None:
        self.begin("beat", "beat: Starting", lambda: self.one.celery(*BEAT))

    def kill(self, name: str) -> None:
        kill_group(self.parts[name])
        if name == "worker":
            self.killer.hand("worker died")

    def kill_broker(self) -> None:
        assert self.broker.process is not None
        self.broker.process.kill()
        self.broker.process.wait()

    def works(self) -> list[Callable[[], None]]:
        again = self.killer.again
        return [
            lambda: again("web", lambda: self.kill("web"), self.web),
            lambda: again("worker", lambda: self.kill("worker"), self.worker),
            lambda: again("beat", lambda: self.kill("beat"), self.beat),
            lambda: again("broker", self.kill_broker, self.broker_again),
            lambda: again("mail server", self.mail.kill, self.mail.start),
        ]

    def broker_again(self) -> None:
        if self.broker.process is None or self.broker.process.poll() is not None:
            self.broker.start()

    def stop(self) -> None:
        for part in self.parts.values():
            kill_group(part)
        self.broker.stop()

    def port(self) -> int:
        return self.one.port


# SQLite -------------------------------------------------------------------------------------------


class Embedded:
    """`manage.py up`, again and again, with its web and its worker."""

    names = ("web", "worker", "supervisor", "mail server")

    def __init__(self, one: Installation, killer: Killer, mail: KillableMailServer) -> None:
        self.one, self.killer, self.mail = one, killer, mail
        self.up: Running | None = None
        # Two in turn: the old web may need a second to leave its own.
        self.ports = (one.port, free_port())
        self.number = 0

    def start(self) -> Running:
        self.number += 1
        self.up = self.one.start("manage.py", "up", PORT=str(self.port()))
        self.up.wait_for("Stop it with", within=START * 2)
        return self.up

    def port(self) -> int:
        return self.ports[self.number % 2]

    def generation(self, chance: random.Random) -> None:
        """One life of the supervisor: its web and its worker die once, and then it does."""
        old = self.up.family()[1:] if self.up else []
        if self.up:
            kill_one(self.up.pid)
            self.up.process.wait()
            self.killer.note("supervisor")
        up = self.start()
        children = {"web": up.child("gunicorn"), "worker": up.child("celery")}
        if chance.random() < 0.7:  # else they are killed over their start
            wait_for_pages(self.port())
        moments = sorted((chance.uniform(*LIFE), name) for name in children)
        began = time.monotonic()
        for moment, name in moments:
            time.sleep(max(0, began + moment - time.monotonic()))
            if name == "worker":
                # What it held is to be its own: the one before it has left by now.
                until(lambda: not any(one.is_running() for one in old), "they do not leave")
            kill_one(children[name])
            self.killer.note(name)
            if name == "worker":
                self.killer.hand("worker died")
        for name in children:
            up.wait_for(f"the {name} process died", within=START)
        time.sleep(1 + chance.uniform(*LIFE))  # the supervisor waits a second before a restart

    def supervisor(self) -> None:
        chance = random.Random(self.killer.chance.random())
        for _ in range(self.killer.kills):
            if self.killer.is_over:
                break
            self.generation(chance)
        assert self.up is not None
        old = self.up.family()
        kill_one(self.up.pid)
        self.up.process.wait()
        self.killer.note("supervisor")
        until(lambda: not any(one.is_running() for one in old[1:]), "they do not leave")
        self.killer.hand("worker died")
        self.start()

    def works(self) -> list[Callable[[], None]]:
        again = self.killer.again
        return [
            self.supervisor,
            lambda: again("mail server", self.mail.kill, self.mail.start),
        ]

    def stop(self) -> None:
        if self.up:
            self.up.stop()


def wait_for_pages(port: int) -> None:
    """Until the web answers, or has had long enough to."""
    with contextlib.suppress(DidNotHappen):
        until(lambda: answers(port), "the web answers", within=START)


def answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def kill_one(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
        os.kill(pid, signal.SIGKILL)


# The run ------------------------------------------------------------------------------------------


def main(seed: int, kills: int, reminders: int, folder: Path) -> None:
    environment = {
        name: os.environ[name] for name in ("DATABASE_URL", "SECRET_KEY") if name in os.environ
    }
    one = Site(folder, static=folder / "static", **environment)
    one.data = Path(os.environ["WORDKEEPER_DATA"])
    one.environment["WORDKEEPER_DATA"] = str(one.data)
    mail = KillableMailServer(one, 0.015)
    os.environ["EMAIL_URL"] = one.environment["EMAIL_URL"]
    notes, visits = folder / "changes.jsonl", folder / "visits.jsonl"
    world.load_django()
    hand = Hand()
    hand("people")
    session = world.ask(session_of)
    killer = Killer(seed, kills, reminders, hand)
    changer = world.fork(lambda: world.change_promises(seed, notes, every=0.8, snooze_for=15))
    stage: Compose | Embedded
    stage = (
        Compose(one, killer, mail)
        if environment.get("DATABASE_URL")
        else Embedded(one, killer, mail)
    )
    killer.wanted = kills * len(stage.names)
    port_file = folder / "port"
    port_file.write_text(str(stage.port()))
    visitor = world.fork(lambda: keep_through_the_web(seed, session, port_file, visits))
    keeper = threading.Thread(target=tell_port, args=(stage, port_file), daemon=True)
    keeper.start()
    try:
        killer.run(*stage.works())
        world.stop(visitor)
        time.sleep(4.5)  # the last to be made have fallen due
        world.stop(changer)
        deadline = time.monotonic() + PATIENCE
        while not killer.trouble and hand("left") and time.monotonic() < deadline:
            time.sleep(0.5)
    finally:
        stage.stop()
        mail.kill()
        one.stop()
    verdict = world.ask(lambda: judge(mail.log, notes).to_json())
    seen = world.ask(lambda: judge_visits(mail.log, visits, notes).to_json())
    figures = {f"kills: {name}": killer.deaths.get(name, 0) for name in stage.names}
    verdict["figures"] = {**figures, **verdict["figures"], **seen["figures"]}
    verdict["figures"]["starts refused for want of a broker"] = killer.not_started
    verdict["figures"]["“database is locked” in the logs"] = locked(folder)
    verdict["violations"] += seen["violations"] + killer.trouble
    verdict["violations"] += [
        f"only {killer.deaths.get(name, 0)} of {kills} kills of the {name} in its time"
        for name in stage.names
        if killer.deaths.get(name, 0) < kills
    ]
    print(json.dumps(verdict), flush=True)


def tell_port(stage: Compose | Embedded, file: Path) -> None:
    while True:
        draft = file.with_suffix(".new")
        draft.write_text(str(stage.port()))
        draft.replace(file)
        time.sleep(0.5)


def locked(folder: Path) -> int:
    """How often a log of any process there says so."""
    logs = [path for path in folder.glob("output-*") if path.is_file()]
    return sum(path.read_text(errors="replace").count("database is locked") for path in logs)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
