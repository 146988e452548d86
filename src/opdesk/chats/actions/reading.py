"""Chats and messages for whoever may see them."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from opdesk.accounts import access as accounts, actions as account_actions
from opdesk.accounts.errors import OrganizationNotFound
from opdesk.accounts.model import Organization
from opdesk.channels.model import Channel
from opdesk.chats import access, store
from opdesk.chats.errors import MayNotWriteAsClient, MessageNotFound
from opdesk.chats.model import (
    NEWEST,
    Author,
    Chat,
    ChatFilter,
    ChatPage,
    Customs,
    Message,
    MessagePage,
    Page,
)
from opdesk.contacts.model import normalize_phone
from opdesk.kit.context import Tx
from opdesk.kit.days import span_in
from opdesk.kit.errors import Invalid
from opdesk.operators import access as operators
from opdesk.operators.model import Caller, OperatorCaller

MAX_UNREAD_LISTED = 1000


def list_chats(tx: Tx, caller: Caller, wanted: ChatFilter, page: Page) -> ChatPage:
    """Newest activity first; of those who wait, the longest waiting first.

    Raises OrganizationNotFound for one that isn't the caller's.
    """
    wanted = within_reach(tx, caller, wanted)
    found = store.list_chats(tx, caller.company_id, wanted, page, limit=page.size + 1)
    items = found[: page.size] if page.after is None else found[-page.size :]
    has_more = len(found) > page.size
    total = None if page.has_cursor else store.count_chats(tx, caller.company_id, wanted)
    if page.after is not None:
        return ChatPage(total, items, _place(wanted, items[0]) if items else page.after)
    return ChatPage(total, items, _place(wanted, items[-1]) if has_more else None)


def _place(wanted: ChatFilter, chat: Chat) -> tuple[int, int]:
    """Where a chat stands in the order of such a list."""
    if wanted.is_waiting:
        return chat.waits_since or 0, chat.id
    return chat.active_at, chat.id


def localized(
    tx: Tx, caller: Caller, wanted: ChatFilter, dates: Sequence[str], phone: str | None
) -> ChatFilter:
    """`wanted` with days and a phone read as each organization that is asked for does.

    Raises Invalid naming `date` or `phone` when none of them can read it.
    """
    if not dates and phone is None:
        return wanted
    readings: dict[Customs, tuple[int, ...]] = {}
    refusal: Invalid | None = None
    for one in _whose_customs(tx, caller, wanted.organization_id):
        try:
            customs = _customs(one, dates, phone)
        except Invalid as error:
            refusal = error
        else:
            readings[customs] = (*readings.get(customs, ()), one.id)
    if refusal is not None and not readings:
        raise refusal
    if refusal is not None or len(readings) > 1:
        return replace(wanted, customs=tuple(readings.items()))
    return replace(wanted, **asdict(next(iter(readings), Customs())))


def _customs(organization: Organization, dates: Sequence[str], phone: str | None) -> Customs:
    start, before = span_in("date", dates, organization.time_zone)
    number = normalize_phone(phone, organization.country) if phone is not None else None
    if phone is not None and number is None:
        raise Invalid.field("phone", "is not a phone number")
    return Customs(start, before, number)


def _whose_customs(tx: Tx, caller: Caller, asked: int | None) -> list[Organization]:
    if asked is not None:
        return [accounts.organization(tx, caller.company_id, asked)]
    if isinstance(caller, OperatorCaller):
        return [accounts.organization(tx, caller.company_id, caller.organization_id)]
    return account_actions.list_organizations(tx, caller)


def within_reach(tx: Tx, caller: Caller, wanted: ChatFilter) -> ChatFilter:
    """`wanted` as far as the caller sees chats. Raises OrganizationNotFound."""
    own = caller.organization_id if isinstance(caller, OperatorCaller) else None
    asked = wanted.organization_id
    if asked is not None:
        accounts.organization(tx, caller.company_id, asked)
    if own is not None and asked not in (None, own):
        raise OrganizationNotFound(f"there is no organization {asked}")
    within = own if own is not None else asked
    return replace(wanted, organization_id=within, own_of=access.own_only(tx, caller))


def get_chat(tx: Tx, caller: Caller, chat_id: int) -> Chat:
    return access.chat(tx, caller, chat_id)


def get_typed_in(tx: Tx, caller: Caller, chat_id: int, author: Author) -> Chat:
    """The chat in which `author` writes just now. Raises ChatNotFound, MayNotWriteAsClient."""
    found = access.chat(tx, caller, chat_id)
    if author is Author.CLIENT and isinstance(caller, OperatorCaller):
        raise MayNotWriteAsClient("author 1 takes company credentials")
    return found


def list_messages(
    tx: Tx, caller: Caller, chat_id: int, page: Page, cursor: tuple[int | None, int | None]
) -> MessagePage:
    """A chat's messages, oldest first within the page. `cursor` is (before, after) message ids."""
    access.chat(tx, caller, chat_id)
    company_id = caller.company_id
    before, after = cursor
    if after is not None:
        start = store.cursor_after(tx, company_id, chat_id, after)
        end = store.cursor_before(tx, company_id, chat_id, before or NEWEST)
        items = store.list_messages_after(tx, company_id, chat_id, start, page.size)
        return MessagePage(None, [one for one in items if (one.position, one.id) < end])
    if before is not None:
        end = store.cursor_before(tx, company_id, chat_id, before)
        return MessagePage(
            None, store.list_messages_before(tx, company_id, chat_id, end, page.size)
        )
    items = store.list_messages_page(tx, company_id, chat_id, page)
    return MessagePage(store.count_messages(tx, company_id, chat_id), items)


