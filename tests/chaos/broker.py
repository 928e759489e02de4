"""Line 2: the broker stopped, flushed, or never there. Nothing is lost, and the delay is at most one
tick of the fallback.

    python -m tests.chaos.broker SEED REMINDERS FOLDER

The fallback is the worker's own lookout (followups/tasks.py), which looks when no tick came for
eleven seconds; and `manage.py deliver --loop`, which asks no broker at all. The same installation
meets, one after the other:

- nothing: web, worker and beat, the broker well. It says how late a reminder is on this machine as
  it is.
- flushed: FLUSHALL, or an emptied broker folder, twice a second.
- stopped: the broker is killed; on SQLite its folder is removed.
- never there: worker and beat are started with the address of a broker that nobody answers at. (On
  SQLite the broker is a folder that each start makes.)
- no Celery: `manage.py deliver --loop` alone.

With a broker that is well a reminder waits for the next tick, so up to one; its latest stands for
the machine's own slowness when it is later than that. A delay is how much later than both of these
the latest reminder of another case is, in ticks. More than one tick is a violation.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos import world
from tests.chaos.judge import judge
from tests.chaos.mail_server import read_log
from tests.chaos.run import KillableMailServer
from tests.engines.installations import Installation, Running
from tests.engines.servers import Redis

WORKER = (
    *("worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "info"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)
# Seconds: the reminders of one case fall due over up to so many, and so meet a tick anywhere.
SPREAD = 12
PATIENCE = 120


class Case:
    """One installation, its broker, and how late its reminders come."""

    def __init__(self, folder: Path) -> None:
        environment = {n: os.environ[n] for n in ("DATABASE_URL",) if n in os.environ}
        self.one = Installation(folder, static=folder / "static", **environment)
        self.one.data = Path(os.environ["WORDKEEPER_DATA"])
        self.one.environment["WORDKEEPER_DATA"] = str(self.one.data)
        self.mail = KillableMailServer(self.one, 0)
        self.mail.start()
        self.broker: Redis | None = None
        if environment:
            self.broker = Redis()
            self.broker.start()
            self.one.environment["REDIS_URL"] = self.broker.url

    @property
    def queue(self) -> Path:
        return self.one.data / "broker"

    def lateness(self, seed: int, count: int, meanwhile: Callable[[], object]) -> float:
        """Seconds from the moment of the latest of so many reminders to the server's having it."""
        had = len(read_log(self.mail.log))
        due = world.ask(lambda: made(seed, count))
        over = threading.Event()

        def go_on() -> None:
            while not over.wait(0.5):
                meanwhile()

        threading.Thread(target=go_on, daemon=True).start()
        deadline = time.monotonic() + PATIENCE
        while len(read_log(self.mail.log)) < had + count and time.monotonic() < deadline:
            time.sleep(0.1)
        over.set()
        while world.ask(world.left_to_do) and time.monotonic() < deadline:
            time.sleep(0.2)  # taken, and not yet recorded
        late = [
            line.dot_at - due[str(promise)]
            for line in read_log(self.mail.log)[had:]
            for promise in line.promises
        ]
        return max(late) if len(late) == count else float("inf")

    def flush(self) -> None:
        if self.broker:
            import redis

            with redis.Redis(port=self.broker.port) as client:
                client.flushall()
        else:
            for message in (self.queue / "queue").glob("*"):
                message.unlink(missing_ok=True)

    def stop_broker(self) -> None:
        if self.broker:
            assert self.broker.process is not None
            self.broker.process.kill()
            self.broker.process.wait()
        else:
            shutil.rmtree(self.queue)

    @contextmanager
    def running(self, *, ready: bool = True) -> Iterator[None]:
        """Worker and beat (on SQLite `manage.py up`), and wait until the worker is ready."""
        if self.broker:
            worker = self.one.celery(*WORKER)
            parts = [worker, self.one.celery("beat", "--schedule", "")]
            worker.wait_for("ready." if ready else "Cannot connect")
        else:
            parts = [self.one.up()]
        with stopping(*parts):
            yield


@contextmanager
def stopping(*parts: Running) -> Iterator[None]:
    try:
        yield
    finally:
        for part in parts:
            part.stop()


def made(seed: int, count: int) -> dict[str, float]:
    """So many promises that fall due soon, and their moments (`time.time()`)."""
    from followups.models import Promise

    ids = world.fall_due(count, 3, 3 + min(SPREAD, count / 4), random.Random(seed))
    rows = Promise.across_owners.filter(pk__in=ids).values_list("pk", "due_utc")
    return {str(pk): due.timestamp() for pk, due in rows}


def main(seed: int, reminders: int, folder: Path) -> None:
    world.load_django()
    from django.conf import settings

    chance = random.Random(seed)
    world.ask(lambda: len(world.people()))
    case = Case(folder)
    late: dict[str, float] = {}

    def measure(name: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        late[name] = case.lateness(chance.randrange(10**9), reminders, meanwhile)

    try:
        with case.running():
            measure("well")
            measure("flushed", case.flush)
            case.stop_broker()
            measure("stopped")
        if case.broker:
            with case.running(ready=False):
                measure("never there")
        with stopping(case.one.deliver()):
            measure("never there, no Celery")
    finally:
        case.one.stop()
        if case.broker:
            case.broker.stop()
    verdict = world.ask(lambda: judge(case.mail.log).to_json())
    figures: dict[str, float | str] = {
        f"broker {name}: latest, seconds": round(seconds, 1) for name, seconds in late.items()
    }
    for name in [*late][1:]:
        usual = max(late["well"], settings.TICK_SECONDS)
        delay = (late[name] - usual) / settings.TICK_SECONDS
        figures[f"broker {name}: delay, ticks"] = round(max(0.0, delay), 2)
        if delay > 1:
            verdict["violations"].append(f"broker {name}: a delay of {delay:.2f} ticks")
    verdict["figures"] = {**figures, **verdict["figures"]}
    print(json.dumps(verdict), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
