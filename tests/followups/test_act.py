"""/act/<token>/: GET shows, POST does, twice is once, and nobody has to be signed in."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Preferences, User
from followups.links import LASTS, Link, Purpose
from followups.models import Promise, Reminder, Reschedule, UsedLink
from followups.reminders import replan_all
from tests.factories import (
    FirmFactory,
    MailFactory,
    PersonFactory,
    PromiseFactory,
    RecruiterFactory,
)
from tests.followups.conftest import utc
from tests.followups.delivering import at_once
from tests.followups.letters import (
    DUE,
    MINUTE,
    MONDAY,
    Words,
    html_of,
    promised,
    read,
    text_of,
    the_letter,
)
from tests.pages import errors_of, html, stopped_by_policy
from tests.test_isolation import rows_of

LINK = re.compile(r"http://127\.0\.0\.1:8000(/act/\S+/)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def recruiter(user):
    return RecruiterFactory(
        owner=user, name="Zebediah Pike", firm=FirmFactory(owner=user, name="Quillon")
    )


@pytest.fixture
def promise(user, recruiter, clock):
    """Mailed at its moment; the page is opened ten minutes before."""
    made = promised(user, recruiter=recruiter, firm=recruiter.firm)
    clock.move_to(DUE - 10 * MINUTE)
    return made


@pytest.fixture
def visitor(user):
    """A phone's mail program: no session, no cookie, and the checks of forms are on."""
    return Client(enforce_csrf_checks=True)


def path(purpose: Purpose, promise: Promise) -> str:
    return f"/act/{Link.about(purpose, promise, DUE).token}/"


def actions(response) -> list[str]:
    """Where the page's forms go."""
    return re.findall(r'<form[^>]* action="([^"]+)"', html(response))


def now_is(promise: Promise) -> Promise:
    return Promise.objects.of(promise.owner_id).get(pk=promise.pk)