def list_around(tx: Tx, caller: Caller, chat_id: int, message_id: int, size: int) -> MessagePage:
    """A message of a chat with at most `size` // 2 before it and as many behind it.

    Raises MessageNotFound.
    """
    access.chat(tx, caller, chat_id)
    company_id = caller.company_id
    message = store.find_message(tx, company_id, message_id)
    if message is None or message.chat_id != chat_id:
        raise MessageNotFound(f"there is no message {message_id} in chat {chat_id}")
    place = (message.position, message.id)
    older = store.list_messages_before(tx, company_id, chat_id, place, size // 2)
    newer = store.list_messages_after(tx, company_id, chat_id, place, size // 2)
    return MessagePage(None, [*older, message, *newer])


def find_message(tx: Tx, company_id: int, message_id: int) -> Message | None:
    return store.find_message(tx, company_id, message_id)


def find_newest_of_client(tx: Tx, company_id: int, chat_id: int) -> str | None:
    """The platform's id of the newest message that a chat's client wrote."""
    return store.find_newest_of_client(tx, company_id, chat_id)


def find_chat(tx: Tx, company_id: int, chat_id: int) -> Chat | None:
    """For parts of the program that act for nobody: delivery and the hub."""
    return store.find_chat(tx, company_id, chat_id)


def list_newest_of_channel(tx: Tx, channel: Channel, at_most: int) -> list[Chat]:
    """The channel's chats with the newest activity. The right to it is the caller's to check."""
    place = (channel.organization_id, channel.id)
    return store.list_newest_of_channel(tx, channel.company_id, place, at_most)


def list_by_phone(
    tx: Tx, caller: Caller, organization_id: int, phone: str
) -> list[tuple[int, int, str]]:
    """(chat, source, sender key) of a phone's chats that the caller sees, newest activity first."""
    found = store.list_by_phone(tx, caller.company_id, organization_id, phone)
    own = access.own_only(tx, caller)
    if own is not None:
        found = [one for one in found if _is_in_sight(tx, caller, own, one[0])]
    return [(chat_id, int(source), key) for chat_id, source, key in found]


def _is_in_sight(tx: Tx, caller: Caller, own: int, chat_id: int) -> bool:
    state = store.find_state(tx, caller.company_id, chat_id)
    return state is not None and state.operator_id in (None, own)


def list_unread(tx: Tx, caller: Caller) -> list[int]:
    """Chats that wait for the operator to read them: their own and nobody's, a thousand of each.

    Raises OperatorSignedOut for company credentials.
    """
    me = operators.operator_of(caller)
    return store.list_unread(
        tx, me.company_id, me.organization_id, me.operator_id, MAX_UNREAD_LISTED
    )
