"""The worker with beat in it, as Celery's own command line sees it."""

import subprocess
import sys

import pytest

from tests.engines.conftest import note, server
from tests.engines.installations import Installation
from tests.engines.servers import PROJECT, Redis, clean_environment, until

WORKER = ("worker", "--embedded-beat", "--pool", "threads", "--concurrency", "2")
SMALL = ("--loglevel", "info", "--without-gossip", "--without-mingle", "--without-heartbeat")

# Two ticks of the real beat, and then a fault in it.
DYING_BEAT = """
from celery.beat import Scheduler
ticks = []
real = Scheduler.tick
def tick(self, *args, **kwargs):
    ticks.append(1)
    if len(ticks) > 2:
        raise RuntimeError("the clock broke")
    real(self, *args, **kwargs)
    return 0.1
Scheduler.tick = tick
import sys
from celery.__main__ import main
sys.argv = ["celery", "-A", "crm", "worker", "--embedded-beat", "--pool", "threads"]
main()
"""


@pytest.fixture(params=["as the suite", pytest.param("redis", marks=pytest.mark.once)])
def either(request: pytest.FixtureRequest, installation: Installation) -> Installation:
    """On the suite's own broker, and on Redis in any case."""
    if request.param == "redis":
        installation.environment["REDIS_URL"] = request.getfixturevalue("redis_url")
    return installation


def ping(installation: Installation) -> str:
    return subprocess.run(
        [sys.executable, *("-m", "celery", "-A", "crm", "inspect", "ping", "--timeout", "5")],
        cwd=PROJECT,
        env=clean_environment(**installation.environment),
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout


def test_it_ticks_and_answers_remote_control(either: Installation) -> None:
    worker = either.celery(*WORKER, *SMALL)
    worker.wait_for("Task followups.tasks.deliver_due", times=2)
    worker.wait_for("succeeded")
    assert "1 node online" in ping(either)
    assert worker.stop() == 0
    assert "Traceback" not in worker.output


def test_a_separate_beat_and_worker_work_as_well(either: Installation) -> None:
    worker = either.celery("worker", "--pool", "solo", *SMALL)
    worker.wait_for("ready.")
    beat = either.celery("beat", "--loglevel", "info", "--schedule", "")
    beat.wait_for("Sending due task")
    worker.wait_for("succeeded", times=2)
    assert beat.stop() == 0
    assert worker.stop() == 0


def test_a_dead_beat_takes_the_worker_with_it(either: Installation) -> None:
    worker = either.start("-c", DYING_BEAT)
    worker.wait_for("Beat has died")
    assert worker.wait() == 1
    assert "the clock broke" in worker.output


@pytest.mark.once
def test_it_ticks_again_when_the_broker_is_back(
    installation: Installation, request: pytest.FixtureRequest
) -> None:
    note(request, "broker")
    with server(Redis) as broker:
        installation.environment["REDIS_URL"] = broker.url
        worker = installation.celery(*WORKER, *SMALL)
        worker.wait_for("succeeded")
        broker.halt()
        worker.wait_for("onnection")  # "Connection to broker lost" or "Cannot connect"
        ticks = worker.output.count("succeeded")
        broker.start()
        worker.wait_for("succeeded", times=ticks + 2)


@pytest.mark.once
def test_beat_is_refused_in_a_pool_that_forks(either: Installation) -> None:
    worker = either.celery("worker", "--embedded-beat", "--pool", "prefork")
    assert worker.wait() == 1
    assert "--pool threads" in worker.output


@pytest.mark.once
def test_a_bad_value_is_one_line_here_too(installation: Installation) -> None:
    worker = installation.celery(*WORKER, EMAIL_URL="nonsense")
    assert worker.wait() == 1
    assert worker.output.startswith("Wordkeeper cannot start: EMAIL_URL ")
    assert worker.output.count("\n") == 1


@pytest.mark.once
def test_no_connection_stays_open_between_tasks(
    installation: Installation, postgresql_url: str
) -> None:
    import psycopg

    installation.environment["DATABASE_URL"] = postgresql_url
    installation.manage("migrate", "--verbosity", "0")
    worker = installation.celery(*WORKER, *SMALL)
    worker.wait_for("succeeded")
    with psycopg.connect(postgresql_url, autocommit=True) as connection:

        def others() -> int:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()
            assert row is not None
            return int(row[0])

        until(lambda: others() == 0, "connections of tasks that have ended stay open")
