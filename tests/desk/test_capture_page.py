"""One line to a call: looked at in its fields before it is saved (desk/capture has the grammar)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Preferences, User
from calls.models import Call
from contacts.models import Recruiter
from desk.models import Draft
from followups.models import Promise
from tests.addresses import check_refusals
from tests.factories import RecruiterFactory
from tests.pages import HTMX, form_of, html

# A Sunday in winter.
NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
LINE = (
    "Jane Doe @ Hartwell Search +1 212 555 0100, CFO at Acme, call back tue 4pm, "
    "I send 2 names by fri, she sends the JD by Thursday"
)


@pytest.fixture(autouse=True)
def _on_a_sunday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def write(client: Client, line: str, **options: Any) -> Any:
    return client.post("/capture/", {"line": line}, **options)


def preview(client: Client, line: str) -> Any:
    response = write(client, line)
    assert response.status_code == 302
    return client.get(response.headers["Location"])


def test_it_shows_every_part_in_its_field(client: Client, user: User) -> None:
    form = form_of(preview(client, LINE), having="who")
    shown = {name: form[name].strip() for name in ("who", "firm", "position", "client", "notes")}
    assert shown == {
        "who": "Jane Doe",
        "firm": "Hartwell Search",
        "position": "CFO",
        "client": "Acme",
        "notes": LINE,
    }
    assert form["phone"] == "+1 212-555-0100"
    names = ("owed_by", "kind", "how_many", "what", "due_on", "due_time")
    lines = [[form[f"promises-{n}-{name}"] for name in names] for n in range(3)]
    assert lines == [
        ["me", "call_back", "", "", "2026-11-24", "16:00"],
        ["me", "send_names", "2", "", "2026-11-27", ""],
        ["them", "send_information", "", "the JD", "2026-11-26", ""],
    ]


def test_it_writes_no_call_before_it_was_looked_at(client: Client, user: User) -> None:
    preview(client, LINE)
    for model in (Call, Recruiter, Promise):
        assert not model.objects.of(user).exists()
    # The line is safe all the same.
    assert "Jane Doe" in html(client.get("/"))


def test_it_saves_what_was_looked_at(client: Client, user: User) -> None:
    client.post("/calls/new/", form_of(preview(client, LINE), having="who"))
    call = Call.objects.of(user).get()
    assert (call.recruiter.name, str(call.opportunity)) == ("Jane Doe", "CFO, Acme")
    assert [one.due_on.day for one in call.promises.order_by("pk")] == [24, 27, 26]
    assert not Draft.across_owners.exists()


def test_it_shows_every_moment_in_full(client: Client, user: User) -> None:
    page = html(preview(client, LINE))
    for words in (
        "I: call back, Tuesday 24 November 2026, 16:00",
        "I: send names (2), Friday 27 November 2026",
        "They: the JD, Thursday 26 November 2026",
    ):
        assert words in page


def test_it_looks_after_what_they_promised_without_a_day(client: Client, user: User) -> None:
    response = preview(client, "Jane Doe @ Hartwell Search, she sends the JD")
    assert "They: the JD, Sunday 29 November 2026" in html(response)
    assert client.post("/calls/new/", form_of(response, having="who")).status_code == 302


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("Voicemail from Jane Doe @ Hartwell Search, call back tue 4pm", "voicemail"),
        ("Missed call from Jane Doe @ Hartwell Search, call back tue 4pm", "missed"),
        ("Jane Doe @ Hartwell Search, bad time, she rings me tue 4pm", "bad_time"),
        ("Jane Doe @ Hartwell Search left a message with Pat, call back tue 4pm", "message_taken"),
        ("Jane Doe @ Hartwell Search, msg taken by reception, rings again 16:00", "message_taken"),
        ("Jane Doe @ Hartwell Search, CFO at Acme, call back tue 4pm", "talked"),
    ],
)
def test_it_says_how_the_call_went(client: Client, user: User, line: str, outcome: str) -> None:
    response = preview(client, line)
    client.post("/calls/new/", form_of(response, having="who"))
    assert Call.objects.of(user).get().outcome == outcome


def test_it_knows_a_caller_by_name(client: Client, user: User) -> None:
    jane = RecruiterFactory(owner=user, name="Jane Doe")
    response = preview(client, "jane doe @ Hartwell Search, call back tue 4pm")
    assert response.context["known"].recruiter == jane


def test_it_asks_what_is_unclear(client: Client, user: User) -> None:
    response = preview(client, "Jane Doe @ Hartwell Search, call back next friday")
    assert "next friday" in html(response)
    assert response.context["draft"].unclear
    answer = client.post("/calls/new/", form_of(response, having="who"))
    assert answer.status_code == 422
    assert list(answer.context["lines"].errors[0]) == ["due_words"]


def test_it_means_by_evening_what_the_user_means(client: Client, user: User) -> None:
    Preferences.objects.of(user).update(evening_time=dt.time(20, 15))
    response = preview(client, "Jane Doe @ Hartwell Search, she rings me this evening")
    assert form_of(response, having="who")["promises-0-due_time"] == "20:15"


@pytest.mark.parametrize("line", ["", "   ", "buy milk", "dentist tue 4pm", "x" * 2001, "\x00"])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_saves_nothing_of_a_line_that_is_no_call(
    client: Client, user: User, line: str, headers: dict[str, str]
) -> None:
    response = write(client, line, headers=headers)
    assert response.status_code == 422
    assert line.strip("\x00 ") in html(response)
    assert response.context["error"]
    assert not Draft.across_owners.exists()


def test_it_goes_on_without_a_page_load(client: Client, user: User) -> None:
    response = write(client, LINE, headers=HTMX)
    key = Draft.objects.of(user).get().client_key
    assert f"/calls/new/?draft={key}" in response.headers["HX-Location"]


def test_it_is_refused_to_others(client: Client, anonymous: Client, other: User) -> None:
    check_refusals("desk:capture", client=client, anonymous=anonymous, other=other)
