"""From a promise to the mail server's hands, through real processes.

On SQLite with the broker in a folder, and on PostgreSQL with Redis where the suite runs on them.
How late a reminder was is reported (`-rP`), never asserted: a busy machine is no failure.
"""

import json
import re
import time

import pytest

from tests.engines.conftest import note, server
from tests.engines.installations import Installation
from tests.engines.mail_server import MailServer
from tests.engines.servers import Redis, free_port, until

WORKER = (
    *("worker", "--embedded-beat", "--pool", "threads", "--concurrency", "2"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)
# Seconds.
PATIENCE = 180

PROMISE = """
import datetime as dt, json
from django.utils import timezone
from accounts.models import Preferences, User
from contacts.models import Recruiter
from followups.models import Promise
user = User.objects.filter(email="ann@example.org").first()
if user is None:
    user = User.objects.create_user("ann@example.org", "a long enough secret")
    Preferences.objects.of(user).update(lead_minutes=0)
jane = Recruiter.objects.create(owner=user, name="Jane Doe")
moments = []
for number in range(HOW_MANY):
    at = timezone.now() + dt.timedelta(seconds=IN_SECONDS)
    promise = Promise(owner=user, kind="call_back", recruiter=jane,
        due_on=at.date(), due_time=at.time(), time_zone="UTC")
    promise.save()
    moments.append([promise.pk, promise.due_utc.timestamp()])
print(json.dumps(moments))
"""
HOW_THEY_STAND = """
import json
from followups.models import Mail
print(json.dumps(list(Mail.across_owners.values("state", "ambiguous", "message_id"))))
"""


def shell(installation: Installation, code: str) -> str:
    return installation.manage("shell", "--verbosity", "0", "--command", code)


def promised(
    installation: Installation, *, in_seconds: float, how_many: int = 1
) -> dict[str, float]:
    """Make promises that are due so soon; their ids with their moments (`time.time()`)."""
    code = PROMISE.replace("IN_SECONDS", str(in_seconds)).replace("HOW_MANY", str(how_many))
    return {str(pk): moment for pk, moment in json.loads(shell(installation, code))}


def due_already(installation: Installation, *, how_many: int = 1) -> dict[str, float]:
    """Promises whose moment has just come, with nothing running to notice."""
    moments = promised(installation, in_seconds=1, how_many=how_many)
    time.sleep(max(0, max(moments.values()) - time.time()))
    return moments


def told(mail_server: MailServer) -> list[tuple[str, float]]:
    """Which promise each mail was about, and when the server had it."""
    found = []
    for received in mail_server.given:
        body = received.message.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        (promise,) = re.findall(r"/promises/(\d+)/\s", text)
        found.append((promise, received.at))
    return found


@pytest.fixture
def ready(installation: Installation, mail_server: MailServer) -> Installation:
    installation.environment["EMAIL_URL"] = mail_server.url
    return installation


def arrives(mail_server: MailServer, moments: dict[str, float]) -> None:
    """All of them, each once, none before its moment; how late is printed."""
    mail_server.wait_for_mails(len(moments), within=PATIENCE)
    found = told(mail_server)
    assert sorted(pk for pk, _ in found) == sorted(moments)
    for pk, at in found:
        assert at >= moments[pk]
        print(f"promise {pk} reached the mail server {at - moments[pk]:.1f} s after its moment")


def test_a_reminder_reaches_the_mail_server_and_not_before_its_moment(
    ready: Installation, mail_server: MailServer
) -> None:
    worker = ready.celery(*WORKER, "--loglevel", "info")
    worker.wait_for("ready.")
    arrives(mail_server, promised(ready, in_seconds=6))
    until(
        lambda: json.loads(shell(ready, HOW_THEY_STAND))[0]["state"] == "sent",
        "it stands as sent",
    )
    # The log holds ids alone.
    assert "Jane" not in worker.output
    assert "ann@" not in worker.output


def test_what_fell_due_while_nothing_ran_goes_when_the_worker_starts(
    ready: Installation, mail_server: MailServer
) -> None:
    moments = due_already(ready)
    ready.celery(*WORKER)
    arrives(mail_server, moments)


def test_a_broker_that_forgets_all_delays_at_most_a_tick(
    ready: Installation, mail_server: MailServer
) -> None:
    worker = ready.celery(*WORKER, "--loglevel", "info")
    worker.wait_for("ready.")
    moments = promised(ready, in_seconds=6)
    for _ in range(10):
        forget_all(ready)
        time.sleep(0.5)
    arrives(mail_server, moments)


def forget_all(installation: Installation) -> None:
    """What a flushed Redis, or somebody who tidies the data folder, does to the queue."""
    if url := installation.environment.get("REDIS_URL"):
        import redis

        with redis.Redis.from_url(url) as client:
            client.flushdb()
        return
    for message in (installation.data / "broker" / "queue").glob("*"):
        message.unlink(missing_ok=True)


def test_a_worker_whose_broker_is_gone_delivers_all_the_same(
    ready: Installation, mail_server: MailServer, request: pytest.FixtureRequest
) -> None:
    note(request, "broker")
    with server(Redis) as broker:
        ready.environment["REDIS_URL"] = broker.url
        worker = ready.celery(*WORKER, "--loglevel", "info")
        worker.wait_for("ready.")
        broker.halt()
        arrives(mail_server, promised(ready, in_seconds=6))


def test_a_worker_that_never_met_its_broker_delivers_all_the_same(
    ready: Installation, mail_server: MailServer
) -> None:
    ready.environment["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    ready.celery(*WORKER)
    arrives(mail_server, promised(ready, in_seconds=6))


def test_without_any_broker_the_loop_delivers(
    ready: Installation, mail_server: MailServer
) -> None:
    if "REDIS_URL" in ready.environment:
        ready.environment["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    # Without Redis none has been there: its folder is made by the first start.
    loop = ready.deliver()
    arrives(mail_server, promised(ready, in_seconds=6))
    assert loop.stop() == 0
    assert "Traceback" not in loop.output


def test_the_loop_asked_to_stop_finishes_the_mail_in_hand(
    ready: Installation, mail_server: MailServer
) -> None:
    """What `docker stop` does: nothing is left in doubt, and the rest waits untouched."""
    due_already(ready, how_many=3)
    mail_server.hang("DOT")
    loop = ready.deliver()
    until(lambda: "DOT" in mail_server.verbs, "the first mail has come to its dot")
    loop.process.terminate()
    time.sleep(1)
    mail_server.behave()
    assert loop.wait() == 0
    rows = json.loads(shell(ready, HOW_THEY_STAND))
    assert sorted((row["state"], row["ambiguous"]) for row in rows) == [
        ("scheduled", False),
        ("scheduled", False),
        ("sent", False),
    ]
