"""A customer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

import phonenumbers


@dataclass(frozen=True, slots=True)
class Contact:
    """`phone` is E.164 with its plus, if a platform or a CRM attested it; `phone_hint` is one that

    the customer named, or had before. `person_id` is shared by the contacts of one person.
    """

    id: int
    company_id: int
    name: str
    phone: str | None
    photo: str | None
    phone_hint: str | None
    person_id: int


Pair = tuple[int, int]
"""Two contacts, the smaller id first."""
Said = Mapping[Pair, bool]
"""What operators said of pairs of contacts: one person's (True), or two people's."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a platform says a message is from; `external_id` is unique on its channel."""

    channel_id: int
    external_id: str
    name: str
    username: str | None


MAX_ABOUT_CHARS = 4000
MAX_FIELDS = 20
MAX_FIELD_NAME_CHARS = 50
MAX_FIELD_CHARS = 500


@dataclass(frozen=True, slots=True)
class ClientField:
    """Something that operators keep of a client: "Shoe size", "42". Both one line."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class About:
    """What operators wrote down about a contact; `version` grows by one with every change."""

    note: str
    fields: tuple[ClientField, ...]
    version: int


NOTHING_WRITTEN = About("", (), 0)


def pair(contact_id: int, other_id: int) -> Pair:
    return min(contact_id, other_id), max(contact_id, other_id)


def grouped(contacts: Iterable[Contact], said: Said) -> list[list[Contact]]:
    """The contacts by whom they belong together with: what was said counts, else the same phone."""
    groups: list[list[Contact]] = []
    for contact in contacts:
        its = [group for group in groups if any(_is_one(contact, one, said) for one in group)]
        groups = [group for group in groups if group not in its]
        groups.append(sorted([contact, *chain(*its)], key=lambda one: one.id))
    return sorted(groups, key=lambda group: group[0].id)


def _is_one(contact: Contact, other: Contact, said: Said) -> bool:
    has_same_phone = contact.phone is not None and contact.phone == other.phone
    return said.get(pair(contact.id, other.id), has_same_phone)


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
