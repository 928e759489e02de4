"""What the chaos runs share inside an installation: promises that fall due, somebody who changes
them meanwhile, and time that passes.

Every function here opens a connection to the database, so a parent that forks calls none of them
itself: it sends for a child (`fork`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import json
import os
import random
import signal
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

# Users among whom the promises are spread.
PEOPLE = 20


def last_kill_at() -> float:
    """When to kill no more (`time.monotonic()`), whatever was wanted; fewer are then told."""
    return time.monotonic() + float(os.environ.get("CHAOS_SECONDS", "inf"))


def load_django() -> None:
    """Django and the engine, loaded once for all children; no connection is opened."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    from django.core.mail.utils import DNS_NAME
    from django.db import connection
    from django.template.loader import get_template
    from django.urls import reverse
    from django.utils import translation

    from followups import delivery  # noqa: F401

    # What each child would else find out anew.
    DNS_NAME.get_fqdn()
    connection.ops.compiler("SQLCompiler")
    reverse("followups:promise_list")
    with translation.override("en-gb"):
        for name in ("reminder.txt", "reminder.html"):
            get_template(f"followups/email/{name}").render({"lines": [], "home": ""})
    gc.collect()
    gc.freeze()
    assert connection.connection is None


def fork(work: Callable[[], object]) -> int:
    """Run `work` in a child; its number. The child ends with 0, or with 1 if it raised."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ask[T](work: Callable[[], T]) -> T:
    """What `work` returns in a child, as JSON carries it; raises if the child failed."""
    reading, writing = os.pipe()

    def answer() -> None:
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            json.dump(work(), pipe)

    child = fork(answer)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    if os.waitpid(child, 0)[1]:
        raise RuntimeError(f"{work!r} failed in its child")
    answered: T = json.loads(said)
    return answered


class Helper:
    """A child that does as it is told, line by line, and answers each line with JSON."""

    def __init__(self, do: Callable[..., object]) -> None:
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def obey() -> None:
            os.close(ours_in)
            os.close(ours_out)
            # Whoever is killed by name of its group is not this one.
            os.setpgid(0, 0)
            with os.fdopen(theirs_in) as orders, os.fdopen(theirs_out, "w") as answers:
                for order in orders:
                    print(json.dumps(do(*json.loads(order))), file=answers, flush=True)

        self.pid = fork(obey)
        os.close(theirs_in)
        os.close(theirs_out)
        self.orders: IO[str] = os.fdopen(ours_out, "w")
        self.answers: IO[str] = os.fdopen(ours_in)

    def __call__(self, *order: object) -> Any:
        print(json.dumps(order), file=self.orders, flush=True)
        said = self.answers.readline()
        if not said:
            raise RuntimeError(f"the helper died of {order}")
        return json.loads(said)

    def dismiss(self) -> None:
        with contextlib.suppress(OSError):
            self.orders.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def people(count: int = PEOPLE) -> list[int]:
    """Users who are reminded on the moment and at no other time; their ids."""
    from accounts.models import Preferences, User
    from contacts.models import Recruiter

    ids = []
    for number in range(count):
        user = User.objects.create_user(f"user{number}@example.org", uuid.uuid4().hex)
        Preferences.objects.of(user).update(lead_minutes=0, quiet_from=None, quiet_until=None)
        Recruiter.objects.create(owner=user, name=f"Recruiter of {number}")
        ids.append(user.pk)
    return ids


def fall_due(count: int, soonest: float, latest: float, chance: random.Random) -> list[int]:
    """New promises of anybody's, due so many seconds from now; their ids.

    Saved one by one in the product's own way, in one transaction.
    """
    from django.db import transaction
    from django.utils import timezone

    from contacts.models import Recruiter
    from followups.models import Promise

    recruiters = list(Recruiter.across_owners.order_by("pk").values_list("pk", "owner_id"))
    made = []
    with transaction.atomic():
        for _ in range(count):
            recruiter, owner = recruiters[chance.randrange(len(recruiters))]
            # Asked anew each time: one that is past when it is saved gets no reminder.
            at = timezone.now() + dt.timedelta(seconds=chance.uniform(soonest, latest))
            promise = Promise(
                owner_id=owner,
                kind="call_back",
                recruiter_id=recruiter,
                due_on=at.date(),
                due_time=at.time(),
                time_zone="UTC",
            )
            promise.save()
            made.append(promise.pk)
    return made


# Time that passes ------------------------------------------------------------------------------


def tokens_of(number: int) -> tuple[uuid.UUID, uuid.UUID]:
    """The first and the last token that the process of this number uses."""
    return uuid.UUID(int=number << 96), uuid.UUID(int=((number + 1) << 96) - 1)


def use_own_tokens() -> None:
    """Let this process's tokens tell whose they are. Nothing else of the engine is changed."""
    from types import SimpleNamespace

    from followups import delivery

    chance = random.SystemRandom()
    first, _ = tokens_of(os.getpid())
    own = SimpleNamespace(uuid4=lambda: uuid.UUID(int=first.int | chance.getrandbits(90)))
    vars(delivery)["uuid"] = own


