"""What the checks of a firm come to, in plain words."""

from __future__ import annotations

import datetime as dt

import pytest

from contacts.models import Firm, FirmCheck
from contacts.vetting import Vetting, vetting_of

TODAY = dt.date(2026, 11, 23)
ALL_OPEN = (
    "Still unverified: whether the switchboard knows them; whether their mail comes from the "
    "firm's domain; whether the firm lists the person; whether the AESC directory has the firm; "
    "what somebody says who has worked with them."
)


def check(way: str, result: str, days_ago: int = 0, pk: int | None = None) -> FirmCheck:
    return FirmCheck(pk=pk, way=way, result=result, checked_on=TODAY - dt.timedelta(days=days_ago))


def vetted(*checks: FirmCheck, **firm: str) -> Vetting:
    return vetting_of(Firm(name="Northgate", **firm), checks)


def test_it_says_that_nothing_is_verified() -> None:
    assert vetted().sentences == [
        "Nothing is verified: the caller may not be who they say.",
        ALL_OPEN,
    ]


def test_it_says_what_is_verified_and_what_is_not() -> None:
    found = vetted(check("switchboard", "good"), check("aesc", "good"))
    assert found.sentences == [
        "Verified: the switchboard knows them; the AESC directory has the firm.",
        "Still unverified: whether their mail comes from the firm's domain; whether the firm "
        "lists the person; what somebody says who has worked with them.",
    ]


def test_it_says_first_what_came_out_badly() -> None:
    found = vetted(check("switchboard", "good"), check("domain", "bad"))
    assert found.sentences[0] == "Doubtful: their mail does not come from the firm's domain."
    assert found.sentences[1].startswith("Verified: the switchboard")


def test_it_calls_nothing_verified_where_the_only_check_came_out_badly() -> None:
    found = vetted(check("listed", "bad"))
    assert found.sentences[0] == "Doubtful: the firm does not list the person."
    assert not any("Verified" in words or "Nothing is" in words for words in found.sentences)


def test_it_says_nothing_is_left_when_all_five_are_right() -> None:
    found = vetted(*(check(way, "good") for way in FirmCheck.Way.values))
    assert len(found.sentences) == 1
    assert not found.open


@pytest.mark.parametrize(
    ("checks", "result"),
    [
        ([("good", 10), ("bad", 1)], "bad"),
        ([("bad", 10), ("good", 1)], "good"),
        # To have reached nobody since takes nothing back.
        ([("good", 10), ("open", 1)], "good"),
        ([("bad", 10), ("open", 1)], "bad"),
        ([("open", 1)], "open"),
        ([], ""),
    ],
)
def test_it_counts_the_newest_that_told_right_from_wrong(
    checks: list[tuple[str, int]], result: str
) -> None:
    found = vetted(*(check("switchboard", *one) for one in checks))
    line = found.lines[0]
    assert line.result == result
    assert len(line.others) == max(len(checks) - 1, 0)
    assert (line in found.open) == (result in {"", "open"})


def test_it_takes_the_later_note_of_one_day() -> None:
    found = vetted(check("domain", "good", pk=7), check("domain", "bad", pk=8))
    assert [line.way for line in found.doubtful] == ["domain"]


@pytest.mark.parametrize("firm", [{"kind": "contingent"}, {"aesc_member": "no"}])
def test_it_expects_no_directory_of_who_is_in_none(firm: dict[str, str]) -> None:
    assert "AESC" not in " ".join(vetted(**firm).sentences)


def test_it_says_if_such_a_firm_claims_to_be_in_the_directory_and_is_not() -> None:
    assert "AESC" in vetted(check("aesc", "bad"), kind="contingent").sentences[0]


def test_it_knows_when_it_was_last_checked() -> None:
    assert vetted().last_on is None
    found = vetted(check("domain", "good", 4), check("listed", "open", 9))
    assert found.last_on == TODAY - dt.timedelta(days=4)
