"""Celery's part: it nudges the engine, and carries nothing that could be lost with it."""

import logging
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.db import transaction

from crm.celery import app
from followups.delivery import leaving, look

log = logging.getLogger("followups.tasks")


@app.task(name="followups.tasks.deliver_due")
def deliver_due() -> None:
    look()


@worker_ready.connect
def deliver_at_once(**kwargs: Any) -> None:
    """What fell due while nothing ran need not wait for the first tick."""
    _send()


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
