"""How gunicorn serves Wordkeeper under `manage.py up`, at home and in the container.

One process with threads: pages are short, and a second process would cost more memory than it
buys speed (docs/decisions/0008-web-server.md).
"""

import os

from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

wsgi_app = "crm.wsgi"
bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 1)
threads = 4
# Seconds. A request that takes longer than `timeout` is a fault; an order to stop lets the
# others finish.
timeout = 60
graceful_timeout = 10
keepalive = 15
# Addresses hold ids and tokens, so none is logged.
accesslog = None
loglevel = "warning"
control_socket_disable = True
# Whose X-Forwarded-* to believe is for settings.TRUSTED_PROXIES to say, never for gunicorn.
forwarded_allow_ips = ""
# The worker's sign of life is a file's time: kept off the disk where there is memory for it.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108

SUPERVISED = "WORDKEEPER_LIFELINE" in os.environ


def post_worker_init(worker: Worker) -> None:
    # Imported here and not above: the arbiter needs nothing of the project in its memory.
    from crm import lifeline, logs

    lifeline.hold(worker.ppid)
    # Only the worker reads requests, and may write of one that went wrong.
    for handler in worker.log.error_log.handlers:
        handler.setFormatter(logs.DiscreetFormatter(Logger.error_fmt, Logger.datefmt))


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Under the supervisor the arbiter ends when its worker died.

    So one place tells of the death, counts it and starts again. While the arbiter stops by order
    it has given up its listeners already.
    """
    if SUPERVISED and server.LISTENERS:
        raise HaltServer(f"The web worker {worker.pid} died.", 1)
