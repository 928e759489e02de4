"""What I told whom: noted, mended, thrown away and brought back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Resume, User
from calls.models import Disclosure
from tests.addresses import check_refusals
from tests.factories import (
    CallFactory,
    DisclosureFactory,
    FirmFactory,
    OpportunityFactory,
    RecruiterFactory,
    ResumeFactory,
)
from tests.pages import HTMX, errors_of, fill_in, html, is_fragment, send

LIST = "/disclosures/"
NEW = "/disclosures/new/"


def test_it_shows_them_newest_first(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate")
    grace = RecruiterFactory(owner=user, name="Grace")
    first = DisclosureFactory(
        owner=user, what="120 <base>", told_on=dt.date(2026, 1, 1), firm=firm, recruiter=grace
    )
    second = DisclosureFactory(owner=user, topic="interest", what="only as CFO", pass_on="no")
    response = client.get(LIST)
    assert list(response.context["page"]) == [second, first]
    for words in ("120 &lt;base&gt;", "Grace", "Northgate", "only as CFO", "for them alone"):
        assert words in html(response)


def test_it_filters_by_recruiter_and_topic(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user)
    pay = DisclosureFactory(owner=user, recruiter=grace, topic="pay")
    interest = DisclosureFactory(owner=user, recruiter=grace, topic="interest")
    DisclosureFactory(owner=user, topic="pay")
    of_grace = client.get(f"{LIST}?recruiter={grace.pk}")
    assert set(of_grace.context["page"]) == {pay, interest}
    both = client.get(f"{LIST}?recruiter={grace.pk}&topic=pay")
    assert list(both.context["page"]) == [pay]
    assert f"?recruiter={grace.pk}&amp;topic=interest" in html(both)


def test_it_shows_what_somebody_of_a_firm_was_told(client: Client, user: User) -> None:
    firm, elsewhere = FirmFactory(owner=user), FirmFactory(owner=user)
    there = RecruiterFactory(owner=user, firm=firm)
    moved = RecruiterFactory(owner=user, firm=elsewhere)
    shown = {
        DisclosureFactory(owner=user, recruiter=there),
        DisclosureFactory(owner=user, recruiter=moved, firm=firm),
    }
    DisclosureFactory(owner=user, recruiter=there, firm=elsewhere)
    assert set(client.get(f"{LIST}?firm={firm.pk}").context["page"]) == shown


def test_a_dossier_unfolds_the_rows_alone(client: Client, user: User) -> None:
    told = DisclosureFactory(owner=user, what="120 base")
    page = html(client.get(told.recruiter.get_absolute_url()))
    address = f"{LIST}?recruiter={told.recruiter_id}"
    assert f'data-hx-get="{address}"' in page
    # Pay is in no page before it is asked for.
    assert "120 base" not in page
    response = client.get(address, headers={**HTMX, "HX-Target": "told"})
    assert is_fragment(response)
    assert "120 base" in html(response)


@pytest.mark.parametrize("query", ["?topic=x", "?recruiter=abc", "?trashed=9", "?page=99"])
def test_it_shows_something_for_any_query(client: Client, user: User, query: str) -> None:
    DisclosureFactory(owner=user, what="120 base")
    assert "120 base" in html(client.get(LIST + query))


def test_it_says_what_goes_there_while_it_is_empty(client: Client) -> None:
    assert "Nothing told yet" in html(client.get(LIST))


def test_it_notes_what_was_told_with_the_firm_of_today(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user, firm=firm)
    typed = {"recruiter": grace.pk, "topic": "pay", "what": "120 base", "pass_on": "no"}
    response = send(client, NEW, having="topic", **typed)
    assert response.status_code == 302
    told = Disclosure.objects.of(user).get()
    assert (told.recruiter, told.firm, told.what, told.pass_on) == (grace, firm, "120 base", "no")


def test_it_is_filled_in_from_a_call_and_leads_back_to_it(client: Client, user: User) -> None:
    then, now = FirmFactory(owner=user), FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user, name="Grace", firm=now)
    cfo = OpportunityFactory(owner=user, title="CFO", recruiter=grace)
    moment = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    call = CallFactory(owner=user, recruiter=grace, firm=then, opportunity=cfo, occurred_at=moment)
    path = f"{NEW}?call={call.pk}"
    assert fill_in(client, path, having="topic")["recruiter_name"] == "Grace"
    response = send(client, path, having="topic", what="120 base")
    assert response.headers["Location"] == call.get_absolute_url()
    told = Disclosure.objects.of(user).get()
    assert (told.call, told.firm, told.opportunity) == (call, then, cfo)
    assert told.told_on == dt.date(2026, 3, 1)


def test_it_says_beside_the_field_that_nothing_is_said(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user)
    response = send(client, NEW, having="topic", recruiter=grace.pk, what="")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["what"]
    assert not Disclosure.objects.of(user).exists()


def test_a_resume_alone_says_enough(client: Client, user: User) -> None:
    resume = Resume.objects.create(owner=user, label="Board", made_on=dt.date(2026, 1, 1))
    grace = RecruiterFactory(owner=user)
    typed = {"recruiter": grace.pk, "topic": "resume", "resume": resume.pk}
    assert send(client, NEW, having="topic", **typed).status_code == 302
    assert Disclosure.objects.of(user).get().words == "Board"
    assert "Board" in html(client.get(LIST))


def test_it_is_mended(client: Client, user: User) -> None:
    told = DisclosureFactory(owner=user)
    send(client, f"/disclosures/{told.pk}/edit/", having="topic", what="130 base")
    told.refresh_from_db()
    assert told.what == "130 base"


def test_a_resume_in_the_trash_stays_with_who_holds_it(client: Client, user: User) -> None:
    """Else mending a word would take out, without a word, what they were given."""
    resume = ResumeFactory(owner=user, label="Board")
    told = DisclosureFactory(owner=user, topic="resume", what="", resume=resume)
    unrelated = ResumeFactory(owner=user, label="Xyzzy")
    for row in (resume, unrelated):
        row.trash()
    path = f"/disclosures/{told.pk}/edit/"
    text = html(client.get(path))
    assert "Board" in text
    assert "Xyzzy" not in text
    send(client, path, having="told_on", what="the long one")
    told.refresh_from_db()
    assert (told.what, told.resume) == ("the long one", resume)


def test_it_goes_to_the_trash_and_comes_back(client: Client, user: User) -> None:
    told = DisclosureFactory(owner=user, what="120 base")
    response = client.post(f"/disclosures/{told.pk}/trash/", follow=True)
    assert "120 base" not in html(response)
    assert f'action="/disclosures/{told.pk}/restore/"' in html(response)
    response = client.post(f"/disclosures/{told.pk}/restore/", follow=True)
    assert "120 base" in html(response)
    assert client.post(f"/disclosures/{told.pk}/restore/").status_code == 302


@pytest.mark.parametrize("field", ["recruiter", "firm", "opportunity", "resume"])
def test_it_refuses_anothers_row(client: Client, user: User, other: User, field: str) -> None:
    theirs = {
        "recruiter": RecruiterFactory(owner=other),
        "firm": FirmFactory(owner=other),
        "opportunity": OpportunityFactory(owner=other),
        "resume": Resume.objects.create(owner=other, label="x", made_on=dt.date(2026, 1, 1)),
    }
    typed = {"recruiter": RecruiterFactory(owner=user).pk, "what": "120", field: theirs[field].pk}
    response = send(client, NEW, having="topic", **typed)
    assert response.status_code == 422
    assert field in errors_of(response)


def test_it_takes_up_nothing_of_anothers_call(client: Client, other: User) -> None:
    call = CallFactory(owner=other, recruiter=RecruiterFactory(owner=other, name="Xyzzy"))
    path = f"{NEW}?call={call.pk}&recruiter={call.recruiter_id}"
    assert "Xyzzy" not in html(client.get(path))
    assert "Xyzzy" not in html(client.get(f"{LIST}?recruiter={call.recruiter_id}"))
    told = DisclosureFactory(owner=other)
    told.trash()
    assert reverse("calls:disclosure_restore", args=[told.pk]) not in html(
        client.get(f"{LIST}?trashed={told.pk}")
    )


@pytest.mark.parametrize("name", ["list", "new", "edit", "trash", "restore"])
def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User, name: str
) -> None:
    check_refusals(f"calls:disclosure_{name}", client=client, anonymous=anonymous, other=other)
