"""What waits, what went, and what needs a look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Preferences, User
from followups.models import Mail, Mailer, Reminder
from followups.reminders import replan_all
from tests.addresses import check_refusals
from tests.factories import MailFactory, PromiseFactory
from tests.pages import html, without_token

LIST = "/reminders/"


def sent(user: User, what: str, **values: Any) -> Mail:
    """A mail with one reminder of a promise, as the engine would leave it."""
    promise = PromiseFactory(owner=user, what=what)
    mail = MailFactory(owner=user, kind="reminder", **values)
    first = promise.reminders.order_by("due_utc")[0]
    Reminder.objects.of(user).filter(pk=first.pk).update(mail=mail)
    return mail


def test_it_shows_what_waits_soonest_first(client: Client, user: User) -> None:
    PromiseFactory(owner=user, what="two names")
    PromiseFactory(owner=user, what="let go").release()
    rows = list(client.get(LIST).context["page"])
    assert {row.promise.what for row in rows} == {"two names"}
    assert [row.due_utc for row in rows] == sorted(row.due_utc for row in rows)


def test_it_shows_what_went(client: Client, user: User) -> None:
    sent(user, "two names", state="sent", sent_at=timezone.now())
    sent(user, "not yet", state="scheduled")
    response = client.get(LIST, {"show": "gone"})
    assert [row.promise.what for row in response.context["page"]] == ["two names"]
    assert "Two names" in html(response)


def test_it_shows_the_next_of_each_promise_and_how_many_follow(client: Client, user: User) -> None:
    for what in ("two names", "a résumé"):
        PromiseFactory(owner=user, what=what)
    waiting = Reminder.objects.of(user).not_gone()
    response = client.get(LIST)
    rows = list(response.context["page"])
    assert sorted(row.promise.what for row in rows) == ["a résumé", "two names"]
    for row in rows:
        of_it = waiting.filter(promise=row.promise).order_by("due_utc", "pk")
        assert row == of_it.first()
        assert row.later == of_it.count() - 1 > 1
        words = f'?promise={row.promise_id}&amp;show=waiting">and {row.later} later</a>'
        assert words in html(response)
    alone = client.get(LIST, {"promise": rows[0].promise_id, "show": "waiting"})
    assert len(alone.context["page"]) == rows[0].later + 1
    assert "later</a>" not in html(alone)


@pytest.mark.parametrize("state", ["failed", "held"])
def test_it_shows_what_needs_a_look_above(client: Client, user: User, state: str) -> None:
    mail = sent(user, "two names", state=state, answer="550 no such mailbox")
    settled = sent(user, "seen", state=state, settled_at=timezone.now())
    response = client.get(LIST)
    assert response.context["troubled"] == [mail]
    assert mail.get_absolute_url() in html(response)
    assert settled.get_absolute_url() not in html(response)


def test_it_shows_what_was_kept_here(client: Client, user: User) -> None:
    mail = sent(user, "two names", state="kept", sent_at=timezone.now(), subject="Reminder: 18:00")
    response = client.get(LIST)
    assert response.context["kept"] == [mail]
    assert "Reminder: 18:00" in html(response)


@pytest.mark.parametrize("query", ["?page=abc", "?page=-1", "?page=99", "?show=x", "?show=\x00"])
def test_it_shows_something_for_any_query(client: Client, user: User, query: str) -> None:
    PromiseFactory(owner=user, what="two names")
    assert "Two names" in html(client.get(LIST + query))


# What is said of each -----------------------------------------------------------------------------

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)  # 13:00 in London, a Wednesday
DUE = {"due_on": dt.date(2026, 7, 1), "due_time": dt.time(18)}


@pytest.fixture
def at_noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def asked(at_noon: Any, user: User) -> Client:
    """Signed in at that noon: a session begun later would be from the future."""
    browser = Client()
    browser.force_login(user)
    return browser


def words(client: Client, **query: object) -> list[str]:
    return [proof.words for proof in client.get(LIST, query).context["proofs"]]


def test_what_waits_for_its_time_is_planned_and_no_more(asked: Client, user: User) -> None:
    PromiseFactory(owner=user, **DUE)
    assert words(asked)[0] == ""
    assert "planned" in html(asked.get(LIST))


def test_it_says_what_waits_for_the_end_of_quiet_hours(asked: Client, user: User) -> None:
    PromiseFactory(owner=user, due_on=dt.date(2026, 7, 2), due_time=dt.time(7, 5))
    lead = words(asked)[0]
    assert lead == (
        "It waits for the end of your quiet hours: its time would be 2 July 2026, 06:50:00."
    )


def test_it_says_what_a_paused_mailer_holds_up(asked: Client, user: User) -> None:
    PromiseFactory(owner=user, **DUE)
    Mailer.load().pause("535 who is <ann>?", NOW)
    said = words(asked)[0]
    assert "Mail is paused since 1 July 2026, 13:00:00; the server is tried again 1 July" in said
    assert "535 who is <ann>?" in said
    User.objects.filter(pk=user.pk).update(is_founder=False)
    assert "535" not in words(asked)[0]


def test_it_says_that_mails_are_off(asked: Client, user: User) -> None:
    PromiseFactory(owner=user, **DUE)
    Preferences.objects.of(user).update(muted_at=NOW)
    assert "off since 1 July 2026, 13:00:00: it will be kept here" in words(asked)[0]


def test_it_says_what_is_due_and_not_taken_up(asked: Client, user: User, at_noon: Any) -> None:
    PromiseFactory(owner=user, **DUE)
    at_noon.shift(dt.timedelta(hours=6))
    assert words(asked)[0] == "It is due, and not taken up yet."


def test_it_says_when_the_next_try_is_and_why(asked: Client, user: User) -> None:
    sent(
        user,
        "two names",
        state="scheduled",
        attempts=2,
        answer="451 greylisted",
        not_before=NOW + dt.timedelta(minutes=5),
    )
    said = "Not gone after 2 tries; the next is 1 July 2026, 13:05:00."
    assert said in words(asked)
    assert "451 greylisted" in html(asked.get(LIST))


def test_it_proves_what_went(asked: Client, user: User) -> None:
    mail = sent(
        user,
        "two names",
        state="sent",
        sent_at=NOW,
        recipient="ann@work.example",
        answer="250 2.0.0 queued as 4F1c",
    )
    Reminder.objects.of(user).filter(mail=mail).update(due_utc=NOW - dt.timedelta(seconds=3))
    response = asked.get(LIST, {"show": "gone"})
    assert words(asked, show="gone") == [
        "Went 1 July 2026, 13:00:00 to ann@work.example, 3 seconds after its time."
    ]
    page = html(response)
    assert "250 2.0.0 queued as 4F1c" in page
    assert escape(mail.message_id) in page


def test_it_says_what_may_have_arrived_twice(asked: Client, user: User) -> None:
    sent(user, "two names", state="sent", sent_at=NOW, ambiguous=True)
    assert words(asked, show="gone")[0].endswith("arrived twice, under the same Message-ID.")


@pytest.mark.parametrize(
    ("ambiguous", "said"),
    [(False, "Held for you: it has not been sent."), (True, "Held for you: it may have arrived")],
)
def test_it_says_what_is_held(asked: Client, user: User, ambiguous: bool, said: str) -> None:
    sent(user, "two names", state="held", ambiguous=ambiguous)
    assert words(asked, show="gone")[0].startswith(said)


def why(client: Client, occasion: str = "due") -> str:
    proofs = client.get(LIST, {"show": "cancelled"}).context["proofs"]
    (said,) = [proof.words for proof in proofs if proof.reminder.occasion == occasion]
    return said.split(": ", 1)[1]


def test_it_says_that_the_promise_had_ended(asked: Client, user: User, at_noon: Any) -> None:
    promise = PromiseFactory(owner=user, **DUE)
    at_noon.shift(dt.timedelta(minutes=1))
    promise.keep()
    assert why(asked) == "the promise had ended (kept)."


def test_it_says_that_the_promise_was_moved(asked: Client, user: User, at_noon: Any) -> None:
    promise = PromiseFactory(owner=user, **DUE)
    at_noon.shift(dt.timedelta(minutes=1))
    promise.snooze(due_on=promise.due_on, due_time=dt.time(20), time_zone=promise.time_zone)
    assert why(asked) == "the promise was moved; planned anew for 1 July 2026, 20:00:00."


def test_it_says_that_it_was_planned_anew(asked: Client, user: User, at_noon: Any) -> None:
    promise = PromiseFactory(owner=user, **DUE)
    at_noon.shift(dt.timedelta(minutes=1))
    promise.what = "Two names"
    promise.save()
    assert why(asked).startswith("planned anew for the same moment")


def test_it_says_that_the_digest_takes_its_place(asked: Client, user: User, at_noon: Any) -> None:
    PromiseFactory(owner=user, due_on=dt.date(2026, 7, 3), due_time=dt.time(18))
    at_noon.shift(dt.timedelta(minutes=1))
    Preferences.objects.of(user).update(digest_only=True)
    replan_all(user)
    assert why(asked) == "the morning digest of 3 July 2026, 08:00:00 takes its place."


# Which of them ------------------------------------------------------------------------------------


def test_it_shows_those_of_one_promise(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user, what="two names")
    PromiseFactory(owner=user, what="another")
    response = client.get(LIST, {"promise": promise.pk})
    assert response.context["show"] == "all"
    assert {row.promise for row in response.context["page"]} == {promise}
    assert "Another" not in html(response)
    assert f"?promise={promise.pk}&amp;show=gone" in html(response)


def test_it_does_not_find_the_promise_of_somebody_else(
    client: Client, user: User, other: User
) -> None:
    trashed = PromiseFactory(owner=user)
    trashed.trash()
    unknown = client.get(LIST, {"promise": 987_654_321})
    for asked in (PromiseFactory(owner=other).pk, trashed.pk, "", "x", "²", "9" * 400, "\x00"):
        response = client.get(LIST, {"promise": asked})
        assert response.status_code == unknown.status_code == 404
        assert without_token(response) == without_token(unknown)


def test_it_shows_nothing_of_what_is_in_the_trash(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user, what="two names")
    promise.trash()
    for show in ("waiting", "gone", "cancelled", "trouble", "all"):
        assert "Two names" not in html(client.get(LIST, {"show": show}))


def test_it_pages_within_what_is_shown(client: Client, user: User) -> None:
    promise = PromiseFactory(owner=user)
    for _ in range(12):
        promise.save()
    page = html(client.get(LIST, {"show": "cancelled", "promise": promise.pk}))
    assert f"?promise={promise.pk}&amp;show=cancelled&amp;page=2" in page
    assert "?show=cancelled&amp;page=2" in html(client.get(LIST, {"show": "cancelled"}))


def test_it_shows_what_needs_a_look_of_one_promise(client: Client, user: User) -> None:
    mail = sent(user, "two names", state="held")
    sent(user, "another", state="held")
    promise = mail.reminders.get().promise
    Reminder.objects.of(user).filter(promise=promise).update(mail=mail)
    response = client.get(LIST, {"promise": promise.pk, "show": "trouble"})
    assert list(response.context["page"]) == [mail]


@pytest.mark.parametrize("show", ["waiting", "gone", "cancelled", "trouble", "all"])
def test_it_says_that_there_is_nothing(client: Client, show: str) -> None:
    assert 'class="empty"' in html(client.get(LIST, {"show": show}))


@pytest.mark.parametrize("show", ["waiting", "gone", "cancelled", "trouble", "all"])
def test_it_asks_as_often_for_many(client: Client, user: User, other: User, show: str) -> None:
    theirs = Client()
    theirs.force_login(other)
    counts = []
    for owner, browser, count in ((user, client, 2), (other, theirs, 12)):
        for number in range(count):
            promise = PromiseFactory(owner=owner)
            promise.snooze(
                due_on=promise.due_on, due_time=dt.time(18), time_zone=promise.time_zone
            )
            sent(owner, "went", state="sent", sent_at=timezone.now())
            sent(owner, "held", state="held" if number % 2 else "failed")
        with CaptureQueriesContext(connection) as captured:
            browser.get(LIST, {"show": show})
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


# Many at once -------------------------------------------------------------------------------------


def troubled(user: User) -> list[Mail]:
    return [MailFactory(owner=user, state=state) for state in ("held", "held", "failed")]


def states(user: User) -> list[tuple[str, bool]]:
    rows = Mail.objects.of(user).order_by("pk")
    return [(row.state, row.settled_at is not None) for row in rows]


def test_it_offers_what_needs_a_look_to_be_chosen(client: Client, user: User) -> None:
    mails = troubled(user)
    page = html(client.get(LIST, {"show": "trouble"}))
    assert "Send all 2 held" in page
    for mail in mails:
        assert f'name="mail" value="{mail.pk}"' in page


def test_it_sends_the_chosen(client: Client, user: User) -> None:
    mails = troubled(user)
    response = client.post(LIST, {"do": "send", "mail": [mails[0].pk, mails[2].pk]})
    assert response.headers["Location"] == LIST
    assert states(user) == [("scheduled", False), ("held", False), ("scheduled", False)]


def test_it_sets_the_chosen_aside(client: Client, user: User) -> None:
    mails = troubled(user)
    client.post(LIST, {"do": "settle", "mail": mails[1].pk})
    assert states(user) == [("held", False), ("held", True), ("failed", False)]


def test_it_sends_all_that_is_held(client: Client, user: User, other: User) -> None:
    troubled(user)
    troubled(other)
    client.post(LIST, {"do": "send_held"})
    assert states(user) == [("scheduled", False), ("scheduled", False), ("failed", False)]
    assert states(other) == [("held", False), ("held", False), ("failed", False)]


def test_it_sets_all_aside(client: Client, user: User, other: User) -> None:
    troubled(user)
    troubled(other)
    client.post(LIST, {"do": "settle_all"})
    assert states(user) == [("held", True), ("held", True), ("failed", True)]
    assert states(other) == [("held", False), ("held", False), ("failed", False)]


def test_a_second_press_does_nothing_more(client: Client, user: User) -> None:
    mails = troubled(user)
    client.post(LIST, {"do": "settle", "mail": mails[0].pk})
    client.post(LIST, {"do": "send", "mail": mails[0].pk})
    assert states(user)[0] == ("held", True)


def test_it_does_nothing_if_one_is_somebody_elses(client: Client, user: User, other: User) -> None:
    mine, theirs = troubled(user), troubled(other)
    gone = troubled(user)[0]
    gone.trash()
    before = states(user), states(other)
    for verb in ("send", "settle"):
        unknown = client.post(LIST, {"do": verb, "mail": [mine[0].pk, 987_654_321]})
        for one in (theirs[0].pk, gone.pk, "x", "²", "-1", "9" * 400, "\x00", f"0{mine[0].pk}"):
            response = client.post(LIST, {"do": verb, "mail": [mine[0].pk, one]})
            assert response.status_code == unknown.status_code == 422
            assert without_token(response) == without_token(unknown)
    assert (states(user), states(other)) == before


@pytest.mark.parametrize(
    "data", [{}, {"do": "send"}, {"do": "settle"}, {"do": "x"}, {"do": "x", "mail": "1"}]
)
def test_it_refuses_what_says_nothing(client: Client, user: User, data: dict[str, str]) -> None:
    troubled(user)
    before = states(user)
    response = client.post(LIST, data, query_params={"show": "trouble"})
    assert response.status_code == 422
    assert "form-errors" in html(response)
    assert 'name="mail"' in html(response)
    assert states(user) == before


def test_it_tells_moments_on_the_clock_of_the_user(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(time_zone="Asia/Tokyo")
    PromiseFactory(
        owner=user, due_on=dt.date(2099, 7, 1), due_time=dt.time(18), time_zone="Europe/London"
    )
    assert "2 Jul 2099, 02:00" in html(client.get(LIST))


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("followups:reminder_list", client=client, anonymous=anonymous, other=other)
