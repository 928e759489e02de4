"""Another's row answers exactly like one that does not exist, everywhere (DESIGN section 7)."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.apps import apps
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import Preferences, User
from accounts.owned import OwnedModel
from calls.models import Call
from contacts.models import Phone, Recruiter
from tests import factories
from tests.addresses import ADDRESSES, EVERY, in_use, path_of, walk
from tests.pages import HTMX, fill_in, html, without_token

UNKNOWN = 987_654_321
WITH_ID = sorted(name for name, address in ADDRESSES.items() if address.of)
PRIVATE = sorted(name for name, address in ADDRESSES.items() if not address.public)
# Stands in every word of the other account, and may stand in no page of mine.
SECRET = "Xyzzyq"
SECRET_NUMBER = "+442079460987"


def rows_of(owner: User) -> dict[str, list[dict[str, Any]]]:
    """Everything that `owner` has, to see that nothing of it has changed."""
    return {
        model.__name__: list(model.across_owners.filter(owner=owner).order_by("pk").values())
        for model in apps.get_models()
        if issubclass(model, OwnedModel)
    }


def answer(response: Any) -> tuple[int, str, dict[str, str]]:
    return response.status_code, without_token(response), dict(response.headers)


def test_it_knows_every_address() -> None:
    found = {one.name: one for one in walk()}
    unknown = sorted(set(found) - set(ADDRESSES))
    assert not unknown, f"say in tests/addresses.py what these are: {unknown}"
    gone = sorted(set(in_use()) - set(found))
    assert not gone, f"take these out of tests/addresses.py: {gone}"


def test_it_knows_which_addresses_name_a_row() -> None:
    for one in walk():
        address = ADDRESSES[one.name]
        expected = {"token"} if address.token else {"pk"} if address.of else set()
        assert one.parameters == expected, one.name


def test_it_walks_into_every_included_configuration() -> None:
    found = [one.path for one in walk()]
    assert len(found) == len(set(found))
    assert {"", "calls/<int:pk>/edit/", "settings/", "sign-in/"} <= set(found)


@pytest.mark.parametrize("name", WITH_ID)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_answers_to_anothers_id_as_to_an_unknown_one(
    name: str, headers: dict[str, str], client: Client, user: User, other: User
) -> None:
    address = ADDRESSES[name]
    theirs = address.row(other)
    before = rows_of(other)
    for method in EVERY:
        unknown = client.generic(method, reverse(name, args=[UNKNOWN]), headers=headers)
        response = client.generic(method, reverse(name, args=[theirs.pk]), headers=headers)
        assert answer(response) == answer(unknown), method
        assert response.status_code == (404 if method in address.methods else 405), method
    assert rows_of(other) == before


@pytest.mark.parametrize("name", WITH_ID)
def test_it_answers_to_a_filled_in_form_for_anothers_row_as_for_an_unknown_one(
    name: str, client: Client, user: User, other: User
) -> None:
    theirs, mine = ADDRESSES[name].row(other), ADDRESSES[name].row(user)
    before = rows_of(other)
    data = {
        "name": "Taken over",
        "outcome": "Taken over",
        "notes": "Taken over",
        "until": "hour",
        "due_on": "2099-01-01",
        "version": theirs.version,
        "owner": user.pk,
        "id": mine.pk,
        "pk": mine.pk,
    }
    for query in ({}, {"owner": user.pk}, {"pk": mine.pk}):
        unknown = client.post(reverse(name, args=[UNKNOWN], query=query), data)
        response = client.post(reverse(name, args=[theirs.pk], query=query), data)
        assert answer(response) == answer(unknown)
    assert rows_of(other) == before


@pytest.mark.parametrize("name", WITH_ID)
def test_it_answers_to_my_own_row(name: str, client: Client, user: User) -> None:
    """Else the tests above would prove nothing."""
    address = ADDRESSES[name]
    method = "GET" if "GET" in address.methods else "POST"
    path = path_of(name, address.row(user))
    data = {"until": "week"} if name == "followups:snooze" else {}
    response = client.get(path) if method == "GET" else client.post(path, data)
    assert response.status_code in {200, 302}


NUMBERS = [0, 2**31, 2**63 - 1, 2**63, 2**64, 10**30, "9" * 400, "9" * 5000, "0" * 30]


@pytest.mark.parametrize("name", WITH_ID)
def test_it_takes_any_number_for_an_unknown_row(name: str, client: Client, user: User) -> None:
    address = ADDRESSES[name]
    for pk in NUMBERS:
        path = reverse(name, args=[UNKNOWN]).replace(str(UNKNOWN), str(pk))
        for method in address.methods:
            assert client.generic(method, path).status_code == 404, (method, pk)


@pytest.mark.parametrize("name", [name for name in WITH_ID if not ADDRESSES[name].brings_back])
def test_it_answers_to_what_is_in_my_trash_as_to_an_unknown_row(
    name: str, client: Client, user: User
) -> None:
    address = ADDRESSES[name]
    row = address.row(user)
    row.trash()
    for method in address.methods:
        gone = client.generic(method, path_of(name, row))
        assert answer(gone) == answer(client.generic(method, reverse(name, args=[UNKNOWN])))
        assert gone.status_code == 404


@pytest.mark.parametrize("name", PRIVATE)
def test_it_leads_the_anonymous_to_sign_in(name: str, anonymous: Client, user: User) -> None:
    address = ADDRESSES[name]
    paths = (
        [path_of(name, address.row(user)), reverse(name, args=[UNKNOWN])]
        if address.of
        else [path_of(name)]
    )
    before = rows_of(user)
    for path, method in itertools.product(paths, EVERY):
        response = anonymous.generic(method, path)
        assert response.status_code == 302, method
        assert response.headers["Location"] == f"/sign-in/?next={path}"
        assert not response.content
    assert rows_of(user) == before


@pytest.mark.parametrize(
    "name", sorted(name for name, one in ADDRESSES.items() if not one.allauth and not one.of)
)
def test_it_refuses_other_methods(name: str, client: Client) -> None:
    for method in EVERY:
        response = client.generic(method, path_of(name))
        refused = response.status_code == 405
        assert refused == (method not in ADDRESSES[name].methods), method


# What is posted may not refer to another's rows ---------------------------------------------------


def theirs_of(other: User) -> dict[str, Any]:
    """One row of each kind, with a secret in every word."""
    firm = factories.FirmFactory(
        owner=other,
        name=f"{SECRET} Firm",
        specialties=SECRET,
        past_clients=SECRET,
        website=f"https://{SECRET}.example/",
        switchboard=SECRET_NUMBER,
        notes=SECRET,
    )
    recruiter = factories.RecruiterFactory(
        owner=other, firm=firm, name=f"{SECRET} Recruiter", title=SECRET, notes=SECRET
    )
    factories.PhoneFactory(owner=other, recruiter=recruiter, number=SECRET_NUMBER)
    factories.EmailFactory(owner=other, recruiter=recruiter, address=f"{SECRET}@example.net")
    client = factories.EmployerFactory(owner=other, name=f"{SECRET} Client")
    opportunity = factories.OpportunityFactory(
        owner=other,
        title=f"{SECRET} Position",
        recruiter=recruiter,
        firm=firm,
        client=client,
        client_disclosure="named",
        location=SECRET,
    )
    call = factories.CallFactory(
        owner=other,
        recruiter=recruiter,
        firm=firm,
        opportunity=opportunity,
        found_me_through=SECRET,
        notes=SECRET,
    )
    factories.FirmCheckFactory(owner=other, firm=firm, notes=SECRET)
    factories.OffLimitsFactory(owner=other, firm=firm, employer=client)
    factories.EmploymentFactory(owner=other, employer=client)
    now = dt.datetime.now(dt.UTC)
    common = {"owner": other, "recruiter": recruiter, "firm": firm, "call": call, "what": SECRET}
    promise = factories.PromiseFactory(**common, opportunity=opportunity)
    for days, state in ((-3, {}), (-3, {"state": "kept", "ended_at": now}), (0, {})):
        day = now.date() + dt.timedelta(days=days)
        factories.PromiseFactory(**common, due_on=day, outcome=SECRET, **state)
        factories.PromiseFactory(**common, due_on=day, owed_by="them", **state)
    mail = factories.MailFactory(
        owner=other, state="kept", sent_at=now, subject=SECRET, text=SECRET, answer=SECRET
    )
    factories.MailFactory(owner=other, state="failed", answer=SECRET)
    person = factories.PersonFactory(
        owner=other, name=f"{SECRET} Person", position=SECRET, relation=SECRET, notes=SECRET
    )
    Phone.objects.create(owner=other, person=person, number=SECRET_NUMBER)
    factories.DisclosureFactory(owner=other, recruiter=recruiter, call=call, what=SECRET)
    for direction in ("by_me", "of_me"):
        factories.ReferralFactory(
            owner=other,
            person=person,
            recruiter=recruiter,
            direction=direction,
            why=SECRET,
            notes=SECRET,
        )
    factories.SubmissionFactory(
        owner=other, opportunity=opportunity, firm=firm, role=SECRET, limits=SECRET, client=client
    )
    resume = factories.ResumeFactory(owner=other, label=SECRET, file_name=f"{SECRET}.pdf")
    factories.CompensationFactory(owner=other, base=SECRET, benefits=SECRET)
    return {
        "resume": resume,
        "firm": firm,
        "recruiter": recruiter,
        "employer": client,
        "parent": client,
        "opportunity": opportunity,
        "call": call,
        "promise": promise,
        "mail": mail,
        "person": person,
    }


REFERENCES = [
    ("desk:call_sheet", "who", {"who": "Grace"}, ["recruiter"]),
    ("desk:resume_detail", "sent_on", {}, ["recruiter"]),
    ("calls:call_edit", "outcome", {}, ["recruiter", "firm", "opportunity"]),
    ("contacts:employer_new", "name", {"name": "Acme"}, ["parent"]),
    ("contacts:employer_edit", "name", {}, ["parent"]),
    ("contacts:employment_new", "employer", {}, ["employer"]),
    ("contacts:employment_edit", "employer", {}, ["employer"]),
    ("desk:off_limits_new", "employer", {}, ["employer"]),
    ("desk:off_limits_edit", "employer", {}, ["employer"]),
    ("desk:recruiter_move", "firm", {}, ["firm"]),
    (
        "calls:disclosure_new",
        "topic",
        {"what": "120 base"},
        ["recruiter", "firm", "opportunity", "resume"],
    ),
    ("calls:disclosure_edit", "topic", {}, ["recruiter", "firm", "opportunity", "resume"]),
    ("calls:referral_new", "named_on", {}, ["person", "recruiter", "opportunity"]),
    ("calls:referral_edit", "named_on", {}, ["person", "recruiter", "opportunity"]),
    ("calls:opportunity_new", "title", {"title": "CFO"}, ["recruiter", "firm"]),
    ("calls:opportunity_edit", "title", {}, ["recruiter", "firm"]),
    *(
        (name, "limits", {}, ["opportunity", "recruiter", "firm", "resume"])
        for name in ("calls:submission_new", "calls:submission_edit")
    ),
    ("contacts:recruiter_new", "name", {"name": "Grace"}, ["firm"]),
    ("contacts:recruiter_edit", "name", {}, ["firm"]),
    (
        "followups:promise_new",
        "kind",
        {"owed_by": "me", "kind": "call_back", "due_on": "2099-01-01"},
        ["recruiter", "firm"],
    ),
    ("followups:promise_edit", "kind", {}, ["recruiter", "firm"]),
]


@pytest.mark.parametrize(
    ("name", "having", "typed", "reference"),
    [(name, having, typed, one) for name, having, typed, ones in REFERENCES for one in ones],
)
def test_it_refuses_a_posted_reference_to_anothers_row(
    name: str,
    having: str,
    typed: dict[str, str],
    reference: str,
    client: Client,
    user: User,
    other: User,
) -> None:
    theirs = theirs_of(other)
    address = ADDRESSES[name]
    path = path_of(name, address.row(user) if address.of else None)
    # The id alone: beside a name that was typed (tests/contacts/test_pickers.py) it would not count.
    data = fill_in(client, path, having=having, **typed, **{reference: ""})
    before, theirs_before = rows_of(user), rows_of(other)
    unknown = client.post(path, {**data, reference: UNKNOWN})
    response = client.post(path, {**data, reference: theirs[reference].pk})
    assert response.status_code == unknown.status_code == 422
    assert response.context["form"].errors == unknown.context["form"].errors
    assert reference in response.context["form"].errors
    assert SECRET not in html(response)
    assert rows_of(user) == before
    assert rows_of(other) == theirs_before


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("desk:call_sheet", "recruiter"),
        ("desk:call_sheet", "firm"),
        ("followups:promise_new", "recruiter"),
        ("followups:promise_new", "firm"),
        ("calls:opportunity_new", "recruiter"),
        ("calls:opportunity_new", "firm"),
        ("calls:submission_new", "opportunity"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_fills_in_nothing_of_anothers_row(
    name: str,
    reference: str,
    headers: dict[str, str],
    client: Client,
    user: User,
    other: User,
) -> None:
    theirs = theirs_of(other)
    response = client.get(reverse(name, query={reference: theirs[reference].pk}), headers=headers)
    assert response.status_code == 200
    assert SECRET not in html(response)
    assert not response.context["form"].initial.get("who")


@pytest.mark.parametrize(
    "value", ["", "abc", "-1", "²", "٣", "9" * 40, "9" * 5000, "1\x00", "1 2"]
)
@pytest.mark.parametrize("name", ["desk:call_sheet", "followups:promise_new"])
def test_it_takes_a_reference_that_is_none_for_nothing(
    name: str, value: str, client: Client
) -> None:
    query = {"recruiter": value, "firm": value}
    assert client.get(reverse(name, query=query)).status_code == 200


def test_it_does_not_find_anothers_callers(client: Client, user: User, other: User) -> None:
    theirs_of(other)
    path = reverse("desk:caller_options")
    nobody = client.post(path, {"who": "Nobodyq"}).content
    for typed in (SECRET, SECRET.lower()[:3], SECRET_NUMBER, "9460987", f"{SECRET} Firm"):
        response = client.post(path, {"who": typed})
        assert response.content == nobody


def test_it_makes_my_own_rows_of_words_that_are_anothers(
    client: Client, user: User, other: User
) -> None:
    """The same recruiter, firm, client and number typed: nothing of the other's is taken up."""
    theirs = theirs_of(other)
    before = rows_of(other)
    data = fill_in(
        client,
        reverse("desk:call_sheet"),
        having="who",
        who=f"{SECRET} Recruiter",
        firm=f"{SECRET} Firm",
        phone=SECRET_NUMBER,
        position=f"{SECRET} Position",
        client=f"{SECRET} Client",
        client_key=str(theirs["call"].client_key),
    )
    assert client.post(reverse("desk:call_sheet"), data).status_code == 302
    call = Call.objects.of(user).get()
    for row in (call, call.recruiter, call.firm, call.opportunity, call.opportunity.client):
        assert row is not None
        assert row.owner_id == user.pk
    assert {phone.owner_id for phone in call.recruiter.phones.all()} == {user.pk}
    assert rows_of(other) == before


