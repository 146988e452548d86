"""Reading the log of events together with the state of what they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opdesk.accounts import access as accounts
from opdesk.accounts.errors import OrganizationNotFound
from opdesk.chats import actions as chats
from opdesk.chats.model import Chat, Message
from opdesk.events import actions as events
from opdesk.events.model import Event
from opdesk.kit.context import Tx
from opdesk.kit.errors import AppError
from opdesk.kit.tokens import Tokens
from opdesk.operators import access
from opdesk.operators.model import Caller, OperatorCaller
from opdesk.realtime.sessions import Holder


@dataclass(frozen=True, slots=True)
class Page:
    """Some events in order. Complete up to number `up_to`; what is gone is None."""

    events: Sequence[Event]
    up_to: int
    chats: Mapping[int, Chat | None]
    messages: Mapping[int, Message | None]


def read_page(tx: Tx, company_id: int, organization_id: int, after: int) -> Page | None:
    """What happened in an organization after a number; None when the log can't tell."""
    page = events.events_after(tx, company_id, organization_id, after)
    if page is None:
        return None
    chat_ids = {event.ids["chatId"] for event in page.events if "chatId" in event.ids}
    message_ids = {event.ids["messageId"] for event in page.events if "messageId" in event.ids}
    known_chats = {one: chats.find_chat(tx, company_id, one) for one in chat_ids}
    known_messages = {one: chats.find_message(tx, company_id, one) for one in message_ids}
    return Page(page.events, page.up_to, known_chats, known_messages)


def organization_for(tx: Tx, caller: Caller, organization_id: int) -> int:
    """An organization whose events the caller may hear. Raises OrganizationNotFound."""
    if isinstance(caller, OperatorCaller) and caller.organization_id != organization_id:
        raise OrganizationNotFound(f"there is no organization {organization_id}")
    return accounts.organization(tx, caller.company_id, organization_id).id


def ended(tx: Tx, tokens: Tokens, holders: Sequence[Holder]) -> list[str | None]:
    """Why each holder may not listen any more; None for those who may."""
    reasons: list[str | None] = []
    for holder in holders:
        try:
            found = access.recognize(tx, tokens, holder.credentials, wants_company=False)
            is_same = access.is_same(found.caller, holder.caller)
            reasons.append(None if is_same else "another caller is signed in now")
        except AppError as error:
            reasons.append(error.detail or error.title)
    return reasons
