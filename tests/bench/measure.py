"""Measure every figure on one engine, in a process of its own: `tests/bench/__main__.py` starts it.

    python -m tests.bench.measure --calls 100000 --others 10000 --rounds 40 --seed 1

The environment says where (DATABASE_URL, WORDKEEPER_DATA); the database must be empty. The last
line printed is JSON: for each figure its name, the times in milliseconds, the number of queries.
A request goes through the whole of the product but the web server: Django's own test client.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.test import Client

    from tests.bench.rows import Account

HTMX = {"HX-Request": "true"}
WARM_UP = 3
# Seconds after which a slow page has been asked often enough, and how often that is at least.
PATIENCE, FEWEST = 4.0, 10
FSYNCS = 50


@dataclass
class Figure:
    """What was measured of one kind of request. Times are in milliseconds."""

    name: str
    group: str  # which line of DESIGN section 8 says what to reach
    times: list[float] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)  # the empty view, asked in between
    queries: int = 0


Request = Callable[[], Any]


@dataclass
class Asked:
    """A request to measure. `prepare` makes what it needs anew each time, outside the clock."""

    name: str
    group: str
    send: Callable[..., Any]
    prepare: Callable[[], Any] | None = None


def ready() -> None:
    """Django with the product's settings, but for what a checkout has not (collected files)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    import django
    from django.conf import settings

    settings.ROOT_URLCONF = "tests.bench.urls"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    django.setup()


def fill(calls: int, others: int, seed: int) -> Account:
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.utils import timezone

    from followups.models import Heartbeat
    from tests.bench import rows

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    now = timezone.now()
    with transaction.atomic():
        account = rows.make(calls=calls, others=others, seed=seed, now=now)
    # A healthy engine: the banner of one that does not run would be in every page.
    Heartbeat.beat(Heartbeat.ENGINE, now)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # What its own daemon would have done within a minute or so.
            cursor.execute("VACUUM ANALYZE")
    return account


