"""A customer."""

from dataclasses import dataclass

import phonenumbers


@dataclass(frozen=True, slots=True)
class Contact:
    """`phone` is E.164 with its plus, if a platform or a CRM attested it."""

    id: int
    company_id: int
    name: str
    phone: str | None
    photo: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a platform says a message is from; `external_id` is unique on its channel."""

    channel_id: int
    external_id: str
    name: str
    username: str | None


def normalize_phone(text: str, country: str) -> str | None:
    """A phone in any spelling as E.164: `050 123-45-67` (country UA) -> `+380501234567`.

    A leading plus may be missing, or have become a space in a query string. None when it can't
    be a phone number.
    """
    digits = "".join(char for char in text if char.isdecimal())
    international = _parsed(f"+{digits}", None)
    national = _parsed(text.strip(), country)
    # "380501234567" is both a plausible foreign spelling and, read nationally, nonsense: a number
    # that is valid with a plus wins, unless the national reading is valid and it is not.
    for number in (international if not digits.startswith("0") else None, national):
        if number is not None and phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _parsed(text: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
