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
from opdesk.operators.errors import OperatorSignedOut
from opdesk.operators.model import Caller, OperatorCaller
from opdesk.organizations import actions as organizations
from opdesk.realtime.sessions import Holder


@dataclass(frozen=True, slots=True)
class Page:
    """Some events in order. Complete up to number `up_to`; what is gone is None.

    `own_only`: operators see their own and nobody's chats alone.
    """

    events: Sequence[Event]
    up_to: int
    chats: Mapping[int, Chat | None]
    messages: Mapping[int, Message | None]
    own_only: bool = False

    def is_hidden(self, event: Event, caller: Caller) -> bool:
        """Whether an event is of a chat that the caller does not see."""
        if not self.own_only or not isinstance(caller, OperatorCaller):
            return False
        chat = self.chats.get(event.ids.get("chatId", 0))
        return bool(chat and chat.operator and chat.operator.id != caller.operator_id)


@dataclass(frozen=True, slots=True)
class Ended:
    """Why somebody may not listen any more: a word for programs, a sentence for people."""

    reason: str
    text: str


def read_page(tx: Tx, company_id: int, organization_id: int, after: int) -> Page | None:
    """What happened in an organization after a number; None when the log can't tell."""
    page = events.events_after(tx, company_id, organization_id, after)
    if page is None:
        return None
    chat_ids = {event.ids["chatId"] for event in page.events if "chatId" in event.ids}
    message_ids = {event.ids["messageId"] for event in page.events if "messageId" in event.ids}
    known_chats = {one: chats.find_chat(tx, company_id, one) for one in chat_ids}
    known_messages = {one: chats.find_message(tx, company_id, one) for one in message_ids}
    own_only = organizations.settings_of(tx, company_id, organization_id).own_chats_only
    return Page(page.events, page.up_to, known_chats, known_messages, own_only)


def organization_for(tx: Tx, caller: Caller, organization_id: int) -> int:
    """An organization whose events the caller may hear. Raises OrganizationNotFound."""
    if isinstance(caller, OperatorCaller) and caller.organization_id != organization_id:
        raise OrganizationNotFound(f"there is no organization {organization_id}")
    return accounts.organization(tx, caller.company_id, organization_id).id


def ended(tx: Tx, tokens: Tokens, holders: Sequence[Holder]) -> list[Ended | None]:
    """Why each holder may not listen any more; None for those who may."""
    return [_why_ended(tx, tokens, holder) for holder in holders]


def _why_ended(tx: Tx, tokens: Tokens, holder: Holder) -> Ended | None:
    try:
        found = access.recognize(tx, tokens, holder.credentials, wants_company=False)
    except OperatorSignedOut as error:
        return Ended(error.reason, error.detail or error.title)
    except AppError as error:
        return Ended("ended", error.detail or error.title)
    if access.is_same(found.caller, holder.caller):
        return None
    return Ended("other", "another caller is signed in now")
