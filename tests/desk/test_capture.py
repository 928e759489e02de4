"""One line read into a call: the table of lines, and what holds for any text at all."""

import datetime as dt
import re
import time
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.capture import Capture, parse
from tests.desk.capture_lines import LINES, Line
from tests.examples import examples

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
NOW = dt.datetime(2026, 11, 18, 14, 0, tzinfo=NEW_YORK)
HEAD = "Jane Doe @ Hartwell Search, "


def read(line: str, *, now=NOW, zone=NEW_YORK, locale="en-gb", region="US", times=None) -> Capture:
    return parse(line, now=now, zone=zone, locale=locale, phone_region=region, times=times)


def in_words(promise) -> str:
    many = f" ×{promise.how_many}" if promise.how_many else ""
    what = f" “{promise.what}”" if promise.what else ""
    day = promise.due_on.isoformat() if promise.due_on else "?"
    at = f" {promise.due_time:%H:%M}" if promise.due_time else ""
    return f"{promise.owed_by} {promise.kind}{many}{what} @ {day}{at}"


def parts(read: Capture) -> dict[str, object]:
    return {
        "is_call": read.is_call,
        "recruiter": read.recruiter,
        "firm": read.firm,
        "phone": read.phone,
        "opportunity": read.opportunity,
        "client": read.client,
        "promises": tuple(in_words(promise) for promise in read.promises),
        "asked": tuple(unclear.text for unclear in read.unclear),
    }


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.written[:60]} {line.locale}")
def test_it_reads_every_part_of_the_line(line: Line):
    found = parts(read(line.written, locale=line.locale, region=line.region))

    assert found == {name: getattr(line, name) for name in found}


def test_the_table_is_long_enough_and_says_no_line_twice():
    assert len(LINES) >= 150
    assert len({(line.written, line.locale) for line in LINES}) == len(LINES)


def test_it_says_why_it_asks():
    [unclear] = read(HEAD + "call back wed 4pm").unclear

    assert unclear.text == "wed 4pm"
    assert unclear.reason.startswith("Today is Wednesday")


def test_it_takes_the_times_of_day_from_the_preferences():
    times = {"lunch": dt.time(13), "eod": dt.time(18, 30)}

    lunch, evening, cob = read(
        HEAD + "call back fri lunch, ring her back mon evening, send CV by cob thu", times=times
    ).promises

    assert (lunch.due_time, evening.due_time, cob.due_time) == (
        dt.time(13),
        dt.time(18),
        dt.time(18, 30),
    )


def test_a_time_elsewhere_is_told_in_the_users_zone():
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")

    [promise] = read(HEAD + "call back thu 4pm EST", zone=berlin).promises

    assert (promise.due_on, promise.due_time, promise.time_zone) == (
        dt.date(2026, 11, 19),
        dt.time(22),
        "Europe/Berlin",
    )


def test_the_zone_may_be_a_name():
    [promise] = read(HEAD + "call back thu 4pm", zone="Europe/Berlin").promises

    assert promise.time_zone == "Europe/Berlin"


def test_a_line_that_is_too_long_is_said_to_be():
    found = read("Jane Doe @ Hartwell Search " * 100)

    assert not found.is_call
    assert len(found.unclear) == 1


# Any text ----------------------------------------------------------------------------------------

ALL = "".join(line.written + "\n" for line in LINES).split()
PIECES = st.sampled_from(
    [*ALL, "@", ",", ";", " - ", ".", "and", "I", "she", "\x00", "\u202e", "\t"]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=30).map(" ".join),
    st.text(alphabet="@,.()/ -+0123456789apm:", max_size=120),
)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@examples(300)
@given(TEXTS, st.sampled_from(["en-gb", "en-us", "de-de", "fr-fr", "xx", ""]))
def test_any_text_is_read_and_nothing_is_invented(line, locale):
    found = read(line, locale=locale)

    written = [found.recruiter, found.firm, found.opportunity, found.client]
    written += [promise.what for promise in found.promises]
    written += [unclear.text for unclear in found.unclear]
    assert all(text in flat(line) for text in written if text is not None)
    if not found.is_call:
        assert found == Capture(is_call=False)
    for promise in found.promises:
        assert promise.due_on is None or promise.due_on >= NOW.date()
        if promise.due_on == NOW.date() and promise.due_time:
            assert promise.due_time >= NOW.time()


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a ",
            ",",
            "@",
            "@ ",
            ".",
            "and ",
            "call back ",
            "tue ",
            "1 ",
            "12 ",
            "(",
            "- ",
            "/",
            "I ",
        ),
        *(
            "she will ",
            "+1 ",
            "0",
            "by ",
            "in ",
            "Jane @ ",
            "the ",
            "next ",
            "CFO at ",
            "might ",
            "ö",
        ),
        *(
            "wants ",
            "\n",
            "\x00",
            "1/2 ",
            "4pm ",
            "tue or ",
            "promised ",
            "of ",
            "A. ",
            "Jane Doe, ",
        ),
        *("http://", "a@b.c ", "ask ", "get ", "-", "'", "to ", "no ", "2 names and ", "end of "),
    ],
)
def test_a_hostile_line_costs_little(piece):
    line = (piece * 2000)[:2000]
    start = time.process_time()

    read(line)
    read("Jane Doe @ Hartwell Search " + line[:1970])

    # Milliseconds when all is well; a pattern that backtracks takes minutes.
    assert time.process_time() - start < 5
