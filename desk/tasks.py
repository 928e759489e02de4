"""What is done once a day, by whichever worker comes by first."""

import logging

from crm.celery import app
from desk.backup import daily
from desk.purge import purge_if_due

logger = logging.getLogger(__name__)


@app.task(name="desk.tasks.keep_house")
def keep_house() -> None:
    # The trash first, so that the backup holds nothing that was to go.
    for chore in (purge_if_due, daily.make_todays):
        try:
            chore()
        except Exception:
            # One that fails must not keep the other from being done.
            logger.exception("%s has failed, and is tried again", chore.__name__)
