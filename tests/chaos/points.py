"""Line 1, the named points of the state machine: what is left, and what comes of it, exactly.

    python -m tests.chaos.points SEED KILLS LOG

For each point so many children are forked from a warm parent, each with one reminder to deliver,
and each kills itself with SIGKILL at that point: a function of the engine is replaced, in the child
alone, by one that kills before or after it does the same. Then the leases are moved into the past
from outside, which is what a minute and a half does, and a whole dispatcher works off what is left.
`POINTS` says what must come of each.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tests.chaos import world
from tests.chaos.judge import judge
from tests.chaos.mail_server import read_log


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def dies_after(real: Callable[..., Any], *, if_true: bool = False) -> Callable[..., Any]:
    def work(*args: Any, **kwargs: Any) -> Any:
        done = real(*args, **kwargs)
        if done or not if_true:
            die()
        return done

    return work


# The ways to die. Each changes this process's own engine, once it is forked. -------------------


def while_gathering() -> None:
    """The mails are written, the reminders are not yet in them, nothing is committed."""
    from followups.models import Reminder

    Reminder.across_owners.bulk_update = lambda *args, **kwargs: die()  # type: ignore[method-assign]


def once_gathered() -> None:
    from followups import delivery

    delivery.gather = dies_after(delivery.gather, if_true=True)


def once_claimed() -> None:
    from followups import delivery

    delivery.claim = dies_after(delivery.claim, if_true=True)


def before_it_begins() -> None:
    """The server has asked for the body."""
    from followups.models import Mail

    Mail.begin = lambda *args: die()  # type: ignore[method-assign]


def once_begun() -> None:
    from followups.models import Mail

    Mail.begin = dies_after(Mail.begin, if_true=True)  # type: ignore[method-assign]


def in_the_body() -> None:
    """Half of the body has gone out."""
    from followups import transport

    real = transport._Patience.send

    def send(self: Any, s: bytes | str) -> None:
        if b"Message-ID:" in (s if isinstance(s, bytes) else b""):
            real(self, s[: len(s) // 2])
            die()
        real(self, s)

    transport._Patience.send = send  # type: ignore[method-assign]


def after_the_dot() -> None:
    from followups import transport

    real = transport._Patience.send

    def send(self: Any, s: bytes | str) -> None:
        real(self, s)
        if s == b".\r\n":
            die()

    transport._Patience.send = send  # type: ignore[method-assign]


def once_answered() -> None:
    """The 250 was read, and is not recorded."""
    from followups import delivery

    delivery._record = lambda *args: die()


def once_recorded() -> None:
    from followups import delivery

    delivery._record = dies_after(delivery._record)


def while_recovering() -> None:
    """Before or after the mail is taken back, as it happens."""
    from followups.models import Mail

    for name in ("release", "leave_in_doubt"):
        real = getattr(Mail, name)
        dying = dies_after(real) if random.SystemRandom().random() < 0.5 else lambda *a: die()
        setattr(Mail, name, dying)


@dataclass(frozen=True)
class Point:
    """Where a child is killed, and what must be true then and in the end."""

    name: str
    dies: Callable[[], None]
    # The states of the mail that the killed child leaves, and whether it is marked then.
    leaves: tuple[str, ...]
    # In the end: how often the server took it under its one Message-ID, and the mark.
    arrives: int
    marked: bool
    # Killed so first, with the lease run out: what the child then finds.
    after: Callable[[], None] | None = None
    # Whether all children meet the same reminders again, because nothing was committed.
    undone: bool = False


POINTS = (
    Point("while gathering", while_gathering, ("in no mail",), 1, marked=False, undone=True),
    Point("gathered, not claimed", once_gathered, ("scheduled",), 1, marked=False),
    Point("claimed", once_claimed, ("claimed",), 1, marked=False),
    Point("before it begins (354 came)", before_it_begins, ("claimed",), 1, marked=False),
    Point("begun, before the body", once_begun, ("sending",), 1, marked=True),
    Point("in the body", in_the_body, ("sending",), 1, marked=True),
    Point("after the dot, before the reply", after_the_dot, ("sending",), 2, marked=True),
    Point("after the 250, before the record", once_answered, ("sending",), 2, marked=True),
    Point("recorded", once_recorded, ("sent",), 1, marked=False),
    Point(
        "recovering one that was claimed",
        while_recovering,
        ("claimed", "scheduled"),
        1,
        marked=False,
        after=once_claimed,
    ),
    Point(
        "recovering one that had begun",
        while_recovering,
        ("sending", "scheduled, marked"),
        1,
        marked=True,
        after=once_begun,
    ),
)


def dispatch(dies: Callable[[], None] | None, *, alone: bool = True) -> None:
    """One tick of the engine; with `alone`, a mail at a time."""
    from followups import delivery
    from followups.models import mail

    mail.BACKOFF[0] = mail.BACKOFF[0] * 0
    if alone:
        delivery.GATHER = delivery.BATCH = 1
    if dies:
        dies()
    delivery.dispatch_due()


def kill(point: Point, dies: Callable[[], None]) -> bool:
    """Whether a child came to the point and died there."""
    child = world.fork(lambda: dispatch(dies, alone=not point.undone))
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def fall_due(seed: int, count: int) -> list[int]:
    made = world.fall_due(count, 1, 1, random.Random(seed))
    time.sleep(1.1)
    return made


def states(promises: list[int]) -> dict[str, int]:
    """How many of these promises' reminders have a mail in which state."""
    from followups.models import Reminder

    rows = Reminder.across_owners.filter(promise__in=promises, occasion="due")
    found: Counter[str] = Counter()
    for state, marked in rows.values_list("mail__state", "mail__ambiguous"):
        found[f"{state}, marked" if marked else state or "in no mail"] += 1
    return dict(found)


