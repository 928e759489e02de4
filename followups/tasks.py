"""Celery's part: it nudges the engine, and carries nothing that could be lost with it."""

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import transaction

from followups.delivery import dispatch_due

log = logging.getLogger("followups.tasks")


@shared_task(name="followups.tasks.deliver_due")
def deliver_due() -> None:
    dispatch_due()


@worker_ready.connect
def deliver_at_once(**kwargs: Any) -> None:
    """What fell due while nothing ran need not wait for the first tick."""
    nudge()


def nudge() -> None:
    """Ask for a tick now rather than in up to ten seconds, once this transaction is committed.

    A broker that is down costs those seconds and nothing else: the beat comes anyway.
    """

    def send() -> None:
        try:
            deliver_due.apply_async(expires=60, retry=False)
        except (OSError, deliver_due.OperationalError) as error:
            log.warning("no nudge: the broker is out of reach (%s)", type(error).__name__)

    transaction.on_commit(send)
