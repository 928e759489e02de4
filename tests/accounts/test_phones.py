"""Phone numbers as people write them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts import phones
from accounts.fields import PhoneField


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("020 7946 0018", "GB", "+442079460018"),
        ("(020) 7946-0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "US", "+442079460018"),
        ("0044 20 7946 0018", "GB", "+442079460018"),
        ("212-555-0100", "US", "+12125550100"),
        ("+1 212 555 0100", "DE", "+12125550100"),
        ("030 23125 000", "DE", "+493023125000"),
        ("\u00a0020\u20117946\u20110018 ", "GB", "+442079460018"),
        ("٠٢٠ ٧٩٤٦ ٠٠١٨", "GB", "+442079460018"),
    ],
)
def test_it_reads(text: str, region: str, number: str) -> None:
    assert phones.parse(text, region=region) == number


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0800 FLOWERS", "no letters"),
        ("call me", "no letters"),
        ("020 7946 0018 x12", "no letters"),
        ("номер", "no letters"),
        ("123", "too few or too many digits"),
        ("+44 20 7946 0018 00", "too few or too many"),
        ("+44 20 7946 0018 0018 0018", "no phone number"),
        ("+999 123 4567", "no phone number"),
        ("020 7946 0018 #12", "extension"),
        ("---", "no phone number"),
        ("+", "no phone number"),
        ("🙂", "no phone number"),
    ],
)
def test_it_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        phones.parse(text, region="GB")


@given(st.text(alphabet="0123456789+()- #*.,;/x", max_size=45))
def test_it_gives_e164_or_refuses(text: str) -> None:
    """Whatever it takes the database's own constraint takes, too."""
    try:
        number = phones.parse(text, region="GB")
    except ValidationError:
        return
    assert phones.E164.fullmatch(number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+442079460018", "+44 20 7946 0018"),
        ("+12125550100", "+1 212-555-0100"),
        ("nonsense", "nonsense"),
        ("", ""),
    ],
)
def test_it_shows_a_number_as_people_read_it(number: str, shown: str) -> None:
    assert phones.display(number) == shown


@pytest.mark.parametrize(
    "typed", ["+44 20 7946 0018 ext. 12", "020 7946 0018", "+letters", "", None]
)
def test_it_leaves_what_was_typed_as_it_was_typed(typed: str | None) -> None:
    assert PhoneField().prepare_value(typed) == typed


def test_it_shows_what_was_kept_as_people_read_it() -> None:
    assert PhoneField().prepare_value("+442079460018") == "+44 20 7946 0018"
