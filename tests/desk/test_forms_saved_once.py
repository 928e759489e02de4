"""A form that makes a row makes it once, however often it is sent."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Compensation, Resume, SavedForm, User
from calls.models import Disclosure, Opportunity, Referral, Submission
from contacts.models import Employer, Employment, Firm, FirmCheck, OffLimits, Person, Recruiter
from followups.models import Promise
from tests import documents
from tests.addresses import walk
from tests.factories import EmployerFactory, FirmFactory, RecruiterFactory, UserFactory
from tests.pages import errors_of, fill_in, form_of, html

DAY = dt.timedelta(days=1)

# Each address that makes a row: what it makes, one of its fields, and what is typed.
NEW: dict[str, tuple[Any, str, dict[str, str]]] = {
    "contacts:firm_new": (Firm, "name", {"name": "Northgate"}),
    "contacts:recruiter_new": (
        Recruiter,
        "name",
        {"name": "Grace", "firm_name": "", "phone": "+44 20 7946 0018"},
    ),
    "contacts:person_new": (Person, "name", {"name": "Pat", "phone": "+44 20 7946 0018"}),
    "contacts:employer_new": (Employer, "name", {"name": "Acme"}),
    "contacts:employment_new": (Employment, "started_on", {"employer_name": "Acme"}),
    "calls:opportunity_new": (Opportunity, "title", {"title": "CFO", "client_name": "Acme"}),
    "calls:submission_new": (
        Submission,
        "limits",
        {"role": "CFO", "firm_name": "Lindqvist", "client_name": "Acme", "permission": "asked"},
    ),
    "calls:referral_new": (
        Referral,
        "named_on",
        {"person_name": "Pat", "recruiter_name": "Known"},
    ),
    "calls:disclosure_new": (Disclosure, "topic", {"recruiter_name": "Known", "what": "120"}),
    "followups:promise_new": (
        Promise,
        "kind",
        {"recruiter_name": "Known", "kind": "call_back", "due_on": "2099-01-05"},
    ),
    "desk:firm_check": (FirmCheck, "result", {"way": "aesc", "result": "good"}),
    "desk:off_limits_new": (OffLimits, "until", {"employer_name": "Acme"}),
    "accounts:compensation_new": (Compensation, "base", {"base": "120"}),
    "accounts:resume_new": (Resume, "label", {"label": "Board"}),
}


def prepared(client: Client, user: User, name: str) -> tuple[str, dict[str, Any]]:
    """The address of a form, and what a browser would send of it."""
    RecruiterFactory(owner=user, name="Known", firm=FirmFactory(owner=user, name="Lindqvist"))
    firm = Firm.objects.of(user).get()
    path = reverse(
        name, args=[firm.pk] if name in {"desk:firm_check", "desk:off_limits_new"} else []
    )
    _model, having, typed = NEW[name]
    data = form_of(client.get(path), having="form_key") | typed
    assert having in data or having == "result"
    return path, data


def post(client: Client, path: str, data: dict[str, Any], name: str = "") -> Any:
    more = {"file": documents.upload()} if name == "accounts:resume_new" else {}
    return client.post(path, {**data, **more})


def count(user: User, name: str) -> int:
    made: int = NEW[name][0].objects.of(user).count()
    return made


def test_every_form_that_makes_a_row_is_here() -> None:
    new = {one.name for one in walk() if one.name.endswith("_new")}
    assert new <= set(NEW)


@pytest.mark.parametrize("name", sorted(NEW))
def test_a_double_press_makes_one(client: Client, user: User, name: str) -> None:
    path, data = prepared(client, user, name)
    before = count(user, name)
    first, second = (post(client, path, data, name) for _press in range(2))
    assert first.status_code == second.status_code == 302, html(second)
    assert first.headers["Location"] == second.headers["Location"]
    assert count(user, name) == before + 1


@pytest.mark.parametrize("name", sorted(set(NEW) - {"contacts:firm_new", "contacts:employer_new"}))
def test_two_tabs_make_two(client: Client, user: User, name: str) -> None:
    path, data = prepared(client, user, name)
    other_tab = data | {"form_key": form_of(client.get(path), having="form_key")["form_key"]}
    before = count(user, name)
    assert [post(client, path, one, name).status_code for one in (data, other_tab)] == [302, 302]
    assert count(user, name) == before + 2


def test_a_refused_form_keeps_its_key(client: Client, user: User) -> None:
    path, data = prepared(client, user, "contacts:person_new")
    refused = client.post(path, data | {"name": ""})
    assert refused.status_code == 422
    again = form_of(refused, having="name")
    assert again["form_key"] == data["form_key"]
    for _press in range(2):
        assert client.post(path, again | {"name": "Pat"}).status_code == 302
    assert Person.objects.of(user).count() == 1


@pytest.mark.parametrize("key", ["", "no key", "x" * 5000])
def test_without_a_key_each_post_counts(client: Client, user: User, key: str) -> None:
    for _press in range(2):
        data = {"name": "Pat", "form_key": key}
        assert client.post(reverse("contacts:person_new"), data).status_code == 302
    assert Person.objects.of(user).count() == 2


def test_another_file_of_the_same_name_and_size_is_another(client: Client, user: User) -> None:
    path, data = prepared(client, user, "accounts:resume_new")
    one, other = documents.PDF + b"1", documents.PDF + b"2"
    assert client.post(path, {**data, "file": documents.upload(content=one)}).status_code == 302
    again = client.post(path, {**data, "file": documents.upload(content=other)})
    assert again.status_code == 422
    with Resume.objects.of(user).get().file.open() as kept:
        assert kept.read() == one


def test_what_is_typed_on_top_is_not_lost(client: Client, user: User) -> None:
    """Back in the browser, and typed on: asked, and then a row of its own."""
    path, data = prepared(client, user, "contacts:person_new")
    client.post(path, data)
    response = client.post(path, data | {"name": "Wei"})
    assert response.status_code == 422
    assert "saved already" in str(errors_of(response)["__all__"])
    again = form_of(response, having="name")
    assert again["name"] == "Wei"
    assert again["form_key"] != data["form_key"]
    assert client.post(path, again).status_code == 302
    assert set(Person.objects.of(user).values_list("name", flat=True)) == {"Pat", "Wei"}


def test_what_went_to_the_trash_is_not_brought_back(client: Client, user: User) -> None:
    path, data = prepared(client, user, "contacts:person_new")
    client.post(path, data)
    Person.objects.of(user).get().trash()
    response = client.post(path, data)
    assert response.status_code == 422
    assert not Person.objects.of(user).exists()
    assert client.post(path, form_of(response, having="name")).status_code == 302
    assert Person.objects.of(user).get().name == "Pat"


def test_a_key_is_of_one_user_and_of_one_kind(client: Client, user: User, other: User) -> None:
    path, data = prepared(client, user, "contacts:person_new")
    theirs = Client()
    theirs.force_login(other)
    assert theirs.post(path, data).status_code == 302
    assert client.post(path, data).status_code == 302
    assert Person.objects.of(user).count() == Person.objects.of(other).count() == 1
    firm = {"name": "Pat", "kind": "unknown", "aesc_member": "unknown"}
    client.post(reverse("contacts:firm_new"), firm | {"form_key": data["form_key"]})
    assert Firm.objects.of(user).filter(name="Pat").exists()


def test_an_edit_has_no_key(client: Client, user: User) -> None:
    employer = EmployerFactory(owner=user)
    assert "form_key" not in fill_in(client, employer.get_absolute_url(), having="name")


def test_a_check_noted_in_one_press_is_noted_once(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    page = html(client.get(firm.get_absolute_url()))
    assert page.count('name="form_key"') == page.count('name="way"') > 1
    keys = {line.split('"')[0] for line in page.split('name="form_key" value="')[1:]}
    assert len(keys) == page.count('name="form_key"')
    data = {"way": "aesc", "result": "good", "form_key": keys.pop()}
    path = reverse("desk:firm_check", args=[firm.pk])
    assert [client.post(path, data).status_code for _press in range(2)] == [302, 302]
    assert FirmCheck.objects.of(user).count() == 1


def test_a_key_dies_after_a_day(client: Client, user: User, other: User) -> None:
    path, data = prepared(client, user, "contacts:person_new")
    with time_machine.travel(timezone.now() - DAY - dt.timedelta(minutes=1), tick=False):
        client.post(path, data)
        SavedForm.objects.create(owner=other, key=uuid.uuid4(), said=uuid.uuid4())
    assert SavedForm.objects.of(user).count() == 1
    client.post(path, form_of(client.get(path), having="name") | {"name": "Wei"})
    assert SavedForm.objects.of(user).count() == 1
    SavedForm.forget_old(now=timezone.now())
    assert SavedForm.across_owners.count() == 1


def test_nothing_that_was_typed_can_be_read_from_a_key(client: Client, user: User) -> None:
    path, data = prepared(client, user, "contacts:person_new")
    client.post(path, data)
    mark = SavedForm.objects.of(user).get()
    assert str(mark.key) != data["form_key"]
    assert mark.object_id == Person.objects.of(user).get().pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "name", ["contacts:firm_new", "calls:referral_new", "followups:promise_new"]
)
def test_it_is_one_row_when_a_form_comes_twenty_times_at_once(name: str) -> None:
    user = UserFactory(time_zone="Europe/London")
    browsers = [Client() for _ in range(20)]
    for browser in browsers:
        browser.force_login(user)
    path, data = prepared(browsers[0], user, name)
    before = count(user, name)
    at_once = threading.Barrier(len(browsers))
    answers: list[Any] = []

    def send(browser: Client) -> None:
        at_once.wait()
        try:
            answers.append(browser.post(path, data))
        finally:
            connection.close()

    sending = [threading.Thread(target=send, args=[browser]) for browser in browsers]
    for one in sending:
        one.start()
    for one in sending:
        one.join()
    assert count(user, name) == before + 1
    assert len({answer.headers.get("Location") for answer in answers}) == 1
    assert [answer.status_code for answer in answers] == [302] * len(browsers)
    assert Person.objects.of(user).count() == (name == "calls:referral_new")
