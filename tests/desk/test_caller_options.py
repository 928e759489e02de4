"""Who the typed letters could mean, while somebody is on the line."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from calls.models import Call
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
        "grace 7946",
        "+44 (0)20 7946 0018",
        "0044 20 7946",
        "Tel.: 020 7946 0018 (office)",
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


@pytest.mark.parametrize(
    "typed",
    [
        "+1 212 555 0100",
        "2125550100",
        "0100",
        "(212) 555-0100",
        "00 1 212 555",
        "1 212",
        "٢١٢ ٥٥٥ ٠١٠٠",
    ],
)
def test_it_finds_one_number_in_whatever_way_it_is_written(
    client: Client, user: User, typed: str
) -> None:
    PhoneFactory(owner=user, recruiter__name="Ann", number="+12125550100")
    PhoneFactory(owner=user, recruiter__name="Bea", number="+442079460018")
    assert found(client, typed) == ["Ann"]


@pytest.mark.parametrize("region", ["GB", "US"])
@pytest.mark.parametrize("typed", ["0171 234", "0171 2345678", "+44 171", "171234"])
def test_it_finds_a_number_by_its_trunk_zero(
    client: Client, user: User, typed: str, region: str
) -> None:
    """Also somebody whose own numbers have none, who reads out what a Londoner wrote down."""
    User.objects.filter(pk=user.pk).update(phone_region=region)
    PhoneFactory(owner=user, recruiter__name="Ann", number="+441712345678")
    PhoneFactory(owner=user, recruiter__name="Bea", number="+442079460018")
    assert found(client, typed) == ["Ann"]


def test_it_puts_a_number_that_ends_so_before_one_that_holds_it(
    client: Client, user: User
) -> None:
    PhoneFactory(owner=user, recruiter__name="Ann", number="+442001000000")
    PhoneFactory(owner=user, recruiter__name="Bea", number="+442079460100")
    assert found(client, "0100") == ["Bea", "Ann"]


def spoke(user: User, name: str, *, days_ago: int) -> None:
    when = timezone.now() - dt.timedelta(days=days_ago)
    CallFactory(owner=user, recruiter__name=name, occurred_at=when)


def test_it_puts_whom_one_spoke_to_last_first(client: Client, user: User) -> None:
    for days, name in ((3, "Ann Old"), (1, "Ann New"), (9, "Ann Ancient")):
        spoke(user, name, days_ago=days)
    RecruiterFactory(owner=user, name="Ann Never")
    assert found(client, "ann") == ["Ann New", "Ann Old", "Ann Ancient", "Ann Never"]


def test_it_puts_names_that_begin_so_before_those_that_hold_it(client: Client, user: User) -> None:
    spoke(user, "Joanna Smith", days_ago=1)
    spoke(user, "Marianne Smith", days_ago=2)
    spoke(user, "Smith Ann", days_ago=30)
    spoke(user, "Kim Day-Annan", days_ago=25)
    spoke(user, "Ännchen Smith", days_ago=20)
    assert found(client, "ann") == [
        "Ännchen Smith",
        "Kim Day-Annan",
        "Smith Ann",
        "Joanna Smith",
        "Marianne Smith",
    ]


def test_it_orders_by_name_those_who_never_spoke(client: Client, user: User) -> None:
    for name in ("Ann Z", "ann b", "Ann Á"):
        RecruiterFactory(owner=user, name=name)
    assert found(client, "ann") == ["Ann Á", "ann b", "Ann Z"]


def test_of_equals_those_come_first_who_spoke_last(client: Client, user: User) -> None:
    for number in range(9):
        spoke(user, f"Ann {number}", days_ago=10 + (number * 7) % 9)
        spoke(user, f"Joanna {number}", days_ago=(number * 5) % 9)
    RecruiterFactory(owner=user, name="Ann Never")
    by_day = sorted(range(9), key=lambda number: (number * 7) % 9)
    assert found(client, "ann") == [f"Ann {number}" for number in by_day[:6]]
    spoke(user, "Never Ann", days_ago=100)
    assert found(client, "ver ann") == ["Never Ann", "Ann Never"]


def test_a_call_in_the_trash_counts_for_nothing(client: Client, user: User) -> None:
    spoke(user, "Ann Old", days_ago=9)
    spoke(user, "Ann New", days_ago=1)
    Call.objects.of(user).get(recruiter__name="Ann New").trash()
    assert found(client, "ann") == ["Ann Old", "Ann New"]


def test_it_finds_nobody_of_somebody_else(client: Client, user: User, other: User) -> None:
    firm = FirmFactory(owner=other, name="Northgate")
    theirs = RecruiterFactory(owner=other, name="Grace", firm=firm)
    PhoneFactory(owner=other, recruiter=theirs, number="+442079460018")
    CallFactory(owner=other, recruiter=theirs)
    RecruiterFactory(owner=user, name="John")
    for typed in ("grace", "northgate", "0018", "g", "+44 20 7946 0018"):
        assert found(client, typed) == []


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


@pytest.mark.parametrize(
    "typed",
    ["a " * 150, "x" * 100_000, "1" * 500, "ﷺ" * 300, "a b c d e " * 30, "(0)" * 60, "+" * 200],
)
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