def title(response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", html(response), re.DOTALL)
    assert found
    return found.group(1).strip()


def words(response) -> str:
    return Words(html(response)).text


# GET shows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", [Purpose.KEEP, Purpose.SNOOZE])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
def test_nothing_but_a_press_changes_anything(user, promise, visitor, purpose, method):
    before = rows_of(user)
    response = visitor.generic(method, path(purpose, promise))
    assert response.status_code == (200 if method in {"GET", "HEAD"} else 405)
    assert rows_of(user) == before
    assert not response.cookies


def test_it_shows_what_the_mail_says(promise, visitor):
    response = visitor.get(path(Purpose.KEEP, promise))
    assert title(response) == "Have you kept it?"
    for said in ("Two names for the interim role", "Zebediah Pike, Quillon", "Today", "at 17:00"):
        assert said in words(response)
    assert stopped_by_policy(response) == []


def test_its_first_words_and_its_tab_say_nothing(promise, visitor):
    for purpose in (Purpose.KEEP, Purpose.SNOOZE):
        page = html(visitor.get(path(purpose, promise)))
        assert "<title>Wordkeeper</title>" in page
        head = page.split('class="act__what')[0]
        assert not [name for name in ("Zebediah", "Quillon", "interim", "names") if name in head]


def test_its_page_is_kept_and_followed_and_shown_by_nobody(promise, visitor):
    response = visitor.get(path(Purpose.KEEP, promise))
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "og:" not in html(response)
    assert "<script" not in html(response)


def test_it_shows_neither_what_was_noted_nor_what_is_known(user, promise, visitor):
    promise.call = None
    promise.keep("Named Annabel Froome, who asks for 90,000", now=DUE)
    page = html(visitor.get(path(Purpose.KEEP, promise)))
    assert "Annabel" not in page
    assert "90,000" not in page
    assert "+44" not in page
    assert user.email not in page


def test_it_is_the_same_whoever_is_signed_in(promise, visitor, client, other):
    theirs = Client()
    theirs.force_login(other)
    address = path(Purpose.KEEP, promise)
    assert visitor.get(address).content == client.get(address).content
    assert visitor.get(address).content == theirs.get(address).content


def test_it_speaks_of_the_moment_on_its_readers_clock(user, promise, visitor):
    User.objects.filter(pk=user.pk).update(time_zone="America/New_York")
    assert "at 12:00" in words(visitor.get(path(Purpose.KEEP, promise)))


def test_it_asks_as_often_at_300_rows_as_at_3(user, promise, visitor):
    def ask() -> list[int]:
        counts = []
        for purpose in (Purpose.KEEP, Purpose.SNOOZE):
            with CaptureQueriesContext(connection) as captured:
                assert visitor.get(path(purpose, promise)).status_code == 200
            counts.append(len(captured))
        return counts

    before = ask()
    assert max(before) <= 6
    for number in range(60):
        UsedLink.note(user.pk, f"{number:064}", expires_at=DUE + LASTS, now=DUE)
        MailFactory(owner=user)
    Reschedule.objects.of(user).bulk_create(
        [
            Reschedule(owner=user, promise=promise, due_on=promise.due_on, time_zone="UTC")
            for _ in range(60)
        ]
    )
    PromiseFactory.create_batch(30, owner=user)
    assert ask() == before


def test_the_page_says_no_more_than_the_mail(visitor, user, promise):
    """A link is passed on as easily as a mail: no name of the user's people, no amount."""
    PersonFactory(owner=user, name="Tom Brandt")
    promise.what = "Send Tom Brandt's number"
    promise.save()
    page = visitor.get(path(Purpose.KEEP, promise))
    assert "Brandt" not in html(page)
    assert str(promise.get_kind_display()).capitalize() in html(page)


# POST does: kept ---------------------------------------------------------------------------------


def test_kept(promise, visitor):
    response = visitor.post(path(Purpose.KEEP, promise))
    assert response.status_code == 200
    assert title(response) == "Kept"
    assert "Kept on Thursday 5 March 2026 at 16:50." in words(response)
    kept = now_is(promise)
    assert (kept.state, kept.ended_at) == ("kept", DUE - 10 * MINUTE)
    assert not Reminder.across_owners.filter(cancelled_at=None)
    assert not response.cookies


def test_kept_late(promise, visitor, clock):
    clock.move_to(DUE + 60 * MINUTE)
    response = visitor.post(path(Purpose.KEEP, promise))
    assert "Kept late, on Thursday 5 March 2026 at 18:00." in words(response)
    assert now_is(promise).state == "kept_late"


def test_they_did(user, visitor, clock):
    theirs = promised(user, owed_by="them", kind="send_information")
    clock.move_to(DUE - MINUTE)
    assert title(visitor.get(path(Purpose.KEEP, theirs))) == "Have they done it?"
    response = visitor.post(path(Purpose.KEEP, theirs))
    assert title(response) == "They did"
    assert now_is(theirs).state == "kept"


def test_twice_is_once(promise, visitor, clock):
    address = path(Purpose.KEEP, promise)
    visitor.post(address)
    before = rows_of(promise.owner)
    clock.move_to(DUE + 60 * MINUTE)
    for response in (visitor.post(address), visitor.get(address)):
        assert response.status_code == 200
        assert title(response) == "Done already"
        assert "This link was used on Thursday 5 March 2026 at 16:50." in words(response)
        assert "Kept on Thursday 5 March 2026 at 16:50." in words(response)
        assert path(Purpose.KEEP, now_is(promise)) not in actions(response)
    assert rows_of(promise.owner) == before


def test_it_needs_no_cookie_and_no_token_of_a_session(promise):
    """A form on a page that tells no referrer is sent with “Origin: null”."""
    strict = Client(enforce_csrf_checks=True, headers={"Origin": "null"})
    assert strict.post(path(Purpose.KEEP, promise)).status_code == 200
    assert now_is(promise).state == "kept"


@pytest.mark.parametrize("how_many", [20])
def test_many_at_once_are_one(transactional_db, how_many, clock):
    from tests.factories import UserFactory

    user = UserFactory(email="many@example.org", time_zone="Europe/London")
    promise = promised(user)
    clock.move_to(DUE - 10 * MINUTE)
    addresses = [path(Purpose.KEEP, promise), path(Purpose.SNOOZE, promise)]
    answers = at_once(
        how_many,
        lambda number: Client().post(addresses[number % 2], {"until": "tomorrow"}).status_code,
    )
    # The first that comes wins; the others of its kind find it done, those of the other changed.
    assert sorted(answers) == [200] * (how_many // 2) + [409] * (how_many // 2)
    assert UsedLink.across_owners.count() == 1
    now = now_is(promise)
    assert now.revision == promise.revision + 1
    moved = Reschedule.across_owners.count()
    assert (now.state, moved) in {("kept", 0), ("open", 1)}


def test_many_pages_of_one_link_at_once_are_one(transactional_db, clock):
    from tests.factories import UserFactory

    user = UserFactory(email="many@example.org", time_zone="Europe/London")
    promise = promised(user)
    clock.move_to(DUE - 10 * MINUTE)
    first = Link.about(Purpose.SNOOZE, promise, DUE)
    replan_all(user)
    anew = first.anew(now_is(promise))
    answers = at_once(
        20,
        lambda number: (
            Client().post(f"/act/{anew.token}/", {"until": "hour"}).status_code,
            number,
        ),
    )
    assert {status for status, _number in answers} == {200}
    assert Reschedule.across_owners.count() == UsedLink.across_owners.count() == 1
    assert Client().post(f"/act/{first.token}/", {"until": "hour"}).status_code == 200
    assert Reschedule.across_owners.count() == 1


def test_kept_with_what_came_of_it(user, visitor, clock):
    promise = promised(user, kind="send_names")
    clock.move_to(DUE - MINUTE)
    address = path(Purpose.KEEP, promise)
    assert "Kept, called: no names came to mind" in words(visitor.get(address))
    response = visitor.post(address, {"said": "no_names"})
    assert (response.status_code, title(response)) == (200, "Kept")
    kept = now_is(promise)
    assert (kept.state, kept.outcome) == ("kept", "called: no names came to mind")
    assert visitor.post(address, {"said": "named"}).status_code == 200
    assert now_is(promise).outcome == "called: no names came to mind"


def test_what_they_did_is_said_of_them(user, visitor, clock):
    theirs = promised(user, owed_by="them", kind="send_information")
    clock.move_to(DUE - MINUTE)
    assert "They sent it" in words(visitor.get(path(Purpose.KEEP, theirs)))
    visitor.post(path(Purpose.KEEP, theirs), {"said": "sent"})
    assert now_is(theirs).outcome == "they sent it"


def test_an_outcome_of_another_kind_is_none(promise, visitor):
    address = path(Purpose.KEEP, promise)
    before = rows_of(promise.owner)
    response = visitor.post(address, {"said": "no_names"})
    assert response.status_code == 422
    assert "Nothing was done" in words(response)
    assert rows_of(promise.owner) == before
    assert visitor.post(actions(response)[0]).status_code == 200


# Undo --------------------------------------------------------------------------------------------


def test_a_slip_is_taken_back(promise, visitor):
    address = path(Purpose.KEEP, promise)
    (undo,) = actions(visitor.post(address))
    assert title(visitor.get(undo)) == "Open it again?"
    assert now_is(promise).state == "kept"
    response = visitor.post(undo)
    assert (response.status_code, title(response)) == (200, "Open again")
    assert now_is(promise).is_open
    assert Reminder.across_owners.filter(cancelled_at=None).exists()
    # Once: neither link does anything more.
    again = [visitor.post(undo), visitor.post(address), visitor.get(undo), visitor.get(address)]
    for response in again:
        assert (response.status_code, title(response)) == (200, "Done already")
        assert actions(response) == []
    assert now_is(promise).is_open


def test_the_way_back_is_found_again_by_the_same_link(promise, visitor):
    visitor.post(path(Purpose.KEEP, promise))
    (undo,) = actions(visitor.get(path(Purpose.KEEP, promise)))
    visitor.post(undo)
    assert now_is(promise).is_open


def test_what_was_kept_in_the_app_is_not_taken_back_by_mail(promise, visitor):
    promise.keep(now=DUE)
    response = visitor.get(path(Purpose.KEEP, promise))
    assert title(response) == "It has ended already"
    assert actions(response) == []
    undo = Link.about(Purpose.UNDO, now_is(promise), DUE).token
    assert visitor.post(f"/act/{undo}/").status_code == 409
    assert not now_is(promise).is_open


def test_reopened_in_the_app_the_link_does_nothing_more(promise, visitor):
    address = path(Purpose.KEEP, promise)
    visitor.post(address)
    now_is(promise).reopen()
    for response in (visitor.post(address), visitor.get(address)):
        assert title(response) == "Done already"
        assert actions(response) == []
    assert now_is(promise).is_open


# Snooze ------------------------------------------------------------------------------------------


def test_snooze_offers_what_it_means(promise, visitor):
    page = words(visitor.get(path(Purpose.SNOOZE, promise)))
    assert "An hour later 18:00" in page
    assert "Tomorrow Fri 6 Mar, 17:00" in page


@pytest.mark.parametrize("until", ["hour", "tomorrow", "pick"])
def test_the_one_that_was_pressed_in_the_mail_stands_out(promise, visitor, until):
    page = html(visitor.get(path(Purpose.SNOOZE, promise) + f"?until={until}"))
    (strong,) = re.findall(r'class="button[^"]* primary"[^>]*>(?:<span>)?([^<]+)', page)
    assert (
        strong.strip() == {"hour": "An hour later", "tomorrow": "Tomorrow", "pick": "Move"}[until]
    )


@pytest.mark.parametrize(
    ("data", "due"),
    [
        ({"until": "hour"}, utc("2026-03-05 18:00")),
        ({"until": "tomorrow"}, utc("2026-03-06 17:00")),
        ({"due_on": "2026-04-01", "due_time": "09:30"}, utc("2026-04-01 08:30")),
        ({"due_on": "2026-03-09", "due_time": ""}, utc("2026-03-10 00:00")),
    ],
)
def test_snoozed(promise, visitor, data, due):
    address = path(Purpose.SNOOZE, promise)
    response = visitor.post(address, data)
    assert (response.status_code, title(response)) == (200, "Moved")
    moved = now_is(promise)
    assert (moved.due_utc, moved.is_open) == (due, True)
    assert Reschedule.objects.of(promise.owner).count() == 1
    again = visitor.post(address, {"until": "tomorrow"})
    assert (again.status_code, title(again)) == (200, "Done already")
    assert now_is(promise).due_utc == due


def test_an_hour_is_counted_from_now(promise, visitor, clock):
    clock.move_to(DUE + 3 * 60 * MINUTE + 7 * MINUTE)
    visitor.post(path(Purpose.SNOOZE, promise), {"until": "hour"})
    assert now_is(promise).due_utc == DUE + 4 * 60 * MINUTE + 7 * MINUTE


def test_tomorrow_is_where_the_user_is(user, promise, visitor, clock):
    User.objects.filter(pk=user.pk).update(time_zone="Asia/Tokyo")
    replan_all(user)
    clock.move_to(DUE)  # in Tokyo the 6th, 02:00
    visitor.post(path(Purpose.SNOOZE, now_is(promise)), {"until": "tomorrow"})
    moved = now_is(promise)
    assert (moved.due_on, moved.due_time, moved.time_zone) == (
        dt.date(2026, 3, 7),
        dt.time(2),
        "Asia/Tokyo",
    )


@pytest.mark.parametrize(
    ("data", "field", "said"),
    [
        ({}, "due_on", "Say until which day."),
        ({"due_on": "soon"}, "due_on", "valid date"),
        ({"due_on": "2026-03-01"}, "due_on", "That is over already."),
        ({"due_on": "2026-03-05", "due_time": "16:00"}, "due_on", "That is over already."),
        ({"due_on": "2026-03-29", "due_time": "01:30"}, "due_time", "the clocks go forward"),
        ({"due_on": "2300-01-01"}, "due_on", "between 1970 and 2199"),
        ({"until": "doomsday"}, "until", "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_said_in_words(promise, visitor, data, field, said):
    before = rows_of(promise.owner)
    response = visitor.post(path(Purpose.SNOOZE, promise), data)
    assert response.status_code == 422
    assert said in " ".join(errors_of(response)[field])
    assert said in words(response)
    assert rows_of(promise.owner) == before
    # The link is not used up by that.
    where = actions(response)[0]
    assert visitor.post(where, {"until": "hour"}).status_code == 200


# Changed meanwhile -------------------------------------------------------------------------------


def moved(promise: Promise) -> Promise:
    promise.snooze(due_on=dt.date(2026, 3, 6), due_time=dt.time(9), time_zone="Europe/London")
    return promise


def test_moved_meanwhile_it_says_so_and_asks_anew(promise, visitor):
    address = path(Purpose.KEEP, promise)
    moved(promise)
    response = visitor.post(address)
    assert response.status_code == 409
    assert title(response) == "It has changed meanwhile"
    assert "Nothing was done." in words(response)
    assert now_is(promise).is_open
    response = visitor.get(address)
    assert "was due on Thursday 5 March 2026 at 17:00" in words(response)
    assert "Tomorrow, Friday 6 March at 09:00" in words(response)
    (anew,) = actions(response)
    assert anew != address
    assert title(visitor.post(anew)) == "Kept"
    assert title(visitor.post(address)) == "Done already"


def test_what_is_asked_anew_lives_no_longer(promise, visitor, clock):
    address = path(Purpose.KEEP, promise)
    moved(promise)
    clock.move_to(DUE + LASTS - MINUTE)
    (anew,) = actions(visitor.get(address))
    clock.move_to(DUE + LASTS)
    assert visitor.post(anew).status_code == visitor.post(address).status_code == 404
    assert now_is(promise).is_open


@pytest.mark.parametrize("purpose", [Purpose.KEEP, Purpose.SNOOZE])
def test_other_settings_make_no_dead_end(user, promise, visitor, purpose):
    address = path(purpose, promise)
    replan_all(user)
    response = visitor.get(address)
    assert "Moved:" not in words(response)
    where = actions(response)[0]
    assert visitor.post(where, {"until": "hour"}).status_code == 200
    assert now_is(promise).state == "kept" or now_is(promise).due_utc != DUE


def test_ended_meanwhile_it_says_how(promise, visitor):
    for purpose in (Purpose.KEEP, Purpose.SNOOZE):
        address = path(purpose, promise)
        ended = now_is(promise)
        if ended.is_open:
            ended.release(now=DUE)
        response = visitor.get(address)
        assert title(response) == "It has ended already"
        assert "Released on Thursday 5 March 2026 at 17:00." in words(response)
        assert actions(response) == []
        assert visitor.post(address, {"until": "hour"}).status_code == 409
        assert now_is(promise).state == "released"


def test_what_the_mail_did_not_say_its_link_does_not_show(user, promise, visitor):
    address = path(Purpose.KEEP, promise)
    promise.what = "Ask Annabel Froome"
    promise.recruiter = RecruiterFactory(owner=user, name="Mortimer Vale")
    promise.save()
    response = visitor.get(address)
    assert not [word for word in ("Annabel", "Mortimer", "interim") if word in html(response)]
    assert "was changed after the mail was written" in words(response)
    (anew,) = actions(response)
    assert title(visitor.post(anew)) == "Kept"


def test_a_day_that_was_picked_stays_picked(promise, visitor):
    address = path(Purpose.SNOOZE, promise)
    moved(promise)
    response = visitor.post(address, {"due_on": "2026-04-01", "due_time": "09:30"})
    assert response.status_code == 409
    page = html(response)
    assert 'value="2026-04-01"' in page
    assert 'value="09:30"' in page
    assert "was due on Thursday 5 March 2026 at 17:00" in words(response)
    assert "In Europe/London." in words(response)
    (strong,) = re.findall(r'class="button[^"]* primary"[^>]*>(?:<span>)?([^<]+)', page)
    assert strong == "Move"
    again = visitor.post(actions(response)[-1], {"due_on": "2026-04-01", "due_time": "09:30"})
    assert (again.status_code, title(again)) == (200, "Moved")
    assert now_is(promise).due_utc == utc("2026-04-01 08:30")


def test_a_moment_that_was_pressed_is_offered_anew(promise, visitor):
    address = path(Purpose.SNOOZE, promise)
    moved(promise)
    response = visitor.post(address, {"until": "tomorrow"})
    assert response.status_code == 409
    # Of another day by now: the page offers what the press would mean.
    assert 'value="2026-03-07"' in html(response)
    assert visitor.post(actions(response)[0], {"until": "tomorrow"}).status_code == 200


def test_something_else_that_was_changed_is_said(promise, visitor):
    address = path(Purpose.KEEP, promise)
    promise.phone = "+442079460000"
    promise.save()
    response = visitor.post(address)
    assert response.status_code == 409
    assert "something else of it was changed" in words(response)
    assert title(visitor.post(actions(response)[0])) == "Kept"


def test_what_was_moved_from_the_same_mail_is_said(promise, visitor, clock):
    keep, snooze = path(Purpose.KEEP, promise), path(Purpose.SNOOZE, promise)
    visitor.post(snooze, {"until": "tomorrow"})
    clock.move_to(DUE)
    before = rows_of(promise.owner)
    response = visitor.post(keep)
    assert (response.status_code, title(response)) == (409, "You moved it from this mail")
    assert "Nothing was done" not in words(response)
    assert "Tomorrow, Friday 6 March at 17:00" in words(response)
    assert "You moved it there from this mail;" in words(response)
    assert rows_of(promise.owner) == before
    shown = visitor.get(keep)
    assert title(shown) == "Have you kept it?"
    assert "You moved it there from this mail;" in words(shown)
    (anew,) = actions(response)
    assert title(visitor.post(anew)) == "Kept"
    assert title(visitor.post(keep)) == "Done already"


def test_moved_from_the_mail_and_then_in_the_app(promise, visitor):
    visitor.post(path(Purpose.SNOOZE, promise), {"until": "tomorrow"})
    moved(now_is(promise))
    response = visitor.post(path(Purpose.KEEP, promise))
    assert "You moved it from this mail, and it was changed once more since." in words(response)


# Nothing to open ---------------------------------------------------------------------------------


def test_whatever_is_wrong_the_answer_is_the_same(user, other, promise, visitor, clock):
    good = Link.about(Purpose.KEEP, promise, DUE)
    trashed = PromiseFactory(owner=user)
    trashed_link = path(Purpose.KEEP, trashed)
    trashed.trash()
    gone = PromiseFactory(owner=user)
    gone_link = path(Purpose.KEEP, gone)
    gone.delete()
    switched_off = path(Purpose.KEEP, promised(other))
    User.objects.filter(pk=other.pk).update(is_active=False)
    addresses = [
        "/act/unknown/",
        f"/act/{good.token[:-1]}B/",
        f"/act/s{good.token[1:]}/",
        trashed_link,
        gone_link,
        switched_off,
        f"/act/{Link.about(Purpose.KEEP, promise, DUE - LASTS - 10 * MINUTE).token}/",
        f"/act/{Link.to_mute(987_654, DUE).token}/",
        f"/act/{'k' * 3000}/",
        "/act/k.é.%00.1/",
    ]
    before = rows_of(user), rows_of(other)
    for method in ("GET", "POST"):
        answers = [visitor.generic(method, address) for address in addresses]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert (rows_of(user), rows_of(other)) == before
    assert title(answers[0]) == "This link opens nothing"
    assert visitor.get(path(Purpose.KEEP, promise)).status_code == 200


def test_it_tells_nothing_before_there_is_an_account(db, settings):
    response = Client().get("/act/unknown/")
    assert response.status_code == 404


def test_it_is_over_at_the_exact_moment(promise, visitor, clock):
    address = path(Purpose.KEEP, promise)
    clock.move_to(DUE + LASTS - dt.timedelta(seconds=1))
    assert visitor.get(address).status_code == 200
    clock.move_to(DUE + LASTS)
    assert visitor.get(address).status_code == visitor.post(address).status_code == 404
    assert now_is(promise).is_open


def test_anothers_promise_is_out_of_reach(user, other, promise, visitor):
    """Each user's link moves that user's promise, and no part of it can be exchanged."""
    theirs = promised(other)
    mine = Link.about(Purpose.KEEP, promise, DUE).token.split(".")
    their = Link.about(Purpose.KEEP, theirs, DUE).token.split(".")
    before = rows_of(user), rows_of(other)
    for place in range(len(mine)):
        if mine[place] != their[place]:
            mixed = ".".join([*mine[:place], their[place], *mine[place + 1 :]])
            assert visitor.post(f"/act/{mixed}/").status_code == 404
    assert (rows_of(user), rows_of(other)) == before


# From a real mail --------------------------------------------------------------------------------


def test_the_links_of_a_mail_answer(user, recruiter, visitor, client):
    promise = promised(user, recruiter=recruiter)
    message = read(the_letter(user))
    with time_machine.travel(DUE + MINUTE, tick=False):
        paths = LINK.findall(text_of(message))
        assert [one[:7] for one in paths] == ["/act/k.", "/act/s.", "/act/m."]
        linked = [
            link.removeprefix("http://127.0.0.1:8000")
            for link in Words(html_of(message)).links
            if link.startswith("http")
        ]
        assert set(paths) <= {link.split("?")[0] for link in linked}
        for link in linked:
            assert client.get(link).status_code == 200, link
            if "/act/" in link:
                assert visitor.get(link).status_code == 200
            else:
                assert visitor.get(link).headers["Location"].startswith("/sign-in/?next=")
        assert title(visitor.post(actions(visitor.get(paths[0]))[0])) == "Kept"
    assert now_is(promise).state == "kept"


def test_the_call_sheet_of_the_mail_knows_who_it_was(user, recruiter, client):
    promised(user, recruiter=recruiter)
    text = text_of(read(the_letter(user)))
    found = re.search(r"Log the call now: http://127\.0\.0\.1:8000(\S+)", text)
    assert found
    assert "Zebediah Pike" in html(client.get(found.group(1)))


def test_every_promise_of_a_digest_has_its_own_links(user, visitor):
    promises = [promised(user, due_time=None) for _ in range(3)]
    Preferences.objects.of(user).update(discreet_mail=False)
    text = text_of(read(the_letter(user, utc("2026-03-05 08:00"))))
    keep = [one for one in LINK.findall(text) if one.startswith("/act/k.")]
    assert len(set(keep)) == 3
    with time_machine.travel(DUE, tick=False):
        visitor.post(keep[1])
    assert [now_is(one).is_open for one in promises].count(False) == 1
    assert timezone.now() == MONDAY
