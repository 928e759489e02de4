"""How many reminders a second go out: `tests/bench/__main__.py` starts it for each engine.

    python -m tests.bench.delivery --reminders 10000

The environment says where (DATABASE_URL, WORDKEEPER_DATA); the database must be empty. One worker
sends reminders that are all due, each a mail of its own, to a mail server in another process that
takes everything. A bare `smtplib` loop on one connection sends mails of the same size to the same
server, for comparison. The last line printed is JSON: both in mails a second.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import smtplib
import socket
import threading
import time
from multiprocessing.connection import Connection

from tests.bench.measure import ready

USERS = 100
# Mails of the bare loop: enough for a steady rate.
BARE = 2_000


def take_all(line: socket.socket) -> None:
    """One conversation with a client in order; every mail is taken."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    heard = b""
    line.sendall(b"220 sink\r\n")
    end = b"\r\n"
    while more := line.recv(65536):
        heard += more
        while end in heard:
            said, _, heard = heard.partition(end)
            if end != b"\r\n":
                end, reply = b"\r\n", b"250 taken"
            elif said.upper() == b"DATA":
                end, reply = b"\r\n.\r\n", b"354 go on"
            else:
                reply = b"221 bye" if said.upper() == b"QUIT" else b"250 ok"
            line.sendall(reply + b"\r\n")


def sink(told: Connection) -> None:
    """A mail server that costs next to nothing, in a process of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    told.send(listener.getsockname()[1])
    while True:
        line, _ = listener.accept()
        threading.Thread(target=take_all, args=(line,), daemon=True).start()


def fill(reminders: int, now: dt.datetime) -> None:
    """So many promises of `USERS` users, each with one reminder that has just fallen due."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from accounts.models import User
    from contacts.models import Firm, Recruiter
    from followups.models import Promise, Reminder

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with transaction.atomic():
        for number in range(USERS):
            owner = User.objects.create_user(f"user{number}@example.org", "x")
            firm = Firm.objects.create(owner=owner, name="Lovelace & Partners")
            recruiter = Recruiter.objects.create(owner=owner, firm=firm, name="Grace Hopper")
            promises = Promise.objects.bulk_create(
                Promise(
                    owner=owner,
                    owed_by=Promise.Party.ME,
                    kind=Promise.Kind.SEND_NAMES,
                    what=f"two names for the interim role, number {one}",
                    recruiter=recruiter,
                    firm=firm,
                    due_on=now.date(),
                    due_time=now.time().replace(second=0, microsecond=0),
                    time_zone="UTC",
                    due_utc=now,
                )
                for one in range(reminders // USERS)
            )
            Reminder.objects.bulk_create(
                Reminder(
                    owner=owner,
                    promise=promise,
                    revision=promise.revision,
                    occasion="due",
                    channel=Reminder.Channel.EMAIL,
                    due_utc=now,
                )
                for promise in promises
            )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def journal() -> str:
    """SQLite's journal mode, or nothing: on a rollback journal every commit costs more."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        mode: str = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        return mode


def send_all(port: int) -> tuple[int, float]:
    """How many went, and in how many seconds, by as many ticks as it takes."""
    from crm.environment import MailServer
    from followups.delivery import dispatch_due

    server = MailServer(
        host="127.0.0.1",
        port=port,
        security="none",
        username="",
        password="",
        sender="wordkeeper@example.org",
    )
    began, count = time.perf_counter(), 0
    while done := dispatch_due(server=server):
        count += done
    return count, time.perf_counter() - began


def bare(port: int, count: int) -> float:
    """Seconds that `smtplib` alone takes for `count` mails as long as a reminder."""
    from followups import messages
    from followups.models import Mail

    mail = Mail.across_owners.filter(state=Mail.State.SENT).select_related("owner")[0]
    contents = messages.contents_of([mail])[mail.pk]
    letter = messages.compose(mail, contents, mail.due_utc, sender="wordkeeper@example.org")
    assert letter is not None
    with smtplib.SMTP("127.0.0.1", port) as line:
        began = time.perf_counter()
        for _ in range(count):
            line.sendmail("wordkeeper@example.org", [mail.owner.email], letter.content)
        return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reminders", type=int, required=True)
    options = parser.parse_args()
    ready()
    from django.utils import timezone

    ours, theirs = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.get_context("spawn").Process(target=sink, args=(theirs,), daemon=True)
    server.start()
    try:
        port = ours.recv()
        fill(options.reminders, timezone.now())
        count, seconds = send_all(port)
        alone = min(BARE, options.reminders)
        result = {
            "count": count,
            "rate": count / seconds,
            "journal": journal(),
            "bare": alone / bare(port, alone),
        }
    finally:
        server.kill()
        server.join()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
