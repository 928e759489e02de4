"""The brief's short form in a mail: how it stands with them, and nothing that a mail may not say."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Preferences
from calls.models import Referral
from followups.brief_lines import lines_for, standing_of
from followups.models import Promise
from tests.factories import (
    CallFactory,
    EmployerFactory,
    FirmFactory,
    OpportunityFactory,
    PersonFactory,
    PromiseFactory,
    RecruiterFactory,
)
from tests.followups.conftest import utc
from tests.followups.letters import (
    DIGEST,
    DUE,
    MONDAY,
    html_of,
    promised,
    read,
    text_of,
    the_letter,
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def recruiter(user):
    return RecruiterFactory(owner=user, name="Zebediah Pike", firm=FirmFactory(owner=user))


def lines(promise):
    return lines_for(promise, standing_of([promise]), promise.owner, DUE)


def talked(recruiter, when="2026-03-01 23:30", **fields):
    values = {"occurred_at": utc(when), "firm": recruiter.firm}
    return CallFactory(owner=recruiter.owner, recruiter=recruiter, **values | fields)


def test_it_says_when_they_talked_last_and_what_for(user, recruiter):
    talked(recruiter, "2026-01-05 10:00", duration_minutes=3)
    cfo = OpportunityFactory(owner=user, title="CFO")
    talked(recruiter, duration_minutes=12, purpose="assignment", opportunity=cfo)
    # Nobody talked.
    talked(recruiter, "2026-03-02 07:00", outcome="missed")
    promise = promised(user, recruiter=recruiter)
    assert lines(promise) == ["Last talk: Sun 1 March, 12 minutes, for a position (CFO)."]


def test_the_day_is_the_readers_own(user, recruiter):
    talked(recruiter)
    user.time_zone = "Asia/Tokyo"
    promise = promised(user, recruiter=recruiter)
    promise.owner = user
    assert lines(promise) == ["Last talk: Mon 2 March."]


def test_it_says_that_they_never_talked(user, recruiter):
    assert lines(promised(user, recruiter=recruiter)) == ["You have not talked yet."]


def test_it_leaves_out_a_talk_that_is_in_the_trash(user, recruiter):
    talked(recruiter).trash()
    assert lines(promised(user, recruiter=recruiter)) == ["You have not talked yet."]


def test_of_a_firm_alone_it_is_the_last_talk_with_anybody_there(user, recruiter):
    talked(recruiter)
    promise = promised(user, recruiter=None, firm=recruiter.firm)
    assert lines(promise) == ["Last talk: Sun 1 March."]


def test_it_counts_what_else_is_open(user, recruiter):
    promise = promised(user, recruiter=recruiter)
    for fields in (
        {"owed_by": "them"},
        {"owed_by": "them"},
        {"owed_by": "me"},
        {"owed_by": "them", "state": "kept", "ended_at": MONDAY},
    ):
        PromiseFactory(owner=user, recruiter=recruiter, **fields)
    PromiseFactory(owner=user, recruiter=recruiter, owed_by="them").trash()
    PromiseFactory(owner=user, owed_by="them")  # somebody else's
    assert lines(promise)[1] == "Open: 2 promises of theirs, 1 more of yours."
    theirs = Promise.objects.of(user).open().theirs().filter(recruiter=recruiter)[0]
    assert lines(theirs)[1] == "Open: 1 promise of theirs, 2 promises of yours."


def test_it_says_be_wary(user, recruiter):
    recruiter.standing = "wary"
    recruiter.save()
    promise = promised(user, recruiter=recruiter)
    assert lines(promise)[1] == "You noted: be wary."


@pytest.mark.parametrize(
    "title",
    [
        "CFO of Acme",
        "CFO, ACME FOODS",
        "CFO (Acme)",
        "Acme's CFO",
        "CFO/Acme",
        "CFO, AcmeFoods",
        "Roadrunner CFO",
        "CFO at BQ",
        "CFO at Globe",
        "CFO, Wile E. Snacks",
        "Coyote CFO",
        "CFO at Anvil",
        "CFO, 180k",
        "CFO (£90,000)",
    ],
)
def test_no_client_in_confidence_and_no_figure_stands_in_a_mail(user, recruiter, title):
    acme = EmployerFactory(
        owner=user,
        name="Acme Foods plc",
        other_names="Roadrunner\nBQ Ltd",
        parent=EmployerFactory(owner=user, name="Globe AG"),
    )
    brand = EmployerFactory(owner=user, name="Wile E", other_names="Coyote", parent=acme)
    EmployerFactory(owner=user, name="Anvil Ltd", parent=brand)
    secret = OpportunityFactory(
        owner=user, title=title, client=acme, client_disclosure="in_confidence"
    )
    talked(recruiter, opportunity=secret, purpose="assignment")
    assert lines(promised(user, recruiter=recruiter)) == [
        "Last talk: Sun 1 March, for a position."
    ]


def test_another_clients_brand_may_be_said(user, recruiter):
    globe = EmployerFactory(owner=user, name="Globe AG")
    EmployerFactory(owner=user, name="Anvil Ltd", parent=globe)
    acme = EmployerFactory(owner=user, name="Acme")
    secret = OpportunityFactory(
        owner=user, title="CFO (Anvil)", client=acme, client_disclosure="in_confidence"
    )
    talked(recruiter, opportunity=secret)
    assert lines(promised(user, recruiter=recruiter)) == [
        "Last talk: Sun 1 March, for a position (CFO (Anvil))."
    ]


def test_no_mail_holds_what_was_said_of_pay_or_whom_i_named(user, recruiter):
    Preferences.objects.of(user).update(discreet_mail=False)
    secret = OpportunityFactory(
        owner=user,
        title="CFO",
        client=EmployerFactory(owner=user, name="Acmeq"),
        client_disclosure="in_confidence",
        compensation="180,000",
    )
    call = talked(recruiter, opportunity=secret, notes="180,000; Priyaq; Acmeq")
    Referral.objects.create(
        owner=user,
        recruiter=recruiter,
        call=call,
        person=PersonFactory(owner=user, name="Priyaq"),
        named_on=dt.date(2026, 3, 1),
    )
    promised(user, recruiter=recruiter)
    message = read(the_letter(user))
    for body in (text_of(message), html_of(message)):
        assert "Last talk: Sun 1 March, for a position (CFO)." in body
        for word in ("180", "Priyaq", "Acmeq"):
            assert word not in body


@pytest.mark.parametrize(("disclosure", "queries"), [("named", 4), ("in_confidence", 5)])
def test_it_costs_as_much_for_fifty_promises_as_for_two(user, disclosure, queries):
    firm = FirmFactory(owner=user)

    def asked(count):
        for n in range(count):
            recruiter = RecruiterFactory(owner=user)
            client = EmployerFactory(owner=user)
            EmployerFactory(owner=user, parent=client)
            cfo = OpportunityFactory(owner=user, client=client, client_disclosure=disclosure)
            talked(recruiter, opportunity=cfo)
            PromiseFactory(owner=user, recruiter=recruiter if n % 2 else None, firm=firm)
        promises = list(Promise.objects.of(user).with_names())
        with CaptureQueriesContext(connection) as captured:
            standing = standing_of(promises)
            for one in promises:
                lines_for(one, standing, user, DUE)
        return len(captured)

    assert asked(2) == asked(48) == queries


def test_it_stands_under_each_promise_of_a_digest(user, recruiter):
    talked(recruiter)
    for _ in range(2):
        promised(user, recruiter=recruiter, due_time=None)
    text = text_of(read(the_letter(user, DIGEST)))
    assert text.count("Last talk: Sun 1 March.") == 2
    assert text.count("/brief/") == 2


@pytest.mark.parametrize(
    "what",
    [
        "Send Jürgen Müller's number",
        "ask jurgen muller first",
        "Say that 165,000 is too little",
        "tell them £180k",
        "40 % bonus",
        "EUR 9",
        "120000 a year",
    ],
)
def test_what_was_typed_of_a_promise_names_nobody_and_no_pay(user, recruiter, what):
    """Of a referred name or an amount a mail says nothing, wherever it was typed."""
    PersonFactory(owner=user, name="Jürgen Müller")
    promised(user, recruiter=recruiter, what=what, kind="send_information")
    mail = read(the_letter(user))
    for text in (text_of(mail), html_of(mail)):
        assert what not in text
        assert "Send information" in text


@pytest.mark.parametrize(
    "what",
    ["Two names by 16:00", "The figures of 2026", "Ring 020 7946 0018", "Müller & Co brief"],
)
def test_other_words_stand_in_the_mail_as_they_were_typed(user, other, recruiter, what):
    PersonFactory(owner=user, name="Jürgen Müller")
    PersonFactory(owner=other, name="Two Names")
    promised(user, recruiter=recruiter, what=what)
    assert what in text_of(read(the_letter(user)))
