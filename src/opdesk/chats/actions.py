"""What can happen to chats and messages: the rules of the contract's section Chats."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from opdesk.accounts import access as accounts, actions as account_actions
from opdesk.accounts.errors import OrganizationNotFound
from opdesk.accounts.model import Organization
from opdesk.channels.model import Channel
from opdesk.chats import access, store
from opdesk.chats.errors import ChannelGone, KeyReused, MayNotDelete
from opdesk.chats.model import (
    NEWEST,
    Author,
    Chat,
    ChatFilter,
    ChatPage,
    ChatState,
    ChatStatus,
    Draft,
    Incoming,
    Message,
    MessagePage,
    MessageStatus,
    Page,
    Ref,
    is_forward,
)
from opdesk.contacts import actions as contacts
from opdesk.contacts.model import Contact, normalize_phone
from opdesk.events.model import EventType
from opdesk.kit import outbox
from opdesk.kit.clock import HOUR_MS
from opdesk.kit.context import Fact, Tx
from opdesk.kit.days import span_in
from opdesk.kit.db import Database
from opdesk.kit.errors import Invalid
from opdesk.kit.text import phone_words, search_words
from opdesk.media import actions as media
from opdesk.media.access import Files
from opdesk.media.model import Media
from opdesk.operators.model import Caller, OperatorCaller

SEND = "send_message"
"""The outbox's kind of job that delivers a message; its payload is {"message": id}."""
FETCH = "fetch_media"
"""The kind that fetches a platform's file: {"message": id, "media": id, "reference": text}."""
CLEAR = "clear_chat"
"""The kind that clears away what a deleted chat left outside the database: {"digests": [...]}."""
DELETED = "chat deleted"
"""The audit's word for it."""
KEY_KEPT_MS = 48 * HOUR_MS
UNCERTAIN = "uncertain"
"""The error of a message whose send may or may not have arrived."""


Check = Callable[[Chat, str, Media | None], None]
"""Raises Invalid when a chat's channel can't take a text with a file."""
ForgetRaw = Callable[[Tx, int, int], None]
"""(tx, company, chat): deletes the raw envelopes of a chat."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What a deleted chat leaves outside the database: digests of files."""

    company_id: int
    digests: list[str]


def list_chats(tx: Tx, caller: Caller, wanted: ChatFilter, page: Page) -> ChatPage:
    """Newest activity first. Raises OrganizationNotFound for one that isn't the caller's."""
    wanted = _within_reach(tx, caller, wanted)
    found = store.list_chats(tx, caller.company_id, wanted, page, limit=page.size + 1)
    items = found[: page.size] if page.after is None else found[-page.size :]
    has_more = len(found) > page.size
    last = items[-1] if items and has_more else None
    total = None if page.has_cursor else store.count_chats(tx, caller.company_id, wanted)
    return ChatPage(total, items, (last.active_at, last.id) if last else None)


def localized(
    tx: Tx, caller: Caller, wanted: ChatFilter, dates: Sequence[str], phone: str | None
) -> ChatFilter:
    """`wanted` with days and a phone read as the organization asked for (or the first) does.

    Raises Invalid naming `date` or `phone`.
    """
    if not dates and phone is None:
        return wanted
    organization = _whose_customs(tx, caller, wanted.organization_id)
    start, before = span_in("date", dates, organization.time_zone)
    number = None
    if phone is not None:
        number = normalize_phone(phone, organization.country)
        if number is None:
            raise Invalid.field("phone", "is not a phone number")
    return replace(wanted, active_from=start, active_before=before, phone=number)


def _whose_customs(tx: Tx, caller: Caller, asked: int | None) -> Organization:
    if asked is not None:
        return accounts.organization(tx, caller.company_id, asked)
    if isinstance(caller, OperatorCaller):
        return accounts.organization(tx, caller.company_id, caller.organization_id)
    found = account_actions.list_organizations(tx, caller)
    if not found:
        raise Invalid.field("date", "needs an organization, and there is none yet")
    return found[0]


def _within_reach(tx: Tx, caller: Caller, wanted: ChatFilter) -> ChatFilter:
    own = caller.organization_id if isinstance(caller, OperatorCaller) else None
    asked = wanted.organization_id
    if asked is not None:
        accounts.organization(tx, caller.company_id, asked)
    if own is not None and asked not in (None, own):
        raise OrganizationNotFound(f"there is no organization {asked}")
    return replace(wanted, organization_id=own if own is not None else asked)


def get_chat(tx: Tx, caller: Caller, chat_id: int) -> Chat:
    return access.chat(tx, caller, chat_id)


