"""What is owed, as a calendar program reads it (RFC 5545).

`entries_of` says what stands in the calendar, from one query; `write` makes the text of it. What
only has to be compared with what was read before (an ETag) needs no text.
"""

from __future__ import annotations

import bisect
import datetime as dt
import functools
import hashlib
import unicodedata
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass

import icalendar
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar.timezone.tzid import tzids_from_tzinfo

from accounts.models import Preferences, User
from followups import local_time, messages
from followups.models import Promise
from followups.plans import DIGEST, DUE, LEAD, plan

# How long what ended or was trashed is still told as cancelled, so that a program which reads
# seldom takes it out too.
CANCELLED_FOR = dt.timedelta(days=90)
# A program should ask again after this.
REFRESH = dt.timedelta(hours=1)
# A call to make takes a while; anything else with an hour is the moment by which it is done.
CALL_TAKES, DEADLINE_TAKES = dt.timedelta(minutes=30), dt.timedelta(minutes=15)
CALLS = {Promise.Kind.CALL_BACK, Promise.Kind.TAKE_THEIR_CALL}


@dataclass(frozen=True)
class Entry:
    """One promise in the calendar.

    `starts` is a moment on the clock of the promise's own zone, or a day. `alarms` count from
    there (a day's from its midnight, wherever the user is).
    """

    uid: str
    sequence: int
    changed_at: dt.datetime
    created_at: dt.datetime
    starts: dt.datetime | dt.date
    takes: dt.timedelta
    title: str
    description: str
    url: str
    alarms: tuple[dt.timedelta, ...]
    is_cancelled: bool


def standing(user: User, now: dt.datetime) -> QuerySet[Promise]:
    """The promises that are in the calendar of `user` at `now`, also those to be taken out."""
    since = now - CANCELLED_FOR
    # Not `objects`: what is in the trash has to be told as cancelled.
    rows = Promise.across_owners.filter(owner=user).filter(
        Q(trashed_at=None, state=Promise.State.OPEN)
        | Q(trashed_at=None, ended_at__gte=since)
        | Q(trashed_at__gte=since)
    )
    return rows.select_related("recruiter", "firm").order_by("due_utc", "pk")


def entries_of(
    promises: Iterable[Promise], user: User, preferences: Preferences | None = None
) -> list[Entry]:
    """What the calendar of `user` says of these promises, in the user's language."""
    preferences = preferences or Preferences.objects.of(user).first() or Preferences(owner=user)
    preferences.owner = user  # at hand, so that nothing asks for it anew
    with translation.override(user.locale):
        return [_entry(promise, user, preferences) for promise in promises]


def _entry(promise: Promise, user: User, preferences: Preferences) -> Entry:
    is_over = not promise.is_open or promise.trashed_at is not None
    # What is over is only taken out: no name need travel for that.
    discreet = preferences.discreet_mail or is_over
    starts: dt.datetime | dt.date = promise.due_on
    if promise.due_time is not None:
        # By way of UTC, so that a time which a clock change leaves out is the one we remind at.
        starts = promise.derive_due_utc().astimezone(promise.zone)
    url = settings.PUBLIC_URL + promise.get_absolute_url()
    number = "" if discreet else promise.phone_display
    return Entry(
        uid=uid_of(promise, user),
        sequence=promise.revision,
        changed_at=promise.changed_at,
        created_at=promise.created_at,
        starts=starts,
        takes=CALL_TAKES if promise.kind in CALLS else DEADLINE_TAKES,
        title=_discreet_title(promise) if discreet else _title(promise),
        description="\n".join(filter(None, [one_line(number), url])),
        url=url,
        alarms=() if is_over else _alarms(promise, preferences, starts),
        is_cancelled=is_over,
    )


def uid_of(promise: Promise, user: User) -> str:
    """The same for life, in the feed and alone, under whatever address this is reached.

    The user's tag tells installations apart: two of them may be read by one program.
    """
    return f"promise-{promise.pk}-{user.tag}@wordkeeper"


