"""Who the typed letters could mean, while somebody is on the line."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.addresses import check_refusals
from tests.factories import CallFactory, FirmFactory, PhoneFactory, RecruiterFactory
from tests.pages import HTMX, html, is_fragment

CALLERS = "/calls/new/callers/"


def found(client: Client, typed: str) -> list[str]:
    response = client.post(CALLERS, {"who": typed}, headers=HTMX)
    assert response.status_code == 200
    return [recruiter.name for recruiter in response.context["found"]]


@pytest.fixture
def grace(user: User) -> None:
    grace = RecruiterFactory(
        owner=user, name="Grâce Ökonkwo", firm=FirmFactory(owner=user, name="Northgate & Söhne")
    )
    PhoneFactory(owner=user, recruiter=grace, number="+442079460018")
    RecruiterFactory(owner=user, name="John Smith")


@pytest.mark.usefixtures("grace")
@pytest.mark.parametrize(
    "typed",
    [
        "gra",
        "GRACE",
        "okon",
        "konk",
        "ökonkwo grâce",
        "northgate",
        "grace north",
        "sohne",
        "020 7946 0018",
        "+44 20 7946 0018",
        "7946",
        "  grace  ",
    ],
)
def test_it_finds_by_part_of_a_name_a_firm_or_a_number(client: Client, typed: str) -> None:
    assert found(client, typed) == ["Grâce Ökonkwo"]


@pytest.mark.usefixtures("grace")
@pytest.mark.parametrize(
    "typed",
    ["", "  ", "nobody", "grace smith", "%", "_", "gr%ce", "\\", "'; DROP TABLE", "\x00"],
)
def test_it_finds_nobody(client: Client, typed: str) -> None:
    assert found(client, typed) == []


@pytest.mark.usefixtures("grace")
def test_it_reads_over_a_nul(client: Client) -> None:
    assert found(client, "gr\x00ace") == ["Grâce Ökonkwo"]


def test_it_puts_whom_one_spoke_to_last_first(client: Client, user: User) -> None:
    for days, name in ((3, "Ann Old"), (1, "Ann New"), (9, "Ann Ancient")):
        when = timezone.now() - dt.timedelta(days=days)
        CallFactory(owner=user, recruiter__name=name, occurred_at=when)
    RecruiterFactory(owner=user, name="Ann Never")
    assert found(client, "ann") == ["Ann New", "Ann Old", "Ann Ancient", "Ann Never"]


def test_it_offers_no_more_than_six(client: Client, user: User) -> None:
    for number in range(9):
        RecruiterFactory(owner=user, name=f"Ann {number}")
    assert len(found(client, "ann")) == 6


def test_it_names_each_once_however_many_numbers_they_have(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    for number in range(3):
        PhoneFactory(owner=user, recruiter=grace, number=f"+4420794600{number:02}")
        CallFactory(owner=user, recruiter=grace)
    assert found(client, "7946") == ["Grace"]
    assert found(client, "grace") == ["Grace"]


def test_it_leaves_out_whoever_is_in_the_trash(client: Client, user: User) -> None:
    RecruiterFactory(owner=user, name="Grace").trash()
    PhoneFactory(owner=user, number="+442079460018").trash()
    assert found(client, "grace") == []
    assert found(client, "79460018") == []


@pytest.mark.parametrize("typed", ["a " * 150, "x" * 100_000, "1" * 500, "ﷺ" * 300])
def test_it_bears_any_length(client: Client, user: User, typed: str) -> None:
    RecruiterFactory(owner=user, name="Grace")
    assert found(client, typed) in ([], ["Grace"])


def test_it_gives_a_fragment_with_a_way_that_works_without_scripts(
    client: Client, user: User
) -> None:
    recruiter = RecruiterFactory(owner=user, name="Grace <b>")
    response = client.post(CALLERS, {"who": "grace"}, headers=HTMX)
    assert is_fragment(response)
    assert f'href="/calls/new/?recruiter={recruiter.pk}"' in html(response)
    assert "<b>" not in html(response)


def test_it_says_that_somebody_new_will_be_saved(client: Client) -> None:
    assert "Somebody new" in html(client.post(CALLERS, {"who": "Grace"}))


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:caller_options", client=client, anonymous=anonymous, other=other)
