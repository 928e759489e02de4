"""When something is due: each way of saying it, seen on Tuesday 24 November 2026, 14:00, New York."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups import due, local_time
from followups.due import Due, UnclearDue

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
LONDON = zoneinfo.ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 11, 24, 14, 0, tzinfo=NEW_YORK)

READ = [
    ("Thu 4pm", "en-gb", "2026-11-26 16:00"),
    ("tomorrow", "en-gb", "2026-11-25"),
    ("by the end of next week", "en-gb", "2026-12-04"),
    ("in two weeks", "en-gb", "2026-12-08"),
    ("today 17:00", "en-gb", "2026-11-24 17:00"),
    ("fri eod", "en-gb", "2026-11-27 17:00"),
    ("24 Nov", "en-gb", "2026-11-24"),
    ("3 December 10:30", "en-gb", "2026-12-03 10:30"),
    ("in 2 hours", "en-gb", "2026-11-24 16:00"),
    ("monday lunch", "en-gb", "2026-11-30 12:30"),
    ("end of month", "en-gb", "2026-11-30"),
    ("by the end of the month", "en-gb", "2026-11-30"),
    ("16h30", "en-gb", "2026-11-24 16:30"),
    ("half past four pm", "en-gb", "2026-11-24 16:30"),
    ("this evening", "en-gb", "2026-11-24 18:00"),
    ("tomorrow morning", "en-gb", "2026-11-25 09:00"),
    ("4pm EST", "en-gb", "2026-11-24 16:00"),
    ("3/12", "en-gb", "2026-12-03"),
    ("3/12", "en-us", "2027-03-12"),
    ("3/12", "de-de", "2026-12-03"),
    ("13/12", "en-us", "2026-12-13"),
    ("3.12.", "en-gb", "2026-12-03"),
    ("2026-12-03", "en-gb", "2026-12-03"),
    ("2026-12-03 10:00", "en-gb", "2026-12-03 10:00"),
    ("thu 09:30", "en-gb", "2026-11-26 09:30"),
    ("thu 9:30", "en-gb", "2026-11-26 09:30"),
    ("thu 04:30", "en-gb", "2026-11-26 04:30"),
    ("tonight", "en-gb", "2026-11-24 18:00"),
    ("thu noon", "en-gb", "2026-11-26 12:00"),
    ("by Fri", "en-gb", "2026-11-27"),
    ("by 3 May", "en-gb", "2027-05-03"),
    ("the 3rd", "en-gb", "2026-12-03"),
    ("by the 3rd", "en-gb", "2026-12-03"),
    ("Friday the 4th", "en-gb", "2026-12-04"),
    ("Fri 4 Dec", "en-gb", "2026-12-04"),
    ("thu 26 nov 4pm", "en-gb", "2026-11-26 16:00"),
    ("tomorrow afternoon at 4", "en-gb", "2026-11-25 16:00"),
    ("4 in the afternoon", "en-gb", "2026-11-24 16:00"),
    ("thursday 4 in the afternoon", "en-gb", "2026-11-26 16:00"),
    ("Thu 4pm BST", "en-gb", "2026-11-26 11:00"),
    ("next week monday", "en-gb", "2026-11-30"),
    ("monday next week", "en-gb", "2026-11-30"),
    ("in 3 working days", "en-gb", "2026-11-27"),
    ("within 48 hours", "en-gb", "2026-11-26 14:00"),
    ("in half an hour", "en-gb", "2026-11-24 14:30"),
    ("in an hour", "en-gb", "2026-11-24 15:00"),
    ("Dec 3rd, 2026", "en-gb", "2026-12-03"),
    ("december 3 at 10am", "en-gb", "2026-12-03 10:00"),
    ("3rd of December", "en-gb", "2026-12-03"),
    ("Thursday, 4pm", "en-gb", "2026-11-26 16:00"),
    ("Thursday, November 26", "en-gb", "2026-11-26"),
    ("3 Nov", "en-gb", "2027-11-03"),
    ("Do 16 Uhr", "de-de", "2026-11-26 16:00"),
    ("bis Freitag", "de-de", "2026-11-27"),
    ("3. Dezember um 10:30", "de-de", "2026-12-03 10:30"),
    ("morgen um 9 Uhr", "de-de", "2026-11-25 09:00"),
    ("jeudi 16h30", "fr-fr", "2026-11-26 16:30"),
    ("3 décembre à 10h", "fr-fr", "2026-12-03 10:00"),
    ("el viernes", "es-es", "2026-11-27"),
    ("thu by noon", "en-gb", "2026-11-26 12:00"),
    ("by close of business friday", "en-gb", "2026-11-27 17:00"),
    ("fri cob", "en-gb", "2026-11-27 17:00"),
    ("eod", "en-gb", "2026-11-24 17:00"),
    ("eod tomorrow", "en-gb", "2026-11-25 17:00"),
    ("end of day thursday", "en-gb", "2026-11-26 17:00"),
    ("end of November", "en-gb", "2026-11-30"),
    ("eow", "en-gb", "2026-11-27"),
    ("end of the year", "en-gb", "2026-12-31"),
    ("thu 16:00 Tokyo time", "en-gb", "2026-11-26 02:00"),
    ("thu 16.30", "en-gb", "2026-11-26 16:30"),
    ("at 16.30", "en-gb", "2026-11-24 16:30"),
    ("the day after tomorrow", "en-gb", "2026-11-26"),
    ("day after tomorrow 10am", "en-gb", "2026-11-26 10:00"),
    ("2 weeks from now", "en-gb", "2026-12-08"),
    ("1/2", "en-gb", "2027-02-01"),
    ("Wed morning 9am", "en-gb", "2026-11-25 09:00"),
    ("thu 7:30 this evening", "en-gb", "2026-11-26 19:30"),
    ("20:30", "en-gb", "2026-11-24 20:30"),
    ("4 in the afternoon", "en-gb", "2026-11-24 16:00"),
    ("17", "en-gb", "2026-11-24 17:00"),
    ("mon", "en-gb", "2026-11-30"),
    ("wed", "en-gb", "2026-11-25"),
    ("sun 10am", "en-gb", "2026-11-29 10:00"),
    ("sat", "en-gb", "2026-11-28"),
    ("by wed", "en-gb", "2026-11-25"),
    ("this friday", "en-gb", "2026-11-27"),
    ("this thursday", "en-gb", "2026-11-26"),
    ("20 Nov 2027", "en-gb", "2027-11-20"),
    ("thu 1600h", "en-gb", "2026-11-26 16:00"),
    ("Nov 24", "en-gb", "2026-11-24"),
    ("24/11/26", "en-gb", "2026-11-24"),
    ("24 Nov 2026", "en-gb", "2026-11-24"),
    ("24 November 2026", "en-gb", "2026-11-24"),
    ("Nov 24, 2026", "en-gb", "2026-11-24"),
    ("by friday latest", "en-gb", "2026-11-27"),
    ("friday at the latest", "en-gb", "2026-11-27"),
    ("no later than friday", "en-gb", "2026-11-27"),
    ("until friday", "en-gb", "2026-11-27"),
    ("tonight at 8", "en-gb", "2026-11-24 20:00"),
    ("in a fortnight", "en-gb", "2026-12-08"),
    ("in a month", "en-gb", "2026-12-24"),
    ("within a week", "en-gb", "2026-12-01"),
    ("3-12-2026", "en-gb", "2026-12-03"),
    ("3.12.2026", "en-gb", "2026-12-03"),
    ("03.12.2026", "en-gb", "2026-12-03"),
    ("12/31", "en-us", "2026-12-31"),
    ("Saturday 10:15am", "en-gb", "2026-11-28 10:15"),
    ("fri 5:45pm", "en-gb", "2026-11-27 17:45"),
    ("noon tomorrow", "en-gb", "2026-11-25 12:00"),
    ("close of play tomorrow", "en-gb", "2026-11-25 17:00"),
    ("Thu, 26 Nov, 4pm", "en-gb", "2026-11-26 16:00"),
    ("quarter past ten tomorrow morning", "en-gb", "2026-11-25 10:15"),
    ("Mittwoch", "de-de", "2026-11-25"),
    ("übermorgen", "de-de", "2026-11-26"),
    ("vendredi", "fr-fr", "2026-11-27"),
    ("demain à 9h", "fr-fr", "2026-11-25 09:00"),
    ("mañana", "es-es", "2026-11-25"),
    ("venerdì", "it-it", "2026-11-27"),
    ("morgen", "nl-nl", "2026-11-25"),
    ("vrijdag 16:00", "nl-nl", "2026-11-27 16:00"),
    ("3 grudnia", "pl-pl", "2026-12-03"),
    ("3 grudnia 10:30", "pl-pl", "2026-12-03 10:30"),
    ("3 de dezembro de 2026", "pt-br", "2026-12-03"),
    ("tomorrow 4pm", "pt-br", "2026-11-25 16:00"),
    ("3. prosince", "cs-cz", "2026-12-03"),
    ("3/12", "pl-pl", "2026-12-03"),
    ("3 december", "sv-se", "2026-12-03"),
    ("month end", "en-gb", "2026-11-30"),
    ("by year end", "en-gb", "2026-12-31"),
    ("eom", "en-gb", "2026-11-30"),
    ("end of next month", "en-gb", "2026-12-31"),
    ("0800 tomorrow", "en-gb", "2026-11-25 08:00"),
]
ASKED = [
    ("noon", "en-gb", "That is over already. Write "),
    ("half past four", "en-gb", "Morning or afternoon? Write "),
    ("half 4", "en-gb", "Morning or afternoon? Write "),
    ("Tue 4pm NY time", "en-gb", "Today is Tuesday: this one o"),
    ("16:00 CET", "en-gb", "That is over already. Write "),
    ("4pm Paris time", "en-gb", "That is over already. Write "),
    ("10am PT", "en-gb", "That is over already. Write "),
    ("tue", "en-gb", "Today is Tuesday: this one o"),
    ("next friday", "en-gb", "The coming one or the one af"),
    ("next week", "en-gb", "On which day? Write one, suc"),
    ("soon", "en-gb", "On which day? Write one, suc"),
    ("asap", "en-gb", "On which day? Write one, suc"),
    ("later", "en-gb", "On which day? Write one, suc"),
    ("Tue or Wed", "en-gb", "This leaves a choice. Write "),
    ("Tue/Wed", "en-gb", "This leaves a choice. Write "),
    ("thu/fri", "en-gb", "This leaves a choice. Write "),
    ("between 3 and 5", "en-gb", "This leaves a choice. Write "),
    ("thu 3-5pm", "en-gb", "This leaves a choice. Write "),
    ("in the week of the 3rd", "en-gb", "On which day? Write one, suc"),
    ("31 Feb", "en-gb", "There is no such day. Write "),
    ("30/2", "en-gb", "There is no such day. Write "),
    ("3/12", "en", "Day or month first? Write th"),
    ("tue 4", "en-gb", "Today is Tuesday: this one o"),
    ("thu 4", "en-gb", "Morning or afternoon? Write "),
    ("at 4", "en-gb", "Morning or afternoon? Write "),
    ("4:30", "en-gb", "Morning or afternoon? Write "),
    ("thu 4:30", "en-gb", "Morning or afternoon? Write "),
    ("today 9am", "en-gb", "That is over already. Write "),
    ("midnight", "en-gb", "Midnight belongs to two days"),
    ("12 noon", "en-gb", "That is over already. Write "),
    ("may", "en-gb", "Not understood. Write a day "),
    ("in march", "en-gb", "Not understood. Write a day "),
    ("by march", "en-gb", "On which day? Write one, suc"),
    ("Friday the 5th", "en-gb", "5 December 2026 is a Saturda"),
    ("tomorrow at 4", "en-gb", "Morning or afternoon? Write "),
    ("Thu 4 pm IST", "en-gb", "Which time zone is that? Nam"),
    ("Thu 4pm CST", "en-gb", "Which time zone is that? Nam"),
    ("tuesday week", "en-gb", "Today is Tuesday: this one o"),
    ("a week on tuesday", "en-gb", "Today is Tuesday: this one o"),
    ("in 2-3 weeks", "en-gb", "This leaves a choice. Write "),
    ("3 Nov 2026", "en-gb", "That is over already. Write "),
    ("yesterday", "en-gb", "That is over already. Write "),
    ("first thing tomorrow", "en-gb", "On which day? Write one, suc"),
    ("early next week", "en-gb", "On which day? Write one, suc"),
    ("Di 16 Uhr", "de-de", "Today is Tuesday: this one o"),
    ("nächste Woche", "de-de", "On which day? Write one, suc"),
    ("29 Feb", "en-gb", "There is no such day. Write "),
    ("in 500000 weeks", "en-gb", "Not understood. Write a day "),
    ("in 999 years", "en-gb", "That is too far away. Write "),
    ("around 4pm", "en-gb", "This leaves a choice. Write "),
    ("after 4pm", "en-gb", "This leaves a choice. Write "),
    ("before noon", "en-gb", "That is over already. Write "),
    ("5 minutes", "en-gb", "Not understood. Write a day "),
    ("4pm London", "en-gb", "That is over already. Write "),
    ("4pm Jan", "en-gb", "Not understood. Write a day "),
    ("16.30", "en-gb", "Not understood. Write a day "),
    ("by 3.12", "en-gb", "A day or a time? Write “3 De"),
    ("thu 25:00", "en-gb", "There is no such time. Write"),
    ("today at 5", "en-gb", "Morning or afternoon? Write "),
    ("0", "en-gb", "Midnight belongs to two days"),
    ("4", "en-gb", "Morning or afternoon? Write "),
    ("12am thu", "en-gb", "Midnight belongs to two days"),
    ("thu 00:00", "en-gb", "Midnight belongs to two days"),
    ("thu 4pm or 5pm", "en-gb", "This leaves a choice. Write "),
    ("Nov 24 at 9am", "en-gb", "That is over already. Write "),
    ("mon-wed", "en-gb", "This leaves a choice. Write "),
    ("2026-11-31", "en-gb", "There is no such day. Write "),
    ("thu 10", "en-gb", "Morning or afternoon? Write "),
    ("thu at 10", "en-gb", "Morning or afternoon? Write "),
    ("tomorrow first thing", "en-gb", "On which day? Write one, suc"),
    ("sometime tomorrow", "en-gb", "On which day? Write one, suc"),
    ("in a couple of days", "en-gb", "On which day? Write one, suc"),
    ("in a few days", "en-gb", "On which day? Write one, suc"),
    ("next month", "en-gb", "On which day? Write one, suc"),
    ("this week", "en-gb", "On which day? Write one, suc"),
    ("by the weekend", "en-gb", "On which day? Write one, suc"),
    ("before christmas", "en-gb", "On which day? Write one, suc"),
    ("2/30", "en-us", "There is no such day. Write "),
    ("Fri 26 Nov", "en-gb", "26 November 2026 is a Thursd"),
    ("hello", "en-gb", "Not understood. Write a day "),
    ("call back tue", "en-gb", "Not understood. Write a day "),
    ("CFO", "en-gb", "Not understood. Write a day "),
    ("13:75", "en-gb", "There is no such time. Write"),
    ("thu 13 pm", "en-gb", "There is no such time. Write"),
    ("100", "en-gb", "Not understood. Write a day "),
    ("tomorrow or friday", "en-gb", "This leaves a choice. Write "),
    ("now", "en-gb", "Not understood. Write a day "),
    ("do 3 grudnia", "pl-pl", "Not understood. Write a day "),
    ("31 de fevereiro", "pt-br", "There is no such day. Write "),
    ("3 xx", "xx", "Not understood. Write a day "),
    ("sometime next week", "en-gb", "On which day? Write one, suc"),
    ("beginning of December", "en-gb", "On which day? Write one, suc"),
    ("first week of December", "en-gb", "On which day? Write one, suc"),
    ("before the weekend", "en-gb", "On which day? Write one, suc"),
]


def read(text, *, now=NOW, zone=NEW_YORK, locale="en-gb", times=None) -> Due:
    return due.read(text, now=now, zone=zone, locale=locale, times=times)


@pytest.mark.parametrize(("text", "locale", "moment"), READ)
def test_it_reads(text, locale, moment):
    found = read(text, locale=locale)

    at = f" {found.due_time:%H:%M}" if found.due_time else ""
    assert f"{found.due_on}{at}" == moment
    assert found.time_zone == "America/New_York"


@pytest.mark.parametrize(("text", "locale", "reason"), ASKED)
def test_it_asks(text, locale, reason):
    with pytest.raises(UnclearDue) as asked:
        read(text, locale=locale)

    assert asked.value.text == text
    assert asked.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("day", "weekday"),
    list(enumerate("monday tuesday wednesday thursday friday saturday sunday".split(), start=23)),
)
def test_a_weekday_is_the_next_one_after_today(day, weekday):
    for today in range(23, 30):
        now = dt.datetime(2026, 11, today, 9, tzinfo=NEW_YORK)
        if today == day:
            with pytest.raises(UnclearDue, match="this one or the next"):
                read(weekday, now=now)
        else:
            found = read(weekday, now=now).due_on
            assert 0 < (found - now.date()).days < 7
            assert (found.day - day) % 7 == 0 or found.month == 12


@pytest.mark.parametrize("text", ["by the end of next week", "end of next week"])
def test_on_a_weekend_next_week_is_the_one_that_begins_on_monday(text):
    for day, friday in [
        (27, "2026-12-04"),
        (28, "2026-12-04"),
        (29, "2026-12-04"),
        (30, "2026-12-11"),
    ]:
        now = dt.datetime(2026, 11, day, 9, tzinfo=NEW_YORK)

        assert read(text, now=now).due_on.isoformat() == friday


def test_on_a_weekend_the_end_of_the_week_is_asked():
    with pytest.raises(UnclearDue, match="Which week"):
        read("by the end of the week", now=dt.datetime(2026, 11, 28, 9, tzinfo=NEW_YORK))


def test_the_words_of_the_day_are_preferences():
    times = {"lunch": dt.time(13), "eod": dt.time(18, 30), "morning": dt.time(8)}

    assert read("thu lunch", times=times).due_time == dt.time(13)
    assert read("thu cob", times=times).due_time == dt.time(18, 30)
    assert read("thu morning", times=times).due_time == dt.time(8)
    assert read("thu evening", times=times).due_time == dt.time(18)


@pytest.mark.parametrize(
    ("now", "text", "there"),
    [
        # In July “EST” is said of the clock on the wall, which then shows daylight time.
        ("2026-07-06 08:00", "thu 4pm EST", "2026-07-09 21:00"),
        ("2026-07-06 08:00", "thu 4pm EDT", "2026-07-09 21:00"),
        ("2026-01-05 08:00", "thu 4pm EST", "2026-01-08 21:00"),
        # The clocks of New York change on 8 March 2026, those of London on the 29th.
        ("2026-03-10 08:00", "thu 4pm NY time", "2026-03-12 20:00"),
        ("2026-07-06 08:00", "thu 16:00 UTC", "2026-07-09 17:00"),
        ("2026-07-06 08:00", "thu 16:00 UTC+3", "2026-07-09 14:00"),
        ("2026-07-06 08:00", "thu 9am Sydney time", "2026-07-09 00:00"),
        ("2026-07-06 08:00", "thu 4pm my time", "2026-07-09 16:00"),
        ("2026-07-06 08:00", "thu 4pm London time", "2026-07-09 16:00"),
        ("2026-07-06 08:00", "9 July 10am central european time", "2026-07-09 09:00"),
    ],
)
def test_a_time_in_another_zone_is_that_instant(now, text, there):
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=LONDON)

    found = read(text, now=moment, zone=LONDON)

    assert f"{found.due_on} {found.due_time:%H:%M}" == there
    assert found.time_zone == "Europe/London"


def test_a_day_that_differs_there_is_asked():
    evening = dt.datetime(2026, 11, 24, 20, tzinfo=NEW_YORK)

    with pytest.raises(UnclearDue, match="another day there"):
        read("tomorrow 9am Tokyo time", now=evening)


def test_a_time_that_the_clocks_skip_is_asked():
    with pytest.raises(UnclearDue, match="go forward"):
        read("28 March 2027 01:30", zone=LONDON)


def test_an_hour_that_comes_twice_counts_the_first_time():
    found = read("31 Oct 2027 01:30", zone=LONDON)

    assert local_time.to_utc(found.due_on, found.due_time, LONDON) == dt.datetime(
        2027, 10, 31, 0, 30, tzinfo=dt.UTC
    )


def test_an_instant_in_the_second_of_two_equal_hours_is_asked():
    with pytest.raises(UnclearDue, match="go back"):
        read("31 Oct 2027 01:30 UTC", zone=LONDON)


def test_hours_ahead_are_counted_in_real_time():
    before = dt.datetime(2027, 3, 28, 0, 30, tzinfo=LONDON)

    assert read("in 2 hours", now=before, zone=LONDON).due_time == dt.time(3, 30)


def test_now_may_come_in_any_zone():
    assert read("tomorrow", now=NOW.astimezone(dt.UTC)) == read("tomorrow")


def test_the_zone_may_be_a_name():
    assert read("tomorrow 4pm", zone="America/New_York") == read("tomorrow 4pm")


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                "tue thu may 4 4pm at by the 3rd next week in two 24 Nov 3/12 or - / , 16:00 EST end "
                "of month end month-end year half past "
                "noon 31 Feb lunch between and 99999 2026 am time Paris".split()
            ),
            max_size=8,
        ).map(" ".join),
    ),
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2028, 12, 31), timezones=st.just(dt.UTC)),
    st.sampled_from(["en-gb", "en-us", "en", "de-de", "fr-fr", "xx"]),
)
def test_any_text_is_asked_or_is_to_come(text, now, locale):
    try:
        found = read(text, now=now, locale=locale)
    except UnclearDue:
        return
    local = now.astimezone(NEW_YORK)
    assert local.date() <= found.due_on
    if found.due_time:
        moment = local_time.to_utc(found.due_on, found.due_time, NEW_YORK)
        assert moment >= now.replace(second=0, microsecond=0)
