"""Logging a call while it is going on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Phone, Recruiter
from followups.models import Promise, Reminder
from tests.addresses import check_refusals
from tests.desk.sheets import FULL, NOW, SHEET, only_call, promise_line, sheet
from tests.factories import (
    CallFactory,
    FirmFactory,
    OpportunityFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
)
from tests.pages import HTMX, errors_of, fill_in, form_of, html, is_fragment


@pytest.fixture(autouse=True)
def _at_half_past_nine() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


# It works -----------------------------------------------------------------------------------------


def test_it_logs_a_call_of_somebody_new(client: Client, user: User) -> None:
    data = sheet(client, who="Grace Okonkwo", firm="Northgate", phone="020 7946 0018")
    response = client.post(SHEET, data)
    call = only_call(user)
    assert response.headers["Location"] == f"/calls/{call.pk}/"
    assert (call.recruiter.name, call.firm and call.firm.name) == ("Grace Okonkwo", "Northgate")
    assert call.recruiter.firm == call.firm
    assert [phone.number for phone in call.recruiter.phones.all()] == ["+442079460018"]
    assert call.occurred_at == NOW
    assert (call.direction, call.outcome, call.purpose) == ("incoming", "talked", "")


def test_it_needs_no_more_than_a_name(client: Client, user: User) -> None:
    assert client.post(SHEET, sheet(client, who="Grace")).status_code == 302
    assert only_call(user).firm is None


def test_it_fills_in_the_time_of_the_users_own_clock(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(time_zone="Asia/Tokyo")
    data = sheet(client, who="Grace")
    assert data["occurred_at"] == "2026-11-24T18:30"
    client.post(SHEET, data)
    assert only_call(user).occurred_at == NOW


def test_it_keeps_everything_that_was_typed(client: Client, user: User) -> None:
    data = sheet(
        client,
        who="Grace",
        occurred_at="2026-11-23T17:05",
        direction="outgoing",
        outcome="voicemail",
        purpose="names",
        position="Interim CFO",
        client="Acme",
        in_confidence="on",
        found_me_through="Pat named me",
        notes="Line one\r\nLine two — “quoted” 日本",
    )
    client.post(SHEET, data)
    call = only_call(user)
    assert call.occurred_at == dt.datetime(2026, 11, 23, 17, 5, tzinfo=dt.UTC)
    assert (call.direction, call.outcome, call.purpose) == ("outgoing", "voicemail", "names")
    assert call.found_me_through == "Pat named me"
    assert call.notes.splitlines() == ["Line one", "Line two — “quoted” 日本"]
    assert call.opportunity is not None
    assert str(call.opportunity) == "Interim CFO, Acme, in confidence"


@pytest.mark.parametrize(
    ("typed", "disclosure"),
    [
        ({}, "withheld"),
        ({"client": "Acme"}, "named"),
        ({"client": "Acme", "in_confidence": "on"}, "in_confidence"),
    ],
)
def test_it_knows_whether_the_client_was_named(
    client: Client, user: User, typed: dict[str, str], disclosure: str
) -> None:
    client.post(SHEET, sheet(client, who="Grace", position="CFO", **typed))
    opportunity = Opportunity.objects.of(user).get()
    assert opportunity.client_disclosure == disclosure
    assert bool(opportunity.client) == bool(typed)


def test_it_takes_up_an_opportunity_that_is_known(client: Client, user: User) -> None:
    recruiter = RecruiterFactory(owner=user, name="Grace")
    known = OpportunityFactory(owner=user, recruiter=recruiter, title="Interim CFO")
    client.post(SHEET, sheet(client, who="Grace", position="interim cfo", client="Acme"))
    assert only_call(user).opportunity == known
    known.refresh_from_db()
    assert known.client is not None
    assert (known.client.name, known.client_disclosure) == ("Acme", "named")


def test_it_makes_another_opportunity_for_another_client(client: Client, user: User) -> None:
    for name in ("Acme", "Globex"):
        client.post(SHEET, sheet(client, who="Grace", position="CFO", client=name))
    assert Opportunity.objects.of(user).count() == 2
    assert Employer.objects.of(user).count() == 2


def test_it_finds_a_recruiter_and_a_firm_by_their_names(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, name="Müller & Cie")
    grace = RecruiterFactory(owner=user, name="Grâce Ökonkwo", firm=firm)
    client.post(SHEET, sheet(client, who="  grace   OKONKWO ", firm="muller & cie"))
    call = only_call(user)
    assert (call.recruiter, call.firm) == (grace, firm)
    assert Recruiter.objects.of(user).count() == Firm.objects.of(user).count() == 1


def test_it_takes_the_firm_of_a_known_recruiter(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    RecruiterFactory(owner=user, name="Grace", firm=firm)
    client.post(SHEET, sheet(client, who="Grace"))
    assert only_call(user).firm == firm


def test_it_learns_a_number_once(client: Client, user: User) -> None:
    for typed in ("+44 20 7946 0018", "020 7946 0018"):
        client.post(SHEET, sheet(client, who="Grace", phone=typed))
    assert Phone.objects.of(user).get().number == "+442079460018"


def test_it_lets_a_recruiter_move_and_leaves_the_old_calls_where_they_were(
    client: Client, user: User
) -> None:
    old = FirmFactory(owner=user, name="Old Firm")
    grace = RecruiterFactory(owner=user, name="Grace", firm=old)
    before = CallFactory(owner=user, recruiter=grace, firm=old)
    asked = client.post(SHEET, sheet(client, who="Grace", firm="New Firm"))
    assert asked.context["form"].candidates == [grace]
    client.post(SHEET, {**form_of(asked, having="who"), "recruiter": grace.pk})
    grace.refresh_from_db()
    before.refresh_from_db()
    assert grace.firm is not None
    assert grace.firm.name == "New Firm"
    assert before.firm == old
    assert Call.objects.of(user).exclude(pk=before.pk).get().firm == grace.firm


@pytest.mark.parametrize(
    "name",
    [
        "Ó'Séaghdha",
        "李小龍",
        "Анна Каренина",
        "محمد",
        "Zoë 🙂",
        "Jean-Baptiste Emanuel Zorg de la Tour d’Auvergne",
        "<b>Bold</b> & Co",
        "{{ 7|add:7 }}",
        "x" * 200,
        "ß" * 200,
        "ﷺ" * 200,  # folds to 18 letters each
    ],
)
def test_it_takes_names_as_people_have_them(client: Client, user: User, name: str) -> None:
    response = client.post(SHEET, sheet(client, who=name, firm=name), follow=True)
    assert response.status_code == 200
    call = only_call(user)
    assert call.recruiter.name == name
    assert "<b>Bold" not in html(response)
    client.post(SHEET, sheet(client, who=name, firm=name))
    assert Recruiter.objects.of(user).count() == Firm.objects.of(user).count() == 1


def test_it_makes_one_line_of_a_name_that_has_several(client: Client, user: User) -> None:
    client.post(SHEET, sheet(client, who="Grace\r\nBcc: all@example.org", firm="North\ngate"))
    call = only_call(user)
    assert call.recruiter.name == "Grace Bcc: all@example.org"
    assert call.firm is not None
    assert call.firm.name == "North gate"


# Promises -----------------------------------------------------------------------------------------


def test_it_keeps_the_promises_that_were_made(client: Client, user: User) -> None:
    data = sheet(client, who="Grace", firm="Northgate", phone="020 7946 0018", position="CFO")
    data |= promise_line(0) | promise_line(
        1, owed_by="them", kind="send_information", what="the brief", due_time=""
    )
    data["promises-TOTAL_FORMS"] = "2"
    client.post(SHEET, data)
    call = only_call(user)
    mine, theirs = Promise.objects.of(user).order_by("pk")
    assert (mine.owed_by, mine.kind, theirs.owed_by) == ("me", "call_back", "them")
    assert mine.due_utc == dt.datetime(2026, 11, 24, 18, tzinfo=dt.UTC)
    assert theirs.due_utc == dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)
    for promise in (mine, theirs):
        assert (promise.call, promise.recruiter, promise.firm) == (call, call.recruiter, call.firm)
        assert promise.opportunity == call.opportunity
        assert promise.time_zone == "Europe/London"
    assert (mine.phone, theirs.phone) == ("+442079460018", "")
    assert Reminder.objects.of(user).filter(promise=mine, occasion="due").count() == 1


def test_it_reads_days_and_times_in_the_zone_of_the_user(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(time_zone="America/New_York")
    client.post(SHEET, sheet(client, who="Grace") | promise_line())
    promise = Promise.objects.of(user).get()
    assert promise.due_utc == dt.datetime(2026, 11, 24, 23, tzinfo=dt.UTC)


def test_it_takes_the_number_that_is_known_for_a_call_back(client: Client, user: User) -> None:
    phone = PhoneFactory(owner=user, recruiter__name="Grace")
    client.post(SHEET, sheet(client, who="Grace") | promise_line())
    assert Promise.objects.of(user).get().phone == phone.number


def test_it_takes_an_untouched_line_for_no_promise(client: Client, user: User) -> None:
    client.post(SHEET, sheet(client, who="Grace"))
    assert not Promise.objects.of(user).exists()


def test_it_leaves_out_a_promise_that_was_struck_out(client: Client, user: User) -> None:
    data = sheet(client, who="Grace") | promise_line() | {"promises-0-DELETE": "on"}
    assert client.post(SHEET, data).status_code == 302
    assert not Promise.objects.of(user).exists()


def test_it_takes_eight_promises(client: Client, user: User) -> None:
    data = sheet(client, who="Grace") | {"promises-TOTAL_FORMS": "8"}
    for number in range(8):
        data |= promise_line(number)
    assert client.post(SHEET, data).status_code == 302
    assert Promise.objects.of(user).count() == 8


@pytest.mark.parametrize("total", ["9", "1000", "99999999999999999999"])
def test_it_takes_no_more_than_eight(client: Client, user: User, total: str) -> None:
    data = sheet(client, who="Grace") | {"promises-TOTAL_FORMS": total}
    for number in range(9):
        data |= promise_line(number)
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert "Grace" in html(response)
    assert not Call.objects.of(user).exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"due_on": ""}, "due_words"),
        ({"due_on": "soon"}, "due_on"),
        ({"due_on": "2027-02-30"}, "due_on"),
        ({"due_on": "9999-12-31"}, "due_on"),
        ({"due_on": "0001-01-01"}, "due_on"),
        ({"due_on": "9999-12-31", "due_time": ""}, "due_on"),
        ({"due_time": "25:00"}, "due_time"),
        ({"owed_by": "everybody"}, "owed_by"),
        ({"what": "x" * 201}, "what"),
        ({"what": "NUL \x00"}, "what"),
        # The clocks go forward from 01:00 to 02:00 (issue 2, point 5).
        ({"due_on": "2027-03-28", "due_time": "01:30"}, "due_time"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong_with_a_promise(
    client: Client, user: User, wrong: dict[str, str], field: str
) -> None:
    data = sheet(client, who="Grace", notes="Typed in a hurry") | promise_line(**wrong)
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert list(response.context["lines"].errors[0]) == [field]
    page = html(response)
    for error in response.context["lines"].errors[0][field]:
        assert page.count(error.replace("'", "&#x27;")) >= 1
    assert "Typed in a hurry" in page
    assert 'value="Grace"' in page
    assert form_of(response, having="who")["promises-0-due_time"] == data["promises-0-due_time"]
    for model in (Call, Recruiter, Promise):
        assert not model.objects.of(user).exists()


def test_it_says_what_a_skipped_hour_would_be(client: Client, user: User) -> None:
    line = promise_line(due_on="2027-03-28", due_time="01:30")
    response = client.post(SHEET, sheet(client, who="Grace") | line)
    assert "Did you mean 02:30?" in html(response)


def test_it_takes_the_first_of_an_hour_that_comes_twice(client: Client, user: User) -> None:
    line = promise_line(due_on="2027-10-31", due_time="01:30")
    client.post(SHEET, sheet(client, who="Grace") | line)
    promise = Promise.objects.of(user).get()
    assert promise.due_utc == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)


def test_it_shows_one_more_line_without_scripts(client: Client, user: User) -> None:
    data = sheet(client, who="Grace", notes="Half a note") | promise_line(what="Two names")
    response = client.post(SHEET, {**data, "add": "promise"})
    assert response.status_code == 200
    again = form_of(response, having="who")
    assert (again["who"], again["notes"].strip()) == ("Grace", "Half a note")
    assert again["client_key"] == data["client_key"]
    assert again["promises-TOTAL_FORMS"] == "2"
    assert again["promises-0-what"] == "Two names"
    assert again["promises-0-due_time"] == "18:00"
    assert "promises-1-kind" in again
    assert not Call.objects.of(user).exists()
    client.post(SHEET, again)
    assert Promise.objects.of(user).get().what == "Two names"


@pytest.mark.parametrize("total", ["", "x", "-5", "8", "9" * 40, "9" * 5000, "²", "\x00"])
def test_it_adds_a_line_whatever_the_count(client: Client, total: str) -> None:
    data = sheet(client, who="Grace") | {"promises-TOTAL_FORMS": total, "add": "promise"}
    response = client.post(SHEET, data)
    assert response.status_code == 200
    assert len(response.context["lines"].forms) <= 8


@pytest.mark.parametrize("said", ["aesc_member", "founded", "past_clients"])
def test_it_asks_for_the_firm_of_which_something_was_said(
    client: Client, user: User, said: str
) -> None:
    """Without a firm there is no row to keep the answer, and it would be dropped."""
    response = client.post(SHEET, sheet(client, who="Grace", **{said: FULL[said]}))
    assert response.status_code == 422
    assert list(errors_of(response)) == ["firm"]
    again = form_of(response, having="who")
    assert again[said] == FULL[said]
    assert client.post(SHEET, {**again, "firm": "Northgate"}).status_code == 302
    firm = only_call(user).firm
    assert str(getattr(firm, said)) == FULL[said]


# What is wrong, and what is asked back --------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("who", ""),
        ("who", "   "),
        ("who", "x" * 201),
        ("who", "NUL \x00 in it"),
        ("who", "\u0301\u0301"),  # accents with no letter under them
        ("firm", "x" * 201),
        ("firm", "\x00"),
        ("phone", "0800 FLOWERS"),
        ("phone", "call me"),
        ("phone", "123"),
        ("phone", "+44 20 7946 0018 ext. 12"),
        ("phone", "9" * 41),
        ("phone", "+٤٤ ٢٠"),
        ("phone", "\x00"),
        ("occurred_at", ""),
        ("occurred_at", "yesterday"),
        ("occurred_at", "2026-13-01T10:00"),
        ("occurred_at", "9999-12-31T23:59"),
        ("occurred_at", "0001-01-01T00:00"),
        # The clocks went forward from 01:00 to 02:00.
        ("occurred_at", "2026-03-29T01:30"),
        ("occurred_at", "2026-11-24T11:00"),  # still to come
        ("direction", "sideways"),
        ("outcome", ""),
        ("purpose", "nonsense"),
        ("position", "x" * 201),
        ("client", "x" * 201),
        ("found_me_through", "x" * 201),
        ("notes", "NUL \x00 in it"),
        ("client_key", "not-a-uuid"),
        ("client_key", ""),
        ("recruiter", "abc"),
        ("recruiter", "987654321"),
        ("recruiter", "9" * 30),
        ("recruiter", "9" * 5000),
        ("recruiter", "\x00"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, user: User, field: str, value: str
) -> None:
    typed = {
        "who": "Grace",
        "firm": "Northgate",
        "phone": "+44 20 7946 0018",
        "position": "CFO",
        "client": "Acme",
        "notes": "Typed in a hurry",
    }
    data = {**sheet(client, **typed), **promise_line(what="Two names"), field: value}
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    again = form_of(response, having="who")
    for name in {*typed, "promises-0-what"} - {field}:
        assert again[name] == data[name], name
    if value.isprintable() and field not in {"direction", "outcome", "purpose"}:
        assert again[field] == value
    for model in (Call, Recruiter, Firm, Opportunity, Promise, Phone):
        assert not model.objects.of(user).exists()


def test_it_takes_the_first_of_an_hour_that_came_twice(client: Client, user: User) -> None:
    """In the night when the clocks go back the sheet's own “now” must be good enough."""
    with time_machine.travel(dt.datetime(2026, 10, 25, 0, 40, tzinfo=dt.UTC), tick=False):
        data = sheet(client, who="Grace")
        assert data["occurred_at"] == "2026-10-25T01:40"
        assert client.post(SHEET, data).status_code == 302
    assert only_call(user).occurred_at == dt.datetime(2026, 10, 25, 0, 40, tzinfo=dt.UTC)


