"""Whether a firm is real: checks are noted in one press, mended and thrown away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from contacts.models import Firm, FirmCheck
from followups.models import Promise
from tests.addresses import check_refusals
from tests.factories import FirmCheckFactory, FirmFactory, PromiseFactory
from tests.pages import errors_of, form_of, html, send


@pytest.fixture
def firm(user: User) -> Firm:
    return FirmFactory(owner=user, name="Northgate")


def press(client: Client, firm: Firm, **values: Any) -> Any:
    return client.post(f"/firms/{firm.pk}/check/", values)


def test_it_notes_a_check_in_one_press(client: Client, firm: Firm) -> None:
    assert "Nothing is verified" in html(client.get(firm.get_absolute_url()))
    response = press(client, firm, way="switchboard", result="good")
    assert response.headers["Location"] == f"{firm.get_absolute_url()}#vetting"
    check = FirmCheck.objects.of(firm.owner).get()
    assert (check.firm, check.checked_on) == (firm, timezone.localdate())
    text = html(client.get(firm.get_absolute_url()))
    assert "Verified: the switchboard knows them." in text
    assert "Still unverified: whether their mail" in text


def test_it_notes_a_day_and_words(client: Client, firm: Firm) -> None:
    path = f"/firms/{firm.pk}/check/?way=domain"
    values = {"result": "bad", "checked_on": "2026-01-05", "notes": "From <gmail>"}
    assert form_of(client.get(path), having="way")["way"] == "domain"
    assert send(client, path, having="way", **values).status_code == 302
    text = html(client.get(firm.get_absolute_url()))
    assert "Doubtful: their mail does not come from the firm&#x27;s domain." in text
    assert "5 January 2026 · From &lt;gmail&gt;" in text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"result": "good"}, "way"),
        ({"way": "domain"}, "result"),
        ({"way": "psychic", "result": "good"}, "way"),
        ({"way": "domain", "result": "good", "checked_on": "2999-01-01"}, "checked_on"),
        ({"way": "domain", "result": "good", "notes": "x" * 501}, "notes"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, firm: Firm, values: dict[str, str], field: str
) -> None:
    response = press(client, firm, **values)
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    assert not FirmCheck.objects.of(firm.owner).exists()


def test_it_takes_the_users_own_day_for_today(client: Client, firm: Firm) -> None:
    """In Auckland it is tomorrow already."""
    User.objects.filter(pk=firm.owner_id).update(time_zone="Pacific/Kiritimati")
    press(client, firm, way="aesc", result="good")
    zone = User.objects.get(pk=firm.owner_id).zone
    check = FirmCheck.objects.of(firm.owner).get()
    assert check.checked_on == timezone.now().astimezone(zone).date()


def test_it_mends_a_check(client: Client, firm: Firm) -> None:
    check = FirmCheckFactory(owner=firm.owner, firm=firm, result="open")
    send(client, f"/checks/{check.pk}/edit/", having="way", result="good", notes="Rang again")
    check.refresh_from_db()
    assert (check.result, check.notes, check.firm) == ("good", "Rang again", firm)


def test_it_goes_to_the_trash_and_back(client: Client, firm: Firm) -> None:
    check = FirmCheckFactory(owner=firm.owner, firm=firm)
    location = client.post(f"/checks/{check.pk}/trash/").headers["Location"]
    text = html(client.get(location))
    assert "Nothing is verified" in text
    assert f"/checks/{check.pk}/restore/" in text
    client.post(f"/checks/{check.pk}/restore/")
    assert "Verified: the switchboard" in html(client.get(firm.get_absolute_url()))


def test_it_offers_nobody_elses_trash(client: Client, firm: Firm, other: User) -> None:
    theirs = FirmCheckFactory(owner=other)
    theirs.trash()
    text = html(client.get(firm.get_absolute_url(), {"check": theirs.pk}))
    assert "restore" not in text


def test_it_offers_to_keep_the_promise_to_look(client: Client, firm: Firm) -> None:
    due = timezone.localdate() + dt.timedelta(days=2)
    vet = PromiseFactory(owner=firm.owner, firm=firm, recruiter=None, kind="vet_firm", due_on=due)
    assert "Note below what you find." in html(client.get(firm.get_absolute_url()))
    press(client, firm, way="switchboard", result="bad")
    page = client.get(firm.get_absolute_url())
    assert "Kept: they do not" in html(page)
    answer = client.post(
        f"/promises/{vet.pk}/keep/", {"said": "unsound", "next": firm.get_absolute_url()}
    )
    assert answer.headers["Location"] == firm.get_absolute_url()
    vet.refresh_from_db()
    assert (vet.state, vet.outcome) == (Promise.State.KEPT, "they do not look sound")
    assert "You meant to look" not in html(client.get(firm.get_absolute_url()))


def test_it_keeps_no_promise_by_itself(client: Client, firm: Firm) -> None:
    vet = PromiseFactory(owner=firm.owner, firm=firm, kind="vet_firm")
    press(client, firm, way="switchboard", result="good")
    vet.refresh_from_db()
    assert vet.is_open


def test_it_tells_one_firms_checks_from_anothers(client: Client, firm: Firm) -> None:
    FirmCheckFactory(owner=firm.owner, result="bad")
    assert "Doubtful" not in html(client.get(firm.get_absolute_url()))


@pytest.mark.parametrize("name", ["firm_check", "check_edit", "check_trash"])
def test_it_refuses_what_every_page_refuses(
    name: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(f"desk:{name}", client=client, anonymous=anonymous, other=other)
