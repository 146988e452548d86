"""What the Graph API answers about an Instagram account and about a person who wrote to it.

The webhook's own JSON is Meta's common envelope: connectors/messenger.py.
"""

import msgspec

from opdesk.connectors.base import Account, PlatformError, Profile


class Me(msgspec.Struct):
    """By Instagram's own login. `user_id` is the one that webhooks name; `id` is the app's."""

    user_id: str | int
    username: str = ""


class Linked(msgspec.Struct):
    id: str
    username: str = ""


class Page(msgspec.Struct):
    """By Facebook's login: the Page with the account that is linked to it."""

    id: str
    instagram_business_account: Linked | None = None


class Refreshed(msgspec.Struct):
    """A token that has been renewed; `expires_in` in seconds."""

    access_token: str
    expires_in: int = 0


class Person(msgspec.Struct):
    """Everything may be missing: people decide what is told."""

    name: str | None = None
    username: str | None = None


def account_of_me(answer: object) -> Account:
    """Documentation shows the answer as it is and inside `data`. Raises PlatformError."""
    listed = answer.get("data") if isinstance(answer, dict) else None
    found = listed[0] if isinstance(listed, list) and listed else answer
    try:
        me = msgspec.convert(found, Me)
    except msgspec.ValidationError as error:
        raise PlatformError("Instagram's answer names no professional account") from error
    account_id = str(me.user_id)
    return Account(account_id, me.username or account_id, {"accountId": account_id})


def account_of_page(answer: object) -> Account:
    """Raises PlatformError."""
    try:
        page = msgspec.convert(answer, Page)
    except msgspec.ValidationError as error:
        raise PlatformError("Meta's answer names no Page") from error
    linked = page.instagram_business_account
    if linked is None:
        raise PlatformError(
            "no Instagram professional account is linked to this Page, or the token may not see it"
        )
    found = {"accountId": linked.id, "pageId": page.id}
    return Account(linked.id, linked.username or linked.id, found)


def refreshed(answer: object) -> Refreshed | None:
    try:
        return msgspec.convert(answer, Refreshed)
    except msgspec.ValidationError:
        return None


def profile_of(answer: object) -> Profile | None:
    try:
        person = msgspec.convert(answer, Person)
    except msgspec.ValidationError:
        return None
    name = (person.name or "").strip() or person.username or ""
    return Profile(name, person.username or None) if name else None
