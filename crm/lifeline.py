"""A child of `manage.py up` ends when its supervisor is gone, however that went.

The supervisor holds the writing end of a pipe and never writes. The kernel closes it with the
supervisor, even after SIGKILL, and the children read the end of the file. This works wherever
Python does; Linux's PR_SET_PDEATHSIG does not.
"""

import os
import signal
import threading
import time

VARIABLE = "WORDKEEPER_LIFELINE"

# Seconds to leave in order before the rest is killed.
LEAVE_WITHIN = 20


def hold(target: int) -> None:
    """Watch the pipe that `WORDKEEPER_LIFELINE` names, if any, and end process `target` with it.

    `target` is this process or its parent (gunicorn's arbiter, which must stay without threads
    because it forks).
    """
    descriptor = os.environ.get(VARIABLE)
    if descriptor:
        threading.Thread(
            target=_watch, args=(int(descriptor), target), name="lifeline", daemon=True
        ).start()


def _watch(descriptor: int, target: int) -> None:
    while os.read(descriptor, 1):
        pass
    for sign in (signal.SIGTERM, signal.SIGKILL):
        # A parent that is gone may have left its number to a stranger.
        if target in (os.getpid(), os.getppid()):
            os.kill(target, sign)
        else:
            os.kill(os.getpid(), sign)
        time.sleep(LEAVE_WITHIN)
    os.kill(os.getpid(), signal.SIGKILL)