def searches(client: Client, account: Account) -> Iterator[Asked]:
    """Finding the caller while the letters are typed."""
    from contacts.models import Phone

    phone = Phone.objects.of(account.user).order_by("pk")[len(account.recruiters) // 2]
    word = account.recruiters[0].folded_name
    letters = {
        "1 letter": word[:1],
        "2 letters": word[:2],
        "5 letters": word[:5],
        "a firm": account.firms[len(account.firms) // 2].name,
        "4 digits": phone.number[-4:],
        "10 digits": phone.number[-10:],
        "nobody": "zzzz",
    }
    for what, text in letters.items():
        yield Asked(f"caller search: {what}", "search", post(client, "desk:caller_options", text))
    for name in ("contacts:recruiter_options", "contacts:firm_options"):
        yield Asked(f"picker: {name.split(':')[1]}", "search", post(client, name, word[:2]))
    yield from finding(client, word, phone.number)


def finding(client: Client, name: str, number: str) -> Iterator[Asked]:
    """Finding anything, as it is typed: names, what was said, numbers, slips."""
    from django.urls import reverse

    first, *_others, last = name.split()
    texts = {
        "1 letter": first[:1],
        "3 letters": first[:3],
        "a word": first,
        "two words": f"{first} {last}",
        "two common words": "reports chair",
        "a phrase": '"asked whom I know"',
        "4 digits": number[-4:],
        "a number": number,
        "a misspelled name": f"{last[:2]}{last[3:]}",
        "words never together": "reports zurich second chair market",
        "nothing": "zzzzqq",
    }
    path, headers = reverse("search:results"), HTMX | {"HX-Target": "found"}
    for what, text in texts.items():
        asked = {"q": text}
        yield Asked(
            f"find: {what}",
            "search",
            lambda asked=asked: client.post(path, asked, headers=headers),
        )


def post(client: Client, name: str, text: str) -> Request:
    from django.urls import reverse

    path = reverse(name)
    return lambda: client.post(path, {"who": text}, headers=HTMX)


def pages(client: Client, account: Account) -> Iterator[Asked]:
    from django.urls import reverse

    from calls.models import Call
    from followups.models import Promise

    firm, recruiter = account.firms[0].pk, account.recruiters[0].pk
    call = Call.objects.of(account.user).order_by("-occurred_at")[0].pk
    promise = Promise.objects.of(account.user).open().order_by("due_utc")[0].pk
    of_call = Call.objects.of(account.user).exclude(opportunity=None).order_by("-occurred_at")
    opportunity = of_call[0].opportunity_id
    last = max(1, account.calls // 50)
    sheet = reverse("desk:call_sheet")
    of_caller = f"{sheet}?recruiter={recruiter}"
    yield Asked("call sheet", "sheet", lambda: client.get(sheet))
    yield Asked("call sheet: caller", "sheet", lambda: client.get(of_caller, headers=HTMX))
    paths = {
        "Today": reverse("desk:today"),
        "firm (the busiest)": reverse("desk:firm_detail", args=[firm]),
        "recruiter (the busiest)": reverse("desk:recruiter_detail", args=[recruiter]),
        "brief of a firm (the busiest)": reverse("desk:firm_brief", args=[firm]),
        "brief of a recruiter (the busiest)": reverse("desk:recruiter_brief", args=[recruiter]),
        "brief of a promise": reverse("desk:promise_brief", args=[promise]),
        "brief of a firm with 500 calls": reverse(
            "desk:firm_brief", args=[firm_with(account, 500)]
        ),
        "call": reverse("desk:call_detail", args=[call]),
        "calls": reverse("calls:call_list"),
        "calls: last page": reverse("calls:call_list", query={"page": last}),
        "opportunity": reverse("desk:opportunity_detail", args=[opportunity]),
        "opportunities": reverse("calls:opportunity_list"),
        "firms": reverse("contacts:firm_list"),
        "firms by last talk": reverse("contacts:firm_list", query={"sort": "last"}),
        "recruiters": reverse("contacts:recruiter_list"),
        "recruiters by last talk": reverse("contacts:recruiter_list", query={"sort": "last"}),
        "people": reverse("contacts:person_list"),
        "promises": reverse("followups:promise_list"),
        "promises that ended": reverse("followups:promise_list", query={"show": "ended"}),
        "promise": reverse("followups:promise_detail", args=[promise]),
        "reminders": reverse("followups:reminder_list"),
        "mend a call": reverse("calls:call_edit", args=[call]),
        "mend a recruiter": reverse("contacts:recruiter_edit", args=[recruiter]),
        "a new promise": reverse("followups:promise_new"),
        "mend a promise": reverse("followups:promise_edit", args=[promise]),
    }
    for name, path in paths.items():
        yield Asked(name, "page", lambda path=path: client.get(path))


def firm_with(account: Account, calls: int) -> int:
    """The id of the firm whose number of calls is nearest to `calls`."""
    from django.db.models import Count

    from calls.models import Call

    of_firms = Call.objects.of(account.user).exclude(firm=None).order_by()
    counted = of_firms.values_list("firm").annotate(many=Count("pk"))
    return min(counted, key=lambda row: abs(row[1] - calls))[0]


def saving(client: Client, account: Account) -> Asked:
    """A call of somebody known, with two promises; the next request finds it committed."""
    import datetime as dt

    from django.urls import reverse

    from tests.pages import fill_in

    sheet = reverse("desk:call_sheet")
    day = (account.now + dt.timedelta(days=3)).date().isoformat()

    def prepare() -> dict[str, Any]:
        recruiter = account.dice.choice(account.recruiters)
        data = fill_in(client, f"{sheet}?recruiter={recruiter.pk}", having="who")
        data |= {"notes": "What was said.", "promises-TOTAL_FORMS": "2"}
        for line, kind in enumerate(("call_back", "send_names")):
            data |= {f"promises-{line}-owed_by": "me", f"promises-{line}-kind": kind}
            data[f"promises-{line}-due_on"] = day
        return data

    return Asked("saving a call, two promises", "save", lambda d: client.post(sheet, d), prepare)


def measure(asked: Asked, empty: Request, rounds: int) -> Figure:
    """Ask again and again, the empty view in between: what slows the machine slows both."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    figure = Figure(asked.name, asked.group)
    began = time.monotonic()
    for number in range(WARM_UP + rounds):
        given = [asked.prepare()] if asked.prepare else []
        if number == 0:
            with CaptureQueriesContext(connection) as captured:
                check(asked, asked.send(*given))
            figure.queries = len(captured)
            continue
        taken = timed(lambda: check(asked, asked.send(*given)))  # noqa: B023 (called at once)
        taken_empty = timed(empty)
        if number >= WARM_UP:
            figure.times.append(taken)
            figure.empty.append(taken_empty)
        if time.monotonic() - began > PATIENCE and len(figure.times) >= FEWEST:
            break
    return figure


def timed(send: Request) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    send()
    return (time.perf_counter() - began) * 1000


def check(asked: Asked, response: Any) -> None:
    expected = 302 if asked.group == "save" else 200
    if response.status_code != expected:
        said = re.findall(r"field__errors[^>]*>(.*?)</ul>", response.content.decode())
        raise SystemExit(f"{asked.name}: status {response.status_code}, not {expected}: {said}")


def fsync(folder: Path) -> list[float]:
    """How long the machine takes to put 4 KB on its disk, in milliseconds."""
    path = folder / "fsync"
    with path.open("wb", buffering=0) as file:

        def write() -> None:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())

        times = [timed(write) for _number in range(FSYNCS)]
    path.unlink()
    return times


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("calls", "others", "rounds", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    ready()
    from django.conf import settings
    from django.test import Client

    began = time.monotonic()
    account = fill(options.calls, options.others, options.seed)
    made = time.monotonic() - began
    client = Client(headers={"host": "localhost"})
    client.force_login(account.user)

    def empty() -> None:
        client.get("/empty/")

    empty()
    everything = [
        *searches(client, account),
        *pages(client, account),
        saving(client, account),
    ]
    figures = [asdict(measure(asked, empty, options.rounds)) for asked in everything]
    print(json.dumps({"made": made, "figures": figures, "fsync": fsync(settings.DATA_DIR)}))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