def list_messages(
    tx: Tx, caller: Caller, chat_id: int, page: Page, cursor: tuple[int | None, int | None]
) -> MessagePage:
    """A chat's messages, oldest first within the page. `cursor` is (before, after) message ids."""
    access.chat(tx, caller, chat_id)
    company_id = caller.company_id
    before, after = cursor
    if after is not None:
        items = store.list_messages_after(tx, company_id, chat_id, after, page.size)
        return MessagePage(None, [one for one in items if one.id < (before or NEWEST)])
    if before is not None:
        return MessagePage(
            None, store.list_messages_before(tx, company_id, chat_id, before, page.size)
        )
    items = store.list_messages_page(tx, company_id, chat_id, page)
    return MessagePage(store.count_messages(tx, company_id, chat_id), items)


def receive(tx: Tx, channel: Channel, incoming: Incoming) -> Message | None:
    """Store a customer's message; None when it was stored before.

    It makes the contact and the chat if they are new, and turns a Waiting, paused or closed chat
    into Open (New when nobody is assigned).
    """
    contact, is_changed = contacts.recognize(tx, channel.company_id, incoming.sender)
    state = _chat_with(tx, channel, incoming.external_chat_id, contact)
    known = store.find_message_by_external(tx, channel.company_id, channel.id, incoming.external_id)
    if known is not None:
        return None
    if incoming.phone is not None and incoming.phone != contact.phone:
        contacts.attest_phone(tx, channel.company_id, contact.id, incoming.phone)
        contact, is_changed = replace(contact, phone=incoming.phone), True
    if is_changed:
        _index_contact(tx, contact)
    message = _stored(tx, state, _incoming_message(tx, state, incoming), incoming.external_id)
    if incoming.file is not None and message.media is not None:
        payload = {
            "message": message.id,
            "media": message.media.id,
            "channel": channel.id,
            "reference": incoming.file.reference,
        }
        outbox.put(tx, state.company_id, FETCH, payload, lane=f"media:{message.media.id}")
    _save(tx, state, replace(state, status=_awoken(state), unread=state.unread + 1))
    return message


def _awoken(state: ChatState) -> ChatStatus:
    if state.status in (ChatStatus.NEW, ChatStatus.OPEN):
        return state.status
    return ChatStatus.NEW if state.operator_id is None else ChatStatus.OPEN


def _chat_with(tx: Tx, channel: Channel, external_id: str, contact: Contact) -> ChatState:
    """The one chat of (channel, client), locked; made when there is none yet."""
    company_id = channel.company_id
    chat_id = store.find_by_external(tx, company_id, channel.id, external_id)
    if chat_id is None:
        new = ChatState(
            tx.new_id("chats"),
            company_id,
            channel.organization_id,
            channel.id,
            contact.id,
            external_id,
            ChatStatus.NEW,
            None,
            0,
        )
        if store.insert_chat(tx, new):
            _tell(tx, new, EventType.CHAT_CREATED)
            return new
        chat_id = store.find_by_external(tx, company_id, channel.id, external_id)
    assert chat_id is not None  # noqa: S101  the unique index says that there is one
    tx.lock("chats", company_id=company_id, id=chat_id)
    state = store.find_state(tx, company_id, chat_id)
    assert state is not None  # noqa: S101  the row is locked
    return state


def _incoming_message(tx: Tx, state: ChatState, incoming: Incoming) -> Message:
    file = incoming.file
    kept: Media | None = None
    if file is not None:
        kept = media.new_media(tx, state.company_id, file.name, file.format, file.type, None)
        media.announce(tx, kept, state.id)
    new = _new_message(tx, state, Author.CLIENT, incoming.text)
    return replace(new, media=kept, status=MessageStatus.SUCCESS, kind=incoming.kind)


def edit_received(tx: Tx, channel: Channel, external_id: str, text: str) -> int | None:
    """The customer changed a message: its chat; None for one that we never had."""
    known = store.find_message_by_external(tx, channel.company_id, channel.id, external_id)
    if known is None:
        return None
    message_id, chat_id = known
    store.update_text(tx, channel.company_id, message_id, text)
    store.forget_words(tx, channel.company_id, chat_id, message_id)
    store.index_words(tx, channel.company_id, chat_id, message_id, search_words(text))
    _tell_of_message(tx, channel, message_id, chat_id)
    return chat_id


def _tell_of_message(tx: Tx, channel: Channel, message_id: int, chat_id: int) -> None:
    ids = {"chatId": chat_id, "messageId": message_id}
    tx.events.append(
        Fact(channel.company_id, channel.organization_id, EventType.MESSAGE_CHANGED, ids)
    )


