"""What an operator sends, and what becomes of it."""

from collections.abc import Callable
from dataclasses import replace

from opdesk.chats import access, store
from opdesk.chats.actions.notes import forget_sent_draft
from opdesk.chats.actions.writing import acting_operator, add_message, new_message, save
from opdesk.chats.errors import AnsweredSince, ChannelGone, KeyReused, NotRetried
from opdesk.chats.model import (
    MAX_MISSED,
    Author,
    Chat,
    ChatState,
    ChatStatus,
    Draft,
    Message,
    MessageStatus,
    Ref,
    is_forward,
)
from opdesk.events.model import EventType
from opdesk.kit import outbox
from opdesk.kit.clock import HOUR_MS
from opdesk.kit.context import Fact, Tx
from opdesk.kit.errors import Invalid
from opdesk.media import actions as media
from opdesk.media.access import Files
from opdesk.media.model import Media
from opdesk.operators.model import Caller, OperatorCaller, organization_of

SEND = "send_message"
"""The outbox's kind of job that delivers a message; its payload is {"message": id}."""
KEY_KEPT_MS = 48 * HOUR_MS
UNCERTAIN = "uncertain"
"""The error of a message whose send may or may not have arrived."""


Check = Callable[[Chat, Draft, Media | None, int], None]
"""(chat, draft, its file, now): raises Invalid when the chat's channel can't take it, NotNow."""


def send(tx: Tx, files: Files, caller: Caller, chat_id: int, draft: Draft, check: Check) -> Message:
    """Store an operator's message and queue its delivery, both or neither.

    A known idempotency key returns the first message and sends nothing. `check` refuses what the
    chat's channel can't take. An uploaded file that was not needed after all is the caller's to
    drop. Raises ChatNotFound, ChannelGone, KeyReused, MediaNotFound, Invalid, and AnsweredSince
    unless the draft says `force`.
    """
    state = access.locked(tx, caller, chat_id)
    if (before := _sent_before(tx, state, draft)) is not None:
        return before
    chat = access.chat(tx, caller, chat_id)
    if not chat.is_writable:
        raise ChannelGone("this chat's channel was disconnected or switched off")
    attached = _attached(tx, caller, state, draft)
    check(chat, draft, attached, tx.now)
    _hold_if_answered(tx, caller, state, draft)
    if attached is not None and draft.upload is not None:
        media.keep(tx, files, attached, draft.upload.file, state.id)
    message = _outgoing_message(tx, caller, state, draft, attached)
    message = replace(message, phone=chat.client.phone)
    add_message(tx, state, message, None)
    if draft.client_key is not None:
        remembered = (draft.body_digest, message.id)
        store.insert_key(tx, state.company_id, state.id, draft.client_key, remembered)
    forget_sent_draft(tx, caller, state.id, draft.text)
    put_send(tx, state, message.id)
    answered = replace(state, status=ChatStatus.WAITING, unread=0, woke_at=None)
    if isinstance(caller, OperatorCaller) and state.operator_id is None:
        answered = replace(answered, operator_id=caller.operator_id)
    save(tx, state, answered, last=message, by=acting_operator(caller))
    return message


def _hold_if_answered(tx: Tx, caller: Caller, state: ChatState, draft: Draft) -> None:
    """Raises AnsweredSince when somebody else has answered behind the draft's last seen message.

    The chat is locked, so of two who send at once one comes first and the other is held.
    """
    seen = draft.last_seen_message_id
    if seen is None or draft.force:
        return
    place = (state.company_id, state.id)
    cursor = store.cursor_after(tx, *place, seen)
    answer = store.find_answer_of_others(tx, *place, cursor, acting_operator(caller))
    if answer is not None:
        raise AnsweredSince(
            f"{_who(*answer)} has answered in this chat since you last looked;"
            " read it, or send again with force",
            store.list_messages_after(tx, *place, cursor, MAX_MISSED),
        )


def _who(author: Author, name: str | None) -> str:
    return name or ("A bot" if author is Author.BOT else "The company")


def _attached(tx: Tx, caller: Caller, state: ChatState, draft: Draft) -> Media | None:
    """The file of a draft: one that was uploaded before, or one that came along."""
    if draft.media_id is not None:
        organization = organization_of(caller)
        return media.attach(tx, state.company_id, draft.media_id, state.id, organization)
    upload = draft.upload
    if upload is None:
        return None
    return media.new_media(
        tx, state.company_id, upload.name, upload.format, upload.type, upload.file
    )


