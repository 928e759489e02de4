"""The brief: everything known of a firm or a recruiter, before they are rung back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Kit, Resume, User
from calls.models import Disclosure, Opportunity, Referral, Submission
from contacts.models import FirmCheck
from desk.brief import brief_of_firm, brief_of_promise, brief_of_recruiter
from followups.models import Heartbeat
from tests.addresses import check_refusals
from tests.desk.big_firm import big_firm
from tests.factories import (
    CallFactory,
    EmployerFactory,
    EmploymentFactory,
    FirmFactory,
    OffLimitsFactory,
    OpportunityFactory,
    PersonFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
    SubmissionFactory,
)
from tests.pages import html

# The session and the user included, as tests/test_queries.py has it.
MOST = 12
NOW = dt.datetime(2026, 11, 5, 12, tzinfo=dt.UTC)


def page(client: Client, row: Any, **query: str) -> str:
    name = f"desk:{row._meta.model_name}_brief"
    response = client.get(reverse(name, args=[row.pk], query=query))
    assert response.status_code == 200
    return html(response)


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


# What stands in it -------------------------------------------------------------------------------


def test_it_says_who_they_are_and_how_they_were_checked(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate & Söhne", kind="retained", founded=1998)
    FirmCheck.objects.create(
        owner=user, firm=firm, way="switchboard", result="good", checked_on=dt.date(2026, 3, 2)
    )
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=firm, title="Partner")
    text = page(client, grace)
    for words in ("Grace Okonkwo, Northgate &amp; Söhne", "Partner", "retained", "since 1998"):
        assert words in text, words
    assert "Verified: the switchboard knows them." in text
    assert "Still unverified: whether their mail comes from" in text


def test_it_says_that_nothing_was_checked(client: Client, user: User) -> None:
    assert "Nothing is verified" in page(client, FirmFactory(owner=user))
    assert "not yet" in page(client, RecruiterFactory(owner=user))


def test_it_shows_the_last_three_talks_across_recruiters(client: Client, user: User) -> None:
    firm, elsewhere = FirmFactory(owner=user), FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=elsewhere)
    tom = RecruiterFactory(owner=user, name="Tom Reed", firm=firm)
    for days, who, where, notes in (
        (1, tom, firm, "The newest"),
        (2, grace, firm, "Before she left"),
        (3, grace, elsewhere, "At the other firm"),
        (4, tom, firm, "The third"),
        (5, tom, firm, "The fourth"),
    ):
        CallFactory(owner=user, recruiter=who, firm=where, notes=notes, occurred_at=ago(days))
    text = page(client, firm)
    assert text.index("The newest") < text.index("Before she left") < text.index("The third")
    assert "Grace Okonkwo" in text
    assert "The fourth" not in text
    assert "At the other firm" not in text
    of_grace = page(client, grace)
    assert "Before she left" in of_grace
    assert "At the other firm" in of_grace
    assert "The newest" not in of_grace


def test_it_shows_what_is_owed_both_ways_the_most_urgent_first(user: User) -> None:
    grace = RecruiterFactory(owner=user)
    today = timezone.localdate()
    for days in (5, -2, 3, 9, 1):
        due_on = today + dt.timedelta(days=days)
        PromiseFactory(owner=user, recruiter=grace, what=f"mine {days}", due_on=due_on)
    PromiseFactory(owner=user, recruiter=grace, owed_by="them", what="theirs", due_on=today)
    PromiseFactory(owner=user, recruiter=grace, what="gone", state="kept", ended_at=ago(1))
    mine, theirs = brief_of_recruiter(grace, user, timezone.now()).owed
    assert [row.what for row in mine.open] == ["mine -2", "mine 1", "mine 3"]
    assert mine.rest == 2
    assert [row.what for row in theirs.open] == ["theirs"]
    assert theirs.rest == 0


def test_it_shows_open_opportunities_and_what_is_unanswered(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    acme = EmployerFactory(owner=user, name="Acme")
    OpportunityFactory(
        owner=user,
        firm=firm,
        title="Interim CFO",
        client=acme,
        client_disclosure="in_confidence",
        jd="received",
        basis="retained",
        location="Leeds",
        compensation="180,000",
    )
    OpportunityFactory(owner=user, firm=firm, title="The closed one", stage="closed")
    declined = OpportunityFactory(owner=user, firm=firm, title="The declined one")
    declined.decline(dt.date(2026, 3, 2))
    found = brief_of_firm(firm, user, timezone.now())
    assert [str(one) for one in found.opportunities[0].to_ask] == ["whom it reports to"]
    text = page(client, firm)
    assert "Acme, in confidence" in text
    assert "The closed one" not in text
    assert "The declined one" not in text


def test_it_asks_of_a_new_one_everything_a_recruiter_knows(user: User) -> None:
    grace = RecruiterFactory(owner=user)
    OpportunityFactory(owner=user, recruiter=grace)
    found = brief_of_recruiter(grace, user, timezone.now())
    asked = [str(one) for one in found.opportunities[0].to_ask]
    assert asked[0] == "who the client is"
    assert "a job description" in asked
    assert "How did they find me?" in [str(one) for one in found.to_ask]


def told(grace: Any, topic: str, what: str, **fields: Any) -> Disclosure:
    values = {"told_on": dt.date(2026, 3, 2)} | fields
    return Disclosure.objects.create(
        owner=grace.owner, recruiter=grace, firm=grace.firm, topic=topic, what=what, **values
    )


def test_it_says_what_they_were_told_but_pay_only_when_asked(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, firm=FirmFactory(owner=user))
    told(grace, "interest", "open, quietly", pass_on="no")
    told(grace, "pay", "nothing below 180,000")
    OpportunityFactory(owner=user, firm=grace.firm, recruiter=grace, compensation="160,000")
    for row in (grace, grace.firm):
        text = page(client, row)
        assert "open, quietly" in text
        assert "for them alone" in text
        assert "180,000" not in text
        assert "160,000" not in text
        shown = page(client, row, pay="shown")
        assert "nothing below 180,000" in shown
        assert "160,000" in shown


def test_it_says_which_resume_they_hold(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user)
    resume = Resume.objects.create(owner=user, label="Version 7", made_on=dt.date(2026, 1, 2))
    told(grace, "resume", "", resume=resume)
    SubmissionFactory(
        owner=user, firm=None, recruiter=grace, resume=resume, limits="for Acme only"
    )
    text = page(client, grace)
    assert text.count("“Version 7”") == 2
    assert "for Acme only" in text


def test_it_shows_submissions_what_binds_first(user: User) -> None:
    firm = FirmFactory(owner=user)
    first = SubmissionFactory(owner=user, firm=firm, role="binds")
    over = SubmissionFactory(owner=user, firm=firm, role="over")
    over.withdraw(timezone.localdate())
    SubmissionFactory(owner=user, role="another firm's")
    found = brief_of_firm(firm, user, timezone.now()).submissions
    assert [(one.submission, one.is_over) for one in found] == [(first, False), (over, True)]


def test_it_warns_of_what_collides(client: Client, user: User) -> None:
    acme = EmployerFactory(owner=user, name="Acme")
    brand = EmployerFactory(owner=user, name="Roadrunner Foods", parent=acme)
    SubmissionFactory(
        owner=user,
        firm=FirmFactory(owner=user, name="Oakline"),
        client=brand,
        permission="given",
        exclusive_until=timezone.localdate(),
    )
    firm = FirmFactory(owner=user, name="Hartwell")
    SubmissionFactory(owner=user, firm=firm, client=acme)
    found = brief_of_firm(firm, user, timezone.now())
    assert [one.kind for one in found.warnings] == ["exclusivity_open", "same_client_other_firm"]
    assert "Oakline" in page(client, firm)


def test_it_warns_before_anything_is_submitted(user: User) -> None:
    acme = EmployerFactory(owner=user, name="Acme")
    SubmissionFactory(owner=user, client=acme, permission="given")
    grace = RecruiterFactory(owner=user, firm=FirmFactory(owner=user))
    OpportunityFactory(
        owner=user, recruiter=grace, firm=grace.firm, client=acme, client_disclosure="named"
    )
    found = brief_of_recruiter(grace, user, timezone.now())
    assert [one.kind for one in found.warnings] == ["same_client_other_firm"]


def test_it_warns_once_that_my_employer_is_off_limits(user: User) -> None:
    mine = EmployerFactory(owner=user, name="Mine")
    EmploymentFactory(owner=user, employer=mine)
    firm = FirmFactory(owner=user, name="Hartwell")
    OffLimitsFactory(owner=user, firm=firm, employer=mine)
    # Another firm's, and one that is over, say nothing here.
    OffLimitsFactory(owner=user, employer=mine)
    OffLimitsFactory(owner=user, firm=firm, employer=mine, until=dt.date(2020, 1, 1))
    for _ in range(2):
        SubmissionFactory(owner=user, firm=firm)
    found = brief_of_firm(firm, user, timezone.now())
    assert [one.kind for one in found.warnings] == ["off_limits"]
    assert "Hartwell" in found.warnings[0].sentence


def test_it_says_be_wary(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace", standing="wary")
    assert "You noted of Grace: be wary." in page(client, grace)


def test_it_shows_referrals_both_ways(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, firm=FirmFactory(owner=user))
    for name, direction in (("Priya Raman", "by_me"), ("Martin Cole", "of_me")):
        Referral.objects.create(
            owner=user,
            recruiter=grace,
            person=PersonFactory(owner=user, name=name),
            direction=direction,
            named_on=dt.date(2026, 3, 2),
            may_use_my_name="no",
        )
    for row in (grace, grace.firm):
        text = page(client, row)
        assert "Priya Raman" in text
        assert "your name kept out" in text
        assert "Martin Cole" in text
        assert "not thanked yet" in text


def test_it_says_what_to_say(client: Client, user: User) -> None:
    Kit.objects.of(user).update(pitch="I turn firms round.", seeking="A chair who asks.")
    text = page(client, FirmFactory(owner=user))
    assert "I turn firms round." in text
    assert "A chair who asks." in text


# Whom to call, and when --------------------------------------------------------------------------


def test_it_says_whose_number_and_whose_time(user: User) -> None:
    grace = RecruiterFactory(owner=user, time_zone="America/New_York")
    PhoneFactory(owner=user, recruiter=grace, number="+12125550100")
    PhoneFactory(owner=user, recruiter=grace, number="+12125550101")
    PhoneFactory(owner=user, recruiter=grace, number="+12125550102").trash()
    with time_machine.travel(NOW, tick=False), timezone.override(user.zone):
        from desk.brief import recruiter_of

        found = brief_of_recruiter(recruiter_of(user, grace.pk), user, NOW)
        assert found.number == "+12125550101"
        assert found.there == "Thu 07:00 in New York"


def test_it_names_who_spoke_last_for_a_firm_while_they_are_there(user: User) -> None:
    firm = FirmFactory(owner=user, switchboard="+442079460001")
    grace = RecruiterFactory(owner=user, firm=firm)
    PhoneFactory(owner=user, recruiter=grace, number="+12125550100")
    assert brief_of_firm(firm, user, timezone.now()).number == "+442079460001"
    CallFactory(owner=user, recruiter=grace, firm=firm)
    found = brief_of_firm(firm, user, timezone.now())
    assert (found.caller, found.number) == (grace, "+12125550100")
    grace.firm = None
    grace.save()
    found = brief_of_firm(firm, user, timezone.now())
    assert (found.caller, found.number) == (None, "+442079460001")


def test_it_takes_the_number_that_was_agreed_on(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user)
    PhoneFactory(owner=user, recruiter=grace, number="+12125550100")
    promise = PromiseFactory(owner=user, recruiter=grace, phone="+442079460018")
    assert page(client, promise).count('href="tel:+442079460018"') >= 2
    promise = PromiseFactory(owner=user, recruiter=grace, phone="")
    assert 'href="tel:+12125550100"' in page(client, promise)


# Of a promise ------------------------------------------------------------------------------------


def test_it_has_the_promise_on_top_with_its_verbs(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo")
    promise = PromiseFactory(owner=user, recruiter=grace, what="Two names")
    PromiseFactory(owner=user, recruiter=grace, what="Something else")
    text = page(client, promise)
    assert "Grace Okonkwo" in text
    assert text.index(f'id="promise-{promise.pk}"') < text.index("Something else")
    assert f'action="/promises/{promise.pk}/keep/"' in text
    assert f"/calls/new/?promise={promise.pk}" in text


def test_it_is_the_firms_where_no_recruiter_is_known(user: User) -> None:
    firm = FirmFactory(owner=user)
    promise = PromiseFactory(owner=user, recruiter=None, firm=firm)
    found = brief_of_promise(promise, user, timezone.now())
    assert found.subject == firm
    assert not any(side.open for side in found.owed)


# Nothing yet, and nobody else's ------------------------------------------------------------------


def test_it_teaches_the_next_step_where_nothing_has_happened(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user)
    text = page(client, firm)
    assert "Nothing has happened with them yet." in text
    assert f'href="/calls/new/?firm={firm.pk}"' in text


def test_it_leaves_out_what_is_in_the_trash(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, firm=FirmFactory(owner=user))
    common = {"owner": user, "recruiter": grace, "firm": grace.firm}
    CallFactory(**common, notes="Xyzzyq")
    PromiseFactory(**common, what="Xyzzyq")
    OpportunityFactory(**common, title="Xyzzyq")
    SubmissionFactory(**common, limits="Xyzzyq")
    told(grace, "interest", "Xyzzyq")
    FirmCheck.objects.create(
        owner=user, firm=grace.firm, way="domain", result="good", checked_on=dt.date(2026, 1, 2)
    )
    Referral.objects.create(
        owner=user,
        recruiter=grace,
        person=PersonFactory(owner=user, name="Xyzzyq"),
        named_on=dt.date(2026, 1, 2),
    )
    assert page(client, grace).count("Xyzzyq") >= 6
    from calls.models import Call
    from followups.models import Promise

    for model in (Call, Promise, Opportunity, Submission, Disclosure, FirmCheck, Referral):
        for row in model.objects.of(user):
            row.trash()
    for row in (grace, grace.firm):
        text = page(client, row)
        assert "Xyzzyq" not in text
        assert "Verified" not in text


@pytest.mark.parametrize("name", ["firm", "recruiter", "promise"])
def test_it_refuses_what_every_page_refuses(
    name: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(f"desk:{name}_brief", client=client, anonymous=anonymous, other=other)


# What it costs -----------------------------------------------------------------------------------


def test_it_asks_as_often_at_500_calls_as_at_3(client: Client, user: User, other: User) -> None:
    Heartbeat.beat(Heartbeat.ENGINE, timezone.now())
    at_other = Client()
    at_other.force_login(other)
    counts = []
    for owner, browser, calls in ((user, client, 3), (other, at_other, 500)):
        firm = big_firm(owner, calls=calls)
        recruiter = firm.recruiters.get()
        for row in (firm, recruiter, recruiter.promises.order_by("pk").first()):
            with CaptureQueriesContext(connection) as captured:
                page(browser, row)
            asked = [query["sql"][:160] for query in captured.captured_queries]
            assert len(asked) <= MOST, "\n".join(asked)
            counts.append(len(asked))
    assert counts[:3] == counts[3:]


def test_it_warns_of_off_limits_before_there_is_an_opportunity(user: User) -> None:
    """They may fall silent on me: better known before I ring than after."""
    home, firm = EmployerFactory(owner=user, name="Home"), FirmFactory(owner=user)
    EmploymentFactory(owner=user, employer=home)
    OffLimitsFactory(owner=user, firm=firm, employer=home)
    brief = brief_of_firm(firm, user, timezone.now())
    assert [one.kind for one in brief.warnings] == ["off_limits"]