def send(tx: Tx, files: Files, caller: Caller, chat_id: int, draft: Draft, check: Check) -> Message:
    """Store an operator's message and queue its delivery, both or neither.

    A known idempotency key returns the first message and sends nothing. `check` refuses what the
    chat's channel can't take. An uploaded file that was not needed after all is the caller's to
    drop. Raises ChatNotFound, ChannelGone, KeyReused, MediaNotFound, Invalid.
    """
    state = access.locked(tx, caller, chat_id)
    if (before := _sent_before(tx, state, draft)) is not None:
        return before
    chat = access.chat(tx, caller, chat_id)
    if not chat.is_writable:
        raise ChannelGone("this chat's channel was disconnected or switched off")
    attached = _attached(tx, state, draft)
    check(chat, draft.text, attached)
    if attached is not None and draft.upload is not None:
        media.keep(tx, files, attached, draft.upload.file, state.id)
    message = _stored(tx, state, _outgoing_message(tx, caller, state, draft, attached), None)
    if draft.client_key is not None:
        remembered = (draft.body_digest, message.id)
        store.insert_key(tx, state.company_id, state.id, draft.client_key, remembered)
    outbox.put(tx, state.company_id, SEND, {"message": message.id}, lane=send_lane(state.id))
    answered = replace(state, status=ChatStatus.WAITING, unread=0)
    if isinstance(caller, OperatorCaller) and state.operator_id is None:
        answered = replace(answered, operator_id=caller.operator_id)
    _save(tx, state, answered)
    return message


def _attached(tx: Tx, state: ChatState, draft: Draft) -> Media | None:
    """The file of a draft: one that was uploaded before, or one that came along."""
    if draft.media_id is not None:
        return media.attach(tx, state.company_id, draft.media_id, state.id)
    upload = draft.upload
    if upload is None:
        return None
    return media.new_media(
        tx, state.company_id, upload.name, upload.format, upload.type, upload.file
    )


def send_lane(chat_id: int) -> str:
    """What is sent earlier in a chat reaches the channel earlier: one lane for each chat."""
    return f"chat:{chat_id}"


def _sent_before(tx: Tx, state: ChatState, draft: Draft) -> Message | None:
    if draft.client_key is None:
        return None
    known = store.find_key(tx, state.company_id, state.id, draft.client_key)
    if known is None:
        return None
    digest, message_id = known
    if digest != draft.body_digest:
        raise KeyReused("send another text or file with another key")
    return store.find_message(tx, state.company_id, message_id)


def _outgoing_message(
    tx: Tx, caller: Caller, state: ChatState, draft: Draft, attached: Media | None
) -> Message:
    operator = None
    if isinstance(caller, OperatorCaller):
        operator = Ref(caller.operator_id, caller.name)
    return replace(
        _new_message(tx, state, Author.OPERATOR, draft.text),
        media=attached,
        operator=operator,
        client_key=draft.client_key,
    )


def set_status(tx: Tx, caller: Caller, chat_id: int, status: ChatStatus) -> None:
    """Any status may be set. An operator who opens a chat that is nobody's takes it."""
    state = access.locked(tx, caller, chat_id)
    changed = replace(state, status=status)
    takes = status is ChatStatus.OPEN and state.operator_id is None
    if takes and isinstance(caller, OperatorCaller):
        changed = replace(changed, operator_id=caller.operator_id)
    _save(tx, state, changed)


def mark_read(tx: Tx, caller: Caller, chat_id: int) -> None:
    """Someone of the organization has seen the client's messages."""
    state = access.locked(tx, caller, chat_id)
    _save(tx, state, replace(state, unread=0))


def delete_chat(tx: Tx, caller: Caller, chat_id: int, forget_raw: ForgetRaw) -> Leftovers:
    """Delete a chat for good, raw envelopes and search entries included, and write down who did.

    What lies outside the database is left to `clear_away`: the returned leftovers, which a job
    of the outbox clears too, should the process die in between. Raises ChatNotFound, MayNotDelete.
    """
    state = access.locked(tx, caller, chat_id)
    operator_id = caller.operator_id if isinstance(caller, OperatorCaller) else None
    organization = accounts.organization(tx, state.company_id, state.organization_id)
    if operator_id is not None and not organization.operators_may_delete:
        raise MayNotDelete
    store.delete_chat(tx, state.company_id, chat_id)
    forget_raw(tx, state.company_id, chat_id)
    outbox.forget_lane(tx, state.company_id, send_lane(chat_id))
    digests = media.delete_of_chat(tx, state.company_id, chat_id)
    if not store.list_of_contact(tx, state.company_id, state.contact_id):
        contacts.delete_contact(tx, state.company_id, state.contact_id)
    account_actions.record_audit(tx, state.company_id, DELETED, chat_id, operator_id)
    _tell(tx, state, EventType.CHAT_REMOVED)
    lane = f"clear:{chat_id}"
    outbox.put(tx, state.company_id, CLEAR, {"digests": digests}, lane=lane)
    return Leftovers(state.company_id, digests)


