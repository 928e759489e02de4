"""Phone numbers as people write them, kept as E.164."""

import re
from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# https://www.itu.int/rec/T-REC-E.164 (at most 15 digits)
E164 = re.compile(r"\+[1-9][0-9]{1,14}")
SAYS_COUNTRY = frozenset(
    {
        phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN,
        phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_IDD,
    }
)
LETTERS = re.compile(r"[^\W\d_]")


def parse(text: str, *, region: str, only_valid: bool = False) -> str:
    """The number in E.164, such as “+12125550100”; `region` is meant when it has no “+”.

    Raises `ValidationError`. Letters are refused rather than dialled as a keypad would
    ("1-800-FLOWERS"): in this field they are far more often a slip. With `only_valid` one without
    a country has to be one that `region` gives out, not only as long as those are.
    """
    text = text.strip()
    if LETTERS.search(text):
        raise ValidationError(_("A phone number has no letters. Write it like +44 20 7946 0000."))
    try:
        number = phonenumbers.parse(text, region, keep_raw_input=True)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(
            _("This is no phone number. Write it like +44 20 7946 0000.")
        ) from error
    if number.extension:
        raise ValidationError(_("Leave the extension out, and keep it in the notes."))
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(
            _("This number has too few or too many digits for its country."),
        )
    says_country = number.country_code_source in SAYS_COUNTRY
    if only_valid and not says_country and not phonenumbers.is_valid_number(number):
        raise ValidationError(_("This is no number of your country."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=1000)
def read(number: str) -> phonenumbers.PhoneNumber:
    """A number in E.164 by its parts, which are not to be changed: whoever wants to know one thing
    of it soon wants another. Raises `NumberParseException`."""
    return phonenumbers.parse(number)


def display(number: str) -> str:
    """A number in E.164 as people read it: “+1 212-555-0100”."""
    try:
        parsed = read(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
