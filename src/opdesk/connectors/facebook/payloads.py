"""What the Graph API answers about a Page and about a person who wrote to it.

The webhook's own JSON is Meta's common envelope: connectors/messenger.py.
"""

import msgspec

from opdesk.connectors.base import Account, PlatformError, Profile


class Page(msgspec.Struct):
    id: str
    name: str = ""


class Person(msgspec.Struct):
    """Everything may be missing: people and permissions decide what is told."""

    first_name: str | None = None
    last_name: str | None = None


def account_of(answer: object) -> Account:
    """Raises PlatformError."""
    try:
        page = msgspec.convert(answer, Page)
    except msgspec.ValidationError as error:
        raise PlatformError("Meta's answer names no Page") from error
    return Account(page.id, page.name or page.id, {"pageId": page.id})


def profile_of(answer: object) -> Profile | None:
    try:
        person = msgspec.convert(answer, Person)
    except msgspec.ValidationError:
        return None
    name = " ".join(one for one in (person.first_name, person.last_name) if one).strip()
    return Profile(name) if name else None
