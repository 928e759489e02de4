"""What is done once a day, by whichever worker comes by first."""

import logging

from django.utils import timezone

from crm.celery import app
from desk.backup import daily
from desk.importing import work
from desk.purge import purge_if_due

logger = logging.getLogger(__name__)


@app.task(name="desk.tasks.keep_house")
def keep_house() -> None:
    # The trash first, so that the backup holds nothing that was to go.
    for chore in (purge_if_due, daily.make_todays, work.tidy, go_on_with_imports_if_any):
        try:
            chore()
        except Exception:
            # One that fails must not keep the other from being done.
            logger.exception("%s has failed, and is tried again", chore.__name__)


@app.task(name="desk.tasks.go_on_with_imports")
def go_on_with_imports() -> None:
    work.go_on()


def go_on_with_imports_if_any() -> None:
    """What a killed worker has left, or a nudge that was lost. Not here: it may take a minute."""
    if work.is_left(timezone.now()):
        nudge_imports()


def nudge_imports() -> None:
    """A broker that is out of reach costs nothing but time: the beat comes anyway."""
    try:
        go_on_with_imports.apply_async(expires=300, retry=False)
    except (OSError, go_on_with_imports.OperationalError) as error:
        logger.warning("no nudge: the broker is out of reach (%s)", type(error).__name__)
