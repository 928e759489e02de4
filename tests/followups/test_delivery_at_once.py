"""Many that deliver at once are as one."""

import contextlib
import datetime as dt
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connections, transaction

from accounts.models import Preferences, User
from accounts.owned import StaleVersion
from followups import reminders, transport
from followups.delivery import dispatch_due
from followups.models import Mail, Promise, Reminder
from followups.reminders import plan, replan_all
from tests.factories import PromiseFactory, UserFactory
from tests.followups.conftest import utc, way_to
from tests.followups.delivering import DUE, HOUR, MONDAY, at_once, ids, lines_of, promised
from tests.followups.scripted import Conversation, Scripted


@pytest.fixture(autouse=True)
def clock():
    """Monday morning, standing still, unless a test moves it. The engine is told its own now."""
    traveller = time_machine.travel(MONDAY, tick=False)
    yield traveller.start()
    traveller.stop()


def test_eight_dispatchers_at_once_send_each_mail_once(transactional_db, smtp, way):
    owners = [UserFactory() for _ in range(4)]
    for number in range(80):
        promised(owners[number % 4])
    done = at_once(8, lambda _: sum(dispatch_due(DUE, server=way) for _ in range(3)))
    assert sum(done) == 80
    message_ids = [received.message["Message-ID"] for received in smtp.mails]
    assert len(message_ids) == len(set(message_ids)) == 80
    assert set(Mail.across_owners.values_list("state", "ambiguous")) == {("sent", False)}


def test_digests_gathered_at_once_hold_each_promise_once(transactional_db, smtp, way):
    owners = [UserFactory() for _ in range(3)]
    for number in range(30):
        promised(owners[number % 3], at="")
    at_once(6, lambda _: dispatch_due(utc("2026-03-05 08:00"), server=way))
    told = [promise for lines in lines_of(smtp) for promise in lines]
    assert len(told) == len(set(told)) == 30


def test_edits_and_dispatchers_at_once_tell_every_moment_once(transactional_db, smtp, way):
    """Words are edited while their mails go: each moment is told, and told once."""
    user = UserFactory()
    promises = [promised(user) for _ in range(24)]
    order = random.Random(7).sample(promises, 24)

    def work(number: int) -> None:
        if number < 3:
            for _ in range(12):
                dispatch_due(DUE, server=way)
        else:
            for promise in order[number - 3 :: 3]:
                for words in ("one", "two"):
                    promise.what = words
                    promise.save()

    with time_machine.travel(DUE, tick=False):
        at_once(6, work)
        dispatch_due(DUE, server=way)
    told = [promise for lines in lines_of(smtp) for promise in lines]
    assert sorted(told) == sorted(ids(*promises))


def test_nothing_goes_after_a_keep_that_was_committed_before_it_began(transactional_db, smtp, way):
    user = UserFactory()
    promises = [promised(user) for _ in range(24)]
    kept: dict[str, float] = {}
    begun_at: dict[str, float] = {}
    begin = Mail.begin

    def watched(mail, *args, **kwargs):
        before = time.perf_counter()
        went = begin(mail, *args, **kwargs)
        if went:
            for reminder in mail.reminders.all():
                begun_at[str(reminder.promise_id)] = before
        return went

    def work(number: int) -> None:
        if number < 2:
            for _ in range(8):
                dispatch_due(DUE, server=way)
        else:
            for promise in promises[number - 2 :: 2]:
                promise.keep()
                kept[str(promise.pk)] = time.perf_counter()

    with time_machine.travel(DUE, tick=False), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mail, "begin", watched)
        at_once(4, work)
    for lines in lines_of(smtp):
        for promise in lines:
            assert begun_at[promise] < kept[promise]
    assert not Mail.across_owners.filter(state__in=["scheduled", "claimed", "sending"]).exists()


def test_preferences_and_promises_changed_at_once_agree_in_the_end(transactional_db):
    """A promise that is made while the preferences change must not keep the plan of before."""
    user = UserFactory()
    promises = [promised(user) for _ in range(6)]
    recruiter = promises[0].recruiter

    def change_preferences() -> None:
        for minutes in range(1, 20):
            with transaction.atomic():
                User.objects.filter(pk=user.pk).update(phone_region="GB")
                Preferences.objects.of(user).update(lead_minutes=minutes)
                replan_all(user)

    def edit(some: list[Promise]) -> None:
        for promise in some:
            for words in ("one", "two", "three"):
                fresh = Promise.objects.of(user).get(pk=promise.pk)
                fresh.what = words
                with contextlib.suppress(StaleVersion):
                    fresh.save()

    def make() -> None:
        for _ in range(20):
            PromiseFactory(owner=user, recruiter=recruiter, due_time=dt.time(17))

    def work(number: int) -> None:
        [change_preferences, lambda: edit(promises), make, make][number]()

    at_once(4, work)
    preferences = Preferences.objects.of(user).get()
    for promise in Promise.objects.of(user):
        rows = Reminder.across_owners.live().filter(promise=promise)
        assert sorted(rows.values_list("due_utc", "occasion")) == [
            (row.due_utc, row.occasion) for row in plan(promise, preferences)
        ]


def test_a_promise_that_is_being_made_makes_new_preferences_wait(transactional_db, monkeypatch):
    """They would not see it, and it would keep the plan of before."""
    user = UserFactory()
    recruiter = promised(user).recruiter
    planned, changed = threading.Event(), threading.Event()

    def plan_slowly(promise, preferences):
        rows = plan(promise, preferences)
        if not planned.is_set():
            planned.set()
            changed.wait(0.5)  # in vain: it waits for us
        return rows

    monkeypatch.setattr(reminders, "plan", plan_slowly)

    def work(number: int) -> None:
        if number == 0:
            PromiseFactory(owner=user, recruiter=recruiter, due_time=dt.time(17))
            return
        assert planned.wait(10)
        with transaction.atomic():
            Preferences.objects.of(user).update(lead_minutes=60)
            replan_all(user)
        changed.set()

    at_once(2, work)
    leads = Reminder.across_owners.live().filter(occasion="lead")
    assert [reminder.promise.due_utc - reminder.due_utc for reminder in leads] == [HOUR, HOUR]


def test_a_hanging_server_holds_no_lock(transactional_db, smtp, way, monkeypatch):
    """While one sender waits for its answer, promises are saved and other mails go."""
    monkeypatch.setattr(transport, "VERB_TIMEOUT", 10)
    user, other = UserFactory(), UserFactory()
    promise = promised(user)
    asked = threading.Event()

    def script(talk: Conversation) -> None:
        talk.greet()
        talk.envelope()
        asked.set()
        server.wait()

    with Scripted(script) as server, ThreadPoolExecutor(1) as pool:

        def stuck() -> None:
            try:
                dispatch_due(DUE, server=way_to(server.port))
            finally:
                connections.close_all()

        waiting = pool.submit(stuck)
        assert asked.wait(20)
        began = time.monotonic()
        promise.keep()
        promised(other)
        assert dispatch_due(DUE, server=way) == 1
        assert time.monotonic() - began < 5
        server.over.set()
        waiting.result(20)
