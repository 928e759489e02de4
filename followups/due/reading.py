"""When something is due, read from plain words: “Thu 4pm”, “by the end of next week”.

What has two meanings is asked and never guessed: today's own weekday, “next Friday”, “soon”, a
window, a week, “at 4”, a day that does not exist. The rules are listed in docs/capture.md.
"""

import calendar
import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Mapping

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from followups import local_time
from followups.due import phrases as due_phrases
from followups.due import reasons, zones
from followups.due import times as due_times
from followups.due import words as due_words
from followups.due.phrases import Atom, Phrase
from followups.due.reasons import Ask

DEFAULT_TIMES: Mapping[str, dt.time] = {
    "morning": dt.time(9),
    "lunch": dt.time(12, 30),
    "afternoon": dt.time(16, 30),
    "evening": dt.time(18),
    "eod": dt.time(17),
}

# The last year that a promise can stand in (`followups.models.promise.LAST_DAY`).
LAST_YEAR = 2199

# Where 3/12 is March the twelfth, and where nobody can tell. Elsewhere the day comes first.
MONTH_FIRST = {"en-us", "en-ph", "zh", "ja", "ko", "hu", "lt"}
DOUBTFUL_ORDER = {"en-ca", "fr-ca", "es-us", "es-pr"}
DAY_FIRST_LANGUAGES = set(
    "de fr es it nl pt pl cs sk sl hr da nb no nn sv fi el ru uk ro tr".split()
)


@dataclasses.dataclass(frozen=True)
class Due:
    """A local day, perhaps a local time, in `time_zone` (an IANA name)."""

    due_on: dt.date
    due_time: dt.time | None
    time_zone: str


class UnclearDue(ValueError):
    """Words that must be asked back: `text` as written, and `reason`, what to write instead."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text}: {reason}")
        self.text, self.reason = text, reason


def read(
    text: str,
    *,
    now: dt.datetime,
    zone: zoneinfo.ZoneInfo | str,
    locale: str = "en-gb",
    times: Mapping[str, dt.time] | None = None,
) -> Due:
    """The moment that `text` names, as seen at `now` (aware) by somebody in `zone`.

    Raises `UnclearDue` for whatever is not one day, with or without one time.
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not text or len(text) > 200:
        raise UnclearDue(text[:200], reasons.not_understood())
    # A number alone is an hour too: it gets a better answer than “not understood”.
    padded = f"at {text}" if text.isdecimal() else text
    found = list(due_phrases.phrases(padded, locale))
    rest = padded
    for phrase in reversed(found):
        rest = rest[: phrase.start] + " " + rest[phrase.end :]
    if len(found) > 1:
        raise UnclearDue(text, reasons.two_moments())
    if not found or rest.strip(" .,;!") not in ("", "sharp", "latest", "at the latest", "please"):
        raise UnclearDue(text, reasons.not_understood())
    try:
        return place(found[0], now=now, zone=zone, locale=locale, times=times)
    except UnclearDue as unclear:
        raise UnclearDue(text, unclear.reason) from None


def place(
    phrase: Phrase,
    *,
    now: dt.datetime,
    zone: zoneinfo.ZoneInfo | str,
    locale: str,
    times: Mapping[str, dt.time] | None = None,
    text: str = "",
) -> Due:
    """The moment of one phrase that `due_phrases.phrases` found. Raises `UnclearDue`."""
    here = zone if isinstance(zone, zoneinfo.ZoneInfo) else zoneinfo.ZoneInfo(zone)
    reader = _Reader(phrase, now.astimezone(here), here, locale.replace("_", "-").lower(), times)
    try:
        return reader.due()
    except Ask as ask:
        raise UnclearDue(text, str(ask)) from None
    except (OverflowError, ValueError):
        raise UnclearDue(text, reasons.too_far()) from None


