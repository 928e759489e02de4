"""What the tests of delivery make and look at."""

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from accounts.models import Preferences, User
from followups import messages
from followups.delivery import claim, gather
from followups.models import Mail, Promise
from tests.engines.mail_server import MailServer
from tests.factories import PromiseFactory
from tests.followups.conftest import utc

MONDAY = utc("2026-03-02 07:30")
DUE = utc("2026-03-05 17:00")
# Its own address, none below it.
PROMISE = re.compile(r"/promises/(\d+)/$")
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


def promised(owner: User, at: str = "17:00", on: str = "2026-03-05", **fields) -> Promise:
    """Of mine, for Thursday at five, reminded of on the moment (or by the digest) and no more."""
    Preferences.objects.of(owner).update(lead_minutes=0)
    promise = PromiseFactory(
        owner=owner,
        due_on=dt.date.fromisoformat(on),
        due_time=dt.time.fromisoformat(at) if at else None,
        **fields,
    )
    promise.reminders.filter(occasion__startswith="overdue").delete()
    return promise


def the_mail(owner: User) -> Mail:
    return Mail.objects.of(owner).get()


def lines_of(smtp: MailServer) -> list[list[str]]:
    """The addresses of the promises in each mail, in the order in which they arrived."""
    return [
        [
            found[1]
            for line in received.message.get_body(("plain",)).get_content().splitlines()
            if (found := PROMISE.search(line))
        ]
        for received in smtp.mails
    ]


def ids(*promises: Promise) -> list[str]:
    return [str(promise.pk) for promise in promises]


def texts_of(smtp: MailServer) -> list[str]:
    return [received.message.get_body(("plain",)).get_content() for received in smtp.mails]


def begun(user: User, now: dt.datetime) -> Mail:
    """A mail whose sender has just died."""
    gather(now)
    (mail,) = claim(now, size=9)
    assert mail.begin(messages.contents_of([mail])[mail.pk].revisions, user.email, now)
    return mail


def at_once(how_many: int, work) -> list:
    """Run `work(number)` in so many threads that start together; each closes its connections."""
    ready = threading.Barrier(how_many)

    def one(number: int):
        try:
            ready.wait(10)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(one, range(how_many)))


def mute(owner: User) -> None:
    Preferences.objects.of(owner).update(muted_at=MONDAY)
