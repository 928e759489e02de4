"""What is done once a day, by whichever worker comes by first."""

from crm.celery import app
from desk.backup import daily


@app.task(name="desk.tasks.keep_house")
def keep_house() -> None:
    daily.make_todays()
