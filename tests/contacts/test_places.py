"""What a number says of where it is."""

import pytest

from accounts.models import User
from contacts.places import Place, place_of
from tests.factories import RecruiterFactory


@pytest.mark.parametrize(
    ("number", "country", "zone"),
    [
        ("+12125550100", "US", "America/New_York"),
        ("+442079460018", "GB", "Europe/London"),
        ("+4915112345678", "DE", "Europe/Berlin"),
        # A mobile of a country with several zones, and a number that costs nothing anywhere.
        ("+61412345678", "AU", ""),
        ("+18005550100", "US", ""),
        ("nonsense", "", ""),
    ],
)
def test_it_says_no_more_than_the_number(number: str, country: str, zone: str) -> None:
    assert place_of(number) == Place(country, zone)


def test_a_recruiter_is_where_their_first_number_is(user: User) -> None:
    grace = RecruiterFactory(owner=user)
    grace.learn_phone("+12125550100")
    grace.learn_phone("+442079460018")
    grace.refresh_from_db()
    assert (grace.country, grace.time_zone) == ("US", "America/New_York")


def test_a_number_does_not_move_somebody_whose_zone_is_known(user: User) -> None:
    grace = RecruiterFactory(owner=user, time_zone="Asia/Tokyo")
    grace.learn_phone("+12125550100")
    grace.refresh_from_db()
    assert (grace.country, grace.time_zone) == ("", "Asia/Tokyo")