def _discreet_title(promise: Promise) -> str:
    """No name, and nothing that was typed: a calendar is seen by assistants and in lobbies."""
    theirs = promise.owed_by == Promise.Party.THEM
    if promise.kind in CALLS:
        return _("Call expected") if theirs else _("Call")
    return _("Expected") if theirs else _("Deadline")


def _title(promise: Promise) -> str:
    who = [part.name for part in (promise.recruiter, promise.firm) if part]
    what = messages.what_words(promise)
    return one_line(f"{what}: {', '.join(who)}" if who else what)


def one_line(text: str) -> str:
    """`text` without what could begin another line, or is not seen, in some program.

    Line breaks of every kind, also Unicode's own, become spaces; other control characters go,
    and so does what turns the words after it around.
    """
    text = text.translate(messages.TURNS)
    shown = (
        " " if one.isspace() else one for one in text if one.isspace() or not _is_control(one)
    )
    return " ".join("".join(shown).split())


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}


def _alarms(
    promise: Promise, preferences: Preferences, starts: dt.datetime | dt.date
) -> tuple[dt.timedelta, ...]:
    """When a program rings for it, from its beginning: as the mails go, until it is due.

    So what they owe rings nobody, nor does what was over before it was agreed on.
    """
    if not isinstance(starts, dt.datetime):
        # A day begins where the program is, and that is where the user is.
        starts = local_time.to_utc(starts, dt.time.min, preferences.owner.zone)
    rings = [
        one.due_utc
        for one in plan(promise, preferences)
        if one.occasion in {LEAD, DUE, DIGEST} and one.due_utc > promise.agreed_at
    ]
    # Counted in UTC: on one clock Python leaves the hour out that comes twice.
    return tuple(moment - starts.astimezone(dt.UTC) for moment in rings)


def etag(entries: list[Entry]) -> str:
    """Changes whenever what `write` makes of these would."""
    # With the offsets: the rules of a zone change, too.
    offsets = [one.starts.utcoffset() for one in entries if isinstance(one.starts, dt.datetime)]
    digest = hashlib.sha256(repr((FORMAT, entries, offsets)).encode())
    return f'"{digest.hexdigest()[:32]}"'


# Writing ------------------------------------------------------------------------------------------

# Goes up when the same entries are to be written differently.
FORMAT = 1
TIMED, WHOLE_DAY = "OPAQUE", "TRANSPARENT"


def write(entries: list[Entry]) -> bytes:
    """The calendar as text: folded at 75 octets, UTF-8, with the zones that it names.

    No METHOD, so that DTSTAMP is the moment of the last change (RFC 5545, 3.8.7.2), and the text
    the same as long as nothing has changed.
    """
    calendar = icalendar.Calendar()
    calendar.add("PRODID", "-//Wordkeeper//Wordkeeper//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    # Seen in the list of calendars, so as neutral as the title of a tab.
    calendar.add("X-WR-CALNAME", "Wordkeeper")
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", icalendar.vDuration(REFRESH))
    for zone, years in _zones_in(entries):
        calendar.add_component(zone_component(zone, years))
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical(sorted=False))


