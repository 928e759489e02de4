"""Celery's part of desk: a nudge without payload (DESIGN section 6)."""

from crm.celery import app
from desk.purge import purge_if_due


@app.task(name="desk.tasks.empty_trash")
def empty_trash() -> None:
    purge_if_due()
