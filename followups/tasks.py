"""Celery's part: it nudges the engine, and carries nothing that could be lost with it."""

import datetime as dt
import logging
import threading
from typing import Any

from celery.signals import worker_init, worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from crm.celery import app
from followups.delivery import leaving, look
from followups.models import Heartbeat

log = logging.getLogger("followups.tasks")

# A tick that is later than this does not come.
OVERDUE = dt.timedelta(seconds=settings.TICK_SECONDS + 1)
# Seconds that the look in hand gets when the worker leaves; a mail is given up well before.
LEAVE_WITHIN = 75


@app.task(name="followups.tasks.deliver_due")
def deliver_due() -> None:
    look()


@worker_ready.connect
def deliver_at_once(**kwargs: Any) -> None:
    """What fell due while nothing ran need not wait for the first tick."""
    _send()


class Lookout(threading.Thread):
    """Looks what is due when no tick comes: the broker is gone, was flushed, or never answered.

    A worker without its broker tries to reach it again and does nothing else; a thread of its own
    goes on. The heartbeat says whether anybody at all has looked.
    """

    def __init__(self) -> None:
        super().__init__(name="lookout", daemon=True)

    def run(self) -> None:
        while not leaving.wait(settings.TICK_SECONDS / 2):
            try:
                beat = Heartbeat.last(Heartbeat.ENGINE)
                if beat is None or abs(timezone.now() - beat) > OVERDUE:
                    look()
            except DatabaseError:
                log.warning("the heartbeat cannot be read; another look comes")
            finally:
                # A pool that forks must find none open, and between looks nobody needs one.
                connections.close_all()


# Made in the process that runs it: one made before a fork (`manage.py up`) cannot be started.
lookout: Lookout | None = None


@worker_init.connect
def look_out(**kwargs: Any) -> None:
    global lookout
    lookout = Lookout()
    lookout.start()


@worker_shutdown.connect
def let_the_lookout_finish(**kwargs: Any) -> None:
    # A worker whose beat died leaves without having said that it shuts down.
    leaving.set()
    if lookout is not None and lookout.is_alive():
        lookout.join(LEAVE_WITHIN)


@worker_shutting_down.connect
def finish_the_mail_in_hand(**kwargs: Any) -> None:
    """Leave between two mails: a kill in the middle of one leaves in doubt whether it arrived."""
    leaving.set()


def nudge() -> None:
    """Ask for a tick now rather than in up to ten seconds, once this transaction is committed."""
    transaction.on_commit(_send)


def _send() -> None:
    """A broker that is down costs those seconds and nothing else: the beat comes anyway."""
    try:
        deliver_due.apply_async(expires=60, retry=False)
    except (OSError, deliver_due.OperationalError) as error:
        log.warning("no nudge: the broker is out of reach (%s)", type(error).__name__)