def test_it_shows_none_of_anothers_words_on_any_page(
    client: Client, user: User, other: User
) -> None:
    theirs_of(other)
    paths = []
    for name, address in in_use().items():
        if "GET" not in address.methods:
            continue
        path = path_of(name, address.row(user) if address.of else None)
        filters = ["?show=ended", "?show=gone", "?whose=theirs", "?sort=last", "?page=2"]
        paths += [path, *(path + one for one in filters if name.endswith("_list"))]
    assert len(paths) > 60
    for path in paths:
        response = client.get(path)
        assert SECRET.lower() not in html(response).lower(), path
        assert SECRET_NUMBER not in html(response), path
        assert other.email not in html(response), path


def test_it_counts_nothing_of_anothers(client: Client, user: User, other: User) -> None:
    theirs_of(other)
    day = client.get("/").context["day"]
    assert day.is_empty
    assert day.record.of == 0
    for name in ("firm_list", "recruiter_list", "person_list"):
        assert client.get(reverse(f"contacts:{name}")).context["page"].paginator.count == 0
    for name in ("calls:call_list", "calls:opportunity_list", "followups:promise_list"):
        assert client.get(reverse(name)).context["page"].paginator.count == 0


def test_it_tells_one_user_no_trouble_of_another(client: Client, user: User, other: User) -> None:
    quiet = html(client.get("/reminders/"))
    factories.MailFactory(owner=other, state="failed", answer=SECRET)
    assert "did not go, or perhaps" not in quiet
    assert "did not go, or perhaps" not in html(client.get("/reminders/"))


