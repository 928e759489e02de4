"""Line 1, the delivering child: forked from a warm parent, killed wherever it happens to be.

    python -m tests.chaos.children SEED KILLS REMINDERS LOG NOTES

Django is loaded once; four dispatchers are forked before any connection is opened. One after the
other is killed with SIGKILL at a random moment and replaced. What the dead one had in hand has its
lease moved into the past from outside: that is what a minute and a half does. The waits before a
next try are ended in the same way. Reminders fall due as the kills go on, and somebody changes
promises about to fall due. At the end the living work off the rest, unharmed.

The pace is the machine's own: how long a fresh dispatcher takes to its first mail is measured at
the start, and a dispatcher lives half as long again on average, more when much is left undone.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from tests.chaos import world
from tests.chaos.judge import judge
from tests.chaos.mail_server import read_log

DISPATCHERS = 4
# From one kill to the next, in times to a first mail; a dispatcher lives for four such spans.
BETWEEN = (0.05, 0.7)
# Due and not dealt with: from here on the dispatchers live longer.
TOO_MUCH = 150
PATIENCE = 180


def dispatch() -> None:
    from followups import delivery
    from followups.models import mail

    world.use_own_tokens()
    mail.BACKOFF[0] = mail.BACKOFF[0] * 0  # the minute before a doubtful mail's second try
    delivery.BATCH = 5
    while True:
        delivery.dispatch_due()
        time.sleep(0.01)


def obey(what: str, *told: float) -> object:
    """What the helper does, which alone of the parent's arms may reach the database."""
    match what:
        case "people":
            return len(world.people())
        case "fall due":
            seed, count = told
            return len(world.fall_due(int(count), 0.3, 2.0, random.Random(int(seed))))
        case "died":
            return world.run_out(int(told[0]))
        case "left":
            world.end_waits()
            return world.left_to_do(*told)
    raise ValueError(what)


def time_to_first_mail(helper: world.Helper, log: Path, chance: random.Random) -> float:
    """Seconds, with as many dispatchers at work as later."""
    helper("fall due", chance.randrange(10**9), 10)
    time.sleep(2.5)
    began = time.monotonic()
    running = [world.fork(dispatch) for _ in range(DISPATCHERS)]
    while not read_log(log) and time.monotonic() - began < PATIENCE:
        time.sleep(0.005)
    took = time.monotonic() - began
    while helper("left") and time.monotonic() - began < PATIENCE:
        time.sleep(0.1)
    for child in running:
        world.stop(child)
    for child in running:
        helper("died", child)
    return took


def main(seed: int, kills: int, reminders: int, log: Path, notes: Path) -> None:
    world.load_django()
    chance = random.Random(seed)
    helper = world.Helper(obey)
    helper("people")
    unit = time_to_first_mail(helper, log, chance)
    changer = world.fork(lambda: world.change_promises(seed, notes, every=0.3, snooze_for=10))
    running = [world.fork(dispatch) for _ in range(DISPATCHERS)]
    died_alone = fallen = made = 0
    enough = world.last_kill_at()
    for number in range(kills):
        if time.monotonic() > enough:
            break
        made = number + 1
        wanted = reminders * made // kills
        if wanted - fallen >= 10 or number == kills - 1:
            helper("fall due", chance.randrange(10**9), wanted - fallen)
            fallen = wanted
        if number % 50 == 49:
            unit *= 1.25 if helper("left", 0) > TOO_MUCH else 1
        time.sleep(chance.uniform(*BETWEEN) * unit)
        victim = running.pop(chance.randrange(len(running)))
        os.kill(victim, signal.SIGKILL)
        _, status = os.waitpid(victim, 0)
        died_alone += not os.WIFSIGNALED(status)
        helper("died", victim)
        running.append(world.fork(dispatch))
    time.sleep(2)  # what was made to fall due with the last kill has now
    world.stop(changer)
    deadline = time.monotonic() + PATIENCE
    while helper("left") and time.monotonic() < deadline:
        time.sleep(0.5)
    for child in running:
        world.stop(child)
    verdict = world.ask(lambda: judge(log, notes).to_json())
    verdict["figures"] = {
        "kills of a delivering child": made,
        "seconds to a first mail": round(unit, 3),
        **verdict["figures"],
    }
    if made < kills:
        verdict["violations"].append(f"only {made} of {kills} kills in its time")
    if died_alone:
        verdict["violations"].append(f"{died_alone} dispatchers ended before they were killed")
    print(json.dumps(verdict), flush=True)
    helper.dismiss()


if __name__ == "__main__":
    main(
        int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), Path(sys.argv[5])
    )
