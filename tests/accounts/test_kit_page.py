"""What I keep ready for a recruiter who asks."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.html import strip_tags

from accounts.forms import KitForm
from accounts.models import Kit, Preferences, User
from accounts.owned import StaleVersion
from tests.addresses import check_refusals
from tests.pages import errors_of, fill_in, form_of, html, send

KIT = "/kit/"
ANY, EVENING = "+442079460018", "+447700900018"


def kit_of(user: User) -> Kit:
    return Kit.objects.of(user).get()


def type_in(client: Client, **values: Any) -> Any:
    return send(client, KIT, having="pitch", **values)


def summary_of(response: Any) -> str:
    """The sentence under the title, as it is read."""
    found = re.search(r'<p class="summary">(.*?)</p>', html(response), re.DOTALL)
    assert found
    return strip_tags(found[1])


def test_it_saves(client: Client, user: User) -> None:
    response = type_in(
        client,
        pitch="Finance director.\nTwo groups sold.",
        seeking="CFO, owner-led",
        not_seeking="interim",
        notice_period="six months",
        best_times="after six",
        callback_number="020 7946 0018",
        evening_number="+44 7700 900018",
    )
    assert response.headers["Location"] == KIT
    kit = kit_of(user)
    assert kit.pitch == "Finance director.\nTwo groups sold."
    assert (kit.seeking, kit.not_seeking) == ("CFO, owner-led", "interim")
    assert (kit.notice_period, kit.best_times) == ("six months", "after six")
    assert (kit.callback_number, kit.evening_number) == (ANY, EVENING)


def test_it_comes_back_as_it_was_saved(client: Client, user: User) -> None:
    Kit.objects.of(user).update(pitch="\nFirst.\nSecond.", callback_number=ANY)
    assert type_in(client).status_code == 302
    assert (kit_of(user).pitch, kit_of(user).callback_number) == ("First.\nSecond.", ANY)


def test_it_reads_a_number_as_in_my_country(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(phone_region="US")
    type_in(client, callback_number="(212) 555-0100", evening_number="(212) 555-0101")
    kit = kit_of(user)
    assert (kit.callback_number, kit.evening_number) == ("+12125550100", "+12125550101")


def test_it_may_be_left_empty(client: Client, user: User) -> None:
    type_in(client, pitch="typed")
    assert type_in(client, pitch="").status_code == 302
    assert kit_of(user).is_empty


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pitch", "x" * 2001),
        ("pitch", "a\x00b"),
        ("seeking", "x" * 2001),
        ("not_seeking", "x" * 2001),
        ("notice_period", "x" * 101),
        ("best_times", "x" * 201),
        ("callback_number", "ring me"),
        ("callback_number", "12"),
        ("evening_number", "020 7946 0018 ext. 4"),
        ("evening_number", "+44 0"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, user: User, field: str, value: str
) -> None:
    response = type_in(client, **{"pitch": "Typed for an hour", field: value})
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    again = form_of(response, having="pitch")
    assert again["pitch"] == (value if field == "pitch" else "Typed for an hour")
    assert again[field] == value
    assert (kit_of(user).version, kit_of(user).is_empty) == (1, True)


def test_it_answers_an_empty_form_422(client: Client) -> None:
    assert client.post(KIT, {}).status_code == 422


def test_it_shows_both_texts_of_two_edits(client: Client, user: User) -> None:
    data = fill_in(client, KIT, having="pitch", pitch="mine", callback_number="020 7946 0018")
    type_in(client, pitch="theirs")
    response = client.post(KIT, data)
    assert response.status_code == 422
    assert errors_of(response)["pitch"] == ["Saved meanwhile: theirs"]
    again = form_of(response, having="pitch")
    assert again["pitch"] == "mine"
    assert kit_of(user).pitch == "theirs"
    assert client.post(KIT, again).status_code == 302  # knowingly now
    assert (kit_of(user).pitch, kit_of(user).callback_number) == ("mine", ANY)


def test_it_refuses_what_is_newer_at_the_last_moment(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*args: Any) -> None:
        raise StaleVersion

    data = fill_in(client, KIT, having="pitch", pitch="mine")
    monkeypatch.setattr(KitForm, "save", overtaken)
    response = client.post(KIT, data)
    assert response.status_code == 422
    assert form_of(response, having="pitch")["pitch"] == "mine"


def test_it_changes_nobody_else(client: Client, other: User) -> None:
    type_in(client, pitch="mine")
    assert kit_of(other).is_empty


def test_it_shows_nobody_elses(client: Client, other: User) -> None:
    Kit.objects.of(other).update(pitch="What I would not tell", evening_number=EVENING)
    page = html(client.get(KIT))
    assert "What I would not tell" not in page
    assert "900018" not in page


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({}, "What you say when they ask; it stands beside the call sheet."),
        ({"pitch": "Words"}, "No number yet on which they ring you back."),
        ({"callback_number": ANY}, "They ring you back on +44 20 7946 0018, at any hour."),
        (
            {"evening_number": EVENING},
            "They ring you from 19:15 and at weekends on +44 7700 900018; "
            "there is no number for the day yet.",
        ),
        (
            {"callback_number": ANY, "evening_number": EVENING},
            "They ring you back on +44 20 7946 0018, from 19:15 and at weekends on "
            "+44 7700 900018.",
        ),
    ],
)
def test_it_says_how_the_kit_stands(
    client: Client, user: User, numbers: dict[str, str], said: str
) -> None:
    Preferences.objects.of(user).update(evening_time=dt.time(19, 15))
    Kit.objects.of(user).update(**numbers)
    assert summary_of(client.get(KIT)) == said
    # Also while the form shows what was refused: nothing of that is so yet.
    refused = type_in(client, callback_number="+1 212 555 0100", best_times="x" * 201)
    assert refused.status_code == 422
    assert summary_of(refused) == said


def test_it_is_one_click_from_everywhere(client: Client) -> None:
    page = html(client.get("/settings/"))
    assert page.count('href="/kit/"') == 2  # the side of a desktop, the sheet of a phone
    assert html(client.get(KIT)).count('href="/kit/" aria-current="page"') == 2


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("accounts:kit", client=client, anonymous=anonymous, other=other)


# An account made before there were kits ----------------------------------------------------------


def test_it_begins_a_kit_where_there_is_none(client: Client, user: User) -> None:
    Kit.objects.of(user).delete()
    assert client.get(KIT).status_code == 200
    assert not Kit.objects.of(user).exists()  # looking changes nothing
    assert type_in(client, pitch="mine").status_code == 302
    assert kit_of(user).pitch == "mine"


def test_it_tells_when_two_begin_one(client: Client, user: User) -> None:
    Kit.objects.of(user).delete()
    data = fill_in(client, KIT, having="pitch", pitch="mine")
    type_in(client, pitch="theirs")
    response = client.post(KIT, data)
    assert response.status_code == 422
    assert form_of(response, having="pitch")["pitch"] == "mine"
    assert kit_of(user).pitch == "theirs"


# The model ----------------------------------------------------------------------------------------


def test_every_account_has_a_kit(user: User) -> None:
    assert Kit.of(user) == kit_of(user)
    assert Kit.of(user).is_empty


def test_there_is_one_kit_each_by_constraint(user: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Kit.objects.create(owner=user)


@pytest.mark.parametrize(
    "number", ["020 7946 0018", "44207946", "+0123", "+44 20", "+1234567890123456"]
)
@pytest.mark.parametrize("field", ["callback_number", "evening_number"])
def test_a_number_is_e164_by_constraint(user: User, field: str, number: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Kit.objects.of(user).update(**{field: number})


@pytest.mark.parametrize(
    ("by_day", "by_night", "at", "number"),
    [
        (ANY, EVENING, "09:00", ANY),
        (ANY, EVENING, "17:59", ANY),
        (ANY, EVENING, "18:00", EVENING),
        (ANY, EVENING, "23:59", EVENING),
        (ANY, EVENING, "00:00", ANY),
        (ANY, "", "20:00", ANY),
        ("", EVENING, "20:00", EVENING),
        ("", EVENING, "09:00", ""),
        ("", "", "20:00", ""),
    ],
)
def test_it_gives_the_number_for_the_time_of_day(
    by_day: str, by_night: str, at: str, number: str
) -> None:
    kit = Kit(callback_number=by_day, evening_number=by_night)
    assert kit.number_at(dt.time.fromisoformat(at), evening=dt.time(18)) == number