def outcome(promises: list[int]) -> list[tuple[int, str, str, bool]]:
    """Of each reminder: its promise, and its mail's id, state and mark."""
    from followups.models import Reminder

    rows = Reminder.across_owners.filter(promise__in=promises, occasion="due")
    fields = ("promise_id", "mail__message_id", "mail__state", "mail__ambiguous")
    return list(rows.values_list(*fields))


def try_point(point: Point, seed: int, kills: int, log: Path) -> list[str]:
    """Kill so many children at this point; what was not as it must be."""
    wrong = []
    promises = world.ask(lambda: fall_due(seed, kills))
    if point.after:
        missed = sum(not kill(point, point.after) for _ in range(kills))
        wrong += [f"{missed} children did not come to what goes before"] if missed else []
        world.ask(world.run_out)
    missed = sum(not kill(point, point.dies) for _ in range(kills))
    if missed:
        wrong.append(f"{missed} of {kills} children did not come to the point")
    left = world.ask(lambda: states(promises))
    allowed = [*point.leaves]
    if unexpected := {state: count for state, count in left.items() if state not in allowed}:
        wrong.append(f"left {unexpected}, and not {allowed}")
    if sum(left.values()) != kills:
        wrong.append(f"left {left}, which are not {kills} reminders")
    world.ask(world.run_out)
    deadline = time.monotonic() + 120
    while world.ask(world.left_to_do) and time.monotonic() < deadline:
        child = world.fork(lambda: dispatch(None, alone=False))
        if os.waitpid(child, 0)[1]:
            wrong.append("the dispatcher that comes after failed")
            break
    arrived = Counter(line.message_id for line in read_log(log))
    came_of_it: Counter[tuple[str, bool, int]] = Counter(
        (state, marked, arrived[name])
        for _, name, state, marked in world.ask(lambda: outcome(promises))
    )
    expected = ("sent", point.marked, point.arrives)
    if came_of_it != {expected: kills}:
        wrong.append(f"came to {dict(came_of_it)}, and not {expected}")
    return [f"point “{point.name}”: {line}" for line in wrong]


def main(seed: int, kills: int, log: Path) -> None:
    world.load_django()
    chance = random.Random(seed)
    world.ask(lambda: len(world.people()))
    figures: dict[str, int | float | str] = {}
    violations: list[str] = []
    for point in POINTS:
        wrong = try_point(point, chance.randrange(10**9), kills, log)
        figures[f"point: {point.name}"] = "as stated" if not wrong else "NOT as stated"
        violations += wrong
    verdict = world.ask(lambda: judge(log).to_json())
    figures = {"kills at each of the points": kills, **figures, **verdict["figures"]}
    print(json.dumps({"figures": figures, "violations": violations + verdict["violations"]}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