def _event(entry: Entry) -> icalendar.Event:
    event = icalendar.Event()
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.changed_at)
    event.add("LAST-MODIFIED", entry.changed_at)
    event.add("CREATED", entry.created_at)
    event.add("DTSTART", entry.starts)
    if isinstance(entry.starts, dt.datetime):
        # Not DTEND: within an hour that comes twice it could be read as before the beginning.
        event.add("DURATION", entry.takes)
        event.add("TRANSP", TIMED)
    else:
        event.add("DTEND", entry.starts + dt.timedelta(days=1))
        event.add("TRANSP", WHOLE_DAY)
    event.add("SUMMARY", entry.title)
    event.add("DESCRIPTION", entry.description)
    event.add("URL", entry.url)
    event.add("CLASS", "PRIVATE")
    event.add("STATUS", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    for before in entry.alarms:
        event.add_component(_alarm(entry.title, before))
    return event


def _alarm(title: str, before: dt.timedelta) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", title)
    alarm.add("TRIGGER", before)
    return alarm


# Zones --------------------------------------------------------------------------------------------


def _zones_in(entries: list[Entry]) -> list[tuple[zoneinfo.ZoneInfo, tuple[int, ...]]]:
    """Each zone that a moment of these names, with the years needed of it."""
    years: dict[str, set[int]] = {}
    for entry in entries:
        zone = entry.starts.tzinfo if isinstance(entry.starts, dt.datetime) else None
        # What is the same as UTC is written in UTC.
        if isinstance(zone, zoneinfo.ZoneInfo) and "UTC" not in tzids_from_tzinfo(zone):
            years.setdefault(zone.key, set()).add(entry.starts.year)
    return [
        (zoneinfo.ZoneInfo(name), tuple(sorted(of_zone)))
        for name, of_zone in sorted(years.items())
    ]


def zone_component(zone: zoneinfo.ZoneInfo, years: Iterable[int]) -> icalendar.Timezone:
    """The VTIMEZONE of `zone`, right in each of these years (ascending), whatever lies between.

    Not icalendar's own (`Timezone.from_tzinfo`): it looks for changes on the local clock, and
    so writes one that goes forward an hour late (London's at 02:00 in place of 01:00).
    Onsets are local times on the clock before the change (RFC 5545, 3.6.5).
    """
    component = icalendar.Timezone()
    component.add("TZID", zone.key)
    observances: dict[tuple[dt.timedelta, dt.timedelta, str, bool], list[dt.datetime]] = {}
    moments = sorted({one for year in years for one in _changes_of(zone, year)})
    before = moments[0]
    for after in moments:
        was, is_now = _offset(before), _offset(after)
        if after is not before and (was, before.tzname()) == (is_now, after.tzname()):
            continue  # a year that begins as the one before it ended
        onset = (after.astimezone(dt.UTC) + was).replace(tzinfo=None)
        is_summer = (after.dst() or dt.timedelta(0)) > dt.timedelta(0)
        kind = (was, is_now, after.tzname() or zone.key, is_summer)
        observances.setdefault(kind, []).append(onset)
        before = after
    for (was, is_now, name, is_summer), onsets in observances.items():
        observance = icalendar.TimezoneDaylight() if is_summer else icalendar.TimezoneStandard()
        observance.add("DTSTART", onsets[0])
        observance.add("TZOFFSETFROM", was)
        observance.add("TZOFFSETTO", is_now)
        observance.add("TZNAME", name)
        if onsets[1:]:
            observance.add("RDATE", onsets[1:])
        component.add_component(observance)
    return component


def _offset(moment: dt.datetime) -> dt.timedelta:
    return moment.utcoffset() or dt.timedelta(0)


# A year costs about a millisecond to look through; a feed is read again every few hours.
@functools.lru_cache(maxsize=4096)
def _changes_of(zone: zoneinfo.ZoneInfo, year: int) -> tuple[dt.datetime, ...]:
    """From where on the clocks of `zone` show what in `year`: its beginning, and each change.

    It begins a day early, and ends a day late: years begin at another moment in every zone.
    """
    begin = dt.datetime(max(year - 1, 1), 12, 31, tzinfo=dt.UTC)
    end = dt.datetime(year + 1, 1, 2, tzinfo=dt.UTC)
    return (begin.astimezone(zone), *_changes(zone, begin, end))


def _changes(
    zone: zoneinfo.ZoneInfo, begin: dt.datetime, end: dt.datetime
) -> Iterable[dt.datetime]:
    """The first moments of whatever the clocks of `zone` change to between two moments (UTC)."""

    def rule_at(second: int) -> tuple[dt.timedelta, str | None, dt.timedelta | None]:
        local = dt.datetime.fromtimestamp(second, zone)
        return _offset(local), local.tzname(), local.dst()

    day = 24 * 3600
    start, stop = int(begin.timestamp()), int(end.timestamp())
    while start < stop:
        old, following = rule_at(start), start + day
        if rule_at(following) != old:
            # The seconds of that day, cut in half until the one of the change is left.
            seconds = range(start, following + 1)
            changed = bisect.bisect_left(seconds, True, key=lambda one: rule_at(one) != old)
            following = seconds[changed]
            yield dt.datetime.fromtimestamp(following, zone)
        start = following
