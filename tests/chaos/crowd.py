"""Line 3: eight dispatchers and three beats at once, on reminders that are all due.

    python -m tests.chaos.crowd SEED REMINDERS FOLDER [DISPATCHERS]

Three are workers, nudged by three beats (on SQLite each beat is a thread of a worker); the others
are `manage.py deliver --loop`. None is killed, so nothing may arrive twice at all, marked or not;
and no log may say “database is locked”.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

from tests.chaos import world
from tests.chaos.judge import judge
from tests.chaos.mail_server import read_log
from tests.chaos.processes import locked
from tests.chaos.run import KillableMailServer
from tests.engines.installations import Installation
from tests.engines.servers import Redis

WORKER = (
    *("worker", "--pool", "solo", "--loglevel", "info"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)
BEATS = 3
PATIENCE = 600


def main(seed: int, reminders: int, folder: Path, dispatchers: int = 8) -> None:
    environment = {n: os.environ[n] for n in ("DATABASE_URL",) if n in os.environ}
    one = Installation(folder, static=folder / "static", **environment)
    one.data = Path(os.environ["WORDKEEPER_DATA"])
    one.environment["WORDKEEPER_DATA"] = str(one.data)
    mail = KillableMailServer(one, 0)
    mail.start()
    world.load_django()
    world.ask(lambda: len(world.people()))
    for part in range(0, reminders, 500):
        count = min(500, reminders - part)
        made = random.Random(f"{seed} {part}")
        # Made as due far ahead, and moved: saving five thousand takes longer than a moment.
        world.ask(lambda count=count, made=made: len(world.fall_due(count, 3600, 7200, made)))  # type: ignore[misc]
    broker = None
    try:
        if environment:
            broker = Redis()
            broker.start()
            one.environment["REDIS_URL"] = broker.url
            workers = [one.celery(*WORKER, "--hostname", f"w{n}@chaos") for n in range(BEATS)]
            beats = [
                one.celery("beat", "--loglevel", "info", "--schedule", "") for _ in range(BEATS)
            ]
        else:
            threads = (
                "--embedded-beat",
                *WORKER[1:2],
                "threads",
                "--concurrency",
                "1",
                *WORKER[3:],
            )
            workers = [
                one.celery("worker", *threads, "--hostname", f"w{n}@chaos") for n in range(BEATS)
            ]
            beats = []
        loops = [one.deliver() for _ in range(dispatchers - BEATS)]
        for worker in workers:
            worker.wait_for("ready.", within=120)
        began = time.monotonic()
        world.ask(all_due_now)
        while world.ask(world.left_to_do) and time.monotonic() - began < PATIENCE:
            time.sleep(1)
        took = time.monotonic() - began
        delivered = [process.output.count(": accepted") for process in (*workers, *loops)]
        for process in (*loops, *beats, *workers):
            process.stop()
    finally:
        one.stop()
        if broker:
            broker.stop()
    verdict = world.ask(lambda: judge(mail.log).to_json())
    ids = [line.message_id for line in read_log(mail.log)]
    twice = len(ids) - len(set(ids))
    said = locked(folder)
    verdict["figures"] = {
        "dispatchers that delivered": sum(count > 0 for count in delivered),
        "beats": BEATS,
        "fewest and most by one": f"{min(delivered)} and {max(delivered)}",
        "seconds for all": round(took, 1),
        **verdict["figures"],
        "“database is locked” in the logs": said,
    }
    if twice:
        verdict["violations"].append(f"{twice} arrived twice, and nobody was killed")
    if said:
        verdict["violations"].append(f"“database is locked” stands in the logs {said} times")
    print(json.dumps(verdict), flush=True)


def all_due_now() -> int:
    """The hour that they are ahead goes by."""
    from django.utils import timezone

    from followups.models import Promise, Reminder

    now = timezone.now()
    Promise.across_owners.update(due_utc=now)
    return Reminder.across_owners.filter(occasion="due").update(due_utc=now)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