def test_it_asks_who_called(client: Client, user: User) -> None:
    response = client.post(SHEET, sheet(client, notes="Somebody rang"))
    assert response.status_code == 422
    assert errors_of(response) == {"who": ["Say who called. A first name will do."]}
    assert "Say who called. A first name will do." in html(response)
    assert "Somebody rang" in html(response)


def test_it_gives_a_note_that_is_too_long_back_whole(client: Client, user: User) -> None:
    note = "".join(f"{number:09}\n" for number in range(9_999)) + "0000009999"
    typed = note.replace("\n", "\r\n")  # as a browser sends it
    response = client.post(SHEET, sheet(client, who="Grace", notes=typed))
    assert response.status_code == 422
    assert list(errors_of(response)) == ["notes"]
    assert "109999 characters" in errors_of(response)["notes"][0]
    assert form_of(response, having="who")["notes"].split() == note.split()
    assert not Call.objects.of(user).exists()


def test_it_lets_no_browser_cut_a_note_short(client: Client) -> None:
    assert "maxlength" not in html(client.get(SHEET)).split("<textarea")[1].split(">")[0]


def test_it_keeps_a_client_whose_position_was_not_said(client: Client, user: User) -> None:
    client.post(SHEET, sheet(client, who="Grace", client="Acme"))
    opportunity = only_call(user).opportunity
    assert opportunity is not None
    assert str(opportunity) == "Position not said yet, Acme"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_answers_an_empty_form_422(client: Client, user: User, headers: dict[str, str]) -> None:
    assert client.post(SHEET, {}, headers=headers).status_code == 422
    assert not Call.objects.of(user).exists()


