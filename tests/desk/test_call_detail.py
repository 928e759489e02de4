"""One call."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from tests.addresses import check_refusals
from tests.factories import (
    CallFactory,
    EmployerFactory,
    FirmFactory,
    OpportunityFactory,
    PromiseFactory,
    RecruiterFactory,
)
from tests.pages import html


def test_it_shows_the_call_with_what_was_promised(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate")
    opportunity = OpportunityFactory(
        owner=user,
        title="Interim CFO",
        client=EmployerFactory(owner=user, name="Acme"),
        client_disclosure="in_confidence",
    )
    call = CallFactory(
        owner=user,
        recruiter=RecruiterFactory(owner=user, name="Grace Okonkwo"),
        firm=firm,
        opportunity=opportunity,
        notes="First line\nSecond <line>",
    )
    PromiseFactory(owner=user, call=call, what="Two names")
    PromiseFactory(owner=user, what="Not of this call")
    text = html(client.get(call.get_absolute_url()))
    for words in ("Northgate", "Grace Okonkwo", "Interim CFO", "Acme, in confidence", "Two names"):
        assert words in text
    assert "Second &lt;line&gt;" in text
    assert "Not of this call" not in text


def test_it_shows_the_firm_of_that_day(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, firm=FirmFactory(owner=user, name="New Firm"))
    call = CallFactory(owner=user, recruiter=grace, firm=FirmFactory(owner=user, name="Old Firm"))
    assert "Old Firm" in html(client.get(call.get_absolute_url()))


def test_it_hides_a_promise_that_is_in_the_trash(client: Client, user: User) -> None:
    call = CallFactory(owner=user)
    PromiseFactory(owner=user, call=call, what="Two names").trash()
    assert "Two names" not in html(client.get(call.get_absolute_url()))


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:call_detail", client=client, anonymous=anonymous, other=other)
