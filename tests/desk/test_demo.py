"""Demo data: believable, of any size, the same for the same seed."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import phonenumbers
import pytest
import time_machine
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from accounts.models import Kit, User
from accounts.owned import OwnedModel
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Phone, Recruiter
from desk.demo import Demo
from followups.models import Promise, Reminder
from followups.reminders import plan, preferences_of
from tests.factories import FirmFactory, UserFactory

pytestmark = pytest.mark.django_db

# A Tuesday morning
NOW = dt.datetime(2026, 11, 24, 9, 40, tzinfo=dt.UTC)
CALLS = 150
FICTION = re.compile(r"\+1(212|312|415|617)55501\d\d|\+442079460\d{3}|\+447700900\d{3}")
# What is counted anew by the database, or is the account's own.
UNLIKE = {"id", "owner_id", "version", "message_id", "token"}


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def demo(**options: Any) -> str:
    out = io.StringIO()
    options = {"email": "demo@example.org", "calls": CALLS, "stdout": out, **options}
    call_command("demo", **options)
    return out.getvalue()


@pytest.fixture
def made() -> User:
    user = UserFactory(time_zone="Europe/London")
    Demo(user, calls=CALLS, seed=1, now=NOW).make()
    return user


def rows_of(user: User) -> dict[str, list[dict[str, Any]]]:
    """Every row of `user`, with what it refers to by its place and not by its id."""
    every: dict[str, list[dict[str, Any]]] = {}
    owned = [model for model in apps.get_models() if issubclass(model, OwnedModel)]
    # What is made of other rows holds their ids.
    models = [model for model in owned if not model.is_derived]
    places = {
        model: {
            pk: place
            for place, pk in enumerate(
                model.across_owners.filter(owner=user).order_by("pk").values_list("pk", flat=True)
            )
        }
        for model in models
    }
    for model in models:
        rows = []
        for row in model.across_owners.filter(owner=user).order_by("pk").values():
            for field in model._meta.fields:
                if field.related_model in places and row[field.attname] is not None:
                    row[field.attname] = places[field.related_model][row[field.attname]]
            rows.append({k: v for k, v in row.items() if k not in UNLIKE})
        every[model.__name__] = rows
    return every


def test_it_makes_the_same_rows_of_the_same_seed() -> None:
    users = [UserFactory(time_zone="Europe/London") for _ in range(3)]
    for user, seed in zip(users, (7, 7, 8), strict=True):
        Demo(user, calls=CALLS, seed=seed, now=NOW).make()
    first, second, third = (rows_of(user) for user in users)
    assert first == second
    assert first["Call"] != third["Call"]
    assert first["Firm"] != third["Firm"]


@pytest.mark.parametrize("calls", [1, 2, 3, 30])
@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_it_makes_as_many_calls_as_were_asked_for(calls: int, zone: str) -> None:
    user = UserFactory(time_zone=zone)
    Demo(user, calls=calls, seed=1, now=NOW).make()
    assert Call.objects.of(user).count() == calls
    assert Promise.objects.of(user).open().count() == 10


def test_it_makes_rows_that_stand_every_check(made: User) -> None:
    """What a form would refuse must not come in by another way."""
    for model in apps.get_models():
        if not issubclass(model, OwnedModel):
            continue
        for row in model.across_owners.filter(owner=made):
            row.full_clean()


def test_it_keeps_every_relation_within_the_account(made: User) -> None:
    Demo(UserFactory(), calls=CALLS, seed=2, now=NOW).make()
    for model in apps.get_models():
        if not issubclass(model, OwnedModel):
            continue
        for field in model._meta.fields:
            target = field.related_model
            if isinstance(target, type) and issubclass(target, OwnedModel):
                rows = model.across_owners.exclude(**{field.name: None})
                assert not rows.exclude(**{f"{field.name}__owner": F("owner")}).exists()


def test_it_spreads_calls_over_the_year_before_now_in_office_hours(made: User) -> None:
    moments = [call.occurred_at for call in Call.objects.of(made).order_by("occurred_at")]
    assert moments[-1] < NOW
    assert NOW - moments[-1] < dt.timedelta(days=6)
    assert NOW - moments[0] > dt.timedelta(days=350)
    assert len({(moment.year, moment.month) for moment in moments}) >= 12
    for moment in moments:
        local = moment.astimezone(made.zone)
        assert local.weekday() < 5
        assert 8 <= local.hour <= 18


def test_it_has_calls_and_promises_of_every_kind() -> None:
    user = UserFactory(time_zone="Europe/London")
    Demo(user, calls=1000, seed=1, now=NOW).make()
    calls, promises = Call.objects.of(user), Promise.objects.of(user)
    assert set(calls.values_list("outcome", flat=True)) == set(Call.Outcome.values)
    assert set(calls.values_list("direction", flat=True)) == set(Call.Direction.values)
    assert set(promises.values_list("state", flat=True)) == set(Promise.State.values)
    assert set(promises.values_list("owed_by", flat=True)) == set(Promise.Party.values)
    disclosures = Opportunity.objects.of(user).values_list("client_disclosure", flat=True)
    assert set(disclosures) == set(Opportunity.Disclosure.values)
    # Recruiters have changed firms, and their older calls stayed where they were.
    assert calls.exclude(firm=F("recruiter__firm")).exists()
    mine = promises.mine().ended()
    assert mine.filter(state__startswith="kept").count() > 0.8 * mine.count()
    assert promises.open().first().reschedules.model.objects.of(user).count() == 1


def test_it_tells_of_no_promise_what_its_moments_belie(made: User) -> None:
    for promise in Promise.objects.of(made).ended().select_related("call"):
        assert promise.call.occurred_at < promise.ended_at < NOW
        assert promise.due_utc == promise.derive_due_utc()
        if promise.state == "kept":
            assert promise.ended_at <= promise.due_utc
        if promise.state == "kept_late":
            assert promise.ended_at > promise.due_utc


def test_it_speaks_of_opportunities_that_are_there(made: User) -> None:
    about = Call.objects.of(made).exclude(opportunity=None).select_related("opportunity")
    assert about.count() > CALLS / 5
    for call in about:
        assert call.opportunity.created_at <= call.occurred_at
        assert call.opportunity.recruiter_id == call.recruiter_id


def test_it_uses_numbers_and_addresses_that_are_nobodys(made: User) -> None:
    numbers = [phone.number for phone in Phone.objects.of(made)]
    numbers += [promise.phone for promise in Promise.objects.of(made).exclude(phone="")]
    numbers += [firm.switchboard for firm in Firm.objects.of(made).exclude(switchboard="")]
    kit = Kit.objects.of(made).get()
    numbers += [kit.callback_number, kit.evening_number]
    for number in numbers:
        assert FICTION.fullmatch(number), number
        assert phonenumbers.is_possible_number(phonenumbers.parse(number))
    for recruiter in Recruiter.objects.of(made).prefetch_related("emails"):
        for email in recruiter.emails.all():
            assert email.address.endswith("@example.net")


def test_it_leaves_a_full_first_screen(made: User) -> None:
    client = Client()
    client.force_login(made)
    response = client.get("/")
    day = response.context["day"]
    assert response.status_code == 200
    assert len(day.late) == 1
    assert len(day.today) == 2
    assert day.week
    assert len(day.theirs) == 3
    assert len(day.last_calls) == 5
    assert day.record.of > 20


@pytest.mark.parametrize("hour", [0, 9, 21, 22, 23])
def test_it_has_something_for_today_at_any_hour(hour: int) -> None:
    user = UserFactory(time_zone="America/New_York")
    now = dt.datetime(2026, 11, 24, hour, 5, tzinfo=user.zone).astimezone(dt.UTC)
    with time_machine.travel(now, tick=False):
        Demo(user, calls=20, seed=1, now=now).make()
        client = Client()
        client.force_login(user)
        assert len(client.get("/").context["day"].today) == 2


def test_it_plans_the_reminders_of_what_is_open(made: User) -> None:
    preferences = preferences_of(made.pk)
    for promise in Promise.objects.of(made).open():
        live = Reminder.objects.of(made).filter(
            promise=promise, revision=promise.revision, cancelled_at=None
        )
        planned = {row.due_utc for row in plan(promise, preferences) if row.due_utc > NOW}
        assert {row.due_utc for row in live} == planned
        assert planned
    ended = Promise.objects.of(made).ended()
    assert not Reminder.objects.of(made).filter(promise__in=ended).exists()


def test_it_shows_on_every_page(made: User) -> None:
    client = Client()
    client.force_login(made)
    rows = [
        Call.objects.of(made).first(),
        Firm.objects.of(made).first(),
        Recruiter.objects.of(made).first(),
        Promise.objects.of(made).first(),
    ]
    lists = ["/calls/", "/firms/", "/recruiters/", "/people/", "/opportunities/", "/promises/"]
    for path in [*lists, "/kit/", "/reminders/", *(row.get_absolute_url() for row in rows)]:
        assert client.get(path).status_code == 200, path


# The command --------------------------------------------------------------------------------------


def test_it_makes_an_account_and_signs_in() -> None:
    demo(email="me@example.org", password="a long enough phrase", time_zone="asia/tokyo")
    user = User.objects.get()
    assert authenticate(None, email="me@example.org", password="a long enough phrase") == user
    assert user.time_zone == "Asia/Tokyo"
    assert Call.objects.of(user).count() == CALLS


def test_it_prints_a_password_only_if_it_made_one_up() -> None:
    said = demo(email="me@example.org")
    password = re.search(r"password (\S+)$", said.strip())
    assert password
    assert authenticate(None, email="me@example.org", password=password.group(1))
    said = demo(email="you@example.org", password="a long enough phrase")
    assert "a long enough phrase" not in said


def test_it_makes_several_accounts_with_different_data() -> None:
    demo(email="me@example.org", users=3, calls=40)
    emails = ["me@example.org", "me+2@example.org", "me+3@example.org"]
    users = [User.objects.get(email=email) for email in emails]
    assert User.objects.count() == 3
    names = [set(Firm.objects.of(user).values_list("name", flat=True)) for user in users]
    assert names[0] != names[1] != names[2]
    assert [user.is_founder for user in users] == [True, False, False]


def test_it_fills_an_account_that_is_empty() -> None:
    user = UserFactory(email="me@example.org")
    demo(email="ME@example.org")
    assert User.objects.get() == user
    assert Call.objects.of(user).count() == CALLS


def test_it_fills_anew_what_it_made_before() -> None:
    demo(email="me@example.org")
    user = User.objects.get()
    before = rows_of(user)
    demo(email="me@example.org")
    assert rows_of(user) == before
    demo(email="me@example.org", calls=20, seed=5)
    assert Call.objects.of(user).count() == 20
    assert Employer.objects.of(user).count() == len(before["Employer"])


@pytest.mark.parametrize("after", ["a firm", "a kit", "a demo and a call"])
def test_it_never_touches_an_account_in_use(after: str) -> None:
    if after == "a firm":
        user = UserFactory(email="me@example.org")
        FirmFactory(owner=user)
    elif after == "a kit":
        user = UserFactory(email="me@example.org")
        Kit.objects.of(user).update(notice_period="a month")
    else:
        demo(email="me@example.org", calls=5)
        user = User.objects.get()
        recruiter = Recruiter.objects.of(user).first()
        Call.objects.create(owner=user, recruiter=recruiter, notes="Typed by hand")
    before, password = rows_of(user), User.objects.get().password
    with pytest.raises(CommandError, match="in use"):
        demo(email="me@example.org", password="another long phrase")
    assert rows_of(user) == before
    assert User.objects.get().password == password


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"calls": 0}, "--calls"),
        ({"users": 0}, "--users"),
        ({"calls": -5}, "--calls"),
        ({"email": "nobody"}, "--email"),
        ({"time_zone": "Mars/Olympus"}, "--time-zone"),
    ],
)
def test_it_says_what_is_wrong(options: dict[str, Any], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        demo(**options)
    assert not User.objects.exists()


def test_it_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "_open_promises", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        demo()
    assert not Firm.across_owners.exists()
    assert not User.objects.exists()


def test_it_tells_how_far_it_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.management.commands.demo.MANY", 10)
    monkeypatch.setattr("desk.demo.BATCH", 50)
    assert "100 of 150 calls" in demo()