@dataclasses.dataclass
class _Reader:
    """One phrase, and the clock and calendar by which it is read. `now` is local to `zone`."""

    phrase: Phrase
    now: dt.datetime
    zone: zoneinfo.ZoneInfo
    locale: str
    times: Mapping[str, dt.time] | None

    @property
    def today(self) -> dt.date:
        return self.now.date()

    def due(self) -> Due:
        self.refuse_choices()
        if (moment := self.minutes_ahead()) is not None:
            return self.at_instant(moment)
        day, time = self.day(), self.time()
        other = self.other_zone()
        if time is None:
            if day is None or other is not None:
                raise Ask(reasons.not_understood())
            return self.checked(day, None)
        if other is None or other.key == self.zone.key:
            day = day or self.today
            if local_time.is_skipped(day, time, self.zone):
                raise Ask(_("The clocks go forward over that time. Write another one."))
            return self.checked(day, time)
        there = self.now.astimezone(other).date()
        if there != self.today and (day is None or self.phrase.of_kind("offset", "tonight")):
            raise Ask(_("It is another day there now. Write the date."))
        return self.at_instant(local_time.to_utc(day or there, time, other))

    def refuse_choices(self) -> None:
        """Whatever names more than one moment, or none."""
        if self.phrase.of_kind("next_weekday"):
            raise Ask(_("The coming one or the one after? Write a date, such as “24 Nov”."))
        if self.phrase.of_kind("past"):
            raise Ask(reasons.over())
        if self.phrase.of_kind("vague", "week_of", "month"):
            raise Ask(_("On which day? Write one, such as “Thu” or “24 Nov”."))
        if self.phrase.is_window or self.phrase.of_kind("window", "in_range"):
            raise Ask(reasons.window())

    # Days ----------------------------------------------------------------------------------------

    def day(self) -> dt.date | None:
        """The local day of the phrase, None when it names none."""
        found = {day for atom in self.phrase.atoms if (day := self.day_of(atom)) is not None}
        weekdays = {int(atom.values["w"]) for atom in self.phrase.of_kind("weekday")}
        if len(found) > 1 or len(weekdays) > 1:
            raise Ask(reasons.two_moments())
        if found:
            day = found.pop()
            if weekdays and day.weekday() not in weekdays:
                raise Ask(
                    _("%(date)s is a %(weekday)s. Which of them is meant?")
                    % {"date": date_format(day, "j F Y"), "weekday": WEEKDAYS[day.weekday()]}
                )
            return day
        return self.coming(weekdays.pop()) if weekdays else None

    def coming(self, weekday: int) -> dt.date:
        ahead = (weekday - self.today.weekday()) % 7
        if ahead == 0:
            raise Ask(
                _("Today is %(weekday)s: this one or the next? Write a date, or “today”.")
                % {"weekday": WEEKDAYS[weekday]}
            )
        return self.today + dt.timedelta(days=ahead)

    def day_of(self, atom: Atom) -> dt.date | None:
        values = atom.values
        match atom.kind:
            case "offset":
                return self.today + dt.timedelta(days=int(values["o"]))
            case "tonight":
                return self.today
            case "date":
                return self.date(int(values["day"]), int(values["m"]) + 1, values.get("year"))
            case "iso":
                return self.date(int(values["a"]), int(values["b"]), values["y"])
            case "numeric":
                return self.numeric(values)
            case "dotted" if self.is_dotted_date(atom):
                return self.date(int(values["a"]), int(values["b"]), None)
            case "month_day":
                return self.day_of_month(int(values["day"]))
            case "in":
                return self.days_ahead(values)
            case "end":
                return self.end(values)
            case "end_of_month":
                first = self.date(1, int(values["m"]) + 1, values.get("year"), or_this_month=True)
                return last_day(first)
            case "week_day":
                monday = self.today - dt.timedelta(days=self.today.weekday())
                weeks = 1 if values["next"].lower() == "next" else 0
                return monday + dt.timedelta(weeks=weeks, days=int(values["w"]))
            case "week_on":
                first = (
                    self.coming(int(values["w"]))
                    if "w" in values
                    else self.today + dt.timedelta(days=int(values["o"]))
                )
                return first + dt.timedelta(weeks=1)
        return None

    def date(
        self, day: int, month: int, year: str | None, *, or_this_month: bool = False
    ) -> dt.date:
        """That day; without a year the next one to come, today included."""
        if not (1 <= month <= 12 and 1 <= day <= 31):
            raise Ask(reasons.no_such_day())
        if year is not None:
            try:
                return dt.date(int(year) + (2000 if len(year) == 2 else 0), month, day)
            except ValueError:
                raise Ask(reasons.no_such_day()) from None
        this_month = (month, 31 if or_this_month else day)
        is_over = this_month < (self.today.month, self.today.day)
        try:
            return dt.date(self.today.year + is_over, month, day)
        except ValueError:
            raise Ask(reasons.no_such_day()) from None

    def numeric(self, values: Mapping[str, str]) -> dt.date:
        a, b, year = int(values["a"]), int(values["b"]), values.get("y")
        if values["sep"] == "." or a == b or a > 12:
            return self.date(a, b, year)
        first = self.month_comes_first()
        if b > 12 or first:
            return self.date(b, a, year)
        if first is None:
            raise Ask(_("Day or month first? Write the month as a word: “3 Dec”."))
        return self.date(a, b, year)

    def month_comes_first(self) -> bool | None:
        """How 3/12 is read where this user lives; None when nobody can tell."""
        language, _dash, region = self.locale.partition("-")
        if self.locale in DOUBTFUL_ORDER or (language == "en" and not region):
            return None
        if {self.locale, language} & MONTH_FIRST:
            return True
        return False if language == "en" or language in DAY_FIRST_LANGUAGES else None

    def day_of_month(self, day: int) -> dt.date:
        """“The 3rd”: of this month, or of the next once it is over."""
        if not 1 <= day <= 31:
            raise Ask(reasons.no_such_day())
        month = self.today.replace(day=1)
        if day < self.today.day:
            month = last_day(month) + dt.timedelta(days=1)
        if day > last_day(month).day:
            raise Ask(reasons.no_such_day())
        return month.replace(day=day)

    def days_ahead(self, values: Mapping[str, str]) -> dt.date:
        number, unit = due_words.count(values["n"]), values["unit"].lower()
        if unit.endswith("day") and unit != "day":
            return self.working_days_ahead(number)
        if unit.startswith(("month", "year")):
            months = self.today.month - 1 + number * (12 if unit.startswith("year") else 1)
            first = dt.date(self.today.year + months // 12, months % 12 + 1, 1)
            return first.replace(day=min(self.today.day, last_day(first).day))
        days = {"d": 1, "day": 1, "week": 7, "wk": 7, "fortnight": 14}[unit]
        return self.today + dt.timedelta(days=days * number)

    def working_days_ahead(self, number: int) -> dt.date:
        """Counted Monday to Friday; no holiday is known here."""
        day = self.today
        while number:
            day += dt.timedelta(days=1)
            number -= day.weekday() < 5
        return day

    def end(self, values: Mapping[str, str]) -> dt.date:
        """The Friday of a week; the last day of a month, a quarter or a year.

        Weeks begin on Monday: on a Sunday “next week” begins tomorrow, and “the week” is asked.
        """
        short = {"eow": "week", "eom": "month", "eoq": "quarter", "eoy": "year"}
        written = values.get("short", "").lower()
        span = values.get("span") or short.get(written) or written[:-4] or "week"
        span = span.lower()
        ahead = values.get("which", values.get("own", "")).lower() in ("next", "nächster")
        if span == "week":
            if self.today.weekday() > 4 and not ahead:
                raise Ask(_("Which week? Write a date, such as “24 Nov”."))
            return self.today + dt.timedelta(days=4 - self.today.weekday() + 7 * ahead)
        months = {"month": 1, "quarter": 3, "year": 12}[span]
        number = (self.today.month - 1) // months + 1 + ahead
        month = number * months
        return last_day(dt.date(self.today.year + (month - 1) // 12, (month - 1) % 12 + 1, 1))

    # Times ---------------------------------------------------------------------------------------

    def minutes_ahead(self) -> dt.datetime | None:
        """“In 2 hours”: the minute that many after now."""
        for atom in self.phrase.of_kind("in"):
            unit = atom.values.get("unit", "").lower()
            if "n" in atom.values and not unit.startswith(("min", "h")):
                return None
            if len(self.phrase.atoms) > 1:
                raise Ask(reasons.two_moments())
            minutes = 30
            if "n" in atom.values:
                each = 1 if unit.startswith("min") else 60
                minutes = due_words.count(atom.values["n"]) * each
            moment = self.now.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)
            return moment.replace(second=0, microsecond=0)
        return None

    def part(self) -> str | None:
        parts = {
            name
            for atom in self.phrase.of_kind("part")
            for name in atom.values
            if name in due_words.PARTS
        }
        if self.phrase.of_kind("tonight"):
            parts.add("evening")
        parts = {"evening" if name == "night" else name for name in parts}
        if len(parts) > 1:
            raise Ask(reasons.two_moments())
        return parts.pop() if parts else None

    def time(self) -> dt.time | None:
        """The time on the wall where it was said, None when there is none."""
        clocks = [
            atom
            for atom in self.phrase.of_kind("time", "clock", "spoken", "bare", "dotted")
            if not self.is_dotted_date(atom)
        ]
        part = self.part()
        if not clocks:
            return self.time_of_part(part) if part else None
        if part == "midnight" or (part == "noon" and len(clocks) == 1):
            raise Ask(reasons.two_moments())
        return due_times.clock_time(clocks[0], part, self.locale)

    def time_of_part(self, part: str) -> dt.time:
        if part == "noon":
            return dt.time(12)
        if part == "midnight":
            raise Ask(reasons.midnight())
        return (self.times or {}).get(part) or DEFAULT_TIMES[part]

    def is_dotted_date(self, atom: Atom) -> bool:
        """“bis 3.12” is a day, “um 16.30” and “Fri 16.30” are times."""
        if atom.kind != "dotted" or due_phrases.AT.search(atom.lead):
            return False
        if int(atom.values["b"]) > 12 or any(
            a.kind in due_phrases.DAYS for a in self.phrase.atoms
        ):
            return False
        if self.locale.startswith("en"):
            raise Ask(_("A day or a time? Write “3 Dec” or “16:30”."))
        return True

    # Zones, and what is over ---------------------------------------------------------------------

    def other_zone(self) -> zoneinfo.ZoneInfo | None:
        for atom in self.phrase.of_kind("zone"):
            written = next(iter(atom.values.values()))
            owner = written.lower().split()[-1]
            if owner in ("my", "our", "mine"):
                return self.zone
            name = None if owner in zones.DOUBTFUL_LETTERS else zones.named(written)
            if name is None:
                raise Ask(_("Which time zone is that? Name a city: “4pm Paris time”."))
            return zoneinfo.ZoneInfo(name)
        return None

    def at_instant(self, moment: dt.datetime) -> Due:
        local = moment.astimezone(self.zone)
        day, time = local.date(), local.time().replace(fold=0)
        if local_time.to_utc(day, time, self.zone) != moment:
            raise Ask(_("The clocks go back over that time. Write another one."))
        return self.checked(day, time)

    def checked(self, day: dt.date, time: dt.time | None) -> Due:
        if day.year > LAST_YEAR:
            raise Ask(reasons.too_far())
        if day < self.today or (
            time is not None
            and local_time.to_utc(day, time, self.zone) < self.now.astimezone(dt.UTC)
        ):
            raise Ask(reasons.over())
        return Due(day, time, str(self.zone))


def last_day(of: dt.date) -> dt.date:
    return of.replace(day=calendar.monthrange(of.year, of.month)[1])
