"""Somebody who keeps promises through the web, while the web is killed under them.

What was answered must hold: the promise has ended in the database, and no mail about it was asked
for after the answer came. What was not answered may have happened or not.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import random
import time
from pathlib import Path

from tests.chaos.judge import Verdict, read_changes
from tests.chaos.mail_server import read_log

CSRF = "c" * 32


def session_of() -> dict[str, str | int]:
    """A user of the installation and the cookie of somebody signed in as them."""
    from django.conf import settings
    from django.test import Client

    from accounts.models import User

    user = User.objects.order_by("pk")[0]
    browser = Client()
    browser.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return {"user": user.pk, "cookie": browser.cookies[settings.SESSION_COOKIE_NAME].value}


def keep_through_the_web(
    seed: int, session: dict[str, str | int], port: Path, notes: Path
) -> None:
    """Keep promises of this user about to fall due, until killed."""
    from django.conf import settings
    from django.utils import timezone

    from followups.models import Promise

    chance = random.Random(f"{seed} visitor")
    cookie = f"{settings.SESSION_COOKIE_NAME}={session['cookie']}; csrftoken={CSRF}"
    with notes.open("a") as file:
        while True:
            time.sleep(chance.uniform(0.1, 0.6))
            now = timezone.now()
            near = (now, now + dt.timedelta(seconds=2))
            mine = Promise.objects.of(int(session["user"])).open().filter(due_utc__range=near)
            found = list(mine.order_by("pk").values_list("pk", flat=True))
            if not found:
                continue
            pk = chance.choice(found)
            status = keep(int(port.read_text()), pk, cookie)
            note = {"promise": pk, "status": status, "answered": time.time()}
            print(json.dumps(note), file=file, flush=True)


def keep(port: int, promise: int, cookie: str) -> int | None:
    """The status of the answer, None if none came."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        line.request(
            "POST",
            f"/promises/{promise}/keep/",
            body=f"csrfmiddlewaretoken={CSRF}&outcome=",
            headers={
                "Cookie": cookie,
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()


def judge_visits(log: Path, notes: Path, changes: Path) -> Verdict:
    """Whether what the web said it had kept was kept; not judged where it was taken up again."""
    from followups.models import Promise

    visits = read_changes(notes)
    verdict = Verdict()
    undone = {change["promise"] for change in read_changes(changes) if change["verb"] == "undo"}
    kept = [
        visit
        for visit in visits
        if visit["status"] in {200, 302} and visit["promise"] not in undone
    ]
    states = dict(Promise.across_owners.values_list("pk", "state"))
    lines = read_log(log)
    forgotten = 0
    for visit in kept:
        if states[visit["promise"]] == "open":
            forgotten += 1
            verdict.violations.append(f"forgotten by the web: {visit}")
        for line in lines:
            if visit["promise"] in line.promises and line.asked_at > visit["answered"]:
                forgotten += 1
                verdict.violations.append(f"after a cancel that the web answered: {visit}, {line}")
    verdict.figures = {
        "kept through the web: answered": len(kept),
        "not answered": sum(visit["status"] is None for visit in visits),
        "refused or failed": sum(visit["status"] not in {None, 200, 302} for visit in visits),
        "answered and not so": forgotten,
    }
    return verdict
