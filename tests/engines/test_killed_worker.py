"""A worker killed with SIGKILL in the middle of a send: the reminder still goes.

The worker is the real one, with beat in it; the mail server holds its answer, so that the kill
falls exactly where the test says. That the lease runs out is brought about by moving it into the
past, which is what a minute and a half does.
"""

import json
import os
import signal

import pytest

from tests.engines.installations import Installation
from tests.engines.mail_server import MailServer
from tests.engines.servers import until

WORKER = (
    *("worker", "--embedded-beat", "--pool", "threads", "--concurrency", "2"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)

DUE_NOW = """
import datetime as dt
from django.utils import timezone
from accounts.models import User
from contacts.models import Recruiter
from followups.models import Promise
user = User.objects.create_user("ann@example.org", "a long enough secret")
jane = Recruiter.objects.create(owner=user, name="Jane Doe")
at = timezone.now() + dt.timedelta(seconds=70)
promise = Promise(owner=user, kind="call_back", recruiter=jane, phone="+12125550100",
    due_on=at.date(), due_time=at.time().replace(second=0, microsecond=0), time_zone="UTC")
promise.save()
promise.reminders.exclude(occasion="due").update(cancelled_at=timezone.now())
promise.reminders.filter(occasion="due").update(due_utc=timezone.now())
"""
LEASE_RUNS_OUT = """
from django.utils import timezone
from followups.models import Mail
Mail.across_owners.filter(lease_until__isnull=False).update(lease_until=timezone.now())
Mail.across_owners.filter(state="scheduled").update(not_before=timezone.now())
"""
HOW_IT_STANDS = """
import json
from followups.models import Mail
print(json.dumps(list(Mail.across_owners.values("state", "ambiguous", "message_id"))))
"""


def shell(installation: Installation, code: str) -> str:
    return installation.manage("shell", "--verbosity", "0", "--command", code)


def mails(installation: Installation) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(shell(installation, HOW_IT_STANDS))
    return rows


@pytest.fixture
def ready(installation: Installation, mail_server: MailServer) -> Installation:
    installation.environment["EMAIL_URL"] = mail_server.url
    return installation


def kill_while_waiting_for(verb: str, installation: Installation, mail_server: MailServer) -> None:
    """Start a worker with one reminder due, and kill it while `verb` is not yet answered."""
    mail_server.hang(verb)
    shell(installation, DUE_NOW)
    worker = installation.celery(*WORKER)
    until(lambda: verb in mail_server.verbs, f"the worker has come to {verb}")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    mail_server.behave()


def go_on(installation: Installation, mail_server: MailServer, *, count: int) -> None:
    """A new worker, after the dead one's lease has run out and its next try is due."""
    shell(installation, LEASE_RUNS_OUT)
    installation.celery(*WORKER)
    until(lambda: [row["state"] for row in mails(installation)] != ["sending"], "a lease's end")
    shell(installation, LEASE_RUNS_OUT)
    mail_server.wait_for_mails(count)
    until(lambda: mails(installation)[0]["state"] == "sent", "it stands as sent")


def test_it_goes_again_unless_the_server_had_it_all(
    ready: Installation, mail_server: MailServer
) -> None:
    kill_while_waiting_for("DATA", ready, mail_server)
    assert mail_server.mails == []
    go_on(ready, mail_server, count=1)
    assert len(mail_server.mails) == 1
    (row,) = mails(ready)
    assert mail_server.mails[0].message["Message-ID"] == row["message_id"]
    # It had not been handed over: nobody need think of a second one.
    assert row["ambiguous"] is False


def test_it_goes_again_marked_and_under_the_same_id_if_it_may_have_arrived(
    ready: Installation, mail_server: MailServer
) -> None:
    kill_while_waiting_for("DOT", ready, mail_server)
    go_on(ready, mail_server, count=1)
    (row,) = mails(ready)
    assert row["ambiguous"] is True
    assert {mail.message["Message-ID"] for mail in mail_server.given} == {row["message_id"]}