def test_it_asks_which_one_when_several_have_the_name(client: Client, user: User) -> None:
    north = RecruiterFactory(owner=user, name="John Smith", firm=FirmFactory(owner=user, name="N"))
    RecruiterFactory(owner=user, name="John Smith", firm=FirmFactory(owner=user, name="S"))
    response = client.post(SHEET, sheet(client, who="john smith", notes="He rang"))
    assert response.status_code == 422
    assert len(response.context["form"].candidates) == 2
    assert list(errors_of(response)) == ["who"]
    assert not Call.objects.of(user).exists()
    again = form_of(response, having="who")
    assert again["notes"].strip() == "He rang"
    client.post(SHEET, {**again, "recruiter": north.pk})
    assert only_call(user).recruiter == north


def test_it_lets_somebody_new_have_a_known_name(client: Client, user: User) -> None:
    for name in ("N", "S"):
        firm = FirmFactory(owner=user, name=name)
        RecruiterFactory(owner=user, name="John Smith", firm=firm)
    again = form_of(client.post(SHEET, sheet(client, who="John Smith")), having="who")
    assert client.post(SHEET, {**again, "is_new": "on"}).status_code == 302
    assert Recruiter.objects.of(user).count() == 3


def test_it_knows_which_one_by_the_firm(client: Client, user: User) -> None:
    RecruiterFactory(owner=user, name="John Smith", firm=FirmFactory(owner=user, name="North"))
    south = RecruiterFactory(
        owner=user, name="John Smith", firm=FirmFactory(owner=user, name="South")
    )
    client.post(SHEET, sheet(client, who="John Smith", firm="south"))
    assert only_call(user).recruiter == south


