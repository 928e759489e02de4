"""The Celery app, and beat as a thread of the worker (`celery -A crm worker --embedded-beat`)."""

import logging
import os
import sys
import threading
import warnings
from typing import Any

from celery import Celery, bootsteps
from celery.beat import Service
from celery.exceptions import SecurityWarning
from celery.platforms import EX_FAILURE
from celery.signals import worker_init
from celery.worker import state as worker_state
from click import Option
from django.core.exceptions import ImproperlyConfigured

from crm import lifeline

log = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

# Tasks are JSON without payload: a worker run by root can do no more than the web run by root.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("crm")
try:
    app.config_from_object("django.conf:settings", namespace="CELERY", force=True)
except ImproperlyConfigured as error:
    # As in manage.py: one line that names the variable, not a traceback.
    sys.exit(f"Wordkeeper cannot start: {error}")
app.autodiscover_tasks()

# Seconds a worker gets to leave in order after its beat has died; a broker that does not answer
# can hold the orderly way for ever, and a worker without beat must not live on.
LEAVE_WITHIN = 30


class Beat(threading.Thread):
    """Beat, in a thread of the worker; its death is the worker's.

    Celery's own `--beat` forks: it fails with a pool of threads, needs a schedule file, and its
    child may die unseen. `celery.beat.EmbeddedService(thread=True)` dies unseen too.
    """

    def __init__(self, celery: Celery) -> None:
        super().__init__(name="beat", daemon=True)
        self.celery = celery
        # The worker itself answers remote control.
        # Named here: `Service` would otherwise take the scheduler that keeps a file in the folder
        # it was started from, whatever CELERY_BEAT_SCHEDULER says.
        self.service = Service(  # type: ignore[call-arg]
            celery, scheduler_cls=celery.conf.beat_scheduler, remote_control=False
        )
        self.stopping = threading.Event()

    def run(self) -> None:
        self.celery.set_current()
        try:
            self.service.start()
        except Exception:
            log.exception("Beat has failed")
        if not self.stopping.is_set():
            log.critical("Beat has died; the worker stops, so that this does not go unseen")
            # The worker's loop reads this and leaves with it as exit code.
            worker_state.should_stop = EX_FAILURE  # type: ignore[assignment]
            if not self.stopping.wait(LEAVE_WITHIN):
                os._exit(EX_FAILURE)

    def stop(self) -> None:
        """Let it go. Until its next tick it sleeps and holds nothing, so nobody waits for it."""
        self.stopping.set()
        self.service.stop()


class EmbeddedBeat(bootsteps.StartStopStep):
    """Starts and stops `Beat` with the worker."""

    label = "Embedded beat"
    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, embedded_beat: bool = False, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self.enabled = embedded_beat

    def create(self, worker: Any) -> Beat:  # type: ignore[override]
        pool = worker.pool_cls if isinstance(worker.pool_cls, str) else worker.pool_cls.__module__
        if not pool.endswith(("thread", "solo")):
            # A pool that forks would copy beat's thread state and connections into its children.
            raise SystemExit("--embedded-beat needs --pool threads or --pool solo")
        return Beat(worker.app)


app.steps["worker"].add(EmbeddedBeat)
app.user_options["worker"].add(
    Option(["--embedded-beat"], is_flag=True, help="Run beat as a thread of this worker.")
)


@worker_init.connect
def hold_the_lifeline(**kwargs: Any) -> None:
    lifeline.hold(os.getpid())
