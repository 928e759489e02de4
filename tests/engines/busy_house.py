"""A program for tests/engines/test_backup_while_running.py: four users who write without a pause.

    python -m tests.engines.busy_house

Each, in a process of its own, makes calls with two promises each, in one transaction with a note
beside the recruiter that says how many there are now; and keeps, moves and releases some. Until
told to stop (SIGTERM); then it finishes what it has in hand.
"""

import datetime as dt
import itertools
import os
import random
import signal
import sys
import threading

WRITERS = 4


def write(number: int) -> None:
    from django.db import transaction
    from django.utils import timezone

    from accounts.models import User
    from calls.models import Call
    from contacts.models import Recruiter
    from followups.models import Promise

    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    chance = random.Random(number)
    user = User.objects.get(email=f"writer{number}@example.org")
    jane = Recruiter.objects.create(owner=user, name=f"Writer {number}", notes="0")
    print(f"writer {number} begins", flush=True)
    for count in itertools.count(1):
        if asked.is_set():
            return
        now = timezone.now()
        with transaction.atomic():
            call = Call.objects.create(owner=user, recruiter=jane, notes=f"{count}\t\\N “é” \r\n.")
            for day in (0, 3):
                at = now + dt.timedelta(days=day, seconds=1)
                Promise(
                    owner=user,
                    kind="call_back",
                    recruiter=jane,
                    call=call,
                    due_on=at.date(),
                    due_time=at.time(),
                    time_zone="UTC",
                ).save()
            Recruiter.objects.of(user).filter(pk=jane.pk).update(notes=str(count))
        if count % 3 == 0:
            one = chance.choice(Promise.objects.of(user).open().order_by("-pk")[:10])
            chance.choice([one.keep, one.release])()
        asked.wait(0.01)


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    from django.db import connections

    from accounts.models import User

    # One after the other: of two first accounts at once, one would be refused.
    for number in range(WRITERS):
        User.objects.create_user(f"writer{number}@example.org", "a long enough secret")
    connections.close_all()  # none may be carried through a fork
    children = []
    for number in range(WRITERS):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                write(number)
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        children.append(child)

    def stop(*_: object) -> None:
        for child in children:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    statuses = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(any(statuses))


if __name__ == "__main__":
    main()