def put_send(tx: Tx, state: ChatState, message_id: int) -> None:
    """Queue a message's delivery, behind what its chat has sent before."""
    queue = outbox.Queue(send_lane(state.id), f"send:{state.channel_id}")
    outbox.put(tx, state.company_id, SEND, {"message": message_id}, queue)


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
        new_message(tx, state, Author.OPERATOR, draft.text),
        media=attached,
        operator=operator,
        client_key=draft.client_key,
        reply_to=_answered(tx, state, draft.reply_to),
        details=draft.details,
    )


def _answered(tx: Tx, state: ChatState, message_id: int | None) -> int | None:
    """Raises Invalid naming `replyToId` for a message that is not of this chat."""
    if message_id is None:
        return None
    found = store.find_message(tx, state.company_id, message_id)
    if found is None or found.chat_id != state.id:
        raise Invalid.field("replyToId", "is no message of this chat")
    return message_id


def record_delivery(
    tx: Tx,
    company_id: int,
    message_id: int,
    status: MessageStatus,
    error: str | None = None,
    external_id: str | None = None,
) -> None:
    """What became of a send. A status only moves forward; a message that is gone is skipped.

    What was sent is written down even if the platform gave it the id of another message of the
    channel: that id stays where it is. Otherwise it would look as if nothing had been sent.
    """
    # Two receipts at once: the second must see what the first made of the status.
    tx.lock("messages", company_id=company_id, id=message_id)
    message = store.find_message(tx, company_id, message_id)
    place = store.find_place(tx, company_id, message_id)
    if message is None or place is None:
        return
    kept = status if is_forward(message.status, status) else message.status
    if external_id is not None and _is_taken(tx, message, external_id):
        external_id = None
    store.update_delivery(tx, company_id, message_id, (kept, error, external_id))
    ids = {"chatId": message.chat_id, "messageId": message_id, "status": int(kept)}
    kind = EventType.MESSAGE_CHANGED
    if kept is not message.status:
        kind = EventType.MESSAGE_STATUS_CHANGED
    tx.events.append(Fact(company_id, place[2], kind, ids))


def _is_taken(tx: Tx, message: Message, external_id: str) -> bool:
    """Whether another message of the channel has this platform's id."""
    chat = store.find_state(tx, message.company_id, message.chat_id)
    if chat is None:
        return False
    known = store.find_message_by_external(tx, message.company_id, chat.channel_id, external_id)
    return known is not None and known[0] != message.id


def find_external(tx: Tx, company_id: int, message_id: int) -> str | None:
    """The platform's id of a message, if it has one."""
    return store.find_external(tx, company_id, message_id)


def retry(tx: Tx, caller: Caller, chat_id: int, message_id: int, check: Check) -> Message:
    """Send a message once more: one that was rejected, or that may not have arrived.

    Raises ChatNotFound, Invalid naming `messageId`, NotRetried, ChannelGone, and what `check` does.
    """
    state = access.locked(tx, caller, chat_id)
    message = store.find_message(tx, state.company_id, message_id)
    if message is None or message.chat_id != state.id:
        raise Invalid.field("messageId", "is no message of this chat")
    may_have_arrived = message.status is MessageStatus.NEW and message.error == UNCERTAIN
    if message.author is Author.CLIENT or not (
        message.status is MessageStatus.REJECTED or may_have_arrived
    ):
        raise NotRetried("only a message that was not delivered, or may not have been, is retried")
    chat = access.chat(tx, caller, chat_id)
    if not chat.is_writable:
        raise ChannelGone("this chat's channel was disconnected or switched off")
    draft = Draft(message.text, details=message.details)
    check(chat, draft, message.media, tx.now)
    store.begin_again(tx, state.company_id, message_id)
    put_send(tx, state, message_id)
    kind = EventType.MESSAGE_STATUS_CHANGED
    ids = {"chatId": state.id, "messageId": message_id, "status": int(MessageStatus.NEW)}
    tx.events.append(Fact(state.company_id, state.organization_id, kind, ids))
    attempt = message.attempt + 1
    return replace(message, status=MessageStatus.NEW, error=None, attempt=attempt)


def tell_media_changed(tx: Tx, company_id: int, message_id: int) -> None:
    """A message's file has come, or will not come."""
    place = store.find_place(tx, company_id, message_id)
    if place is not None:
        ids = {"chatId": place[1], "messageId": message_id}
        tx.events.append(Fact(company_id, place[2], EventType.MESSAGE_CHANGED, ids))


def forget_old_keys(tx: Tx) -> None:
    """Idempotency keys are kept for 48 hours."""
    store.delete_old_keys(tx, tx.now - KEY_KEPT_MS)
