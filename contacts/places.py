"""Where a phone number is at home."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from phonenumbers import timezone as zones

from accounts import phones


@dataclass(frozen=True)
class Place:
    """A country (ISO 3166, two letters) and a zone of the IANA database; "" where unknown."""

    country: str = ""
    time_zone: str = ""


def place_of(number: str) -> Place:
    """What a number in E.164 says of where it is; no zone where it could be several.

    A mobile of a country with several zones, or a toll-free number, names none of them.
    """
    try:
        parsed = phones.read(number)
    except phonenumbers.NumberParseException:
        return Place()
    found = zones.time_zones_for_number(parsed)
    is_certain = len(found) == 1 and found[0] != zones.UNKNOWN_TIMEZONE
    return Place(
        country=phonenumbers.region_code_for_number(parsed) or "",
        time_zone=found[0] if is_certain else "",
    )