def run_out(number: int | None = None) -> int:
    """A minute and a half goes by for what the dead process `number`, or any, had in hand."""
    from django.utils import timezone

    from followups.models import Mail

    leased = Mail.across_owners.filter(lease_until__isnull=False)
    if number is not None:
        leased = leased.filter(token__range=tokens_of(number))
    return leased.update(lease_until=timezone.now())


def end_waits() -> int:
    """The minutes before a mail's next try go by."""
    from django.utils import timezone

    from followups.models import Mail

    waiting = Mail.across_owners.filter(state=Mail.State.SCHEDULED, not_before__gt=timezone.now())
    # Asked first: SQLite has one writer.
    return waiting.update(not_before=timezone.now()) if waiting.exists() else 0


def left_to_do(ahead: float = 60) -> int:
    """How many reminders and mails are due, or will be in so many seconds, and not dealt with.

    Ahead, because what was snoozed a moment ago must not fall due between the end and its judge.
    """
    from django.utils import timezone

    from followups.models import Mail, Reminder

    open_ended = [*Mail.WAITING, Mail.State.SENDING]
    soon = timezone.now() + dt.timedelta(seconds=ahead)
    due = Reminder.across_owners.waiting().filter(due_utc__lte=soon)
    return due.count() + Mail.across_owners.filter(state__in=open_ended).count()


# Somebody who changes promises ------------------------------------------------------------------

VERBS = (
    "keep",
    "keep",
    "release",
    "mark_broken",
    "trash",
    "snooze",
    "snooze",
    "undo",
    "undo",
    "undo",
)


def change_promises(
    seed: int, notes: Path, *, every: float, snooze_for: float, until: float = float("inf")
) -> None:
    """Change promises that are just about to fall due, or just did, until killed.

    Some that ended or went to the trash are taken up again (“undo”).

    Each change notes, in the transaction that makes it and after that holds the promise's row, in
    which state each of its reminders' mails stands; and the moments just before and just after
    its commit. Only what was committed is noted.
    """
    chance = random.Random(seed)
    with notes.open("a") as file:
        while time.monotonic() < until:
            time.sleep(chance.uniform(0, 2 * every))
            note = change_one(chance, snooze_for)
            if note:
                print(json.dumps(note), file=file, flush=True)


def change_one(chance: random.Random, snooze_for: float) -> dict[str, object] | None:
    from django.db import transaction
    from django.utils import timezone

    from followups.models import Promise
    from followups.reminders import preferences_of

    now = timezone.now()
    verb = chance.choice(VERBS)
    # What was ended or trashed is taken up again within seconds, as one who pressed wrongly does.
    back = dt.timedelta(seconds=4 if verb == "undo" else 1.5)
    near = Promise.across_owners.filter(due_utc__range=(now - back, now + dt.timedelta(seconds=1)))
    live = {"state": "open", "trashed_at": None}
    near = near.exclude(**live) if verb == "undo" else near.filter(**live)
    found = list(near.order_by("pk").values_list("pk", "owner_id"))
    if not found:
        return None
    pk, owner = chance.choice(found)
    with transaction.atomic():
        preferences_of(owner)  # held first, as the product does
        promise = Promise.across_owners.select_for_update(no_key=True).get(pk=pk)
        is_live = promise.is_open and promise.trashed_at is None
        if is_live == (verb == "undo"):
            return None
        # The row is ours: whatever of it has not begun cannot begin before we have committed.
        stood = [
            {
                "reminder": reminder.pk,
                "occasion": reminder.occasion,
                "due": reminder.due_utc.timestamp(),
                "mail": reminder.mail.message_id if reminder.mail else None,
                "state": reminder.mail.state if reminder.mail else None,
                "ambiguous": reminder.mail.ambiguous if reminder.mail else False,
            }
            for reminder in promise.reminders.filter(cancelled_at=None).select_related("mail")
        ]
        if verb == "snooze":
            at = now + dt.timedelta(seconds=chance.uniform(1, snooze_for))
            promise.snooze(due_on=at.date(), due_time=at.time(), time_zone="UTC")
        elif verb == "undo":
            promise.restore() if promise.trashed_at else promise.reopen()
        else:
            getattr(promise, verb)()
        before = time.time()
    return {"promise": pk, "verb": verb, "stood": stood, "before": before, "after": time.time()}


def stop(child: int, number: signal.Signals = signal.SIGKILL) -> None:
    """End a child of ours and forget it."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, number)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)
