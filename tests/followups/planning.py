"""What the tests of the plan and of its rows make and look at."""

import datetime as dt
import zoneinfo

from accounts.models import Preferences, User
from followups.models import Mail, Promise, Reminder
from followups.reminders import plan
from tests.followups.conftest import utc

LONDON = "Europe/London"
# A Monday, early: before that day's digest and outside quiet hours.
MONDAY = utc("2026-03-02 07:30")


def made(owner_zone: str = LONDON, **fields: object) -> tuple[Promise, Preferences]:
    """An unsaved promise of mine and its owner's preferences, none of them in the database."""
    names = {field.name for field in Preferences._meta.get_fields()}
    wishes = {name: fields.pop(name) for name in list(fields) if name in names - {"owner"}}
    owner = User(email="ann@example.org", time_zone=owner_zone)
    values = {
        "owner": owner,
        "kind": Promise.Kind.CALL_BACK,
        "due_on": dt.date(2026, 3, 5),
        "time_zone": LONDON,
        "agreed_at": MONDAY,
    }
    return Promise(**{**values, **fields}), Preferences(owner=owner, **wishes)


def planned(owner_zone: str = LONDON, **fields: object) -> list[str]:
    """The plan, each as “occasion day time” on the user's clock."""
    promise, preferences = made(owner_zone, **fields)
    zone = zoneinfo.ZoneInfo(owner_zone)
    return [
        f"{row.occasion} {row.due_utc.astimezone(zone):%a %d %b %H:%M}"
        for row in plan(promise, preferences)
    ]


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def time(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def waiting(promise: Promise) -> list[tuple[dt.datetime, str]]:
    rows = Reminder.across_owners.live().filter(promise=promise, mail=None)
    return list(rows.order_by("due_utc").values_list("due_utc", "occasion"))


def in_mail(promise: Promise, occasion: str, state: str, **fields: object) -> Reminder:
    """The promise's reminder of that occasion, put into a mail which is in that state."""
    reminder = Reminder.across_owners.live().get(promise=promise, occasion=occasion)
    if state in {Mail.State.CLAIMED, Mail.State.SENDING}:
        fields = {
            "token": "0" * 32,
            "lease_until": reminder.due_utc + dt.timedelta(minutes=1),
            **fields,
        }
    if state == Mail.State.SENT:
        fields = {"sent_at": reminder.due_utc, **fields}
    reminder.mail = Mail.objects.create(
        owner=promise.owner,
        kind=Mail.Kind.REMINDER,
        state=state,
        due_utc=reminder.due_utc,
        not_before=reminder.due_utc,
        **fields,
    )
    Reminder.across_owners.filter(pk=reminder.pk).update(mail=reminder.mail)
    return reminder