def test_it_changes_nothing_by_get(client: Client, user: User) -> None:
    rows = {name: address.row(user) for name, address in ADDRESSES.items() if address.of}
    before = rows_of(user)
    for name, address in in_use().items():
        for method in ("GET", "HEAD", "OPTIONS"):
            if not address.allauth:
                client.generic(method, path_of(name, rows.get(name)))
    assert rows_of(user) == before


def test_it_keeps_every_row_of_an_owner_with_rows_of_the_same_owner(
    client: Client, user: User, other: User
) -> None:
    """After a call sheet every relation of every row stays within one account."""
    theirs_of(other)
    data = fill_in(client, reverse("desk:call_sheet"), having="who", who="Grace", firm="Northgate")
    data |= {"position": "CFO", "client": "Acme"}
    assert client.post(reverse("desk:call_sheet"), data).status_code == 302
    for model in apps.get_models():
        if not issubclass(model, OwnedModel):
            continue
        for field in model._meta.fields:
            target = field.related_model
            if isinstance(target, type) and issubclass(target, OwnedModel):
                crossing = model.across_owners.exclude(**{field.name: None}).exclude(
                    **{f"{field.name}__owner": F("owner")}
                )
                assert not crossing.exists(), (model, field.name)
    assert Preferences.across_owners.count() == 2
    assert Recruiter.objects.of(user).count() == 1
