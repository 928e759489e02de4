"""Whether reminders can be trusted, and who is told if not: /healthz, /readyz and the banner."""

import datetime as dt
import json

import pytest
import time_machine
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from followups import health
from followups.delivery import dispatch_due, gather
from followups.health import engine_troubles, troubles_for
from followups.models import Heartbeat, Mail, Mailer
from tests.factories import MailFactory, PromiseFactory, UserFactory
from tests.followups.conftest import utc, way_to
from tests.pages import html

NOW = utc("2026-03-05 12:00")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock():
    traveller = time_machine.travel(NOW, tick=False)
    yield traveller.start()
    traveller.stop()


@pytest.fixture
def alive(db):
    Heartbeat.beat(Heartbeat.ENGINE, NOW)


@pytest.fixture
def server(settings):
    """A mail server is set; that it is not talked to here does not matter."""
    settings.MAIL_SERVER = way_to(25)


def texts(troubles) -> list[str]:
    return [trouble.text for trouble in troubles]


def readiness() -> tuple[int, list[str]]:
    response = Client().get("/readyz")
    return response.status_code, response.json()["reasons"]


def test_all_is_well(user, alive, server):
    assert engine_troubles(NOW) == []
    assert troubles_for(user, NOW) == []
    assert readiness() == (200, [])


def test_alive_is_alive_whatever_else_is_wrong(db):
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_no_worker_has_ever_run(user, server):
    assert texts(engine_troubles(NOW)) == ["Reminders are not going out: no worker has run yet."]
    assert readiness()[0] == 503


@pytest.mark.parametrize(("age", "well"), [(0, True), (60, True), (61, False), (86400, False)])
def test_a_heartbeat_goes_stale(user, server, age, well):
    Heartbeat.beat(Heartbeat.ENGINE, NOW - dt.timedelta(seconds=age))
    assert (engine_troubles(NOW) == []) is well
    assert readiness()[0] == (200 if well else 503)


def test_it_says_since_when_on_the_readers_clock(client, user, server):
    Heartbeat.beat(Heartbeat.ENGINE, NOW - 30 * MINUTE)
    type(user).objects.filter(pk=user.pk).update(time_zone="Asia/Tokyo")
    assert "no worker has run since 20:30." in html(client.get("/"))


def test_a_heartbeat_of_a_clock_far_ahead_proves_nothing(user, server):
    Heartbeat.beat(Heartbeat.ENGINE, NOW + dt.timedelta(days=3650))
    assert readiness()[0] == 503


@pytest.mark.parametrize(("minutes", "well"), [(0, True), (4, True), (5, True), (6, False)])
def test_a_due_reminder_that_nobody_takes_up_is_trouble(user, alive, server, minutes, well):
    with time_machine.travel(NOW - dt.timedelta(days=1), tick=False):
        promise = PromiseFactory(owner=user, due_on=NOW.date(), due_time=dt.time(12))
    promise.reminders.filter(occasion="lead").delete()
    at = NOW + minutes * MINUTE
    Heartbeat.beat(Heartbeat.ENGINE, at)
    assert (engine_troubles(at) == []) is well


def test_a_mail_that_nobody_takes_up_is_trouble(user, alive, server):
    MailFactory(owner=user, due_utc=NOW - 6 * MINUTE)
    assert "going out late" in engine_troubles(NOW)[0].text


def test_a_mail_that_somebody_died_with_and_nobody_takes_back_is_trouble(user, alive, server):
    mail = MailFactory(owner=user)
    lease = {"token": "0" * 32, "lease_until": NOW - 6 * MINUTE}
    Mail.across_owners.filter(pk=mail.pk).update(state="sending", **lease)
    assert readiness()[0] == 503


@pytest.mark.parametrize("state", ["sent", "kept", "cancelled", "failed", "held"])
def test_what_has_ended_is_not_overdue(user, alive, server, state):
    long_ago = NOW - dt.timedelta(days=9)
    MailFactory(owner=user, state=state, due_utc=long_ago, sent_at=long_ago)
    assert engine_troubles(NOW) == []


def test_a_mail_that_waits_for_its_next_try_is_not_overdue(user, alive, server):
    MailFactory(owner=user, due_utc=NOW - 60 * MINUTE, not_before=NOW + MINUTE, attempts=3)
    assert engine_troubles(NOW) == []


def test_what_is_cancelled_or_ended_is_not_overdue(user, alive, server):
    with time_machine.travel(NOW - dt.timedelta(days=2), tick=False):
        kept, moved = (
            PromiseFactory(owner=user, due_on=dt.date(2026, 3, 4), due_time=dt.time(9))
            for _ in range(2)
        )
    kept.keep(now=NOW)
    moved.snooze(due_on=dt.date(2026, 3, 9), due_time=None, time_zone="Europe/London")
    assert engine_troubles(NOW) == []


def test_a_paused_mailer_is_trouble_and_its_words_are_for_the_founder(user, other, alive, server):
    MailFactory(owner=user, due_utc=NOW - 60 * MINUTE)
    Mailer.load().pause("535 no such user: ann@mail.example.net", NOW)
    status, reasons = readiness()
    assert (status, reasons) == (503, ["Mail is paused and tried every 15 minutes."])
    assert user.is_founder
    assert not other.is_founder
    (mine,) = troubles_for(user, NOW)
    assert mine.detail == "535 no such user: ann@mail.example.net"
    (theirs,) = troubles_for(other, NOW)
    assert theirs.detail == ""