def test_it_takes_the_name_that_was_typed_over_a_choice(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    client.post(SHEET, sheet(client, who="Somebody Else", recruiter=grace.pk))
    assert only_call(user).recruiter.name == "Somebody Else"


# Beside the sheet -----------------------------------------------------------------------------------


def test_it_fills_in_the_chosen_caller(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace", firm=FirmFactory(owner=user, name="North"))
    PhoneFactory(owner=user, recruiter=grace, number="+442079460018")
    CallFactory(owner=user, recruiter=grace, notes="Spoke of the interim role")
    PromiseFactory(owner=user, recruiter=grace, what="Two names by Friday")
    response = client.get(SHEET, {"recruiter": grace.pk})
    form = form_of(response, having="who")
    assert (form["who"], form["firm"], form["recruiter"]) == ("Grace", "North", str(grace.pk))
    assert form["phone"] == "+44 20 7946 0018"
    assert "Two names by Friday" in html(response)
    assert response.context["known"].last_calls[0].notes == "Spoke of the interim role"
    assert client.post(SHEET, form).status_code == 302
    assert Call.objects.of(user).latest("pk").recruiter == grace


def test_it_gives_htmx_the_caller_alone(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    response = client.get(SHEET, {"recruiter": grace.pk}, headers=HTMX | {"HX-Target": "caller"})
    assert is_fragment(response)
    assert 'id="caller"' in html(response)
    assert 'value="Grace"' in html(response)
    assert 'name="notes"' not in html(response)


def test_it_fills_in_a_firm(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate")
    form = form_of(client.get(SHEET, {"firm": firm.pk}), having="who")
    assert (form["firm"], form["who"]) == ("Northgate", "")


def test_it_keeps_what_is_known_beside_a_sheet_that_came_back(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    PromiseFactory(owner=user, recruiter=grace, what="Two names by Friday")
    data = fill_in(client, f"{SHEET}?recruiter={grace.pk}", having="who", phone="letters")
    response = client.post(SHEET, data)
    assert response.status_code == 422
    assert "Two names by Friday" in html(response)


def test_it_works_with_htmx(client: Client, user: User) -> None:
    response = client.post(SHEET, sheet(client, who="Grace"), headers=HTMX)
    assert response.status_code in {200, 302}
    assert only_call(user).recruiter.name == "Grace"


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:call_sheet", client=client, anonymous=anonymous, other=other)
