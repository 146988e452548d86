"""People who are new on a platform, with an id as it gives them."""

import secrets

import phonenumbers

from opdesk.channels.model import Source
from opdesk.demo.acts import ActRefused
from opdesk.simulators.base import Person

MAX_NAME_CHARS = 60
_BY_PHONE = (Source.VIBER, Source.WHATSAPP)


def newcomer(source: Source, name: str, phone: str) -> Person:
    """Somebody who has not written yet. Raises ActRefused, in words for the page."""
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise ActRefused(f"a name has 1 to {MAX_NAME_CHARS} characters")
    number = _number(phone) if phone.strip() else None
    if number is None and source in _BY_PHONE:
        raise ActRefused("people of this source have a phone")
    return Person(_id(source, number or ""), name, number)


def _number(phone: str) -> str:
    try:
        parsed = phonenumbers.parse(phone, "UA")
    except phonenumbers.NumberParseException:
        raise ActRefused("this is not a phone number") from None
    if not phonenumbers.is_valid_number(parsed):
        raise ActRefused("this is not a phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _id(source: Source, number: str) -> str:
    digits = str(10**8 + secrets.randbelow(9 * 10**8))
    return {
        Source.VIBER: number.removeprefix("+"),
        Source.VIBER_BOT: f"{secrets.token_hex(8)}==",
        Source.TELEGRAM_BOT: f"6{digits}",
        Source.WHATSAPP: f"UA.1029849{digits}",
        Source.WIDGET: secrets.token_hex(8),
    }.get(source, digits)