def test_the_founder_sees_why_mail_is_paused(client, alive, server):
    Mailer.load().pause("535 <b>wrong</b> password", NOW)
    assert "every 15 minutes. 535 &lt;b&gt;wrong&lt;/b&gt; password" in html(client.get("/"))


@pytest.mark.parametrize("state", ["failed", "held"])
def test_mails_that_need_a_look_are_told_to_their_owner_alone(user, other, alive, server, state):
    MailFactory(owner=user, state=state)
    assert texts(troubles_for(user, NOW)) == [
        "One reminder needs a look: it did not go, or perhaps it did."
    ]
    MailFactory(owner=user, state=state)
    assert texts(troubles_for(user, NOW)) == [
        "2 reminders need a look: they did not go, or perhaps they did."
    ]
    assert troubles_for(other, NOW) == []
    assert readiness() == (200, [])


def test_what_was_set_aside_is_told_no_more(user, alive, server):
    MailFactory(owner=user, state="failed").settle()
    assert troubles_for(user, NOW) == []


def test_without_a_mail_server_the_banner_says_so(user, alive):
    assert "No mail server is set" in texts(troubles_for(user, NOW))[0]
    assert readiness() == (200, [])


# What died under `manage.py up` ------------------------------------------------------------------


@pytest.fixture
def note(user, alive, server, settings, tmp_path):
    """Writes the supervisor's note; gives what the banner makes of it."""
    settings.DATA_DIR = tmp_path

    def write(content: object) -> list[str]:
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / "supervisor.json").write_text(text)
        return texts(troubles_for(user, NOW))

    return write


def died(minutes_ago: int) -> dict[str, object]:
    at = NOW - minutes_ago * MINUTE
    return {"died_at": at.isoformat(timespec="seconds"), "exit": -9, "restarts": 1}


def test_a_death_is_told_for_an_hour(note):
    assert note({"worker": died(5)}) == ["The worker stopped at 11:55 and was started again."]
    assert note({"web": died(5)}) == ["The web server stopped at 11:55 and was started again."]
    assert len(note({"worker": died(5), "web": died(59)})) == 2
    assert note({"worker": died(60)}) == []
    assert note({}) == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '"worker"',
        '{"worker": null}',
        '{"worker": []}',
        '{"worker": {}}',
        '{"worker": {"died_at": 7}}',
        '{"worker": {"died_at": "yesterday"}}',
        '{"worker": {"died_at": "2026-13-45T99:99:99"}}',
    ],
)
def test_a_note_that_cannot_be_read_takes_no_page_with_it(note, content):
    assert note(content) == []


def test_a_death_makes_nobody_unready(note):
    note({"worker": died(1)})
    assert readiness() == (200, [])


# /readyz -----------------------------------------------------------------------------------------


def test_reasons_name_nobody(user, server):
    """They are for anybody who asks: no name, no address, no word of a promise."""
    recruiter = PromiseFactory(owner=user, what="Zebediah").recruiter
    MailFactory(owner=user, due_utc=NOW - 6 * MINUTE)
    Mailer.load().pause(f"535 {user.email}", NOW)
    content = Client().get("/readyz").content.decode()
    for name in (user.email, recruiter.name, "Zebediah", "535"):
        assert name not in content


def test_a_database_that_does_not_answer_is_a_reason(alive, server, monkeypatch):
    def fail(_now):
        raise DatabaseError("server at 10.0.0.7 closed the connection")

    monkeypatch.setattr("followups.views.engine.engine_troubles", fail)
    assert readiness() == (503, ["The database does not answer."])


def test_a_migration_that_was_not_applied_is_a_reason(alive, server, monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["one"])
    assert readiness() == (503, ["Migrations have not been applied."])


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_only_look(db, path):
    browser = Client()
    assert browser.post(path).status_code == 405
    browser.get(path)
    assert not Mailer.objects.exists()
    assert not Heartbeat.objects.exists()


def test_asking_takes_few_queries_whatever_there_is(
    user, alive, server, django_assert_max_num_queries
):
    for _ in range(20):
        PromiseFactory(owner=user)
        MailFactory(owner=user, state="failed")
    with django_assert_max_num_queries(6):
        troubles_for(user, NOW)


def test_what_the_engine_does_mends_what_was_wrong(user, server, smtp, clock):
    with time_machine.travel(NOW - dt.timedelta(days=1), tick=False):
        promise = PromiseFactory(owner=user, due_on=NOW.date(), due_time=dt.time(11, 50))
    promise.reminders.exclude(occasion="due").delete()
    gather(NOW - 10 * MINUTE)
    assert readiness()[0] == 503
    dispatch_due(server=way_to(smtp.port))
    assert readiness() == (200, [])
    assert health.troubles_for(user) == []


def test_troubles_of_one_account_are_not_anothers(alive, server):
    one, another = UserFactory(), UserFactory()
    MailFactory(owner=one, state="held")
    assert troubles_for(another, NOW) == []
