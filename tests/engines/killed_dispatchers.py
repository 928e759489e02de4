"""A program for tests/engines/test_reminder_end_to_end.py: dispatchers that are killed at random.

    python -m tests.engines.killed_dispatchers SEED KILLS

It loads Django once and forks four dispatchers before any connection is opened. One after the
other is killed with SIGKILL, wherever it happens to be, and replaced. A dead one's leases are
moved into the past, which is what a minute and a half does. At the end they work off the rest.
"""

import os
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

DISPATCHERS = 4


def fork(work: Callable[[], None]) -> int:
    """Run `work` in a child; its number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def tokens_of(number: int) -> tuple[uuid.UUID, uuid.UUID]:
    """The first and the last token that the process of this number may use."""
    return uuid.UUID(int=number << 96), uuid.UUID(int=((number + 1) << 96) - 1)


def dispatch() -> None:
    from django.utils import timezone

    from followups import delivery
    from followups.models import Mail, Reminder

    chance = random.SystemRandom()
    first, _ = tokens_of(os.getpid())
    # Ours to change: nothing else in this process makes tokens.
    uuid.uuid4 = lambda: uuid.UUID(int=first.int | chance.getrandbits(90))
    delivery.BATCH = 5
    open_ended = [*Mail.WAITING, Mail.State.SENDING]
    began = timezone.now()
    while (
        Reminder.across_owners.waiting().filter(due_utc__lte=began).exists()
        or Mail.across_owners.filter(state__in=open_ended).exists()
    ):
        delivery.dispatch_due()
        time.sleep(0.02)


def run_out(number: int) -> None:
    """A minute and a half goes by for what the dead process `number` had in hand."""
    from django.utils import timezone

    from followups.models import Mail

    leased = Mail.across_owners.filter(token__range=tokens_of(number))
    leased.update(lease_until=timezone.now())


def main(seed: int, kills: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    # Loaded once, for all children; no query is asked before they are forked.
    from followups import delivery  # noqa: F401
    from followups.models import mail

    mail.BACKOFF[0] = timedelta(0)
    chance = random.Random(seed)
    print(f"seed {seed}, {kills} kills", flush=True)
    running = [fork(dispatch) for _ in range(DISPATCHERS)]
    for _ in range(kills):
        time.sleep(chance.uniform(0.02, 0.25))
        victim = running.pop(chance.randrange(len(running)))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        helper = fork(lambda number=victim: run_out(number))  # type: ignore[misc]
        assert os.waitpid(helper, 0)[1] == 0
        running.append(fork(dispatch))
    failed = [child for child in running if os.waitpid(child, 0)[1]]
    print(f"done, {len(failed)} failed", flush=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