async def clear_away(db: Database, files: Files, leftovers: Leftovers) -> None:
    """Remove a deleted chat's files and the database's own traces. Doing it twice does no harm."""
    await db.write(media.remove_unused, files, leftovers.company_id, leftovers.digests)
    await db.scrub()


def record_delivery(
    tx: Tx,
    company_id: int,
    message_id: int,
    status: MessageStatus,
    error: str | None = None,
    external_id: str | None = None,
) -> None:
    """What became of a send. A status only moves forward; a message that is gone is skipped."""
    message = store.find_message(tx, company_id, message_id)
    place = store.find_place(tx, company_id, message_id)
    if message is None or place is None:
        return
    kept = status if is_forward(message.status, status) else message.status
    store.update_delivery(tx, company_id, message_id, (kept, error, external_id))
    ids = {"chatId": message.chat_id, "messageId": message_id, "status": int(kept)}
    kind = EventType.MESSAGE_CHANGED
    if kept is not message.status:
        kind = EventType.MESSAGE_STATUS_CHANGED
    tx.events.append(Fact(company_id, place[2], kind, ids))


def tell_media_changed(tx: Tx, company_id: int, message_id: int) -> None:
    """A message's file has come, or will not come."""
    place = store.find_place(tx, company_id, message_id)
    if place is not None:
        ids = {"chatId": place[1], "messageId": message_id}
        tx.events.append(Fact(company_id, place[2], EventType.MESSAGE_CHANGED, ids))


def find_message(tx: Tx, company_id: int, message_id: int) -> Message | None:
    return store.find_message(tx, company_id, message_id)


def find_chat(tx: Tx, company_id: int, chat_id: int) -> Chat | None:
    """For parts of the program that act for nobody: delivery and the hub."""
    return store.find_chat(tx, company_id, chat_id)


def list_by_phone(
    tx: Tx, company_id: int, organization_id: int, phone: str
) -> list[tuple[int, int, str]]:
    """(chat, source, sender key) of a phone's chats, newest activity first."""
    found = store.list_by_phone(tx, company_id, organization_id, phone)
    return [(chat_id, int(source), key) for chat_id, source, key in found]


def forget_old_keys(tx: Tx) -> None:
    """Idempotency keys are kept for 48 hours."""
    store.delete_old_keys(tx, tx.now - KEY_KEPT_MS)


def check_text_length(text: str, limit: int) -> None:
    """Raises Invalid naming `textMessage`; a text is never split."""
    if len(text) > limit:
        raise Invalid.field(
            "textMessage", f"has {len(text)} characters; this channel takes {limit}"
        )


def _new_message(tx: Tx, state: ChatState, author: Author, text: str) -> Message:
    """A message of now with nothing but a text, status New."""
    return Message(
        id=tx.new_id("messages"),
        company_id=state.company_id,
        chat_id=state.id,
        text=text,
        phone=None,
        author=author,
        operator=None,
        status=MessageStatus.NEW,
        error=None,
        media=None,
        client_key=None,
        kind=None,
        is_edited=False,
        created_at=tx.now,
    )


def _stored(tx: Tx, state: ChatState, new: Message, external_id: str | None) -> Message:
    store.insert_message(tx, new, state.channel_id, external_id)
    store.set_last_message(tx, state.company_id, state.id, new.id)
    store.index_words(tx, state.company_id, state.id, new.id, search_words(new.text))
    _tell(tx, state, EventType.MESSAGE_CREATED, messageId=new.id)
    stored = store.find_message(tx, state.company_id, new.id)
    assert stored is not None  # noqa: S101  it was inserted three lines above
    return stored


def _index_contact(tx: Tx, contact: Contact) -> None:
    words = search_words(contact.name) | phone_words(contact.phone or "")
    for chat_id in store.list_of_contact(tx, contact.company_id, contact.id):
        store.forget_words(tx, contact.company_id, chat_id, 0)
        store.index_words(tx, contact.company_id, chat_id, 0, words)


def _save(tx: Tx, before: ChatState, after: ChatState) -> None:
    if before == after:
        return
    store.save_state(tx, after)
    if before.status is not after.status:
        _tell(tx, after, EventType.CHAT_STATUS_CHANGED, status=int(after.status))
    else:
        _tell(tx, after, EventType.CHAT_CHANGED)


def _tell(tx: Tx, state: ChatState, kind: EventType, **ids: int) -> None:
    tx.events.append(
        Fact(state.company_id, state.organization_id, kind, {"chatId": state.id, **ids})
    )
